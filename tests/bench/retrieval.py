"""What is found and answered: KorQuAD, the staff questions, and plain-language sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from rank_bm25 import BM25Okapi

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.evaluate.retrieval import (
    GoldQuestion,
    evaluate,
    key_of,
    read_questions,
)
from onprem_rag.library.store import Library
from onprem_rag.records import Hit, Status

PROJECT = Path(__file__).resolve().parents[2]
Search = Callable[[str, int], list[Hit]]


def chatbot_over(home: Path, *folders: Path) -> Chatbot:
    """The product over ``folders``, ingested into ``home`` once a run."""
    config = load_config(home)
    if not (home / "library.sqlite").exists():
        add(config, folders, lambda stage, done, total: None)
    return Chatbot.open(config)


def blank_splitting_peer(home: Path) -> Search:
    """What LangChain's BM25Retriever does by default: rank-bm25 over words split on blanks."""
    with Library.open(load_config(home).library_url).writing() as reader:
        passages = reader.passages_in_force()
        reader.undo()
    index = BM25Okapi([passage.text.split() for passage in passages])

    def search(question: str, count: int) -> list[Hit]:
        scores = index.get_scores(question.split())
        best = scores.argsort()[::-1][:count]
        return [Hit(passages[row], float(scores[row]), ()) for row in best]

    return search


def compare(name: str, questions: Sequence[GoldQuestion], ours: Search, peer: Search) -> None:
    """One line each: recall and hits of ours and of the blank-splitting peer."""
    for who, search in (("ours", ours), ("blank-splitting BM25", peer)):
        figures = evaluate(questions, search)
        hits = " ".join(f"{value:.3f}" for value in figures.hit)
        print(
            f"{name:<28} {who:<22} recall@2 {figures.recall[1]:.3f}   hit@1/2/5/10 {hits}",
            flush=True,
        )


def korquad(shared: Path, work: Path) -> None:
    """KorQuAD 1.0 dev: 964 paragraphs, 5,774 questions; the peer on every tenth question."""
    folder = work / "korquad"
    folder.mkdir()
    data = json.loads((shared / "korquad" / "KorQuAD_v1.0_dev.json").read_text(encoding="utf-8"))
    questions = []
    paragraphs = [p for article in data["data"] for p in article["paragraphs"]]
    for number, paragraph in enumerate(paragraphs):
        title = f"단락{number:04d}"
        (folder / f"{title}.txt").write_text(paragraph["context"], encoding="utf-8")
        gold = frozenset({key_of(title, None)})
        questions += [GoldQuestion(qa["question"], gold) for qa in paragraph["qas"]]
    home = work / "korquad-home"
    chatbot = chatbot_over(home, folder)
    peer = blank_splitting_peer(home)
    glued = [GoldQuestion(q.text.replace(" ", ""), q.gold) for q in questions]
    for name, asked in (("KorQuAD", questions), ("KorQuAD without spaces", glued)):
        figures = evaluate(asked, chatbot.search)
        print(f"{name:<28} ours, {len(asked)} questions: recall@2 {figures.recall[1]:.4f}")
        compare(f"{name}, every 10th", asked[::10], chatbot.search, peer)


def staff(shared: Path, work: Path) -> None:
    """Staff questions on the 52 rule books: found, answered with the right article, refused."""
    home = work / "pdf-home"
    chatbot = chatbot_over(home, shared / "regulations-pdf")
    peer = blank_splitting_peer(home)
    for name in ("staff_questions", "staff_questions_dev"):
        questions = read_questions(PROJECT / "tests" / "data" / f"{name}.jsonl")
        compare(name, questions, chatbot.search, peer)
        right = refused = 0
        for question in questions:
            answer = chatbot.ask(question.text)
            cited = {key_of(c.document, c.article) for c in answer.citations}
            right += bool(question.gold and cited & question.gold)
            refused += not question.gold and answer.status is Status.REFUSED
        answerable = sum(bool(question.gold) for question in questions)
        print(
            f"{name:<28} cited right {right} of {answerable}, "
            f"refused {refused} of {len(questions) - answerable}"
        )


def paraphrase(shared: Path, work: Path) -> None:
    """1,200 official plain-language sentences over 150 statutes."""
    home = work / "statute-home"
    chatbot = chatbot_over(home, shared / "statutes")
    questions = read_questions(shared / "questions" / "paraphrase_to_article.jsonl")
    figures = evaluate(questions, chatbot.search)
    print(f"paraphrase_to_article        ours, all: hit@2 {figures.hit[1]:.3f}")
    peer = blank_splitting_peer(home)
    compare("paraphrase, every 10th", questions[::10], chatbot.search, peer)
