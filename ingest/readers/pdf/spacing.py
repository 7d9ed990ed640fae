"""Whether a word goes on over the end of a line: Korean text may break inside one.

The file's own text tells most: how often the two parts stand joined and apart, and the two letters
at the break. Where that is not enough, Mecab says whether the second part holds a word of its own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.readers.pdf.text import Line
from onprem_rag.korean.morphemes import adverbs_and_particles, content_morphemes

# Log-odds that the word goes on, fitted on 20 statutes broken at random places and tested on 20
# others: 96.7% of the breaks right. ``_WORD``: the two as one word against the rarer of them;
# ``_NEXT``: the second as a word; ``_LETTERS``: the two letters joined against apart.
_WORD, _NEXT, _LETTERS, _NONE = 1.05, -0.55, 1.61, -1.66
_NO_OTHER_WORD, _WORD_ACROSS, _DOUBTFUL = 2.6, 2.6, -2.0
_USUAL = 0.56  # share of breaks inside words where a line may break anywhere
_WEIGHT = 4  # as many breaks as that share counts for when a file's own share is estimated
_ROUNDS = 5
_LONGEST = 20
_MOST_TEXT = 30_000  # characters that letters are counted in
_KEEPS_BLANKS, _ALL_KEPT = 0.8, 3.0
_OPENING = "([{<〈《「『“‘\"'"
_CLOSING = ")]}>〉》」』”’,.;:·ㆍ․‧･"
_JOINING = "·ㆍ․‧･~∼～-/"
# Words that hold no content and yet stand by themselves.
_OWN_WORD = re.compile(r"(?:등|수|것|때|및|또는|있|없|않|그|각|이(?:[를에와]|$))")
_NUMBERED = re.compile(r"제\d{1,4}$")


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands in one file: its text, its words (line ends left out), letters asked before."""

    text: str
    words: Counter[str]

    letters: dict[str, float] = field(default_factory=dict)

    def joined(self, left: str, right: str) -> float:
        """How much more often two letters stand side by side than a blank apart: log-odds."""
        odds = self.letters.get(left + right)
        if odds is None:
            joined, apart = self.text.count(left + right), self.text.count(f"{left} {right}")
            odds = self.letters[left + right] = math.log((joined + 0.3) / (apart + 0.3))
        return odds


def counts_of(lines: Sequence[Line]) -> Counts:
    """The counts over all lines."""
    words: Counter[str] = Counter()
    for line in lines:
        words.update(line.text.split()[1:-1])  # the first and the last may be parts of words
    return Counts("\n".join(line.text for line in lines)[:_MOST_TEXT], words)


def glued(breaks: Sequence[tuple[Line, Line]], counts: Counts) -> list[bool]:
    """For each line and the one that continues it, whether no blank belongs between them."""
    sure = [_certain(before.text, after.text, before.blank_after) for before, after in breaks]
    kept = sum(before.blank_after for before, _ in breaks)
    odds = [
        _odds(before.text, after.text, counts) if known is None else 0.0
        for (before, after), known in zip(breaks, sure, strict=True)
    ]
    # Where a file keeps the blanks at line ends, no blank says that the word goes on.
    apart = [
        odd
        for odd, known, (before, _) in zip(odds, sure, breaks, strict=True)
        if known is None and odd < -1
    ]
    shift = _ALL_KEPT if kept > _KEEPS_BLANKS * (kept + len(apart)) else 0.0
    open_ = [odd for odd, known in zip(odds, sure, strict=True) if known is None]
    shift += _shift(open_)
    return [
        known if known is not None else odd + shift > 0
        for odd, known in zip(odds, sure, strict=True)
    ]


def _shift(odds: Sequence[float]) -> float:
    """What a file's own share of breaks inside words adds to the odds of each: many, or none."""
    shift = 0.0
    for _ in range(_ROUNDS):
        inside = sum(1 / (1 + math.exp(-odd - shift)) for odd in odds)
        share = (inside + _USUAL * _WEIGHT) / (len(odds) + _WEIGHT)
        shift = math.log(share / (1 - share)) - math.log(_USUAL / (1 - _USUAL))
    return shift


def _certain(before: str, after: str, blank: bool) -> bool | None:
    """What the signs at the break say; None where they say nothing."""
    if blank:
        return False
    left, right = before[-1], after[0]
    if left.isdigit() and right.isdigit():
        return True
    if _NUMBERED.search(before) and right in "편장절관조항호목":
        return True
    if left in _OPENING or right in _CLOSING or left in _JOINING or right in _JOINING:
        return True
    if left in ",;:" or (left == "." and not before[-2:-1].isdigit()):
        return False
    return None


def _odds(before: str, after: str, counts: Counts) -> float:
    one, two = before.rsplit(None, 1)[-1][-_LONGEST:], after.split(None, 1)[0][:_LONGEST]
    words = counts.words
    odds = (
        _WORD * math.log((words[one + two] + 0.2) / (min(words[one], words[two]) + 0.2))
        + _NEXT * math.log(words[two] + 0.3)
        + _LETTERS * counts.joined(one[-1], two[0])
        + _NONE
    )
    # Mecab takes its time: it is asked only where its answer can matter.
    return odds + _morphemes(one, two) if _DOUBTFUL < odds < 0 else odds


def _morphemes(one: str, two: str) -> float:
    if not "가" <= two[0] <= "힣":
        return 0.0
    whole = content_morphemes(one + two)
    if all(word in one for word in whole):
        own = _OWN_WORD.match(two) or adverbs_and_particles(two)
        return 0.0 if own else _NO_OTHER_WORD
    across = (word not in one and word not in two and word in one + two for word in whole)
    return _WORD_ACROSS if any(across) else 0.0
