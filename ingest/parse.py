"""One file's bytes into documents and passages, in this process."""

from __future__ import annotations

from pathlib import Path

from ingest.parsed import Parsed
from ingest.readers.reading import read
from ingest.split.dates import named_date
from ingest.split.gaps import gaps_in, main_articles
from ingest.split.since import left_open, named_otherwise
from ingest.split.splitting import documents_of, split
from onprem_rag.errors import ReadError
from onprem_rag.records import Document

_NAMED = 5  # gaps that a note names


def parse(name: str, data: bytes) -> Parsed:
    """Read and split one file in this process. Raises ReadError, or MemoryError."""
    path = Path(name)
    file_format, sha256, reading = read(path, data)
    try:
        documents = tuple(
            (document, tuple(split(document, reading.rows)))
            for document in documents_of(path, file_format, sha256, reading)
        )
        for document, _ in documents:
            f"{document.title}{document.text}".encode()  # halves of characters can't be stored
        rules = [document for document, passages in documents if passages and passages[0].article]
        named = named_date(path.stem) if len(documents) == 1 else None
        gaps = [note for rule in rules if (note := _gap_note(rule))]
        told = [tell(rule, named) for rule in rules for tell in (named_otherwise, left_open)]
    except (ReadError, MemoryError):
        raise
    except Exception as error:  # our own bug must not cost the other files
        raise ReadError(
            f"조문으로 나누는 중 오류가 났습니다({type(error).__name__}). "
            "→ 원본 프로그램에서 열어 다시 저장하고, 되풀이되면 관리자에게 알리세요."
        ) from error
    return Parsed(
        file_format, sha256, (*reading.notes, *gaps), documents, tuple(filter(None, told))
    )


def _gap_note(document: Document) -> str:
    """What an admin should look up in the original; empty where the article numbers run on."""
    gaps = gaps_in(main_articles(document))
    if not gaps:
        return ""
    more = f" 등 {len(gaps)}곳" if len(gaps) > _NAMED else ""
    return (
        f"「{document.title}」의 조 번호가 이어지지 않습니다({', '.join(gaps[:_NAMED])}{more}). "
        "→ 원본에도 그런지 확인하세요."
    )
