"""A question that leans on the conversation before it, as the full question that it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.korean.asof import without_now
from onprem_rag.korean.carried import carried
from onprem_rag.korean.leaning import OF_WHAT, POINTING, RULE, leans, names_place
from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.roles import without_markers, words
from onprem_rag.korean.text import letters, normalise
from onprem_rag.records import Answer, Exchange

Complete = Callable[[str, Mapping[str, str]], str | None]

MOST_EARLIER = 3  # exchanges of a conversation that count
_LONGEST = 200  # characters of a rewritten question
_LONGEST_ANSWER = 300  # characters of an earlier answer that the model sees
_LABEL = re.compile(r"(?:(?:고친|다시 쓴|이어진) )?질문\s?:\s?")
_OTHER_WORDS = frozenset("뭐 뭘 무엇 무어 누구 누가 어떻 어디 왜".split())  # may be put otherwise
_STATEMENT = re.compile(r"다[.!\s]*$")
_FIGURE = re.compile(r"\d[\d,.]*(?<=\d)\s?[가-힣%]?")


def understood(question: str, earlier: Sequence[Exchange], complete: Complete) -> str:
    """The full question that ``question`` means after ``earlier`` ones, oldest first.

    One that stands alone comes back unchanged. ``complete`` is that of a generator; its words are
    taken where they keep to the conversation, else the topic is carried over.
    """
    earlier = earlier[-MOST_EARLIER:]
    said = without_markers(question)
    of_what = [one for one in earlier if _says_of_what(one.question)]
    if not of_what or not letters(said):
        return question
    if not leans(said, of_what[-1].question, of_what[-1].answer):
        return question
    full = _rewritten(question, earlier, complete) or carried(said, of_what)
    return full if letters(full) else question


def followed(
    question: str, named: str, earlier: Sequence[Exchange], complete: Complete
) -> tuple[str, str]:
    """(the full question that ``question`` means, the day whose rules it asks for, "" for today).

    ``named`` is the day that it names, which no longer stands in it. One that leans on the
    conversation keeps the day that this was about, unless it says 지금. Raises ConfigError where it
    compares that day with now.
    """
    if not earlier:
        return question, named
    before = _leant_on(earlier)
    says_now, rest = without_now(question) if before.as_of and not named else (False, question)
    if not rest:  # 2025년 5월 당시에는요? 지금은요?
        return before.question, named
    full = understood(rest, earlier, complete)
    if full == rest:
        return question, named
    return full, named or ("" if says_now else before.as_of)


def exchange(answer: Answer) -> Exchange:
    """What later questions of the conversation may lean on."""
    places = (
        " ".join(filter(None, (citation.document, citation.article)))
        for citation in answer.citations
    )
    question = answer.understood or answer.question
    return Exchange(question, answer.text, tuple(places), answer.as_of)


def _leant_on(earlier: Sequence[Exchange]) -> Exchange:
    """The last one that says what it is of, else the last one."""
    recent = earlier[-MOST_EARLIER:]
    return next((one for one in reversed(recent) if _says_of_what(one.question)), recent[-1])


def _says_of_what(question: str) -> bool:
    said = without_markers(question)
    return names_place(said) or any(one.role in OF_WHAT for one in words(said))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a rewritten question must not bring in of its own."""

    figures: frozenset[str]
    quantities: frozenset[str]
    rules: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> _Facts:
        text = "\n".join(map(normalise, texts))
        return cls(
            frozenset(_FIGURE.findall(text)),
            frozenset(fact.value for fact in find_quantities(text)),
            frozenset(letters(rule) for rule in RULE.findall(text)),
        )


def _rewritten(question: str, earlier: Sequence[Exchange], complete: Complete) -> str:
    """What the model makes of ``question``; "" where there is none, or it is not to be taken."""
    turns = (f"질문: {e.question}\n답변: {e.answer[:_LONGEST_ANSWER]}" for e in earlier)
    try:
        written = complete("followup", {"question": question, "conversation": "\n".join(turns)})
    except (ModelError, ConfigError):  # ConfigError: a faulty template
        return ""
    text = (written or "").strip()
    text = text[label.end() :] if (label := _LABEL.match(text)) else text
    text = text.strip("\"'“”‘’ ")
    return text if text and _keeps(text, question, earlier) else ""


def _keeps(text: str, question: str, earlier: Sequence[Exchange]) -> bool:
    """Whether ``text`` is one question that says all of ``question``, and nothing unheard of."""
    if len(text.splitlines()) > 1 or len(text) > _LONGEST or _STATEMENT.search(text):
        return False
    own = content_morphemes(POINTING.sub(" ", without_markers(question)))
    kept, written = {*content_morphemes(text), *_OTHER_WORDS}, letters(text)
    if not all(word in kept or word in written for word in own):
        return False
    heard = _Facts.of(question, *(t for e in earlier for t in (e.question, e.answer, *e.cited)))
    new = _Facts.of(text)
    rules = all(
        any(rule.endswith(old) or old.endswith(rule) for old in heard.rules) for rule in new.rules
    )
    return new.figures <= heard.figures and new.quantities <= heard.quantities and rules
