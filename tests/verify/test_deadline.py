"""A check ends in its time, whatever the answer and the passages are made of."""

import time

import pytest

from onprem_rag.records import Passage
from onprem_rag.verify.checker import Checker

_SECONDS = 0.5
_AT_MOST = 6.0  # what can't be broken off (reading one passage) is allowed for

_COUNTED_BACK = "전항 전조 전호 제3항 제2호 " * 100 + "한다."
_FORCES = "하지 아니하는 경우 제출하여야 하고, 보고할 수 있으며, " * 100
_RANGES = "제1조~제49조 " * 100 + "한다."
_NUMBERED = [f"직원{n}은 휴가를 제출하여야 한다." for n in range(1000)]


def _passage(text: str, number: int = 1) -> Passage:
    return Passage("규정", (), f"제{number}조", None, "", text, 0, len(text))


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        pytest.param(
            "\n".join([_COUNTED_BACK] * 20), ["① 전항 제4항 제5항을 준다. " * 300] * 3, id="전항"
        ),
        pytest.param(
            _FORCES + "한다.", [_FORCES.replace("제출", "신고") + "한다."] * 3, id="forces"
        ),
        pytest.param("\n".join([_RANGES] * 5), ["제51조부터 제99조까지 준다. " * 300], id="ranges"),
        pytest.param(
            "\n".join(_NUMBERED),
            ["\n".join(one.replace("직원", "부서") for one in _NUMBERED)] * 2,
            id="statements",
        ),
        pytest.param("1," * 25_000, ["1," * 25_000], id="blanks once its marks are read"),
        pytest.param(
            "부원장이 한다. " * 30 + "장이 한다.",
            ["가부장 나부장 " * 2000 + "한다."],
            id="prefixes",
        ),
    ],
)
def test_a_check_ends_in_its_time(answer: str, texts: list[str]) -> None:
    passages = [_passage(text, at) for at, text in enumerate(texts, 1)]
    began = time.monotonic()
    report = Checker(timeout_s=_SECONDS).check(answer, passages)
    assert time.monotonic() - began < _AT_MOST
    assert report.claims or not all(stage.ran for stage in report.stages)


def test_what_was_not_compared_in_time_is_not_checked() -> None:
    text = "제1조(휴가) 직원에게는 연 15일의 휴가를 준다."
    report = Checker(timeout_s=0.0).check("직원에게는 연 15일의 휴가를 준다.", [_passage(text)])
    assert not report.verified
    assert [stage.ran for stage in report.stages] == [False, False]
    assert all("초 안에 마치지 못했습니다" in stage.note for stage in report.stages)


def test_only_a_mark_in_front_is_a_bullet() -> None:
    text = "제1조(휴가) 휴가는 다음과 같다 - 15일을 준다."
    check = Checker().check
    assert check("- 휴가는 다음과 같다 - 15일을 준다.", [_passage(text)]).verified
