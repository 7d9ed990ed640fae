"""Texts that were analysed before: what is built from them is what a full analysis builds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onprem_rag.index import analysed
from onprem_rag.index.analysed import MOST_PARTS, AnalysedTexts
from onprem_rag.index.analysis import Analysis, analyse
from onprem_rag.index.texts import Texts
from onprem_rag.records import Passage
from tests.conftest import shelf_of

SIZE = 60
WORDS = "출장 여비 정산 육아휴직 기간 비밀번호 숙소 10일 제3조 ABC 漢字 ※".split()


@pytest.fixture(scope="module")
def passages(demo_home: Path) -> list[Passage]:
    return list(shelf_of(demo_home).passages(range(1, SIZE + 1)))


def titles(passages: Sequence[Passage]) -> list[str]:
    """What each passage is said to refer to: titles of the one before."""
    return ["", *(passage.title for passage in passages)][: len(passages)]


class Heard:
    """A progress report that remembers the last."""

    last = (0, 0)

    def __call__(self, stage: str, done: int, total: int) -> None:
        assert stage == "형태소 분석"
        assert self.last[0] <= done <= total
        self.last = (done, total)


def again(passages: Sequence[Passage], folder: Path, form: int = 1) -> tuple[Analysis, int]:
    """Analysed with what ``folder`` has, and how many texts it did not have."""
    heard = Heard()
    unknown: list[str] = []
    real = analysed.analysed

    def counted(texts: Sequence[str], *others: Any) -> Texts:
        unknown.extend(texts)
        return real(texts, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysed, "analysed", counted)
        found = analyse(passages, titles(passages), heard, AnalysedTexts(folder, form))
    assert heard.last[0] == heard.last[1]
    return found, len(unknown)


def scores(analysis: Analysis) -> dict[tuple[str, str], tuple[float, list[float]]]:
    """Weight of each term of each channel, and its score in every passage."""
    return {
        (name, term): (index.weight(term), index.scores(((term, 1.0),)).tolist())
        for name, index in analysis.channels.items()
        for term in index._terms
    }


def assert_as_new(found: Analysis, passages: Sequence[Passage]) -> None:
    """The same terms with the very same scores, and the same words in the same order."""
    new = analyse(passages, titles(passages), Heard())
    assert scores(found) == scores(new)
    assert found.words() == new.words()
    assert found.titles() == new.titles()


def amended(passage: Passage, words: Sequence[str]) -> Passage:
    return replace(passage, text=f"{passage.text} {' '.join(words)}")


EDITS: dict[str, Callable[[list[Passage], int, list[str]], list[Passage]]] = {
    "amend": lambda all_, at, words: [*all_[:at], amended(all_[at], words), *all_[at + 1 :]],
    "remove": lambda all_, at, words: all_[:at] + all_[at + 1 :],
    "add": lambda all_, at, words: [*all_, replace(all_[at], text=" ".join(words))],
    "to the end": lambda all_, at, words: [*all_[:at], *all_[at + 1 :], all_[at]],
    "retitle": lambda all_, at, words: [*all_[:at], replace(all_[at], title="".join(words))],
    "rename": lambda all_, at, words: [
        replace(one, document=" ".join(words)) if one.document == all_[at].document else one
        for one in all_
    ],
}
EDIT = st.tuples(
    st.sampled_from(sorted(EDITS)),
    st.integers(0, SIZE),
    st.lists(st.sampled_from(WORDS), max_size=4),
)


@given(rounds=st.lists(st.lists(EDIT, max_size=4), min_size=1, max_size=3))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_any_edits_it_is_what_a_full_analysis_gives(
    rounds: list[list[tuple[str, int, list[str]]]],
    passages: list[Passage],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("analysis")
    again(passages, folder)
    now = list(passages)
    for edits in rounds:
        for kind, at, words in edits:
            now = EDITS[kind](now, at % len(now), words) if now else list(passages)
        assert_as_new(again(now, folder)[0], now)
        assert again(now, folder)[1] == 0


def test_only_changed_texts_are_analysed(passages: list[Passage], tmp_path: Path) -> None:
    assert again(passages, tmp_path)[1] > SIZE
    moved = [replace(passage, id=passage.id + 1000) for passage in passages[::-1]]
    assert again(moved, tmp_path)[1] == 0
    changed = [amended(passages[0], ["신설"]), *passages[1:]]
    found, unknown = again(changed, tmp_path)
    assert unknown == 1
    assert_as_new(found, changed)


def test_parts_are_put_together_and_forget_what_nobody_needs(
    passages: list[Passage], tmp_path: Path
) -> None:
    now = list(passages)
    for number in range(MOST_PARTS + 2):
        now[number] = amended(now[number], [f"개정{number}"])
        found, _ = again(now, tmp_path)
        assert len(list(tmp_path.iterdir())) <= MOST_PARTS
    assert_as_new(found, now)
    assert again(now[:10], tmp_path)[1] == 0
    assert again(now, tmp_path)[1] > 0  # most of it had been dropped
    assert again([], tmp_path)[1] == 0


FILES = [
    *("digest.txt", "keys.npy", "words.npy", "mecab-sizes.npy", "mecab-terms.npy", "mecab.txt"),
    *("bigram-sizes.npy", "bigram-terms.npy", "bigram.txt"),
]


@pytest.fixture(scope="module")
def part(passages: list[Passage], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    again(passages[:5], folder)
    return folder


@pytest.mark.parametrize("damage", ["gone", "cut", "a bit turned"])
@pytest.mark.parametrize("name", FILES)
def test_what_is_damaged_is_analysed_anew(
    name: str, damage: str, part: Path, passages: list[Passage], tmp_path: Path
) -> None:
    shutil.copytree(part, tmp_path / "kept")
    (folder,) = (tmp_path / "kept").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).unlink()
    if damage != "gone":
        (folder / name).write_bytes(data[: len(data) // 2] if damage == "cut" else data)
    found, unknown = again(passages[:5], tmp_path / "kept")
    assert unknown > 5
    assert_as_new(found, passages[:5])
    assert again(passages[:5], tmp_path / "kept")[1] == 0
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_another_form_of_analysis_is_another_one(
    part: Path, passages: list[Passage], tmp_path: Path
) -> None:
    shutil.copytree(part, tmp_path / "kept")
    assert again(passages[:5], tmp_path / "kept")[1] == 0
    assert again(passages[:5], tmp_path / "kept", form=2)[1] > 5


def test_nothing_kept_is_pickled(part: Path) -> None:
    for path in part.rglob("*.npy"):
        assert np.load(path, allow_pickle=False).dtype != object
