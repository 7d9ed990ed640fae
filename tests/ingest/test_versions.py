"""Versions of rules: what is in force today, on its day, and on any day that one asks for."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.faq import add_faq
from onprem_rag.cli import main as ask
from onprem_rag.errors import ConfigError
from onprem_rag.followup import exchange
from onprem_rag.library.versions import state_of, today
from onprem_rag.records import Answer, State, Status
from onprem_rag.report import answer_json, answer_text, hits_json, hits_text
from onprem_rag.web.ask import _excerpts
from tests.conftest import Run, shelf_of
from tests.ingest.holding import QUESTION, Desk, notes, rule, statuses

TODAY = "onprem_rag.library.versions.today"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def cited(answer: Answer) -> list[tuple[int, str]]:
    """The versions that an answer cites: number and day."""
    return [(one.edition.number, one.edition.since) for one in answer.citations if one.edition]


def test_new_content_under_one_title_is_a_new_version_whatever_its_file(
    desk: Desk, call: Run
) -> None:
    first = desk.put("여비규정.txt", rule(2, "2020-01-01"))
    assert desk.add().summary == ("여비규정 1판(2020-01-01 시행): 새 규정",)
    desk.put("2024/여비 규정 전부개정(최종).md", rule(3, "2024-03-01", "여비 규정"))
    outcome = desk.add()
    assert statuses(outcome) == ["unchanged", "replaced"]
    assert outcome.summary == (
        "여비 규정 2판(2024-03-01 시행): 새 판",
        "여비규정 1판(2020-01-01 시행): 시행 중 → 지난 판",
    )
    assert desk.days() == [(1, "2020-01-01", "2024-03-01"), (2, "2024-03-01", None)]
    chatbot = desk.chatbot()
    today = chatbot.ask(QUESTION)
    assert (today.status, today.as_of) == (Status.VERIFIED, "")
    assert "3만원" in today.text
    assert cited(today) == [(2, "2024-03-01")]
    assert {hit.passage.document for hit in chatbot.search("일비 하루 2만원", 50)} == {"여비 규정"}

    # As of a day, given beside the question or in it.
    dated = [
        chatbot.ask(QUESTION, day="2023-05-01"),
        chatbot.ask(f"2023년 5월 당시 {QUESTION}"),
        chatbot.ask("여비규정의 일비는 2023. 5. 1. 기준으로 하루에 얼마인가요?"),
    ]
    for answer in dated:
        assert (answer.status, answer.as_of) == (Status.VERIFIED, "2023-05-01")
        assert "2만원" in answer.text
        assert [one.document for one in answer.citations] == ["여비규정"]
        assert cited(answer) == [(1, "2020-01-01")]
    assert "오늘이 아니라 2023-05-01에 시행되던 규정으로 답합니다.\n" in answer_text(dated[0])
    assert "여비규정 제2조 · 1판, 2020-01-01 시행\n" in answer_text(dated[0])
    (told,) = answer_json(dated[0])["citations"]
    assert (told["version"], told["since"]) == (1, "2020-01-01")
    for day, amount in (("2024-02-29", "2만원"), ("2024-03-01", "3만원")):
        hits = chatbot.search(QUESTION, 50, day)
        assert len(hits) == 2
        assert any(amount in hit.passage.text for hit in hits)
    before = chatbot.ask(QUESTION, day="2019-12-31")
    assert (before.status, before.hits) == (Status.REFUSED, ())
    assert before.text == (
        "모른다. 「여비규정」의 등록된 가장 이른 판은 1판이고, 2020-01-01부터 시행되었습니다. "
        "→ 그날이나 그 뒤의 날짜로 물으세요."
    )
    code, out, _ = call(ask, "ask", "--home", desk.home, "--as-of", "2021-01-01", QUESTION)
    assert (code, "2만원" in out, "3만원" in out) == (0, True, False)
    code, _, err = call(ask, "ask", "--home", desk.home, "--as-of", "2021-13-01", QUESTION)
    assert (code, "2021-13-01 → 2024-03-01처럼" in err) == (1, True)

    # A file whose rule has a newer version is not brought back by naming it.
    assert statuses(desk.add(first)) == ["unchanged"]
    assert desk.amounts() == [3]


def test_an_answer_does_not_hide_that_its_rules_are_not_those_asked_for(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(3, "2025-03-01"))
    desk.put("교육지침.txt", rule(2, title="교육지침").replace("일비", "교육비"))
    desk.add()
    chatbot = desk.chatbot()
    # Words that name no day that can be read.
    for question in ("개정 전에는 일비가 얼마였나요?", "제1판 기준으로 일비는 얼마인가요?"):
        answer = chatbot.ask(question)
        assert (answer.as_of, "3만원" in answer.text) == ("", True)
        assert f"오늘({today()}) 시행 중인 규정으로 답합니다. → " in answer_text(answer)
        assert "'2025년 5월 당시 시행되던 규정에서" in answer_json(answer)["note"]
    plain = chatbot.ask(QUESTION)
    assert answer_json(plain)["note"] is None
    assert "여비규정 제2조 · 1판, 2025-03-01 시행\n" in answer_text(plain)
    assert "시행 중인 규정으로" not in answer_text(plain)
    # The day is before the rule's first version, and others were in force.
    early = chatbot.ask("2025년 당시 여비규정에서 일비는 얼마였나요?")
    assert "「여비규정」의 등록된 가장 이른 판은 1판이고, 2025-03-01부터" in answer_text(early)
    # Nobody has said that this one was in force then.
    undated = chatbot.ask("2019년 당시 교육비는 하루에 얼마였나요?")
    assert "2만원" in undated.text
    assert "교육지침 제2조 · 1판, 시행일 미상\n" in answer_text(undated)
    assert "등록된 가장 이른 판" not in answer_text(undated)
    now = answer_text(chatbot.ask("교육비는 하루에 얼마인가요?"))
    assert "교육지침 제2조 · 1판, 시행일 미상\n" in now


def test_where_no_rule_says_since_when_none_is_told_to_say_nothing(desk: Desk) -> None:
    desk.put("교육지침.txt", rule(2, title="교육지침"))
    desk.put("안내.txt", "교육비 안내\n\n교육비 영수증은 총무과에 낸다.\n")
    desk.add()
    chatbot, asked = desk.chatbot(), "교육지침의 일비는 하루에 얼마인가요?"
    assert "판" not in answer_text(chatbot.ask(asked)) + hits_text(chatbot.search(asked, 5))
    assert "1판, 시행일 미상\n" in answer_text(chatbot.ask(asked, day="2020-01-01"))
    # A second version counts from the day on which it came.
    desk.put("교육지침.txt", rule(3, title="교육지침"))
    desk.add()
    assert "교육지침 제2조 · 2판\n" in answer_text(chatbot.ask(asked))
    # Beside a rule that does say it the rule is told to say nothing, and the notice never.
    desk.put("여비규정.txt", rule(4, "2024-03-01"))
    desk.add()
    assert "교육지침 제2조 · 2판, 시행일 미상\n" in answer_text(chatbot.ask(asked))
    notice = chatbot.ask("교육비 영수증은 어디에 내나요?")
    assert ("총무과" in notice.text, "판" in answer_text(notice)) == (True, False)


def test_hits_are_told_with_their_versions_as_citations_are(desk: Desk) -> None:
    desk.put("1.txt", rule(2, "2020-01-01"))
    desk.put("2.txt", rule(3, "2024-03-01"))
    desk.add()
    for day, number, since in (("", 2, "2024-03-01"), ("2021-01-01", 1, "2020-01-01")):
        hits = desk.chatbot().search("여비규정 제2조", 1, day)
        place = hits_text(hits).partition("\n")[0]
        assert place.endswith(f"여비규정 제2조 일비 · {number}판, {since} 시행")
        (told,) = hits_json("여비규정 제2조", hits)["hits"]
        assert (told["version"], told["since"]) == (number, since)


PARTLY = """여비규정

제1조(목적) 이 규정은 여비에 필요한 사항을 정한다.

제2조(일비)
① 일비는 하루에 2만원으로 한다.
② 식비는 하루에 3만원으로 한다.

제3조(주차비) 주차비는 하루에 5천원으로 한다.

부칙 <2020. 1. 5.>
이 규정은 2020년 2월 1일부터 시행한다. 다만, 제3조는 원장이 따로 정하는 날부터 시행한다.

부칙(보수규정) <2026. 1. 5.>
제1조(시행일) 이 규정은 공포한 날부터 시행한다. 다만, 제3조의 개정규정은 2099. 1. 1.부터 시행한다.

부칙 <2026. 1. 5.>
이 규정은 2026. 2. 1.부터 시행한다. 다만, 제2조제2항의 개정규정은 2027. 1. 1.부터 시행한다.
"""


def test_of_a_part_that_comes_into_force_later_the_answer_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2026-11-21")
    desk.put("여비규정.txt", PARTLY)
    desk.add()
    chatbot, asked = desk.chatbot(), "식비는 하루에 얼마인가요?"
    answer = chatbot.ask(asked)
    assert "3만원" in answer.text
    assert answer.note == (
        "「여비규정」 제2조에는 시행일이 따로 있는 부분이 있습니다(부칙 “다만, 제2조제2항의 "
        "개정규정은 2027. 1. 1.부터 시행한다”). → 2027-01-01 전의 일이면 고치기 전의 내용을 담당 "
        "부서에 확인하세요."
    )
    assert answer.note in answer_text(answer)
    others = [chatbot.ask(f"{one}는 하루에 얼마인가요?") for one in ("주차비", "일비")]
    assert [(bool(one.citations), one.note) for one in others] == [(True, ""), (True, "")]
    assert chatbot.ask(asked, day="2027-01-01").note == ""
    assert "2027-01-01 전의" in chatbot.ask(asked, day="2026-12-31").note


def test_a_younger_rule_on_the_same_does_not_contradict_the_one_that_answers(desk: Desk) -> None:
    desk.put("1.txt", rule(3, "2020-01-01", "출장비규정"))
    desk.put("2.txt", rule(5, "2024-01-01", "숙소규정"))
    desk.put("3.txt", rule(6, "2024-01-01", "차량규정").replace("일비", "배차"))
    desk.add()
    chatbot = desk.chatbot()
    answer = chatbot.ask("2021년 5월 당시 일비는 하루에 얼마인가요?")
    assert ("3만원" in answer.text, answer.note) == (True, "")
    named = chatbot.ask("2021년 5월 당시 숙소규정의 일비는 하루에 얼마인가요?")
    assert "「숙소규정」의 등록된 가장 이른 판은 1판이고, 2024-01-01부터" in answer_text(named)


def test_a_rule_that_is_not_in_force_is_not_answered_from_another(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(2, "2020-01-01"))
    desk.put("숙소규정.txt", rule(3, "2099-02-01", "숙소규정"))
    gone = desk.put("차량 규칙.txt", rule(4, "2021-01-01", "차량 규칙"))
    desk.add()
    desk.remove(str(gone))
    chatbot = desk.chatbot()
    for question in ("숙소규정에서 일비는 하루에 얼마인가요?", "숙소규정 제2조"):
        answer = chatbot.ask(question)
        assert answer.status is Status.REFUSED
        assert answer.text.startswith("모른다. 「숙소규정」은 2099-02-01부터 시행됩니다. → ")
    then = chatbot.ask("2099년 2월 1일 당시 시행되는 규정에서 숙소규정의 일비는 하루에 얼마인가요?")
    assert (then.as_of, "3만원" in then.text) == ("2099-02-01", True)  # what it says to do
    withdrawn = chatbot.ask("차량규칙의 목적은?")
    assert f"「차량 규칙」은 {today()}에 철회되었습니다." in withdrawn.text
    assert "4만원" in chatbot.ask("2022년 5월 당시 차량규칙에서 일비는 하루에 얼마였나요?").text
    # Beside one that is in force, it is noted; who names none is answered as ever.
    both = chatbot.ask("여비규정과 숙소규정에서 일비는 하루에 얼마인가요?")
    assert ("2만원" in both.text, "「숙소규정」은 2099-02-01부터" in both.note) == (True, True)
    plain = chatbot.ask(QUESTION)
    assert ("2만원" in plain.text, plain.note) == (True, "")
    short = chatbot.ask("숙소 예약은 누가 하나요?")
    assert "2099-02-01" not in answer_text(short)
    desk.add(desk.put("교육.txt", rule(5, "2098-03-01", "위탁교육 지침").replace("일비", "교육비")))
    (told,) = {chatbot.ask(asked).text for asked in ("위탁교육 교육비는?", "위탁교육 기간은?")}
    assert told.startswith(
        "모른다. 등록된 규정에서 근거를 찾지 못했습니다. 「위탁교육 지침」은 2098"
    )


def test_the_present_year_is_today_and_two_days_are_refused(desk: Desk, call: Run) -> None:
    desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.txt", rule(3, f"{today()[:4]}-01-02"))
    desk.add()
    chatbot = desk.chatbot()
    answer = chatbot.ask(f"올해 기준으로 {QUESTION}")
    assert (answer.as_of, "3만원" in answer.text) == ("", True)
    two = f"2021년 당시와 2025년 당시 {QUESTION}"
    for ask_two in (chatbot.ask, chatbot.preview, lambda text: chatbot.search(text, 3)):
        with pytest.raises(ConfigError, match="한 번에 한 날짜의 규정만"):
            ask_two(two)
    with pytest.raises(ConfigError, match="한 번에 한 날짜의 규정만"):
        chatbot.ask(f"2021년 당시 {QUESTION}", day="2022-01-01")
    code, _, err = call(ask, "ask", "--home", desk.home, two)
    assert (code, "→ 날짜마다 나누어 물으세요." in err) == (1, True)


def test_a_follow_up_is_answered_from_the_same_days_rules(desk: Desk) -> None:
    desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.txt", rule(3, "2024-01-01"))
    desk.add()
    chatbot = desk.chatbot()
    for first in (
        chatbot.ask(f"2023년 5월 당시 {QUESTION}"),
        chatbot.ask(QUESTION, day="2023-05-01"),
    ):
        then = chatbot.ask("그럼 한도는?", [exchange(first)])
        assert (then.understood, then.as_of) == ("일비 한도는?", "2023-05-01")
        assert "2만원" in then.text
        again = chatbot.ask("지금은요?", [exchange(first), exchange(then)])
        assert (again.as_of, "3만원" in again.text) == ("", True)
        other = chatbot.ask("2025년 당시에는요?", [exchange(first)])
        assert (other.understood, other.as_of) == (QUESTION, "2025-01-01")


def test_what_an_answer_refers_to_is_shown_as_it_was_on_its_day(desk: Desk) -> None:
    referring = rule(2, "2020-01-01").replace(
        "하루에 2만원으로 한다", "「급여규정」 제2조에 따른다"
    )
    desk.put("여비규정.txt", referring)
    desk.put("급여1.txt", rule(2, "2020-01-01", "급여규정"))
    desk.put("급여2.txt", rule(5, "2024-01-01", "급여규정"))
    desk.add()
    chatbot = desk.chatbot()
    for day, amount in (("2021-01-01", "2만원"), ("", "5만원")):
        answer = chatbot.ask("여비규정 제2조 알려줘", day=day)
        (shown, *_) = _excerpts(chatbot, answer)
        assert [amount in said for _, said in shown.references] == [True]


def test_a_version_takes_over_on_its_day_without_anyone_acting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, call: Run
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2026-05-31")
    desk.put("여비규정.txt", rule(2, "2020-01-01"))
    desk.add()
    faq = desk.home.parent / "여비.csv"
    faq.write_text("질문,답변,문서,조문\n일비가 얼마죠?,2만원입니다.,여비규정,제2조\n")
    add_faq(desk.config, [faq])
    chatbot = desk.chatbot()
    desk.put("여비규정(개정).txt", rule(3, "2026-06-01"))
    outcome = desk.add()
    assert outcome.summary == (
        "여비규정 2판(2026-06-01 시행): 넣음. 2026-06-01부터 저절로 시행됩니다.",
    )
    (line,) = outcome.review
    assert line.startswith("2026-06-01부터 승인된 답변 1번 '일비가 얼마죠?'")
    code, out, _ = call(main, "status", "--home", desk.home)
    assert ("시행 전" in out, "규정 1건" in out) == (True, True)
    assert "2만원" in chatbot.ask(QUESTION).text
    assert not any("3만원" in hit.passage.text for hit in chatbot.search("일비 3만원", 50))
    assert "3만원" in chatbot.ask(QUESTION, day="2026-06-01").text
    assert chatbot.ask("일비가 얼마죠?").status is Status.FAQ

    monkeypatch.setattr(TODAY, lambda: "2026-06-01")
    answer = chatbot.ask(QUESTION)
    assert "3만원" in answer.text
    assert cited(answer) == [(2, "2026-06-01")]
    assert not any("2만원" in hit.passage.text for hit in chatbot.search("일비 2만원", 50))
    assert "2만원" in chatbot.ask(QUESTION, day="2026-05-31").text

    # The approved answer was approved against the other wording.
    assert chatbot.ask("일비가 얼마죠?").status is not Status.FAQ
    assert chatbot.examples() == ()
    code, out, _ = call(main, "faq", "--home", desk.home, "--review")
    assert (code, "1번 '일비가 얼마죠?' 「여비규정」 제2조" in out) == (0, True)
    code, out, _ = call(main, "faq", "--home", desk.home, "--confirm", "1")
    assert (code, "승인된 답변 1개가 다시 답합니다." in out) == (0, True)
    assert chatbot.ask("일비가 얼마죠?").status is Status.FAQ
    code, out, _ = call(main, "faq", "--home", desk.home, "--review")
    assert "승인된 답변 0개" in out


def test_approved_answers_stop_when_their_article_changes_and_only_then(
    desk: Desk, call: Run
) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.add()
    faq = desk.home.parent / "여비.csv"
    rows = "일비가 얼마죠?,2만원입니다.,여비규정,제2조\n목적이 뭐죠?,여비입니다.,여비규정,제1조\n"
    faq.write_text(f"질문,답변,문서,조문\n{rows}")
    add_faq(desk.config, [faq])
    chatbot = desk.chatbot()
    desk.put("여비규정.txt", rule(3).replace("사항을 정한다", "사항을  정한다"))  # 제1조 as before
    (line,) = desk.add().review
    assert line.startswith(
        "승인된 답변 1번 '일비가 얼마죠?': 「여비규정」 제2조의 글이 바뀌거나 없어져"
    )

    def fires() -> list[bool]:
        asked = ("일비가 얼마죠?", "목적이 뭐죠?")
        return [chatbot.ask(question).status is Status.FAQ for question in asked]

    assert fires() == [False, True]
    assert "3만원" in chatbot.ask("일비가 얼마죠?").text
    add_faq(desk.config, [faq])  # the same file again confirms nothing
    assert fires() == [False, True]
    for number in ("2", "9"):
        code, _, err = call(main, "faq", "--home", desk.home, "--confirm", number)
        assert (code, "확인을 기다리는 답변이 아닙니다" in err, "→" in err) == (1, True, True)
    faq.write_text(f"질문,답변,문서,조문\n{rows}".replace("2만원입니다", "3만원입니다"))
    add_faq(desk.config, [faq])  # another answer is approved against what is in force
    assert fires() == [True, True]
    desk.put("여비규정.txt", rule(3).replace("제2조(일비)", "제3조(일비)"))
    desk.add()
    assert fires() == [False, True]
    code, _, err = call(main, "faq", "--home", desk.home, "--confirm", "3")
    assert (code, "제2조가 없어져 답하지 않습니다. →" in err) == (1, True)


def test_an_older_edition_that_comes_later_does_not_take_over(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(3, "2024-03-01"))
    desk.add()
    desk.put("옛 여비규정.txt", rule(2, "2020-01-01"))
    outcome = desk.add()
    assert outcome.summary[0].startswith("여비규정 1판(2020-01-01 시행): 지난 판으로 넣음. → ")
    assert desk.days() == [(1, "2020-01-01", "2024-03-01"), (2, "2024-03-01", None)]
    assert (desk.amounts(), desk.amounts("2021-01-01")) == ([3], [2])
    # Between the two.
    desk.put("중간.txt", rule(5, "2022-01-01"))
    desk.add()
    assert [desk.amounts(day) for day in ("2021-12-31", "2022-01-01", "")] == [[2], [5], [3]]
    # On the day of another: the one that was added later counts.
    desk.put("바로잡은 여비규정.txt", rule(4, "2024-03-01"))
    desk.add()
    assert (desk.amounts(), desk.amounts("2024-03-01"), desk.amounts("2024-02-29")) == (
        [4],
        [4],
        [5],
    )


def test_the_day_comes_from_the_admin_or_the_file_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, call: Run
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2025-06-30")
    first = desk.put("여비규정.txt", rule(1))
    desk.add(since="2019-01-01")
    desk.put("여비규정(2021.3.1.).txt", rule(2))
    desk.put("여비규정_20230401.txt", rule(3))
    desk.add()
    latest = desk.put("최신/여비규정.txt", rule(4))
    assert "여비규정 4판: 새 판" in desk.add(latest).summary  # from today: it does not say
    assert [since for _, since, _ in desk.days()] == [
        "2019-01-01",
        "2021-03-01",
        "2023-04-01",
        "2025-06-30",
    ]
    # Put right afterwards, also into the future.
    (line, changed) = desk.add(latest, since="2025-09-01").summary
    assert desk.amounts() == [3]
    assert desk.amounts("2025-09-01") == [4]
    assert "시행 전" in f"{line}{changed}"
    assert statuses(desk.add(first, since="2025-01-01")) == ["replaced"]
    assert (desk.amounts("2024-12-31"), desk.amounts()) == ([3], [1])
    code, _, err = call(main, "add", "--home", desk.home, first, "--effective", "내일")
    assert (code, "날짜가 아닙니다: 내일 → " in err) == (1, True)
    code, _, err = call(main, "add", "--home", desk.home, first, "--effective", "2012. 5. 1.")
    assert (code, "참고" in err, desk.amounts("2012-05-01")) == (0, False, [1])
    for far in ("1026-03-01", "2062-03-01"):
        code, _, err = call(main, "add", "--home", desk.home, first, "--effective", far)
        assert (code, f"시행일이 오늘에서 멉니다: {far} → " in err) == (0, True)


def test_a_rule_that_stays_in_a_changed_book_is_no_new_version(desk: Desk) -> None:
    names = ("인사규정", "보수규정", "여비규정", "보안규정")
    book = "\n".join(rule(number, "2020-01-01", name) for number, name in enumerate(names, 1))
    desk.put("규정집.txt", book)
    desk.add()
    ids = {one.title: one.document_id for one in shelf_of(desk.home).held}
    assert sorted(ids) == sorted(names)
    amended = rule(9, "2024-01-01", "여비규정")
    desk.put("규정집.txt", book.replace(rule(3, "2020-01-01", "여비규정"), amended))
    outcome = desk.add()
    assert statuses(outcome) == ["replaced"]
    assert outcome.summary == (
        "여비규정 1판(2020-01-01 시행): 시행 중 → 지난 판",
        "여비규정 2판(2024-01-01 시행): 새 판",
    )
    held = shelf_of(desk.home).held
    assert {v.title: v.document_id for v in held if v.number == 1} == ids
    assert [v.title for v in held if v.number == 2] == ["여비규정"]
    # A rule that the book drops is withdrawn.
    desk.put("규정집.txt", "\n".join(rule(n, "2020-01-01", t) for n, t in enumerate(names[:2], 1)))
    desk.add()
    assert {v.title for v in shelf_of(desk.home).versions.values()} == set(names[:2])
    assert desk.amounts("2021-01-01") == [3]


def test_a_rule_that_comes_again_is_in_force_again(desk: Desk) -> None:
    path = desk.put("여비규정.txt", rule(2, "2020-01-01"))
    desk.add()
    (number,) = shelf_of(desk.home).ids
    desk.remove("여비규정")
    assert desk.amounts() == []
    assert statuses(desk.add()) == ["unchanged"]  # the folder alone does not bring it back
    assert desk.amounts() == []
    desk.add(path)
    assert desk.amounts() == [2]
    (version,) = shelf_of(desk.home).held
    assert (version.document_id, version.withdrawn, version.since) == (number, None, "2020-01-01")
    # The same words from another file are the same version.
    desk.put("다른 이름.txt", rule(2, "2020-01-01"))
    assert desk.add().summary == ()
    assert len(shelf_of(desk.home).held) == 1
    os.remove(path)
    desk.sync()
    assert desk.amounts() == [2]


def test_a_text_that_is_no_rule_is_known_by_its_file(desk: Desk) -> None:
    plan = "추진계획\n\n올해에는 전산장비를 {}대 산다.\n"
    desk.put("1분기/추진계획.txt", plan.format(1))
    desk.put("2분기/추진계획.txt", plan.format(2))
    desk.add()
    desk.put("2분기/추진계획.txt", plan.format(3))
    desk.add()
    shelf = shelf_of(desk.home)
    texts = [passage.text for passage in shelf._library.passages_of(shelf.ids)]
    assert sorted("".join(filter(str.isdigit, text)) for text in texts) == ["1", "3"]
    assert [version.number for version in shelf.held] == [1, 1, 2]


def test_what_was_withdrawn_has_its_state(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TODAY, lambda: "2025-06-30")
    desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.txt", rule(3, "2026-01-01"))
    desk.add()
    desk.remove(str(desk.folder / "나.txt"))
    states = [state_of(one, "2025-06-30") for one in shelf_of(desk.home).held]
    assert states == [State.IN_FORCE, State.WITHDRAWN]
    assert desk.amounts("2026-01-01") == [2]  # what would have followed it goes on
    desk.remove("여비규정")
    states = [state_of(one, "2025-06-30") for one in shelf_of(desk.home).held]
    assert states == [State.WITHDRAWN] * 2
    assert (desk.amounts("2025-06-29"), desk.amounts(), desk.amounts("2027-01-01")) == ([2], [], [])


def test_a_rule_that_is_shortened_is_a_version_and_another_part_is_none(desk: Desk) -> None:
    def of(articles: range, since: str = "") -> str:
        text = rule(2, since).partition("부칙")
        more = "\n".join(f"제{n}조(사항) 사항 {n}은 따로 정한다.\n" for n in articles)
        return f"{text[0]}\n{more}\n{text[1]}{text[2]}"

    desk.put("여비규정.txt", of(range(3, 21), "2020-01-01"))
    desk.add()
    desk.put("여비규정 전부개정.txt", of(range(3, 6), "2024-03-01").replace("2만원", "3만원"))
    assert "여비규정 2판(2024-03-01 시행): 새 판" in desk.add().summary
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [2])
    desk.put("제2권.txt", "여비규정\n\n제6조(정산) 정산은 매달 한다.\n\n제7조(기타) 없음\n")
    outcome = desk.add()
    assert outcome.summary == ("여비규정 1판: 새 규정",)
    assert len(shelf_of(desk.home).ids) == 2
    assert "제목이 같은" in "".join(notes(outcome))
    # An excerpt is none of its own.
    desk.put("발췌.txt", "여비규정\n\n제1조(목적) 여비에 필요한 사항을 정한다.\n")
    desk.add()
    assert desk.amounts() == [3]


def test_of_a_shorter_text_that_does_not_say_its_day_the_admin_is_told(desk: Desk) -> None:
    more = "\n".join(f"제{n}조(사항) 사항 {n}은 따로 정한다.\n" for n in range(3, 10))
    first = desk.put("1_여비규정.txt", f"{rule(2)}\n{more}")
    second = desk.put("2_여비규정.txt", rule(3))
    outcome = desk.add()
    (note,) = notes(outcome)
    assert f"「여비규정」: 제목이 같은 {first}의 규정과 조문이 달라, 둘 다 따로 시행합니다." in note
    assert f"'ingest add --effective 시행일 {second}'" in note
    assert sorted(desk.amounts()) == [2, 3]
    assert notes(desk.add()) == []
    # What the note says to do about it.
    assert statuses(desk.add(second, since="2024-03-01")) == ["replaced"]
    assert desk.days() == [(1, "", "2024-03-01"), (2, "2024-03-01", None)]
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [2])
    assert statuses(desk.add(second, since="2024-03-01")) == ["unchanged"]


def test_a_member_of_a_zip_file_becomes_a_version_once_it_is_taken_out(desk: Desk) -> None:
    more = "\n".join(f"제{n}조(사항) 사항 {n}은 따로 정한다.\n" for n in range(3, 10))
    desk.put("1_여비규정.txt", f"{rule(2)}\n{more}")
    with zipfile.ZipFile(desk.folder / "묶음.zip", "w") as archive:
        archive.writestr("새/여비규정.txt", rule(3))
        archive.writestr("교육지침.txt", rule(7, "2020-01-01", "교육지침"))
    (note,) = notes(desk.sync())
    assert "→ 그 규정의 새 판이면 ZIP에서 꺼내 'ingest add --effective 시행일 여비규정.txt'" in note
    desk.add(desk.put("여비규정.txt", rule(3)), since="2024-03-01")
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [2])
    desk.sync()
    assert (desk.amounts(), desk.amounts("2020-01-01", "교육지침")) == ([3], [7])


def test_two_contents_of_one_day_and_a_changed_title_are_named(desk: Desk) -> None:
    path = desk.put("여비규정.txt", rule(2, "2024-03-01"))
    assert notes(desk.add()) == []
    desk.put("여비규정.txt", rule(3, "2024-03-01"))
    (note,) = notes(desk.add())
    assert note.startswith(
        "「여비규정」: 2024-03-01부터 시행하는 판이 이미 있어, 그 판을 이 내용으로"
    )
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [])
    desk.put("여비규정.txt", rule(4, "2025-03-01"))
    assert notes(desk.add()) == []
    # Another title in the same file.
    path.write_text(rule(4, "2025-03-01", "출장여비규정"))
    rehearsal = desk.sync(dry_run=True)
    outcome = desk.add()
    assert notes(rehearsal) == notes(outcome)
    assert notes(outcome) == [
        "제목이 바뀌었습니다: 「여비규정」 → 「출장여비규정」. 새 규정으로 넣고 옛 규정은 "
        "철회합니다. → 옛 규정도 있어야 하면 그 파일도 함께 두세요."
    ]
    assert (desk.amounts(), desk.amounts(title="출장여비규정")) == ([], [4])
    path.write_text(rule(5, "2099-01-01", "국내여비규정"))
    assert "2099-01-01까지는 어느 것으로도 답하지 않습니다." in notes(desk.add())[0]


@pytest.mark.parametrize(
    "title",
    [
        "여비규정 개정안",
        "여비규정 일부개정규정",
        "여비규정(전부개정)",
        "여비 규정 (안)",
        "「여비규정」 (개정안)",
    ],
)
def test_of_a_draft_that_stands_beside_its_rule_the_admin_is_told(desk: Desk, title: str) -> None:
    first = desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.txt", rule(2, title="여비규정 개정 지침"))
    assert notes(desk.add()) == []
    draft = desk.put("초안.txt", rule(3, "2024-03-01", title))
    (note,) = notes(desk.add())
    assert f"비슷한 제목의 규정 「여비규정」({first})이 이미 있어" in note
    assert "새 판이면 제목을 '여비규정'과 같게 고쳐 다시 넣고" in note
    assert f"'ingest remove {draft}'" in note
    # What the note says to do about it.
    desk.put("초안.txt", rule(3, "2024-03-01"))
    desk.add()
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [2])


@pytest.mark.parametrize(
    "title", ["■ 여비규정 [시행 2024. 3. 1.]", "「여비규정」", "『여비 규정』"]
)
def test_signs_around_a_title_are_none_of_it(desk: Desk, title: str) -> None:
    desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.txt", rule(3, "2024-03-01", title))
    assert notes(desk.add()) == []
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [2])


@pytest.mark.parametrize(
    "title", ["「여비규정」", "■ 여비규정 [시행 2024. 3. 1.]", "'『여비규정』'"]
)
def test_signs_around_a_title_in_front_matter_are_none_of_it(desk: Desk, title: str) -> None:
    desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.md", f"---\n제목: {title}\n---\n{rule(3, '2024-03-01')}")
    assert notes(desk.add()) == []
    assert (desk.amounts(), desk.amounts("2024-02-29")) == ([3], [2])


@pytest.mark.parametrize("tail", [" (개정안)", "(안)", " 전부개정안"])
def test_a_draft_in_front_matter_is_one_of_its_kind(desk: Desk, tail: str) -> None:
    desk.put("가.txt", rule(2, "2020-01-01"))
    desk.put("나.md", f"---\n제목: 「여비규정」{tail}\n---\n{rule(3, '2024-03-01')}")
    (note,) = notes(desk.add())
    assert note.startswith(f"「여비규정{tail}」: 비슷한 제목의 규정 「여비규정」(")
    assert {one.kind for one in shelf_of(desk.home).held} == {"규정"}


def test_a_title_that_older_readers_left_in_its_quotes_is_that_of_the_same_rule(
    desk: Desk,
) -> None:
    path = desk.put("가.txt", rule(2, "2020-01-01"))
    desk.add()
    with sqlite3.connect(desk.home / "library.sqlite") as connection:
        connection.execute("UPDATE documents SET title = '「여비규정」', kind = '문서'")
        connection.execute("UPDATE holdings SET rule = ?", (f"여비규정|문서|{path}",))
    path.write_text(rule(3, "2024-03-01"))
    assert notes(desk.add()) == []
    desk.put("나.txt", rule(4, "2025-03-01"))
    assert notes(desk.add()) == []
    assert desk.days() == [
        (1, "2020-01-01", "2024-03-01"),
        (2, "2024-03-01", "2025-03-01"),
        (3, "2025-03-01", None),
    ]
    assert (desk.amounts(), desk.amounts("2021-01-01")) == ([4], [2])


ANNEX = "[별표 1] 경조휴가 일수 <개정 2025. 6. 1.>\n결혼 {}일\n사망 5일\n"
LEAVE = "\n제3조(경조휴가) 경조휴가는 별표 1과 같다.\n\n"


@pytest.mark.parametrize(
    "heading",
    ["휴가규정\n\n", "■ 휴가규정 ", "「휴가규정」 ", ""],
    ids=["its title above", "in its heading", "quoted there", "in the name of its file"],
)
def test_new_annexes_alone_do_not_answer_beside_the_old(heading: str, desk: Desk) -> None:
    desk.put("휴가규정.txt", rule(2, "", "휴가규정") + LEAVE + ANNEX.format(5))
    desk.add()
    annex = desk.put("새/휴가규정 별표 1 (20250601).txt", heading + ANNEX.format(9))
    outcome = desk.add(annex)
    assert statuses(outcome) == ["failed"]
    assert "→ 개정된 별표까지 담긴 규정 전체의 파일을 넣으세요." in outcome.files[0].reason
    (passage,) = shelf_of(desk.home).article("휴가규정", "별표 1")
    assert "결혼 5일" in passage.text


def test_annexes_give_way_to_a_whole_rule_that_has_them(desk: Desk) -> None:
    desk.put("가.txt", "■ 휴가규정 " + ANNEX.format(9))
    desk.put("휴가규정.txt", rule(2, "", "휴가규정") + LEAVE + ANNEX.format(5))
    assert any("의 별표는 규정 전체(" in line for line in desk.add().summary)
    (passage,) = shelf_of(desk.home).article("휴가규정", "별표 1")
    assert "결혼 5일" in passage.text
    assert not desk.sync().summary


def test_annexes_in_a_file_of_their_own_have_versions(desk: Desk) -> None:
    desk.put("휴가규정.txt", rule(2, "", "휴가규정") + LEAVE)
    desk.put("별표/휴가규정 별표 1.txt", ANNEX.format(5))
    desk.add()
    desk.put("별표/휴가규정 별표 1.txt", ANNEX.format(9).replace("2025", "2026"))
    desk.add()
    (passage,) = shelf_of(desk.home).article("휴가규정", "별표 1")
    assert "결혼 9일" in passage.text
    assert desk.amounts(title="휴가규정") == [2]


def test_a_rule_with_other_numbers_is_told_apart_with_what_helps(desk: Desk) -> None:
    old = desk.put("여비규정.txt", rule(2))
    desk.add()
    text = rule(3, "2024-01-01").replace("제1조", "제101조").replace("제2조", "제102조")
    told = " ".join(notes(desk.add(desk.put("새/여비규정.txt", text))))
    assert f"→ 그 규정의 새 판이면 'ingest remove {old}'" in told
    desk.remove(str(old))
    assert {one.number for one in shelf_of(desk.home).versions.values()} == {1}


def test_a_rule_under_another_title_is_told(desk: Desk) -> None:
    def text(title: str, amount: int) -> str:
        return rule(amount, "2024-01-01", title).replace(f"이 규정은 {title}에", "이 규정은 출장에")

    old = desk.put("여비규정.txt", text("여비규정", 2))
    desk.put("복무규정.txt", rule(4, "2023-01-01", "복무규정"))
    first = desk.add()
    assert not any("조문 대부분" in line for line in first.summary)
    new = desk.put("여비보수규정.txt", text("여비보수규정", 3))
    summary = desk.sync().summary
    assert [line for line in summary if "조문 대부분" in line] == [
        f"여비보수규정 1판(2024-01-01 시행): 조문 대부분이 「여비규정」({old})의 조문과 같지만 "
        "제목이 달라 둘 다 따로 시행합니다. → 그 규정이 이름을 바꾼 것이면 "
        f"'ingest remove {old}'로 옛 규정을 빼세요."
    ]
    desk.remove(str(old))
    assert {v.title for v in shelf_of(desk.home).versions.values()} == {"복무규정", "여비보수규정"}
    new.unlink()
    desk.put("감사규정.txt", rule(5, "2024-01-01", "감사규정"))
    assert not any("조문 대부분" in line for line in desk.sync().summary)


def test_an_older_version_that_answers_again_is_told_with_what_to_do(desk: Desk) -> None:
    desk.put("2020.txt", rule(2, "2020-01-01"))
    newer = desk.put("2025.txt", rule(3, "2025-01-01"))
    desk.sync()
    newer.unlink()
    lines = desk.sync().summary
    assert any("1판(2020-01-01 시행): 그 뒤의 판이 없어져 이 판으로" in line for line in lines)


def test_what_only_the_last_edition_of_a_book_holds_is_told(desk: Desk) -> None:
    titles = [f"{n}급규정" for n in range(8)]
    old = desk.put("규정집 1.txt", "\n".join(rule(2, "2020-01-01", one) for one in titles))
    assert not notes(desk.add())
    retitled = [*titles[:-1], "특급규정"]
    new = desk.put("규정집 2.txt", "\n".join(rule(3, "2025-01-01", one) for one in retitled))
    (note,) = [one for one in notes(desk.add(new)) if "거기에만" in one]
    assert note == (
        f"{old}의 규정 8건 가운데 7건이 이 파일에도 있고, 「7급규정」 1건은 거기에만 있어 그대로 "
        f"시행합니다. → 이 파일이 그 규정집의 새 판이면 'ingest remove {old}'로 빼세요."
    )
    assert desk.amounts(title="7급규정") == [2]
    desk.remove(str(old))
    assert (desk.amounts(title="7급규정"), desk.amounts(title="1급규정")) == ([], [3])
    assert desk.amounts("2021-01-01", title="1급규정") == [2]
