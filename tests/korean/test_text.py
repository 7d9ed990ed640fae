"""Matching forms, sentences and look-up without blanks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.text import Spaceless, fold, normalise, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("운임ㆍ일비․숙박비・식비･기타", "운임·일비·숙박비·식비·기타"),
        ("“진흥원”이라 ‘한다’", "\"진흥원\"이라 'ㅎ'".replace("ㅎ", "한다")),
        ("１２％　（ＡＢＣ）", "12% (abc)"),
        ("1∼3일 〜 5일", "1~3일 ~ 5일"),
        ("02–1234—5678", "02-1234-5678"),
        ("  두\t칸 \n 띄움 ", "두 칸 띄움"),
        ("㎞", "km"),
        ("\u1112\u1161\u11ab글", "한글"),
        ("보이지\u200b않는", "보이지않는"),
        ("｢여비규정｣", "「여비규정」"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text())
def test_normalise_is_idempotent_and_fold_keeps_offsets(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "급여를 지급한다. 다만, 휴직자는 제외한다.",
            ["급여를 지급한다.", "다만, 휴직자는 제외한다."],
        ),
        ("2024. 3. 1. 시행한다. 끝.", ["2024. 3. 1. 시행한다.", "끝."]),
        ("1. 배우자\n2. 자녀", ["1. 배우자", "2. 자녀"]),
        ("가. 본인\n나. 배우자", ["가. 본인", "나. 배우자"]),
        ("① 출장은 명령한다. ② 복명한다.", ["① 출장은 명령한다.", "② 복명한다."]),
        (
            "제1조(목적) 이 규칙은 정한다. 제2조(정의) 뜻은",
            ["제1조(목적) 이 규칙은 정한다.", "제2조(정의) 뜻은"],
        ),
        ("받을 수 있나요? 네! 됩니다.", ["받을 수 있나요?", "네!", "됩니다."]),
        ("3.5퍼센트로 한다. 끝", ["3.5퍼센트로 한다.", "끝"]),
        ("위원(장관이 정한다. 이하 같다)을 둔다.", ["위원(장관이 정한다. 이하 같다)을 둔다."]),
        ("“지급한다. 다만 제외한다.”라고 적는다.", ["“지급한다. 다만 제외한다.”라고 적는다."]),
        ("대체 지급한다.제4조(연봉)", ["대체 지급한다.", "제4조(연봉)"]),
        ("지급함. 신청하세요. 없음.", ["지급함.", "신청하세요.", "없음."]),
        ("줍니다. [1] 다음", ["줍니다. [1]", "다음"]),
        ("한다.<개정 2019. \n9. 11.>\n② 또한", ["한다.<개정 2019. \n9. 11.>", "② 또한"]),
        ("첫 줄\n둘째 줄", ["첫 줄", "둘째 줄"]),
        (
            "임직원의 업무 수행을 위한 출장에 관하여 필요한 사항을\n정함을 목적으로 한다. 끝",
            ["임직원의 업무 수행을 위한 출장에 관하여 필요한 사항을\n정함을 목적으로 한다.", "끝"],
        ),
        ("해당하는 자. 다만, 제외", ["해당하는 자.", "다만, 제외"]),
        ("", []),
        (" \n---\n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_a_row_of_a_table_is_one_sentence() -> None:
    text = "처분 기준\n비위: 횡령 | 처분: 파면한다. 고발한다. | 비고: 없다.\n끝이다. 또 있다."
    assert [text[start:end] for start, end in sentences(text)] == [
        "처분 기준",
        "비위: 횡령 | 처분: 파면한다. 고발한다. | 비고: 없다.",
        "끝이다.",
        "또 있다.",
    ]


@given(st.text(alphabet="가나다한요함. \n12()<>①\"'?!，“” |", max_size=80))
def test_sentences_are_ordered_stripped_and_cover_all_letters(text: str) -> None:
    spans = sentences(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert [c for c in covered if c.isalnum()] == [c for c in text if c.isalnum()]


def find_spaceless(haystack: str, needle: str, start: int = 0) -> tuple[int, int] | None:
    spaceless = Spaceless(haystack)
    return spaceless.find("".join(needle.split()), spaceless.index(start))


@pytest.mark.parametrize(
    ("haystack", "needle", "start", "expected"),
    [
        ("가 나\n다라 마", "나다 라", 0, (2, 6)),
        ("가나 가나", "가 나", 1, (3, 5)),
        ("가나다", "라", 0, None),
        ("가나다", "  ", 0, None),
        ("  가나", "가나", 0, (2, 4)),
        ("업무수행\n을 위한", "업무 수행을 위한", 0, (0, 9)),
        ("가나", "가나", 5, None),
        ("", "가", 0, None),
    ],
)
def test_find_spaceless(
    haystack: str, needle: str, start: int, expected: tuple[int, int] | None
) -> None:
    assert find_spaceless(haystack, needle, start) == expected


@given(st.text(alphabet="가나 \n", max_size=30), st.text(alphabet="가나 \n", max_size=4))
def test_find_spaceless_finds_what_is_there(haystack: str, needle: str) -> None:
    span = find_spaceless(haystack, needle)
    squeezed = "".join(needle.split())
    assert (span is not None) == bool(squeezed and squeezed in "".join(haystack.split()))
    if span:
        assert "".join(haystack[slice(*span)].split()) == squeezed
