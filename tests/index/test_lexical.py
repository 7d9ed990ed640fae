"""BM25 against rank-bm25 with Lucene's weights, fields against BM25F spelt out, and the files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from rank_bm25 import BM25Okapi

from onprem_rag.index.fields import bigram_fields, bigram_tokens, token_fields
from onprem_rag.index.lexical import K1, B, LexicalIndex, Terms
from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.korean.text import letters
from onprem_rag.records import Passage
from tests.conftest import PROJECT, shelf_of, text_of

Tokens = Callable[[str], list[str]]
HALF = 1e-3  # scores are kept in half precision
Corpus = Sequence[Sequence[str]]
QUESTIONS = [
    json.loads(line)["question"]
    for line in (PROJECT / "demo" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
CHANNELS = [
    pytest.param(content_morphemes, id="mecab"),
    pytest.param(bigram_tokens, id="bigram"),
    pytest.param(str.split, id="whitespace"),
]
RULES = [
    "여비 정산 여비".split(),
    "출장 여비".split(),
    "휴가".split(),
]
TITLES = ["여비 규정".split(), "여비 규정".split(), "복무 규정".split()]
PLACES = ["정산".split(), [], "연차 휴가".split()]


@pytest.fixture(scope="module")
def passages(demo_home: Path) -> list[Passage]:
    shelf = shelf_of(demo_home)
    return shelf.passages(range(1, shelf.counts[1] + 1))


def field_texts(passage: Passage) -> tuple[str, str, str]:
    """Title of the rule, place, and body."""
    return passage.document, " ".join(passage.path), passage.text


def index_of(*fields: tuple[Corpus, float]) -> LexicalIndex:
    """An index over fields of one corpus each."""
    return LexicalIndex.build(*token_fields(fields), len(fields[0][0]))


def once(words: Sequence[str]) -> Terms:
    """Every word of a question with weight 1."""
    return tuple((word, 1.0) for word in words)


def rank_bm25(corpus: Corpus) -> BM25Okapi:
    """rank-bm25 with Lucene's inverse document frequency."""
    ranking = BM25Okapi(corpus, k1=K1, b=B)
    n = len(corpus)
    for word in ranking.idf:
        count = sum(word in row for row in ranking.doc_freqs)
        ranking.idf[word] = math.log(1 + (n - count + 0.5) / (count + 0.5))
    return ranking


def bm25f(fields: Sequence[tuple[Corpus, float]], words: Sequence[str]) -> list[float]:
    """Robertson, Zaragoza and Taylor's BM25F, word by word and passage by passage."""
    size = len(fields[0][0])
    scores = [0.0] * size
    for word in words:
        holders = sum(any(word in corpus[row] for corpus, _ in fields) for row in range(size))
        idf = math.log(1 + (size - holders + 0.5) / (holders + 0.5))
        for row in range(size):
            count = 0.0
            for corpus, weight in fields:
                mean = sum(map(len, corpus)) / size
                norm = 1 - B + B * len(corpus[row]) / mean
                count += weight * corpus[row].count(word) / norm if word in corpus[row] else 0
            scores[row] += idf * count / (K1 + count)
    return scores


@pytest.mark.parametrize("tokens", CHANNELS)
def test_scores_and_ranking_equal_rank_bm25(tokens: Tokens, passages: list[Passage]) -> None:
    corpus = [tokens(text_of(passage)) for passage in passages]
    index = index_of((corpus, 1.0))
    ranking = rank_bm25(corpus)
    compared = 0
    for question in QUESTIONS:
        words = [word for word in tokens(question) if word in ranking.idf]
        ours = index.scores(once(tokens(question)))
        theirs = ranking.get_scores(words) / (K1 + 1)  # a constant that Lucene leaves out
        assert ours.shape == (len(passages),)
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, rtol=HALF)
        best = np.argsort(-theirs, kind="stable")[:10]
        apart = np.append(np.diff(theirs[best]) < -HALF * theirs[best][:-1], False)
        places = [at for at in range(10) if apart[at] and (at == 0 or apart[at - 1])]
        assert np.argsort(-ours, kind="stable")[places].tolist() == best[places].tolist()
        compared += len(places)
    assert compared > (100 if tokens is str.split else 400)


@pytest.mark.parametrize("tokens", CHANNELS)
def test_rows_that_come_later_or_go_count_as_if_all_were_indexed_at_once(
    tokens: Tokens, passages: list[Passage], tmp_path: Path
) -> None:
    corpus = [tokens(text_of(passage)) for passage in passages[:60]]
    first = index_of((corpus[:50], 1.0))

    def part(rows: Corpus) -> LexicalIndex:
        return LexicalIndex.build(*token_fields([(rows, 1.0)]), len(rows), lengths=first.lengths)

    def without(size: int, *rows: int) -> npt.NDArray[np.bool_]:
        return ~np.isin(np.arange(size), rows)

    first.save(tmp_path / "1")
    opened = LexicalIndex.open(tmp_path / "1", 50)
    second = opened.followed(part(corpus[50:54]), ~without(50, 7), without(50, 7))
    second.save(tmp_path / "2")
    opened = LexicalIndex.open(tmp_path / "2", 54, 53)
    opened.followed(part(corpus[54:]), ~without(54, 20, 51), without(54, 7, 20, 51)).save(
        tmp_path / "3"
    )
    third = LexicalIndex.open(tmp_path / "3", 60, 57)
    large = [(tmp_path / name / "rows.npy").stat().st_ino for name in "123"]
    assert len(set(large)) == 1
    assert (second.later, third.later) == (4, 10)
    live = without(60, 7, 20, 51)
    whole = part([row for row, kept in zip(corpus, live, strict=True) if kept])
    to = np.where(live, np.cumsum(live) - 1, -1).astype(np.int32)
    joined = third.joined(to, part([]), to[:0], 57)
    assert joined.later == 0
    for term in {term for row in corpus for term in row}:
        scores = whole.scores(((term, 2.0),)).tolist()
        assert third.scores(((term, 2.0),))[live].tolist() == scores
        assert joined.scores(((term, 2.0),)).tolist() == scores
        assert third.frequency(term) == joined.frequency(term) == whole.frequency(term)


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param((2.0, 1.0), id="two fields"),
        pytest.param((3.0, 1.5, 1.0), id="three fields"),
        pytest.param((1.0, 0.0, 1.0), id="one of no weight"),
    ],
)
def test_fields_count_by_their_weights_as_bm25f_has_it(weights: tuple[float, ...]) -> None:
    corpora = [TITLES, PLACES, RULES] if len(weights) == 3 else [TITLES, RULES]
    fields: list[tuple[Corpus, float]] = list(zip(corpora, weights, strict=True))
    index = index_of(*fields)
    for words in (["여비"], ["규정", "정산"], ["연차", "휴가", "여비"], ["출장", "출장", "우주"]):
        np.testing.assert_allclose(index.scores(once(words)), bm25f(fields, words), rtol=HALF)


def test_fields_of_real_passages_score_as_bm25f_has_it(passages: list[Passage]) -> None:
    texts = [field_texts(passage) for passage in passages]
    fields: list[tuple[Corpus, float]] = [
        ([content_morphemes(text[at]) for text in texts], weight)
        for at, weight in enumerate((2.5, 1.5, 1.0))
    ]
    index = index_of(*fields)
    found = 0
    for question in QUESTIONS[:10]:
        words = content_morphemes(question)
        theirs = bm25f(fields, words)
        found += max(theirs) > 0
        np.testing.assert_allclose(index.scores(once(words)), theirs, rtol=HALF)
    assert found >= 8


def test_a_word_in_a_weightier_field_counts_more() -> None:
    corpora: tuple[Corpus, Corpus] = ([["여비"], ["복무"]], [["복무"], ["여비"]])
    even = index_of((corpora[0], 1.0), (corpora[1], 1.0)).scores(once(["여비"]))
    titled = index_of((corpora[0], 3.0), (corpora[1], 1.0)).scores(once(["여비"]))
    assert even[0] == even[1]
    assert titled[0] > titled[1] > 0


def test_pairs_made_in_bulk_are_those_of_each_text(passages: list[Passage]) -> None:
    rows = [field_texts(passage) for passage in passages]
    rows += [("", "가", "𠮷野家 ２층"), ("※", "", "")]  # none, a single one, and beyond 16 bits
    texts = [list(map(letters, row)) for row in rows]
    columns = [[text[at] for text in texts] for at in range(3)]
    terms, bulk = bigram_fields(list(zip(columns, (2.0, 1.0, 1.0), strict=True)))
    pairs = [[bigram_tokens(text) for text in column] for column in columns]
    wanted, single = token_fields(list(zip(pairs, (2.0, 1.0, 1.0), strict=True)))
    assert sorted(terms) == sorted(wanted)
    assert "𠮷野" in terms
    ours = LexicalIndex.build(terms, bulk, len(texts))
    theirs = LexicalIndex.build(wanted, single, len(texts))
    for term in wanted[::7]:
        assert ours.weight(term) == theirs.weight(term)
        np.testing.assert_allclose(
            ours.scores(((term, 1.0),)), theirs.scores(((term, 1.0),)), rtol=1e-6
        )
    for question in QUESTIONS:
        asked = once(bigram_tokens(question))
        np.testing.assert_allclose(ours.scores(asked), theirs.scores(asked), atol=1e-5)


@pytest.mark.parametrize("tokens", CHANNELS)
def test_opened_again_it_scores_the_same_from_mapped_files(
    tokens: Tokens, passages: list[Passage], tmp_path: Path
) -> None:
    built = index_of(([tokens(text_of(passage)) for passage in passages], 1.0))
    built.save(tmp_path / "index")
    opened = LexicalIndex.open(tmp_path / "index", len(passages))
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    for name in ("rows.npy", "scores.npy"):
        assert str(tmp_path / "index" / name) in mapped
    for question in QUESTIONS:
        words = tokens(question)
        assert np.array_equal(opened.scores(once(words)), built.scores(once(words)))
        assert [opened.weight(word) for word in words] == [built.weight(word) for word in words]


def test_nothing_on_disk_is_pickled(demo_home: Path) -> None:
    files = [path for path in (demo_home / "index").rglob("*") if path.is_file()]
    suffixes = {path.suffix for path in files}
    assert suffixes <= {".npy", ".json", ".faiss", ".safetensors", ".txt", ""}
    assert [path.name for path in files if not path.suffix] == ["CURRENT"]
    arrays = [path for path in files if path.suffix == ".npy"]
    assert len(arrays) >= 8
    for path in arrays:
        assert np.load(path, allow_pickle=False).dtype != object


def _a_term_less(folder: Path) -> None:
    terms = (folder / "terms.txt").read_text(encoding="utf-8")
    (folder / "terms.txt").write_text(terms.rpartition("\n")[0], encoding="utf-8")


def _a_score_less(folder: Path) -> None:
    np.save(folder / "scores.npy", np.load(folder / "scores.npy")[:-1])


def _a_posting_less(folder: Path) -> None:
    for name in ("rows.npy", "scores.npy"):
        np.save(folder / name, np.load(folder / name)[:-1])


def _cut_short(folder: Path) -> None:
    data = (folder / "rows.npy").read_bytes()
    (folder / "rows.npy").write_bytes(data[:-4])


def _pickled(folder: Path) -> None:
    objects = np.empty(1, dtype=object)
    np.save(folder / "rows.npy", objects, allow_pickle=True)


def _not_utf8(folder: Path) -> None:
    (folder / "terms.txt").write_bytes("여비".encode("cp949"))


@pytest.mark.parametrize(
    "damage", [_a_term_less, _a_score_less, _a_posting_less, _cut_short, _pickled, _not_utf8]
)
def test_damaged_files_are_refused_on_opening(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    index_of((RULES, 1.0)).save(tmp_path)
    assert LexicalIndex.open(tmp_path, 3).knows("여비")
    damage(tmp_path)
    with pytest.raises(ValueError, match=r"."):
        LexicalIndex.open(tmp_path, 3)


def test_the_weight_of_a_word_falls_with_the_passages_it_stands_in() -> None:
    index = index_of((["여비 출장".split(), "여비 정산".split(), "여비 여비".split()], 1.0))
    assert index.weight("여비") == pytest.approx(math.log(1 + 0.5 / 3.5))
    assert index.weight("출장") == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert index.weight("우주") == pytest.approx(math.log(1 + 3.5 / 0.5))
    assert index.knows("출장")
    assert not index.knows("우주")


def test_a_word_that_stands_in_two_fields_of_a_passage_weighs_as_in_one_passage() -> None:
    index = index_of(([["여비"], ["복무"]], 2.0), ([["여비"], ["휴가"]], 1.0))
    assert index.weight("여비") == pytest.approx(math.log(1 + 1.5 / 1.5))


def test_the_weight_of_a_term_multiplies_its_score() -> None:
    index = index_of((RULES, 1.0))
    one, other = index.scores((("여비", 1.0),)), index.scores((("정산", 1.0),))
    both = index.scores((("여비", 0.5), ("정산", 2.0)))
    np.testing.assert_allclose(both, 0.5 * one + 2.0 * other, rtol=1e-6)
    twice = index.scores((("여비", 1.0), ("여비", 1.0)))
    np.testing.assert_allclose(twice, 2 * one, rtol=1e-6)


def test_words_it_does_not_know_score_nothing() -> None:
    index = index_of((RULES, 1.0))
    assert index.scores(once(["우주", "로켓"])).tolist() == [0.0, 0.0, 0.0]
    assert index.scores(()).tolist() == [0.0, 0.0, 0.0]
    assert np.array_equal(index.scores(once(["여비", "우주"])), index.scores(once(["여비"])))


def test_passages_of_signs_alone_can_be_indexed(tmp_path: Path) -> None:
    texts = list(map(letters, ["※ ─ ☎", "…", ""]))
    for at, (terms, fields) in enumerate(
        (
            bigram_fields([(texts, 1.0), (texts, 2.0)]),
            token_fields([(list(map(content_morphemes, ["", " ", "."])), 1.0)]),
        )
    ):
        LexicalIndex.build(terms, fields, 3).save(tmp_path / str(at))
        opened = LexicalIndex.open(tmp_path / str(at), 3)
        assert opened.scores((("가나", 1.0), ("", 1.0))).tolist() == [0.0, 0.0, 0.0]


def test_pairs_of_many_letters_are_numbered_as_those_of_few(passages: list[Passage]) -> None:
    columns = [
        ([letters(passage.text) for passage in passages], 1.0),
        ([letters(passage.title) for passage in passages], 2.0),
    ]
    terms, fields = bigram_fields(columns)
    assert len(terms) > 1000
    others, sorted_fields = bigram_fields(columns, table=0)
    assert others == terms
    for field, other in zip(fields, sorted_fields, strict=True):
        assert other.weight == field.weight
        assert other.terms.dtype == field.terms.dtype
        np.testing.assert_array_equal(other.rows, field.rows)
        np.testing.assert_array_equal(other.terms, field.terms)


def test_noise_of_a_hundred_thousand_letters_takes_no_table_of_their_pairs() -> None:
    noise = "".join(map(chr, range(0x20000, 0x20000 + 100_000)))  # a table would be 40 GB
    terms, (field,) = bigram_fields([([noise, "여비"], 1.0)])
    assert len(terms) == len(noise)
    assert [terms[number] for number in field.terms[:2]] == [noise[:2], noise[1:3]]
    assert (terms[field.terms[-1]], field.rows[-1]) == ("여비", 1)


def test_signs_beside_text_score_nothing_and_harm_nothing() -> None:
    index = LexicalIndex.build(*bigram_fields([(list(map(letters, ["※ ─", "여비"])), 1.0)]), 2)
    scores = index.scores((("여비", 1.0),))
    assert scores[0] == 0
    assert scores[1] == pytest.approx(bm25f([([[], ["여비"]], 1.0)], ["여비"])[1], rel=HALF)


def test_one_passage_is_found() -> None:
    index = index_of(([["여비", "정산"]], 1.0))
    assert index.scores((("정산", 1.0),))[0] == pytest.approx(
        math.log(1 + 0.5 / 1.5) / (K1 + 1), rel=HALF
    )


def test_terms_of_odd_characters_come_back(tmp_path: Path) -> None:
    odd = [
        "a\rb",
        "a\u2028b",
        "a\x85b",
        "a\tb",
        'a"b',
        "a\\nb",
        "\ufeffa",
        "𠮷",
        "가\u0301",
        "a\x0cb",
    ]
    index_of(([odd, ["가"]], 1.0)).save(tmp_path)
    opened = LexicalIndex.open(tmp_path, 2)
    for term in odd:
        assert opened.scores(((term, 1.0),))[0] > 0, repr(term)
        assert opened.scores(((term, 1.0),))[1] == 0


@pytest.mark.parametrize("tokens", [content_morphemes, bigram_tokens])
def test_no_line_break_gets_into_a_term(tokens: Tokens) -> None:
    text = "여\n비\r\n규정\u2028제\u20291조\x85정산\x0b출장\x0c일비\n\nA\nB"
    terms = tokens(text)
    assert len(terms) > 5
    assert not any(sign.isspace() for term in terms for sign in term)


def test_a_line_break_in_a_term_is_refused_on_opening(tmp_path: Path) -> None:
    index_of(([["여비\n정산"], ["출장"]], 1.0)).save(tmp_path)
    with pytest.raises(ValueError, match="vocabulary"):
        LexicalIndex.open(tmp_path, 2)


def test_bigrams_know_no_blanks_and_no_signs() -> None:
    assert bigram_tokens("법인카드, 사용!") == ["법인", "인카", "카드", "드사", "사용"]
    assert bigram_tokens("법 인 카 드사용") == bigram_tokens("법인카드 사용")
    assert bigram_tokens("１박 ２일") == ["1박", "박2", "2일"]
    assert bigram_tokens("가") == []
