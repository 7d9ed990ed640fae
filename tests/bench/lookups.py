"""Direct look-ups: 300 questions that name an article, in ten phrasings; is it the first hit?"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onprem_rag.evaluate.retrieval import Key, key_of
from onprem_rag.records import Hit, Passage
from tests.bench.peers import passages_of, peers
from tests.bench.retrieval import chatbot_over

BAR = 0.99
EACH = 15  # questions of one phrasing over one home
_SEED = "lookups"
_HOMES = (("statute-home", "statutes"), ("pdf-home", "regulations-pdf"))
_NUMBER = re.compile(r"\d+")
_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
_SIGNS = str.maketrans("·ㆍ․･", "ㆍ···")
_ABOUT = re.compile(r"(?:\s등)?에 관한 (?=법률)|(?:\s등)?에 관한(?= \S)")


@dataclass(frozen=True, slots=True)
class _Article:
    """What a question may name: an article or annex, its title, and all of its text."""

    document: str
    article: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, its phrasing, and the article that it names."""

    phrasing: str
    text: str
    gold: Key


def lookups(shared: Path, work: Path) -> None:
    """Over the statutes and the rule books, each searched on its own."""
    right: dict[str, Counter[str]] = {}
    total = Counter[str]()
    times: dict[str, list[float]] = {}
    for number, (name, folder) in enumerate(_HOMES, start=1):
        home = work / name
        chatbot = chatbot_over(home, shared / folder)
        # The rule books make up for the annexes that the statutes have not got.
        questions = list(questions_over(passages_of(home), number * EACH, total))
        total.update(asked.phrasing for asked in questions)
        others = [(peer.name, peer.search) for peer in peers(home)]
        for who, search in (("ours", chatbot.search), *others):
            found, taken = _answered(questions, search)
            right.setdefault(who, Counter()).update(found)
            times.setdefault(who, []).extend(taken)
    for phrasing, count in total.items():
        shares = "  ".join(f"{who} {found[phrasing] / count:.3f}" for who, found in right.items())
        print(f"look-up, {phrasing:<24} {count:>3} questions: first hit right  {shares}")
    count = total.total()
    for who, found in right.items():
        bar = f" (bar {BAR})" if who == "ours" else ""
        print(
            f"look-up, all {count:<22} {who:<20} first hit right {found.total() / count:.4f}{bar}, "
            f"p50 {np.percentile(times[who], 50):.1f} ms"
        )


def _answered(
    questions: Sequence[_Asked], search: Callable[[str, int], list[Hit]]
) -> tuple[Counter[str], list[float]]:
    """How many questions of each phrasing have their article first, and the times in ms."""
    right = Counter[str]()
    times = []
    for asked in questions:
        began = time.perf_counter()
        hits = search(asked.text, 2)
        times.append((time.perf_counter() - began) * 1000)
        passage = hits[0].passage if hits else None
        right[asked.phrasing] += (
            passage is not None and key_of(passage.document, passage.article) == asked.gold
        )
    return right, times


def questions_over(
    passages: Sequence[Passage], wanted: int, there: Mapping[str, int]
) -> Iterator[_Asked]:
    """What is missing to ``wanted`` questions a phrasing; the same ones for the same passages."""
    articles = _articles(passages)
    titles = sorted({article.document for article in articles})
    uniform = random.Random(_SEED)
    for phrasing, write in _phrasings(titles).items():
        uniform.shuffle(articles)
        written = ((article, write(article)) for article in articles)
        fitting = [(article, text) for article, text in written if text]
        # Different rules before a second article of one: rules are long and short.
        seen: Counter[str] = Counter()
        ranked = []
        for article, text in fitting:
            ranked.append((seen[article.document], len(ranked), article, text))
            seen[article.document] += 1
        for _, _, article, text in sorted(ranked, key=lambda one: one[:2])[
            : wanted - there[phrasing]
        ]:
            yield _Asked(phrasing, text, key_of(article.document, article.article))


def _articles(passages: Sequence[Passage]) -> list[_Article]:
    """Articles and numbered annexes, without addenda and forms, in the passages' order."""
    found: dict[tuple[str, str], _Article] = {}
    for passage in passages:
        name = passage.article or ""
        if not re.match(r"제\d+조|별표(?: \d|$)", name):
            continue
        known = found.get((passage.document, name))
        text = (known.text if known else "") + passage.text
        found[passage.document, name] = _Article(passage.document, name, passage.title, text)
    return list(found.values())


def _phrasings(titles: Sequence[str]) -> dict[str, Callable[[_Article], str]]:
    """How each phrasing writes an article; "" where it doesn't fit the article."""

    def main(write: Callable[[_Article], str]) -> Callable[[_Article], str]:
        return lambda a: write(a) if a.article.startswith("제") else ""

    return {
        "title and article": main(lambda a: f"{a.document} {a.article}"),
        "title without blanks": main(lambda a: f"{_glued(a.document)} {a.article}가 뭐야?"),
        "signs swapped": main(
            lambda a: f"{swapped} {a.article}" if (swapped := _swapped(a.document)) else ""
        ),
        "with its paragraph": main(
            lambda a: f"{a.document} {a.article}제2항이 뭐야?" if "②" in a.text else ""
        ),
        "annex": lambda a: f"{a.document} {a.article}" if a.article.startswith("별표") else "",
        "article's title": main(lambda a: _titled(a)),
        "no blanks at all": main(lambda a: f"{_glued(a.document)}{a.article}알려줘"),
        "full-width digits": main(lambda a: f"{a.document} {a.article.translate(_DIGITS)}"),
        "numerals in Hangul": main(
            lambda a: f"{a.document} {_NUMBER.sub(lambda m: _spelt(int(m[0])), a.article)}"
        ),
        "short title": main(
            lambda a: f"{short} {a.article}" if (short := _short(a.document, titles)) else ""
        ),
    }


def _glued(title: str) -> str:
    return "".join(title.split())


def _swapped(title: str) -> str:
    """·for ㆍ and the other way round; "" where there is neither."""
    swapped = title.translate(_SIGNS)
    return swapped if swapped != title else ""


def _titled(article: _Article) -> str:
    """…에서 육아휴직은?, where it has a title of its own."""
    if len(article.title) < 2 or article.title.startswith("삭제"):
        return ""
    return f"{article.document}에서 {article.title}{_topic(article.title)}?"


def _topic(word: str) -> str:
    last = ord(word[-1]) - ord("가")
    return "은" if 0 <= last <= ord("힣") - ord("가") and last % 28 else "는"


def _short(title: str, titles: Sequence[str]) -> str:
    """The title as people cut it: 에 관한 법률 → 법, or without its first word; "" if ambiguous."""
    if _ABOUT.search(title):
        return _ABOUT.sub("", title).replace("법률", "법")
    _, _, tail = title.partition(" ")
    tail = "" if tail.startswith(("및 ", "등 ")) else tail
    alike = [other for other in titles if _glued(other).endswith(_glued(tail))]
    return tail if len(_glued(tail)) > 4 and alike == [title] else ""


def _spelt(number: int) -> str:
    """115 → 백십오."""
    found = ""
    for unit, name in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            found += ("" if digit == 1 and name else "영일이삼사오육칠팔구"[digit]) + name
    return found
