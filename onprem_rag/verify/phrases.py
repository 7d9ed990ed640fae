"""The words of statements with the parts that their particles give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from onprem_rag.korean.clauses import clauses, masked
from onprem_rag.korean.morphemes import nouns
from onprem_rag.korean.text import squeezed

LEAST = 2  # letters of a noun that tells something
# The parts that words have in a statement.
TOPIC, SUBJECT, OBJECT, TO, FROM, BY, OF, PLAIN, AT, WITH = range(10)
_PARTICLES = (
    (FROM, r"(?:으?로부터|에게서|한테서)(?:는|도|만)?"),
    (TO, r"(?:에게|께|한테)(?:는|도|만)?"),
    (AT, r"에서?(?:는|도|만|의)?"),
    (TOPIC, r"(?:은|는|이란|란)"),
    (SUBJECT, r"(?:께서는|께서|이|가)"),
    (OBJECT, r"(?:을|를)"),
    (BY, r"(?:으로|로)(?:써|만|도|는)?"),
    (OF, r"의"),
    (WITH, r"(?:과|와)(?:는|도|의)?"),
)
_ARGUMENT = re.compile(
    r"(?P<stem>[가-힣A-Za-z·\d]*?[가-힣A-Za-z])(?:"
    + "|".join(f"(?P<p{part}>{particle})" for part, particle in _PARTICLES)
    + r")$"
)
_ENDS_IN_UI = re.compile(
    r"(?:회의|논의|협의|심의|(?<!아)동의|문의|합의|명의|유의|주의|정의|건의|결의|질의|편의|임의|고의)$"
)
_VERBAL = "하되시키받려지이있없않"  # what makes verbs of nouns: 취급받은
_WORD = re.compile(r"[^\s,()\[\]\"'「」|:]+|,")
_LISTED = re.compile(r"(?:및|또는|혹은|과|와|이나|ㆍ)")


@dataclass(frozen=True, slots=True)
class Word:
    """A noun with its part; ``after`` is the word that follows it."""

    stem: str
    part: int
    after: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """One statement: its nouns, and its letters without blanks."""

    words: tuple[Word, ...]
    joined: str
    text: str


@lru_cache(maxsize=512)
def stated_in(source: str, lead: str) -> tuple[Chunk, ...]:
    """The statements of a span, each with what announces it."""
    announcing = chunk_of(lead)
    found: list[Chunk] = []
    for line in source.split("\n"):
        found += [
            Chunk(
                (*announcing.words, *chunk.words),
                announcing.joined + chunk.joined,
                f"{lead}\n{chunk.text}",
            )
            for chunk in chunks(line)
        ]
    return tuple(found)


@lru_cache(maxsize=512)
def chunks(text: str) -> tuple[Chunk, ...]:
    """The statements of a sentence: each begins with a topic of its own."""
    starts = [0, *(start for start in _topics(text) if start)]
    found: list[Chunk] = []
    shared = _shared(text, starts[1] if len(starts) > 1 else 0)
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(text)
        # 정직으로, 감봉은 견책으로 한다: the last predicate is that of all.
        piece = text[start:end]
        found.append(chunk_of(f"{shared} {piece}" if at and shared else piece))
    return tuple(found)


def _topics(text: str) -> Iterator[int]:
    """Where a statement with a topic of its own begins, behind another one."""
    plain = masked(text)
    borders = {start for start, _ in clauses(text)}
    borders |= {found.end() for found in re.finditer(r",\s+", plain)}
    seen = False
    last = 0
    for start, end in pairwise(sorted(borders | {0, len(text)})):
        own = any(
            word.part == TOPIC and not re.search(r"(?:경우|때)에?$", word.stem)
            for word in _words(text[start:end])
        )
        if own and seen and start > last:
            yield start
            last = start
        seen = seen or own


def _shared(text: str, first: int) -> str:
    """What the first of several statements holds for all: 담보기간은 물품은 1년, 공사는 2년."""
    if not first:
        return ""
    found = [
        match.end()
        for match in re.finditer(r"\S{0,40}?[가-힣](?:은|는)\s", text[:first])
        if _ends_in_noun(match[0].strip()[:-1], 1)
    ]
    return text[: found[0]] if len(found) > 1 else ""


def chunk_of(text: str) -> Chunk:
    """All of ``text`` as one statement."""
    return Chunk(tuple(_words(text)), squeezed(text), text)


def _words(text: str) -> list[Word]:
    """The nouns with particles; those of a list have the particle of its last."""
    found: list[Word] = []
    waiting: list[tuple[str, str]] = []  # members of a list that goes on
    tokens = [match[0].rstrip(".;") for match in _WORD.finditer(text)]
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        match = _ARGUMENT.fullmatch(token)
        if token == "," or _LISTED.fullmatch(token):
            continue
        if match is None or _ends_in_noun(token, LEAST) or not _ends_in_noun(match["stem"], 1):
            if following == "," or _LISTED.fullmatch(following) or token.endswith("이나"):
                waiting.append((token.removesuffix("이나"), following))
            else:
                found += [Word(stem, PLAIN, after) for stem, after in waiting]
                waiting = []
                found.append(Word(token, PLAIN, following))
            continue
        part = next(one for one, _ in _PARTICLES if match[f"p{one}"])
        if part == WITH and token[-1] in "과와":
            waiting.append((match["stem"], following))
        found += [Word(stem, part, following) for stem, _ in waiting if part != WITH]
        if part != WITH:
            waiting = []
        found.append(Word(match["stem"], part, following))
    return found + [Word(stem, PLAIN, "") for stem, _ in waiting]


def _ends_in_noun(token: str, least: int) -> bool:
    """Whether its last letters, ``least`` at least, are a noun: those of 휴가 are no particle."""
    if token[-1] == "의" and least > 1:
        return bool(_ENDS_IN_UI.search(token))
    found = nouns_of(token)
    if not found or len(found[-1]) < least:
        return False
    suffixed = least == 1 and token[-1] not in _VERBAL and token[:-1].endswith(found[-1])
    return token.endswith(found[-1]) or suffixed  # 우수상: a noun and its suffix


@lru_cache(maxsize=2048)
def nouns_of(text: str) -> tuple[str, ...]:
    """The nouns of ``text``, read once."""
    return tuple(nouns(text))
