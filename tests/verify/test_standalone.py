"""The checker in anyone's hands: any text, any passages, from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.config import Config, ModelConfig, VerifyConfig, load_config
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.records import Finding
from onprem_rag.verify import open_checker
from onprem_rag.verify.standalone import (
    case_of,
    examine,
    passage_of,
    passages_of,
    read_context,
    split_context,
)

RULE = """여비규정

제9조(숙박비) ① 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.
② 국외출장의 숙박비는 출발 7일 전까지 신청하여야 한다.

제 10 조의2 (일비) 일비는 하루에 25,000원으로 한다.

부칙 <2024. 3. 1.>
제1조(시행일) 이 규정은 2024년 3월 1일부터 시행한다.

[별표 1] 여비의 구분
1급 | 50,000원
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config(tmp_path)


# --- texts and passages --------------------------------------------------------------------------
def test_a_text_is_split_by_article_addenda_and_annex() -> None:
    passages = split_context(RULE)
    assert [passage.article for passage in passages] == [
        None,
        "제9조",
        "제10조의2",
        "부칙",
        "부칙 제1조",
        "별표 1",
    ]
    assert "".join(passage.text for passage in passages) == RULE
    for passage in passages:
        assert RULE[passage.start : passage.end] == passage.text


@pytest.mark.parametrize(
    ("context", "articles"),
    [
        ("", []),
        (" \n", []),
        ("숙박비는 7만원이다.", [None]),
        ("##### 제3조의2 (정의) 가\n##### 제4조(적용) 나", ["제3조의2", "제4조"]),
        ("제3조에 따라 신청한다.\n제4조와 같다.", [None]),  # no heading
        ("제" + "1" * 5_000 + "조(목적) 가", [None]),
        ("<별표>\n1급 | 5만원", ["별표"]),
    ],
)
def test_other_texts(context: str, articles: list[str | None]) -> None:
    assert [passage.article for passage in split_context(context)] == articles


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("여비규정", "여비규정"),
        ("\n# 「여비규정」\n제정 2018. 3. 2.\n", "여비규정"),
        ("여비규정 [시행 2020. 1. 1.] (약칭: 여비)", "여비규정"),
        ("공무원 보수 등의 업무지침\n제1장 총칙\n", "공무원 보수 등의 업무지침"),
        ("", ""),
        ("다음은 여비에 관한 규정이다.\n", ""),
        ("제1장 총칙\n", ""),
        ("여비: 다음과 같다\n", ""),
        ("가" * 61, ""),
    ],
)
def test_a_text_is_named_by_its_first_line(above: str, title: str) -> None:
    context = f"{above}\n제1조(목적) 여비를 정한다.\n제2조(여비) 여비는 일비로 한다.\n"
    passages = split_context(context)
    assert {passage.document for passage in passages} == {title}
    assert passages[-1].article == "제2조"


def test_a_text_of_several_rules_or_without_articles_has_no_title() -> None:
    assert {one.document for one in split_context("여비규정\n숙박비는 7만원이다.")} == {""}
    two = "여비규정\n제1조(목적) 가\n회계규정\n제1조(목적) 나\n"
    assert {one.document for one in split_context(two)} == {""}


def test_a_rule_is_referred_to_by_its_title(config: Config) -> None:
    answer = "{} 제9조제1항에 따르면 국내출장의 숙박비는 1박당 7만원을 초과할 수 없습니다."
    for named, verified in (("여비규정", True), ("회계규정", False)):
        report = open_checker(config).check(answer.format(named), split_context(RULE))
        assert report.verified is verified
    cited = open_checker(config).check(answer.format("여비규정"), split_context(RULE)).claims[0]
    assert cited.citation is not None
    assert cited.citation.document == "여비규정"


def test_a_refusal_is_not_compared(config: Config) -> None:
    for answer in ("모른다.", "**모른다**"):
        checked = examine(answer, split_context(RULE), open_checker(config))
        assert [(stage.name, stage.ran, stage.note) for stage in checked.report.stages] == [
            ("claims", False, "거절이라 대조할 문장이 없습니다."),
            ("facts", False, "거절이라 대조할 문장이 없습니다."),
        ]
        assert (checked.correction.text, checked.correction.removed) == (answer, ())
        assert not checked.corrected.verified
    told = examine("모른다. 주차비는 9만원이다.", split_context(RULE), open_checker(config))
    assert "9만원" not in told.correction.text


def test_hits_of_a_search_are_passages() -> None:
    hits = [{"text": "가", "document": "여비규정", "article": "제9조", "paragraph": None}]
    (passage,) = passages_of({"question": "나", "hits": hits}, 4)
    assert passage == passage_of(hits[0], 1)
    assert passages_of(hits[0], 4) == [passage_of(hits[0], 4)]


def test_a_passage_of_a_json_object() -> None:
    passage = passage_of(
        {
            "text": "숙박비는 7만원이다.",
            "document": "여비규정",
            "article": "제 9 조(숙박비)",
            "paragraph": "제2항",
            "title": None,
            "score": 0.7,
        },
        3,
    )
    assert (passage.document, passage.article, passage.paragraph) == ("여비규정", "제9조", "②")
    assert (passage.title, passage.start, passage.end, passage.document_id) == ("", 0, 11, 3)
    bare = passage_of({"text": ""}, 1)
    assert (bare.document, bare.article, bare.paragraph) == ("", None, None)


@pytest.mark.parametrize(
    ("named", "article"),
    [
        ("9조", "제9조"),
        ("별표1", "별표 1"),
        ("부칙 제1조", "부칙 제1조"),
        ("총칙", "총칙"),
        (" ", None),
    ],
)
def test_articles_as_others_write_them(named: str, article: str | None) -> None:
    assert passage_of({"text": "가", "article": named}, 1).article == article


@pytest.mark.parametrize(
    ("named", "paragraph"),
    [("②", "②"), ("2", "②"), ("2항", "②"), ("제 2 항", "②"), ("99", "99"), ("0", "0"), ("", None)],
)
def test_paragraphs_as_others_write_them(named: str, paragraph: str | None) -> None:
    assert passage_of({"text": "가", "paragraph": named}, 1).paragraph == paragraph


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (None, "근거 2번이 JSON 객체가 아닙니다. → "),
        ("글", "근거 2번이 JSON 객체가 아닙니다. → "),
        ({}, '근거 2번에 "text"가 없습니다. → '),
        ({"text": None}, '근거 2번에 "text"가 없습니다. → '),
        ({"text": 7}, '근거 2번의 "text"에 글이 아닌 것이 있습니다: 7\n→ '),
        ({"text": "가", "article": 9}, '근거 2번의 "article"에 글이 아닌 것이 있습니다: 9\n→ '),
        ({"text": "가", "document": ["나"]}, '근거 2번의 "document"에 글이 아닌 것이 있습니다'),
    ],
)
def test_what_is_no_passage(item: object, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        passage_of(item, 2)
    assert str(caught.value).startswith(said)
    assert '{"text": …' in str(caught.value)


def test_a_case_has_a_context_or_passages() -> None:
    answer, passages = case_of({"answer": "가", "context": RULE, "extra": 1})
    assert (answer, passages) == ("가", split_context(RULE))
    _, passages = case_of({"answer": "가", "passages": [{"text": "나"}, {"text": "다"}]})
    assert [(one.text, one.document_id) for one in passages] == [("나", 1), ("다", 2)]
    assert case_of({"answer": "", "passages": []}) == ("", [])


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ([], '"answer"에 글이 없습니다. → '),
        ({"context": "가"}, '"answer"에 글이 없습니다. → '),
        ({"answer": 7, "context": "가"}, '"answer"에 글이 없습니다. → '),
        ({"answer": "가"}, '"context"(글)와 "passages"(목록) 가운데 하나가'),
        ({"answer": "가", "context": 7}, '"context"(글)와 "passages"(목록) 가운데 하나가'),
        ({"answer": "가", "passages": "나"}, '"context"(글)와 "passages"(목록) 가운데 하나가'),
        ({"answer": "가", "context": "나", "passages": []}, '"context"(글)와 "passages"(목록)'),
        ({"answer": "가", "passages": [{"text": "나"}, 7]}, "근거 2번이 JSON 객체가 아닙니다"),
    ],
)
def test_what_is_no_case(item: object, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        case_of(item)
    assert str(caught.value).startswith(said)
    assert "→ " in str(caught.value)


def test_a_text_file_in_either_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp949"):
        (tmp_path / "근거.txt").write_bytes(RULE.encode(encoding))
        assert read_context(tmp_path / "근거.txt") == RULE
    (tmp_path / "근거.txt").write_bytes(b"\xff\xff\xff")
    with pytest.raises(ConfigError, match="글자 파일이 아닙니다"):
        read_context(tmp_path / "근거.txt")


# --- the checker that the configuration names ----------------------------------------------------
def test_a_right_answer_stays_as_it_is(config: Config) -> None:
    answer = "국내출장의 숙박비는 1박당 7만원을 초과할 수 없습니다."
    checked = examine(answer, split_context(RULE), open_checker(config))
    assert checked.report.verified
    assert (checked.correction.text, checked.correction.removed) == (answer, ())
    assert checked.correction.changes == ()
    assert checked.corrected == checked.report


def test_a_wrong_value_is_put_right_and_checked_again(config: Config) -> None:
    answer = "국내출장의 숙박비는 1박당 90,000원을 초과할 수 없다."
    checked = examine(answer, split_context(RULE), open_checker(config))
    assert not checked.report.verified
    assert "90,000" not in checked.correction.text
    assert "70,000원을 초과할 수 없다." in checked.correction.text
    assert checked.corrected.verified
    (change,) = checked.correction.changes
    assert "90,000원" in change.old
    assert "70,000원" in checked.correction.text[change.start : change.end]


def test_what_the_passages_do_not_say_is_taken_out(config: Config) -> None:
    kept, made_up = "국외출장의 숙박비는 출발 7일 전까지 신청하여야 한다.", "주차비는 9만원이다."
    checked = examine(f"{kept} {made_up}", split_context(RULE), open_checker(config))
    assert checked.correction.text == kept
    assert checked.correction.removed == (made_up,)
    assert checked.corrected.verified
    nothing = examine(made_up, split_context(RULE), open_checker(config))
    assert nothing.correction.text == ""
    assert not nothing.corrected.verified


def test_what_could_not_be_compared_stays_as_it_is(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the stage is broken")

    monkeypatch.setattr("onprem_rag.verify.checker.judge_facts", fails)
    answer = "일비는 하루에 2만5천원입니다."
    checked = examine(answer, split_context(RULE), open_checker(config))
    assert (checked.correction.text, checked.correction.removed) == (answer, ())
    assert not checked.corrected.verified
    assert [stage.name for stage in checked.corrected.stages if not stage.ran] == ["facts"]


def test_the_citation_points_into_the_passage_that_was_given(config: Config) -> None:
    passages = [
        passage_of({"text": "주차장은 직원만 쓴다."}, 1),
        passage_of({"text": "일비는 하루에 25,000원으로 한다.", "article": "제10조"}, 2),
    ]
    report = examine("일비는 하루에 2만5천원입니다.", passages, open_checker(config)).report
    (claim,) = report.claims
    assert claim.citation
    assert claim.citation.document_id == 2
    assert claim.citation.text == passages[1].text[claim.citation.start : claim.citation.end]


def with_patterns(home: Path, *patterns: tuple[str, str]) -> Config:
    return Config(home, verify=VerifyConfig(patterns=patterns))


def test_a_configured_pattern_is_checked_like_any_fact(tmp_path: Path) -> None:
    config = with_patterns(tmp_path, ("과제번호", r"[A-Z]{2}-[A-Z]{3}"))
    passages = [passage_of({"text": "과제 KR-ABC의 책임자는 연구부장으로 한다."}, 1)]
    answer = "과제 {}의 책임자는 연구부장으로 한다."
    for code, finding in (("KR-ABC", Finding.SUPPORTED), ("KR-XYZ", Finding.CONTRADICTED)):
        report = open_checker(config).check(answer.format(code), passages)
        found = [v.finding for v in report.verdicts if v.fact.kind == "과제번호"]
        assert found == [finding]
        assert report.verified is (finding is Finding.SUPPORTED)


def test_a_pattern_that_only_full_width_signs_make_sound(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_checker(with_patterns(tmp_path, ("과제번호", "[가-～]")))
    assert str(caught.value).startswith(
        "설정 [verify.patterns]의 정규식 '과제번호'을 쓸 수 없습니다"
    )
    assert "\n→ 전각 글자를 반각으로" in str(caught.value)


def test_a_pattern_may_not_take_the_name_of_a_kind(tmp_path: Path) -> None:
    for taken in ("reference", "date"):
        with pytest.raises(ConfigError) as caught:
            open_checker(with_patterns(tmp_path, ("과제번호", "KR"), (taken, "가")))
        assert str(caught.value) == (
            f"설정 [verify.patterns]의 이름 '{taken}'은 이미 있는 종류의 이름입니다.\n"
            f"→ 다른 이름을 쓰세요: {tmp_path / 'config.toml'}"
        )


class Says:
    """A judge that is always as sure, or that fails."""

    name = "nli"

    def __init__(self, probability: float | None) -> None:
        self._probability = probability

    def probability(self, claim: str, passage: str, seconds: float) -> float:
        if self._probability is None:
            raise ModelError("모델이 답하지 않았습니다. → 다시 시도하세요.")
        return self._probability


@pytest.mark.parametrize(("probability", "verified"), [(0.9, True), (0.1, False), (None, False)])
def test_a_model_that_is_already_loaded_takes_part(
    config: Config, probability: float | None, verified: bool
) -> None:
    checker = open_checker(config, nli=Says(probability))
    report = checker.check("일비는 하루에 2만5천원입니다.", split_context(RULE))  # no quotation
    assert report.verified is verified
    (stage,) = [stage for stage in report.stages if stage.name == "nli"]
    assert stage.ran is (probability is not None)


def test_a_model_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="문장 판정 모델 폴더가 없습니다"):
        open_checker(Config(tmp_path, models=ModelConfig(nli="models/없음")))


def test_a_language_model_that_is_to_be_asked_is_opened(tmp_path: Path) -> None:
    """It is named in the configuration, so it must not be left out in silence."""
    config = Config(
        tmp_path, models=ModelConfig(llm="models/없음"), verify=VerifyConfig(reask=True)
    )
    with pytest.raises(ConfigError, match="언어 모델 폴더가 없습니다"):
        open_checker(config)
