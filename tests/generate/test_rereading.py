"""A growing draft's references are read as those of the whole draft are."""

from __future__ import annotations

import random

import pytest

from onprem_rag.generate.rereading import Rereading
from onprem_rag.korean.references import find_references

PIECES = (
    *(
        "제9조제1항",
        "제5조의2",
        " 및 제9조",
        "제9조, ",
        "제2항, ",
        "제1항",
        "제3호",
        "부터 제7조까지 ",
    ),
    *("「여비규정」 ", "같은 조 ", "같은 항 ", "별표 1 ", "부칙 제2조", "(숙박비) ", "에 따른다. "),
    *(
        "이 경우 소속 기관의 장은 필요하다고 인정하면 그 기간을 줄일 수 있다. ",
        "\n",
        "「복무 및 ",
        "」 ",
    ),
)


@pytest.mark.parametrize("seed", range(8))
def test_reading_on_is_reading_all(seed: int) -> None:
    chosen = random.Random(seed)
    rereading = Rereading()
    text, shortened = "", 0
    for _ in range(160):
        text += chosen.choice(PIECES)
        if chosen.random() < 0.1:  # another way on was tried
            text = text[: -chosen.randrange(1, 9)]
        base = max(0, len(text) - chosen.randrange(16, 60))
        whole = find_references(text)
        read = rereading.references(text, base)
        assert read == whole[len(whole) - len(read) :]
        assert all(reference in read for reference in whole if reference.end > base)
        shortened += len(read) < len(whole)
    assert shortened > 20
