"""Which days a change gives to versions, and to which: nothing that was in force is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.plan import Plan
from ingest.succession import Taken
from onprem_rag.library.versions import in_force, is_ever_in_force
from onprem_rag.records import Document, FileRead, Version
from tests.conftest import Run, shelf_of
from tests.ingest.holding import Desk, rule, statuses

_TEN = frozenset(f"제{number}조" for number in range(1, 11))
_FOUR = frozenset(f"제{number}조" for number in range(1, 5))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class Rules:
    """A library of texts that are known by their numbers, changed on one day after the other."""

    def __init__(self) -> None:
        self.versions: list[Version] = []
        self.files: dict[str, FileRead] = {}
        self.revision = 0
        self.articles: dict[int, frozenset[str]] = {}

    def take(
        self,
        today: str,
        source: str,
        *numbers: int,
        since: str | None = None,
        named: bool = True,
        stated: str | None = None,
        articles: frozenset[str] = _TEN,
        titles: str = "가나다",
        again: bool = False,
    ) -> None:
        """Have a file hold these texts; ``again``: it has not changed, newer readers have."""
        plan = self._plan(today)
        for number in numbers:
            self.articles.setdefault(number, articles)
        texts = [
            Taken(_document(f"{title}규정", source), number, self.articles[number], stated)
            for title, number in zip(titles, numbers, strict=False)
        ]
        sha = self.files[source].sha256 if again else str((numbers, self.revision))
        plan.take(FileRead(source, sha, 1, numbers), texts, since, named)
        self._finish(plan)

    def name(self, today: str, source: str, since: str | None = None) -> bool:
        """Name an unchanged file."""
        plan = self._plan(today)
        changed = plan.retake(source, since)
        self._finish(plan)
        return changed

    def withdraw(self, today: str, title: str) -> None:
        plan = self._plan(today)
        assert plan.withdraw(title)
        self._finish(plan)

    def on(self, *days: str) -> list[list[int]]:
        """What is in force on each of these days."""
        return [sorted(v.document_id for v in self.versions if in_force(v, day)) for day in days]

    def _plan(self, today: str) -> Plan:
        self.revision += 1
        held = (self.articles.__getitem__, lambda number: ())
        return Plan(self.versions, self.files, self.revision, today, *held)

    def _finish(self, plan: Plan) -> None:
        self.versions, self.files = plan.finished(), plan.files
        for one in self.versions:
            assert [v.number for v in self.versions if v.rule == one.rule].count(one.number) == 1


def _document(title: str, source: str) -> Document:
    return Document(title=title, kind="규정", source=source, format="txt", sha256="", text="")


DAYS = ("2019-01-01", "2021-01-01", "2025-01-01", "2027-01-01")


def test_a_wording_that_comes_back_was_in_force_before_too() -> None:
    rules = Rules()
    rules.take("2020-01-01", "/가", 1)
    rules.take("2024-01-01", "/가", 2)
    rules.take("2026-01-01", "/가", 1)
    assert rules.on(*DAYS) == [[1], [1], [2], [1]]
    rules.take("2026-06-01", "/가", 2)
    assert rules.on("2025-01-01", "2026-05-31", "2026-06-01") == [[2], [1], [2]]
    rules.take("2026-06-01", "/가", 1)  # all on one day
    rules.take("2026-06-01", "/가", 3)
    assert rules.on("2019-01-01", "2025-01-01", "2026-05-31", "2026-06-01") == [[1], [2], [1], [3]]
    newer = rules.versions
    rules.take("2026-07-01", "/가", 13, again=True)  # newer readers: no other day
    assert [(v.since, v.until) for v in rules.versions] == [(v.since, v.until) for v in newer]
    assert rules.on("2025-01-01", "2026-05-31", "2026-07-01") == [[2], [1], [13]]


def test_newer_readers_keep_all_days_of_a_wording() -> None:
    rules = Rules()
    for day, number in (("2020-01-01", 1), ("2024-01-01", 2), ("2026-01-01", 1)):
        rules.take(day, "/가", number)
    rules.take("2026-07-01", "/가", 11, again=True)
    assert rules.on(*DAYS) == [[11], [11], [2], [11]]


def test_what_was_withdrawn_was_in_force_until_then() -> None:
    rules = Rules()
    rules.take("2020-01-01", "/가", 1)
    rules.take("2024-01-01", "/가", 2)
    rules.withdraw("2025-06-01", "가 규정")
    assert rules.on("2025-01-01", "2025-06-01") == [[2], []]
    rules.name("2026-01-01", "/가")
    assert rules.on(*DAYS, "2025-12-31") == [[1], [1], [2], [2], []]


def test_a_day_is_for_what_was_named_and_has_changed() -> None:
    rules = Rules()
    rules.take("2020-01-01", "/책", 1, 2, 3)
    rules.take("2026-01-01", "/책", 4, 2, 3, since="2027-01-01")
    assert rules.on("2026-12-31", "2027-01-01") == [[1, 2, 3], [2, 3, 4]]
    rules.take("2026-01-02", "/옮긴 책", 4, 2, 3, since="2028-01-01", named=False)
    assert rules.on("2026-12-31", "2027-01-01") == [[1, 2, 3], [2, 3, 4]]
    # One that is named is of that day even where it has not changed, and once is enough.
    assert rules.name("2026-01-03", "/옮긴 책", since="2028-01-01")
    assert rules.on("2026-12-31", "2027-01-01", "2028-01-01") == [[1], [1], [2, 3, 4]]
    assert not rules.name("2026-01-03", "/옮긴 책", since="2028-01-01")


def test_a_mended_text_that_is_coming_keeps_its_day() -> None:
    rules = Rules()
    rules.take("2020-01-01", "/가", 1)
    rules.take("2026-01-01", "/가", 2, since="2027-01-01")
    rules.take("2026-02-01", "/가", 3)
    assert rules.on("2026-02-01", "2027-01-01") == [[1], [3]]
    assert [(v.document_id, v.dated) for v in rules.versions if is_ever_in_force(v)] == [
        (1, False),
        (3, True),
    ]
    rules.take("2027-02-01", "/가", 4)  # of what is in force it is an amendment
    assert rules.on("2027-01-31", "2027-02-01") == [[3], [4]]
    rules.take("2027-03-01", "/가", 5, since="2028-01-01")
    rules.take("2027-03-02", "/가", 6, stated="2027-06-01")  # it says itself
    assert rules.on("2027-05-31", "2027-06-01", "2028-01-01") == [[4], [6], [6]]


def test_a_rule_that_was_shortened_is_a_version_of_it() -> None:
    for since in (None, "2026-06-01"):
        rules = Rules()
        rules.take("2020-01-01", "/가", 1)
        rules.take("2026-01-01", "/가", 2, articles=_FOUR - {"제1조"}, since=since)
        assert rules.on("2025-01-01", since or "2026-01-01") == [[1], [2]]
    rules = Rules()
    rules.take("2020-01-01", "/가", 1)
    rules.take("2026-01-01", "/나", 2, articles=_FOUR, since="2026-06-01")
    assert rules.on("2026-05-31", "2026-06-01") == [[1], [2]]
    # Two volumes in one file, both amended, one shortened and first now.
    rules = Rules()
    first, second = _FOUR, frozenset({"제11조", "제12조", "제13조"})
    rules.take("2020-01-01", "/가", 1, articles=first)
    rules.take("2020-01-01", "/나", 2, articles=second)
    rules.articles |= {3: frozenset({"제11조", "제12조"}), 4: first}
    rules.take("2026-01-01", "/나", 3, 4, titles="가가")
    assert rules.on("2026-01-01") == [[3, 4]]


def test_days_in_the_library_itself(desk: Desk, call: Run) -> None:
    file = desk.put("보수·여비규정.txt", rule(2, title="보수·여비규정"))
    other = desk.put("급여규정.txt", rule(7, title="급여규정"))
    desk.add(since="2020-01-01")  # new files are of that day, named or not
    desk.put("보수·여비규정.txt", rule(3, title="보수ㆍ여비규정"))
    assert statuses(desk.add(since="2099-01-01")) == ["unchanged", "replaced"]
    assert desk.amounts("2098-01-01", "급여규정") == [7]
    # Of a version in force and one to come: what will change.
    code, out, err = call(main, "diff", "--home", desk.home, "보수・여비 규정")
    assert (code, "2만원" in out, "3만원" in out) == (0, True, True), err
    file.write_text(rule(3, title="보수ㆍ여비규정"))
    desk.add(file, since="2024-01-01")
    file.write_text(rule(2, title="보수·여비규정"))
    outcome = desk.add(file, since="2025-01-01")
    assert outcome.summary == (
        "보수·여비규정 3판(2025-01-01 시행): 새 판",
        "보수ㆍ여비규정 2판(2024-01-01 시행): 시행 중 → 지난 판",
    )
    days = ("2021-01-01", "2024-06-01", "2025-01-01")
    assert [desk.amounts(day, "보수·여비규정") for day in days] == [[2], [3], [2]]
    assert len({v.document_id for v in shelf_of(desk.home).held}) == 3
    again = desk.add(file, since="2025-01-01")
    assert (statuses(again), again.generation) == (["unchanged"], outcome.generation)
    assert other.exists()
