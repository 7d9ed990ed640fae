"""Names of institutions, statutes, positions, committees, systems, places and persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.korean.names import Names
from onprem_rag.korean.text import sentences
from onprem_rag.records import Fact
from tests.growth import grows_linearly

NAMES = Names()


def found(text: str) -> list[str]:
    facts = list(NAMES.find(text))
    assert all(text[fact.start : fact.end] == fact.text for fact in facts)
    return [fact.text for fact in facts]


def fact(text: str) -> Fact:
    [one] = NAMES.find(text)
    return one


def last(text: str) -> Fact:
    return list(NAMES.find(text))[-1]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # positions
        ("원장은 이사장에게 보고한다.", ["원장", "이사장"]),
        ("기획재정부장관이 정한다.", ["기획재정부장관"]),
        ("기획재정부 장관이 정한다.", ["기획재정부 장관"]),
        ("인사담당부서장의 확인을 받는다.", ["인사담당부서장"]),
        ("인사 담당부서장의 확인을 받는다.", ["인사 담당부서장"]),
        ("소속 부서장의 확인을 받는다.", ["부서장"]),
        ("시ㆍ도지사와 교육감", ["도지사", "교육감"]),
        ("시장ㆍ군수ㆍ구청장", ["시장", "군수", "구청장"]),
        ("시장의 가격이 오른 경우", []),
        ("개인정보 보호책임자를 지정한다.", ["개인정보 보호책임자"]),
        ("국무총리와 대통령의 승인", ["국무총리", "대통령"]),
        ("총장이 학과장을 임명한다.", ["총장", "학과장"]),
        ("이사와 감사는 이사회에 출석한다.", ["이사", "감사", "이사회"]),
        ("감사를 실시하고 감사 결과를 알린다.", []),
        ("감사는 정기감사와 특별감사로 구분한다.", []),
        ("장관급 공무원, 과장하여 말하는 경우", []),
        ("주차장, 회의장, 초청장, 고소장, 총계정원장, 출장, 현장", []),
        # committees
        ("인사위원회의 심의를 거쳐 이사회가 의결한다.", ["인사위원회", "이사회"]),
        ("보통징계위원회의의결을 거친다.", ["보통징계위원회"]),
        ("위원 수당은 위원에게 지급한다.", []),
        ("인사 위원회에서 정한다. 해당 위원회는", ["인사 위원회", "위원회"]),
        # institutions and departments
        ("한국환경산업기술원에서 국민건강보험공단으로", ["한국환경산업기술원", "국민건강보험공단"]),
        ("감사원, 법원과 서울대학교", ["감사원", "법원", "서울대학교"]),
        ("행정안전부와 인사혁신처, 경찰청", ["행정안전부", "인사혁신처", "경찰청"]),
        ("총무과와 기획조정실, 인사팀, 교무처", ["총무과", "기획조정실", "인사팀", "교무처"]),
        ("학생지원과 | 예산과, 직원과 학생과의 소통", ["학생지원과", "예산과"]),
        ("일부, 전부, 내부, 납부, 여부, 간부, 정부와 첨부", []),
        ("신청, 요청, 거래처, 연락처, 사실, 현실, 수단, 판단, 자원, 지원, 결과, 효과, 기회", []),
        # statutes and rules
        ("「국가공무원법」 제10조", ["국가공무원법"]),
        ("『여비규정』과 취업규칙", ["여비규정", "취업규칙"]),
        ("국가공무원법 시행령 제3조", ["국가공무원법 시행령"]),
        ("「국가공무원법」 시행령 제3조", ["국가공무원법", "시행령"]),
        ("공공기관의 운영에 관한 법률에 따라", ["공공기관의 운영에 관한 법률"]),
        ("직무는 국가를 당사자로 하는 계약에 관한 법률", ["국가를 당사자로 하는 계약에 관한 법률"]),
        ("정부업무평가 기본법 시행령 제3조", ["정부업무평가 기본법 시행령"]),
        ("이주직원용 숙소 운영에 관한 지침 제3조", ["이주직원용 숙소 운영에 관한 지침"]),
        ("공무원임용령, 명령과 법령, 인사발령, 일부개정령", ["공무원임용령"]),
        ("공무원수당 등에 관한 규정에 따른다.", ["공무원수당 등에 관한 규정"]),
        ("‘재외공무원 수당 지급 규칙’에 따른다.", ["재외공무원 수당 지급 규칙"]),
        ("휴가에 관한 규정은 다른 규정에도 불구하고 종전의 규정에 따른다.", []),
        ("복무 규정과 문화산업진흥 기본법", ["복무 규정", "문화산업진흥 기본법"]),
        ("제10조의 규정에 따라 정한 지침, 관련 규정", []),
        ("대통령령으로 정한다. 정관과 학칙", ["대통령령", "정관", "학칙"]),
        ("방법, 문법, 원칙, 기준, 처리방법, 규정하는 바", []),
        ("학교법인과 사단법인", []),
        # systems, abbreviations, places, persons
        ("전자결재시스템과 나라장터, 그룹웨어", ["전자결재시스템", "나라장터", "그룹웨어"]),
        ("전자결재 시스템에 ERP시스템을, 시스템적으로", ["전자결재 시스템", "ERP시스템"]),
        ("KOICA와 e-나라도움, K-MOOC", ["KOICA", "e-나라도움", "K-MOOC"]),
        ("10MB 이하의 PDF 파일", []),
        ("서울특별시와 세종특별자치시, 제주도", ["서울특별시", "세종특별자치시", "제주도"]),
        ("담당자: 홍길동", ["담당자", "홍길동"]),
        ("김철수 과장이 승인한다.", ["김철수", "과장"]),
        ("성명 이메일, 이용자 과장", ["과장"]),
    ],
)  # fmt: skip
def test_finds_the_names_without_particles(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("claimed", "stated"),
    [
        ("기획재정부 장관은", "기획재정부장관이"),
        ("「국가공무원법」", "국가공무원법에"),
        ("인사 담당부서장", "인사담당부서장"),
        ("시·도교육청", "시ㆍ도교육청"),
        ("koica가 아닌 KOICA", "KOICA"),
        ("장관은", "기획재정부장관은"),
        ("위원장은", "인사위원회 위원장은"),
        ("원장은", "한국환경산업기술원장은"),
        ("기술원장은", "한국환경산업기술원장은"),
        ("위원회는", "인사위원회는"),
        ("진흥원은", "한국인터넷진흥원은"),
        ("여비규정", "「공무원 여비규정」"),
        ("「공무원 여비규정」", "여비규정"),
        ("부정청탁금지법", "「부정청탁 및 금품등 수수의 금지에 관한 법률」"),
        ("국가계약법 시행령", "「국가를 당사자로 하는 계약에 관한 법률 시행령」"),
        ("시행령", "국가공무원법 시행령"),
    ],
)
def test_one_name_in_two_forms(claimed: str, stated: str) -> None:
    assert NAMES.same(fact(claimed), fact(stated))
    assert not NAMES.rivals(fact(claimed), fact(stated))


@pytest.mark.parametrize(
    ("claimed", "stated"),
    [
        ("인사위원회", "중앙인사위원회"),
        ("인사위원회", "징계위원회"),
        ("중앙인사위원회", "인사위원회"),
        ("위원회", "소위원회"),
        ("징계위원회", "보통징계위원회"),
        ("원장", "부원장"),
        ("원장", "한국환경산업기술원 부원장"),
        ("부원장", "원장"),
        ("위원장", "부위원장"),
        ("부서장", "인사담당부서장"),
        ("행정안전부장관", "기획재정부장관"),
        ("기획재정부장관", "장관"),
        ("이사장", "원장"),
        ("지방공무원법", "국가공무원법"),
        ("국가공무원법 시행규칙", "국가공무원법 시행령"),
        ("지방공무원법 시행령", "시행령"),
        ("지방계약법", "「국가를 당사자로 하는 계약에 관한 법률」"),
        ("총무과", "인사과,"),
        ("그룹웨어", "나라장터"),
        ("서울특별시", "부산광역시"),
        ("KOICA", "KOTRA"),
        ("법원", "대법원"),
    ],
)
def test_two_names_of_one_class(claimed: str, stated: str) -> None:
    assert not NAMES.same(fact(claimed), fact(stated))
    assert NAMES.rivals(fact(claimed), fact(stated))


@pytest.mark.parametrize(
    ("claimed", "stated"),
    [
        ("원장", "인사위원회"),
        ("국가공무원법", "감사원"),
        ("총무과", "서울특별시"),
        ("KOICA", "원장"),
    ],
)
def test_a_name_of_another_class_is_no_rival(claimed: str, stated: str) -> None:
    assert not NAMES.same(fact(claimed), fact(stated))
    assert not NAMES.rivals(fact(claimed), fact(stated))


def test_persons_are_rivals_of_persons_only() -> None:
    hong, kim = last("담당자: 홍길동"), last("담당자: 김철수")
    assert (hong.value, kim.value) == ("홍길동", "김철수")
    assert NAMES.rivals(hong, kim)
    assert not NAMES.rivals(hong, fact("KOICA"))


@pytest.mark.parametrize(
    "definition",
    [
        "한국환경산업기술원(이하 “연구원”이라 한다)",
        "한국환경산업기술원(이하 '연구원'이라 함)",
        "한국환경산업기술원(이하 연구원이라 한다)",
        "한국환경산업기술원(KEITI, 이하 “연구원”이라고 한다)",
        "한국환경산업기술원(이하 이 조에서 ‘연구원’이라 한다)",
        "한국환경산업기술원, 이하 「연구원」으로 칭한다",
    ],
)
def test_a_defined_term_has_the_value_of_what_it_stands_for(definition: str) -> None:
    text = f"이 규정은 {definition}에 적용한다. 연구원은 연구원장이 대표한다."
    facts = {one.text: one.value for one in NAMES.find(text)}
    assert facts["연구원"] == facts["한국환경산업기술원"] == "한국환경산업기술원"
    assert facts["연구원장"] == "한국환경산업기술원장"


def test_both_forms_of_a_defined_term_are_the_same() -> None:
    stated = last("「국가공무원법」(이하 “법”이라 한다)에 따르며, 법 제10조를 적용한다.")
    assert (stated.text, stated.value) == ("법", "국가공무원법")
    assert NAMES.same(fact("국가공무원법"), stated)
    assert not NAMES.same(fact("지방공무원법"), stated)
    stated = last("한국환경산업기술원(이하 “연구원”이라 한다)의 직원은 연구원에 신고한다.")
    assert NAMES.same(fact("연구원"), stated)  # a claim that does not define it


def test_terms_that_two_texts_define_differently_are_not_the_same() -> None:
    one = last("한국환경산업기술원(이하 “기술원”이라 한다)에 두며, 기술원에 신고한다.")
    two = last("한국과학기술원(이하 “기술원”이라 한다)에 두며, 기술원에 신고한다.")
    assert one.text == two.text == "기술원"
    assert not NAMES.same(one, two)


def test_a_definition_of_anybody_defines_no_name() -> None:
    text = "신고하는 자(이하 “신고인”이라 한다)와 비상임이사 1인(이하 ‘노동이사’라 한다)"
    assert [one.value for one in NAMES.find(text)] == ["비상임이사", "노동이사"]


def test_the_same_law_is_the_one_named_before() -> None:
    text = "「국가공무원법」, 같은 법 시행령 제3조, 같은 영 제4조, 「지방공무원법」과 동법 제5조"
    assert [(one.text, one.value) for one in NAMES.find(text)] == [
        ("국가공무원법", "국가공무원법"),
        ("같은 법 시행령", "국가공무원법시행령"),
        ("같은 영", "국가공무원법시행령"),
        ("지방공무원법", "지방공무원법"),
        ("동법", "지방공무원법"),
    ]
    assert found("같은 법 제3조") == []


def test_look_alike_signs_keep_their_places() -> None:
    text = "｢국가공무원법｣에 따라 ＫＯＩＣＡ가 시ㆍ군ㆍ구와"
    facts = list(NAMES.find(text))
    assert [(one.text, one.value) for one in facts] == [
        ("국가공무원법", "국가공무원법"),
        ("ＫＯＩＣＡ", "koica"),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "위원회", "가", "「", "「 ", " ", "이하 ", "이하\t\t", "(이하 “", "법(이하 “법”이라 한다)",
        "A", "A-", "같은 법 ", "「가법」 같은 법 ", "에 관한 법률", "감사는 ", "'가나 ",
        "담당자: ", "이사·감사 ", "인사 ",
    ],
)  # fmt: skip
def test_time_is_linear(piece: str) -> None:
    assert grows_linearly(lambda text: list(NAMES.find(text)), piece, 10_000)


def test_a_sentence_names_what_its_passage_names(shared: Path) -> None:
    """What is found must not hang on the sentences around, or quotes would not be supported."""
    missed = names = 0
    for path in sorted((shared / "statutes").rglob("*.md"))[:6]:
        text = path.read_text(encoding="utf-8")[:20_000]
        stated = list(NAMES.find(text))
        values = {one.value for one in stated}
        for start, end in sentences(text):
            for one in NAMES.find(text[start:end]):
                names += 1
                if one.value not in values:
                    missed += not any(NAMES.same(one, other) for other in stated)
    assert names > 300
    assert missed == 0
