"""What admins look at: the library, and how a file would be split."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingest.summary import named, state_words
from onprem_rag.config import Config, load_config
from onprem_rag.errors import OnpremRagError
from onprem_rag.library import versions as days
from onprem_rag.records import Document, Passage, State, Version
from onprem_rag.terminal import print_json

if TYPE_CHECKING:
    from onprem_rag.index.generations import Manifest
    from onprem_rag.library.shelf import Shelf
    from onprem_rag.library.store import Library

_EMBEDDED = "내장 임베더(규정에서 학습)"
_STALE = "라이브러리와 맞지 않습니다. → 'ingest add'를 다시 실행하세요."


def status(options: argparse.Namespace) -> int:
    """All rules with their versions and states, and whether the index can be used."""
    from ingest.review import outdated
    from ingest.taking import READERS
    from onprem_rag.library.store import Library
    from onprem_rag.live import live_shelf

    config = load_config(options.home)
    library = Library.open(config.library_url)
    shelf = live_shelf(config, library)
    documents = _documents(library, shelf)
    count, passages = shelf.counts
    waiting = len(outdated(library, shelf))
    manifest, problem = _live(config, library)
    if options.json:
        print_json(
            {
                "home": str(config.home),
                "documents": [
                    _version_json(version, documents[version.document_id], shelf.day)
                    for version in shelf.held
                ],
                "passages": passages,
                "faq": len(library.faq()),
                "faq_waiting": waiting,
                "index": asdict(manifest) if manifest else None,
                "index_is_current": not problem,
            }
        )
        return 0
    print(f"홈: {config.home}")
    held = f"{len(library.faq())}개" + (f"(그중 {waiting}개는 확인 대기)" if waiting else "")
    print(f"시행 중: 규정 {count}건, 조문 {passages}개, 승인된 답변 {held}")
    print(f"색인: {_index_text(manifest) if manifest and not problem else problem}")
    print(f"오늘: {shelf.day} (서버 시계 {_clock()})")
    if old := library.read_by_others(shelf.ids, READERS):
        print(
            f"규정 {old}건은 이전 버전이 읽은 그대로입니다. "
            "→ 그 파일을 'ingest add'에 다시 넣으면 새로 읽습니다."
        )
    for version in shelf.held:
        print(f"  {_version_text(version, documents[version.document_id], shelf.day)}")
    return 0


def _index_text(manifest: Manifest) -> str:
    from onprem_rag.index.embedder import EMBEDDED

    embedder = _EMBEDDED if manifest.embedder == EMBEDDED else manifest.embedder
    held = f"모든 판의 조문 {manifest.passages}개(삭제된 조문 제외)"
    return f"{manifest.generation}세대, {held}, {embedder}"


def _version_text(version: Version, document: Document, day: str) -> str:
    known = [version.kind, document.format, _state(version, day), document.department]
    return f"{named(version)}  [{', '.join(filter(None, known))}]  {document.source}"


def _state(version: Version, day: str) -> str:
    """ "시행 중", "철회(2026-03-01)"."""
    state, gone = days.state_of(version, day), days.over(version)
    # One that is to come, and gave way to another, is withdrawn as of the day it never saw.
    when = f"({gone})" if state is State.WITHDRAWN and gone and gone <= day else ""
    if version.lapses and version.lapses == version.until and state is State.IN_FORCE:
        when = f"({version.until} 전까지)"
    return f"{state_words(version, day)}{when}"


def _clock() -> str:
    """ "UTC+09:00": of the clock that tells when a day, and so a version, begins."""
    offset = datetime.now().astimezone().strftime("%z")
    told = f"UTC{offset[:3]}:{offset[3:5]}"
    return told if offset == "+0900" else f"{told} → 한국 시간으로 하려면 TZ=Asia/Seoul"


def _documents(library: Library, shelf: Shelf) -> dict[int, Document]:
    """All that is held, by id, each with the file that it is in now: it may have been moved."""
    files: dict[int, list[str]] = {}
    for source, file in sorted(library.files(shelf.revision).items()):
        for number in file.documents:
            files.setdefault(number, []).append(source)
    found = {}
    for document in library.documents([version.document_id for version in shelf.held]):
        sources = files.get(document.id, [document.source])
        source = document.source if document.source in sources else sources[0]
        found[document.id] = replace(document, source=source)
    return found


def _version_json(version: Version, document: Document, day: str) -> dict[str, Any]:
    return {
        "title": version.title,
        "kind": version.kind,
        "version": version.number,
        "state": days.state_of(version, day),
        "since": version.since or None,
        "until": version.until,
        "withdrawn": version.withdrawn,
        "lapses": version.lapses,
        "format": document.format,
        "source": document.source,
        **_dates_json(document),
    }


def _live(config: Config, library: Library) -> tuple[Manifest | None, str]:
    """The live generation's manifest if it can be read; what is wrong with it, "" for nothing."""
    from onprem_rag.index.generations import check, current_name, read_manifest

    if (name := current_name(config.index_folder)) is None:
        return None, _STALE
    manifest, folder = None, config.index_folder / name
    try:
        manifest = read_manifest(folder)
        check(folder, manifest, config.embedder_folder, config.index)
    except OnpremRagError as error:
        return manifest, str(error).replace("\n→", " →")
    return manifest, "" if library.has(manifest.revision) else _STALE


def preview(options: argparse.Namespace) -> int:
    """How a file would be split; nothing is written."""
    from ingest import pipeline

    files = pipeline.preview(options.path)
    documents = [found for parsed in files for found in parsed.documents]
    if options.json:
        items = [
            {
                "document": _document_json(document),
                "notes": parsed.notes,
                "passages": [_json(passage) for passage in passages],
            }
            for parsed in files
            for document, passages in parsed.documents
        ]
        if len(items) == 1:
            print_json(items[0])
        else:  # a rule book: one object a rule
            print_json({"documents": items})
        return 0
    for note in [note for parsed in files for note in parsed.notes]:
        print(f"참고: {note}")
    for document, passages in documents:
        _show(document, passages)
    return 0


def _show(document: Document, passages: Sequence[Passage]) -> None:
    """How a document is split, for an admin to look through."""
    print(f"■ {document.title} [{document.kind}] 조문 {len(passages)}개")
    dates = [
        f"{name} {date}"
        for name, date in (
            ("제정", document.enacted),
            ("최종 개정", document.amended[-1] if document.amended else None),
            ("시행", document.effective),
            ("소관", document.department),
        )
        if date
    ]
    own = [reference for reference in document.references if reference.document is None]
    dangling = [reference for reference in own if reference.target is None]
    dates += [f"표 {len(document.tables)}개"] if document.tables else []
    dates += [f"참조 {len(document.references)}개"] if document.references else []
    if dates:
        print(f"  {' · '.join(dates)}")
    for reference in dangling:
        print(f"  주의: 이 규정에 없는 곳을 가리킵니다: {reference.text} [{reference.start}]")
    for passage in passages:
        place = " > ".join(passage.path) or "(문단)"
        first = " ".join(passage.text.split())[:60]
        print(f"  {place} {passage.paragraph or ''} [{passage.start}:{passage.end}] {first}…")


def _dates_json(document: Document) -> dict[str, Any]:
    return {
        "enacted": document.enacted,
        "amended": list(document.amended),
        "effective": document.effective,
        "department": document.department,
    }


def _document_json(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "kind": document.kind,
        "source": document.source,
        "format": document.format,
        "sha256": document.sha256,
        **_dates_json(document),
        "text": document.text,
        **{
            name: [asdict(span) for span in getattr(document, name)]
            for name in ("pages", "tables", "furniture", "amendments", "references")
        },
    }


def _json(passage: Passage) -> dict[str, Any]:
    return {
        "path": list(passage.path),
        "article": passage.article,
        "paragraph": passage.paragraph,
        "subparagraph": passage.subparagraph,
        "title": passage.title,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
    }
