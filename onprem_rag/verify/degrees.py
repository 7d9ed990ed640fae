"""Degrees and modifiers that an answer adds to what its source says: 모든, 언제든지, 비싼."""

from __future__ import annotations

import re
from itertools import pairwise

from onprem_rag.korean.equivalents import rule_words
from onprem_rag.korean.text import fold
from onprem_rag.verify.sources import Part
from onprem_rag.verify.wording import EMPTY_HEADS, plain, words_of

# Words that make a rule wider, narrower or surer; what means the same stands in one row.
_DEGREES = (
    r"언제든지|언제든|언제나|항상|늘|상시|수시로",
    r"모든|모두|전부|다(?=\s)|전원|일체의?|누구나|누구든지|아무나|온갖|각각|각|매",
    r"반드시|꼭|필히|무조건",
    r"즉시|바로|당장|지체\s?없이|곧|곧바로",
    r"절대로?|결코|전혀|일절",
    r"거의|대략|약(?=[\s|])|대체로|어림잡아|가량|남짓|쯤|정도|안팎|내외",
    r"매우|아주|몹시|극히|막대한|심히",
    r"보통|주로|통상|대개|일반적으로",
    r"오직|오로지|유일한|유일하게|단지|다만|만$",
    r"자유롭게|얼마든지|마음대로|임의로",
    r"어디서나|어디서든지?|어디든지?",
    r"영구히|영원히|평생",
    r"자주|가끔|때때로|종종",
)
_ROWS = tuple(re.compile(rf"(?:(?<![가-힣])|(?<=\|))(?:{row})(?![가-힣])") for row in _DEGREES)


def adds_nothing(claim: Part, source: str) -> bool:
    """Whether each degree and modifier of the claim stands in ``source`` too."""
    text, source = plain(claim), fold(source).lower()
    if any(row.search(text) and not row.search(source) for row in _ROWS):
        return False
    stated = {form for word in words_of(source) for forms in word.content for form in forms}
    joined = "".join(source.split())
    return all(
        any(
            form in stated or (len(form) > 1 and form in joined) or rule_words(form) & stated
            for forms in word.content
            for form in forms
        )
        for word, following in pairwise(words_of(text))
        if word.describes and following.text[:1] not in EMPTY_HEADS
    )
