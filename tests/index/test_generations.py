"""Generations: what built them, what they refuse, and damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import Config, load_config
from onprem_rag.errors import IndexMismatchError
from onprem_rag.index.generations import FORMAT, current_name, open_current, read_manifest
from tests.conftest import quiet

RULE = """숙소관리지침

제1조(목적) 이 지침은 직원 숙소의 관리에 필요한 사항을 정한다.

제2조(퇴거) 입주자는 전보된 날부터 30일 이내에 숙소에서 퇴거하여야 한다.

제3조(비용) 관리비는 입주자가 부담한다.

부칙

제1조(시행일) 이 지침은 공포한 날부터 시행한다.
"""
REMEDY = r"\n→ .*'ingest add'를 다시 실행해"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one rule, and the rule's file beside it."""
    folder = tmp_path_factory.mktemp("generations")
    (folder / "숙소관리지침.txt").write_text(RULE, encoding="utf-8")
    add(load_config(folder / "home"), [folder / "숙소관리지침.txt"], quiet)
    return folder


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A home of one's own, as it was built, and the same file beside it."""
    shutil.copytree(built / "home", tmp_path / "home")
    (tmp_path / "숙소관리지침.txt").symlink_to(built / "숙소관리지침.txt")
    return tmp_path


def settings(folder: Path, embedder: str) -> None:
    (folder / "home" / "config.toml").write_text(
        f'[models]\nembedder = "{embedder}"\n', encoding="utf-8"
    )


def best(folder: Path, question: str) -> str:
    return Chatbot.open(load_config(folder / "home")).search(question, 1)[0].passage.text


def test_the_manifest_says_what_built_it(built: Path) -> None:
    index = built / "home" / "index"
    assert current_name(index) == "g000001"
    manifest = read_manifest(index / "g000001")
    assert (manifest.format, manifest.generation, manifest.revision) == (FORMAT, 1, 1)
    assert (manifest.passages, manifest.embedder) == (4, "embedded")


def test_a_configured_sentence_transformer_is_used(folder: Path, tiny_bert: Path) -> None:
    shutil.copytree(tiny_bert, folder / "home" / "models" / "작은-bert")
    settings(folder, "models/작은-bert")
    config = load_config(folder / "home")
    with pytest.raises(IndexMismatchError, match=r"임베더\(embedded\)가 지금 설정.*\n→ 설정을"):
        Chatbot.open(config)
    (outcome,) = add(config, [folder / "숙소관리지침.txt"], quiet).files
    assert outcome.status == "unchanged"
    generation = open_current(config.index_folder, config.embedder_folder)
    assert generation.manifest.generation == 2
    assert generation.manifest.embedder.startswith("작은-bert:")
    assert generation.embedder.encode(["가"]).shape == (1, 32)
    assert not (config.index_folder / "g000002" / "embedder").exists()
    assert "30일 이내" in best(folder, "숙소에서 언제 퇴거하나요?")
    scores = dict(Chatbot.open(config).search("퇴거", 1)[0].channels)
    assert 0 < scores["dense"] <= 1


def test_another_embedder_than_the_one_that_built_is_refused(folder: Path, tiny_bert: Path) -> None:
    model = folder / "home" / "models" / "작은-bert"
    shutil.copytree(tiny_bert, model)
    settings(folder, "models/작은-bert")
    add(load_config(folder / "home"), [folder / "숙소관리지침.txt"], quiet)
    (folder / "home" / "config.toml").unlink()
    with pytest.raises(IndexMismatchError, match=r"작은-bert:\w+\)가 지금 설정\(embedded\)과"):
        Chatbot.open(load_config(folder / "home"))
    # The same name over other weights is another embedder.
    settings(folder, "models/작은-bert")
    Chatbot.open(load_config(folder / "home"))
    weights = model / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 0xFF
    weights.write_bytes(bytes(data))
    with pytest.raises(IndexMismatchError, match=f"{REMEDY} 색인을 새로"):
        Chatbot.open(load_config(folder / "home"))


def test_no_index_yet(tmp_path: Path) -> None:
    with pytest.raises(IndexMismatchError, match=r"아직 색인이 없습니다: .*\n→ 먼저 'ingest add"):
        open_current(tmp_path, None)


def _edit(**values: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return edit


def _cut(name: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return cut


def _noise(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"\x80\x04noise" * 50) and None


def _empty(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(b"") and None


def _shorter(*names: str) -> Callable[[Path], None]:
    """Whole files, but of one row less."""

    def shorten(folder: Path) -> None:
        for name in names:
            np.save(folder / name, np.load(folder / name)[:-1])

    return shorten


def _gone(name: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove


DAMAGE = {
    "format of another version": (_edit(format=FORMAT + 1), "다른 버전의 프로그램으로"),
    "manifest with an unknown key": (_edit(colour="blue"), "색인이 손상되었습니다"),
    "manifest cut": (_cut("manifest.json"), "색인이 손상되었습니다"),
    "manifest gone": (_gone("manifest.json"), "색인이 손상되었습니다"),
    "passages cut": (_cut("passages.npy"), "색인이 손상되었습니다"),
    "passages noise": (_noise("passages.npy"), "색인이 손상되었습니다"),
    "passages empty": (_empty("passages.npy"), "색인이 손상되었습니다"),
    "documents noise": (_noise("documents.npy"), "색인이 손상되었습니다"),
    "priors shorter": (_shorter("priors.npy"), "색인이 손상되었습니다"),
    "priors gone": (_gone("priors.npy"), "색인이 손상되었습니다"),
    "vectors cut": (_cut("dense.faiss"), "색인이 손상되었습니다"),
    "vectors noise": (_noise("dense.faiss"), "색인이 손상되었습니다"),
    "vectors gone": (_gone("dense.faiss"), "색인이 손상되었습니다"),
    "windows cut": (_cut("windows.npy"), "색인이 손상되었습니다"),
    "windows gone": (_gone("windows.npy"), "색인이 손상되었습니다"),
    "frequencies cut": (_cut("mecab/frequencies.npy"), "색인이 손상되었습니다"),
    "frequencies shorter": (_shorter("bigram/frequencies.npy"), "색인이 손상되었습니다"),
    "starts cut": (_cut("mecab/starts.npy"), "색인이 손상되었습니다"),
    "starts shorter": (_shorter("mecab/starts.npy"), "색인이 손상되었습니다"),
    "postings cut": (_cut("mecab/rows.npy"), "색인이 손상되었습니다"),
    "postings shorter": (_shorter("mecab/rows.npy", "mecab/scores.npy"), "색인이 손상되었습니다"),
    "postings noise": (_noise("bigram/rows.npy"), "색인이 손상되었습니다"),
    "scores empty": (_empty("bigram/scores.npy"), "색인이 손상되었습니다"),
    "scores gone": (_gone("bigram/scores.npy"), "색인이 손상되었습니다"),
    "vocabulary cut": (_cut("mecab/terms.txt"), "색인이 손상되었습니다"),
    "vocabulary noise": (_noise("bigram/terms.txt"), "색인이 손상되었습니다"),
    "vocabulary gone": (_gone("bigram/terms.txt"), "색인이 손상되었습니다"),
    "channel gone": (_gone("mecab"), "색인이 손상되었습니다"),
    "embedder cut": (_cut("embedder/model.safetensors"), "내장 임베더가 손상되었습니다"),
    "embedder noise": (_noise("embedder/tokenizer.json"), "내장 임베더가 손상되었습니다"),
    "embedder gone": (_gone("embedder/model.safetensors"), "내장 임베더가 손상되었습니다"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_told_with_its_remedy_and_mended_by_it(case: str, folder: Path) -> None:
    damage, reason = DAMAGE[case]
    config = load_config(folder / "home")
    damage(config.index_folder / "g000001")
    with pytest.raises(IndexMismatchError, match=rf"{reason}[^\n]*{REMEDY}"):
        Chatbot.open(config)
    (outcome,) = add(config, [folder / "숙소관리지침.txt"], quiet).files
    assert outcome.status == "unchanged"
    assert current_name(config.index_folder) == "g000002"
    assert "30일 이내" in best(folder, "숙소에서 언제 퇴거하나요?")


def test_a_build_that_failed_does_not_push_out_the_one_that_is_still_served(folder: Path) -> None:
    config = load_config(folder / "home")
    (config.index_folder / "g000002").mkdir()  # a crash left it half built
    (folder / "보안지침.txt").write_text("제1조(목적) 비밀번호를 바꾼다.", encoding="utf-8")
    add(config, [folder / "보안지침.txt"], quiet)
    names = {path.name for path in config.index_folder.glob("g*")}
    assert names == {"g000001", "g000003"}
    assert current_name(config.index_folder) == "g000003"


def test_the_analysis_is_one_stage_from_start_to_end(tmp_path: Path) -> None:
    (tmp_path / "숙소관리지침.txt").write_text(RULE, encoding="utf-8")
    told: list[tuple[int, int]] = []

    def listen(stage: str, done: int, total: int) -> None:
        if stage == "형태소 분석":
            told.append((done, total))

    add(load_config(tmp_path / "home"), [tmp_path / "숙소관리지침.txt"], listen)
    assert told == sorted(set(told))
    assert {total for _, total in told} == {told[-1][0]}


def home_on(folder: Path, server: Path | None) -> Config:
    """The home with its index on the Milvus Lite ``server``, or in files."""
    uri = "" if server is None else server
    (folder / "home" / "config.toml").write_text(f'[index]\nuri = "{uri}"\n', encoding="utf-8")
    return load_config(folder / "home")


def collections_on(server: Path) -> set[str]:
    from pymilvus import MilvusClient

    client = MilvusClient(str(server))
    try:
        return set(client.list_collections())
    finally:
        client.close()


def test_an_index_that_moves_is_told_built_anew_and_leaves_nothing(folder: Path) -> None:
    """Files, server, files, files, files, server: what it held first is dropped on the return."""
    moved = r"^\[index\] uri가 색인을 만든 때와 다릅니다\.\n→ 'ingest add'를 다시 실행하거나 uri를"
    server, rule = folder / "server.db", folder / "숙소관리지침.txt"
    for number, place in enumerate((server, None), start=2):
        config = home_on(folder, place)
        with pytest.raises(IndexMismatchError, match=moved):
            Chatbot.open(config)
        assert add(config, [rule], quiet).generation == f"g{number:06d}"
        assert "30일 이내" in best(folder, "숙소에서 언제 퇴거하나요?")
    first = collections_on(server)
    assert len(first) == 2
    rule.unlink()
    for number, text in enumerate((RULE + "\n", RULE + "\n\n"), start=4):
        rule.write_text(text, encoding="utf-8")
        assert add(home_on(folder, None), [rule], quiet).generation == f"g{number:06d}"
    index = folder / "home" / "index"
    kept = {path.name for path in index.glob("g*")}
    assert kept == {"g000002", "g000004", "g000005"}  # the first alone knows its collections
    assert collections_on(server) == first
    assert add(home_on(folder, server), [rule], quiet).generation == "g000006"
    assert {path.name for path in index.glob("g*")} == {"g000005", "g000006"}
    assert len(collections_on(server)) == 2
    assert collections_on(server).isdisjoint(first)


def test_a_pointer_of_noise(folder: Path) -> None:
    config = load_config(folder / "home")
    (config.index_folder / "CURRENT").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndexMismatchError, match=f"색인이 손상되었습니다.*{REMEDY}"):
        Chatbot.open(config)
