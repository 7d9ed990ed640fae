"""Approved answers: verbatim for the very question, and never for a near miss."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from ingest.__main__ import main
from ingest.faq import add_faq
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError
from onprem_rag.faq import Faq
from onprem_rag.library.store import Library
from onprem_rag.library.versions import today
from onprem_rag.records import FaqEntry, Status
from tests.conftest import PROJECT

DAY = today()

# asked → the approved question that it is, in other spacing, endings or politeness
SAME = {
    "연차는며칠인가요": "연차는 며칠인가요?",
    "연차는 며칠이에요?": "연차는 며칠인가요?",
    "남은 연차 이월되나요": "남은 연차는 이월되나요?",
    "남은 연차는 이월이 되나요?": "남은 연차는 이월되나요?",
    "병가는 며칠까지 쓸 수 있어요": "병가는 며칠까지 쓸 수 있나요?",
    "배우자 출산휴가는 며칠이죠?": "배우자 출산휴가는 며칠인가요?",
    "육아휴직은얼마나쓸수있나요": "육아휴직은 얼마나 쓸 수 있나요?",
    "육아휴직 기간이 어떻게 되나요?": "육아휴직은 얼마나 쓸 수 있나요?",
    "겸직하려면 어떻게 해야 하나요": "겸직하려면 어떻게 하나요?",
    "복직 신청 기한이 어떻게 되나요?": "복직원은 언제까지 내야 하나요?",
    "여름에 반바지 입어도 되나요": "여름에 반바지를 입어도 되나요?",
    "비밀번호 변경 주기가 어떻게 되나요?": "비밀번호는 얼마마다 바꿔야 하나요?",
    "USB 반출 절차가 궁금합니다": "USB를 밖으로 가지고 나갈 수 있나요?",
    "usb 반출 절차는": "USB를 밖으로 가지고 나갈 수 있나요?",
    "챗GPT를 업무에 써도 됩니까?": "챗GPT를 업무에 써도 되나요?",
    "출입증을 잃어버렸는데요": "출입증을 잃어버렸어요",
    "개인정보 파기 기한이 어떻게 되나요?": "개인정보는 언제 파기해야 하나요?",
    "출장비 정산은 언제까지 하나요": "출장비 정산은 언제까지 해야 하나요?",
    "여비 정산 기한은 언제인가요": "출장비 정산은 언제까지 해야 하나요?",
    "근무지내 출장비 얼마인가요?": "시내 출장도 여비가 나오나요?",
    "법인카드 정산은 언제까지 해야 하나요?": "법인카드 정산은 언제까지 하나요?",
    "상품권은 어떻게 구매해요?": "상품권은 어떻게 구매하나요?",
    "수의계약 한도가 얼마예요": "수의계약 한도는 얼마인가요?",
}
# a key word, the kind of answer, a number or a negation differs from the approved question
NEAR_MISSES = {
    # another thing
    "육아휴직 급여는?": "육아휴직 기간은?",
    "육아휴직 대상은?": "육아휴직 기간은?",
    "질병휴직은 얼마나 쓸 수 있나요?": "육아휴직은 얼마나 쓸 수 있나요?",
    "육아시간은 얼마나 쓸 수 있나요?": "육아휴직은 얼마나 쓸 수 있나요?",
    "연차 이월은 며칠까지 되나요?": "연차 일수 알려 주세요",
    "남은 병가는 이월되나요?": "남은 연차는 이월되나요?",
    "공가는 며칠까지 쓸 수 있나요?": "병가는 며칠까지 쓸 수 있나요?",
    "출산휴가는 며칠인가요?": "배우자 출산휴가는 며칠인가요?",
    "자녀가 결혼하면 휴가를 며칠 받나요?": "결혼하면 휴가를 며칠 받나요?",
    "재택근무는 어떻게 신청하나요?": "유연근무는 어떻게 신청하나요?",
    "휴직원은 언제까지 내야 하나요?": "복직원은 언제까지 내야 하나요?",
    "조기복직 신청 기한은?": "복직 신청 기한은?",
    "여름에 청바지를 입어도 되나요?": "여름에 반바지를 입어도 되나요?",
    "겨울에 반바지를 입어도 되나요?": "여름에 반바지를 입어도 되나요?",
    "동절기 복장 기준은?": "하절기 복장 기준은?",
    "USB 반입 절차는?": "USB 반출 절차는?",
    "노트북을 밖으로 가지고 나갈 수 있나요?": "USB를 밖으로 가지고 나갈 수 있나요?",
    "법인카드를 잃어버렸어요": "출입증을 잃어버렸어요",
    "출입증을 찾았어요": "출입증을 잃어버렸어요",
    "국외 여비 정산 기한은?": "여비 정산 기한은?",
    "국외출장 여비는 얼마 나오나요?": "국내출장 여비는 얼마 나오나요?",
    "근무지외 출장비는 얼마인가요?": "근무지내 출장비는 얼마인가요?",
    "시내 출장도 숙박비가 나오나요?": "시내 출장도 여비가 나오나요?",
    "출장 식비 상한을 넘으면 어떻게 하나요?": "출장 숙박비 상한을 넘으면 어떻게 하나요?",
    "법인카드를 평일에 써도 되나요?": "법인카드를 주말에 써도 되나요?",
    "개인카드로 상품권을 살 수 있나요?": "법인카드로 상품권을 살 수 있나요?",
    "법인카드 발급 제한은 무엇인가요?": "법인카드 사용 제한은 무엇인가요?",
    "예산 이월은 누구 승인을 받나요?": "예산 전용은 누구 승인을 받나요?",
    "경쟁계약 한도는 얼마인가요?": "수의계약 한도는 얼마인가요?",
    # another kind of answer
    "복직 신청 절차는?": "복직 신청 기한은?",
    "복직원은 언제부터 내야 하나요?": "복직원은 언제까지 내야 하나요?",
    "육아휴직은 언제까지 쓸 수 있나요?": "육아휴직은 얼마나 쓸 수 있나요?",
    "육아휴직은 몇 번 쓸 수 있나요?": "육아휴직은 얼마나 쓸 수 있나요?",
    "육아휴직 지원금은 언제 나오나요?": "육아휴직 지원금은 얼마인가요?",
    "배우자 출산휴가는 언제인가요?": "배우자 출산휴가는 며칠인가요?",
    "남은 연차는 언제 이월되나요?": "남은 연차는 이월되나요?",
    "유연근무는 언제 신청하나요?": "유연근무는 어떻게 신청하나요?",
    "겸직 허가 신청은 누구에게 하나요?": "겸직 허가 신청은 언제까지 하나요?",
    "비밀번호는 누가 바꿔야 하나요?": "비밀번호는 얼마마다 바꿔야 하나요?",
    "개인정보는 왜 파기해야 하나요?": "개인정보는 언제 파기해야 하나요?",
    "개인정보 유출 신고 기한은?": "개인정보 유출 신고 절차는?",
    "출장비 정산은 어떻게 해야 하나요?": "출장비 정산은 언제까지 해야 하나요?",
    "법인카드 정산은 누가 하나요?": "법인카드 정산은 언제까지 하나요?",
    "예산 전용은 언제 승인을 받나요?": "예산 전용은 누구 승인을 받나요?",
    "상품권은 누가 구매하나요?": "상품권은 어떻게 구매하나요?",
    "수의계약은 언제까지 가능한가요?": "수의계약은 얼마까지 가능한가요?",
    "수의계약은 몇 번까지 가능한가요?": "수의계약은 얼마까지 가능한가요?",
    "병가 쓸 때 진단서를 받아야 하나요?": "병가 쓸 때 진단서를 내야 하나요?",
    # another number
    "2년에 연차휴가가 며칠 나오나요?": "1년에 연차휴가가 며칠 나오나요?",
    "1박 국내출장 여비는 얼마 나오나요?": "국내출장 여비는 얼마 나오나요?",
    "국내출장 2박 여비는 얼마 나오나요?": "국내출장 여비는 얼마 나오나요?",
    # a negation more or less
    "남은 연차는 이월 안 되나요?": "남은 연차는 이월되나요?",
    "연차를 다 쓰면 내년으로 넘어가나요?": "연차를 다 못 쓰면 내년으로 넘어가나요?",
    "연차를 못 쓰면 내년으로 안 넘어가나요?": "연차를 다 못 쓰면 내년으로 넘어가나요?",
    "육아휴직 중에 돈이 안 나오나요?": "육아휴직 중에 돈이 나오나요?",
    "육아휴직 중에 돈이 안나오나요?": "육아휴직 중에 돈이 나오나요?",
    "병가 쓸 때 진단서를 안 내도 되나요?": "병가 쓸 때 진단서를 내야 하나요?",
    "출입증을 안 잃어버렸어요": "출입증을 잃어버렸어요",
    "챗GPT를 업무에 쓰면 안 되나요?": "챗GPT를 업무에 써도 되나요?",
    "법인카드를 주말에 쓰면 안 되나요?": "법인카드를 주말에 써도 되나요?",
    "법인카드로 상품권을 살 수 없나요?": "법인카드로 상품권을 살 수 있나요?",
    "숙박비가 상한액을 초과하지 않았어요": "숙박비가 상한액을 초과했어요",
    "수의계약 한도가 없나요?": "수의계약 한도는 얼마인가요?",
}


@pytest.fixture(scope="module")
def entries(demo_home: Path) -> list[FaqEntry]:
    return Library.open(load_config(demo_home).library_url).faq()


def of(entries: list[FaqEntry], question: str) -> FaqEntry:
    (entry,) = [entry for entry in entries if question in entry.questions]
    return entry


def test_every_approved_question_finds_its_own_answer(entries: list[FaqEntry]) -> None:
    faq = Faq(entries)
    assert len(entries) == 28
    for entry in entries:
        for question in entry.questions:
            assert faq.find(question, DAY) == entry
            assert faq.find(question.replace(" ", "").rstrip("?"), DAY) == entry


@pytest.mark.parametrize("asked", SAME)
def test_the_same_question_in_other_words_of_courtesy(asked: str, entries: list[FaqEntry]) -> None:
    assert Faq(entries).find(asked, DAY) == of(entries, SAME[asked])


@pytest.mark.parametrize("asked", NEAR_MISSES)
def test_a_near_miss_does_not_fire(asked: str, entries: list[FaqEntry]) -> None:
    assert of(entries, NEAR_MISSES[asked])
    assert Faq(entries).find(asked, DAY) is None


@pytest.mark.parametrize(
    ("asked", "approved"),
    [
        ("병가를 연차로 바꿀 수 있나요?", "연차를 병가로 바꿀 수 있나요?"),
        ("연차로 병가를 바꿀 수 있나요?", "연차를 병가로 바꿀 수 있나요?"),
        ("개인카드로 법인 물품을 사도 되나요?", "법인카드로 개인 물품을 사도 되나요?"),
        ("과장이 부장에게 위임할 수 있나요?", "부장이 과장에게 위임할 수 있나요?"),
        ("부장에게 과장이 위임할 수 있나요?", "부장이 과장에게 위임할 수 있나요?"),
        ("정규직도 육아휴직을 쓸 수 있나요?", "정규직만 육아휴직을 쓸 수 있나요?"),
        ("정규직도육아휴직을쓸수있나요", "정규직만 육아휴직을 쓸 수 있나요?"),
        ("출장비를 미리 받을 수 있나요?", "출장비를 받을 수 있나요?"),
        ("육아휴직을 다시 쓸 수 있나요?", "육아휴직을 쓸 수 있나요?"),
        ("서류를 따로 제출해야 하나요?", "서류를 모두 제출해야 하나요?"),
        ("건강검진을 매월 받아야 하나요?", "건강검진을 매년 받아야 하나요?"),
    ],
)
def test_order_adverbs_and_particles_tell_questions_apart(asked: str, approved: str) -> None:
    for one, other in ((asked, approved), (approved, asked)):
        faq = Faq([FaqEntry((one,), "답.", "규정", "제1조")])
        assert faq.find(one, DAY)
        assert faq.find(other, DAY) is None


@pytest.mark.parametrize(
    ("asked", "approved"),
    [
        ("혹시 연차를 병가로 바꿀 수 있을까요?", "연차를 병가로 바꿀 수 있나요?"),
        ("정규직만 육아휴직 쓸 수 있어요?", "정규직만 육아휴직을 쓸 수 있나요?"),
        ("출장비 미리 받을 수 있나요", "출장비를 미리 받을 수 있나요?"),
        ("출장비는 좀 미리 받을 수 있나요", "출장비를 미리 받을 수 있나요?"),
        ("건강검진은 매년 받아야 하나요", "건강검진을 매년 받아야 하나요?"),
    ],
)
def test_words_of_courtesy_tell_nothing_apart(asked: str, approved: str) -> None:
    assert Faq([FaqEntry((approved,), "답.", "규정", "제1조")]).find(asked, DAY)


def test_answers_are_given_verbatim_and_cite_their_article(chatbot: Chatbot) -> None:
    for path in sorted((PROJECT / "demo" / "faq").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                answer = chatbot.ask(row["질문"].split("|")[0])
                assert answer.status is Status.FAQ
                assert answer.text == row["답변"]
                assert answer.generator == "faq"
                assert [(c.document, c.article) for c in answer.citations] == [
                    (row["문서"], row["조문"])
                ]
                assert answer.citations[0].text.startswith(row["조문"])


def test_an_answer_without_its_article_does_not_fire(demo_home: Path, tmp_path: Path) -> None:
    """An approved answer whose article is gone is not given: there is nothing to cite."""
    path = tmp_path / "출장.csv"
    path.write_text("질문,답변,문서,조문\n우주선 여비는?,백만원입니다.,여비규정,제99조\n")
    rule = tmp_path / "여비규정.txt"
    rule.write_text("여비규정\n\n제1조(목적) 여비를 정한다.\n\n제2조(일비) 일비는 2만원이다.\n")
    home = tmp_path / "home"
    assert main(["add", "--home", str(home), str(rule)]) == 0
    add_faq(load_config(home), [path])
    assert Chatbot.open(load_config(home)).ask("우주선 여비는?").status is not Status.FAQ


def test_a_running_chatbot_gives_new_answers_and_forgets_withdrawn_ones(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    rule = tmp_path / "여비규정.txt"
    rule.write_text("여비규정\n\n제1조(목적) 여비를 정한다.\n\n제2조(일비) 일비는 2만원이다.\n")
    assert main(["add", "--home", str(config.home), str(rule)]) == 0
    chatbot = Chatbot.open(config)
    assert chatbot.ask("일비는 얼마인가요?").status is not Status.FAQ
    path = tmp_path / "출장.csv"
    path.write_text("질문,답변,문서,조문\n일비는 얼마인가요?,2만원입니다.,여비규정,제2조\n")
    add_faq(config, [path])
    assert chatbot.ask("일비는 얼마인가요?").text == "2만원입니다."
    assert chatbot.examples() == ("일비는 얼마인가요?",)
    path.write_text("질문,답변,문서,조문\n식비는 얼마인가요?,3만원입니다.,여비규정,제2조\n")
    add_faq(config, [path])
    assert chatbot.ask("일비는 얼마인가요?").status is not Status.FAQ


def test_a_topic_is_replaced_as_a_whole(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    path = tmp_path / "출장.csv"
    head = "질문,답변,문서,조문\n"
    path.write_text(f"{head}왜요?|어째서요?,그래서요.,여비규정,제1조\n,,,\n", encoding="cp949")
    assert add_faq(config, [path]).topics == (("출장", 1),)
    path.write_text(f"{head}언제요?,내일요.,여비규정,제2조\n", encoding="utf-8-sig")
    assert add_faq(config, [tmp_path]).topics == (("출장", 1),)
    (entry,) = Library.open(config.library_url).faq()
    assert (entry.questions, entry.answer, entry.topic) == (("언제요?",), "내일요.", "출장")


def faq_book(*sheets: list[list[str | datetime | None]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_workbooks_hold_answers_as_csv_files_do(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    path = tmp_path / "출장.xlsx"
    head: list[str | datetime | None] = ["번호", "Question", "답변", "문서", "Article", "시행일"]
    day = datetime(2027, 1, 1)
    first = [head, ["1", "왜요?|어째서요?", "그래서요.", "여비규정", "제1조", day]]
    second = [head, ["2", "언제요?", "내일요.", "여비규정", "제2조"]]
    path.write_bytes(faq_book(first, second))
    (tmp_path / "~$출장.xlsx").write_bytes(b"\x05admin")
    assert add_faq(config, [tmp_path]).topics == (("출장", 2),)
    stored = Library.open(config.library_url).faq()
    assert [(entry.questions, entry.answer, entry.article, entry.since) for entry in stored] == [
        (("왜요?", "어째서요?"), "그래서요.", "제1조", "2027-01-01"),
        (("언제요?",), "내일요.", "제2조", ""),
    ]
    second.append(["3", "어디서요?", None, "여비규정", "제3조"])
    path.write_bytes(faq_book(first, second))
    with pytest.raises(ConfigError, match=r"출장.xlsx \[.+\] 3번째 줄: 빈 칸이 있습니다: 답변 →"):
        add_faq(config, [path])
    assert Library.open(config.library_url).faq() == stored


def test_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "출장.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(ConfigError, match=r"출장.pdf: CSV나 XLSX가 아닙니다. → "):
        add_faq(load_config(tmp_path / "home"), [path])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("질문,답변\n왜?,그냥.\n", "빠진 열이 있습니다: 문서, 조문\n→ 첫 줄에 질문,답변,문서,조문"),
        (
            "질문,답변,문서,조문,시행일\n가?,나.,다,제1조,\n왜?,그냥.,다,제1조,내년\n",
            "3번째 줄 '시행일': 날짜가 아닙니다: 내년 → 2024-03-01처럼 쓰세요",
        ),
        (
            "질문,답변,문서,조문\n가?,나.,다,제1조\n왜?,,여비규정,\n",
            "3번째 줄: 빈 칸이 있습니다: 답변, 조문",
        ),
        (
            '질문,답변,문서,조문\n가?,"나.\n다.",라,제1조\n왜?,,여비규정,\n',
            "4번째 줄: 빈 칸이 있습니다: 답변, 조문",
        ),
        ("질문,답변,문서,조문\n | ,나.,다,제1조\n", "2번째 줄: 질문이 비었습니다"),
        # What may be the day on which an answer begins, and isn't read as one.
        ("질문,답변,문서,조문,시행일자\n가?,나.,다,제1조,\n", "모르는 열이 있습니다: 시행일자 →"),
        (
            "질문,답변,문서,조문,적용 시점\n가?,나.,다,제1조,2020-01-01\n"
            "가?,다.,다,제1조,9998. 1. 1.\n",
            "3번째 줄: 쓰지 않는 열 '적용 시점'에 오지 않은 날이 있습니다: 9998. 1. 1.\n→ 답하기",
        ),
        (
            "질문,답변,문서,조문,시행일,Effective\n가?,나.,다,제1조,,9998-01-01\n",
            "같은 열이 둘 이상입니다: 시행일 → 하나만",
        ),
        (
            "질문,답변,문서,조문,시행일\n가?,나.,다,제1조,1027-01-01\n",
            "2번째 줄 '시행일': 오늘에서 너무 멉니다: 1027-01-01 → 연도를 고치세요",
        ),
        # An answer of which only the part before the comma would be given.
        (
            "문서,조문,질문,답변\n다,제1조,가?,10,000원입니다.\n",
            "2번째 줄: 이름 없는 열에 글이 있습니다: 000원입니다.\n→ 쉼표가 든 글은",
        ),
        ("", "빈"),
    ],
)
def test_a_bad_file_is_told_and_changes_nothing(content: str, message: str, tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    good = tmp_path / "가.csv"
    good.write_text("질문,답변,문서,조문\n왜요?,그래서요.,여비규정,제1조\n", encoding="utf-8")
    bad = tmp_path / "나.csv"
    bad.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        add_faq(config, [good, bad])
    assert str(bad) in str(caught.value)
    assert "→" in str(caught.value)
    if content:
        assert message in str(caught.value)
    assert not (tmp_path / "home").exists()


def test_the_names_of_columns_may_have_blanks_and_other_columns_are_told(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    path = tmp_path / "출장.csv"
    head = "번호,질 문,답변,문서,조문,시행 일,등록일\n"
    path.write_text(f"{head}1,왜요?,그래서요.,여비규정,제1조,2027. 1. 1.,2020-01-01\n")
    assert add_faq(config, [path]).notes == (
        f"{path}: 쓰지 않는 열이 있습니다: 번호, 등록일 → 쓸 열이면 이름을 질문, 답변, 문서, 조문, "
        "시행일 가운데 하나로 고쳐 다시 넣으세요.",
    )
    (entry,) = Library.open(config.library_url).faq()
    assert (entry.questions, entry.since) == (("왜요?",), "2027-01-01")


def test_a_question_has_one_answer_at_a_time(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    head, old = (
        "질문,답변,문서,조문,시행일\n",
        "당직비는 얼마인가요?,5만원입니다.,복무규정,제2조,\n",
    )
    new = "당직비는  얼마인가요,7만원입니다.,복무규정,제2조,"
    first, second = tmp_path / "당직.csv", tmp_path / "개정.csv"
    first.write_text(head + old)
    add_faq(config, [first])
    second.write_text(head + new)
    with pytest.raises(ConfigError, match=r"서로 다른 답변이 있습니다. 주제: 당직, 개정\n→ 틀린"):
        add_faq(config, [second])
    assert [entry.answer for entry in Library.open(config.library_url).faq()] == ["5만원입니다."]
    second.write_text(head + old + new)
    with pytest.raises(ConfigError, match="주제: 개정\n→ "):
        add_faq(load_config(tmp_path / "another"), [second])
    second.write_text(f"{head}{new}2027-01-01\n")  # the answer of another day
    add_faq(config, [second])
    first.write_text(head)
    second.write_text(head + new)  # or the one instead of the other
    add_faq(config, [first, second])
    assert [entry.answer for entry in Library.open(config.library_url).faq()] == ["7만원입니다."]


def test_what_a_file_of_the_same_name_deletes_is_told(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    path, head = tmp_path / "답변.csv", "질문,답변,문서,조문\n"
    path.write_text(head + "".join(f"{n}조는?,{n}.,규정,제{n}조\n" for n in range(1, 6)))
    assert add_faq(config, [path]).notes == ()
    path.write_text(f"{head}1조는?|어디?,하나.,규정,제1조\n")
    (note,) = add_faq(config, [path]).notes
    told = "답변: 이 파일에 없는 답변 4개를 지웠습니다: '2조는?', '3조는?', '4조는?' 외 1개 → "
    assert note.startswith(told)


def test_questions_that_a_later_answer_leaves_to_the_old_one_are_told(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    path = tmp_path / "근태.csv"
    old = "질문,답변,문서,조문,시행일\n연차는 며칠인가요?|휴가 일수는?,15일.,복무규정,제2조,\n"
    path.write_text(f"{old}연차는 며칠인가요?,20일.,복무규정,제2조,2026-03-01\n")
    assert add_faq(config, [path]).notes == (
        "근태: '휴가 일수는?'에는 2026-03-01부터도 옛 답변으로 답합니다. "
        "→ 새 답변으로 답해야 하면 새 줄에 이 질문도 쓰세요.",
    )
    path.write_text(f"{old}연차는 며칠인가요?|휴가 일수는?,20일.,복무규정,제2조,2026-03-01\n")
    assert add_faq(config, [path]).notes == ()


RULE = "여비규정\n\n제1조(목적) 여비를 정한다.\n\n제2조(일비) 일비는 2만원이다.\n"
ENTRIES = """질문,답변,문서,조문
일비는 얼마인가요?,2만원입니다.,여비규정,제2조
우주선은 얼마인가요?,모릅니다.,여비규정,제99조
"""


def test_an_entry_without_its_article_is_told_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, rule, path = tmp_path / "home", tmp_path / "여비규정.txt", tmp_path / "출장.csv"
    rule.write_text(RULE)
    path.write_text(ENTRIES)
    assert main(["add", "--home", str(home), str(rule)]) == 0
    capsys.readouterr()
    assert main(["faq", "--home", str(home), str(path)]) == 0
    out, err = capsys.readouterr()
    assert out == "출장: 승인된 답변 2개를 넣었습니다.\n그 가운데 1개는 아직 답하지 않습니다.\n"
    assert err == (
        "주의: 출장: '우주선은 얼마인가요?'의 「여비규정」 제99조: 라이브러리에 없어 아직 "
        "답하지 않습니다. → 문서와 조문을 확인하거나 그 규정을 넣으세요.\n"
    )


def test_an_article_of_two_parts_of_one_title_is_not_cited(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    rules = [tmp_path / f"여비규정 {volume}.txt" for volume in ("1권", "2권")]
    rules[0].write_text(f"{RULE}\n제3조(숙박비) 숙박비는 실비로 한다.\n")
    rules[1].write_text("여비규정\n\n제2조(일비) 일비는 5만원이다.\n\n제9조(준용) 따로 정한다.\n")
    assert main(["add", "--home", str(config.home), *map(str, rules)]) == 0
    path = tmp_path / "출장.csv"
    path.write_text(ENTRIES)
    assert "여러 문서에 있어" in add_faq(config, [path]).warnings[0]
    assert Chatbot.open(config).ask("일비는 얼마인가요?").status is not Status.FAQ


def test_two_files_of_one_topic_and_an_empty_folder_are_errors(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    files = [tmp_path / name / "출장.csv" for name in ("가", "나")]
    for file in files:
        file.parent.mkdir()
        file.write_text(ENTRIES)
    with pytest.raises(ConfigError, match=r"주제 '출장'의 파일이 둘입니다: .*\n→ "):
        add_faq(config, files)
    (tmp_path / "다").mkdir()
    with pytest.raises(ConfigError, match=r"CSV나 XLSX 파일이 없습니다. → "):
        add_faq(config, [tmp_path / "다"])
    assert not config.home.exists()
    assert add_faq(config, [files[0], files[0]]).topics == (("출장", 2),)


def test_the_approved_questions_are_read_only_when_they_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(tmp_path / "home")
    rule, path = tmp_path / "여비규정.txt", tmp_path / "출장.csv"
    rule.write_text(RULE)
    path.write_text(ENTRIES)
    assert main(["add", "--home", str(config.home), str(rule)]) == 0
    chatbot = Chatbot.open(config)
    reads: list[int] = []
    read = Library.faq

    def counted(library: Library) -> list[FaqEntry]:
        reads.append(1)
        return read(library)

    monkeypatch.setattr(Library, "faq", counted)
    chatbot.ask("일비는 얼마인가요?")
    assert reads == []
    add_faq(config, [path])
    reads.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(chatbot.ask, ["일비는 얼마인가요?"] * 16))
    assert {answer.status for answer in answers} == {Status.FAQ}
    assert len(reads) == 1
