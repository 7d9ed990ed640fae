"""The checker alone: any answer against any text."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from onprem_rag.errors import ConfigError
from onprem_rag.records import Passage, Report
from onprem_rag.verify.checker import check

_ARTICLE = re.compile(r"(?m)^[ \t]*제\s*(\d+)\s*조(?:\s*의\s*(\d+))?\s*[(（]")


def check_text(answer: str, context: str) -> Report:
    """Check ``answer`` against ``context``; each article in it is a passage of its own."""
    starts = [0, *(found.start() for found in _ARTICLE.finditer(context)), len(context)]
    passages = []
    for start, end in pairwise(starts):
        if not context[start:end].strip():
            continue
        found = _ARTICLE.match(context, start)
        article = None
        if found:
            article = f"제{int(found[1])}조" + (f"의{int(found[2])}" if found[2] else "")
        passages.append(Passage("", (), article, None, "", context[start:end], start, end))
    return check(answer, passages)


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
