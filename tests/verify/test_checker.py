"""What the checker says about answers to two realistic passages."""

from __future__ import annotations

import time

import pytest

from onprem_rag.errors import ModelError
from onprem_rag.records import Finding, Passage, Report
from onprem_rag.verify import checker
from onprem_rag.verify.checker import Checker
from tests.growth import grows_linearly

TRAVEL = """제9조(숙박비) ① 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.
② 국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 신청하여야 한다.
③ 시내출장에는 숙박비를 지급하지 아니한다. 다만, 원장이 인정하는 경우에는 그러하지 아니하다.
1. 배우자를 동반하는 경우
2. 4시간 이상의 출장"""
LEAVE = """제15조(연차휴가) ① 1년간 80퍼센트 이상 출근한 직원에게 15일의 유급휴가를 준다.
② 제1항에 따른 휴가는 2년 이내에 사용하여야 한다. 이 경우 「근로기준법」 제60조를 준용한다.
③ 육아휴직 기간은 1년 6개월 이내로 하고 휴직 30일 전에 신청한다. <개정 2024. 3. 1.>"""

check = Checker().check


def passage(document: str, article: str, text: str, start: int, number: int) -> Passage:
    return Passage(document, (), article, None, "", text, start, start + len(text), 3, number)


PASSAGES = [
    passage("여비규정", "제9조", TRAVEL, 1000, 7),
    passage("한국진흥원 취업규칙", "제15조", LEAVE, 5000, 8),
]


def finding(report: Report, text: str) -> Finding:
    (verdict,) = [verdict for verdict in report.verdicts if verdict.fact.text == text]
    return verdict.finding


@pytest.mark.parametrize(
    "answer",
    [
        "국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.",
        "국내출장의 숙박비는 1박당 70,000원을 초과할 수 없습니다. [1]",
        "국내출장의숙박비는 1박당70,000원을 초과할 수없다.",
        "여비규정 제9조에 따르면 국내출장 숙박비는 1박당 7만원을 초과할 수 없습니다.",
        "「여비규정」 제9조제1항에 따라 국내출장 숙박비는 1박당 7만 원을 초과할 수 없습니다.",
        "시내출장에는 숙박비를 지급하지 않습니다(여비규정 제9조제3항).",
        "휴가는 24개월 이내에 사용해야 합니다.",
        "1년간 100분의 80 이상 출근한 직원에게 15일의 유급휴가를 줍니다.",
        "육아휴직 기간은 18개월 이내입니다. 휴직 30일 전에 신청합니다.",
        "- 육아휴직 기간은 1년 6개월 이내로 합니다.\n- 휴직 30일 전에 신청합니다.",
        "1년간 80% 이상 출근한 직원에게 15일의 유급휴가를 줍니다.\n근거: 취업규칙 제15조(연차휴가)",
        "이 경우 근로기준법 제60조를 준용합니다.",
    ],
)
def test_faithful_answers_are_verified(answer: str) -> None:
    report = check(answer, PASSAGES)
    assert report.verified, (report.claims, report.verdicts)
    assert all(claim.citation for claim in report.claims)


@pytest.mark.parametrize(
    ("answer", "fact", "expected"),
    [
        ("국내출장의 숙박비는 1박당 90,000원을 초과할 수 없다.", "90,000원", "contradicted"),
        (
            "육아휴직 기간은 1년 6개월 이내로 합니다. <개정 2023. 3. 1.>",
            "2023. 3. 1.",
            "contradicted",
        ),
        ("육아휴직은 휴직 1개월 전에 신청합니다.", "1개월", "absent"),
        ("휴가는 3년 이내에 사용하여야 합니다.", "3년", "contradicted"),
        (
            "여비규정 제19조에 따르면 시내출장에는 숙박비를 지급하지 아니한다.",
            "제19조",
            "contradicted",
        ),
        ("제15조제5항에 따르면 휴가는 2년 이내에 사용하여야 한다.", "제15조제5항", "contradicted"),
        ("근로기준법 제9조에 따라 휴가를 줍니다.", "제9조", "absent"),
        ("급여는 매월 25일에 지급합니다.", "매월 25일", "absent"),
        # The passages say 70,000원 and 150달러, but of the other kind of travel.
        ("국외출장의 숙박비는 70,000원입니다.", "70,000원", "absent"),
        ("국내출장의 숙박비는 1박당 150달러입니다.", "150달러", "absent"),
    ],
)
def test_wrong_facts_are_found(answer: str, fact: str, expected: str) -> None:
    report = check(answer, PASSAGES)
    assert finding(report, fact) == expected
    assert not report.verified


@pytest.mark.parametrize(
    "answer",
    [
        "시내출장에는 숙박비를 지급합니다.",
        "휴가는 2년 이상 사용하여야 합니다.",
        "1년간 80% 미만 출근한 직원에게 15일의 유급휴가를 줍니다.",
        "출장자는 복명서를 부서장에게 제출합니다.",
        "네, 가능합니다.",
    ],
)
def test_unsupported_sentences_are_found(answer: str) -> None:
    report = check(answer, PASSAGES)
    assert [claim.supported for claim in report.claims] == [False]
    assert not report.verified


def is_verified(answer: str, rule: str, title: str = "") -> bool:
    source = Passage("복무규정", (), "제7조", None, title, rule, 0, len(rule))
    return check(answer, [source]).verified


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("상임이사는 원장이 임명한다.", "비상임이사는 원장이 임명한다."),
        ("상임이사는 원장이 임명합니다.", "① 비상임이사는 원장이 임명한다."),
        ("원장은 예산을 집행한다.", "부원장은 예산을 집행한다."),
        ("정규직원은 휴가를 신청할 수 있다.", "비정규직원은 휴가를 신청할 수 있다."),
        ("4일 이내에 신청하여야 한다.", "14일 이내에 신청하여야 한다."),
        ("000원을 지급한다.", "숙박비로 70,000원을 지급한다."),
        ("5일의 휴가를 준다.", "2.5일의 휴가를 준다."),
    ],
)
def test_a_quote_begins_and_ends_with_a_whole_word(answer: str, rule: str) -> None:
    assert not is_verified(answer, rule)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (
            "상임이사는 원장이 임명한다.",
            "비상임이사는 부원장이 제청하고, 상임이사는 원장이 임명한다.",
        ),
        ("상임이사는 원장이 임명한다.", "비상임이사는 둔다.\n①상임이사는 원장이 임명한다."),
        ("정규직원에게 지급한다.", "비정규직원에게 지급한다.\n가.정규직원에게 지급한다."),
    ],
)
def test_the_next_place_may_hold_the_quote(answer: str, rule: str) -> None:
    assert is_verified(answer, rule)


_ABROAD = "출장 후 보고는 국내출장은 7일, 국외출장은 14일 이내에 하여야 한다."
_OUTSIDE = "직원은 영리업무에 종사할 수 있다고 인정되는 경우에도 원장의 허가를 받아야 한다."


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("출장 후 보고는 국내출장은 14일, 국외출장은 7일 이내에 하여야 한다.", _ABROAD),
        ("국내출장은 14일 이내에 출장 후 보고를 하여야 합니다.", _ABROAD),
        ("병가 기간은 유급으로 한다.", "병가 기간은 무급으로 한다."),
        ("병가기간은유급으로합니다.", "병가기간은무급으로한다."),
        ("출장 전에 원장에게 보고하여야 한다.", "출장 후에 원장에게 보고하여야 한다."),
        ("신고를 한 직원은 징계한다.", "신고를 하지 아니한 직원은 징계한다."),
        ("신고를 하지 않은 직원은 징계합니다.", "신고를 한 직원은 징계한다."),
        ("허가를 받아 겸직한 직원은 징계한다.", "허가를 받지 아니하고 겸직한 직원은 징계한다."),
        ("복명서를 소속 부서장에게 제출하여야 한다.", "복명서를 원장에게 제출하여야 한다."),
        ("직원은 영리업무에 종사할 수 있다.", _OUTSIDE),
        ("영리업무에 종사할 수 있습니다.", _OUTSIDE),
        ("직원은 원장의 허가를 받을 수 있다.", "직원은 원장의 허가를 받아야 한다."),
    ],
)
def test_a_twisted_sentence_is_not_verified(answer: str, rule: str) -> None:
    assert not is_verified(answer, rule)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("출장 후 보고는 국내출장은 7일, 국외출장은 14일 이내에 해야 합니다.", _ABROAD),
        ("국외출장은 14일 이내에 출장 후 보고를 하여야 합니다.", _ABROAD),
        ("병가 기간은 무급입니다.", "병가 기간은 무급으로 한다."),
        ("신고를 하지 않은 직원은 징계합니다.", "신고를 하지 아니한 직원은 징계한다."),
        ("복명서를 원장에게 제출해야 합니다.", "복명서를 원장에게 제출하지 아니하면 아니 된다."),
        ("영리업무에 종사하려면 원장의 허가를 받아야 합니다.", _OUTSIDE),
        ("직원은 복명서를 원장에게 제출해야 합니다.", "직원은복명서를원장에게제출하여야한다."),
    ],
)
def test_a_faithful_paraphrase_is_verified(answer: str, rule: str) -> None:
    assert is_verified(answer, rule)


FOREIGN = "직원은 퇴직하려는 날의 30일 전까지 사직서(辭職書)를 제출하여야 한다."
PLAIN = FOREIGN.replace("(辭職書)", "")


@pytest.mark.parametrize(
    ("answer", "rule", "expected"),
    [
        ("직원은 퇴직하려는 날의 30일 전까지 사직서를 제출하여야 합니다.", PLAIN, True),
        ("직원은 퇴직하려는 날의 30일 전까지 사직서(辭職書)를 제출하여야 합니다.", FOREIGN, True),
        ("직원은 퇴직하려는 날의 30일 전까지 사직서(辭職書)를 제출하여야 합니다.", PLAIN, False),
        ("직원은 퇴직하려는 날의 30일 전까지 사직서를 提出하여야 합니다.", PLAIN, False),
        ("직원은 퇴직하려는 날の 30일 전까지 사직서를 제출하여야 합니다.", PLAIN, False),
    ],
)
def test_other_scripts_stand_only_where_the_rule_writes_them(
    answer: str, rule: str, expected: bool
) -> None:
    assert is_verified(answer, rule) is expected


@pytest.mark.parametrize(
    ("reference", "supported"),
    [
        ("제15조", True),
        ("제15조제2항", True),
        ("제15조제3항", True),
        ("제15조제4항", False),
        ("제9조제3항제2호", True),
        ("제9조제3항제3호", False),
        ("제9조제1항제1호", False),
        ("제16조", False),
        ("「여비규정」 제9조", True),
        ("취업규칙 제15조", True),
        ("여비규정 제15조", False),
        ("「인사규정」 제15조", False),
        ("인사규정 제15조", False),
        ("이 규정 제15조", True),
        ("「근로기준법」 제60조", True),
        ("제60조", False),
        ("별표 1", False),
    ],
)
def test_places(reference: str, supported: bool) -> None:
    verdicts = check(f"근거: {reference}", PASSAGES).verdicts
    (verdict,) = [verdict for verdict in verdicts if verdict.fact.kind == "reference"]
    assert (verdict.finding is Finding.SUPPORTED) is supported


def test_a_split_article_has_only_its_own_paragraph() -> None:
    second = Passage("여비규정", (), "제9조", "②", "", "② 신청하여야 한다.", 0, 11)
    found = [check(f"근거: 제9조제{n}항", [second]).verdicts[0].finding for n in (1, 2)]
    assert found == [Finding.ABSENT, Finding.SUPPORTED]


def test_citations_have_the_offsets_of_the_document() -> None:
    report = check("휴가는 2년 이내에 사용하여야 한다.", PASSAGES)
    (claim,) = report.claims
    (verdict,) = [verdict for verdict in report.verdicts if verdict.fact.kind == "period"]
    assert claim.citation is not None
    assert verdict.source is not None
    for cited in (claim.citation, verdict.source):
        assert cited.text == LEAVE[cited.start - 5000 : cited.end - 5000]
        assert (cited.document, cited.article, cited.paragraph) == (
            "한국진흥원 취업규칙",
            "제15조",
            "②",
        )
        assert (cited.document_id, cited.page) == (8, 3)
    assert verdict.source.text == "2년"


def test_each_of_equal_facts_is_reported() -> None:
    report = check(
        "휴가는 2년 이내에 사용하여야 한다. 휴가는 2년 이내에 사용하여야 한다.", PASSAGES
    )
    periods = [verdict for verdict in report.verdicts if verdict.fact.kind == "period"]
    assert [verdict.fact.start for verdict in periods] == [4, 25]


@pytest.mark.parametrize("answer", ["", "  \n"])
def test_an_empty_answer_was_not_checked(answer: str) -> None:
    report = check(answer, PASSAGES)
    assert report.claims == ()
    assert [(stage.name, stage.ran) for stage in report.stages] == [
        ("claims", False),
        ("facts", False),
    ]
    assert all(stage.note for stage in report.stages)
    assert not report.verified


def test_without_passages_nothing_was_checked() -> None:
    report = check("휴가는 2년 이내에 사용하여야 한다.", [])
    assert not report.verified
    assert {verdict.finding for verdict in report.verdicts} == {Finding.NOT_CHECKED}
    assert [stage.ran for stage in report.stages] == [False, False]
    assert "조문이 없어" in report.stages[0].note


def boom(*_: object) -> None:
    raise RuntimeError("boom")


def test_facts_of_a_failing_stage_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "judge_facts", boom)
    report = check("휴가는 2년 이내에 사용하여야 한다.", PASSAGES)
    assert [(stage.name, stage.ran) for stage in report.stages] == [
        ("claims", True),
        ("facts", False),
    ]
    assert {verdict.finding for verdict in report.verdicts} == {Finding.NOT_CHECKED}
    assert not report.verified


def test_claims_of_a_failing_stage_are_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "align_claims", boom)
    report = check("휴가는 2년 이내에 사용하여야 한다.", PASSAGES)
    assert report.stages[0].ran is False
    assert "실행하지 못했습니다" in report.stages[0].note
    assert report.claims == ()
    assert not report.verified


def test_an_extraction_that_fails_is_not_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "read_facts", boom)
    report = check("휴가는 2년 이내에 사용하여야 한다.", PASSAGES)
    assert not report.stages[1].ran
    assert not report.verified


@pytest.mark.parametrize(
    "piece",
    [
        "국내출장 숙박비는 1박당 7만원을 초과할 수 없습니다. ",
        "휴가는 24개월 이내에 사용해야 합니다. ",
        "휴가는 3년 이내에 써야 합니다.\n",
    ],
)
def test_a_long_answer_takes_linear_time(piece: str) -> None:
    assert grows_linearly(lambda answer: check(answer, PASSAGES), piece, 400)


# --- clauses and quotes --------------------------------------------------------------------------
def test_clauses_stand_on_spans_of_their_own() -> None:
    answer = (
        "국내출장의 숙박비는 1박당 7만원을 초과할 수 없으며, 육아휴직 기간은 18개월 이내로 합니다."
    )
    report = check(answer, PASSAGES)
    assert report.verified, (report.claims, report.verdicts)
    cited = [claim.citation and claim.citation.article for claim in report.claims]
    assert cited == ["제9조", "제15조"]
    assert answer[report.claims[1].start :].startswith("육아휴직")


def test_a_sentence_that_stands_on_one_span_is_one_claim() -> None:
    answer = "국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 신청해야 합니다."
    (claim,) = check(answer, PASSAGES).claims
    assert claim.supported
    assert not claim.quoted


def test_only_the_wrong_clause_is_unsupported() -> None:
    answer = "국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 9일 전까지 신청하여야 한다."
    report = check(answer, PASSAGES)
    assert [claim.supported for claim in report.claims] == [True, False]
    assert finding(report, "9일") is Finding.CONTRADICTED


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("원장은 휴가를 승인한다.", "재해가 있는 경우에는 원장은 휴가를 승인한다."),
        ("수당을 지급한다.", "직원이 4급 이상인 때에는 수당을 지급한다."),
        ("3급 직원은 제외한다.", "수당을 지급한다. 다만, 3급 직원은 제외한다."),
        ("휴가를 신청할 수 있다.", "휴가를 신청할 수 있다고 보지 아니한다."),
    ],
)
def test_a_quote_keeps_its_condition(answer: str, rule: str) -> None:
    source = Passage("복무규정", (), "제7조", None, "", rule, 0, len(rule))
    assert not any(claim.quoted for claim in check(answer, [source]).claims)


# --- judges and time -----------------------------------------------------------------------------
OWN_WORDS = "휴가는 24개월 이내에 사용해야 합니다."


class Says:
    """A judge that says always the same, and remembers what it was asked."""

    name = "nli"

    def __init__(self, probability: float, takes_s: float = 0.0) -> None:
        self._probability, self._takes_s = probability, takes_s
        self.asked: list[tuple[str, str]] = []

    def probability(self, claim: str, passage: str, seconds: float) -> float:
        self.asked.append((claim, passage))
        time.sleep(min(self._takes_s, seconds))
        if self._takes_s > seconds:
            raise ModelError("모델이 제때 답하지 않았습니다. → 다시 시도하세요.")
        return self._probability


@pytest.mark.parametrize(("probability", "verified"), [(0.9, True), (0.5, True), (0.4, False)])
def test_a_judge_has_the_last_word(probability: float, verified: bool) -> None:
    judge = Says(probability)
    report = Checker(judges=[judge]).check(OWN_WORDS, PASSAGES)
    assert report.verified is verified
    (claim,) = report.claims
    assert claim.score <= probability
    assert (claim.citation is not None) is verified
    ((asked, passage),) = judge.asked
    assert asked == OWN_WORDS
    assert passage.startswith("한국진흥원 취업규칙 제15조\n")
    assert [(stage.name, stage.ran) for stage in report.stages][2:] == [("nli", True)]


def test_a_quotation_needs_no_judge() -> None:
    judge = Says(0.0)
    report = Checker(judges=[judge]).check("휴가는 2년 이내에 사용하여야 한다.", PASSAGES)
    assert report.verified
    assert judge.asked == []


@pytest.mark.parametrize("probability", [2.0, float("nan"), float("-inf")])
def test_what_is_no_probability_judges_nothing(probability: float) -> None:
    report = Checker(judges=[Says(probability)]).check(OWN_WORDS, PASSAGES)
    assert not report.verified
    assert not report.stages[2].ran


def test_a_judge_that_is_too_slow_did_not_run() -> None:
    report = Checker(judges=[Says(1.0, takes_s=9.0)], timeout_s=0.5).check(OWN_WORDS, PASSAGES)
    assert not report.verified
    assert [stage.ran for stage in report.stages] == [True, True, False]
    assert "nli" in report.stages[2].note


def test_no_time_at_all() -> None:
    report = Checker(timeout_s=1e-9).check(OWN_WORDS, PASSAGES)
    assert not report.verified
    assert [stage.ran for stage in report.stages] == [False, False]
    assert {verdict.finding for verdict in report.verdicts} == {Finding.NOT_CHECKED}
    assert "안에 마치지 못했습니다" in report.stages[0].note


@pytest.mark.parametrize("answer", ["[1]", "…", "- \n- "])
def test_nothing_to_parse_is_no_pass(answer: str) -> None:
    report = check(answer, PASSAGES)
    assert not report.verified
    assert not report.stages[0].ran


def test_a_claim_without_any_fact_is_no_pass() -> None:
    report = check("휴가와 숙박비 국내출장", PASSAGES)
    assert not report.verified
    assert not report.stages[1].ran
    assert "사실을 읽지 못한" in report.stages[1].note


def test_numbers_that_nobody_could_read_must_stand_there() -> None:
    assert check("휴가는 2년 이내에 사용해야 합니다.", PASSAGES).verified
    assert not check("휴가 8837 는 2년 이내에 사용해야 합니다.", PASSAGES).verified


def test_a_sentence_of_too_many_facts_is_not_compared() -> None:
    days = ", ".join(f"{day}일 이내" for day in range(1, 400))
    source = passage("취업규칙", "제1조", f"휴가는 {days}로 한다.", 0, 1)
    assert Checker().check(f"휴가는 {days}로 한다.", [source]).verified
    report = Checker().check(f"휴직은 {days}로 한다.", [source])
    assert [stage.ran for stage in report.stages] == [True, False]
    assert "600개가 넘어" in report.stages[1].note
    assert {verdict.finding for verdict in report.verdicts} == {Finding.NOT_CHECKED}
