"""Answers without any model: the sentences of the passages that answer, quoted exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from onprem_rag.following import Followed, context, followed, looked_up
from onprem_rag.generate.interface import REFUSAL
from onprem_rag.korean.questions import asked_kinds
from onprem_rag.reading import Quotation, named_part, quotations
from onprem_rag.records import LOOKED_UP, Hit

# A question is answered when the first hit reads as an answer to this degree (``reading.fits``):
# more where the first hits scatter over many documents, for then nothing is really about it; less
# where the first stands out. Chosen on 182 development questions, 50 of them without an answer;
# right answers kept and refusals made count the same.
NEEDED = 0.47
NEEDED_PER_DOCUMENT = 0.03
STANDING_OUT = 0.3
LOOKED_AT = 5  # hits whose documents are counted
NAMED = 1_500  # characters of places that a question asks for
SECOND = 0.7  # a second passage's quotation must score this share of the first


class Extractive:
    """The default generator: quotes, and never writes a word of its own."""

    name = "extract"

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
        found = quotations(question, [hit.passage for hit in hits[: self._passages]], self._weight)
        if not found or not _answerable(hits[:LOOKED_AT], self._passages):
            yield REFUSAL
            return
        used = context(hits, self._passages)
        referred = {hit.passage.id for hit in used if hit.referred_from}
        chosen = self._chosen([q for q in found if q.passage.id not in referred] or found)
        for pair in reversed(followed(question, used, found, self._weight)):
            self._put_in(pair, chosen, bool(asked_kinds(question)))
        numbers = {hit.passage.id: at for at, hit in enumerate(used, start=1)}
        for at, quotation in enumerate(chosen):
            yield "\n\n" if at else ""
            yield f"{quotation.text} [{numbers[quotation.passage.id]}]"

    def _chosen(self, found: Sequence[Quotation]) -> list[Quotation]:
        """The best quotation; then the best of each further passage that fits nearly as well.

        Where one passage alone answers, its next sentence joins while the length allows.
        """
        chosen = [found[0]]
        for quotation in found[1:]:
            if quotation.score < SECOND * found[0].score or len(chosen) == self._passages:
                break
            other = all(quotation.passage is not taken.passage for taken in chosen)
            if other and all(quotation.text != taken.text for taken in chosen):
                chosen.append(quotation)
        if len(chosen) == 1 and len(found) > 1 and found[1].passage is found[0].passage:
            return self._with_next(found)
        return chosen

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
        near = len(found) > 1 and found[1].score >= SECOND * found[0].score
        if near and len(found[0].text) + len(found[1].text) <= self._length:
            return sorted(found[:2], key=lambda quotation: quotation.spans)
        return list(found[:1])


def _in_full(question: str, hits: Sequence[Hit]) -> Iterator[str]:
    """What each of the named places says, as far as NAMED characters."""
    parts = [named_part(hit.passage, question) for hit in hits]
    room = NAMED
    for at, (hit, part) in enumerate(zip(hits, parts, strict=True), start=1):
        said = part or ("" if any(parts) else hit.passage.text)
        room -= len(said)
        if said and (room >= 0 or room + len(said) == NAMED):
            yield f"{said} [{at}]"


def _answerable(hits: Sequence[Hit], count: int) -> bool:
    """Whether the first of these hits reads enough like an answer to quote it.

    The best of the first ``count``, where the first is there because the question names it.
    """
    hits = [hit for hit in hits if hit.score > 0 or not hit.referred_from]  # what was found
    documents = len({hit.passage.document_id for hit in hits})
    lead = hits[0].score - hits[-1].score
    needed = NEEDED + NEEDED_PER_DOCUMENT * documents - STANDING_OUT * lead
    read = hits[:count] if LOOKED_UP in dict(hits[0].channels) else hits[:1]
    return max(dict(hit.channels).get("reading", 0.0) for hit in read) >= needed
