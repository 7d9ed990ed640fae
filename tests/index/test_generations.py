"""Generations: what built them, what they refuse, and damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as runs
from hypothesis import strategies as st

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import Config, load_config
from onprem_rag.errors import IndexMismatchError
from onprem_rag.index import analysed
from onprem_rag.index.building import Titled, build, opened
from onprem_rag.index.generations import (
    FORMAT,
    Generation,
    current_name,
    keep_only,
    kept,
    open_current,
    read_manifest,
    switch,
)
from onprem_rag.index.interface import Found, Query
from onprem_rag.index.rows import Rows
from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.records import Passage
from tests.conftest import quiet, shelf_of, source_of

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
    """A home of one's own, as it was built from the file in ``built``."""
    shutil.copytree(built / "home", tmp_path / "home")
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
    assert (manifest.passages, manifest.embedder, manifest.trained) == (4, "embedded", 4)
    assert manifest.vectors.startswith("embedded:")


def test_a_configured_sentence_transformer_is_used(
    built: Path, folder: Path, tiny_bert: Path
) -> None:
    shutil.copytree(tiny_bert, folder / "home" / "models" / "작은-bert")
    settings(folder, "models/작은-bert")
    config = load_config(folder / "home")
    with pytest.raises(IndexMismatchError, match=r"임베더\(embedded\)가 지금 설정.*\n→ 설정을"):
        Chatbot.open(config)
    (outcome,) = add(config, [built / "숙소관리지침.txt"], quiet).files
    assert outcome.status == "unchanged"
    generation = open_current(config.index_folder, config.embedder_folder)
    assert generation.manifest.generation == 2
    assert generation.manifest.embedder.startswith("작은-bert:")
    assert generation.embedder.encode(["가"]).shape == (1, 32)
    assert not (config.index_folder / "g000002" / "embedder").exists()
    assert "30일 이내" in best(folder, "숙소에서 언제 퇴거하나요?")
    scores = dict(Chatbot.open(config).search("퇴거", 1)[0].channels)
    assert 0 < scores["dense"] <= 1


def test_the_gate_compares_with_what_the_embedder_before_found(
    built: Path, folder: Path, tiny_bert: Path
) -> None:
    shutil.copytree(tiny_bert, folder / "home" / "models" / "작은-bert")
    asked = {"question": "언제 퇴거하나요?", "document": "숙소관리지침", "article": "제2조"}
    (folder / "질문.jsonl").write_text(json.dumps(asked), encoding="utf-8")
    told = []
    for embedder in ("models/작은-bert", ""):  # there, and back to the embedded one
        settings(folder, embedder)
        with (folder / "home" / "config.toml").open("a", encoding="utf-8") as file:
            file.write('[gate]\nquestions = "../질문.jsonl"\nmargin = 0.99\n')
        outcome = add(load_config(folder / "home"), [built / "숙소관리지침.txt"], quiet)
        told.append((outcome.generation, outcome.refused, "비교한 질문 1개" in outcome.gate))
    assert told == [("g000002", False, True), ("g000003", False, True)]


def test_another_embedder_than_the_one_that_built_is_refused(
    built: Path, folder: Path, tiny_bert: Path
) -> None:
    model = folder / "home" / "models" / "작은-bert"
    shutil.copytree(tiny_bert, model)
    settings(folder, "models/작은-bert")
    add(load_config(folder / "home"), [built / "숙소관리지침.txt"], quiet)
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
def test_damage_is_told_with_its_remedy_and_mended_by_it(
    case: str, built: Path, folder: Path
) -> None:
    damage, reason = DAMAGE[case]
    config = load_config(folder / "home")
    damage(config.index_folder / "g000001")
    with pytest.raises(IndexMismatchError, match=rf"{reason}[^\n]*{REMEDY}"):
        Chatbot.open(config)
    (outcome,) = add(config, [built / "숙소관리지침.txt"], quiet).files
    assert outcome.status == "unchanged"
    assert current_name(config.index_folder) == "g000002"
    assert "30일 이내" in best(folder, "숙소에서 언제 퇴거하나요?")


def test_a_build_that_failed_does_not_push_out_the_one_that_is_still_served(folder: Path) -> None:
    config = load_config(folder / "home")
    (config.index_folder / "g000002").mkdir()  # a crash left it half built
    (folder / "보안지침.txt").write_text("제1조(목적) 비밀번호를 바꾼다.", encoding="utf-8")
    add(config, [folder / "보안지침.txt"], quiet)
    names = {path.name for path in config.index_folder.glob("g*")}
    assert names == {"g000001", "g000002"}
    assert current_name(config.index_folder) == "g000002"


def test_the_analysis_is_one_stage_from_start_to_end(tmp_path: Path) -> None:
    (tmp_path / "숙소관리지침.txt").write_text(RULE, encoding="utf-8")
    told: list[tuple[int, int]] = []

    def listen(stage: str, done: int, total: int, passages: int | None = None) -> None:
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


def test_an_index_that_moves_is_told_built_anew_and_leaves_nothing(
    built: Path, folder: Path
) -> None:
    """Files, server, files, files, files, server: what it held first is dropped on the return."""
    moved = r"^\[index\] uri가 색인을 만든 때와 다릅니다\.\n→ 'ingest add'를 다시 실행하거나 uri를"
    server, rule = folder / "server.db", built / "숙소관리지침.txt"
    for number, place in enumerate((server, None), start=2):
        config = home_on(folder, place)
        with pytest.raises(IndexMismatchError, match=moved):
            Chatbot.open(config)
        assert add(config, [rule], quiet).generation == f"g{number:06d}"
        assert "30일 이내" in best(folder, "숙소에서 언제 퇴거하나요?")
    first = collections_on(server)
    assert len(first) == 2
    rule = folder / "숙소관리지침.txt"
    for number, text in enumerate((RULE + "\n", RULE + "\n\n"), start=4):
        rule.write_text(text, encoding="utf-8")
        assert add(home_on(folder, None), [rule], quiet).generation == f"g{number:06d}"
    index = folder / "home" / "index"
    left = {path.name for path in index.glob("g*")}
    # The last three, and the one that alone knows its collections.
    assert left == {"g000002", "g000003", "g000004", "g000005"}
    assert collections_on(server) == first
    assert add(home_on(folder, server), [rule], quiet).generation == "g000006"
    assert {path.name for path in index.glob("g*")} == {"g000004", "g000005", "g000006"}
    assert len(collections_on(server)) == 2
    assert collections_on(server).isdisjoint(first)


def test_a_pointer_of_noise(folder: Path) -> None:
    config = load_config(folder / "home")
    (config.index_folder / "CURRENT").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(IndexMismatchError, match=f"색인이 손상되었습니다.*{REMEDY}"):
        Chatbot.open(config)


SIZE = 100


@pytest.fixture(scope="module")
def passages(demo_home: Path) -> list[Passage]:
    return list(shelf_of(demo_home).passages(range(1, SIZE + 1)))


def grown(index: Path, passages: Sequence[Passage], embedder: Path | None = None) -> Path:
    """The next generation of these passages, live."""
    source = source_of(passages, [passage.title for passage in passages])
    name = build(opened(index, embedder), source, 1, quiet)
    switch(index, name)
    return index / name


def amended(passages: Sequence[Passage], count: int) -> list[Passage]:
    """The first ``count`` under new ids and with other texts, at the end as ingest has them."""
    new = [
        replace(p, id=p.id + SIZE, text=f"{p.text} 이를 {at}일 이내에 신고한다.")
        for at, p in enumerate(passages[:count])
    ]
    return [*passages[count:], *new]


def found(index: Path, question: str) -> list[Found]:
    return found_in(open_current(index, None), question)


def found_in(generation: Generation, question: str) -> list[Found]:
    query = Query(
        {"mecab": tuple((word, 1.0) for word in content_morphemes(question))},
        generation.embedder.encode([question])[0],
    )
    return list(generation.index.search(query, {"mecab": 1, "bigram": 1, "dense": 1}, SIZE))


QUESTIONS = ("출장 여비는 언제까지 정산하나요?", "7일 이내에 신고", "비밀번호", "휴가", "삭제된 것")
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["amend", "remove", "refer", "add", "add"]), st.integers(0, SIZE - 1)
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def one_each(
    passages: list[Passage], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[int, tuple[Passage, str]]]:
    """An index whose every passage is a document, so that some stay and some go; its passages."""
    held = {p.id: (replace(p, document_id=p.id), p.title) for p in passages}
    index = tmp_path_factory.mktemp("rows") / "index"
    grown_from(index, held)
    return index, held


@given(rounds=st.lists(EDITS, min_size=1, max_size=3))
@runs(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_taken_over_is_what_a_full_build_makes(
    rounds: list[list[tuple[str, int]]],
    one_each: tuple[Path, dict[int, tuple[Passage, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Rows of documents that stay are as if they had been made again; none of theirs is read."""
    index, full = (tmp_path_factory.mktemp("rows") / name for name in ("index", "full"))
    first, now = one_each[0], dict(one_each[1])
    shutil.copytree(first, index)
    for edits in rounds:
        before = dict(now)
        for kind, at in edits:
            number = sorted(now)[at % len(now)]
            passage, titles = now.pop(number)
            new = max(before) + max(now) + 1
            if kind == "add":
                now[number] = passage, titles
            if kind in ("amend", "add"):
                text = f"{passage.text} 이를 {at}일 이내에 신고한다."
                now[new] = replace(passage, id=new, document_id=new, text=text), titles
            elif kind == "refer":
                now[number] = passage, f"{titles} 여비의 정산"
        shutil.rmtree(full, ignore_errors=True)
        shutil.copytree(index, full)
        shutil.rmtree(full / "vectors")  # without them nothing but what is learnt is taken over
        taken = grown_from(index, now)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Rows, "_can_be_followed", lambda *_: False)
            made = grown_from(full, now)
        assert made == now.keys()
        fits = (index / current_name(index) / "learnt.npy").stat().st_nlink > 1
        changed = {number for number in now if now[number] != before.get(number)}
        assert taken == (changed if fits else now.keys())
        one, other = (open_current(at, None) for at in (index, full))
        for question in QUESTIONS:
            assert found_in(one, question) == found_in(other, question)
            for channel in ("mecab", "bigram"):
                for word in content_morphemes(question):
                    counts = (at.index.frequency(channel, word) for at in (one, other))
                    assert len(set(counts)) == 1


def grown_from(index: Path, held: dict[int, tuple[Passage, str]]) -> set[int]:
    """Make a generation of these passages live; returns which documents were read for it."""
    source = source_of(*(list(column) for column in zip(*held.values(), strict=True)))
    chosen: set[int] = set()

    def read(documents: Collection[int]) -> Titled:
        chosen.update(documents)
        return source.read(documents)

    switch(index, build(opened(index, None), replace(source, read=read), 1, quiet))
    return chosen


def test_large_files_stay_until_much_has_come_beside_them(
    passages: list[Passage], tmp_path: Path
) -> None:
    def files(folder: Path) -> list[int]:
        large = ("dense.faiss", "mecab/rows.npy", "bigram/scores.npy", "bigram/terms.txt")
        return [(folder / name).stat().st_ino for name in large]

    held = [replace(p, document_id=p.id) for p in passages[:48]]
    first = files(grown(tmp_path, held[:42]))
    assert files(grown(tmp_path, held[:44])) == first
    assert files(grown(tmp_path, held[:46])) == first
    question = held[45].text[:40]
    assert found(tmp_path, question)[0].passage_id == held[45].id
    assert len(found(tmp_path, question)) == 46
    assert set(files(grown(tmp_path, held))).isdisjoint(first)  # more than one in ten
    last = files(grown(tmp_path, held[1:]))
    folder = grown(tmp_path, held[2:])
    assert files(folder) == last
    assert read_manifest(folder).passages == 46
    assert {one.passage_id for one in found(tmp_path, held[0].text[:40])} == {
        p.id for p in held[2:]
    }
    assert set(files(grown(tmp_path, held[6:]))).isdisjoint(last)


@pytest.mark.parametrize("damage", [_gone, _cut, _noise])
@pytest.mark.parametrize("name", ["imprints.npy", "bodies.npy", "encoded.npy", "learnt.npy"])
def test_what_only_the_next_build_reads_may_be_damaged(
    name: str,
    damage: Callable[[str], Callable[[Path], None]],
    passages: list[Passage],
    tmp_path: Path,
) -> None:
    damage(name)(grown(tmp_path, passages[:20]))
    folder = grown(tmp_path, passages[:22])
    assert read_manifest(folder).passages == 22
    assert all((folder / one).exists() for one in ("imprints.npy", "bodies.npy", "encoded.npy"))
    assert found(tmp_path, passages[20].title) != []


def test_the_embedder_stays_the_same_file_while_texts_change_little(
    passages: list[Passage], tmp_path: Path
) -> None:
    first = grown(tmp_path, passages)
    second = grown(tmp_path, amended(passages, 8))
    weights = "embedder/model.safetensors"
    assert (second / weights).stat().st_ino == (first / weights).stat().st_ino
    assert read_manifest(second).vectors == read_manifest(first).vectors


def test_the_embedder_is_trained_anew_when_the_texts_are_quite_others(
    passages: list[Passage], tmp_path: Path
) -> None:
    first = read_manifest(grown(tmp_path, passages))
    now = amended(passages, SIZE // 20)  # a twentieth new and as much gone
    second = read_manifest(grown(tmp_path, now))
    third = read_manifest(grown(tmp_path, amended(now, SIZE // 10)))
    assert first.vectors == second.vectors != third.vectors
    assert (first.trained, third.trained) == (SIZE, SIZE)
    fourth = read_manifest(grown(tmp_path, passages[: SIZE // 2]))
    assert (fourth.passages, fourth.trained) == (SIZE // 2, SIZE // 2)
    assert found(tmp_path, passages[0].title) != []


@pytest.mark.parametrize("file", ["tokenizer.json", "model.safetensors"])
def test_a_damaged_embedder_is_not_taken_over(
    file: str, passages: list[Passage], tmp_path: Path
) -> None:
    folder = grown(tmp_path, passages[:20])
    sound = read_manifest(folder)
    data = bytearray((folder / "embedder" / file).read_bytes())
    data[-2] ^= 1
    (folder / "embedder" / file).write_bytes(data)
    with pytest.raises(IndexMismatchError, match=REMEDY):
        open_current(tmp_path, None)
    mended = grown(tmp_path, passages[:20])
    assert read_manifest(mended).vectors == sound.vectors  # the same training
    assert open_current(tmp_path, None).manifest.generation == 2


def test_a_loaded_embedder_goes_on_with_the_next_generation(
    passages: list[Passage], tmp_path: Path
) -> None:
    grown(tmp_path, passages[:20])
    first = open_current(tmp_path, None)
    grown(tmp_path, [replace(passages[0], title="다른 제목"), *passages[1:20]])
    assert open_current(tmp_path, None, first.embedder).embedder is first.embedder
    grown(tmp_path, passages[50:])
    assert open_current(tmp_path, None, first.embedder).embedder is not first.embedder


def test_generations_to_keep_are_kept_and_can_be_live_again(
    passages: list[Passage], tmp_path: Path
) -> None:
    names = [grown(tmp_path, passages[: 5 + at]).name for at in range(2)]
    names.append(build(opened(tmp_path, None), source_of(passages[:8], [""] * 8), 1, quiet))
    assert [one.generation for one in kept(tmp_path)] == [1, 2, 3]
    switch(tmp_path, names[2])
    assert [one.passages for one in kept(tmp_path)] == [5, 6, 8]
    switch(tmp_path, names[0])
    assert open_current(tmp_path, None).manifest.passages == 5
    keep_only(tmp_path, names[:2])
    assert [one.passages for one in kept(tmp_path)] == [5, 6]
    for wrong in ("g000003", "g000009", "vectors"):
        with pytest.raises(IndexMismatchError, match=REMEDY):
            switch(tmp_path, wrong)
    assert current_name(tmp_path) == names[0]
    assert kept(tmp_path / "nowhere") == []


def test_a_name_is_not_given_again_to_another_index(
    passages: list[Passage], tmp_path: Path
) -> None:
    source = source_of(passages[:5], [""] * 5)
    assert build(opened(tmp_path, None), source, 1, quiet, least=4) == "g000004"
    assert build(opened(tmp_path, None), source, 1, quiet, least=2) == "g000005"
    switch(tmp_path, "g000005")
    shutil.rmtree(tmp_path / "g000005")  # CURRENT still names it
    assert build(opened(tmp_path, None), source, 1, quiet) == "g000006"


def test_what_a_killed_build_has_left_is_gone_after_the_next(
    passages: list[Passage], tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    def kill(stage: str, done: int, total: int) -> None:
        if stage == "벡터 계산":
            raise Killed

    first = grown(tmp_path, passages[:20])
    with pytest.raises(Killed):
        build(opened(tmp_path, None), source_of(passages[:30], [""] * 30), 1, kill)
    assert {path.name for path in tmp_path.glob("g*")} == {"g000001", "g000002"}
    assert [one.generation for one in kept(tmp_path)] == [1]
    assert current_name(tmp_path) == first.name
    name = build(opened(tmp_path, None), source_of(passages[:30], [""] * 30), 1, quiet)
    assert {path.name for path in tmp_path.glob("g*")} == {"g000001", name}


def _out_of_range(folder: Path) -> None:
    rows = np.load(folder / "mecab" / "rows.npy")
    rows[0] = 10**6
    np.save(folder / "mecab" / "rows.npy", rows)


def _forgotten(folder: Path) -> None:
    scores = np.load(folder / "bigram" / "scores.npy")
    np.save(folder / "bigram" / "scores.npy", np.zeros_like(scores))


@pytest.mark.parametrize("damage", [_out_of_range, _forgotten])
def test_damage_that_nobody_has_noticed_is_not_taken_over(
    damage: Callable[[Path], None], passages: list[Passage], tmp_path: Path
) -> None:
    damage(grown(tmp_path / "damaged", passages[:20]))
    grown(tmp_path / "damaged", passages[:22])
    grown(tmp_path / "sound", passages[:22])
    for question in QUESTIONS:
        assert found(tmp_path / "damaged", question) == found(tmp_path / "sound", question)


def test_with_another_dictionary_nothing_is_taken_over(
    passages: list[Passage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = grown(tmp_path, passages[:20])
    monkeypatch.setattr(analysed, "version", lambda package: "99")
    second = grown(tmp_path, passages[:22])
    assert (second / "learnt.npy").stat().st_ino != (first / "learnt.npy").stat().st_ino
    third = grown(tmp_path, passages[:23])
    assert (third / "learnt.npy").stat().st_ino == (second / "learnt.npy").stat().st_ino
