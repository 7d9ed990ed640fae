"""Vectors from the cache: only what changed is encoded again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.split.marks import DELETED
from onprem_rag.config import load_config
from onprem_rag.index import building, generations
from onprem_rag.index.embedder import (
    Embedder,
    MorphemeEmbedder,
    SentenceTransformerEmbedder,
    Vectors,
)
from onprem_rag.index.generations import FORMAT, current_name
from onprem_rag.index.texts import key_of, keys_array
from onprem_rag.index.vectors import MOST_FILES, NOTHING, STEP, vectors_of, windows_of
from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.library.store import Library
from tests.conftest import shelf_of, text_of
from tests.ingest.holding import Desk, rule

TEXTS = [
    "출장자는 여비를 정산하여야 한다.",
    "육아휴직의 기간은 2년 이내로 한다.",
    "비밀번호는 90일마다 변경하여야 한다.",
    "숙소의 관리비는 입주자가 부담한다.",
]


class Remembering(MorphemeEmbedder):
    """The demo's embedder as a folder of one's own, with a list of what it encoded."""

    def __init__(self, folder: Path, fingerprint: str = "own:1", last: str = "") -> None:
        super().__init__(folder)
        self.fingerprint = fingerprint
        self.encoded: list[str] = []
        self._last = last  # the machine goes down before this text

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._last in texts:
            raise KeyboardInterrupt
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture(scope="session")
def folder(demo_home: Path) -> Path:
    """The embedder that the demo's index was built with."""
    index = load_config(demo_home).index_folder
    return index / str(current_name(index)) / "embedder"


def all_of(embedder: Embedder, texts: Sequence[str], cache: Path, *progress: Any) -> Vectors:
    """The vectors of ``texts``."""
    keys = [key_of(text) for text in texts]
    named = dict(zip(keys, texts, strict=True))
    return vectors_of(embedder, keys_array(keys), named, cache, *progress)


def test_each_passage_has_the_vector_of_its_words(demo_home: Path, folder: Path) -> None:
    config, embedder = load_config(demo_home), MorphemeEmbedder(folder)
    passages, _ = Library.open(config.library_url).indexed(shelf_of(demo_home).ids)
    (file,) = (config.index_folder / "vectors").iterdir()
    kept = {row["key"].item(): row["vector"] for row in np.load(file)}
    for passage in (one for one in passages if one.title != DELETED):
        parts = (passage.document, " ".join(passage.path), passage.text)
        words = [word for part in parts for word in content_morphemes(part)]
        vector = kept[key_of(text_of(passage))]
        np.testing.assert_allclose(vector, embedder.encode_words([words])[0], atol=1e-6)
        # Mecab finds much the same where the parts are one text.
        assert vector @ embedder.encode([text_of(passage)])[0] > 0.97


def test_another_analysis_finds_no_vectors_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    for n in (1, 2):
        desk.put(f"{n}.txt", rule(n, title=f"{n}층규정"))
    desk.add()
    cache = desk.config.index_folder / "vectors"
    (before,) = cache.iterdir()
    rows = np.load(before)
    right = rows["vector"].copy()
    rows["vector"] = np.eye(len(right[0]), dtype=np.float32)[0]  # as the analysis of before had it
    np.save(before, rows)
    for module in (building, generations):
        monkeypatch.setattr(module, "FORMAT", FORMAT + 1)
    desk.add()
    (after,) = set(cache.iterdir()) - {before}
    np.testing.assert_allclose(np.load(after)["vector"], right, atol=1e-6)


def encoded(
    folder: Path, cache: Path, texts: Sequence[str], fingerprint: str = "own:1"
) -> set[str]:
    """What is encoded for ``texts``; checks that all vectors are right."""
    embedder = Remembering(folder, fingerprint)
    vectors = all_of(embedder, texts, cache)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, MorphemeEmbedder(folder).encode(texts), atol=1e-6)
    assert len(embedder.encoded) == len(set(embedder.encoded))
    return set(embedder.encoded)


def test_only_new_texts_are_encoded(folder: Path, tmp_path: Path) -> None:
    assert encoded(folder, tmp_path, TEXTS) == set(TEXTS)
    assert encoded(folder, tmp_path, TEXTS) == set()
    changed = [TEXTS[3], "출장자는 여비를 7일 이내에 정산하여야 한다.", TEXTS[1]]
    assert encoded(folder, tmp_path, changed) == {changed[1]}


def test_texts_that_were_encoded_before_need_not_be_there(folder: Path, tmp_path: Path) -> None:
    encoded(folder, tmp_path, TEXTS)
    embedder = Remembering(folder)
    keys = keys_array([key_of(TEXTS[2]), NOTHING, key_of(TEXTS[0])])
    vectors = vectors_of(embedder, keys, {}, tmp_path)
    np.testing.assert_allclose(vectors[[0, 2]], embedder.encode([TEXTS[2], TEXTS[0]]), atol=1e-6)
    assert not vectors[1].any()
    with pytest.raises(KeyError):
        vectors_of(embedder, keys_array([key_of("숙소")]), {}, tmp_path)


def test_vectors_no_longer_used_are_dropped(folder: Path, tmp_path: Path) -> None:
    encoded(folder, tmp_path, TEXTS)
    (file,) = tmp_path.iterdir()
    size = file.stat().st_size
    assert encoded(folder, tmp_path, TEXTS[:2]) == set()
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_size < size
    assert encoded(folder, tmp_path, TEXTS) == set(TEXTS[2:])


def test_the_same_text_twice_is_encoded_once(folder: Path, tmp_path: Path) -> None:
    assert encoded(folder, tmp_path, [*TEXTS, *TEXTS[::-1]]) == set(TEXTS)
    assert encoded(folder, tmp_path, []) == set()


def test_the_two_embedders_used_last_keep_their_vectors(folder: Path, tmp_path: Path) -> None:
    """A model folder that is missing for one run must not cost hours."""
    assert encoded(folder, tmp_path, TEXTS, "own:1") == set(TEXTS)
    assert encoded(folder, tmp_path, TEXTS, "embedded:1") == set(TEXTS)
    assert encoded(folder, tmp_path, TEXTS, "own:1") == set()
    assert encoded(folder, tmp_path, TEXTS, "own:2") == set(TEXTS)
    assert len(list(tmp_path.iterdir())) == 2
    assert encoded(folder, tmp_path, TEXTS, "own:1") == set()
    assert encoded(folder, tmp_path, TEXTS, "embedded:1") == set(TEXTS)


def test_a_few_new_texts_leave_the_others_vectors_where_they_are(
    folder: Path, tmp_path: Path
) -> None:
    texts = [f"제{number}조 여비는 {number}만원으로 한다." for number in range(40)]
    encoded(folder, tmp_path, texts)
    (file,) = tmp_path.iterdir()
    number = file.stat().st_ino
    for at in range(MOST_FILES - 1):
        texts[at] = f"제{at}조 삭제"
        assert encoded(folder, tmp_path, texts) == {texts[at]}
        assert file.stat().st_ino == number
    texts[39] = "부칙"
    assert encoded(folder, tmp_path, texts) == {"부칙"}
    assert len(list(tmp_path.iterdir())) == 2  # the few are put together
    assert file.stat().st_ino == number
    assert encoded(folder, tmp_path, texts) == set()
    for at in range(12, 24):
        texts[at] = f"제{at}조 삭제"
        assert encoded(folder, tmp_path, texts) == {texts[at]}
    assert file.stat().st_ino != number  # rewritten at last, without what is not needed
    assert encoded(folder, tmp_path, texts) == set()


def test_texts_without_a_known_word_fill_no_disk(folder: Path, tmp_path: Path) -> None:
    for _ in range(3):
        assert encoded(folder, tmp_path, [*TEXTS, "※☎"]) >= {"※☎"}
    assert len(list(tmp_path.iterdir())) == 1


def test_what_was_encoded_before_a_crash_is_kept(folder: Path, tmp_path: Path) -> None:
    texts = [f"제{number}조 여비는 {number}만원으로 한다." for number in range(1, 3 * STEP)]
    texts.append("끝")  # the shortest, so that it is encoded last
    broken = Remembering(folder, last="끝")
    with pytest.raises(KeyboardInterrupt):
        all_of(broken, texts, tmp_path)
    assert len(broken.encoded) == 2 * STEP
    assert encoded(folder, tmp_path, texts) == set(texts) - set(broken.encoded)
    assert len(list(tmp_path.iterdir())) == 1


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _other_size(path: Path) -> None:
    np.save(path, np.zeros(4, dtype=[("key", "V16"), ("vector", "f4", (8,))]))


def _objects(path: Path) -> None:
    np.save(path, np.array([{"key": "value"}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize("damage", [_cut, _zeros, _other_size, _objects, Path.unlink])
def test_a_damaged_cache_is_made_anew(damage: object, folder: Path, tmp_path: Path) -> None:
    encoded(folder, tmp_path, TEXTS)
    (file,) = tmp_path.iterdir()
    assert callable(damage)
    damage(file)
    assert encoded(folder, tmp_path, TEXTS) == set(TEXTS)
    assert encoded(folder, tmp_path, TEXTS) == set()


def test_a_damaged_vector_is_encoded_again(folder: Path, tmp_path: Path) -> None:
    encoded(folder, tmp_path, TEXTS)
    (file,) = tmp_path.iterdir()
    rows = np.load(file)
    rows["vector"][1] *= 3
    rows["vector"][2, 0] = np.nan
    np.save(file, rows)
    assert len(encoded(folder, tmp_path, TEXTS)) == 2
    assert encoded(folder, tmp_path, TEXTS) == set()


def test_progress_counts_what_is_known_too(folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    texts = [f"{number}번째 규정" for number in range(STEP + 10)]
    all_of(Remembering(folder), texts[:5], tmp_path)
    all_of(Remembering(folder), texts, tmp_path, lambda *at: seen.append(at))
    assert seen == [(STEP + 5, STEP + 10), (STEP + 10, STEP + 10)]


def test_a_model_folder_fills_and_uses_the_cache(tiny_bert: Path, tmp_path: Path) -> None:
    model = SentenceTransformerEmbedder(tiny_bert)
    body = "출장 여비를 정산한다. 육아휴직 기간은 비밀번호 변경일로 한다. " * 60
    texts, rows = windows_of(model, [("출장", "여비"), ("휴직", body), ("", "숙소")])
    assert len(texts) == len(rows) > 5
    assert rows.dtype == np.int32
    assert (rows[0], rows[-1], set(rows[1:-1].tolist())) == (0, 2, {1})
    vectors = all_of(model, texts, tmp_path)
    np.testing.assert_allclose(vectors, model.encode(texts), atol=1e-5)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_ino
    assert np.array_equal(vectors, all_of(model, texts, tmp_path))
    assert file.stat().st_ino == written
