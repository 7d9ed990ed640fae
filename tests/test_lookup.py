"""Questions that name a rule or an article: what is looked up, and what is left to the search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from onprem_rag.korean.text import letters
from onprem_rag.korean.titles import Titles
from onprem_rag.library.shelf import Shelf
from onprem_rag.lookup import LookUp, Places
from tests.conftest import ingested, shelf_of

LONG = "이 경우 출장자는 증빙서류를 갖추어 소속 부서의 장을 거쳐 총무부서에 제출하여야 한다. "
SETTLING = f"""(정산) ① 출장자는 출장이 끝난 날부터 7일 이내에 여비를 정산한다. {LONG * 8}
② 정산을 마치지 아니한 자에게는 여비를 지급하지 아니한다. {LONG * 8}
③ 선급받은 여비의 차액은 반환한다. {LONG * 4}"""
REDUCED = "\n\n제12조의2(일비의 감액) 동일지역에 오래 머무르는 경우 일비를 감액한다."
END = """
부칙 <2020. 1. 1.>

제1조(시행일) 이 규정은 2020년 1월 1일부터 시행한다.

제2조(경과조치) 이미 끝난 출장에는 종전의 규정을 적용한다.

부칙 <2024. 7. 1.>

제1조(시행일) 이 규정은 2024년 7월 1일부터 시행한다.

제2조(적용례) 이 규정 시행 후 출발하는 출장부터 적용한다.

[별표 1] 국내여비 정액표(제12조 관련)

일비는 1일당 25,000원으로 한다.

[별표 2] 국외여비 정액표

일비는 1일당 30달러로 한다.
"""
NETWORK = "정보통신망 이용촉진 및 정보보호 등에 관한 법률"
RECORDS = "전자기록물ㆍ공문서 관리에 관한 규칙"


def rule(title: str, articles: dict[int, str], end: str = "") -> str:
    """The text of a rule whose other articles, up to the last of these, say nothing."""
    lines = (
        f"제{number}조{articles.get(number, '(기타) 기타 사항은 따로 정한다.')}"
        for number in range(1, max(articles) + 1)
    )
    return "\n\n".join((title, *lines, end))


TEXTS = {
    "여비규정": rule(
        "여비규정",
        {12: f"(일비) 일비는 별표 1에 따라 지급한다.{REDUCED}", 15: SETTLING},
        END,
    ),
    "차량관리규정": rule("차량관리규정", {4: " 삭제 <2024. 1. 1.>", 5: "(주차) 지하에 세운다."}),
    "인사규정": rule(
        "인사규정", {3: "(휴가) 휴가는 연 15일로 한다.", 15: "(승진) 승진은 위원회가 정한다."}
    ),
    "인사규정 시행세칙": rule("인사규정 시행세칙", {3: "(휴가신청) 휴가는 3일 전에 신청한다."}),
    "숙소": rule("직원숙소관리지침", {2: "(퇴거) 입주자는 30일 이내에 퇴거한다."}),
    "기록": rule(RECORDS, {4: "(보존기간) 보존기간은 5년으로 한다."}),
    "망법": rule(NETWORK, {9: "(동의) 이용자의 동의를 받는다."}),
    "망법 시행령": rule(f"{NETWORK} 시행령", {9: "(동의의 방법) 동의는 서면으로 받는다."}),
    "민원": rule("민원 및 신고 처리 규칙", {2: "(접수) 민원은 접수한 날에 배부한다."}),
    "휴가": rule("휴가 안내", {2: "(신청) 휴가는 전산으로 신청한다."}),
    "본사": rule("본사 복무규정", {7: "(출근) 출근 시각은 9시로 한다."}),
    "공장": rule("공장 복무규정", {7: "(출근) 출근 시각은 8시로 한다."}),
    "산악회": rule("동호회 운영규정", {5: "(회비) 회비는 월 1만원으로 한다."}),
    # A second volume: it has few of the first's articles, so that it is no newer version of it.
    "축구회": "동호회 운영규정\n\n제5조(회비) 회비는 월 2만원으로 한다.\n\n제6조(기타) 없음",
}
Ask = Callable[[str], LookUp]
Shown = Callable[[LookUp], list[str]]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Fourteen rules, two of them parts of one title."""
    folder = tmp_path_factory.mktemp("lookup")
    paths = []
    for name, text in TEXTS.items():
        paths.append(folder / f"{name}.txt")
        paths[-1].write_text(text, encoding="utf-8")
    return shelf_of(ingested(folder / "home", *paths))


@pytest.fixture(scope="module")
def ask(shelf: Shelf) -> Ask:
    return Places(shelf).look_up


@pytest.fixture(scope="module")
def shown(shelf: Shelf) -> Callable[[LookUp], list[str]]:
    """What is found, for a reader: 여비규정 제15조②."""

    def show(found: LookUp) -> list[str]:
        return [
            f"{passage.document} {passage.article}{passage.paragraph or ''}"
            for passage in shelf.passages(found.passages)
        ]

    return show


@pytest.mark.parametrize(
    "question",
    [
        "여비규정 제12조",
        "여비 규정 제12조",
        "여 비 규 정 제 12 조",
        "여비규정제12조알려줘",
        "여비규정12조알려줘",
        "여비규정 12조",
        "여비규정의 제12조가 뭐야?",
        "우리 회사 여비규정 제12조 내용 좀 알려주세요",
        "「여비규정」 제12조",
        "여비규정 제１２조",
        "여비규정 제십이조",
        "여비규정 제12조(일비)",
        "여비규정에서 일비는?",
        "여비규정 일비가 뭐예요?",
    ],
)
def test_an_article_is_found_however_it_is_written(question: str, ask: Ask, shown: Shown) -> None:
    found = ask(question)
    assert shown(found) == ["여비규정 제12조"]
    assert (found.whole, found.articles, len(found.documents)) == (True, ("제12조",), 1)


@pytest.mark.parametrize(
    ("question", "first", "count"),
    [
        ("여비규정 제15조", "여비규정 제15조①", 3),
        ("여비규정 제15조제2항이 뭐야?", "여비규정 제15조②", 3),
        ("여비규정 15조 3항", "여비규정 제15조③", 3),
        ("여비규정 제십오조제삼항", "여비규정 제15조③", 3),
        ("여비규정 제12조의2", "여비규정 제12조의2", 1),
        ("여비규정 제십이조의이", "여비규정 제12조의2", 1),
        ("여비규정 별표2", "여비규정 별표 2", 1),
        ("여비규정 별표", "여비규정 별표 1", 2),
        ("여비규정에서 국내여비 정액표", "여비규정 별표 1", 1),
        ("인사규정 시행세칙 제3조", "인사규정 시행세칙 제3조", 1),
        ("인사규정시행세칙제3조", "인사규정 시행세칙 제3조", 1),
        ("인사규정 제3조", "인사규정 제3조", 1),
        (
            "전자기록물·공문서 관리에 관한 규칙 제4조",
            f"{RECORDS} 제4조",
            1,
        ),
        ("전자기록물공문서관리규칙 4조", f"{RECORDS} 제4조", 1),
    ],
)
def test_the_named_place_comes_first(
    question: str, first: str, count: int, ask: Ask, shown: Shown
) -> None:
    found = ask(question)
    assert shown(found)[0] == first
    assert (len(found.passages), found.whole) == (count, True)


def test_of_addenda_the_newest_come_first(ask: Ask, shelf: Shelf) -> None:
    first, second = shelf.passages(ask("여비규정 부칙 제1조").passages)
    assert ("2024" in first.text, "2020" in second.text) == (True, True)
    addenda = shelf.passages(ask("여비규정 부칙").passages)
    assert [passage.text.split(")")[0] for passage in addenda] == [
        "제1조(시행일",
        "제2조(적용례",
        "제1조(시행일",
        "제2조(경과조치",
    ]


@pytest.mark.parametrize(
    "around",
    [
        "{} 자세히 알려줘",
        "{} 요약해줘",
        "{} 내용 확인해 주세요",
        "{}에 뭐라고 나와 있나요?",
        "{}가 무슨 뜻이야?",
        "{} 쉽게 설명 부탁드립니다",
        "안녕하세요, {} 좀 알려주실 수 있을까요?",
        "혹시 {} 내용 알 수 있나요?",
    ],
)
def test_politeness_asks_for_nothing_else(around: str, ask: Ask, shown: Shown) -> None:
    found = ask(around.format("인사규정 제3조"))
    assert (shown(found), found.whole) == (["인사규정 제3조"], True)


def test_a_range_of_articles(ask: Ask, shown: Shown) -> None:
    found = ask("인사규정 제3조부터 제5조까지 보여줘")
    assert (shown(found), found.whole) == (
        ["인사규정 제3조", "인사규정 제4조", "인사규정 제5조"],
        True,
    )


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("숙소관리지침 제2조", "직원숙소관리지침"),
        ("민원신고처리규칙 제2조", "민원 및 신고 처리 규칙"),
        ("민원·신고 처리규칙 제2조", "민원 및 신고 처리 규칙"),
        ("정보통신망법 제9조", NETWORK),
        ("정보보호법 제9조", NETWORK),
        ("정보통신망법 시행령 제9조", f"{NETWORK} 시행령"),
        ("정보통신망법시행령제9조", f"{NETWORK} 시행령"),
    ],
)
def test_a_shortened_title_that_only_one_rule_can_have(
    question: str, document: str, ask: Ask, shelf: Shelf
) -> None:
    found = ask(question)
    (passage,) = shelf.passages(found.passages)
    assert (passage.document, found.whole) == (document, True)


@pytest.mark.parametrize(
    "question",
    [
        "복무규정 제7조",  # of two rules
        "숙소관리지침 제99조",  # a guess that its article doesn't bear out
        "연차를 신청할 때 근로기준법 제15조에 따르면 며칠 쉬나요?",  # not here
        "휴가는 며칠인가요?",
        "출장 규정이 어떻게 되나요?",
        "숙소 관리지침이 어떻게 되나요?",  # so loosely only a full title counts
        "출장을 다녀오면 여비는 언제 정산하나요?",
        "휴가를 3일 전에 신청하면 되나요?",
    ],
)
def test_what_names_nothing_here_is_left_to_the_search(question: str, ask: Ask) -> None:
    assert ask(question) == LookUp(rest=question)


def test_a_rule_alone_narrows(ask: Ask, shelf: Shelf) -> None:
    found = ask("인사규정에 따라 병가는 며칠까지 되나요?")
    (document,) = found.documents
    assert shelf.versions[document].title == "인사규정"
    assert (found.passages, found.rest, found.whole) == ((), "병가는 며칠까지 되나요?", False)
    (document,) = ask("휴가 안내에서 병가는?").documents
    assert shelf.versions[document].title == "휴가 안내"
    about = ask("인사규정이 뭐야?")
    assert (len(about.documents), about.passages, about.rest, about.whole) == (1, (), "", True)


def test_parts_of_one_title_are_all_meant(ask: Ask, shelf: Shelf) -> None:
    found = ask("동호회운영규정 제5조")
    assert [p.text[-11:] for p in shelf.passages(found.passages)] == [
        "월 1만원으로 한다.",
        "월 2만원으로 한다.",
    ]
    assert len(found.documents) == 2


def test_two_rules_in_one_question(ask: Ask, shown: Shown) -> None:
    found = ask("인사규정 제3조와 여비규정 제12조")
    assert shown(found) == ["인사규정 제3조", "여비규정 제12조"]
    assert found.whole
    mixed = ask("근로기준법 제60조와 인사규정 제3조는 뭐가 다른가요?")
    assert (shown(mixed), mixed.articles) == (["인사규정 제3조"], ("제3조",))


def test_an_article_without_its_rule(ask: Ask, shown: Shown) -> None:
    found = ask("제15조제2항이 뭐야?")
    assert shown(found) == [
        "여비규정 제15조②",
        "인사규정 제15조",
        "여비규정 제15조①",
        "여비규정 제15조③",
    ]
    assert (found.whole, found.documents, found.rest) == (True, frozenset(), "제15조제2항이 뭐야?")
    assert shown(ask("별표 1")) == ["여비규정 별표 1"]
    assert not ask("별표 1").vague
    absent = ask("별표 7")
    assert absent.vague
    assert (absent.passages, absent.articles, absent.missing) == ((), ("별표 7",), ())


def test_a_place_in_passing_is_only_one_of_the_hits(ask: Ask, shown: Shown) -> None:
    found = ask("여비규정 제12조에 따라 출장 중에 다치면 치료비는?")
    assert (shown(found), found.whole) == (["여비규정 제12조"], False)
    assert found.rest == "에 따라 출장 중에 다치면 치료비는?"
    assert not ask("제15조에 따른 승진을 하면 급여는 얼마나 오르나요?").whole


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("여비규정 제99조", "여비규정 제99조"),
        ("여비규정의 별표 9가 뭐야?", "여비규정 별표 9"),
        ("인사규정시행세칙 제15조", "인사규정 시행세칙 제15조"),
        ("차량관리규정 제4조", "차량관리규정 제4조(삭제)"),
        ("관리규정 제4조 알려줘", "차량관리규정 제4조(삭제)"),
        ("여비규정 제15조제7항", "여비규정 제15조제7항"),
        ("여비규정 제십오조제칠항", "여비규정 제15조제7항"),
        ("여비규정 제12조 2항이 뭐야?", "여비규정 제12조제2항"),
    ],
)
def test_a_place_that_the_rule_has_not_got(question: str, missing: str, ask: Ask) -> None:
    found = ask(question)
    assert (found.missing, found.passages, found.whole) == ((missing,), (), True)


def test_what_is_there_is_found_besides_what_is_not(ask: Ask, shown: Shown) -> None:
    found = ask("여비규정 제12조와 제99조, 제15조제7항 알려줘")
    assert (shown(found), found.whole) == (["여비규정 제12조"], True)
    assert found.missing == ("여비규정 제99조", "여비규정 제15조제7항")
    assert shown(ask("여비규정 제12조 제1항")) == ["여비규정 제12조"], "its only paragraph"


def test_named_paragraphs_come_before_the_rest_of_their_articles(ask: Ask, shown: Shown) -> None:
    assert shown(ask("여비규정 제15조제2항과 제12조")) == [
        "여비규정 제15조②",
        "여비규정 제12조",
        "여비규정 제15조①",
        "여비규정 제15조③",
    ]


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("근로기준법 제15조", "근로기준법"),
        ("국가공무원법 제3조에 따르면?", "국가공무원법"),
        ("혹시 우리 국가공무원법 제3조가 뭐야?", "국가공무원법"),
        ("개인정보 보호법 제15조", "개인정보 보호법"),
        (
            "국가를 당사자로 하는 계약에 관한 법률 제7조제1항 알려줘",
            "국가를 당사자로 하는 계약에 관한 법률",
        ),
        ("공무원여비규정 제12조", "공무원여비규정"),
        ("「공무원 여비규정」 제12조", "공무원 여비규정"),
        ("「여비에 관한 훈령」 제12조", "여비에 관한 훈령"),
        ("여비규정 운영세칙 제12조", "여비규정 운영세칙"),
        ("출장비지급규정 제15조와 제16조", "출장비지급규정"),
    ],
)
def test_a_place_of_a_rule_that_is_not_here(question: str, unknown: str, ask: Ask) -> None:
    assert ask(question) == LookUp(rest=question, unknown=unknown)


@pytest.mark.parametrize("question", ["복무규정 제7조", "우리 복무규정 제7조 알려줘"])
def test_a_name_that_several_rules_fit_is_not_unknown(question: str, ask: Ask) -> None:
    assert not ask(question).unknown


@pytest.mark.parametrize(
    "question", ["", "?", "제", "「」", "ㆍ", "제0조", "별표", "조조조 1", "의" * 1000]
)
def test_what_makes_no_sense_names_nothing(question: str, ask: Ask) -> None:
    assert (ask(question).passages, ask(question).documents) == ((), frozenset())


def found_in(question: str, *titles: str) -> list[str | None]:
    return [named.title for named in Titles({letters(t): t for t in titles}).find(question)]


def test_titles_are_found_as_wholes() -> None:
    assert found_in("감사 규칙 제3조", "감사규칙", "감사위원회의 운영 등에 관한 규칙") == [
        "감사규칙"
    ]
    assert found_in("정관 제3조", "재단법인 한국연구원 정관") == ["재단법인한국연구원정관"]
    assert found_in("인사규정", "인사규정", "인사규정 시행세칙") == ["인사규정"]
    assert found_in("한국연구원 정관에서 정관의 변경은?", "한국연구원 정관") == ["한국연구원정관"]
    assert found_in("국가계약법에서 수의계약은", "국가를 당사자로 하는 계약에 관한 법률") == [
        "국가를당사자로하는계약에관한법률"
    ]
    assert found_in(
        "정보보호법 제4조", "개인정보 보호법", "정보통신망 이용 및 정보보호에 관한 법률"
    ) == ["개인정보보호법"]
    assert found_in("공공기관운영법 제4조", "공공기관의 운영에 관한 법률", "공공기관 운영지침") == [
        "공공기관의운영에관한법률"
    ]
    assert found_in("산학센터 운영규정의 임기", "산학센터(ICC) 운영규정") == ["산학센터icc운영규정"]
    assert found_in("규정 제3조", "규정") == []


def test_the_statutes_by_the_names_that_people_use(shared: Path) -> None:
    titles = [path.stem for path in sorted((shared / "statutes").glob("*.md"))]
    known = Titles({letters(title): title for title in titles})
    for short, title in {
        "남녀고용평등법": "남녀고용평등과 일ㆍ가정 양립 지원에 관한 법률",
        "청탁금지법": "부정청탁 및 금품등 수수의 금지에 관한 법률",
        "이해충돌방지법": "공직자의 이해충돌 방지법",
        "정보공개법 시행령": "공공기관의 정보공개에 관한 법률 시행령",
        "신용정보법": "신용정보의 이용 및 보호에 관한 법률",
        "화재예방법": "화재의 예방 및 안전관리에 관한 법률",
        "민원처리법": "민원 처리에 관한 법률",
    }.items():
        assert [named.title for named in known.find(f"{short} 제3조")] == [letters(title)], short
