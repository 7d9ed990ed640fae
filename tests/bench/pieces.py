"""What an answer can quote of a passage: sentences, items with their lead-in, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onprem_rag.records import Passage

_HEADING = re.compile(
    r"제\s?\d+조(?:의\s?\d+)?\s?(?:[(\[](?:[^()\[\]]|\([^()]*\))*[)\]])?\s*|부\s*칙[^가-힣]*?>\s*"
)
_PARAGRAPH = re.compile(r"\s*([①-⑮])\s*")
_ITEM = re.compile(r"\s*(?:\d{1,2}(?:의\d+)?\.|[가-하]\.|\d{1,2}\)|[가-하]\))(?!\d)\s*")
_ROW = re.compile(r"[^|:]{1,40}: ?[^|]+(?: \| [^|:]{1,40}: ?[^|]+)+")
_SENTENCE = re.compile(r"(?<=[가-힣)]다\.)\s+(?=\S)")
_LEAD = re.compile(r"다음 각 ?[호목]|다음과 같다|각 ?호의")
_UNFIT = re.compile(
    r"[│┌└├<>□◦○●▪※|\t]|삭제|―|\.{3}|…|^[^가-힣「“\"]|[\"”“]다\.|각 ?[호목]|다음과 같[다이]|다음의"
    r"|\"[을를] ?\"|개정한다"
)
_LEANING = re.compile(
    r"(?:다만|단[, ]|이 ?경우|이때|그러|그 |또한|이를|이에|이러|위의|전항|전단|후단|동 |"
    r"제\d+[항호](?:\s?각 ?호)?(?:의 (?:경우|규정|사항|기간|절차|비용)))"
)
SHORTEST, LONGEST = 18, 220


@dataclass(frozen=True, slots=True)
class Piece:
    """A quotable text; ``lead`` is the sentence that an item hangs on."""

    kind: str  # sentence, two sentences, item, row
    text: str
    passage: Passage
    paragraph: int | None  # 항
    lead: str = ""

    @property
    def place(self) -> str | None:
        """제9조제2항, where the passage's article is one."""
        article = self.passage.article
        if article and self.paragraph and article.startswith("제"):
            return f"{article}제{self.paragraph}항"
        return article

    @property
    def late(self) -> bool:
        """Whether it stands in addenda."""
        return (self.passage.article or "부칙").startswith("부칙")

    @property
    def leans(self) -> bool:
        """Whether it goes on from what stands before it: 다만, 이 경우, 제1항의 규정."""
        return bool(_LEANING.match(self.text))

    @property
    def alone(self) -> bool:
        """Whether it is one sentence that says what it says without its neighbours."""
        return (
            self.kind == "sentence"
            and (self.passage.article or "").startswith(("제", "부칙"))
            and self.text.endswith("다.")
            and not self.text.endswith("니다.")
            and not _UNFIT.search(self.text)
            and not self.leans
        )


def pieces(passage: Passage) -> Iterator[Piece]:
    """Everything of the passage that can be quoted."""
    paragraph = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮".find(passage.paragraph or "?") + 1 or None
    lead = ""
    text = passage.text
    if heading := _HEADING.match(text):
        text = text[heading.end() :]
    for line in text.split("\n"):
        body = line.strip()
        if mark := _PARAGRAPH.match(body):
            paragraph = ord(mark[1]) - ord("①") + 1
            body = body[mark.end() :]
        if item := _ITEM.match(body):
            if lead and _fits(body) and not body.endswith(":"):
                yield Piece("item", body, passage, paragraph, lead)
            if _LEAD.search(body[item.end() :]):
                lead = ""
        elif _ROW.fullmatch(body):
            yield Piece("row", body, passage, paragraph)
        else:
            sentences = [one.strip() for one in _SENTENCE.split(body)]
            lead = next((one for one in sentences if _LEAD.search(one)), "")
            yield from _sentences(sentences, passage, paragraph)


def _sentences(
    sentences: Sequence[str], passage: Passage, paragraph: int | None
) -> Iterator[Piece]:
    whole = [one for one in sentences if _fits(one) and one.endswith("다.")]
    for sentence in whole:
        yield Piece("sentence", sentence, passage, paragraph)
    if len(whole) == len(sentences) == 2:
        yield Piece("two sentences", " ".join(whole), passage, paragraph)


def _fits(text: str) -> bool:
    brackets = all(_balanced(text, *pair) for pair in ("()", "[]", "「」"))
    odd = re.search(r"[│┌└├<>\t]|삭제|\.{3}|…", text)
    return SHORTEST <= len(text) <= LONGEST and brackets and not odd


def _balanced(text: str, opening: str, closing: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return not depth


@dataclass(frozen=True, slots=True)
class Setting:
    """The two passages that an answer is held against, and names of other documents."""

    passages: tuple[Passage, Passage]
    names: Mapping[str, Sequence[str]]

    @property
    def text(self) -> str:
        """All that the passages state, with their headings."""
        return "\n".join(f"{p.document} {p.article} {p.title}\n{p.text}" for p in self.passages)

    def states(self, phrase: str) -> bool:
        """Whether the phrase stands in the passages, blanks aside."""
        return bare(phrase) in bare(self.text)


def bare(text: str) -> str:
    """The text without its blanks."""
    return "".join(text.split())
