"""Words of a claim hang together as those of its source: who, what, to whom, of what."""

from __future__ import annotations

import pytest

from onprem_rag.verify.structure import hangs_together

KINDS = (
    "과제는 자유과제와 지정과제로 구분하며, 자유과제는 공고 및 추첨으로, 지정과제는 협약으로 한다."
)
PRIZES = "대상은 금패로, 우수상은 은패로 한다."
GIVES = "포상은 심사위원회의 의결을 거쳐 대표가 한다."
DEPOSIT = "임차보증금은 보증보험증권으로 대신할 수 있다."
LATE = "제출하지 아니한 보고서는 다음 회의에 상정할 수 있다."


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("지정과제는 공고 및 추첨으로 합니다.", KINDS),
        ("자유과제는 협약으로 한다.", KINDS),
        ("우수상은 금패로 합니다.", PRIZES),
        ("보증보험증권은 임차보증금으로 대신할 수 있다.", DEPOSIT),
        ("직원은 부서장에게 확인서를 주어야 한다.", "부서장은 직원에게 확인서를 주어야 한다."),
        ("사옥 안에서 촬영하려면 신고한다.", "사옥 밖에서 촬영하려면 신고한다."),
        ("사진 및 영상을 제출한다.", "사진 또는 영상을 제출한다."),
        ("사진 또는 영상을 제출한다.", "사진 및 영상을 제출한다."),
        ("제출한 보고서는 다음 회의에 상정할 수 있다.", LATE),
        ("늦은 경우에도 접수한다.", "늦은 경우에는 접수하지 아니한다."),
        ("위원장의 동의를 받아 처리한다.", "위원장의 자료는 감독관의 동의를 받아 처리한다."),
        ("임차를 면제할 수 있다.", "임차보증금을 면제할 수 있다."),
    ],
)
def test_words_that_changed_places(claim: str, source: str) -> None:
    assert not hangs_together(claim, source, "", "시설 관리규정\n보증금\n제3조(보증금)")


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("지정과제는 협약으로 합니다.", KINDS),
        ("포상은 대표가 심사위원회의 의결을 거쳐 합니다.", GIVES),
        ("임차보증금을 보증보험증권으로 대신할 수 있습니다.", DEPOSIT),
        ("직원은 휴식시간을 받습니다.", "직원에게는 휴식시간을 준다."),
        ("부서장의 승인을 받아 외출한다.", "부서장의 승인을 받아 외출할 수 있다."),
        ("제출하지 않은 보고서는 다음 회의에 상정할 수 있습니다.", LATE),
        ("시설 이용의 경우, 휴게실은 직원이 쓴다.", "휴게실은 직원이 사용한다."),
    ],
)
def test_the_same_in_other_words(claim: str, source: str) -> None:
    assert hangs_together(claim, source, "", "시설 관리규정\n보증금\n제3조(보증금)")


def test_an_item_is_not_told_of_another() -> None:
    source = "1. 정기점검: 시설팀이 실시한다.\n2. 특별점검: 안전팀이 실시한다."
    lead = "점검은 다음 각 호와 같다."
    assert hangs_together("특별점검은 안전팀이 실시합니다.", source, lead, "")
    assert not hangs_together("특별점검은 시설팀이 실시합니다.", source, lead, "")


def test_a_title_holds_the_topic_only() -> None:
    heading = "시설 관리규정\n회의실의 이용\n제5조(회의실의 이용)"
    source = "이용 시간은 2시간으로 한다."
    assert hangs_together("회의실의 이용 시간은 2시간입니다.", source, "", heading)
    assert not hangs_together("이용 시간은 회의실을 2시간으로 한다.", source, "", heading)
