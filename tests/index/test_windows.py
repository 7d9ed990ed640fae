"""Windows of any text, with tokenizers that are easy to count by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onprem_rag.index.windows import cut

LIMIT = 40


def letters(texts: Sequence[str]) -> list[int]:
    """A token a letter, between two that frame every text."""
    return [2 + len(text) for text in texts]


def growing(texts: Sequence[str]) -> list[int]:
    """A text has more tokens than its parts together."""
    return [2 + math.ceil(len(text) ** 1.15) for text in texts]


def test_windows_spelled_out() -> None:
    body = "제1조 목적이다. 정산한다. 여비는 7일 이내에 정산한다.\n① 다만, 숙소는 그러하지 않다."
    assert cut("여비규정\n제1조", body, letters, LIMIT) == [
        "여비규정\n제1조\n제1조 목적이다. 정산한다. ",
        "여비규정\n제1조\n여비는 7일 이내에 정산한다.\n",
        "여비규정\n제1조\n① 다만, 숙소는 그러하지 않다.",
    ]


def test_an_overlong_sentence_spelled_out() -> None:
    body = "출장자는 출장이 끝난 날의 다음 날부터 이레 이내에 여비를 정산하여야 한다."
    assert cut("여비규정", body, letters, LIMIT) == [
        "여비규정\n출장자는 출장이 끝난 날의 다음 ",
        "여비규정\n날부터 이레 이내에 여비를 정산하여야 한다.",
    ]


@pytest.mark.parametrize("sizes", [letters, growing])
@given(body=st.text("가나 .다\n①|(", max_size=300), head=st.text("가 \n", max_size=40))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_nothing_is_lost_and_nothing_too_long(sizes: object, head: str, body: str) -> None:
    assert callable(sizes)
    windows = cut(head, body, sizes, LIMIT)
    assert max(sizes(windows)) <= LIMIT
    if sizes([f"{head}\n"])[0] <= LIMIT / 2:
        assert all(window.startswith(f"{head}\n") for window in windows)
        assert "".join(window[len(head) + 1 :] for window in windows) == body
    else:
        assert "".join(windows) == f"{head}\n{body}"


def test_a_long_annex_takes_moderate_time() -> None:
    """Tokens are counted a few times each, whatever the length."""
    counted = 0

    def sizes(texts: Sequence[str]) -> list[int]:
        nonlocal counted
        counted += sum(map(len, texts))
        return letters(texts)

    for body in ("가" * 100_000, "구분: 가 | 나: 다\n" * 8_000, "가나 다라 " * 20_000):
        counted = 0
        windows = cut("별표", body, sizes, LIMIT)
        assert len(windows) > 2_000
        assert counted < 12 * len(body)
