"""A check ends in its time, whatever the answer and the passages are made of."""

import time

import pytest

from onprem_rag.records import Passage
from onprem_rag.verify.checker import Checker

_SECONDS = 0.2
_AT_MOST = 3.0  # of computing; it took 6 to 13 when what had been begun was read to its end

_FORCES = "하지 아니하는 경우 제출하여야 하고, 보고할 수 있으며, " * 40 + "한다."
_NUMBERED = [f"직원{n}은 휴가를 제출하여야 한다." for n in range(40_000)]


def _passage(text: str, number: int = 1) -> Passage:
    return Passage("규정", (), f"제{number}조", None, "", text, 0, len(text))


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        pytest.param(
            "\n".join(f"{n}. {_FORCES}" for n in range(1_500)),
            [_FORCES.replace("제출", "신고")] * 3,
            id="forces",
        ),
        pytest.param(
            "\n".join(_NUMBERED),
            ["\n".join(one.replace("직원", "부서") for one in _NUMBERED[:1000])] * 2,
            id="statements",
        ),
        pytest.param(
            "휴가를 준다.",
            ["\n".join(_NUMBERED[at : at + 500]) for at in range(500)] * 30,
            id="passages",
        ),
    ],
)
def test_a_check_that_would_take_long_ends_in_its_time(answer: str, texts: list[str]) -> None:
    """Each would take several times as long."""
    passages = [_passage(text, at) for at, text in enumerate(texts, 1)]
    began = time.process_time()
    report = Checker(timeout_s=_SECONDS).check(answer, passages)
    assert time.process_time() - began < _AT_MOST
    assert not all(stage.ran for stage in report.stages)


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
