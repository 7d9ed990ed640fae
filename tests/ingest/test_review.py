"""What an amendment does to what cites it: approved answers, gold questions, thumbs-up answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.faq import Reviewed, add_faq, review
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.grounds import grounds
from onprem_rag.library.store import Library
from onprem_rag.records import FaqEntry, Status
from tests.conftest import Run, shelf_of
from tests.ingest.holding import Desk, rule

TODAY = "onprem_rag.library.versions.today"
TRAVEL = """여비규정

제1조(목적) 이 규정은 출장 여비에 필요한 사항을 정한다.

제2조(일비) 출장자에게는 별표 1의 정액표에 따라 일비를 지급한다.

제3조(숙박비) 숙박비는 실비로 지급하되 하루 7만원을 넘을 수 없다.

제4조(준비금) 국외출장의 준비금은 「보수규정」 별표 2에 따른다.

[별표 1] 정액표(제2조 관련)

임원은 하루에 3만원을 지급한다.
직원은 하루에 2만원을 지급한다.

[별표 2] 서류 목록(제3조 관련)

숙박비 영수증을 붙인다.
"""
PAY = """보수규정

제1조(목적) 이 규정은 보수에 필요한 사항을 정한다.

제2조(직급) 직급은 5급으로 나눈다.

[별표 2] 준비금표(제2조 관련)

준비금은 10만원으로 한다.
"""
ROWS = (
    ("일비가 얼마죠?", "2만원입니다.", "제2조"),
    ("숙박비는 얼마죠?", "7만원까지이며 서류는 별표 2에 있습니다.", "제3조"),
    ("준비금은 얼마죠?", "10만원입니다.", "제4조"),
    ("직급별 숙박비가 다른가요?", "아니요. 직급은 보수규정 제2조에 있습니다.", "제3조"),
    ("목적이 뭐죠?", "여비입니다.", "제1조"),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A home with two rules, and approved answers that stand on different parts of them."""
    desk = Desk(tmp_path)
    desk.put("여비규정.txt", TRAVEL)
    desk.put("보수규정.txt", PAY)
    desk.add()
    load(desk)
    return desk


def load(desk: Desk, rows: tuple[tuple[str, str, str], ...] = ROWS) -> tuple[str, ...]:
    """Approve these answers; what is said of those that don't fire."""
    file = desk.home.parent / "여비.csv"
    lines = [f"{question},{answer},여비규정,{article}" for question, answer, article in rows]
    file.write_text("\n".join(["질문,답변,문서,조문", *lines]), encoding="utf-8")
    return add_faq(desk.config, [file]).warnings


def firing(chatbot: Chatbot) -> list[bool]:
    return [chatbot.ask(question).status is Status.FAQ for question, _, _ in ROWS]


def rate(chatbot: Chatbot, shown: str, question: str, thumb: int, day: str = "") -> None:
    chatbot.rate(shown, chatbot.ask(question, day=day), thumb)


# file, old words, new words, which answer stands on them, and where
AMENDED = (
    ("여비규정", "하루에 2만원", "하루에 5만원", 0, "「여비규정」 별표 1"),
    ("여비규정", "영수증을", "영수증과 확인서를", 1, "「여비규정」 별표 2"),
    ("보수규정", "10만원", "20만원", 2, "「보수규정」 별표 2"),
    ("보수규정", "5급으로", "7급으로", 3, "「보수규정」 제2조"),
    ("여비규정", "여비에 필요한", "여비의 지급에 필요한", 4, "「여비규정」 제1조"),
)


def test_an_answer_stops_with_whatever_it_stands_on_and_the_review_says_with_what(
    desk: Desk, call: Run
) -> None:
    chatbot = desk.chatbot()
    texts = {"여비규정": TRAVEL, "보수규정": PAY}
    for file, old, new, stopped, place in AMENDED:
        assert firing(chatbot) == [True] * 5
        texts[file] = texts[file].replace(old, new)
        desk.put(f"{file}.txt", texts[file])
        (line,) = desk.add().review
        assert line.startswith(f"승인된 답변 {stopped + 1}번 '{ROWS[stopped][0]}': {place}의 글이")
        assert "→" in line
        assert firing(chatbot) == [at != stopped for at in range(5)]
        (one,) = review(desk.config).waiting
        (change,) = one.changes
        assert (one.since, f"「{change.document}」 {change.article}") == ("", place)
        assert (old in (change.before or ""), new in (change.after or "")) == (True, True)
        code, out, _ = call(main, "faq", "--home", desk.home, "--review")
        shown = [f"    {place}", f'승인할 때: "{change.before}"', f'지금: "{change.after}"']
        assert (code, [words in out for words in shown]) == (0, [True] * 3)
        call(main, "faq", "--home", desk.home, "--confirm", one.entry.id)


def test_what_is_gone_is_said_to_be_gone(desk: Desk, call: Run) -> None:
    desk.put("여비규정.txt", TRAVEL.partition("[별표 2]")[0])
    desk.add()
    call_out = call(main, "faq", "--home", desk.home, "--review")[1]
    assert "    「여비규정」 별표 2" in call_out
    assert "지금: (없습니다)" in call_out
    assert firing(desk.chatbot()) == [True, False, True, True, True]
    call(main, "faq", "--home", desk.home, "--confirm", "2")  # it stands on its article alone now
    assert firing(desk.chatbot()) == [True] * 5


NAMED = {
    "2만원입니다.": [],
    "(「여비규정」 제3조, 별표 2)": ["여비규정 제3조", "여비규정 별표 2"],
    "보수 규정 제2조 및 별표 2": ["보수 규정 제2조", "보수 규정 별표 2"],
    "보수규정의 별표 2를 보세요. 제3조도 보세요.": ["보수규정 별표 2", "여비규정 제3조"],
    "제3조와 「보수규정」 제1조, 제2조": ["여비규정 제3조", "보수규정 제1조", "보수규정 제2조"],
    "제3조부터 제5조까지": ["여비규정 제3조", "여비규정 제4조"],  # there is no 제5조
    "별표에 있습니다.": ["여비규정 별표 1"],
    "보수규정 별표 1, 2와 제2조를 보세요.": ["보수규정 별표 2", "보수규정 제2조"],
    "별표 1, 2만원입니다.": ["여비규정 별표 1"],
    "「근로기준법」 제60조에 따릅니다. 제1항을 보세요.": [],
}


def test_the_places_that_an_answer_names(desk: Desk) -> None:
    shelf = shelf_of(desk.home)
    for answer, places in NAMED.items():
        found = grounds(FaqEntry(("왜죠?",), answer, "여비규정", "제1조"), shelf)
        there = [f"{one.document} {one.article}" for one in found if one.digest]
        assert there == ["여비규정 제1조", *places]


LISTED = {
    "별표 1, 2에 따른다": "12",
    "별표 3 및 4에 따른다": "34",
    "별표 1과 2의 금액으로 한다": "12",
    "별표 1 내지 3에 따른다": "123",
    "별표 1부터 3까지에 따른다": "123",
    "별표 2~4를 따른다": "234",
    "별표 제1호 및 제3호에 따른다": "13",
    "별표 1 및 제2조에 따른다": "1",
    "별표 1, 2가지로 한다": "1",
    "「보수규정」 별표 1ㆍ2에 따른다": "보수규정 별표 2",
}


def test_the_annexes_that_an_article_lists(desk: Desk) -> None:
    articles = [f"제{at}조(사항 {at}) 수당은 {text}." for at, text in enumerate(LISTED, start=1)]
    annexes = [f"[별표 {at}] 수당표\n\n수당은 {at}만원으로 한다." for at in range(1, 5)]
    desk.put("수당규정.txt", "\n\n".join(["수당규정", *articles, *annexes]))
    desk.add()
    shelf = shelf_of(desk.home)
    for at, named in enumerate(LISTED.values(), start=1):
        found = grounds(FaqEntry(("왜죠?",), "답.", "수당규정", f"제{at}조"), shelf)
        there = [f"{one.document} {one.article}" for one in found if one.digest]
        expected = [f"수당규정 별표 {n}" for n in named] if named.isdecimal() else [named]
        assert there[1:] == expected


def test_a_rule_that_an_answer_names_counts_once_it_is_there(desk: Desk) -> None:
    load(desk, (("휴가는 며칠이죠?", "「휴가규정」 제2조에 따릅니다.", "제1조"),))
    chatbot = desk.chatbot()
    for amount, told, fires in ((2, 0, True), (3, 1, False)):
        desk.put("휴가규정.txt", rule(amount, title="휴가규정"))
        assert len(desk.add().review) == told
        assert (chatbot.ask("휴가는 며칠이죠?").status is Status.FAQ) == fires


def test_the_review_shows_what_a_coming_day_changes(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2026-11-21")
    coming = TRAVEL.replace("하루에 2만원", "하루에 5만원")
    desk.put("여비규정(개정).txt", f"{coming}\n부칙\n이 규정은 2027년 1월 1일부터 시행한다.\n")
    (line,) = desk.add().review
    assert line.startswith("2027-01-01부터 승인된 답변 1번")
    desk.put("보수규정.txt", PAY.replace("정한다", "규정한다"))
    assert desk.add().review == ()  # what is to come has been told
    code, out, _ = call(main, "faq", "--home", desk.home, "--review")
    assert code == 0
    assert "1번 '일비가 얼마죠?' 「여비규정」 제2조 — 2027-01-01부터 바뀝니다" in out
    assert '그날부터: "직원은 하루에 5만원을 지급한다."' in out
    assert "승인된 답변 0개가" in out
    assert firing(desk.chatbot())[0]
    then = "→ 그날 'ingest faq --review'로 "
    assert (then in line, f"{then}다시 보고 확인하거나" in out) == (True, True)
    faq = (main, "faq", "--home", desk.home)
    assert call(*faq, "--confirm", "1")[0] == 1  # not before
    monkeypatch.setattr(TODAY, lambda: "2027-01-01")
    assert call(*faq, "--confirm", "1")[0] == 0
    assert firing(desk.chatbot())[0]


ASKED, OLD, NEW = "일비가 얼마죠?", "2만원입니다.", "5만원입니다."
COLUMNS = "질문,답변,문서,조문,시행일"
PREPARED = (f"{ASKED},{OLD},여비규정,제2조,", f"{ASKED},{NEW},여비규정,제2조,2027. 1. 1.")
END = "\n부칙\n이 규정은 2027년 1월 1일부터 시행한다.\n"


def test_an_answer_prepared_for_a_day_on_which_nothing_changes_yet_is_told(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2026-11-21")
    file = desk.home.parent / "여비.csv"
    file.write_text("\n".join((COLUMNS, *PREPARED)))
    _, _, err = call(main, "faq", "--home", desk.home, file)
    told = "시행일인 2027-01-01부터 답합니다. 그런데 그날의 글도 오늘과 같습니다. → 그날 개정되는"
    assert told in err


def test_an_answer_prepared_for_a_coming_version_takes_over_on_its_day(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(day: str = "") -> str:
        answer = chatbot.ask(ASKED, day=day)
        return answer.text if answer.status is Status.FAQ else ""

    monkeypatch.setattr(TODAY, lambda: "2026-11-21")
    desk.put("여비규정(개정).txt", TRAVEL.replace("하루에 2만원", "하루에 5만원") + END)
    desk.add()
    file, faq = desk.home.parent / "여비.csv", (main, "faq", "--home", desk.home)
    file.write_text("\n".join((COLUMNS, *PREPARED)))
    _, out, err = call(*faq, file)
    assert "「여비규정」 제2조: 시행일인 2027-01-01부터 답합니다.\n" in err
    chatbot = desk.chatbot()
    assert (asked(), asked("2026-12-31"), asked("2027-01-01")) == (OLD, OLD, NEW)
    assert asked("2026-11-20") == ""  # nobody approved it for a past day
    assert chatbot.examples() == (ASKED,)
    code, out, _ = call(*faq, "--review")
    assert (code, out.splitlines()) == (
        0,
        [
            f"  6번 '{ASKED}' 「여비규정」 제2조 — 2027-01-01부터 답합니다 (그 전까지는 1번)",
            f"      답변: {NEW}",
            "승인된 답변 0개가 조문이 바뀌거나 없어져 확인을 기다립니다.",
        ],
    )
    monkeypatch.setattr(TODAY, lambda: "2027-01-01")
    assert (asked(), asked("2026-12-31")) == (NEW, "")
    assert review(desk.config) == Reviewed((), ())  # the old one has nothing to wait for
    assert "확인 대기" not in call(main, "status", "--home", desk.home)[1]
    assert call(*faq, file)[2] == ""
    assert asked() == NEW


def test_an_answer_prepared_for_other_words_waits_for_its_day_to_be_confirmed(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2026-11-21")
    coming = desk.put("여비규정(개정).txt", TRAVEL.replace("하루에 2만원", "하루에 5만원") + END)
    desk.add()
    file, faq = desk.home.parent / "여비.csv", (main, "faq", "--home", desk.home)
    file.write_text("\n".join((COLUMNS, *PREPARED)))
    call(*faq, file)
    coming.write_text(TRAVEL.replace("하루에 2만원", "하루에 6만원") + END)
    (line,) = desk.add().review
    assert line.startswith(
        f"2027-01-01부터 쓸 승인된 답변 6번 '{ASKED}': 「여비규정」 별표 1의 글이"
    )
    chatbot = desk.chatbot()
    assert chatbot.ask(ASKED).text == OLD
    assert chatbot.ask(ASKED, day="2027-01-01").status is not Status.FAQ
    _, out, _ = call(*faq, "--review")
    assert f"6번 '{ASKED}' 「여비규정」 제2조 — 2027-01-01부터 쓸 답변" in out
    assert '그날부터: "직원은 하루에 6만원을 지급한다."' in out
    assert call(*faq, "--confirm", "6")[0] == 0
    assert chatbot.ask(ASKED, day="2027-01-01").text == NEW
    assert (chatbot.ask(ASKED).text, desk.add().review) == (OLD, ())


def test_what_cannot_be_confirmed_is_said_and_counted(desk: Desk, call: Run) -> None:
    without = TRAVEL.replace("7만원", "8만원")
    start, end = without.index("제4조(준비금)"), without.index("[별표 1]")
    desk.put("여비규정.txt", without[:start] + without[end:])
    stopped = desk.add().review
    told = "「여비규정」 제4조가 없어져 답하지 않습니다. → 답변을 고치거나 지워 'ingest faq 파일'로"
    assert told in stopped[1]
    _, out, _ = call(main, "status", "--home", desk.home)
    assert "승인된 답변 5개(그중 3개는 확인 대기)" in out
    faq = (main, "faq", "--home", desk.home)
    out = call(*faq, "--review")[1]
    assert (out.count(told), "→ 맞으면 'ingest faq --confirm" in out) == (1, True)
    code, out, _ = call(*faq, "--confirm")
    assert (code, "승인된 답변 1개가 다시 답합니다.\n확인하지 않은 답변 2개:\n" in out) == (0, True)
    assert f"  3번을 확인할 수 없습니다. {told}" in out
    doubt = "2번: 답변의 ‘7만원’ — 「여비규정」 제3조의 글에 없습니다."
    assert f"  {doubt} → 그래도 맞으면 번호를 써서 확인하세요." in out
    code, out, _ = call(*faq, "--confirm", "2")
    assert (code, f"→ 틀리면 답변을 고쳐서 다시 넣으세요.\n  {doubt}" in out) == (0, True)
    out = call(*faq, "--review")[1]  # only what no confirmation helps is left
    assert (out.count(told), "→ 맞으면" in out) == (1, False)
    assert "(그중 1개는 확인 대기)" in call(main, "status", "--home", desk.home)[1]


def test_what_was_approved_stays_while_two_rules_have_the_article(desk: Desk, call: Run) -> None:
    others = [f"제{at}조(절차 {at}) 절차 {at}의 서류는 {at}일 안에 낸다." for at in range(4, 12)]
    other = desk.put("여비규정(2).txt", "\n\n".join(["여비규정", *others]))
    (line,) = desk.sync().review
    told = (
        "「여비규정」 제4조가 제목이 같은 여러 문서에 있어, 하나만 남을 때까지 답하지 않습니다. →"
    )
    assert line.startswith(f"승인된 답변 3번 '준비금은 얼마죠?': {told}")
    faq = (main, "faq", "--home", desk.home)
    code, _, err = call(*faq, "--confirm", "3")
    assert (code, told in err) == (1, True)
    assert "승인된 답변 0개가 다시" in call(*faq, "--confirm")[1]
    assert f"    {told}" in call(*faq, "--review")[1]
    other.unlink()
    desk.put("여비규정.txt", TRAVEL.replace("국외출장의 준비금", "모든 출장의 준비금"))
    desk.sync()
    assert firing(desk.chatbot()) == [True, True, False, True, True]  # nobody approved that
    desk.put("여비규정.txt", TRAVEL)
    desk.sync()
    assert firing(desk.chatbot()) == [True] * 5


def test_an_answer_for_a_coming_rule_says_since_when_it_fires(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TODAY, lambda: "2026-11-21")
    desk.put("휴가규정.txt", rule(2, "2027-01-01", "휴가규정"))
    desk.add()
    file = desk.home.parent / "휴가.csv"
    file.write_text("질문,답변,문서,조문\n휴가비가 얼마죠?,2만원.,휴가규정,제2조\n")
    (warning,) = add_faq(desk.config, [file]).warnings
    assert warning.endswith("「휴가규정」 제2조: 시행되는 2027-01-01부터 답합니다.")
    chatbot = desk.chatbot()
    assert chatbot.ask("휴가비가 얼마죠?").status is not Status.FAQ
    monkeypatch.setattr(TODAY, lambda: "2027-01-01")
    assert chatbot.ask("휴가비가 얼마죠?").status is Status.FAQ


def test_numbers_stay_when_a_file_is_loaded_again(desk: Desk) -> None:
    new = ("숙박비 한도는?", "7만원입니다.", "제3조")
    assert load(desk, (ROWS[4], new, *ROWS[:3])) == ()
    stored = Library.open(desk.config.library_url).faq()
    assert {entry.questions[0]: entry.id for entry in stored} == {
        ROWS[0][0]: 1,
        ROWS[1][0]: 2,
        ROWS[2][0]: 3,
        ROWS[4][0]: 5,
        new[0]: 6,
    }
    desk.put("여비규정.txt", TRAVEL.replace("7만원", "8만원"))
    desk.add()
    warnings = load(desk, (new, ROWS[0]))
    assert [warning.partition(":")[2][:12] for warning in warnings] == [" '숙박비 한도는?'의"]
    assert "확인하세요" in warnings[0]


def test_liked_answers_that_cite_a_changed_article_are_named_once(desk: Desk) -> None:
    chatbot = desk.chatbot()
    question = "숙박비는 하루에 얼마까지 받을 수 있나요?"
    assert "7만원" in chatbot.ask(question).text
    for shown in ("가", "나"):
        rate(chatbot, shown, question, 1)
    rate(chatbot, "다", "숙박비 한도를 알려 줘", -1)
    rate(chatbot, "라", "이 규정의 목적이 무엇인가요?", 1)
    desk.put("여비규정.txt", TRAVEL.replace("7만원", "8만원"))
    (line,) = [one for one in desk.add().review if "평가" in one]
    assert line.startswith(
        f"좋은 평가를 받은 답 '{question}': 「여비규정」 제3조의 글이 바뀌거나 없어집니다. →"
    )
    desk.put("여비규정.txt", TRAVEL.replace("7만원", "9만원"))
    assert not any("평가" in one for one in desk.add().review)  # it was of the first wording
    rate(chatbot, "가", question, 1)  # read again, and liked again
    desk.put("여비규정.txt", TRAVEL)
    assert sum("평가" in one for one in desk.add().review) == 1


def test_one_vote_a_shown_answer_is_kept_without_a_name(desk: Desk) -> None:
    chatbot, library = desk.chatbot(), Library.open(desk.config.library_url)
    for thumb in (1, -1):
        rate(chatbot, "가", "일비가 얼마죠?", thumb)
        (vote,) = library.votes()
        assert (vote.thumb, vote.question, vote.answer) == (thumb, "일비가 얼마죠?", "2만원입니다.")
        assert [(one.document, one.article) for one in vote.cited] == [("여비규정", "제2조")]
    rate(chatbot, "나", "화성 탐사선의 추진제는?", -1)
    assert [vote.cited for vote in library.votes() if vote.shown == "나"] == [()]
    rate(chatbot, "가", "일비가 얼마죠?", 0)
    assert [vote.shown for vote in library.votes()] == ["나"]


def test_gold_questions_of_a_whole_rule_are_named_too(desk: Desk) -> None:
    lines = [
        {"question": "숙박비는?", "document": "여비규정", "article": "제3조"},
        {"question": "여비는?", "document": "여비규정", "article": None},
        {"question": "보수는?", "document": "보수규정", "article": "제2조"},
    ]
    (desk.home / "질문.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (desk.home / "config.toml").write_text('[gate]\nquestions = "질문.jsonl"\n')
    desk.config = load_config(desk.home)
    new = "제5조(식비) 식비는 실비로 한다."  # what comes changes nothing that was cited
    desk.put(
        "여비규정.txt", TRAVEL.replace("7만원", "8만원").replace("[별표 1]", f"{new}\n\n[별표 1]")
    )
    found = [line for line in desk.add().review if line.startswith("질문 모음")]
    end = "「여비규정」 제3조의 글이 바뀌거나 없어집니다. → 정답이 그대로인지 확인하세요."
    assert found == [f"질문 모음의 '{name}': {end}" for name in ("숙박비는?", "여비는?")]
