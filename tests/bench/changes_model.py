"""Ten thousand random changes against a small model of what ought to be in force.

``python -m tests.bench model``. Each operation is a whole change of the library, made live,
or a day that comes; after each, a chatbot that stays open is searched and asked.
"""

from __future__ import annotations

import copy
import itertools
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from ingest.pipeline import Outcome, add, remove, sync
from ingest.rollback import history, rollback
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.errors import LibraryError
from onprem_rag.index.generations import current_name
from onprem_rag.records import Hit
from tests.bench.changes_rules import TITLES, numbers, on_day, question, quick_changes
from tests.bench.changes_rules import rule as rule_text
from tests.conftest import quiet

OPERATIONS = 10_000
STEPS = 50  # an example
_AT_ONCE = 1_000  # operations of one run of examples: what fails is made small soon
_FILES = ("가.txt", "나.txt", "다.txt", "라.txt")
_FIRST_DAY = date(2026, 1, 1)
_FIRST_NUMBER = 100_000
# Nobody cuts the power here: waiting for a disk to sync finds nothing.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

_titles = st.sampled_from(TITLES[:3])
_files = st.sampled_from(_FILES)
_days = st.none() | st.integers(-400, 120)  # from today to the 시행일 that a text states
_picks = st.integers(0, 1_000)


@dataclass(frozen=True, slots=True)
class Text:
    """What a file holds: a version of a rule; its number is in its text."""

    title: str
    number: int
    since: str | None


@dataclass(slots=True)
class Kept:
    """A version that the library knows."""

    text: Text
    since: str
    order: int  # of the change that took it in last
    dated: bool  # its day is its own, or that of the coming one whose place it took
    withdrawn: str | None = None

    @property
    def never(self) -> bool:
        """It was withdrawn before its day."""
        return self.withdrawn is not None and self.withdrawn <= self.since


@dataclass(slots=True)
class Model:
    """What a library ought to have in force, told in days."""

    files: dict[str, Text] = field(default_factory=dict)
    kept: dict[tuple[int, str], Kept] = field(default_factory=dict)  # by number and first day

    def in_force(self, title: str, day: str) -> int | None:
        """The version with the latest 시행일 until ``day``, unless it was withdrawn by then."""
        begun = [one for one in self._of(title) if one.since <= day and not one.never]
        last = max(begun, key=lambda one: (one.since, one.order), default=None)
        if last is None or (last.withdrawn is not None and last.withdrawn <= day):
            return None
        return last.text.number

    def alive(self, day: str) -> set[int]:
        """All that is in force on ``day``."""
        return {number for title in TITLES if (number := self.in_force(title, day)) is not None}

    def write(self, name: str, text: Text, today: str, order: int, named: bool = True) -> None:
        """A file has come, or reads otherwise; one that was not ``named`` may have been moved."""
        last = self.files.get(name)
        known = self._newest(text)
        elsewhere = text in self.files.values()
        since = self.first_day(name, text, today)
        self.files[name] = text
        if known and not last and not named and (known.withdrawn is None or elsewhere):
            return
        if known is None or known.withdrawn is not None or not self._counts(known, today):
            self._begin(text, since, order, dated=text.since is not None or since > today)

    def first_day(self, name: str, text: Text, today: str) -> str:
        """Since when a text counts: one that doesn't say takes the place of what is coming."""
        last = self.files.get(name)
        coming = self._newest(last) if last and last != text and last.title == text.title else None
        counts = coming and coming.withdrawn is None and self._counts(coming, today)
        if coming and counts and coming.since > today:
            return text.since or coming.since
        others = any(one.text.number != text.number for one in self._of(text.title))
        return text.since or (today if others else "")

    def name_again(self, name: str, today: str, order: int) -> None:
        """An admin names a file that has not changed: a rule that was taken out comes back."""
        text = self.files[name]
        known = self._newest(text)
        assert known
        never = self.in_force(text.title, known.since) != text.number
        out = known.withdrawn is not None or text.since is None or never
        if out and not self._counts(known, today):
            since = known.since if known.dated else self.first_day(name, text, today)
            self._begin(text, since, order, known.dated)

    def forget_moved(self, name: str, disk: Collection[str]) -> None:
        """Files that are on the disk no more, and whose text ``name`` was read to hold."""
        for other in [o for o, text in self.files.items() if text == self.files[name]]:
            if other not in disk:
                self.drop(other)

    def drop(self, name: str) -> None:
        """A file is gone."""
        del self.files[name]

    def withdraw(self, title: str, today: str) -> None:
        """An admin takes a rule out."""
        for one in self._of(title):
            one.withdrawn = one.withdrawn or today

    def settle(self, today: str) -> None:
        """A rule that no file holds ends today; of one that a file holds, what came after it."""
        provided = {text.number for text in self.files.values()}
        for title in TITLES:
            held = [one for one in self._of(title) if one.text.number in provided]
            newest = max(((one.since, one.order) for one in held), default=None)
            for one in self._of(title):
                if one.withdrawn is None and one.text.number not in provided:
                    if newest is None:
                        one.withdrawn = today
                    elif (one.since, one.order) > newest:
                        one.withdrawn = one.since

    def _of(self, title: str) -> Iterator[Kept]:
        return (one for one in self.kept.values() if one.text.title == title)

    def _newest(self, text: Text) -> Kept | None:
        held = [one for one in self._of(text.title) if one.text.number == text.number]
        return max(held, key=lambda one: (one.since, one.order), default=None)

    def _begin(self, text: Text, since: str, order: int, dated: bool) -> None:
        """A text counts from a day on; the days before, on which it counted too, stay known."""
        for key, one in list(self.kept.items()):
            over = self._end(one) <= since and one.since < self._end(one) and not self._lost(one)
            if one.text.number == text.number and not over:
                del self.kept[key]
        self.kept[text.number, since] = Kept(text, since, order, dated)

    def _counts(self, known: Kept, today: str) -> bool:
        """Whether it is in force or will be, as far as is known."""
        return today < self._end(known)

    def _end(self, known: Kept) -> str:
        """The day before which it counts last."""
        later = [
            one.since
            for one in self._of(known.text.title)
            if (one.since, one.order) > (known.since, known.order) and not self._lost(one)
        ]
        return min([*later, known.withdrawn or "9999"])

    def _lost(self, one: Kept) -> bool:
        """It has no day: it was withdrawn before, or another of the same day came after."""
        same = [other for other in self._of(one.text.title) if other.since == one.since]
        return one.never or any(o.order > one.order and not o.never for o in same)


class Changes(RuleBasedStateMachine):
    """The product beside the model."""

    operations = 0  # of all examples

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="changes-", dir=_MEMORY))
        self.rules = self.folder / "rules"
        self.rules.mkdir()
        self.config = load_config(self.folder / "home")
        self.day = _FIRST_DAY
        self.number = _FIRST_NUMBER
        self.order = 0
        self.model = Model()
        self.texts: list[Text] = []  # that there have been
        self.disk: dict[str, Text] = {}  # by file
        self.states: dict[str, Model] = {}  # by generation
        self.chatbot: Chatbot | None = None
        self.looks = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(name=_files, title=_titles, days=_days)
    def write(self, name: str, title: str, days: int | None) -> None:
        """A new text: a rule is added, amended, or a file gets another rule."""
        self._write(name, self._new(title, days))
        self._done(lambda: add(self.config, [self.rules / name], quiet))

    @precondition(lambda self: self.texts)
    @rule(name=_files, pick=_picks)
    def write_again(self, name: str, pick: int) -> None:
        """A text that there was before comes back, under any name."""
        text = self.texts[pick % len(self.texts)]
        if self.model.files.get(name) == text:
            return
        self._write(name, text)
        self._done(lambda: add(self.config, [self.rules / name], quiet))

    @precondition(lambda self: self._present())
    @rule(pick=_picks)
    def name_again(self, pick: int) -> None:
        """A file that has not changed is named."""
        name = self._picked(self._present(), pick)
        self.order += 1
        self.model.name_again(name, self.today, self.order)
        self.model.forget_moved(name, self.disk)
        self._done(lambda: add(self.config, [self.rules / name], quiet))

    @rule(gone=st.sets(_files, max_size=2), new=st.dictionaries(_titles, _days, max_size=2))
    def mirror(self, gone: set[str], new: dict[str, int | None]) -> None:
        """Files come, change and go, and the library follows."""
        for name in gone & self.disk.keys():
            self._delete(name)
        for name, (title, days) in zip(
            sorted(set(_FILES) - gone), sorted(new.items()), strict=False
        ):
            self._put(name, self._new(title, days))
        self.order += 1
        taken: dict[tuple[str, str], int] = {}
        for name, text in sorted(self.disk.items()):
            if self.model.files.get(name) == text:
                continue
            of_a_day = (text.title, self.model.first_day(name, text, self.today) or self.today)
            if taken.setdefault(of_a_day, text.number) != text.number:
                self._delete(name)  # of two that begin on one day at once neither is the newer
        if not self.disk:
            return
        for name, text in sorted(self.disk.items()):
            if self.model.files.get(name) != text:
                self.model.write(name, text, self.today, self.order, named=False)
        for name in set(self.model.files) - self.disk.keys():
            self.model.drop(name)
        self._done(lambda: sync(self.config, self.rules, quiet))

    @rule(title=_titles)
    def remove_rule(self, title: str) -> None:
        """A rule is taken out by its title."""
        try:
            with on_day(self.today):
                remove(self.config, [title], quiet)
        except LibraryError:
            assert self.model.in_force(title, self.today) is None
            return
        self.model.withdraw(title, self.today)
        self._done(None)

    @precondition(lambda self: self.model.files)
    @rule(pick=_picks)
    def remove_file(self, pick: int) -> None:
        """A file is taken out by its name."""
        name = self._picked(sorted(self.model.files), pick)
        self.model.drop(name)
        self._done(lambda: remove(self.config, [str(self.rules / name)], quiet))

    @precondition(lambda self: len(self.states) > 1)
    @rule(pick=_picks)
    def roll_back(self, pick: int) -> None:
        """An older generation, with all that was in force in it."""
        _, names, live = history(self.config)
        older = sorted(names - {live})
        if older:
            name = self._picked(older, pick)
            with on_day(self.today):
                rollback(self.config, int(name[1:]))
            self.model = copy.deepcopy(self.states[name])
            Changes.operations += 1
            self._look()

    @rule(days=st.integers(1, 90))
    def later(self, days: int) -> None:
        """The clock moves on."""
        self.day += timedelta(days)
        Changes.operations += 1
        self._look()

    @property
    def today(self) -> str:
        """The machine's day."""
        return self.day.isoformat()

    def _new(self, title: str, days: int | None) -> Text:
        self.number += 1
        since = None if days is None else (self.day + timedelta(days)).isoformat()
        self.texts.append(Text(title, self.number, since))
        return self.texts[-1]

    def _write(self, name: str, text: Text) -> None:
        self._put(name, text)
        self.order += 1
        self.model.write(name, text, self.today, self.order)
        self.model.forget_moved(name, self.disk)

    def _put(self, name: str, text: Text) -> None:
        written = rule_text(text.title, text.number, text.since)
        (self.rules / name).write_text(written, encoding="utf-8")
        self.disk[name] = text

    def _delete(self, name: str) -> None:
        (self.rules / name).unlink()
        del self.disk[name]

    def _present(self) -> list[str]:
        """The files that the library holds as they are in the folder."""
        return sorted(n for n, text in self.model.files.items() if self.disk.get(n) == text)

    def _picked(self, names: list[str], pick: int) -> str:
        return names[pick % len(names)]

    def _done(self, change: Callable[[], Outcome] | None) -> None:
        """Make the change, in the model too, and look at what is in force."""
        Changes.operations += 1
        self.model.settle(self.today)
        with on_day(self.today):
            if change:
                assert not change().failed
        self.states[current_name(self.config.index_folder) or ""] = copy.deepcopy(self.model)
        self._look()

    def _look(self) -> None:
        """Nothing but what is in force is found, all of it is, and on another day likewise."""
        if not self.states:
            return
        with on_day(self.today):
            self.chatbot = self.chatbot or Chatbot.open(self.config)
            alive = self.model.alive(self.today)
            assert _found(self.chatbot.search("지급하는 금액", 50)) == alive
            self.looks += 1
            title = TITLES[self.looks % 3]
            self._ask(title, "", self.model.in_force(title, self.today), alive)
            for text in self.texts[-1:]:
                found = _found(self.chatbot.search(f"{text.number}원", 10))
                assert (text.number in found) == (text.number in alive)
            then = (self.day + timedelta((self.looks * 37) % 500 - 400)).isoformat()
            self._ask(title, then, self.model.in_force(title, then), self.model.alive(then))

    def _ask(self, title: str, day: str, wanted: int | None, alive: set[int]) -> None:
        assert self.chatbot
        answer = self.chatbot.ask(question(title), day=day)
        named = numbers([answer.text]) | _found(answer.hits)
        assert named <= alive, (day, answer, alive)
        assert wanted is None or wanted in named, (day, answer, wanted)


def _found(hits: Sequence[Hit]) -> set[int]:
    return numbers(hit.passage.text for hit in hits)


def model(shared: Path, work: Path, operations: int = OPERATIONS) -> None:
    """``python -m tests.bench model``"""
    operate(operations)
    print(
        f"{Changes.operations} random operations: no deleted, superseded or future text in any "
        "answer, and what ought to be in force was found (bar: 10,000, none)"
    )


def operate(operations: int, steps: int = STEPS) -> None:
    """At least so many random operations; raises what the first that goes wrong raises.

    Some examples end before their last step, and some steps find nothing to do: more examples go
    on until so many operations were really done.
    """
    Changes.operations = 0
    with quick_changes():
        for run in itertools.count():
            left = operations - Changes.operations
            if left <= 0:
                return
            tried = settings(
                max_examples=max(1, min(left, _AT_ONCE) // steps),
                stateful_step_count=steps,
                deadline=None,
                database=None,
                print_blob=False,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            run_state_machine_as_test(seed(run)(Changes), settings=tried)
