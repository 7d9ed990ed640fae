"""Answers without any model: the sentences of the passages that answer, quoted exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from onprem_rag.following import Followed, context, followed, looked_up
from onprem_rag.generate.interface import REFUSAL
from onprem_rag.korean.asking import sought, unknown_share
from onprem_rag.korean.instructions import is_instruction
from onprem_rag.reading import UNTITLED, Quotation, quotations
from onprem_rag.records import Guard, Hit
from onprem_rag.statements import named_part

# A question is answered when one of the passages to be quoted reads as an answer to this degree
# (``reading.fits``): more where the first hits scatter over many documents, for then nothing is
# really about it, and the more of its subject no rule knows; less where the first stands out.
# Chosen on 182 development questions, 50 of them without an answer; right answers kept and refusals
# made count the same, and so do the neighbours of a setting.
NEEDED = 0.52
NEEDED_PER_DOCUMENT = 0.03
NEEDED_UNKNOWN = 0.15  # where all nouns of the question are unknown
STANDING_OUT = 0.4
LOOKED_AT = 5  # hits whose documents are counted
NAMED = 1_500  # characters of places that a question asks for
# Chosen on KorQuAD's questions of even number and the answers of 92 development questions.
SECOND = 0.7  # a second passage's quotation must score this share of the first
NEXT = 0.5  # another quotation of the same passage likewise, where there is room
ROOM = 1.5  # for both, in lengths that are aimed at
SEVERAL = 3  # quotations where a question asks for several things
ROWS = 400  # characters of a table's rows that fit equally well

_ROW = " | "  # between the cells of a table's row


class Extractive:
    """The default generator: quotes, and never writes a word of its own."""

    name = "extract"
    guard = Guard.QUOTED

    def __init__(
        self, weight: Callable[[str], float], passages: int = 2, length: int = 100
    ) -> None:
        self._weight = weight
        self._passages = passages
        self._length = length

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
        """The quotations with their passages' numbers, ``… [1]``, or 모른다."""
        if looked_up(hits):
            yield "\n\n".join(_in_full(question, context(hits, self._passages)))
            return
        passages = [hit.passage for hit in hits[: self._passages]]
        found = [
            quotation
            for quotation in quotations(question, passages, self._weight)
            if not is_instruction(quotation.text)  # it commands a model and states nothing
        ]
        if not found or not _answerable(
            hits[:LOOKED_AT], self._passages, unknown_share(question, self._weight)
        ):
            yield REFUSAL
            return
        used = context(hits, self._passages)
        referred = {hit.passage.id for hit in used if hit.referred_from}
        own = [quotation for quotation in found if quotation.passage.id not in referred]
        asked = sought(question)
        chosen = self._chosen(own or found, asked.several)
        for pair in reversed(followed(question, used, found, self._weight)):
            self._put_in(pair, chosen, bool(asked.kinds))
        numbers = {hit.passage.id: at for at, hit in enumerate(used, start=1)}
        for at, quotation in enumerate(chosen):
            yield "\n\n" if at else ""
            yield f"{quotation.text} [{numbers[quotation.passage.id]}]"

    def complete(self, prompt: str, values: Mapping[str, str]) -> None:
        """Nothing: there is no model."""

    def agrees(self, prompt: str, values: Mapping[str, str], seconds: float) -> None:
        """Nothing: there is no model."""

    def _chosen(self, found: Sequence[Quotation], several: bool) -> list[Quotation]:
        """The best quotation; then the best of each further passage that fits nearly as well.

        Where one passage alone answers, its next sentence joins while the length allows; where
        several things are asked for, whatever fits nearly as well.
        """
        best = _with_equal_rows(found)
        chosen = [best]
        most = max(SEVERAL, self._passages) if several else self._passages
        for quotation in found[1:]:
            if quotation.score < SECOND * best.score or len(chosen) == most:
                break
            other = several or all(quotation.passage is not taken.passage for taken in chosen)
            if other and all(quotation.text not in taken.text for taken in chosen):
                chosen.append(quotation)
        if len(chosen) == 1 and best is found[0]:
            return self._with_next(found)
        places = {id(quotation.passage): at for at, quotation in reversed([*enumerate(chosen)])}
        return sorted(chosen, key=lambda one: (places[id(one.passage)], one.spans))

    def _put_in(self, pair: Followed, chosen: list[Quotation], one: bool) -> None:
        """What is said elsewhere goes right behind the sentence that refers to it."""
        told = {(quotation.passage.id, quotation.spans) for quotation in chosen}
        naming = (pair.naming.passage.id, pair.naming.spans)
        said = pair.said[:1] if one else self._with_next(pair.said)
        new = [each for each in said if (each.passage.id, each.spans) not in told]
        if naming not in told:
            chosen += [pair.naming, *new]
            return
        at = next(at for at, each in enumerate(chosen) if (each.passage.id, each.spans) == naming)
        chosen[at + 1 : at + 1] = new

    def _with_next(self, found: Sequence[Quotation]) -> list[Quotation]:
        """The best of a passage's quotations, and the next where it fits and the length allows."""
        best = found[0]
        for other in found[1:]:
            # A list is whole, and another row of a table is about another case.
            if other.score < NEXT * best.score or len(best.spans) > 1 or _ROW in best.text:
                break
            if other.passage is best.passage and other.text != best.text:
                if len(best.text) + len(other.text) > ROOM * self._length:
                    break
                return sorted((best, other), key=lambda quotation: quotation.spans)
        return [best]


def _with_equal_rows(found: Sequence[Quotation]) -> Quotation:
    """The best quotation; if it is a row of a table, with the rows that fit equally well.

    The question doesn't tell which of these is meant.
    """
    best = found[0]
    rows = [one for one in found if one.passage is best.passage and one.score == best.score]
    if len(rows) == 1 or any(_ROW not in row.text or len(row.spans) > 1 for row in rows):
        return best
    rows.sort(key=lambda row: row.spans)
    ends = accumulate(len(row.text) for row in rows)
    fitting = [row for row, end in zip(rows, ends, strict=True) if end <= ROWS] or [best]
    spans = tuple(span for row in fitting for span in row.spans)
    return replace(best, spans=spans, whole=len(fitting) == len(rows))


def _in_full(question: str, hits: Sequence[Hit]) -> Iterator[str]:
    """What each of the named places says, as far as NAMED characters."""
    parts = [named_part(hit.passage, question) for hit in hits]
    room = NAMED
    for at, (hit, part) in enumerate(zip(hits, parts, strict=True), start=1):
        said = part or ("" if any(parts) else hit.passage.text)
        room -= len(said)
        if said and (room >= 0 or room + len(said) == NAMED):
            yield f"{said} [{at}]"


def _answerable(hits: Sequence[Hit], count: int, unknown: float) -> bool:
    """Whether one of the first ``count`` of these hits reads enough like an answer to quote it.

    ``unknown`` is the share of the question's subject that no rule knows.
    """
    hits = [hit for hit in hits if hit.score > 0 or not hit.referred_from]  # what was found
    documents = len({hit.passage.document_id for hit in hits})
    lead = hits[0].score - hits[-1].score
    needed = NEEDED + NEEDED_PER_DOCUMENT * documents + NEEDED_UNKNOWN * unknown
    return max(map(_reading, hits[:count])) >= needed - STANDING_OUT * lead


def _reading(hit: Hit) -> float:
    """How well a hit reads as an answer: as a share of what one without a title can reach."""
    return dict(hit.channels).get("reading", 0.0) / (1.0 if hit.passage.title else UNTITLED)
