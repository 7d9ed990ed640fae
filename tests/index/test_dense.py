"""The dense index: exact, and in cells that keep the exact nearest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from onprem_rag.index.dense import DenseIndex
from onprem_rag.index.embedder import Vectors

COUNT = 6_000
EXACT = 1 << 40
CELLS = 0  # numbers up to which the search is exact


def unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


def topics(count: int, seed: int) -> Vectors:
    """(count, 32) unit vectors in 60 clusters, the same ones whatever the seed."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((60, 32))
    noise = random.standard_normal((count, 32))
    return unit((centres[random.integers(0, 60, count)] + 0.7 * noise).astype(np.float32))


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return topics(COUNT, 1)


@pytest.fixture(scope="module")
def windows() -> npt.NDArray[np.int32]:
    return np.arange(COUNT, dtype=np.int32)


@pytest.fixture(scope="module", params=["exact", "cells", "exact, more", "cells, more"])
def index(
    request: pytest.FixtureRequest,
    vectors: Vectors,
    windows: npt.NDArray[np.int32],
    tmp_path_factory: pytest.TempPathFactory,
) -> DenseIndex:
    """Built, saved and opened."""
    folder = tmp_path_factory.mktemp("dense")
    exact = EXACT if request.param.startswith("exact") else CELLS
    if "more" not in request.param:
        DenseIndex.build(vectors, windows, exact).save(folder)
        return DenseIndex.open(folder)
    steps = [0, COUNT * 9 // 10, COUNT * 19 // 20, COUNT]
    for name in ("first", "second", "third"):
        (folder / name).mkdir()
    DenseIndex.build(vectors[: steps[1]], windows[: steps[1]], exact).save(folder / "first")
    for name, before, start, end in zip(
        ("second", "third"), ("first", "second"), steps[1:], steps[2:], strict=False
    ):
        more = DenseIndex.followed(folder / before, vectors[start:end], windows[:end])
        more.save(folder / name)
    return DenseIndex.open(folder / "third")


def recall(
    index: DenseIndex,
    vectors: Vectors,
    questions: Vectors,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> float:
    """The share of the exact nearest ten that ``index`` finds."""
    found = 0
    limit = None if allowed is None else index.limit(allowed)
    for question in questions:
        scores = vectors @ question
        if allowed is not None:
            scores[~allowed] = -2
        best = set(np.argsort(-scores)[:10].tolist())
        found += len(best & set(index.search(question, 10, limit)[0].tolist()))
    return found / (10 * len(questions))


def test_the_nearest_ten_are_found(index: DenseIndex, vectors: Vectors) -> None:
    assert recall(index, vectors, topics(200, 2)) >= 0.99


def test_cells_compare_only_a_part(vectors: Vectors, windows: npt.NDArray[np.int32]) -> None:
    cells = DenseIndex.build(vectors, windows, CELLS)
    questions = topics(200, 2)
    assert recall(cells, vectors, questions) >= 0.99
    # As many as were asked for come only where all are compared.
    assert len(cells.search(questions[0], COUNT)[0]) < COUNT
    exact = DenseIndex.build(vectors, windows, EXACT)
    assert len(exact.search(questions[0], COUNT)[0]) == COUNT


@pytest.mark.parametrize("share", [0.5, 0.05, 0.005])
def test_only_allowed_rows_are_found_and_the_nearest_of_them(
    index: DenseIndex, vectors: Vectors, share: float
) -> None:
    questions = topics(60, 3)
    anywhere = np.random.default_rng(4).random(COUNT) < share
    likeness = vectors @ questions[0]
    one_topic = likeness >= np.quantile(likeness, 1 - share)
    for allowed in (anywhere, one_topic):
        rows, _ = index.search(questions[1], 10, index.limit(allowed))
        assert len(rows) == 10
        assert allowed[rows].all()
        assert recall(index, vectors, questions, allowed) >= 0.99


def test_nothing_is_allowed(index: DenseIndex, vectors: Vectors) -> None:
    rows, cosines = index.search(vectors[0], 10, index.limit(np.zeros(COUNT, dtype=np.bool_)))
    assert (len(rows), len(cosines)) == (0, 0)


def test_cosines_are_true_and_in_order(index: DenseIndex, vectors: Vectors) -> None:
    question = topics(1, 5)[0]
    rows, cosines = index.search(question, 20)
    np.testing.assert_allclose(cosines, vectors[rows] @ question, atol=3e-4)  # half precision
    assert all(before >= after for before, after in pairwise(cosines.tolist()))
    assert index.search(vectors[77], 1)[0].tolist() == [77]


def test_windows_stand_for_their_passages(vectors: Vectors) -> None:
    windows = np.repeat(np.arange(COUNT // 3, dtype=np.int32), 3)
    for exact in (EXACT, CELLS):
        index = DenseIndex.build(vectors, windows, exact)
        assert [index.search(vectors[at], 1)[0].tolist() for at in (30, 31, 32, 33)] == [
            [10],
            [10],
            [10],
            [11],
        ]
        allowed = np.zeros(COUNT // 3, dtype=np.bool_)
        allowed[10] = True
        assert index.search(vectors[33], 10, index.limit(allowed))[0].tolist() == [10, 10, 10]


def test_repeated_passages_and_texts_without_words(windows: npt.NDArray[np.int32]) -> None:
    """A rule book has the same sentence a hundred times; an unknown text's vector is zero."""
    vectors = np.repeat(topics(COUNT // 100, 6), 100, axis=0)
    vectors[:300] = 0
    index = DenseIndex.build(vectors, windows, CELLS)
    rows, cosines = index.search(vectors[450], 100)
    assert sorted(rows.tolist()) == list(range(400, 500))
    np.testing.assert_allclose(cosines, 1.0, atol=1e-5)
    nothing = DenseIndex.build(np.zeros_like(vectors), windows, CELLS)
    assert nothing.search(vectors[450], 10)[1].tolist() == [0.0] * 10


@pytest.mark.parametrize("exact", [EXACT, CELLS])
def test_a_question_takes_one_core(exact: int) -> None:
    """FAISS starts no helpers for it, which would fight over the cores when many ask at once."""
    import faiss

    vectors = topics(20_000, 9)  # of fewer, it starts none anyway
    index = DenseIndex.build(vectors, np.arange(20_000, dtype=np.int32), exact)

    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    def ask() -> tuple[int, int, bool]:
        limit, before = faiss.omp_get_max_threads(), threads()
        index.search(vectors[0], 200)
        return before, threads(), faiss.omp_get_max_threads() == limit

    if not Path("/proc/self/task").is_dir():
        pytest.skip("threads are counted in /proc")
    with ThreadPoolExecutor(1) as fresh:
        before, after, as_it_was = fresh.submit(ask).result()
    assert after == before
    assert as_it_was


@pytest.mark.parametrize("count", [0, 1, 3])
def test_hardly_any_vectors(count: int, tmp_path: Path) -> None:
    DenseIndex.build(topics(count, 7), np.arange(count, dtype=np.int32)).save(tmp_path)
    index = DenseIndex.open(tmp_path)
    assert sorted(index.search(topics(1, 8)[0], 10)[0].tolist()) == list(range(count))


def test_building_twice_gives_the_same_file(
    vectors: Vectors, windows: npt.NDArray[np.int32], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        DenseIndex.build(vectors, windows, CELLS).save(tmp_path / name)
    one, two = ((tmp_path / name / "dense.faiss").read_bytes() for name in ("one", "two"))
    assert one == two


def test_cells_are_taken_over_and_still_find_the_nearest(
    vectors: Vectors, windows: npt.NDArray[np.int32], tmp_path: Path
) -> None:
    """The fifth that may change until they are learnt anew lies in new places."""
    DenseIndex.build(vectors, windows, CELLS).save(tmp_path)
    fresh = unit(np.random.default_rng(11).standard_normal((COUNT // 5, 32)).astype(np.float32))
    amended = np.concatenate([vectors[COUNT // 5 :], fresh])
    index = DenseIndex.build(amended, windows, CELLS, before=tmp_path)
    questions = np.concatenate([topics(160, 2), unit(fresh[:40] + 0.05)])
    assert recall(index, amended, questions) >= 0.98
    assert recall(index, amended, topics(200, 2)) >= 0.99
    same = DenseIndex.build(vectors, windows, CELLS, before=tmp_path)
    (tmp_path / "again").mkdir()
    same.save(tmp_path / "again")
    file = "dense.faiss"
    assert (tmp_path / "again" / file).read_bytes() == (tmp_path / file).read_bytes()


@pytest.mark.parametrize("before", ["nothing", "exact", "damaged", "fewer", "other size"])
def test_cells_that_do_not_fit_are_learnt_anew(
    before: str, vectors: Vectors, windows: npt.NDArray[np.int32], tmp_path: Path
) -> None:
    old = {"fewer": vectors[: COUNT // 8], "other size": vectors[:, :16].copy()}.get(
        before, vectors
    )
    if before != "nothing":
        exact = EXACT if before == "exact" else 0
        DenseIndex.build(old, windows[: len(old)], exact).save(tmp_path)
    if before == "damaged":
        (tmp_path / "dense.faiss").write_bytes(b"noise")
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    DenseIndex.build(vectors, windows, CELLS).save(tmp_path / "one")
    DenseIndex.build(vectors, windows, CELLS, before=tmp_path).save(tmp_path / "two")
    one, two = ((tmp_path / name / "dense.faiss").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("exact", [EXACT, CELLS])
def test_damage_is_noticed_on_opening(
    exact: int, vectors: Vectors, windows: npt.NDArray[np.int32], tmp_path: Path
) -> None:
    DenseIndex.build(vectors, windows, exact).save(tmp_path)
    whole = (tmp_path / "dense.faiss").read_bytes()
    for broken in (whole[: len(whole) // 2], b"\x80\x04noise" * 50, b""):
        (tmp_path / "dense.faiss").write_bytes(broken)
        with pytest.raises((OSError, ValueError, RuntimeError)):
            DenseIndex.open(tmp_path)
    (tmp_path / "dense.faiss").write_bytes(whole)
    np.save(tmp_path / "windows.npy", windows[:-1])
    with pytest.raises(ValueError, match=r"windows\.npy"):
        DenseIndex.open(tmp_path)
