"""What the command line prints of answers and reports."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from onprem_rag.records import (
    Answer,
    Change,
    Citation,
    Claim,
    Fact,
    Finding,
    Guard,
    Hit,
    Passage,
    Report,
    Showing,
    Stage,
    Status,
    Verdict,
)
from onprem_rag.report import answer_json, answer_text, report_json, report_text
from onprem_rag.report.words import (
    FINDING_NAMES,
    STATUS_NAMES,
    explained,
    first_line,
    kind_name,
    passage_name,
    to_read,
    warnings,
)

TEXT = "제9조(숙박비) 국내출장의 숙박비는 50,000원으로 한다. 국외출장은 70,000원으로 한다."
PASSAGE = Passage("여비규정", (), "제9조", "①", "숙박비", TEXT, 0, len(TEXT), 3, 1)
HITS = tuple(
    Hit(replace(PASSAGE, article=f"제{number}조", title=""), 1.0, ()) for number in range(9, 14)
)
RAN = (
    Stage("claims", True, "문장 2개 중 1개를 원문에서 확인했습니다."),
    Stage("facts", True, "사실 3개 중 1개를 원문에서 확인했습니다."),
)
MISSED = Stage("reask", False, "시간이 모자랐습니다.")


def cite(words: str) -> Citation:
    at = TEXT.index(words)
    return Citation("여비규정", "제9조", "①", 3, at, at + len(words), words, 1)


def verdict(kind: str, text: str, finding: Finding, **sources: Citation) -> Verdict:
    return Verdict(Fact(kind, text, f"value of {text}", 2, 2 + len(text)), finding, **sources)


AMOUNT = verdict("amount", "50,000원", Finding.SUPPORTED, source=cite("50,000원"))
SAID = verdict("modality", "으로 합니다", Finding.SUPPORTED, source=cite("으로 한다"))
ELSEWHERE = verdict("amount", "70,000원", Finding.ABSENT, elsewhere=cite("70,000원"))
OTHERWISE = verdict("modality", "줄 수 있다", Finding.CONTRADICTED, source=cite("으로 한다"))
CODE = verdict("과제번호", "KR-1", Finding.ABSENT)
CORRECTED = Answer(
    "숙박비는?",
    Status.CORRECTED,
    "숙박비는 50,000원으로 합니다. [1]",
    (cite("50,000원으로 한다."),),
    (AMOUNT, SAID),
    RAN,
    HITS,
    removed=("주차비는 9만원이며",),
    changes=(Change("70,000원", 5, 12),),
)
UNVERIFIED = Answer(
    "숙박비는?",
    Status.UNVERIFIED,
    "국내출장은 70,000원을 줄 수 있다.",
    (),
    (AMOUNT, SAID, ELSEWHERE, OTHERWISE, CODE),
    (*RAN, MISSED),
    HITS,
    removed=("주차비는 9만원이며",),
)
HELD = replace(
    UNVERIFIED,
    text="답변을 보류했습니다.",
    showing=Showing.HOLD,
    changes=(Change("초안의 낱말", 0, 2),),
    citations=(cite("50,000원으로 한다."),),
)
REFUSED = Answer("주차비는?", Status.REFUSED, "모른다.", hits=HITS, stages=RAN)


def test_what_was_put_right_is_told() -> None:
    assert answer_text(CORRECTED).split("\n") == [
        "[수정됨] 숙박비는 50,000원으로 합니다. [1]",
        "  근거 1. 여비규정 제9조 ① (3쪽)",
        "     “50,000원으로 한다.”",
        "  사실: 50,000원 — 원문과 같음",
        "  수정: 70,000원 → 50,000원",
        "  삭제: 주차비는 9만원이며",
    ]
    told = answer_json(CORRECTED)
    assert told["changes"] == [{"old": "70,000원", "new": "50,000원", "start": 5, "end": 12}]
    assert told["removed"] == ["주차비는 9만원이며"]
    assert [fact["kind"] for fact in told["facts"]] == ["amount", "modality"]
    assert told["to_read"] == []


def test_a_warning_names_what_is_not_confirmed() -> None:
    assert answer_text(UNVERIFIED).split("\n") == [
        "⚠ 확인되지 않은 답변입니다. 아래 내용을 규정 원문과 직접 대조하십시오.",
        "  - 실행하지 못한 확인: 언어 모델 재확인 — 시간이 모자랐습니다.",
        "  - 원문과 다름: 줄 수 있다",
        "  - 원문에 없음: 70,000원, KR-1",
        "[확인되지 않음] 국내출장은 70,000원을 줄 수 있다.",
        "  사실: 50,000원 — 원문과 같음",
        "  사실: 70,000원 — 원문에 없음",
        "     다른 것의 값입니다: 여비규정 제9조 ① (3쪽), “70,000원”",
        "  사실: 줄 수 있다 — 원문과 다름",
        "     원문: 여비규정 제9조 ① (3쪽), “으로 한다”",
        "  사실: KR-1 — 원문에 없음",
        "  삭제: 주차비는 9만원이며",
    ]
    assert answer_json(UNVERIFIED)["showing"] == "warn"
    assert answer_json(UNVERIFIED)["facts"][2]["elsewhere"]["text"] == "70,000원"


def test_a_warning_where_only_a_sentence_is_unsupported() -> None:
    answer = replace(UNVERIFIED, verdicts=(AMOUNT,), stages=RAN)
    assert warnings(answer) == [
        "문장의 나머지 말이 원문과 맞지 않습니다.",
        "문장 대조 — 문장 2개 중 1개를 원문에서 확인했습니다.",
        "사실 대조 — 사실 3개 중 1개를 원문에서 확인했습니다.",
    ]


def test_a_warning_is_no_list_of_everything() -> None:
    facts = [verdict("count", f"{number}명", Finding.NOT_CHECKED) for number in range(1, 21)]
    said = [verdict("modality", f"{number} 한다", Finding.NOT_CHECKED) for number in range(9)]
    answer = replace(UNVERIFIED, verdicts=(*facts, *facts, *said), stages=RAN)
    assert warnings(answer) == ["확인하지 못함: 1명, 2명, 3명, 4명, 5명, 6명, 7명, 8명 외 12건"]


def test_an_unverified_answer_is_shown_as_it_is_where_configured() -> None:
    lines = answer_text(replace(UNVERIFIED, showing=Showing.SHOW)).split("\n")
    assert lines[0] == "[확인되지 않음] 국내출장은 70,000원을 줄 수 있다."
    assert lines[-1] == "  참고: 언어 모델 재확인 — 시간이 모자랐습니다."
    assert not any("⚠" in line for line in lines)


def test_of_a_held_answer_nothing_is_told() -> None:
    assert answer_text(HELD).split("\n") == [
        "[확인되지 않음] 답변을 보류했습니다.",
        "  읽어 볼 조문 1. 여비규정 제9조 ①",
        "     “제9조(숙박비) 국내출장의 숙박비는 50,000원으로 한다. 국외출장은 70,000원으로 한다.”",
        "  읽어 볼 조문 2. 여비규정 제10조 ①",
        "     “제9조(숙박비) 국내출장의 숙박비는 50,000원으로 한다. 국외출장은 70,000원으로 한다.”",
        "  읽어 볼 조문 3. 여비규정 제11조 ①",
        "     “제9조(숙박비) 국내출장의 숙박비는 50,000원으로 한다. 국외출장은 70,000원으로 한다.”",
        "  참고: 언어 모델 재확인 — 시간이 모자랐습니다.",
    ]
    told = answer_json(HELD)
    assert told["facts"] == told["changes"] == told["removed"] == told["citations"] == []
    for draft in ("줄 수 있다", "초안의", "주차비"):
        assert draft not in json.dumps(told, ensure_ascii=False)
    assert [one["article"] for one in told["to_read"]] == ["제9조", "제10조", "제11조"]
    assert told["to_read"][0]["text"] == TEXT


def test_who_is_refused_gets_passages_to_read() -> None:
    assert "  읽어 볼 조문 1. 여비규정 제9조 ①" in answer_text(REFUSED)
    assert len(answer_json(REFUSED)["to_read"]) == 3
    assert to_read(replace(REFUSED, hits=())) == ()
    guarded = replace(REFUSED, guard=Guard.CHECKED)  # no number or article was written
    assert answer_text(guarded) == answer_text(REFUSED)
    assert answer_text(replace(CORRECTED, guard=Guard.CHECKED)) != answer_text(CORRECTED)


@pytest.mark.parametrize("status", [Status.FAQ, Status.VERIFIED, Status.CORRECTED])
def test_a_confirmed_answer_needs_no_warning(status: Status) -> None:
    answer = replace(UNVERIFIED, status=status)
    assert warnings(answer) == []
    assert to_read(answer) == ()


def test_the_names_of_passages() -> None:
    assert passage_name(PASSAGE) == "여비규정 제9조 ①(숙박비)"
    assert passage_name(replace(PASSAGE, article=None, paragraph=None, title="")) == "여비규정"
    assert first_line(PASSAGE).startswith("국내출장의 숙박비는")
    long = replace(PASSAGE, text="가" * 90)
    assert first_line(long) == "가" * 80 + "…"


def test_kinds_have_korean_names() -> None:
    assert kind_name("comparator") == "한도"
    assert kind_name("reference") == "조문"
    assert kind_name("과제번호") == "과제번호"  # a configured one


def test_only_values_are_told_to_be_of_something_else() -> None:
    at = cite("국내출장의 숙박비는 50,000원으로 한다. 국외출장은 70,000원으로 한다.")
    for kind in ("amount", "name", "과제번호"):
        found = verdict(kind, "70,000원", Finding.ABSENT, elsewhere=at)
        assert explained(found) == (
            "다른 것의 값입니다: 여비규정 제9조 ① (3쪽), “국내출장의 숙박비는 50,000원으로 한다.”"
        )
    for kind in ("reference", "comparator", "modality", "exception"):
        assert explained(verdict(kind, "한다", Finding.ABSENT, elsewhere=at)) == ""
    nowhere = replace(at, document="", article=None, paragraph=None, page=None, text="70,000원")
    assert explained(verdict("amount", "7만원", Finding.ABSENT, elsewhere=nowhere)) == (
        "다른 것의 값입니다: “70,000원”"
    )
    assert explained(verdict("amount", "7만원", Finding.CONTRADICTED, source=nowhere)) == (
        "원문: “70,000원”"
    )


def test_how_an_answer_in_words_of_its_own_was_confirmed() -> None:
    def told(answer: Answer) -> list[str]:
        return [line for line in answer_text(answer).split("\n") if "확인 방법" in line]

    written = replace(CORRECTED, guard=Guard.CHECKED)
    assert told(written) == ["  확인 방법: 낱말과 사실 대조(모델 없음)"]
    verified = replace(written, status=Status.VERIFIED, guard=Guard.WRITING)
    judges = (Stage("nli", True), Stage("reask", True))
    assert told(replace(verified, stages=(*RAN, *judges))) == [
        "  확인 방법: 낱말과 사실 대조, 문장 판정 모델, 언어 모델 재확인"
    ]
    for other in (CORRECTED, UNVERIFIED, REFUSED, replace(verified, status=Status.FAQ)):
        assert told(other) == []


def test_a_claim_whose_facts_all_agree_says_what_does_not() -> None:
    claim = Claim("소풍 경비는 50,000원이다.", 0, 16, False, score=0.3)
    fact = replace(AMOUNT.fact, start=7, end=14)
    reason = "     문장의 나머지 말이 원문과 맞지 않습니다."
    agreeing = Report((claim,), (replace(AMOUNT, fact=fact),), RAN)
    assert reason in report_text(agreeing).split("\n")
    wrong = replace(ELSEWHERE, fact=fact)
    assert reason not in report_text(replace(agreeing, verdicts=(wrong,)))
    unchecked = replace(agreeing, stages=(RAN[0], replace(RAN[1], ran=False)))
    assert reason not in report_text(unchecked)
    assert reason not in report_text(replace(agreeing, claims=(replace(claim, supported=True),)))


def test_every_status_and_finding_has_its_words() -> None:
    assert set(STATUS_NAMES) == set(Status)
    assert set(FINDING_NAMES) == set(Finding)


REPORT = Report(
    (
        Claim("숙박비는 50,000원이며", 0, 14, True, cite("50,000원으로 한다."), True, 0.87654),
        Claim("주차비는 9만원이다.", 16, 27, False),
    ),
    (AMOUNT, SAID, ELSEWHERE),
    (*RAN, MISSED),
)


def test_a_report_as_json() -> None:
    told = report_json(REPORT)
    source = {
        "document": "여비규정",
        "article": "제9조",
        "paragraph": "①",
        "page": 3,
        "start": TEXT.index("50,000원"),
        "end": TEXT.index("50,000원") + 13,
        "text": "50,000원으로 한다.",
    }
    assert told["status"] == "unverified"
    assert told["claims"] == [
        {
            "text": "숙박비는 50,000원이며",
            "start": 0,
            "end": 14,
            "supported": True,
            "quoted": True,
            "score": 0.8765,
            "citation": source,
        },
        {
            "text": "주차비는 9만원이다.",
            "start": 16,
            "end": 27,
            "supported": False,
            "quoted": False,
            "score": 0.0,
            "citation": None,
        },
    ]
    fact = told["facts"][2]
    assert (fact["text"], fact["start"], fact["end"]) == ("70,000원", 2, 9)
    assert (fact["verdict"], fact["source"]) == ("absent", None)
    assert fact["elsewhere"]["text"] == "70,000원"
    assert told["stages"][2] == {"name": "reask", "ran": False, "note": "시간이 모자랐습니다."}


def test_a_report_as_lines() -> None:
    assert report_text(REPORT).split("\n") == [
        "[확인되지 않음]",
        "  문장: 숙박비는 50,000원이며 — 확인(여비규정 제9조 ① (3쪽))",
        "  문장: 주차비는 9만원이다. — 근거 없음",
        "     문장의 나머지 말이 원문과 맞지 않습니다.",
        "  사실: 50,000원 — 원문과 같음",
        "  사실: 70,000원 — 원문에 없음",
        "     다른 것의 값입니다: 여비규정 제9조 ① (3쪽), “70,000원”",
        "  ✓ 문장 대조 — 문장 2개 중 1개를 원문에서 확인했습니다.",
        "  ✓ 사실 대조 — 사실 3개 중 1개를 원문에서 확인했습니다.",
        "  ✗ 언어 모델 재확인 — 시간이 모자랐습니다.",
    ]
