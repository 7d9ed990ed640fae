"""``ingest add | status | preview | faq``: what admins run on regulation files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onprem_rag.config import Config, load_config
from onprem_rag.errors import OnpremRagError
from onprem_rag.records import Document, Passage
from onprem_rag.terminal import KoreanParser, ProgressBars, print_json, run

if TYPE_CHECKING:
    from onprem_rag.index.generations import Manifest

_STALE = "라이브러리와 맞지 않습니다. → 'ingest add'를 다시 실행하세요."


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code (1 when a file could not be read)."""
    options = _parser().parse_args(arguments)
    return run(lambda: int(options.command(options)))


def _parser() -> argparse.ArgumentParser:
    parser = KoreanParser(prog="ingest", description="규정 파일을 라이브러리에 넣습니다.")
    commands = parser.add_subparsers(required=True, metavar="명령")

    def command(name: str, text: str, function: Any) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--home", type=Path, help="설정·라이브러리·색인이 있는 폴더")
        sub.add_argument("--json", action="store_true", help="JSON으로 출력")
        sub.set_defaults(command=function)
        return sub

    add = command("add", "파일이나 폴더를 넣고 색인을 새로 만듭니다.", _add)
    add.add_argument("paths", nargs="+", type=Path, metavar="경로")
    command("status", "들어 있는 규정과 색인의 상태를 보입니다.", _status)
    preview = command("preview", "파일이 어떻게 나뉠지 보입니다. 아무것도 쓰지 않습니다.", _preview)
    preview.add_argument("path", type=Path, metavar="파일")
    faq = command("faq", "승인된 질문과 답변(CSV, XLSX)을 넣습니다.", _faq)
    faq.add_argument("paths", nargs="+", type=Path, metavar="파일")
    return parser


def _add(options: argparse.Namespace) -> int:
    from ingest.pipeline import TAKEN, add

    bars = ProgressBars()
    outcome = add(load_config(options.home), options.paths, bars)
    bars.close()
    if options.json:
        print_json({"files": [asdict(f) for f in outcome.files], "generation": outcome.generation})
        return 1 if outcome.failed else 0
    if not outcome.files:
        print("넣을 파일이 없습니다. → 경로를 확인하세요.", file=sys.stderr)
        return 1
    taken = [file for file in outcome.files if file.status in TAKEN]
    for file in taken:
        if file.status == "replaced":
            print(f"  같은 제목이거나 같은 파일인 이전 규정을 대신합니다: {file.path}")
        for note in file.notes:
            print(f"  참고: {file.path}: {note}")
    if reread := sum(file.status == "reread" for file in taken):
        print(f"  {reread}개는 판독 방식이 나아져 같은 파일을 다시 읽었습니다.")
    unchanged = len(outcome.files) - len(taken) - len(outcome.failed)
    documents = sum(file.documents for file in taken)
    passages = sum(file.passages for file in taken)
    print(f"파일 {len(taken)}개에서 규정 {documents}건, 조문 {passages}개를 넣었습니다.")
    if unchanged:
        print(f"바뀌지 않은 파일 {unchanged}개는 그대로 두었습니다.")
    if outcome.failed:
        print(f"읽지 못한 파일 {len(outcome.failed)}개:", file=sys.stderr)
        for file in outcome.failed:
            print(f"  {file.path}: {file.reason}", file=sys.stderr)
        return 1
    return 0


def _status(options: argparse.Namespace) -> int:
    from ingest.pipeline import READERS
    from onprem_rag.library.store import Library

    config = load_config(options.home)
    library = Library.open(config.library_url)
    documents = library.documents()
    count, passages = library.counts()
    manifest, problem = _live(config)
    if manifest and not problem and manifest.revision != library.revision():
        problem = _STALE
    if options.json:
        print_json(
            {
                "home": str(config.home),
                "documents": [
                    {
                        "title": d.title,
                        "kind": d.kind,
                        "format": d.format,
                        "source": d.source,
                        **_dates_json(d),
                    }
                    for d in documents
                ],
                "passages": passages,
                "faq": len(library.faq()),
                "index": asdict(manifest) if manifest else None,
                "index_is_current": not problem,
            }
        )
        return 0
    print(f"홈: {config.home}")
    print(f"규정 {count}건, 조문 {passages}개, 승인된 답변 {len(library.faq())}개")
    if problem or manifest is None:
        print(f"색인: {problem}")
    else:
        print(f"색인: {manifest.generation}세대, 조문 {manifest.passages}개, {manifest.embedder}")
    if outdated := library.read_by_others(READERS):
        print(
            f"규정 {outdated}건은 이전 버전이 읽은 그대로입니다. "
            "→ 그 파일을 'ingest add'에 다시 넣으면 새로 읽습니다."
        )
    for document in documents:
        known = [document.kind, document.format]
        if document.effective:
            known.append(f"시행 {document.effective}")
        if document.department:
            known.append(document.department)
        print(f"  {document.title}  [{', '.join(known)}]  {document.source}")
    return 0


def _live(config: Config) -> tuple[Manifest | None, str]:
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
    return manifest, ""


def _preview(options: argparse.Namespace) -> int:
    from ingest.pipeline import preview

    files = preview(options.path)
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


def _faq(options: argparse.Namespace) -> int:
    from ingest.faq import add_faq

    config: Config = load_config(options.home)
    outcome = add_faq(config, options.paths)
    for warning in outcome.warnings:
        print(f"주의: {warning}", file=sys.stderr)
    if options.json:
        print_json({"topics": [{"topic": topic, "entries": n} for topic, n in outcome.topics]})
        return 0
    for topic, entries in outcome.topics:
        print(f"{topic}: 승인된 답변 {entries}개를 넣었습니다.")
    if outcome.warnings:
        print(f"그 가운데 {len(outcome.warnings)}개는 아직 답하지 않습니다.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
