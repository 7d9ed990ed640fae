"""The checker alone: any answer against any text or passages, ours or anyone's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from onprem_rag.errors import ConfigError
from onprem_rag.generate.interface import REFUSAL
from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.records import Passage, Report, Stage
from onprem_rag.verify.checker import Checker
from onprem_rag.verify.correct import Correction, correct

_HEAD = re.compile(
    r"(?m)^[ \t#]*(?:제\s*(?P<article>\d{1,4})\s*조(?:\s*의\s*(?P<branch>\d{1,4}))?\s*[(（]"
    r"|[\[<〔【]\s*별\s*표\s*(?:제\s*)?(?P<annex>\d{1,4})?\s*(?:호\s*)?[\]>〕】]"
    r"|(?P<addenda>부\s*칙)[ \t]*(?=[\[<(〈]|$))"
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|（[^（）]*）")
_NO_TITLE = re.compile(r"[.,:;?!。|]|다$|^제\s*\d+\s*[편장절관조]")
_LONGEST_TITLE = 60
_REFUSED = re.compile(rf"[\W_]*{REFUSAL}[\W_]*")
_PARAGRAPH = re.compile(r"(?:제\s*)?(\d{1,2})\s*항?")
_WANTED = '{"text": …, "document": …, "article": "제9조", "paragraph": "①", "title": …}'
_CASE = '{"answer": …, "context": …} 또는 {"answer": …, "passages": [{"text": …}]}'


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about an answer, what it may stay as, and what is found about that."""

    report: Report
    correction: Correction
    corrected: Report  # of ``correction.text``


def examine(answer: str, passages: Sequence[Passage], checker: Checker) -> Checked:
    """Check ``answer`` against ``passages``, correct it, and check what is left.

    What could not be compared stays as it is: nothing is known of it.
    """
    if _REFUSED.fullmatch(answer):
        note = "거절이라 대조할 문장이 없습니다."
        nothing = Report((), (), (Stage("claims", False, note), Stage("facts", False, note)))
        return Checked(nothing, Correction(answer, ()), nothing)
    asking = checker.asking()
    report = checker.check(answer, passages, asking)
    correction = Correction(answer, ())
    if report.compared and not report.verified:
        correction = correct(answer, report, passages, checker.compare)
    again = report
    if correction.text != answer:
        again = checker.check(correction.text, passages, asking)
    return Checked(report, correction, again)


def split_context(context: str) -> list[Passage]:
    """The articles, annexes and addenda of a text, each a passage of its own.

    They are of the document that the text's first line names, if it does.
    """
    heads = list(_HEAD.finditer(context))
    starts = [0, *(head.start() for head in heads), len(context)]
    passages: list[Passage] = []
    addenda = ""
    for head, (start, end) in zip((None, *heads), pairwise(starts), strict=True):
        if head and head["addenda"]:
            addenda = "부칙 "
        elif head and not head["article"]:
            addenda = ""  # the annexes stand behind the addenda
        if context[start:end].strip():
            place = _place(head, addenda)
            passages.append(Passage("", (), place, None, "", context[start:end], start, end))
    title = _title(context[: starts[1]]) if heads and _is_one_rule(passages) else ""
    return [replace(passage, document=title) for passage in passages]


def _title(above: str) -> str:
    """The first line above the first article, where it is no sentence, without its asides."""
    line = next((line for line in above.splitlines() if line.strip()), "")
    bare = _ASIDE.sub("", line[: 4 * _LONGEST_TITLE]).strip(" \t\ufeff#*「」『』\"'“”")
    return "" if len(bare) > _LONGEST_TITLE or _NO_TITLE.search(bare) else " ".join(bare.split())


def _is_one_rule(passages: Sequence[Passage]) -> bool:
    """Whether no article comes twice: of several rules the first one's title is not all theirs."""
    numbers = [one.article for one in passages if (one.article or "").startswith("제")]
    return len(set(numbers)) == len(numbers)


def _place(head: re.Match[str] | None, addenda: str) -> str | None:
    if head is None:
        return None
    if head["article"]:
        branch = f"의{int(head['branch'])}" if head["branch"] else ""
        return f"{addenda}제{int(head['article'])}조{branch}"
    if head["addenda"]:
        return "부칙"
    return f"별표 {int(head['annex'])}" if head["annex"] else "별표"


def case_of(item: object) -> tuple[str, list[Passage]]:
    """The answer and the passages of a JSON object with ``answer``, and context or passages.

    Raises ConfigError for anything else.
    """
    if not isinstance(item, Mapping) or not isinstance(item.get("answer"), str):
        raise ConfigError(f'"answer"에 글이 없습니다. → {_CASE} 형식으로 쓰세요.')
    context, passages = item.get("context"), item.get("passages")
    if isinstance(context, str) and passages is None:
        return item["answer"], split_context(context)
    if isinstance(passages, list) and context is None:
        return item["answer"], [passage_of(one, n) for n, one in enumerate(passages, start=1)]
    raise ConfigError(
        f'"context"(글)와 "passages"(목록) 가운데 하나가 있어야 합니다.\n→ {_CASE} 형식으로 쓰세요.'
    )


def passages_of(item: object, number: int) -> list[Passage]:
    """One passage, or those of what ``search --json`` printed. Raises ConfigError."""
    if isinstance(item, Mapping) and isinstance(item.get("hits"), list):
        return [passage_of(hit, rank) for rank, hit in enumerate(item["hits"], start=1)]
    return [passage_of(item, number)]


def passage_of(item: object, number: int) -> Passage:
    """A JSON object with ``text``, and document, article, paragraph and title where known.

    Offsets are those of its text; ``document_id`` is ``number``, from 1. Raises ConfigError for
    anything else.
    """
    if not isinstance(item, Mapping):
        raise ConfigError(f"근거 {number}번이 JSON 객체가 아닙니다. → {_WANTED} 형식으로 쓰세요.")
    text = _text_of(item, "text", number)
    if text is None:
        raise ConfigError(f'근거 {number}번에 "text"가 없습니다. → {_WANTED} 형식으로 쓰세요.')
    return Passage(
        document=_text_of(item, "document", number) or "",
        path=(),
        article=_article(_text_of(item, "article", number)),
        paragraph=_paragraph(_text_of(item, "paragraph", number)),
        title=_text_of(item, "title", number) or "",
        text=text,
        start=0,
        end=len(text),
        document_id=number,
    )


def _text_of(item: Mapping[str, Any], key: str, number: int) -> str | None:
    value = item.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ConfigError(
        f'근거 {number}번의 "{key}"에 글이 아닌 것이 있습니다: {str(value)[:40]}\n'
        f"→ {_WANTED} 형식으로 쓰세요."
    )


def _article(named: str | None) -> str | None:
    """제 9 조 and 제9조(숙박비) as 제9조; what is no reference stays as it is."""
    found = find_references(named or "")
    place = found[0].article or found[0].annex if found and found[0].start == 0 else None
    return place or (named or "").strip() or None


def _paragraph(named: str | None) -> str | None:
    """제2항, 2 and ② as ②."""
    found = _PARAGRAPH.fullmatch((named or "").strip())
    if found and 0 < int(found[1]) <= len(CIRCLED):
        return CIRCLED[int(found[1]) - 1]
    return (named or "").strip() or None


def read_context(path: Path) -> str:
    """A UTF-8 or CP949 text file. Raises ConfigError for anything else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"근거 파일을 읽을 수 없습니다: {path}\n→ 경로와 권한을 확인하세요."
        ) from error
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"글자 파일이 아닙니다: {path}\n→ UTF-8 텍스트로 저장하세요.")
