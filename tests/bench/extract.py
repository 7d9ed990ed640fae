"""What the extractive default answers: KorQuAD's answers inside the sentences that it quotes.

Its choices were tuned on the questions of even number; those of odd number were not looked at.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from onprem_rag.chatbot import Chatbot
from onprem_rag.korean.text import normalise, sentences
from onprem_rag.records import Status
from tests.bench.retrieval import chatbot_over, korquad_questions

QUESTIONS = 1_000
INSIDE = 0.70  # bar: share of the questions whose answer is inside the answer's text
LENGTH = 150  # bar: median characters
Answering = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the words that answer it, and its number among all of them."""

    number: int
    question: str
    gold: str


def extract(shared: Path, work: Path) -> None:
    """A library of the 964 paragraphs, 1,000 questions, no model; beside the plain sentence."""
    korquad_questions(shared, work / "korquad")  # writes the paragraphs
    chatbot = chatbot_over(work / "korquad-home", work / "korquad")
    asked = _sample(shared)
    odd = [one for one in asked if one.number % 2]
    for who, answering in (("ours", _ours(chatbot)), ("overlap", _overlap(chatbot))):
        answers = {one.question: answering(one.question) for one in asked}
        for name, some in ((f"all {len(asked)}", asked), (f"odd {len(odd)}", odd)):
            print(
                f"{f'KorQuAD answers, {name}':<42} {who:<20} {_figures(some, answers)}", flush=True
            )


def _sample(shared: Path) -> list[Asked]:
    """The same questions every time, spread over all paragraphs."""
    path = shared / "korquad" / "KorQuAD_v1.0_dev.json"
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    pairs = [(qa["question"], qa["answers"][0]["text"]) for p in paragraphs for qa in p["qas"]]
    numbers = sorted(random.Random(0).sample(range(len(pairs)), QUESTIONS))
    return [Asked(number, *pairs[number]) for number in numbers]


def _ours(chatbot: Chatbot) -> Answering:
    """The product's answer; None where it refuses."""

    def answer(question: str) -> str | None:
        said = chatbot.ask(question)
        return None if said.status is Status.REFUSED else said.text

    return answer


def _overlap(chatbot: Chatbot) -> Answering:
    """The peer: of the first passage the sentence that shares most words with the question."""

    def answer(question: str) -> str | None:
        words = set(normalise(question).split())
        hits = chatbot.search(question, 1)
        text = hits[0].passage.text if hits else ""
        spans = [text[start:end] for start, end in sentences(text)]
        shared = [len(words & set(normalise(span).split())) for span in spans]
        return spans[shared.index(max(shared))] if spans else None

    return answer


def _figures(asked: Sequence[Asked], answers: dict[str, str | None]) -> str:
    """The share with the answer inside, the median length of what was answered, the refused."""
    said = [(one.gold, answers[one.question]) for one in asked]
    given = [(gold, text) for gold, text in said if text is not None]
    inside = sum(_squeezed(gold) in _squeezed(text) for gold, text in given) / len(said)
    length = median(len(text) for _, text in given)
    refused = 1 - len(given) / len(said)
    return (
        f"answer inside {inside:.4f} (bar {INSIDE:.2f})  "
        f"median length {length:.0f} (bar {LENGTH})  refused {refused:.4f}"
    )


def _squeezed(text: str) -> str:
    return "".join(normalise(text).split())
