"""Values are claimed of what the source gives them to."""

from __future__ import annotations

import pytest

from onprem_rag.records import Passage
from onprem_rag.verify.checker import Checker

WARRANTY = "제4조(하자보수) 보수기간은 기계와 가구는 3년, 건물은 5년으로 한다."
TRAINING = "제5조(교육) 연구원은 연 2회, 행정원은 연 1회의 안전교육을 받아야 한다."
COMMITTEE = "제6조(위원회) 위원회는 5명 이하로 구성하고, 외부인사의 비율은 30퍼센트 이상으로 한다."
SETTLED = "제7조(정산) 행사가 끝난 날의 다음 날부터 9일 이내에 비용을 정산하여야 한다."
ITEMS = """제8조(효력) 제재의 효력은 다음 각 호와 같다.
  1. 경고: 3개월간 승진을 제한한다.
  2. 주의: 1개월간 포상을 제한한다."""
ROWS = """[별표 1] 휴가표

구분 | 대상 | 일수
구분: 결혼 | 대상: 본인 | 일수: 5일
구분: 결혼 | 대상: 자녀 | 일수: 1일"""


@pytest.mark.parametrize(
    ("answer", "rule", "verified"),
    [
        ("보수기간은 건물은 5년으로 한다.", WARRANTY, True),
        ("보수기간은 건물은 3년으로 한다.", WARRANTY, False),
        ("보수기간은 3년으로 한다.", WARRANTY, False),
        ("연구원은 월 2회의 안전교육을 받아야 한다.", TRAINING, False),
        ("연구원과 행정원은 연 2회의 안전교육을 받아야 한다.", TRAINING, False),
        ("위원회의 외부인사는 5명 이하로 구성한다.", COMMITTEE, False),
        ("행사가 끝난 날부터 9일 이내에 비용을 정산하여야 한다.", SETTLED, False),
        ("경고는 1개월간 포상을 제한한다.", ITEMS, False),
        ("결혼 휴가 일수는 5일이다.", ROWS, False),
    ],
)
def test_a_value_is_its_owners(answer: str, rule: str, verified: bool) -> None:
    passage = Passage("규정", (), "제4조", None, "", rule, 0, len(rule))
    assert Checker().check(answer, [passage]).verified is verified
