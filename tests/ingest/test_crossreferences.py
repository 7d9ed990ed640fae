"""Cross-references: which place each names, where that stands, and what names none."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.split.crossreferences import references_of
from ingest.split.places import Place
from onprem_rag.records import CrossReference

# (article, paragraph, subparagraph, item, text); 부칙 opens one that holds what follows.
_Part = tuple[str, int | None, int | None, str | None, str]


def _rule(*parts: _Part) -> tuple[str, list[Place]]:
    """A rule's text, one part a line, and its places."""
    text = ""
    starts: list[int] = []
    for part in parts:
        starts.append(len(text))
        text += part[4] + "\n"
    places = []
    for at, (article, *levels, _) in enumerate(parts):
        paragraph, subparagraph, item = levels
        end = len(text)
        for (other, *deeper, _), start in zip(parts[at + 1 :], starts[at + 1 :], strict=True):
            if not _is_within(article, levels, other, deeper):
                end = start
                break
        annex = article if article.startswith("별") else None
        places.append(Place(article, paragraph, subparagraph, item, annex, starts[at], end))
    return text, places


def _is_within(article: str, levels: list, other: str, deeper: list) -> bool:  # type: ignore[type-arg]
    if article == "부칙" and levels == [None, None, None]:
        return other.startswith("부칙 ") or (other == "부칙" and deeper != levels)
    return article == other and all(
        one in (None, two) for one, two in zip(levels, deeper, strict=True)
    )


def _found(
    text: str, places: list[Place], title: str = "여비규정"
) -> list[tuple[str, str, str | None]]:
    """(text, place, first line of the target) of each; the target is 「」 for another rule's."""
    return [
        (each.text, each.place, _target(text, each)) for each in references_of(text, places, title)
    ]


def _target(text: str, reference: CrossReference) -> str | None:
    if reference.document is not None:
        return f"「{reference.document}」"
    if reference.target is None:
        return None
    return text[slice(*reference.target)].split("\n")[0]


def _of(sentence: str, title: str = "여비규정") -> list[tuple[str, str, str | None]]:
    """The references of a sentence in 제4조제2항제1호 of a small rule."""
    text, places = _rule(
        ("제2조", None, None, None, "제2조(정의) 출장을 말한다."),
        ("제3조", None, None, None, "제3조(구분)"),
        ("제3조", 1, None, None, "① 국내와"),
        ("제3조", 2, None, None, "② 국외로 한다."),
        ("제3조", 2, 1, None, "1. 단기"),
        ("제3조", 2, 2, None, "2. 장기"),
        ("제3조의2", None, None, None, "제3조의2(기간) 기간"),
        ("제4조", None, None, None, "제4조(여비)"),
        ("제4조", 1, None, None, "① 여비는"),
        ("제4조", 1, 3, None, "3. 일비"),
        ("제4조", 2, None, None, "② 다음"),
        ("제4조", 2, 1, None, f"1. {sentence}"),
        ("제4조", 2, 1, "가", "가. 항공료"),
        ("제4조", 2, 2, None, "2. 숙박비"),
        ("제5조", None, None, None, "제5조(정산) 정산"),
        ("별표 1", None, None, None, "[별표 1] 여비"),
        ("별표 1", None, 2, None, "2. 서울"),
        ("별지 제1호의2서식", None, None, None, "[별지 제1호의2 서식]"),
    )
    at = text.index(sentence)
    within = [
        each for each in references_of(text, places, title) if at <= each.start < at + len(sentence)
    ]
    return [(each.text, each.place, _target(text, each)) for each in within]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("제2조에 따라", [("제2조", "제2조", "제2조(정의) 출장을 말한다.")]),
        ("제3조제2항제2호의", [("제3조제2항제2호", "제3조제2항제2호", "2. 장기")]),
        ("제3조의2에", [("제3조의2", "제3조의2", "제3조의2(기간) 기간")]),
        ("제1항의", [("제1항", "제4조제1항", "① 여비는")]),
        ("제2호와", [("제2호", "제4조제2항제2호", "2. 숙박비")]),
        ("가목의", [("가목", "제4조제2항제1호가목", "가. 항공료")]),
        ("전항의", [("전항", "제4조제1항", "① 여비는")]),
        ("전조에", [("전조", "제3조의2", "제3조의2(기간) 기간")]),
        ("이 규정 제3조", [("제3조", "제3조", "제3조(구분)")]),
        ("제3조 및 같은 조 제2항", [
            ("제3조", "제3조", "제3조(구분)"),
            ("같은 조 제2항", "제3조제2항", "② 국외로 한다."),
        ]),
        ("제3조제2항 중 같은 항 제1호는", [
            ("제3조제2항", "제3조제2항", "② 국외로 한다."),
            ("같은 항 제1호", "제3조제2항제1호", "1. 단기"),
        ]),
        ("본조 제1항에", [("본조 제1항", "제4조제1항", "① 여비는")]),
        ("제3조제1항 및 제2항", [
            ("제3조제1항", "제3조제1항", "① 국내와"),
            ("제2항", "제3조제2항", "② 국외로 한다."),
        ]),
        ("제3조제1항 단서 또는 제2항에", [
            ("제3조제1항", "제3조제1항", "① 국내와"),
            ("제2항", "제3조제2항", "② 국외로 한다."),
        ]),
        ("제3조(제2항은 제외한다)", [
            ("제3조", "제3조", "제3조(구분)"),
            ("제2항", "제3조제2항", "② 국외로 한다."),
        ]),
        ("제3조제2항 각 호 중 제2호", [
            ("제3조제2항", "제3조제2항", "② 국외로 한다."),
            ("제2호", "제3조제2항제2호", "2. 장기"),
        ]),
        ("제2조부터 제4조까지", [
            ("제2조", "제2조", "제2조(정의) 출장을 말한다."),
            ("부터 ", "제3조", "제3조(구분)"),
            ("제4조", "제4조", "제4조(여비)"),
        ]),
        ("제3조 내지 제5조", [
            ("제3조", "제3조", "제3조(구분)"),
            (" 내지 ", "제4조", "제4조(여비)"),
            ("제5조", "제5조", "제5조(정산) 정산"),
        ]),
        ("제4조제3호에", [("제4조제3호", "제4조제3호", "3. 일비")]),  # only one 항 has a 제3호
        ("별표 1과", [("별표 1", "별표 1", "[별표 1] 여비")]),
        ("별표 1 제2호", [("별표 1 제2호", "별표 1 제2호", "2. 서울")]),
        ("별지 제1호의2서식에", [
            ("별지 제1호의2서식", "별지 제1호의2서식", "[별지 제1호의2 서식]"),
        ]),
        ("별지 제1-2호 서식에", [
            ("별지 제1-2호 서식", "별지 제1-2호서식", "[별지 제1호의2 서식]"),
        ]),
        ("제9조에", [("제9조", "제9조", None)]),  # there is none
        ("종전의 제2조에", [("제2조", "제2조", None)]),  # as it was
        ("「여비규정」 제2조", [("제2조", "제2조", "제2조(정의) 출장을 말한다.")]),
    ],
)  # fmt: skip
def test_own_places(sentence: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert _of(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("「근로기준법」 제2조", [("제2조", "「근로기준법」")]),
        (
            "「근로기준법」 제2조 및 제3조",
            [("제2조", "「근로기준법」"), ("제3조", "「근로기준법」")],
        ),
        ("근로기준법 제2조", [("제2조", "「근로기준법」")]),
        ("같은 법 시행령 제3조", [("제3조", "「같은 법 시행령」")]),  # whose is not said
        ("직제규칙 [별표 1]", [("별표 1", "「직제규칙」")]),
        ("직제준칙 제3조", [("제3조", "「직제준칙」")]),
        ("업무편람 제3조와 교육헌장 제2조", [("제3조", "「업무편람」"), ("제2조", "「교육헌장」")]),
        ("가축전염병예방법 제3조", [("제3조", "「가축전염병예방법」")]),
        ("이 규정 시행세칙 제3조", [("제3조", "「여비규정 시행세칙」")]),
        ("공기업·준정부기관 여비규정 제8조", [("제8조", "「공기업·준정부기관 여비규정」")]),
        ("학과와 학칙 제3조", [("제3조", "「학칙」")]),
        ("이에 의거 정관 제3조", [("제3조", "「정관」")]),
        ("「형법」과 학칙 제3조", [("제3조", "「학칙」")]),
        ("총무과 지침 제3조", [("제3조", "「총무과 지침」")]),
        ("“학칙시행세칙” 제3조에", [("제3조", "「학칙시행세칙」")]),
        ("대학평의원회 규정 제3조에", [("제3조", "「대학평의원회 규정」")]),
        ("공공기관의 운영에 관한 법률 제2조에", [("제2조", "「공공기관의 운영에 관한 법률」")]),
        (
            "「청원법」 제3조 및 같은 법 시행령 제2조",
            [("제3조", "「청원법」"), ("제2조", "「청원법 시행령」")],
        ),
        (
            "「청원법」 제3조제1항 및 같은 조 제2항",
            [("제3조제1항", "「청원법」"), ("제3조제2항", "「청원법」")],
        ),
        (
            '「여비법」(이하 "법"이라 한다)에 따른다. 법 제3조제1항 및 제2항과 제4조',
            [("제3조제1항", "「여비법」"), ("제3조제2항", "「여비법」"), ("제4조", "「여비법」")],
        ),
        (
            "「형법」 제2편제32장 추행의 죄 중 제2조(강간), 제3조",
            [("제2조", "「형법」"), ("제3조", "「형법」")],
        ),
        (
            "「관세법」 제2조(제3조에 따른 죄를 포함한다)",
            [("제2조", "「관세법」"), ("제3조", "「관세법」")],
        ),
    ],
)
def test_places_of_other_rules_have_no_target_here(
    sentence: str, expected: list[tuple[str, str]]
) -> None:
    assert [(place, target) for _, place, target in _of(sentence)] == expected


@pytest.mark.parametrize("before", ["다만 ", "현행 ", "이에 따라 ", "직제와 ", ""])
def test_the_rules_own_name_without_an_owner_is_its_own(before: str) -> None:
    assert _of(f"{before}여비규정 제3조") == [("제3조", "제3조", "제3조(구분)")]


@pytest.mark.parametrize("label", ["2020. 1. 1.", "제정", "전부 개정", "제12호"])
def test_addenda_labelled_with_a_day_or_an_action_are_the_rules_own(label: str) -> None:
    text, places = _rule(
        ("제1조", None, None, None, "제1조(목적) 본칙"),
        ("부칙", None, None, None, f"부칙({label})\n제1조의 개정규정은 시행한다."),
    )
    assert _found(text, places) == [("제1조", "제1조", "제1조(목적) 본칙")]


def test_a_text_of_nothing_but_ranges_has_a_bounded_number_of_references() -> None:
    text = "가 제1조부터 제50조까지 " * 2_000
    found = references_of(text, [Place("제1조", None, None, None, None, 0, len(text))])
    assert len(found) == 2 * 2_000 + 5_000


def test_in_a_decree_the_law_is_the_one_that_it_carries_out() -> None:
    assert _of("법 제3조", "여비법 시행령") == [("제3조", "제3조", "「여비법」")]
    assert _of("영 제3조", "여비법 시행규칙") == [("제3조", "제3조", "「여비법 시행령」")]
    assert _of("영 제3조", "여비법 시행령") == [("제3조", "제3조", "제3조(구분)")]


@pytest.mark.parametrize(
    "sentence",
    [
        "대통령령 제99호",
        "서식 제3호를",
        "제0조의 0과",
        "안전항목과 발전조건",
        "전항공사",
        "다음 각 호의",
        "이 조에서",
        "5조원을",
    ],
)
def test_no_places(sentence: str) -> None:
    assert _of(sentence) == []


def test_headings_are_no_references() -> None:
    text, places = _rule(
        ("제1조", None, None, None, "제1조(목적) 이 규정은"),
        ("제2조", None, None, None, "제2조 내지 제4조 삭제"),
        ("별표 1", None, None, None, "[별표 1] 지급표(제1조 관련)"),
        ("별지 제1호서식", None, None, None, "[별지 제1호 서식]\n제1조(계약) 갑과 을은"),
    )
    assert _found(text, places) == [("제1조", "제1조", "제1조(목적) 이 규정은")]


def test_addenda_mean_the_main_part_unless_they_say_otherwise() -> None:
    text, places = _rule(
        ("제1조", None, None, None, "제1조(목적) 본칙"),
        ("제2조", None, None, None, "제2조(적용) 본칙"),
        ("부칙", None, None, None, "부칙 <2020. 1. 1.>"),
        ("부칙 제1조", None, None, None, "제1조(시행일) 제2조의 개정규정은 시행한다."),
        ("부칙 제2조", None, None, None, "제2조(경과조치)"),
        ("부칙 제2조", 1, None, None, "① 부칙 제1조에 따른다."),
        ("부칙 제2조", 2, None, None, "② 제1항과 전조에도 불구하고"),
    )
    assert _found(text, places) == [
        ("제2조", "제2조", "제2조(적용) 본칙"),
        ("부칙 제1조", "부칙 제1조", "제1조(시행일) 제2조의 개정규정은 시행한다."),
        ("제1항", "부칙 제2조제1항", "① 부칙 제1조에 따른다."),
        ("전조", "부칙 제1조", "제1조(시행일) 제2조의 개정규정은 시행한다."),
    ]


def test_addenda_that_amend_other_rules_speak_of_those() -> None:
    text, places = _rule(
        ("제1조", None, None, None, "제1조(목적) 본칙"),
        ("부칙", None, None, None, "부칙(정부조직법) <제5호, 2020. 1. 1.>"),
        ("부칙 제1조", None, None, None, "제1조(시행일) 제1조의 개정규정은"),
        ("부칙 제2조", None, None, None, "제2조(다른 법률의 개정)"),
        (
            "부칙 제2조",
            1,
            None,
            None,
            "① 도선법 일부를 다음과 같이 개정한다.\n제1조제2항 중 하목을",
        ),
        ("부칙 제2조", 2, None, None, "② 여비규정 일부를 다음과 같이 개정한다.\n제1조 중"),
    )
    assert [(place, target) for _, place, target in _found(text, places)] == [
        ("제1조", "「정부조직법」"),
        ("제1조제2항", "「도선법」"),
        ("제1조", "제1조(목적) 본칙"),
    ]


def test_addenda_named_from_the_main_part_only_where_one_fits() -> None:
    parts: list[_Part] = [
        ("제1조", None, None, None, "제1조(목적) 부칙 제2조와 부칙 제1조"),
        ("부칙", None, None, None, "부칙 <2020. 1. 1.>"),
        ("부칙 제1조", None, None, None, "제1조(시행일) 하나"),
        ("부칙 제2조", None, None, None, "제2조(경과조치) 둘"),
        ("부칙", None, None, None, "부칙 <2021. 1. 1.>"),
        ("부칙 제1조", None, None, None, "제1조(시행일) 셋"),
    ]
    assert _found(*_rule(*parts)) == [
        ("부칙 제2조", "부칙 제2조", "제2조(경과조치) 둘"),
        ("부칙 제1조", "부칙 제1조", None),
    ]


_WORDS = [
    "제1조",
    "제2항",
    "제3호",
    "가목",
    "전조",
    "전항",
    "같은 조",
    "및",
    "부터",
    "까지",
    "(",
    ")",
]
_WORDS += [
    "「법」",
    " ",
    "\n",
    "별표 1",
    "별지 제2호서식",
    "부칙",
    "이 규정",
    "법",
    "각 호",
    "중",
    "종전의",
]


@given(st.lists(st.sampled_from(_WORDS), max_size=30).map("".join))
@example("「법」제2항같은 조별표 1")
def test_spans_hold_and_stand_in_order(sentence: str) -> None:
    text, places = _rule(
        ("제1조", None, None, None, "제1조(목적)"),
        ("제1조", 1, None, None, f"① {sentence}"),
        ("제1조", 2, None, None, f"② {sentence}"),
        ("부칙", None, None, None, f"부칙\n{sentence}"),
    )
    found = references_of(text, places, "여비규정")
    starts = [each.start for each in found]
    assert starts == sorted(starts)
    for each in found:
        assert each.text == text[each.start : each.end] != ""
        assert each.place
        assert each.target is None or each.document is None
        assert each.target is None or 0 <= each.target[0] < each.target[1] <= len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "제1조 ",
        "제1조(",
        "「",
        "법 제1조 및 ",
        "같은 조 ",
        "전항 ",
        "가나다에 관한 법률 ",
        "부칙(",
        "제1조\n",
        "법률 제3호 ",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    start = time.process_time()
    references_of(text, [Place("제1조", None, None, None, None, 0, len(text))], "여비규정")
    assert time.process_time() - start < 4


def test_one_line_of_headings_takes_linear_time() -> None:
    text = "제1조(" * 25_000
    start = time.process_time()
    references_of(text, [Place("제1조", None, None, None, None, 0, len(text))], "여비규정")
    assert time.process_time() - start < 8
