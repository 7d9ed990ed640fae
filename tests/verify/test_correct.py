"""What is replaced, what is removed, and how the rest is joined."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from onprem_rag.korean.clauses import clauses
from onprem_rag.korean.comparators import Comparators
from onprem_rag.korean.facts import extract
from onprem_rag.korean.text import sentences
from onprem_rag.records import (
    Change,
    Citation,
    Claim,
    Fact,
    Finding,
    Passage,
    Report,
    Stage,
    Verdict,
)
from onprem_rag.verify.checker import Checker
from onprem_rag.verify.correct import Correction, correct
from onprem_rag.verify.marks import with_citations

TEXT = """제9조(숙박비) ① 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.
② 국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 신청하여야 한다.
③ 시내출장에는 숙박비를 지급하지 아니한다. <개정 2024. 3. 1.>
④ 여비는 출장 후 10일 이내에 정산하되, 국외출장은 20일 이내에 정산한다.
⑤ 부서장은 결과를 담당 이사와 원장에게 보고할 수 있으며, 이사회가 이를 3회 이상 검토ㆍ심의한다."""
PASSAGES = [Passage("여비규정", (), "제9조", None, "숙박비", TEXT, 0, len(TEXT), 1, 1)]
CHECK = Checker().check
RAN = (Stage("claims", True), Stage("facts", True))


def corrected(answer: str) -> Correction:
    return correct(answer, CHECK(answer, PASSAGES), PASSAGES, CHECK)


def cite(words: str) -> Citation:
    at = TEXT.index(words)
    return Citation("여비규정", "제9조", None, 1, at, at + len(words), words, 1)


def wrong(answer: str, kind: str, text: str, source: str | None, value: str = "") -> Verdict:
    """The fact ``text`` of ``answer``, which contradicts ``source`` or stands nowhere."""
    at = answer.index(text)
    fact = Fact(kind, text, value or text, at, at + len(text))
    if source is None:
        return Verdict(fact, Finding.ABSENT)
    return Verdict(fact, Finding.CONTRADICTED, cite(source))


def claims(answer: str, *texts: str, supported: Sequence[bool] = ()) -> tuple[Claim, ...]:
    found = []
    for number, text in enumerate(texts):
        at = answer.index(text)
        found.append(Claim(text, at, at + len(text), supported[number] if supported else False))
    return tuple(found)


class Reader:
    """Finds every text supported but those with a word in it; remembers what it was asked."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.asked: list[str] = []

    def check(self, answer: str, passages: Sequence[Passage]) -> Report:
        self.asked.append(answer)
        fine = not any(word in answer for word in self.denied)
        return Report((Claim(answer, 0, len(answer), fine),), (), RAN)


def mended(answer: str, *verdicts: Verdict, denied: str = "\0") -> Correction:
    """The correction of one sentence, read as one claim."""
    report = Report(claims(answer, answer), verdicts, RAN)
    return correct(answer, report, PASSAGES, Reader(denied).check)


@pytest.mark.parametrize(
    ("answer", "expected", "old", "new"),
    [
        (
            "국내출장의 숙박비는 1박당 90,000원을 초과할 수 없다.",
            "국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.",
            "90,000원",
            "70,000원",
        ),
        (
            "국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 30일 전까지 신청하여야 한다.",
            "국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 신청하여야 한다.",
            "30일",
            "7일",
        ),
        (
            "여비규정 제19조에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
            "여비규정 제9조에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
            "제19조",
            "제9조",
        ),
        (
            "여비규정 제9조제7항에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
            "여비규정 제9조제3항에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
            "제9조제7항",
            "제9조제3항",
        ),
        (
            "시내출장에는 숙박비를 지급하지 아니한다. <개정 2023. 3. 1.>",
            "시내출장에는 숙박비를 지급하지 아니한다. <개정 2024. 3. 1.>",
            "2023. 3. 1.",
            "2024. 3. 1.",
        ),
    ],
)
def test_a_contradicted_fact_is_replaced(answer: str, expected: str, old: str, new: str) -> None:
    correction = corrected(answer)
    at = expected.index(new)
    assert correction == Correction(expected, (), (Change(old, at, at + len(new)),))
    assert CHECK(correction.text, PASSAGES).verified
    assert corrected(correction.text) == Correction(expected, ())


@pytest.mark.parametrize(
    "wrong",
    [
        "급여는 매월 25일에 지급합니다.",
        "출장자는 복명서를 부서장에게 제출합니다.",
        "시내출장에는 식비를 세 배로 지급합니다.",
        # Two values of the kind stand in the sentence: which one was meant?
        "여비는 출장 후 15일 이내에 정산합니다.",
    ],
)
def test_an_unsupported_sentence_is_removed(wrong: str) -> None:
    right = "시내출장에는 숙박비를 지급하지 않습니다."
    for answer in (f"{wrong} {right}", f"{right} {wrong}", f"{right}\n\n- {wrong}"):
        correction = corrected(answer)
        assert correction.text == right
        assert [sentence.removeprefix("- ") for sentence in correction.removed] == [wrong]
        assert correction.changes == ()
        assert corrected(correction.text) == Correction(right, ())


def test_the_rest_keeps_its_lines_and_its_changes_their_places() -> None:
    answer = (
        "- 시내출장에는 숙박비를 지급하지 않습니다.\n"
        "- 급여는 매월 25일에 지급합니다.\n\n\n\n"
        "- 국내출장의 숙박비는 1박당 80,000원을 초과할 수 없습니다."
    )
    correction = corrected(answer)
    assert correction.text == (
        "- 시내출장에는 숙박비를 지급하지 않습니다.\n\n"
        "- 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없습니다."
    )
    (change,) = correction.changes
    assert (change.old, correction.text[change.start : change.end]) == ("80,000원", "70,000원")


def test_a_faithful_answer_is_left_alone() -> None:
    answer = "시내출장에는 숙박비를 지급하지 않습니다.  [1]\n\n근거: 여비규정 제9조\n"
    assert corrected(answer) == Correction(answer, removed=())


def test_nothing_may_be_left() -> None:
    assert corrected("급여는 매월 25일에 지급합니다.").text == ""
    assert corrected("") == Correction("", removed=())


@pytest.mark.parametrize(
    ("answer", "kind", "text", "source", "expected"),
    [
        ("과장은 보고한다.", "name", "과장", "이사회", "이사회는 보고한다."),
        ("감사가 심의한다.", "name", "감사", "원장", "원장이 심의한다."),
        ("심사를 감사와 한다.", "name", "감사", "원장", "심사를 원장과 한다."),
        ("심사를 감사로 한다.", "name", "감사", "원장", "심사를 원장으로 한다."),
        ("감사의 심의", "name", "감사", "원장", "원장의 심의"),
        ("심의는 7번을 한다.", "count", "7번", "3회", "심의는 3회를 한다."),
        ("비용은 8달러가 든다.", "amount", "8달러", "70,000원", "비용은 70,000원이 든다."),
        ("과제는 KR을 쓴다.", "과제번호", "KR", "미화", "과제는 미화를 쓴다."),
        ("보고한다.", "modality", "보고한다", "보고할 수 있으며", "보고할 수 있다."),
        ("보고해요.", "modality", "보고해요", "보고할 수 있으며", "보고할 수 있어요."),
        ("보고합니다.", "modality", "보고합니다", "보고할 수 있으며", "보고할 수 있습니다."),
        ("신청할 수 있음", "modality", "신청할 수 있음", "신청하여야 한다", "신청하여야 함"),
        ("신청할 수 있고", "modality", "신청할 수 있고", "신청하여야 한다", "신청하여야 하고"),
        ("3회 이하 심의한다.", "comparator", "이하", "이상", "3회 이상 심의한다."),
        ("3회 이내에 심의한다.", "comparator", "이내", "이상", "3회 이상 심의한다."),
        ("3회까지 심의한다.", "comparator", "까지", "이상", "3회 이상 심의한다."),
        ("10일 이상 정산한다.", "comparator", "이상", "이내", "10일 이내에 정산한다."),
        ("출발 7일 후부터 신청", "comparator", "후", "전", "출발 7일 전까지 신청"),
        ("출발 7일 후부터를 뜻함", "comparator", "후", "전", "출발 7일 전까지를 뜻함"),
        ("10일 이상이다.", "comparator", "이상", "이내", "10일 이내이다."),
        ("읽고 심의하지 않음", "modality", "심의하지 않음", "검토ㆍ심의한다", "읽고 심의함"),
        ("담당 과장은 본다.", "name", "과장", "담당 이사", "담당 이사는 본다."),
        ("150달러로 하지 않는다.", "modality", "지 않는다", "로 하며", "150달러로 한다."),
        ("70달러로 한다.", "modality", "로 한다", "지 아니한다", "70달러로 지급하지 아니한다."),
        ("10일 이내에 정산한다.", "comparator", "이내", "까지", "10일까지 정산한다."),
        ("10일을 초과하여 쉰다.", "comparator", "초과", "이내", "10일 이내에 쉰다."),
        ("10일을 넘어 쉰다.", "comparator", "넘어", "이내", "10일 이내에 쉰다."),
        ("10일을 초과하는 경우", "comparator", "초과", "이내", "10일 이내인 경우"),
        ("10일을 초과하는 휴가", "comparator", "초과", "이내", "10일 이내의 휴가"),
        ("3회를 초과하면 심의한다.", "comparator", "초과", "이상", "3회 이상이면 심의한다."),
        ("칠십 일간은 쉰다.", "period", "칠십 일", "10일", "10일간은 쉰다."),
        ("30일간 쉰다.", "period", "30일간", "10일", "10일간 쉰다."),
        ("정산하는 것이 가능합니다.", "modality", "것이 가능합니다", "정산한다", "정산합니다."),
        ("150달러 초과는 안 된다.", "comparator", "초과", "이상", "150달러 이상은 안 된다."),
    ],
)  # fmt: skip
def test_a_replacement_is_put_in_the_manner_of_the_answer(
    answer: str, kind: str, text: str, source: str, expected: str
) -> None:
    correction = mended(answer, wrong(answer, kind, text, source))
    assert correction.text == expected
    (change,) = correction.changes
    before, after = answer[: change.start], answer[change.start + len(change.old) :]
    assert before + change.old + after == answer
    assert correction.text == before + correction.text[change.start : change.end] + after


def test_a_limit_that_the_source_says_by_a_verb() -> None:
    answer = "국내출장의 숙박비는 70,000원 이상이다."
    (limit,) = [fact for fact in Comparators().find(TEXT) if fact.value.startswith("amount 7")]
    assert TEXT[limit.start : limit.end] == "초과할 수 없"
    correction = mended(answer, wrong(answer, "comparator", "이상", "초과할 수 없"))
    assert correction.text == "국내출장의 숙박비는 70,000원 이하이다."
    answer = "국내출장의 숙박비는 70,000원 이상에 맞춘다."
    correction = mended(answer, wrong(answer, "comparator", "이상", "초과할 수 없"))
    assert correction.text == "국내출장의 숙박비는 70,000원 이하로 맞춘다."


@pytest.mark.parametrize(
    ("answer", "kind", "text", "source"),
    [
        ("급여는 3만원이다.", "amount", "3만원", None),
        ("이는 법 제3조에서 정한다.", "reference", "제3조", "여비는"),
        ("제9조에서 정한다.", "reference", "제9조", "제9조(숙박비) ①"),
        ("보고할 수 있는 사람은 많다.", "modality", "보고할 수 있는", "신청하여야 한다"),
        ("다만, 원장은 제외한다.", "exception", "다만", "이사회"),
        ("30일을 초과해야 한다.", "comparator", "초과", "이내"),
        ("최대 30일 쉰다.", "comparator", "최대", "이내"),
    ],
)
def test_what_cannot_be_put_safely_is_removed(
    answer: str, kind: str, text: str, source: str | None
) -> None:
    assert mended(answer, wrong(answer, kind, text, source)) == Correction("", (answer,))


def test_several_facts_that_would_become_one_were_a_list() -> None:
    answer = "여비는 5일 또는 8일에 정산한다."
    verdicts = [wrong(answer, "period", text, "10일") for text in ("5일", "8일")]
    assert mended(answer, *verdicts).text == ""


@pytest.mark.parametrize(
    "leaning",
    ["다만, 국외출장은 예외로 한다.", "이 경우 기한은 따로 정한다.", "- 이때 서류를 낸다."],
)
def test_a_proviso_goes_with_its_rule(leaning: str) -> None:
    rule, other = "급여는 3만원이다.", "출발 전에 신청한다."
    answer = f"{rule} {leaning} {other}"
    report = Report(claims(answer, rule, leaning, other, supported=(False, True, True)), (), RAN)
    assert correct(answer, report, PASSAGES, Reader().check) == Correction(other, (rule, leaning))
    report = Report(claims(answer, rule, leaning, other, supported=(True, True, False)), (), RAN)
    left = correct(answer, report, PASSAGES, Reader().check)
    assert left == Correction(f"{rule} {leaning}", (other,))


def test_a_name_that_is_said_twice_is_replaced_twice() -> None:
    answer = "감사는 감사의 결과를 본다."
    first = wrong(answer, "name", "감사", "원장")
    second = Verdict(Fact("name", "감사", "감사", 4, 6), Finding.CONTRADICTED, first.source)
    correction = mended(answer, first, second)
    assert correction.text == "원장은 원장의 결과를 본다."
    assert correction.changes == (Change("감사는", 0, 3), Change("감사", 4, 6))


def test_a_limit_is_right_again_with_its_quantity() -> None:
    answer = "여비는 출장 후 15일 이내에 정산한다."
    quantity = wrong(answer, "period", "15일", "10일")
    limit = wrong(answer, "comparator", "이내", None, "period 15일 at most")
    assert mended(answer, quantity, limit).text == "여비는 출장 후 10일 이내에 정산한다."
    assert mended(answer, limit).text == ""  # alone it is simply wrong


def test_of_two_facts_in_one_place_the_longer_one_is_replaced() -> None:
    answer = "150달러 초과를 지급한다."
    limit = wrong(answer, "comparator", "초과", "이내")
    whole = wrong(answer, "amount", "150달러 초과", "70,000원")
    correction = mended(answer, limit, whole)
    assert correction.text == "70,000원을 지급한다."
    assert correction.changes == (Change("150달러 초과를", 0, 8),)


def test_a_mended_sentence_must_pass_alone() -> None:
    answer = "과장은 보고한다."
    verdict = wrong(answer, "name", "과장", "원장")
    assert mended(answer, verdict, denied="원장") == Correction("", (answer,))
    report = Report(claims(answer, answer), (verdict,), RAN)

    def without(stage: str) -> Correction:
        def check(text: str, passages: Sequence[Passage]) -> Report:
            stages = tuple(
                replace(one, ran=one.name != stage) for one in (*RAN, Stage("nli", True))
            )
            return Report((Claim(text, 0, len(text), True),), (), stages)

        return correct(answer, report, PASSAGES, check)

    assert without("facts") == without("claims") == Correction("", (answer,))
    assert without("nli").text == "원장은 보고한다."  # the caller's check names what did not run


A, B, C = "숙박비는 150달러로 하며", "주차비는 9만원이고", "출발 전에 신청한다."


@pytest.mark.parametrize(
    ("texts", "supported", "expected"),
    [
        ((A, B, C), (True, False, True), f"{A}, {C}"),
        ((A, B, C), (False, True, True), f"{B}, {C}"),
        ((A, B, C), (False, False, True), C),
        ((A, B, C), (True, True, False), f"{A}, 주차비는 9만원이다."),
        ((A, B, C), (True, False, False), "숙박비는 150달러로 한다."),
        ((A, C.replace("한다", "합니다")), (True, False), "숙박비는 150달러로 합니다."),
        ((A, C.replace("한다", "해요")), (True, False), "숙박비는 150달러로 해요."),
        ((A, "출발 전에 신청함"), (True, False), "숙박비는 150달러로 함"),
        (("숙박비는 지급되고", C), (True, False), "숙박비는 지급된다."),
        (("숙박비를 주지 않으며", C), (True, False), "숙박비를 주지 않는다."),
        (("숙박비를 줄 수 있으나", C), (True, False), "숙박비를 줄 수 있다."),
        (("승인이 필요하고", C), (True, False), "승인이 필요하다."),
        (("숙박비는 미리 정산하되", C), (True, False), "숙박비는 미리 정산한다."),
        ((A, "출발 전에 신청한다(제9조)."), (True, False), "숙박비는 150달러로 한다."),
        (("- " + A, C), (False, True), f"- {C}"),
        ((A, f"또한 {C}"), (False, True), C),
    ],
)  # fmt: skip
def test_a_clause_is_removed(
    texts: tuple[str, ...], supported: tuple[bool, ...], expected: str
) -> None:
    answer = ", ".join(texts)
    report = Report(claims(answer, *texts, supported=supported), (), RAN)
    reader = Reader()
    correction = correct(answer, report, PASSAGES, reader.check)
    assert correction.text == expected
    gone = [text for text, fine in zip(texts, supported, strict=True) if not fine]
    assert correction.removed == tuple(gone)
    assert reader.asked == [expected]


@pytest.mark.parametrize(
    ("texts", "supported"),
    [
        ((A, "다만, 국외출장은 예외로 한다."), (False, True)),  # an exception to nothing
        (("숙박비 150달러", C), (True, False)),  # no predicate to end with
        ((A, "출발 전 신청 요망"), (True, False)),  # no manner to end in
        (("서류는 만드는데", "그리고 잘 만든다."), (False, False)),
    ],
)
def test_where_the_rest_cannot_stand_the_sentence_goes(
    texts: tuple[str, ...], supported: tuple[bool, ...]
) -> None:
    answer = ", ".join(texts)
    report = Report(claims(answer, *texts, supported=supported), (), RAN)
    assert correct(answer, report, PASSAGES, Reader().check) == Correction("", (answer,))


def test_one_clause_is_mended_and_another_one_removed() -> None:
    answer = "과장이 보고하며, 주차비는 9만원이고, 감사가 심의한다. 끝."
    texts = ("과장이 보고하며", "주차비는 9만원이고", "감사가 심의한다.")
    verdicts = (
        wrong(answer, "name", "과장", "이사회"),
        wrong(answer, "amount", "9만원", None),
        wrong(answer, "name", "감사", "원장"),
    )
    report = Report(claims(answer, *texts), verdicts, RAN)
    correction = correct(answer, report, PASSAGES, Reader().check)
    assert correction.text == "이사회가 보고하며, 원장이 심의한다. 끝."
    assert correction.removed == ("주차비는 9만원이고",)
    shown = [(c.old, correction.text[c.start : c.end]) for c in correction.changes]
    assert shown == [("과장이", "이사회가"), ("감사가", "원장이")]
    # Where a mended clause does not pass, it goes as well: here nothing is left but 끝.
    left = correct(answer, report, PASSAGES, Reader("이사회").check)
    assert left == Correction("끝.", (answer.removesuffix(" 끝."),))


def test_a_changed_predicate_that_comes_to_the_end() -> None:
    answer = "원장에게 보고하여야 하며, 주차비는 9만원이다."
    verdict = wrong(answer, "modality", "보고하여야 하며", "보고할 수 있으며")
    absent = wrong(answer, "amount", "9만원", None)
    report = Report(claims(answer, *answer.split(", ")), (verdict, absent), RAN)
    correction = correct(answer, report, PASSAGES, Reader().check)
    assert correction.text == "원장에게 보고할 수 있다."
    (change,) = correction.changes
    assert correction.text[change.start : change.end] == "보고할 수 있다"


def test_correcting_again_changes_nothing() -> None:
    answer = (
        "국내출장의 숙박비는 1박당 90,000원을 초과할 수 없습니다. 주차비는 9만원입니다. "
        "시내출장에는 숙박비를 지급하지 않습니다."
    )
    once = corrected(answer)
    assert once.changes
    assert once.removed
    assert corrected(once.text) == Correction(once.text, ())


@pytest.mark.parametrize(
    "piece", ["1년 ", "제1조", "1년 이내 ", "휴가는 3년이고, ", "휴가는 1년으로 한다. "]
)
@pytest.mark.parametrize("source", [None, "20일"])
def test_a_long_answer_takes_linear_time(piece: str, source: str | None) -> None:
    short, long = (
        min(_seconds(piece * (size // len(piece)), source) for _ in "12")
        for size in (2_500, 10_000)
    )
    assert long < 10 * short + 0.1  # what grows with the square takes 16 times as long


def _seconds(answer: str, source: str | None) -> float:
    """How long the correction takes of an answer in which everything is wrong."""
    verdicts = [
        Verdict(fact, Finding.ABSENT)
        if source is None
        else Verdict(fact, Finding.CONTRADICTED, cite(source))
        for fact in extract(answer)
    ]
    found = tuple(
        Claim(answer[start + at : start + end], start + at, start + end, False)
        for start, stop in sentences(answer)
        for at, end in clauses(answer[start:stop])
    )
    begin = time.perf_counter()
    correct(answer, Report(found, tuple(verdicts), RAN), PASSAGES, Reader().check)
    return time.perf_counter() - begin


def test_where_the_source_counts_back_the_place_itself_is_put() -> None:
    text = "제9조(휴가) ① 휴가는 15일로 한다.\n② 전항에 따른 휴가는 2년 이내에 사용한다."
    passages = [Passage("취업규칙", (), "제9조", None, "휴가", text, 100, 100 + len(text), 1, 1)]
    at = text.index("전항")
    source = Citation("취업규칙", "제9조", "②", 1, 100 + at, 102 + at, "전항", 1)
    answer = "제9조제3항에 따른 휴가는 2년 이내에 사용합니다."
    fact = Fact("reference", "제9조제3항", "제9조제3항", 0, 6)
    report = Report(claims(answer, answer), (Verdict(fact, Finding.CONTRADICTED, source),), RAN)
    correction = correct(answer, report, passages, Reader().check)
    assert correction.text == "제9조제1항에 따른 휴가는 2년 이내에 사용합니다."


def test_a_place_behind_the_title_of_its_own_rule() -> None:
    text = "제9조(휴가) 휴가는 15일로 한다."
    passages = [Passage("복무 규칙", (), "제9조", None, "휴가", text, 0, len(text), 1, 1)]
    answer = "복무 규칙 제8조에 따르면 휴가는 15일로 한다."
    at = text.index("휴가는")
    source = Citation("복무 규칙", "제9조", None, 1, at, len(text), text[at:], 1)
    fact = Fact("reference", "제8조", "제8조", 6, 9)
    report = Report(claims(answer, answer), (Verdict(fact, Finding.CONTRADICTED, source),), RAN)
    correction = correct(answer, report, passages, Reader().check)
    assert correction.text == "복무 규칙 제9조에 따르면 휴가는 15일로 한다."


def test_changes_move_along_with_the_reference_marks() -> None:
    answer = (
        "시내출장에는 숙박비를 지급하지 않습니다. "
        "국내출장의 숙박비는 1박당 90,000원을 초과할 수 없습니다. "
        "국외출장의 숙박비는 1박당 미화 250달러로 하며, 출발 7일 전까지 신청하여야 합니다."
    )
    once = corrected(answer)
    report = CHECK(once.text, PASSAGES)
    marked, citations, _, changes = with_citations(once.text, report, PASSAGES, once.changes)
    assert marked.index("[1]") < marked.index("70,000원") < marked.index("[2]")
    shown = [(c.old, marked[c.start : c.end]) for c in changes]
    assert shown == [("90,000원", "70,000원"), ("250달러", "150달러")]
    assert len(citations) == len(set(citations)) >= 2
