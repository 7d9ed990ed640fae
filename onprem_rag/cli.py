"""The command line ``onprem-rag``: which commands and options there are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from onprem_rag import __version__, commands
from onprem_rag.terminal import KoreanParser, run


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    options = _parser().parse_args(arguments)
    return run(lambda: int(options.command(options)))


def _parser() -> argparse.ArgumentParser:
    parser = KoreanParser(
        prog="onprem-rag", description="우리 기관의 규정을 근거로 질문에 답합니다."
    )
    parser.set_defaults(home=None)
    parser.add_argument("--version", action="version", version=f"onprem-rag {__version__}")
    names = parser.add_subparsers(required=True, metavar="명령")

    def command(name: str, text: str, function: Any) -> argparse.ArgumentParser:
        return _command(names, name, text, function)

    ask = command("ask", "질문에 답합니다.", commands.ask)
    ask.add_argument(
        "--after",
        action="append",
        default=[],
        metavar="앞선질문",
        help="이어 묻는 질문일 때, 차례대로",
    )
    search = command("search", "질문에 맞는 조문을 찾습니다.", commands.search)
    for sub in (ask, search):
        sub.add_argument("question", nargs="?", metavar="질문")
        sub.add_argument(
            "--as-of",
            metavar="날짜",
            help="그날 시행되는 규정으로(2023-05-01)",
        )
        sub.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"question": …} 줄마다')
        _json_option(sub)
    search.add_argument("-k", type=int, default=10, metavar="N", help="찾을 조문의 수(기본 10)")
    _verify(command("verify", "답변을 글과 대조합니다.", commands.verify))
    evaluate = command("eval", "질문 모음으로 검색을 평가합니다.", commands.evaluate)
    evaluate.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    _json_option(evaluate)
    tune = command("tune", "질문 모음으로 검색 가중치를 찾습니다.", commands.tune)
    tune.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    tune.add_argument("--save", action="store_true", help="나아지면 config.toml에 저장")
    _json_option(tune)
    _json_option(command("doctor", "설치와 모델, 색인의 상태를 살핍니다.", commands.doctor))
    _prompt(
        command("prompt", "프롬프트를 살피고, 질문에 보낼 글을 보여 줍니다.", commands.prompt_check)
    )
    _models(command("models", "쓸 수 있는 모델을 봅니다.", commands.models))
    serve = command("serve", "웹 화면을 엽니다.", commands.serve)
    serve.add_argument("--host", default="127.0.0.1", help="주소(기본 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8501, help="포트(기본 8501)")
    return parser


def _verify(verify: argparse.ArgumentParser) -> None:
    verify.add_argument("--answer", metavar="글", help="확인할 답변")
    verify.add_argument("--context", type=Path, metavar="파일", help="근거가 되는 글(TXT)")
    verify.add_argument(
        "--passages",
        type=Path,
        metavar="FILE.jsonl",
        help='근거가 되는 조문들: {"text": …, "document": …, "article": …} 줄마다',
    )
    verify.add_argument(
        "--batch",
        type=Path,
        metavar="FILE.jsonl",
        help='{"answer": …, "context": …} 또는 {"answer": …, "passages": […]} 줄마다',
    )
    _json_option(verify)


def _prompt(prompt: argparse.ArgumentParser) -> None:
    names = prompt.add_subparsers(required=True, metavar="check|preview")
    check = _command(names, "check", "프롬프트의 잘못을 모두 찾습니다.", commands.prompt_check)
    text = "질문에 보낼 글과 토큰 수를 보여 줍니다."
    preview = _command(names, "preview", text, commands.prompt_preview)
    preview.add_argument("question", metavar="질문")
    for sub in (check, preview):
        _json_option(sub)


def _models(models: argparse.ArgumentParser) -> None:
    _json_option(models)
    names = models.add_subparsers(metavar="fetch|check|record")
    text = "이어진 기기에서 받아 옮기는 법을 보여 줍니다."
    fetch = _command(names, "fetch", text, commands.models_fetch)
    fetch.add_argument("name", metavar="이름")
    check = _command(names, "check", "옮긴 폴더를 SHA256SUMS와 대조합니다.", commands.models_check)
    _json_option(check)
    text = "폴더의 SHA256SUMS를 만듭니다."
    record = _command(names, "record", text, commands.models_record)
    for sub in (check, record):
        sub.add_argument("folder", type=Path, metavar="폴더")


def _command(names: Any, name: str, text: str, function: Any) -> argparse.ArgumentParser:
    sub: argparse.ArgumentParser = names.add_parser(name, help=text, description=text)
    # Without a default, for that would win over what stands before a command of two words.
    home = argparse.SUPPRESS
    sub.add_argument("--home", type=Path, default=home, help="설정·라이브러리·색인이 있는 폴더")
    sub.set_defaults(command=function)
    return sub


def _json_option(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="JSON으로 출력")


if __name__ == "__main__":
    sys.exit(main())
