"""The checker's cases: faithful answers and wrong ones with the two passages they stand on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from onprem_rag.records import Passage
from tests.bench.corpus import corpus, half
from tests.bench.faithful import RULES, attributed
from tests.bench.pieces import Piece, Setting, bare, pieces
from tests.bench.wrong import INSIDE, NAMES, PLACES, may_hold

QUOTES = {"sentence": 0.55, "two sentences": 0.15, "item": 0.2, "row": 0.1}
_SHORT = 120  # characters of a sentence that is put together with another one
_LONGEST = 2_500  # characters of a passage


@dataclass(frozen=True, slots=True)
class Case:
    """An answer; ``faithful`` is what it would be had nothing been made wrong."""

    way: str  # "quote", a rule of ``faithful.py``, or a way of ``wrong.py``
    style: str  # of a wrong case: "quote" or the rule
    answer: str
    passages: tuple[Passage, Passage]
    faithful: str

    @property
    def is_wrong(self) -> bool:
        """Whether the answer says something that the passages don't."""
        return self.way in INSIDE


class Shelf:
    """The documents of one half, their pieces and the names in them."""

    def __init__(self, shared: Path, work: Path, which: str) -> None:
        self._documents = [
            (folder, passages)
            for folder, passages in corpus(shared, work)
            if len(passages) > 1 and half(passages[0].document) == which
        ]
        self._folders = {passages[0].document: folder for folder, passages in self._documents}
        self._words = {
            id(passage): {word[:3] for word in passage.text.split()}
            for _, passages in self._documents
            for passage in passages
        }
        self._siblings = {
            id(passage): passages for _, passages in self._documents for passage in passages
        }

    def folder_of(self, case: Case) -> str:
        """Of ``../shared/data``."""
        return self._folders[case.passages[0].document]

    @cached_property
    def _pieces(self) -> list[list[Piece]]:
        """Of each document; rules of PDFs and HWPs, which are shorter, come twice."""
        found = []
        for folder, passages in self._documents:
            mine = [
                piece
                for passage in passages
                if passage.article and len(passage.text) <= _LONGEST
                for piece in pieces(passage)
            ]
            found += [mine] * (1 if folder == "statutes" else 2)
        return [mine for mine in found if mine]

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """Names by class that stand in the documents more than once, addenda apart."""
        found: dict[str, Counter[str]] = {kind: Counter() for kind in NAMES}
        for _, passages in self._documents:
            for passage in passages:
                if not (passage.article or "").startswith("부칙"):
                    for kind, pattern in NAMES.items():
                        found[kind].update(one[0] for one in pattern.finditer(passage.text))
        return {
            kind: sorted(name for name, count in names.items() if count > 1)
            for kind, names in found.items()
        }

    def draw(self, pick: Random, fits: Callable[[Piece], bool]) -> Iterator[Piece]:
        """Pieces in turn of one document after the other, none twice."""
        shelves = []
        for mine in self._pieces:
            fitting = [piece for piece in mine if fits(piece)]
            pick.shuffle(fitting)
            shelves.append(fitting)
        while shelves := [mine for mine in shelves if mine]:
            pick.shuffle(shelves)
            for mine in shelves:
                yield mine.pop()

    def neighbour(self, passage: Passage) -> Passage | None:
        """The passage of the same document, its addenda apart, that shares most words."""
        words = self._words[id(passage)]
        late = (passage.article or "").startswith("부칙")
        others = [
            other
            for other in self._siblings[id(passage)]
            if other is not passage
            and (late or not (other.article or "부칙").startswith("부칙"))
            and 20 <= len(other.text) <= _LONGEST
            and passage.text not in other.text
        ]
        return max(others, key=lambda other: len(words & self._words[id(other)]), default=None)


def faithful_cases(shelf: Shelf, way: str, count: int, seed: str) -> list[Case]:
    """Faithful answers: exact quotes, or paraphrases by one rule."""
    pick = Random(f"{seed} {way}")
    left = Counter({kind: round(share * count) for kind, share in QUOTES.items()})
    found: dict[str, Case] = {}
    for piece in shelf.draw(pick, lambda one: not one.late and (way == "quote" or one.alone)):
        if len(found) == count:
            break
        neighbour = shelf.neighbour(piece.passage)
        if neighbour is None or (way == "quote" and not left[piece.kind]):
            continue
        answer = _said(way, piece.text, piece, neighbour, pick.randrange(10**9))
        if answer and answer not in found:
            found[answer] = Case(way, "", answer, (piece.passage, neighbour), answer)
            left[piece.kind] -= 1
    return list(found.values())


def _said(way: str, text: str, piece: Piece, neighbour: Passage, seed: int) -> str | None:
    """The text quoted, or paraphrased by a rule; the same seed says another text the same way."""
    pick = Random(seed)
    if way == "quote":
        if piece.lead:
            return f"{piece.lead}\n{text}"
        with_place = piece.kind != "row" and not piece.leans and pick.random() < 0.3
        return attributed(text, piece, pick) or text if with_place else text
    other = piece
    if way == "combined":
        others = [one for one in pieces(neighbour) if one.alone and len(one.text) <= _SHORT]
        if not others or len(text) > _SHORT:
            return None
        other = pick.choice(others)
        if other.text[:12] == text[:12]:
            return None
    return RULES[way](text, piece, other, pick)


def wrong_cases(shelf: Shelf, way: str, count: int, seed: str) -> list[Case]:
    """Wrong answers of one way, half of them of quotes and half of paraphrases."""
    pick = Random(f"{seed} {way}")
    found: dict[str, Case] = {}
    left = {True: count // 2, False: count - count // 2}  # paraphrases, quotes
    late = way == "date"  # rules themselves hold few dates

    def fits(piece: Piece) -> bool:
        return (late or not piece.late) and may_hold(way, piece.text)

    for piece in shelf.draw(pick, fits):
        paraphrase = piece.alone and left[True] >= left[False]
        if not left[paraphrase]:
            paraphrase = piece.alone and bool(left[True])
        if not left[paraphrase]:
            if not any(left.values()):
                break
            continue
        case = _wrong(shelf, way, piece, paraphrase, pick)
        if case and case.answer not in found:
            found[case.answer] = case
            left[paraphrase] -= 1
    return list(found.values())


def _wrong(shelf: Shelf, way: str, piece: Piece, paraphrase: bool, pick: Random) -> Case | None:
    at_place = (
        way in PLACES and piece.kind == "sentence" and not piece.leans and pick.random() < 0.6
    )
    neighbour = shelf.neighbour(piece.passage)
    if neighbour is None:
        return None
    setting = Setting((piece.passage, neighbour), shelf.names)
    seed = pick.randrange(10**9)
    styles = pick.sample(list(RULES), len(RULES)) if paraphrase else ["quote"]
    if at_place:
        place = PLACES[way](piece, setting, pick)
        if place is None or bare(setting.text).count(bare(piece.text)) > 1:
            return None
        right = piece.place if "항" in place else piece.passage.article
        style = pick.choice(["endings", "units", "spelled", "reordered"]) if paraphrase else "quote"
        said = RULES[style](piece.text, piece, piece, Random(seed)) if paraphrase else piece.text
        faithful, answer = (
            attributed(said, piece, Random(seed), one) if said else None for one in (right, place)
        )
        return _case(way, style, faithful, answer, setting)
    changed = INSIDE[way](piece.text, piece, setting, pick)
    if changed is None or setting.states(changed):
        return None
    for style in styles:
        faithful, answer = (
            _said(style, text, piece, neighbour, seed) for text in (piece.text, changed)
        )
        if case := _case(way, style, faithful, answer, setting):
            return case
    return None


def _case(
    way: str, style: str, faithful: str | None, answer: str | None, setting: Setting
) -> Case | None:
    """The case, unless something can't be said or the passages say it all the same."""
    if not faithful or not answer or bare(faithful) == bare(answer) or setting.states(answer):
        return None
    return Case(way, style, answer, setting.passages, faithful)


def all_cases(
    shelf: Shelf, seed: str, quotes: int, paraphrases: int, wrong: int, only: Sequence[str] = ()
) -> list[Case]:
    """Every case, or those of some ways; ``paraphrases`` of each rule, ``wrong`` of each way."""
    found: list[Case] = []
    for way in ("quote", *RULES, *INSIDE):
        if only and way not in only:
            continue
        if way in INSIDE:
            found += wrong_cases(shelf, way, wrong, seed)
        else:
            found += faithful_cases(shelf, way, quotes if way == "quote" else paraphrases, seed)
    return found
