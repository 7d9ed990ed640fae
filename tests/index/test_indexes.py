"""One contract for every index, against a naive reference over the demo's rules."""

from __future__ import annotations

import gc
import json
import shutil
import socket
import subprocess
import sys
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError, IndexMismatchError, IndexServerError
from onprem_rag.index.analysis import analyse
from onprem_rag.index.embedder import MorphemeEmbedder
from onprem_rag.index.fields import bigram_tokens, token_fields
from onprem_rag.index.generations import current_name
from onprem_rag.index.interface import Content, Found, Index, Query
from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.local import LocalIndex
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.milvus_server import address
from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.library.store import Library
from tests.conftest import PROJECT, quiet, text_of

WEIGHTS = {"mecab": 1.0, "bigram": 0.8, "dense": 0.3}
CANDIDATES = 40
_TERMS = ("frequencies.npy", "terms.txt", "lengths.npy")
SIZE = 120
PASSWORD = "흰고래12"
QUESTIONS = [
    json.loads(line)["question"]
    for line in (PROJECT / "demo" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
][:12]


@dataclass(frozen=True)
class Kind:
    """How one implementation is written into a folder and opened again."""

    write: Callable[[Path, Content], None]
    open: Callable[[Path, int], Index]


@dataclass(frozen=True)
class Corpus:
    """The demo's first passages, and what asks them."""

    content: Content
    texts: list[str]
    embedder: MorphemeEmbedder

    def query(self, question: str, documents: frozenset[int] | None = None) -> Query:
        words = tuple((word, 1.0) for word in content_morphemes(question))
        pairs = tuple((pair, 0.5) for pair in bigram_tokens(question))
        vector = self.embedder.encode([question])[0]
        return Query({"mecab": words, "bigram": pairs}, vector, documents)


@pytest.fixture(scope="module")
def corpus(demo_home: Path) -> Corpus:
    config = load_config(demo_home)
    passages = Library.open(config.library_url).passages(range(1, SIZE + 1))
    channels = analyse(passages, [""] * len(passages), quiet).channels
    texts = [text_of(passage) for passage in passages]
    embedder = MorphemeEmbedder(
        config.index_folder / str(current_name(config.index_folder)) / "embedder"
    )
    # Long passages are read in two windows, none of them cut off.
    windows = [
        (row, part)
        for row, text in enumerate(texts)
        for part in (
            [text] if len(text) < 150 else [text[: len(text) // 2], text[len(text) // 2 :]]
        )
    ]
    content = Content(
        passages=np.array([7 * passage.id for passage in passages], dtype=np.int64),
        documents=np.array([passage.document_id for passage in passages], dtype=np.int64),
        priors=np.array([0.75 if row % 5 == 0 else 1.0 for row in range(len(texts))], np.float32),
        lexical=channels,
        vectors=embedder.encode([part for _, part in windows]),
        windows=np.array([row for row, _ in windows], dtype=np.int32),
    )
    assert len(windows) > len(texts) + 10
    assert len(set(content.documents.tolist())) > 2
    return Corpus(content, texts, embedder)


@pytest.fixture(scope="module", params=["local", "milvus-lite"])
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kind:
    if request.param == "local":
        return Kind(LocalIndex.write, LocalIndex.open)
    uri = str(tmp_path_factory.mktemp("milvus") / "server.db")
    return Kind(
        lambda folder, content: MilvusIndex.write(uri, "", folder, content),
        lambda folder, candidates: MilvusIndex.open(uri, "", folder, candidates),
    )


@pytest.fixture(scope="module")
def folder(kind: Kind, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("g") / "g000001"
    folder.mkdir()
    kind.write(folder, corpus.content)
    return folder


@pytest.fixture(scope="module")
def index(kind: Kind, folder: Path) -> Index:
    return kind.open(folder, CANDIDATES)


def reference(content: Content, query: Query, weights: dict[str, float]) -> list[Found]:
    """All passages by the contract's words, one at a time, best first."""
    open_to_all = query.documents is None
    seen = [open_to_all or d in (query.documents or ()) for d in content.documents.tolist()]
    channels = {
        name: [
            s if ok else 0.0
            for s, ok in zip(found.scores(query.terms.get(name, ())), seen, strict=True)
        ]
        for name, found in content.lexical.items()
    }
    near = sorted(
        (-float(vector @ query.vector), row)
        for vector, row in zip(content.vectors, content.windows.tolist(), strict=True)
        if seen[row]
    )[:CANDIDATES]
    dense = [0.0] * len(seen)
    for cosine, row in near:
        dense[row] = max(dense[row], -cosine)
    channels["dense"] = dense
    for name, scores in channels.items():
        most = max(scores)
        channels[name] = [score / most if most > 0 else 0.0 for score in scores]
    found = []
    for row, passage in enumerate(content.passages.tolist()):
        score = sum(weights[name] * scores[row] for name, scores in channels.items())
        score *= float(content.priors[row]) / sum(weights.values())
        parts = tuple((name, scores[row]) for name, scores in channels.items())
        found.append(Found(passage, score, parts))
    return sorted(
        (one for one in found if one.score > 1e-7), key=lambda one: (-one.score, one.passage_id)
    )


def assert_same(found: list[Found], wanted: list[Found]) -> None:
    """The same passages with the same scores; those as good as equal in either order."""
    assert len(found) == len(wanted)
    by_id = {one.passage_id: one for one in wanted}
    assert [one.score for one in found] == pytest.approx([one.score for one in wanted], abs=1e-5)
    for one in found:
        if (twin := by_id.get(one.passage_id)) is None:  # cut off among equals
            assert one.score == pytest.approx(wanted[-1].score, abs=1e-5)
            continue
        assert one.score == pytest.approx(twin.score, abs=1e-5)
        assert [name for name, _ in one.channels] == [name for name, _ in twin.channels]
        assert dict(one.channels) == pytest.approx(dict(twin.channels), abs=1e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_ranking_and_scores_are_the_reference_s(
    question: str, index: Index, corpus: Corpus
) -> None:
    query = corpus.query(question)
    wanted = reference(corpus.content, query, WEIGHTS)
    assert len(wanted) > 10
    found = list(index.search(query, WEIGHTS, 10))
    assert_same(found, wanted[:10])
    assert found[0].passage_id == wanted[0].passage_id
    assert found[0].score <= 1.0


@pytest.mark.parametrize("count", [1, 60, 1000])
def test_as_many_as_asked_for_or_as_there_are(count: int, index: Index, corpus: Corpus) -> None:
    query = corpus.query("출장 여비는 언제까지 정산하나요?")
    wanted = reference(corpus.content, query, WEIGHTS)
    found = list(index.search(query, WEIGHTS, count))
    assert_same(found, wanted[:count])
    assert len({one.passage_id for one in found}) == len(found)
    assert index.search(query, WEIGHTS, 0) == []


def test_few_candidates_change_only_what_the_dense_channel_sees(
    kind: Kind, folder: Path, corpus: Corpus
) -> None:
    """The lexical channels are complete, however few candidates each puts forward."""
    narrow = kind.open(folder, 1)
    weights = WEIGHTS | {"dense": 0.0}
    for question in QUESTIONS[:4]:
        query = replace(corpus.query(question), vector=np.zeros(256, dtype=np.float32))
        assert_same(
            list(narrow.search(query, weights, 15)),
            reference(corpus.content, query, weights)[:15],
        )


@pytest.mark.parametrize(
    "weights",
    [
        {"mecab": 1.0, "bigram": 0.0, "dense": 0.0},
        {"mecab": 0.0, "bigram": 0.7, "dense": 0.7},
        {"mecab": 0.0, "bigram": 0.0, "dense": 1.0},
    ],
    ids=["mecab", "bigram and dense", "dense"],
)
def test_a_channel_of_weight_0_counts_nothing(
    weights: dict[str, float], index: Index, corpus: Corpus
) -> None:
    query = corpus.query("비밀번호는 며칠마다 바꾸나요?")
    wanted = reference(corpus.content, query, weights)[:20]
    assert_same(list(index.search(query, weights, 20)), wanted)
    assert index.search(query, dict.fromkeys(weights, 0.0), 20) == []


def test_only_the_documents_allowed_are_found_and_scored_among_themselves(
    index: Index, corpus: Corpus
) -> None:
    content = corpus.content
    owners = dict(zip(content.passages.tolist(), content.documents.tolist(), strict=True))
    numbers = sorted(set(owners.values()))
    for allowed in (numbers[:1], numbers[1:], numbers, [*numbers[:2], 98765]):
        query = corpus.query("여비는 언제까지 정산하나요?", frozenset(allowed))
        found = list(index.search(query, WEIGHTS, 15))
        assert_same(found, reference(corpus.content, query, WEIGHTS)[:15])
        assert {owners[one.passage_id] for one in found} <= set(allowed)
        best = max(dict(one.channels)["bigram"] for one in found)
        assert best == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("documents", [frozenset(), frozenset({98765})], ids=["none", "unknown"])
def test_no_documents_allowed_is_nothing_found(
    documents: frozenset[int], index: Index, corpus: Corpus
) -> None:
    assert index.search(corpus.query("여비 정산", documents), WEIGHTS, 10) == []


def test_an_empty_question_and_unknown_words_find_nothing(index: Index, corpus: Corpus) -> None:
    zero = np.zeros(256, dtype=np.float32)
    assert index.search(Query({"mecab": (), "bigram": ()}, zero), WEIGHTS, 10) == []
    assert index.search(Query({}, zero), WEIGHTS, 10) == []
    unknown = Query({"mecab": (("우주로켓", 1.0),), "bigram": (("뷁뷁", 1.0),)}, zero)
    assert index.search(unknown, WEIGHTS, 10) == []
    known = corpus.query("여비")
    with_unknown = replace(known, terms={**known.terms, "bigram": (("뷁뷁", 1.0),)})
    found = list(index.search(with_unknown, WEIGHTS, 5))
    assert_same(found, reference(corpus.content, with_unknown, WEIGHTS)[:5])
    assert all(dict(one.channels)["bigram"] == 0 for one in found)


def test_weights_of_terms_multiply_and_terms_may_come_twice(index: Index, corpus: Corpus) -> None:
    zero = np.zeros(256, dtype=np.float32)
    twice = Query({"mecab": (("여비", 1.0), ("출장", 1.0), ("여비", 1.0))}, zero)
    heavy = Query({"mecab": (("여비", 2.0), ("출장", 1.0))}, zero)
    light = Query({"mecab": (("여비", 1.0), ("출장", 1.0))}, zero)
    weights = WEIGHTS | {"bigram": 0.0, "dense": 0.0}
    assert_same(list(index.search(twice, weights, 20)), list(index.search(heavy, weights, 20)))
    assert [f.score for f in index.search(light, weights, 20)] != pytest.approx(
        [f.score for f in index.search(heavy, weights, 20)], abs=1e-5
    )


def test_a_passage_is_found_once_by_the_best_of_its_windows(index: Index, corpus: Corpus) -> None:
    content = corpus.content
    weights = {"mecab": 0.0, "bigram": 0.0, "dense": 1.0}
    several = np.flatnonzero(np.bincount(content.windows) == 2)
    several = [row for row in several.tolist() if content.priors[row] == 1.0]
    assert len(several) > 5
    for row in several[:5]:
        for window in np.flatnonzero(content.windows == row).tolist():
            query = Query({}, content.vectors[window])
            found = index.search(query, weights, 10)
            ids = [one.passage_id for one in found]
            assert ids.count(int(content.passages[row])) == 1
            mine = found[ids.index(int(content.passages[row]))]
            assert mine.score == pytest.approx(1.0, abs=1e-5)


def tiny(priors: list[float]) -> Content:
    """Passages that are all the same but for their priors; the last has no term at all."""
    size = len(priors)
    tokens = [*[["여비", "정산"]] * (size - 1), []]
    channel = LexicalIndex.build(*token_fields([(tokens, 1.0)]), size)
    return Content(
        passages=np.arange(10, 10 + size, dtype=np.int64),
        documents=np.arange(size, dtype=np.int64),
        priors=np.array(priors, dtype=np.float32),
        lexical={"mecab": channel, "bigram": channel},
        vectors=np.tile(np.float32([0.6, 0.8]), (size, 1)),
        windows=np.arange(size, dtype=np.int32),
    )


def test_equals_come_by_passage_id_and_priors_before(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "g000002").mkdir()
    kind.write(tmp_path / "g000002", tiny([0.5, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0]))
    index = kind.open(tmp_path / "g000002", CANDIDATES)
    query = Query({"mecab": (("여비", 1.0),), "bigram": (("정산", 1.0),)}, np.float32([0.6, 0.8]))
    found = index.search(query, {"mecab": 1.0, "bigram": 1.0, "dense": 2.0}, 10)
    assert [one.passage_id for one in found] == [11, 12, 14, 15, 10, 13, 16]
    assert [one.score for one in found] == pytest.approx([1, 1, 1, 1, 0.5, 0.5, 0.5], abs=1e-6)
    for count in range(1, 7):
        few = index.search(query, {"mecab": 1.0, "bigram": 1.0, "dense": 2.0}, count)
        assert [one.passage_id for one in few] == [11, 12, 14, 15, 10, 13][:count]


def test_many_threads_find_what_one_finds(index: Index, corpus: Corpus) -> None:
    queries = [corpus.query(question) for question in QUESTIONS]
    alone = [list(index.search(query, WEIGHTS, 5)) for query in queries]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda q: list(index.search(q, WEIGHTS, 5)), queries))
    assert together == alone


def test_words_frequencies_and_weights(index: Index, corpus: Corpus) -> None:
    mecab, bigram = corpus.content.lexical["mecab"], corpus.content.lexical["bigram"]
    assert index.knows("여비")
    assert not index.knows("우주로켓")
    assert index.frequency("mecab", "여비") == np.count_nonzero(mecab.scores((("여비", 1.0),)))
    assert index.frequency("bigram", "여비") == np.count_nonzero(bigram.scores((("여비", 1.0),)))
    assert index.frequency("bigram", "뷁뷁") == 0
    assert index.weight("여비") == mecab.weight("여비")
    assert index.weight("우주로켓") > index.weight("여비") > 0


def test_opened_again_it_finds_the_same(
    kind: Kind, folder: Path, index: Index, corpus: Corpus
) -> None:
    query = corpus.query("출장 여비는 언제까지 정산하나요?")
    again = kind.open(folder, CANDIDATES)
    assert list(again.search(query, WEIGHTS, 10)) == list(index.search(query, WEIGHTS, 10))


@pytest.mark.parametrize("name", ["documents.npy", "priors.npy"])
def test_rows_of_unequal_length_are_refused(
    name: str, kind: Kind, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "g000001")
    np.save(tmp_path / "g000001" / name, np.load(folder / name)[:-1])
    with pytest.raises(ValueError, match="passages, documents and priors differ"):
        kind.open(tmp_path / "g000001", CANDIDATES)


@pytest.mark.parametrize("name", ["passages.npy", "priors.npy", "mecab/terms.txt"])
def test_a_damaged_folder_is_refused(
    name: str, kind: Kind, folder: Path, corpus: Corpus, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "g000001")
    file = tmp_path / "g000001" / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises((OSError, ValueError)):
        kind.open(tmp_path / "g000001", CANDIDATES)
    file.unlink()
    with pytest.raises(OSError, match=file.name):
        kind.open(tmp_path / "g000001", CANDIDATES)


# ── Milvus alone: what is dropped, and a server that isn't as it should be ──


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A server with one small generation, and its folder."""
    folder = tmp_path_factory.mktemp("served") / "g000001"
    folder.mkdir()
    uri = str(folder.parent / "server.db")
    MilvusIndex.write(uri, "", folder, tiny([1.0, 1.0, 1.0]))
    return uri, folder


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The folders of two homes' first generations."""
    found = (tmp_path / "one" / "g000001", tmp_path / "other" / "g000001")
    for folder in found:
        folder.mkdir(parents=True)
    return found


def test_dropping_takes_one_generation_and_leaves_others_of_its_name(
    generation: tuple[str, Path], folders: tuple[Path, Path]
) -> None:
    """Two homes on one server have generations of the same names."""
    uri, (folder, other) = generation[0], folders
    MilvusIndex.write(uri, "", folder, tiny([1.0, 1.0, 1.0]))
    MilvusIndex.write(uri, "", other, tiny([1.0, 1.0]))
    query = Query({"mecab": (("여비", 1.0),)}, np.float32([0.6, 0.8]))
    open_still = MilvusIndex.open(uri, "", folder, 5)
    MilvusIndex.drop(uri, "", folder)
    MilvusIndex.drop(uri, "", folder)  # twice does no harm
    assert len(MilvusIndex.open(uri, "", other, 5).search(query, WEIGHTS, 5)) == 2
    gone = r"컬렉션이 없습니다: .*\n→ 'ingest add'를 다시 실행해"
    with pytest.raises(IndexMismatchError, match=gone):
        MilvusIndex.open(uri, "", folder, 5)
    with pytest.raises(IndexMismatchError, match=gone):
        open_still.search(query, WEIGHTS, 5)


def test_a_server_with_fewer_rows_is_refused(
    generation: tuple[str, Path], folders: tuple[Path, Path]
) -> None:
    from pymilvus import MilvusClient

    uri, (folder, _) = generation[0], folders
    MilvusIndex.write(uri, "", folder, tiny([1.0, 1.0, 1.0]))
    name = json.loads((folder / "milvus.json").read_text())["passages"]
    client = MilvusClient(uri)
    client.drop_collection(name)
    client.create_collection(name, dimension=2)
    served = MilvusIndex.open(uri, "", generation[1], 5)
    with pytest.raises(IndexMismatchError, match=r"행 수\(0\)가 색인\(3\)과 다릅니다\.\n→ 'ingest"):
        MilvusIndex.open(uri, "", folder, 5)
    query = Query({"mecab": (("여비", 1.0),)}, np.float32([0.6, 0.8]))
    assert (
        len(served.search(query, WEIGHTS, 5)) == 3
    )  # the refused one's connection alone is closed


@contextmanager
def server_that_refuses(code: object) -> Iterator[int]:
    """A gRPC server that answers whatever is asked with one status; its port."""
    import grpc

    class Refusal(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, _: object) -> object:
            return grpc.unary_unary_rpc_method_handler(lambda _, call: call.abort(code, "no"))

    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers((Refusal(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(0)


@pytest.mark.parametrize("ask", ["write", "open", "drop"])
def test_wrong_credentials_are_told_without_them(
    ask: str, generation: tuple[str, Path], tmp_path: Path
) -> None:
    import grpc

    folder = copied(generation[1], tmp_path)
    refusal = grpc.StatusCode.UNAUTHENTICATED
    with server_that_refuses(refusal) as port, pytest.raises(ConfigError) as caught:
        asked(ask, f"http://관리자:{PASSWORD}@127.0.0.1:{port}", folder)
    assert str(caught.value) == (
        f"Milvus 서버가 접속을 거절했습니다: http://127.0.0.1:{port}\n"
        "→ config.toml의 [index] token(사용자:비밀번호)과 그 사용자의 권한을 확인하세요."
    )
    assert_secret(caught.value)


@pytest.mark.parametrize("ask", ["write", "open", "drop"])
def test_a_server_that_is_off_is_told_at_once(
    ask: str, generation: tuple[str, Path], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(IndexServerError) as caught:
        asked(ask, f"http://관리자:{PASSWORD}@127.0.0.1:{port}", copied(generation[1], tmp_path))
    assert time.monotonic() - began < 5
    assert str(caught.value) == (
        f"Milvus 서버가 요청을 처리하지 못했습니다: http://127.0.0.1:{port} (코드 2)\n"
        "→ 서버가 켜져 있는지, config.toml의 [index] uri가 맞는지 확인하세요."
    )
    assert_secret(caught.value)


@pytest.mark.parametrize("uri", ["milvus.example", "ftp://milvus.example", "없는/폴더/server.db"])
def test_an_address_that_is_none_is_told(uri: str, generation: tuple[str, Path]) -> None:
    with pytest.raises(IndexServerError, match=r"처리하지 못했습니다: .*\n→ .*\[index\] uri가"):
        MilvusIndex.open(uri, "", generation[1], 5)


def copied(folder: Path, to: Path) -> Path:
    """A copy of a generation's folder that may be written to."""
    return Path(shutil.copytree(folder, to / folder.name))


def asked(what: str, uri: str, folder: Path) -> None:
    """One of the three things that a generation asks of a server."""
    token = f"root:{PASSWORD}"
    if what == "write":
        MilvusIndex.write(uri, token, folder, tiny([1.0]))
    elif what == "open":
        MilvusIndex.open(uri, token, folder, 5)
    else:
        MilvusIndex.drop(uri, token, folder)


def assert_secret(error: Exception) -> None:
    """Neither the message nor what a traceback prints names a password."""
    assert PASSWORD not in "".join(traceback.format_exception(error))


def test_the_folder_holds_neither_postings_nor_the_token(generation: tuple[str, Path]) -> None:
    _, folder = generation
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "milvus.json",
        "passages.npy",
        "documents.npy",
        "priors.npy",
        *(f"{channel}/{name}" for channel in ("mecab", "bigram") for name in _TERMS),
    }
    names = json.loads((folder / "milvus.json").read_text(encoding="utf-8"))
    assert names["passages"].startswith("onprem_rag_g000001_")
    assert set(names) == {"passages", "windows", "channels", "exact", "uri"}


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://milvus.example:19530", "http://milvus.example:19530"),
        (f"https://관리자:{PASSWORD}@milvus.example/", "https://milvus.example"),
        ("http://a:p/w?#@[::1]:19530/rules?token=x", "http://[::1]:19530/rules"),
        ("/srv/milvus/server@home.db", "/srv/milvus/server@home.db"),
    ],
)
def test_an_address_has_no_credentials(uri: str, shown: str) -> None:
    assert address(uri) == shown


def test_without_a_network_and_nothing_is_left_running(tmp_path: Path) -> None:
    """Loopback is all that Milvus Lite needs; it lives in our process and ends with it."""
    code = (
        "import sys; from pathlib import Path; from tests.index.test_indexes import tiny, Query\n"
        "from onprem_rag.index.milvus import MilvusIndex; import numpy as np\n"
        "folder = Path(sys.argv[1]); uri = str(folder / 's.db'); (folder / 'g000001').mkdir()\n"
        "MilvusIndex.write(uri, '', folder / 'g000001', tiny([1.0, 1.0]))\n"
        "index = MilvusIndex.open(uri, '', folder / 'g000001', 5)\n"
        "query = Query({'mecab': (('여비', 1.0),)}, np.float32([0.6, 0.8]))\n"
        "print(len(index.search(query, {'mecab': 1.0, 'bigram': 1.0, 'dense': 1.0}, 5)))\n"
    )
    script = f'ip link set lo up && exec "{sys.executable}" -c "$0" "$1"'
    run = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script, code, str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare" in run.stderr or "ip:" in run.stderr:
        pytest.skip(f"no network namespaces here: {run.stderr.strip()}")
    assert (run.returncode, run.stdout, run.stderr) == (0, "2\n", "")
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _names(path, tmp_path)]
    assert left == []


def _names(path: Path, folder: Path) -> bool:
    try:
        return str(folder).encode() in path.read_bytes()
    except OSError:  # it ended meanwhile
        return False


def test_an_index_that_is_let_go_gives_its_files_back_at_once(
    kind: Kind, folder: Path, corpus: Corpus
) -> None:
    """A generation a day for years: none may stay open until a collection of garbage."""
    index = kind.open(folder, CANDIDATES)
    one = int(corpus.content.documents[0])
    query = corpus.query(QUESTIONS[0], frozenset({one}))
    assert index.search(query, WEIGHTS, 3)
    gone = weakref.ref(index)
    gc.disable()
    try:
        del index
        assert gone() is None
    finally:
        gc.enable()


def test_a_set_of_documents_is_asked_for_again_and_again(index: Index, corpus: Corpus) -> None:
    """Sets in turn, more than are remembered, from several threads."""
    numbers = sorted(set(corpus.content.documents.tolist()))
    sets = [frozenset(numbers[:at]) for at in range(1, len(numbers))] * 3
    query = corpus.query(QUESTIONS[1])

    def found(documents: frozenset[int]) -> list[Found]:
        return list(index.search(replace(query, documents=documents), WEIGHTS, 5))

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(found, sets))
    for documents, ours in zip(sets, together, strict=True):
        assert_same(
            ours, reference(corpus.content, replace(query, documents=documents), WEIGHTS)[:5]
        )
