"""``ingest add | sync | watch | remove | rollback | history | status | preview | diff | faq``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ingest import commands, comparing, showing
from onprem_rag.ingesting import STOPPED
from onprem_rag.terminal import KoreanParser, run


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code (1 when a file could not be read)."""
    options = _parser().parse_args(arguments)
    return run(lambda: int(options.command(options)), STOPPED)


def _parser() -> argparse.ArgumentParser:
    parser = KoreanParser(prog="ingest", description="규정 파일을 라이브러리에 넣고 고칩니다.")
    subparsers = parser.add_subparsers(required=True, metavar="명령")

    def command(name: str, text: str, function: Any) -> argparse.ArgumentParser:
        sub = subparsers.add_parser(name, help=text, description=text)
        sub.add_argument("--home", type=Path, help="설정·라이브러리·색인이 있는 폴더")
        sub.add_argument("--json", action="store_true", help="JSON으로 출력")
        sub.set_defaults(command=function)
        return sub

    add = command("add", "파일이나 폴더를 넣고 색인을 새로 만듭니다.", commands.add)
    add.add_argument("paths", nargs="+", type=Path, metavar="경로")
    add.add_argument("--effective", metavar="날짜", help="시행일(2024-03-01)")
    sync = command("sync", "폴더와 똑같이 맞춥니다. 사라진 파일의 규정은 뺍니다.", commands.sync)
    sync.add_argument("folder", type=Path, metavar="폴더")
    sync.add_argument("--dry-run", action="store_true", help="무엇이 바뀔지 보이기만 합니다.")
    watch = command("watch", "폴더를 지켜보며 바뀔 때마다 맞춥니다.", commands.watch)
    watch.add_argument("folder", type=Path, metavar="폴더")
    remove = command("remove", "규정을 오늘부터 뺍니다.", commands.remove)
    remove.add_argument("names", nargs="+", metavar="제목·파일")
    for sub in (add, sync, remove):
        sub.add_argument("--force", action="store_true", help="[gate]에 떨어져도 켭니다.")
    rollback = command("rollback", "이전 세대로 되돌립니다.", commands.rollback)
    rollback.add_argument("generation", nargs="?", type=int, metavar="세대")
    command("history", "지금까지 한 일과 되돌릴 수 있는 세대를 보입니다.", commands.history)
    command("status", "들어 있는 규정과 색인의 상태를 보입니다.", showing.status)
    preview = command(
        "preview", "파일이 어떻게 나뉠지 보입니다. 아무것도 쓰지 않습니다.", showing.preview
    )
    preview.add_argument("path", type=Path, metavar="파일")
    diff = command("diff", "두 판을 견주어 신구조문대비표를 만듭니다.", comparing.diff)
    diff.add_argument("rule", metavar="규정", help="제목, 같은 제목이 여럿이면 파일의 경로")
    what = "판 번호(2) 또는 시행 중이던 날(2024-03-01)"
    diff.add_argument("--from", dest="old", metavar="판", help=f"이전 판: {what}. 기본: 바로 앞 판")
    diff.add_argument("--to", dest="new", metavar="판", help="새 판. 기본: 시행 중인 판")
    diff.add_argument("--format", choices=("html", "md", "docx"), help="기본: 확장자, 없으면 md")
    diff.add_argument("--output", type=Path, metavar="파일", help="기본: 화면(docx는 파일)")
    faq = command("faq", "승인된 질문과 답변(CSV, XLSX)을 넣고 확인합니다.", commands.faq)
    faq.add_argument("paths", nargs="*", type=Path, metavar="파일")
    faq.add_argument("--review", action="store_true", help="조문이 바뀌어 멈춘 답변을 보입니다.")
    faq.add_argument(
        "--confirm",
        nargs="*",
        type=int,
        metavar="번호",
        help="멈춘 답변이 지금 조문에도 맞다고 확인합니다. 번호가 없으면 모두.",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
