"""What the words of rules end: themselves with their 유효기간, and others that they repeal."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parse import parse
from ingest.split.lapses import Lapses, lapses_of
from onprem_rag.records import Status
from tests.conftest import shelf_of
from tests.ingest.holding import Desk, rule

TODAY = "onprem_rag.library.versions.today"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(TODAY, lambda: "2025-06-30")
    return Desk(tmp_path)


def lapses(text: str) -> Lapses:
    """What is read in a rule of which ``text`` is the end."""
    whole = f"{rule(3)}\n{text}\n".encode()
    ((document, passages),) = parse("/규정/여비규정.txt", whole).documents
    return lapses_of(document, passages)


def repealing(clause: str, since: str = "2025-01-01") -> str:
    """A rule whose 부칙 repeals others."""
    return f"{rule(5, since, '출장규정').rstrip()}\n{clause}\n"


@pytest.mark.parametrize(
    ("clause", "titles"),
    [
        ("제2조(다른 규정의 폐지) 「여비규정」은 폐지한다.", {"여비규정"}),
        ("제2조(폐지) 종전의 여비 규정은 이 규정 시행과 동시에 폐지한다.", {"여비규정"}),
        ("② 여비규정 및 보수ㆍ수당 규정(2019. 1. 1. 제정)은 각각 폐지한다.",
         {"여비규정", "보수·수당규정"}),
        ("② 다음 각 호의 규정은 폐지한다.\n1. 여비규정\n2. 복무규정", {"여비규정", "복무규정"}),
        ("이 규정의 시행과 동시에 여비규정, 복무규정은 폐지된다.", {"여비규정", "복무규정"}),
        ("이 규정 시행과 동시에 국외여비규정은 폐지한다.", set()),
        ("② 여비규정 제5조를 폐지한다.", set()),
        ("② 여비규정 중 별표 1을 폐지한다.", set()),
        ("② 여비규정 및 복무규정에 따른 위원회를 폐지한다.", set()),
        ("② 종전의 규정은 폐지한다.", set()),
        ("② 여비규정은 이 규정 시행일부터 폐지한다.", {"여비규정"}),
        ("② 여비규정 및 「복무규정」은 폐지하고, 그 밖의 것은 따로 정한다.", {"복무규정"}),
        ("② 대통령령 제5,045호 여비규정은 이 영 시행과 동시에 이를 폐지한다.", {"여비규정"}),
        ("② 다음 각 호의 지침은 폐지한다. 1. 숙박비지침 2. 「복무규정」(2020. 1. 1. 제정)\n"
         "③ 종전의 여비규정에 따라 지급된 것은 이 규정에 따른 것으로 본다.", {"복무규정"}),
        ("② 다음 각 호의 지침은 폐지한다. 1. 여비규정(제5조에 한정한다) 2. 복무규정", {"복무규정"}),
        ("② 「보수·여비규정」 및 「출장, 여비규정」은 폐지한다.", set()),
        ("② 종전의 「연구 여비규정」은 폐지한다.", set()),
        ("② 「직원(계약직 포함) 여비규정」은 폐지한다.", set()),
        ("② 「여비규정 및 복무규정 운영지침」은 폐지한다.", set()),
        ("② 여비규정 및 복무규정 운영지침은 폐지한다.", set()),
        ("② 「여비규정」 및 「복무규정」에 따른 숙박비지침은 폐지한다.", set()),
        ("② 이 규정은 「여비규정」에 따라 시행하고 종전의 「숙박비지침」은 폐지한다.", set()),
        ("② 「여비규정」과 중복되는 「숙박비지침」은 폐지한다.", set()),
        ("② 여비규정과 중복되는 숙박비지침은 폐지한다.", set()),
        ("② 「여비규정」 및 「복무규정」 중 이 규정에 저촉되는 규정은 폐지한다.", set()),
        ("② 다음 각 호의 규정에 따른 지침은 폐지한다.\n1. 여비규정\n2. 복무규정", set()),
        ("② 「여비규정」 및 「복무규정」은 폐지한다. 다만, 「여비규정」 제3조는 제외한다.",
         {"복무규정"}),
        ("② 「여비규정」, 「복무규정」의 위임전결규정은 폐지한다.", set()),
        ("② 「여비규정」(제5조에 한한다)은 폐지한다.", set()),
        ("② 「여비규정」은 폐지한다는 이사회의 의결이 있을 때까지 효력을 가진다.", set()),
        ("② 여비규정에 따라 지급한 것은 이 규정에 따른 것으로 본다.", set()),
    ],
)  # fmt: skip
def test_which_rules_are_repealed(clause: str, titles: set[str]) -> None:
    found = lapses(
        f"부칙 <2025. 1. 1.>\n제1조(시행일) 이 규정은 2025년 1월 1일부터 시행한다.\n{clause}"
    )
    known = {"여비규정", "복무규정", "보수·수당규정", "여비"}
    assert {one for one in known for repeal in found.repeals if repeal.is_of(one)} == titles
    assert all(repeal.day == "2025-01-01" for repeal in found.repeals)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("제3조(유효기간) 이 규정은 2026년 12월 31일까지 효력을 가진다.", "2027-01-01"),
        ("제3조(유효기간) 이 규정은 「관리 규정」에 따라 2026. 6. 30.까지 그 효력을 유지한다.",
         "2026-07-01"),
        ("부칙\n이 규정은 2025년 1월 1일부터 2025년 12월 31일까지 시행한다.", "2026-01-01"),
        ("부칙\n제3조의 개정규정은 2026년 12월 31일까지 효력을 가진다.", None),
        ("부칙\n이 규정은 2026년 12월 31일까지 공고한 사업에 적용한다.", None),
        ("부칙\n이 규정은 2025년 1월 1일부터 시행하되, 제2조의 개정규정은 2026년 12월 31일까지 "
         "적용한다.", None),
        ("부칙\n이 규정은 계약직에 대해서는 2026. 12. 31.까지 시행한다.", None),
        ("부칙\n이 규정은 제5조를 제외하고는 2026년 12월 31일까지 효력을 가진다.", None),
        ("부칙\n이 개정규정은 2026년 12월 31일까지 적용한다.", None),
        ("제3조(유효기간) 이 규정은 「훈령 관리 규정」(대통령훈령 제394호)에 따라 이 규정을 발령한 "
         "후의 여건 변화 등을 검토하여야 하는 2026년 12월 31일까지 효력을 가진다.", "2027-01-01"),
        ("제3조(기한) 이 규정은 2026년 12월 31일까지 효력을 가진 것에 적용한다.", None),
        ("부칙 <2020. 1. 1.>\n이 규정은 2024년 12월 31일까지 효력을 가진다.\n\n"
         "부칙 <2024. 1. 1.>\n이 규정은 2024년 1월 1일부터 시행한다.", None),
    ],
)  # fmt: skip
def test_until_when_a_rule_holds(text: str, day: str | None) -> None:
    found = lapses(text)
    assert found.day == day
    assert (found.clause in " ".join(text.split())) == bool(day or not found.clause)


def test_who_is_repealed_answers_until_then(desk: Desk) -> None:
    old = desk.put("여비규정.txt", rule(3, "2020-01-01"))
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다."))
    outcome = desk.sync()
    assert (
        "여비규정 1판(2020-01-01 시행): 「출장규정」에 따라 2025-01-01부터 폐지된 것으로 봅니다"
        f"(“② 여비규정은 폐지한다”). → 계속 시행하는 규정이면 'ingest add {old}'로 다시 넣으세요."
    ) in outcome.summary
    assert (desk.amounts("2024-12-31"), desk.amounts()) == ([3], [])
    answer = desk.chatbot().ask("여비규정에서 일비는 얼마인가요?")
    assert "「여비규정」은 2025-01-01에 폐지되거나 유효기간이 끝났습니다." in answer.text
    assert "3만원" not in answer.text
    assert not desk.sync().summary  # it stays so
    assert [file.status for file in desk.add(old).files] == ["replaced"]
    assert desk.amounts() == [3]
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다.").replace("5만원", "6만원"))
    assert desk.sync().summary
    assert desk.amounts() == [3]  # the admin has named it since


def test_a_repeal_to_come_comes_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("여비규정.txt", rule(3, "2020-01-01"))
    desk.add()
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다.", "2026-01-01"))
    assert any("2026-01-01부터 폐지" in line for line in desk.sync(dry_run=True).summary)
    outcome = desk.sync()
    assert any("→ 계속 시행하는 규정이면 'ingest add" in line for line in outcome.summary)
    chatbot = desk.chatbot()
    assert "3만원" in chatbot.ask("여비규정에서 일비는 얼마인가요?").text
    monkeypatch.setattr(TODAY, lambda: "2026-01-01")
    later = chatbot.ask("여비규정에서 일비는 얼마인가요?")
    assert later.status is not Status.VERIFIED or "3만원" not in later.text
    assert desk.amounts() == []


def test_what_began_after_the_repeal_stays(desk: Desk) -> None:
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다."))
    desk.put("여비규정.txt", rule(3, "2025-03-01"))
    desk.put("여비규정 옛것.txt", rule(2, "2020-01-01"))
    desk.add()
    assert (desk.amounts(), desk.amounts("2025-02-01"), desk.amounts("2024-01-01")) == (
        [3],
        [],
        [2],
    )


def test_a_book_keeps_what_is_in_it(desk: Desk) -> None:
    rules = [
        repealing("② 여비규정은 폐지한다."),
        *(rule(n, "2020-01-01", f"{n}급규정") for n in range(4)),
    ]
    desk.put("규정집.txt", "\n".join([rule(3, "2020-01-01"), *rules]))
    desk.add()
    assert len({version.title for version in shelf_of(desk.home).held}) == 6
    assert desk.amounts() == [3]


def test_who_has_a_term_is_over_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    term = "제3조(유효기간) 이 규정은 2025년 12월 31일까지 효력을 가진다.\n\n부칙"
    path = desk.put("여비규정.txt", rule(3, "2020-01-01").replace("부칙", term))
    outcome = desk.add()
    assert any("유효기간이 2025-12-31까지여서 그 뒤에는" in line for line in outcome.summary)
    assert (desk.amounts("2025-12-31"), desk.amounts("2026-01-01")) == ([3], [])
    monkeypatch.setattr(TODAY, lambda: "2026-01-01")
    assert desk.amounts() == []
    assert not desk.sync().summary
    desk.add(path)
    assert desk.amounts() == [3]  # as the admin says


def test_a_term_that_was_over_before_the_rule_began_is_none(desk: Desk) -> None:
    term = "제3조(유효기간) 이 규정은 2023년 12월 31일까지 효력을 가진다.\n\n부칙"
    desk.put("여비규정.txt", rule(3, "2024-03-01").replace("부칙", term))
    desk.add()
    assert desk.amounts() == [3]


def test_what_a_book_says_of_a_rule_that_it_no_longer_holds() -> None:
    rules = "\n".join(rule(n, "2020-01-01", f"{n}급규정") for n in range(5))
    contents = "차례\n여비규정【폐지】 ······ 1\n숙소규정【폐지】 ······ 2\n"
    stubs = (
        "여비규정\n2019년 8월 1일자 폐지 → 제도 폐지\n\n"
        "숙소규정\n2017년 12월 1일자 직제개편으로 인한 이동(제6편 -> 제5편)\n\n"
    )
    parsed = parse("/규정/규정집.txt", f"{contents}\n{stubs}{rules}".encode())
    found = {one.title: lapses_of(one, passages).repeals for one, passages in parsed.documents}
    (repeal,) = found["여비규정【폐지】"]
    assert (repeal.day, repeal.is_of("여비규정")) == ("2019-08-01", True)
    assert found["숙소규정【폐지】"] == ()


def test_what_a_book_no_longer_holds_is_not_in_force(desk: Desk) -> None:
    rules = "\n".join(rule(n, "2020-01-01", f"{n}급규정") for n in range(5))
    titles = ("여비규정", "숙소규정")
    contents = "".join(f"{title}【폐지】 ······ 1\n" for title in titles)
    stubs = "".join(f"\n{title}\n2019년 8월 1일자 폐지 → 제도 폐지\n" for title in titles)
    desk.put("규정집.txt", f"차례\n{contents}{stubs}\n{rules}")
    desk.put("여비규정.txt", rule(3, "2010-01-01"))
    desk.add()
    shelf = shelf_of(desk.home)
    assert "여비규정【폐지】" not in {one.title for one in shelf.versions.values()}
    assert desk.amounts() == []
    for title in titles:
        told = desk.chatbot().ask(f"{title}의 일비는 얼마인가요?").text
        assert f"「{title}」은 2019-08-01에 폐지되거나 유효기간이 끝났습니다." in told


def test_a_repeal_that_never_comes_into_force_ends_nothing(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(3, "2020-01-01"))
    coming = desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다.", "2026-01-01"))
    desk.sync()
    assert desk.amounts("2026-01-01") == []
    coming.write_text(repealing("② 여비규정은 폐지한다.", "2026-03-01"), encoding="utf-8")
    desk.sync()  # it comes later
    assert (desk.amounts("2026-01-01"), desk.amounts("2026-03-01")) == ([3], [])
    coming.unlink()
    lines = desk.sync().summary
    assert any("폐지한다던 규정이 시행되지 않게 되어 그대로" in line for line in lines)
    assert desk.amounts("2026-03-01") == [3]
    coming.write_text(repealing("② 여비규정은 폐지한다.", "2025-01-01"), encoding="utf-8")
    desk.sync()
    assert desk.amounts() == []
    coming.unlink()
    desk.sync()  # it was in force, and so was what it says
    assert desk.amounts() == []


def test_a_repeal_to_come_can_be_undone_before_its_day(desk: Desk) -> None:
    path = desk.put("여비규정.txt", rule(3, "2020-01-01"))
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다.", "2026-01-01"))
    desk.sync()
    desk.add(path)
    assert desk.amounts("2026-01-01") == [3]


def test_a_repealed_rule_does_not_come_back_unsaid(desk: Desk) -> None:
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다."))
    desk.sync()
    path = desk.put("여비규정.txt", rule(3, "2020-01-01"))
    lines = desk.sync().summary  # it comes after what repeals it
    assert any("「출장규정」에 따라 2025-01-01부터 폐지" in line for line in lines)
    assert desk.amounts() == []
    desk.put("여비규정.txt", rule(4, "2020-01-01"))
    lines = desk.sync().summary  # in another wording
    assert any("2025-01-01부터 폐지된 규정의 새 내용입니다. → " in line for line in lines)
    assert desk.amounts() == []
    text = path.read_bytes()
    path.unlink()
    desk.put("다른규정.txt", rule(1, "2020-01-01", "다른규정"))
    desk.sync()
    path.write_bytes(text)
    desk.sync()  # it was gone for a while
    assert desk.amounts() == []
    desk.add(path)
    path.rename(path.with_name("여비.txt"))
    desk.sync()
    assert desk.amounts() == [4]  # as the admin has said
    path = path.with_name("여비.txt")
    path.unlink()
    desk.put("여비규정.txt", rule(5, "2025-05-01"))
    desk.sync()  # enacted anew
    assert desk.amounts() == [5]


def test_a_repealed_rule_of_a_book_comes_back_with_it(desk: Desk) -> None:
    titles = ["여비규정", *(f"{n}급규정" for n in range(5))]
    book = desk.put("규정집.txt", "\n".join(rule(3, "2020-01-01", title) for title in titles))
    desk.put("출장규정.txt", repealing("② 여비규정은 폐지한다."))
    desk.sync()
    assert (desk.amounts(), desk.amounts(title="1급규정")) == ([], [3])
    desk.add(book)
    assert (desk.amounts(), desk.amounts(title="1급규정")) == ([3], [3])


def test_an_old_repeal_ends_nothing_that_was_enacted_anew(desk: Desk) -> None:
    text = repealing("② 여비규정은 폐지한다.", "2015-01-01").replace(
        "제2조(일비)", "제2조(일비) <개정 2023. 1. 1.>"
    )
    desk.put("출장규정.txt", text)
    desk.put("여비규정.txt", rule(3, "2018-01-01"))
    desk.sync()
    assert desk.amounts() == [3]
