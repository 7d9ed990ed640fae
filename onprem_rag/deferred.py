"""What is said of an answer that cites an article of which a part is not in force yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from onprem_rag.korean.addenda import Deferred, deferred, newest
from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.versions import title_key
from onprem_rag.records import Answer, Citation

_CACHED = 256  # documents
_OF_ANOTHER = re.compile(r"부\s*칙\s*[(（](?![^)）]*(?:\d|[개제]정))")  # 부칙(민법) <제7427호, …>


def with_deferred(answer: Answer, shelf: Shelf) -> Answer:
    """``answer`` from the rules of ``shelf``, with what of its articles comes into force later."""
    notes = dict.fromkeys(
        _note(cited, one)
        for cited in answer.citations
        if cited.article
        for one in _parts(shelf.addenda(cited.document_id))
        if (one.day is None or one.day > shelf.day) and _is_of(one, cited)
    )
    return replace(answer, note=" ".join(filter(None, (answer.note, *notes)))) if notes else answer


@lru_cache(_CACHED)
def _parts(addenda: Sequence[str]) -> tuple[Deferred, ...]:
    """The parts with days of their own; days left open of the newest addenda alone.

    Nobody says of older ones when they were fixed.
    """
    last = newest(addenda)
    found: Iterator[tuple[str, Deferred]] = (
        (addendum, one)
        for addendum in addenda
        if not _OF_ANOTHER.match(addendum)
        for one in deferred(addendum)
    )
    return tuple(one for addendum, one in found if one.day or addendum == last)


def _is_of(part: Deferred, cited: Citation) -> bool:
    """Whether what comes into force later is, or may be, in what is cited."""
    for named in find_references(part.part, every=True):
        same = named.document is None or title_key(named.document) == title_key(cited.document)
        if same and cited.article == (named.annex or named.article):
            paragraph = CIRCLED.find(cited.paragraph) + 1 if cited.paragraph else 0
            if not (paragraph and named.paragraph) or paragraph == named.paragraph:
                return True
    return False


def _note(cited: Citation, part: Deferred) -> str:
    told = f"「{cited.document}」 {cited.article}에는 시행일이 따로 있는 부분이 있습니다"
    remedy = f"{part.day} 전의 일이면 고치기 전의 내용을" if part.day else "이미 시행되었는지"
    return f"{told}(부칙 “{part.clause}”). → {remedy} 담당 부서에 확인하세요."
