"""Everyday words and those of rules: only what means one thing."""

from __future__ import annotations

import pytest

from onprem_rag.korean.equivalents import alike
from onprem_rag.korean.modality import Modalities


@pytest.mark.parametrize(
    ("claimed", "stated", "same"),
    [
        ("사직서를 내야 합니다.", "사직서를 제출하여야 한다.", True),
        ("비밀번호를 바꿔야 합니다.", "비밀번호를 변경하여야 한다.", True),
        ("휴가가 주어집니다.", "휴가를 준다.", True),
        ("결과를 알려야 합니다.", "결과를 통지하여야 한다.", True),
        ("비밀번호를 바꿀 수 있습니다.", "비밀번호를 변경하여야 한다.", False),
        ("회비를 납부하여야 합니다.", "회비를 제출하여야 한다.", False),
        ("사직서를 내지 않아도 됩니다.", "사직서를 제출하여야 한다.", False),
    ],
)
def test_verbs(claimed: str, stated: str, same: bool) -> None:
    kind = Modalities()
    (one,), (other,) = kind.find(claimed), kind.find(stated)
    assert kind.same(one, other) is same


def test_what_rules_write_is_not_said_by_each_other() -> None:
    assert alike("내", "납부")
    assert not alike("납부", "제출")
    assert not alike("제출", "내")
