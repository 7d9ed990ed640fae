"""What each kept idea of the search earns: every one taken out in turn.

On questions of odd number, which nothing was tuned on: every third of KorQuAD's, as asked and with
typos, and half of paraphrase_to_article. And on the staff questions, which are few and of which
half was tuned on: some ideas are there for how staff ask, which the others do not show.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from ingest.split.marks import DELETED
from onprem_rag import search
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import SearchConfig, load_config
from onprem_rag.evaluate.retrieval import Figures, GoldQuestion, evaluate, read_questions
from onprem_rag.index import analysis, lexical
from onprem_rag.index.generations import current_name
from onprem_rag.library.store import Library
from onprem_rag.library.versions import is_ever_in_force
from onprem_rag.live import live_shelf
from tests.bench.retrieval import Measure, changed, chatbot_over, korquad_questions
from tests.bench.typos import with_typos

Patch = tuple[object, str, object]  # module, name, value


@dataclass(frozen=True, slots=True)
class Idea:
    """What the search is without one idea: a weight at 0, or names patched; for both rivers."""

    name: str
    weight: str = ""
    asking: tuple[Patch, ...] = ()
    indexing: tuple[Patch, ...] = ()  # the lexical channels are written anew with them
    referred: bool = True


def ideas() -> list[Idea]:
    """All of them, the whole search first."""
    textbook = SimpleNamespace(build=partial(lexical.LexicalIndex.build, k1=1.2, b=0.75))
    weights = [field.name for field in fields(SearchConfig) if isinstance(field.default, float)]
    return [
        Idea("as configured"),
        *(Idea(f"without {weight}", weight) for weight in weights if weight != "rerank"),
        Idea("without compounds", asking=((search, "COMPOUND", 0.0),)),
        Idea("without look-alike pairs", asking=((search, "alike", lambda pair: [pair]),)),
        Idea("without mending slips", asking=((search, "mended", lambda text, _: text),)),
        Idea("BM25 of the textbook", indexing=((analysis, "LexicalIndex", textbook),)),
        Idea(
            "fields all weighed 1",
            indexing=((analysis, "FIELDS", dict.fromkeys(analysis.FIELDS, 1.0)),),
        ),
        Idea("without referred titles", referred=False),
        Idea(
            "with common terms",
            asking=((lexical, "LEAST_COMMON", 1 << 40),),
            indexing=((lexical, "LEAST_COMMON", 1 << 40),),
        ),
    ]


def ablation(shared: Path, work: Path) -> None:
    """A table: each idea taken out, and the difference to all of them."""
    few = korquad_questions(shared, work / "korquad")[1::2][::3]
    plain = read_questions(shared / "questions" / "paraphrase_to_article.jsonl")[1::2]
    data = Path(__file__).resolve().parents[1] / "data"
    names = ("staff_questions", "staff_questions_dev")
    staff = [question for name in names for question in read_questions(data / f"{name}.jsonl")]
    korquad_home, statute_home = work / "korquad-home", work / "statute-home"
    chatbot_over(work / "pdf-home", shared / "regulations-pdf")
    chatbot_over(korquad_home, work / "korquad")
    chatbot_over(statute_home, shared / "statutes")
    columns = [
        ("KorQuAD", korquad_home, few, Measure("recall", 2)),
        ("with typos", korquad_home, changed(few, with_typos), Measure("recall", 2)),
        ("paraphrase", statute_home, plain, Measure("hit", 2)),
        ("paraphrase", statute_home, plain, Measure("hit", 10)),
        ("paraphrase", statute_home, plain, Measure("mrr")),
        ("staff", work / "pdf-home", staff, Measure("hit", 2)),
    ]
    print(f"{'':<26}" + "".join(f"{f'{name} {of}':>20}" for name, _, _, of in columns))
    whole: list[float] = []
    for idea in ideas():
        known: dict[int, Figures] = {}
        for _, home, questions, _ in columns:
            if id(questions) not in known:
                known[id(questions)] = _without(idea, home, work / "ablated", questions)
        values = [measure.of(known[id(questions)]) for _, _, questions, measure in columns]
        whole = whole or values
        cells = [f"{v:.4f} ({v - w:+.4f})" for v, w in zip(values, whole, strict=True)]
        print(f"{idea.name:<26}" + "".join(f"{cell:>20}" for cell in cells), flush=True)


def _without(idea: Idea, home: Path, copy: Path, questions: Sequence[GoldQuestion]) -> Figures:
    """The figures of the search over ``home`` without one idea."""
    if idea.indexing or not idea.referred:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(home, copy)
        with _patched(idea.indexing):
            _write_lexical(copy, idea.referred)
        home = copy
    config = load_config(home)
    if idea.weight:
        config = replace(config, search=replace(config.search, **{idea.weight: 0.0}))
    with _patched(idea.asking):
        return evaluate(questions, Chatbot.open(config).search)


def _write_lexical(home: Path, with_referred: bool) -> None:
    """Write the lexical channels of the live generation anew."""
    config = load_config(home)
    library = Library.open(config.library_url)
    held = [one for one in live_shelf(config, library).held if is_ever_in_force(one)]
    rows = zip(*library.indexed([one.document_id for one in held]), strict=True)
    kept = [(passage, titles) for passage, titles in rows if passage.title != DELETED]
    library.close()
    passages = [passage for passage, _ in kept]
    referred = [titles if with_referred else "" for _, titles in kept]
    folder = config.index_folder / str(current_name(config.index_folder))
    for name, channel in analysis.analyse(passages, referred, _quiet).channels.items():
        channel.save(folder / name)


@contextmanager
def _patched(patches: Sequence[Patch]) -> Iterator[None]:
    before = [(module, name, getattr(module, name)) for module, name, _ in patches]
    for module, name, value in patches:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def _quiet(stage: str, done: int, total: int) -> None:
    """A progress report nobody reads."""
