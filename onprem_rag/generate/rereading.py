"""The references of a growing draft, without reading all of it again at each step."""

from __future__ import annotations

from dataclasses import replace

from onprem_rag.korean.references import Reference, find_references

_AHEAD = 64  # characters behind a reference that can still lengthen it: a title, a link
_BACK = 150  # characters before a reference in which its 「」 may stand
_DRAFTS = 2  # as it is written, and as it is read without marks


class Rereading:
    """Reads on from a reference that the last reading had too: from there both read alike."""

    def __init__(self) -> None:
        self._last: list[tuple[str, list[Reference]]] = []

    def references(self, text: str, base: int) -> list[Reference]:
        """Those of ``text``; of those that end before ``base`` some may be missing."""
        known = next((k for k in self._last if k[0][:base] == text[:base]), None)
        found = self._read_on(known[1], text, base) if known else None
        if found is None:
            found = find_references(text)
        if known:
            self._last.remove(known)
        self._last = [*self._last, (text, found)][-_DRAFTS:]
        return found

    def _read_on(self, known: list[Reference], text: str, base: int) -> list[Reference] | None:
        settled = (r for r in reversed(known) if r.end <= base - _AHEAD and not r.implied)
        common = next(settled, None)
        if common is None or (start := common.start - _BACK) < _BACK:
            return None
        found = [
            replace(r, start=r.start + start, end=r.end + start)
            for r in find_references(text[start:])
        ]
        # Equal in all, what it takes from those before it included: whatever follows is too.
        return found[found.index(common) :] if common in found else None
