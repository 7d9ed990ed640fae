"""Whatever the edits: the table holds both texts whole, and marks what differs and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.diff import FORMATS, Kind, Version, compare, rendered
from ingest.diff.records import Mark, Row, Side
from ingest.diff.units import units_of
from ingest.diff.wording import form
from ingest.diff.words import marked
from tests.ingest.diffing import LEAVE, version

WORDS = st.sampled_from(
    "직원은 부장은 3일 5일 10만원을 제3조제1항에 따라 별표 1의 휴가를 승인한다. 준다. "
    "다음 각 호와 같다. ㆍ · ( ) 없다. 있다. 2024. 3. 1. ① 1. 가. ㎡ A4".split(" ")
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
LINES = st.lists(
    st.tuples(st.sampled_from(["", "① ", "② ", "③ ", "1. ", "2. ", "가. "]), SENTENCES).map(
        "".join
    ),
    min_size=1,
    max_size=5,
).map("\n".join)
ARTICLES = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from(["(목적) ", "(휴가) ", " "]), LINES).map(
        lambda parts: f"제{parts[0]}조{parts[1]}{parts[2]}"
    ),
    min_size=2,
    max_size=7,
)
RULES = ARTICLES.map(lambda articles: "\n".join(["휴가규칙", *articles, "부칙", "시행한다."]))


@given(SENTENCES, SENTENCES)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_marked_words_and_the_rest_are_the_whole_text(old: str, new: str) -> None:
    left, right = marked(old, new)
    assert "".join(run.text for run in left) == old
    assert "".join(run.text for run in right) == new
    same = [form("".join(r.text for r in runs if r.mark is Mark.SAME)) for runs in (left, right)]
    assert same[0] == same[1]


@given(RULES, RULES)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_rows_of_an_article_are_its_text_on_both_sides(old: str, new: str) -> None:
    versions = version(old), version(new)
    found = compare(*versions)
    for change in found.changes:
        for side, sides in (
            (change.old, [row.old for row in change.rows]),
            (change.new, [row.new for row in change.rows]),
        ):
            assert "".join(each.text for each in sides if each) == (side.text if side else "")
        assert all(is_whole(row) for row in change.rows)
    assert _counted(found.changes, found.unchanged, versions)


def is_whole(row: Row) -> bool:
    """Whether what is not marked is the same on both sides."""
    if row.old is None or row.new is None:
        return True
    moved = row.kind in (Kind.MOVED, Kind.MOVED_CHANGED)
    left, right = (_unmarked(side, side.sign if moved else "") for side in (row.old, row.new))
    return left == right


def _unmarked(side: Side, sign: str) -> str:
    text = "".join(run.text for run in side.runs if run.mark is Mark.SAME)
    return form(text.replace(sign, "", 1))


def _counted(changes: tuple, unchanged: int, versions: tuple[Version, Version]) -> bool:  # type: ignore[type-arg]
    """Every article of both versions is in the table once, or counted as unchanged."""
    return all(
        unchanged + sum(bool(change.old if at == 0 else change.new) for change in changes)
        == len(units_of(each))
        for at, each in enumerate(versions)
    )


@given(RULES)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_a_rule_is_the_same_as_itself_whatever_the_blanks(rule: str) -> None:
    spaced = rule.replace("직원은 ", "직원은  ").replace("·", "ㆍ").replace("휴가를 ", "휴가를")
    found = compare(version(rule), version(spaced))
    assert found.changes == ()
    assert found.count(Kind.SAME) == len(units_of(version(rule)))


@given(RULES, RULES)
@settings(max_examples=20, deadline=None, derandomize=True)
def test_every_format_takes_every_comparison(old: str, new: str) -> None:
    found = compare(version(old), version(new))
    assert all(rendered(found, name) for name in FORMATS)


def test_the_small_rule_is_not_empty() -> None:
    """Guards the properties against passing over nothing."""
    assert len(units_of(version(LEAVE))) == 7
