"""What is found and answered: KorQuAD, the staff questions, and plain-language sentences.

Weights are tuned on the questions of even number; the figures that count are those of odd number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.evaluate.retrieval import (
    CUTS,
    Figures,
    GoldQuestion,
    evaluate,
    key_of,
    read_questions,
)
from onprem_rag.records import Hit, Status
from tests.bench.peers import Peer, peers
from tests.bench.typos import with_typos

PROJECT = Path(__file__).resolve().parents[2]
_ALL_COME = "2029-01-01"  # all statutes of the data are in force
Search = Callable[[str, int], list[Hit]]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a question set, and what it must reach."""

    name: str
    cut: int = 0  # of hit and recall
    bar: float | None = None

    def of(self, figures: Figures) -> float:
        if not self.cut:
            return figures.mrr
        values = figures.recall if self.name == "recall" else figures.hit
        return values[CUTS.index(self.cut)]

    def __str__(self) -> str:
        return f"{self.name}@{self.cut}" if self.cut else self.name


def chatbot_over(home: Path, *folders: Path) -> Chatbot:
    """The product over ``folders``, ingested into ``home`` once a run."""
    config = load_config(home)
    if not (home / "library.sqlite").exists():
        add(config, folders, lambda *_: None)
    return Chatbot.open(config)


def compare(
    name: str,
    questions: Sequence[GoldQuestion],
    ours: Search,
    others: Iterable[Peer],
    measures: Sequence[Measure],
    every: int = 10,
) -> None:
    """Ours on all questions, on those of odd number, and on some of these beside the peers.

    Every tenth unless said otherwise: the peers take ten to a hundred times as long.
    """
    ours = cache(ours)
    odd = questions[1::2]
    few = odd[::every]
    print(_line(f"{name}, all {len(questions)}", "ours", evaluate(questions, ours), measures))
    print(_line(f"{name}, odd {len(odd)}", "ours", evaluate(odd, ours), measures, bars=True))
    name = f"{name}, {len(few)} of the odd"
    for who, search in (("ours", ours), *((peer.name, peer.search) for peer in others)):
        print(_line(name, who, evaluate(few, search), measures), flush=True)


def _line(
    name: str, who: str, figures: Figures, measures: Sequence[Measure], bars: bool = False
) -> str:
    """Every measure of one search, with its bar where there is one."""
    shown = []
    for measure in measures:
        value = measure.of(figures)
        bar = f" (bar {measure.bar:.3f})" if bars and measure.bar else ""
        shown.append(f"{measure} {value:.4f}{bar}")
    return f"{name:<42} {who:<20} {'  '.join(shown)}  mrr {figures.mrr:.4f}"


def korquad_questions(shared: Path, folder: Path) -> list[GoldQuestion]:
    """KorQuAD 1.0 dev: writes 964 paragraphs into ``folder``, returns 5,774 questions."""
    folder.mkdir(exist_ok=True)
    data = json.loads((shared / "korquad" / "KorQuAD_v1.0_dev.json").read_text(encoding="utf-8"))
    questions = []
    paragraphs = [p for article in data["data"] for p in article["paragraphs"]]
    for number, paragraph in enumerate(paragraphs):
        title = f"단락{number:04d}"
        (folder / f"{title}.txt").write_text(paragraph["context"], encoding="utf-8")
        gold = frozenset({key_of(title, None)})
        questions += [GoldQuestion(qa["question"], gold) for qa in paragraph["qas"]]
    return questions


def changed(questions: Iterable[GoldQuestion], how: Callable[[str], str]) -> list[GoldQuestion]:
    """The same questions, typed otherwise."""
    return [replace(question, text=how(question.text)) for question in questions]


def korquad(shared: Path, work: Path) -> None:
    """KorQuAD as it is asked, without spaces, and with typos in 12% of the syllables."""
    questions = korquad_questions(shared, work / "korquad")
    home = work / "korquad-home"
    chatbot = chatbot_over(home, work / "korquad")
    others = peers(home)
    glued = changed(questions, lambda text: text.replace(" ", ""))
    slipped = changed(questions, with_typos)
    for name, asked, bar in (
        ("KorQuAD", questions, 0.968),
        ("… without spaces", glued, 0.965),
        ("… with typos", slipped, 0.95),
    ):
        compare(name, asked, chatbot.search, others, [Measure("recall", 2, bar)])


def staff(shared: Path, work: Path) -> None:
    """Staff questions on the 52 rule books: found, answered with the right article, refused."""
    home = work / "pdf-home"
    chatbot = chatbot_over(home, shared / "regulations-pdf")
    others = peers(home)
    measures = [Measure("recall", 2), Measure("hit", 2), Measure("hit", 10)]
    for name in ("staff_questions", "staff_questions_dev", "staff_questions_dev2"):
        questions = read_questions(PROJECT / "tests" / "data" / f"{name}.jsonl")
        compare(name, questions, chatbot.search, others, measures, every=1)
        right = refused = 0
        for question in questions:
            answer = chatbot.ask(question.text)
            cited = {key_of(c.document, c.article) for c in answer.citations}
            right += bool(question.gold and cited & question.gold)
            refused += not question.gold and answer.status is Status.REFUSED
        answerable = sum(bool(question.gold) for question in questions)
        print(
            f"{name:<42} cited right {right} of {answerable}, "
            f"refused {refused} of {len(questions) - answerable}"
        )


def paraphrase(shared: Path, work: Path) -> None:
    """1,200 official plain-language sentences over 150 statutes."""
    home = work / "statute-home"
    chatbot = chatbot_over(home, shared / "statutes")
    questions = read_questions(shared / "questions" / "paraphrase_to_article.jsonl")
    measures = [Measure("hit", 2, 0.81), Measure("hit", 10, 0.90)]
    # Some of the statutes are yet to come into force; the peers know no days.
    search = partial(chatbot.search, day=_ALL_COME)
    compare("paraphrase_to_article", questions, search, peers(home), measures, every=2)
