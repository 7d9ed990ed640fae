"""The copy guard: a draft's numbers, references and dates go on only along those of its sources.

It reads text and knows no tokenizer. A draft is *whole* where it could end: every run of digits
and every fact in it stands in the sources. It is *live* where it is whole, or becomes so by
finishing a number that it has begun; only live drafts are allowed, so that there is always a way
on. What is read as a fact is what the checker reads as one: the same functions do it.

It doesn't see fractions and orders in words (절반, 둘째, 몇), numbers in other languages (seven,
VII), currency signs before a number other than $ ₩ € ¥, or which of the sources' numbers belongs
to what: a copied one may stand in a wrong sentence. Two quantities of unlike kinds, or with words
between them (3명 이상 10명 이하), are not read as a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from onprem_rag.generate.around import (
    ARTICLE,
    BREAK,
    GAP,
    GOES_ON,
    HALF_PARTICLES,
    NAMED,
    READ_OUT,
    SELF,
    UNREAD,
    WORDS,
)
from onprem_rag.generate.copyable import (
    collapsed,
    digit_class,
    joined,
    place_of,
    read,
    run_pattern,
    spelt,
)
from onprem_rag.generate.free_numbers import finish, free_numbers
from onprem_rag.generate.rereading import Rereading
from onprem_rag.generate.units import LOOK_AHEAD, is_stated
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.script import Script
from onprem_rag.records import Fact

_LOOK_BACK = 40  # characters in which a number in words and its unit stand
_APART = 16  # characters before the end of what is known to be whole are read again
_REMEMBERED = 4096  # texts


@cache
def _last_digit() -> re.Pattern[str]:
    return re.compile(rf"[{digit_class()}][^{digit_class()}]*$")


@cache
def _news() -> re.Pattern[str]:
    return re.compile(rf"[{digit_class()}\]]")


class CopyGuard:
    """Says how a draft may go on. ``also`` are characters that never count (sentinel tags).

    ``sources`` are the texts that the model sees, ``places`` canonical references that are there
    without being spelt (제9조제1항), and ``[1]`` to ``[marks]`` may always be written.
    """

    def __init__(
        self, sources: Sequence[str], places: Sequence[str] = (), marks: int = 0, also: str = ""
    ) -> None:
        self._without = {ord(character): None for character in also}
        sources = [self._read(source) for source in sources]
        self._copyable = read(sources, places, marks)
        self._script = Script("".join(sources))
        self._marks = marks
        self.letters = self._script.letters  # of other scripts; the sources have them
        self._whole: dict[str, bool] = {}
        self._live: dict[str, bool] = {}
        self._rereading = Rereading()
        self._known = ""  # a whole draft; what grows from it is read only from near its end on

    def allows(self, draft: str, piece: str) -> bool:
        """Whether ``draft`` may go on with ``piece``; with ``""``: whether it may end here."""
        draft, piece = self._read(draft), self._read(piece)
        if not self._script.allows(piece):
            return False
        if not piece:
            return self._ends(draft)
        text = draft + piece
        live = self._live.get(text)
        if live is None:
            live = self._goes_on(draft, piece)
            if len(self._live) > _REMEMBERED:
                self._live.clear()
            self._live[text] = live
        return live

    def continuations(self, draft: str) -> tuple[str, ...] | None:
        """Within a number, reference or date what may follow; None where prose may follow.

        They are proposals: ``allows`` has the last word.
        """
        draft = self._read(draft)
        if self._is_whole(draft):
            return None
        return tuple(dict.fromkeys(self._ways(draft)))

    def settled(self, draft: str) -> int:
        """So many characters can be shown or kept; an unfinished number is not among them."""
        text = self._read(draft)
        end = len(text)
        while end and not self._ends(text[:end]):
            end -= 1
        if end == len(text):
            return len(draft)
        kept = 0
        for at, character in enumerate(draft):
            if ord(character) in self._without:
                continue
            if kept == end:
                return at
            kept += 1
        return len(draft)

    def _read(self, text: str) -> str:
        return text.translate(self._without) if self._without else text

    def _goes_on(self, draft: str, piece: str) -> bool:
        """Whether the two together are live; where no number is near, without reading them."""
        text = draft + piece
        if self._whole.get(draft) and not self._is_near_number(text, len(piece)):
            self._remember(text, True)
            return True
        if self._is_whole(text):
            return True
        return any(self._is_whole(text + rest) for rest in self._ways(text))

    def _is_near_number(self, text: str, new: int) -> bool:
        """Whether the last ``new`` characters may change what is read as a number."""
        if _news().search(text, len(text) - new):
            return True
        tail = text[-(_LOOK_BACK + new) :]
        tails = [tail]
        if any(sign in tail for sign in "]*_`") or GAP.search(tail):
            tails.append(tail := GAP.sub(_gap, UNREAD.sub("", tail)))
        if last := _last_digit().search(tail):
            after = GOES_ON.match(tail, last.start() + 1)
            assert after
            read = tail[after.end() : max(after.end(), len(tail) - new)]
            if len(read) <= LOOK_AHEAD and not READ_OUT.match(read):
                return True
        return any(
            word.end() >= len(tail) - new - LOOK_AHEAD
            for tail in tails
            for words in WORDS
            for word in words.finditer(tail)
        )

    def _ends(self, text: str) -> bool:
        return self._is_whole(text) and self._reads_well(text, self._base(text))

    def _is_whole(self, text: str) -> bool:
        """Whether the draft could end here, or go on with a new line."""
        whole = self._whole.get(text)
        if whole is None:
            base = self._base(text)
            whole = self._reads_well(text + "\n", base)
            if whole and text[-1:] in ("인", "일"):  # "15명일": a count only before a blank
                whole = self._reads_well(text, base)
            self._remember(text, whole)
        return whole

    def _remember(self, text: str, whole: bool) -> None:
        if len(self._whole) > _REMEMBERED:
            self._whole.clear()
            self._whole[self._known] = True
        self._whole[text] = whole
        if whole:
            self._known = text

    def _base(self, text: str) -> int:
        """From here on ``text`` must be read; what stands before is known to be whole."""
        if not text.startswith(self._known):
            return 0
        at = min(len(self._known), len(text)) - _APART
        while at > 0:
            at = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at))
            if at > 0 and BREAK.search(text, max(0, at - 2), at):
                return at
        return 0

    def _reads_well(self, text: str, base: int) -> bool:
        if not self._is_copied(text, base):
            return False
        tail = text[base:]
        as_read = GAP.sub(_gap, UNREAD.sub("", tail))
        if as_read == tail:
            return True
        before = GAP.sub(_gap, UNREAD.sub("", text[:base]))
        return self._is_copied(before + as_read, len(before))

    def _is_copied(self, text: str, base: int) -> bool:
        """Whether all runs of digits and all facts from ``base`` on are the sources'."""
        theirs = self._copyable
        runs = list(run_pattern().finditer(text, base))
        if runs:
            free = free_numbers(text, self._marks, theirs.numbering)
            runs = [run for run in runs if not free.issuperset(range(*run.span()))]
        if not all(run[0] in theirs.runs for run in runs):
            return False
        facts, implied = self._references(text, base)
        if not all(theirs.has(fact) and self._is_named(text, fact) for fact in facts):
            return False
        for one, two in joined(text, facts):
            if not theirs.joins(one, two, [place for at, place in implied if at == one.end]):
                return False
        quantities = find_quantities(text[base:])
        if not all(map(theirs.has, quantities)):
            return False
        if not all(theirs.joins(*ends, ()) for ends in joined(text[base:], quantities)):
            return False
        quantities = [replace(f, start=f.start + base, end=f.end + base) for f in quantities]
        spans = [(fact.start, fact.end) for fact in (*facts, *quantities)]
        if not theirs.words.issuperset(map(collapsed, spelt(text, base, spans))):
            return False
        return all(is_stated(text, run, (*facts, *quantities), theirs) for run in runs)

    def _references(self, text: str, base: int) -> tuple[list[Fact], list[tuple[int, str]]]:
        """The references that end behind ``base``; places that a range implies from a position."""
        facts: list[Fact] = []
        implied: list[tuple[int, str]] = []
        last: Fact | None = None
        for found in self._rereading.references(text, base):
            place = place_of(found)
            if found.implied:
                implied.append((found.start, place))
                continue
            fact = Fact("reference", found.text, place, found.start, found.end)
            if fact.end > base:
                if last and not facts:
                    facts.append(last)
                facts.append(fact)
            last = fact
        return facts, implied

    def _is_named(self, text: str, fact: Fact) -> bool:
        """Whether the rule that is named before an article without 「」 is the article's."""
        if not fact.value.startswith(("제", "별")) or not ARTICLE.match(fact.value):
            return True
        named = NAMED.search(text[max(0, fact.start - 24) : fact.start])
        if not named or SELF.fullmatch(named[1]):
            return True
        return self._copyable.names(named[1], fact.value)

    def _ways(self, text: str) -> Iterator[str]:
        """Yield what would finish the number at the end of ``text``."""
        yield from finish(text, self._marks, self._copyable.numbering)
        yield from HALF_PARTICLES.get(text[-1:], ())
        longest = self._copyable.longest
        for start in range(max(0, len(text) - longest), len(text)):
            for span in self._copyable.spans.get(text[start:], ()):
                yield span[len(text) - start :]


def _gap(match: re.Match[str]) -> str:
    return "\n" if "\n" in match[0] else " "
