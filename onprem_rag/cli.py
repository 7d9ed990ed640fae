"""``onprem-rag ask | search | verify | eval | tune | doctor | serve``. Heavy imports wait."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from onprem_rag import __version__
from onprem_rag.terminal import KoreanParser, ProgressBars, print_json, run


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    options = _parser().parse_args(arguments)
    return run(lambda: int(options.command(options)))


def _parser() -> argparse.ArgumentParser:
    parser = KoreanParser(
        prog="onprem-rag", description="우리 기관의 규정을 근거로 질문에 답합니다."
    )
    parser.add_argument("--version", action="version", version=f"onprem-rag {__version__}")
    commands = parser.add_subparsers(required=True, metavar="명령")

    def command(name: str, text: str, function: Any) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--home", type=Path, help="설정·라이브러리·색인이 있는 폴더")
        sub.set_defaults(command=function)
        return sub

    def json_option(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--json", action="store_true", help="JSON으로 출력")

    ask = command("ask", "질문에 답합니다.", _ask)
    search = command("search", "질문에 맞는 조문을 찾습니다.", _search)
    for sub in (ask, search):
        sub.add_argument("question", nargs="?", metavar="질문")
        sub.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='{"question": …} 줄마다')
        json_option(sub)
    search.add_argument("-k", type=int, default=10, metavar="N", help="찾을 조문의 수(기본 10)")
    verify = command("verify", "답변을 글과 대조합니다.", _verify)
    verify.add_argument("--answer", metavar="글", help="확인할 답변")
    verify.add_argument("--context", type=Path, metavar="파일", help="근거가 되는 글(TXT)")
    verify.add_argument(
        "--batch", type=Path, metavar="FILE.jsonl", help='{"answer": …, "context": …} 줄마다'
    )
    json_option(verify)
    evaluate = command("eval", "질문 모음으로 검색을 평가합니다.", _eval)
    evaluate.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    json_option(evaluate)
    tune = command("tune", "질문 모음으로 검색 가중치를 찾습니다.", _tune)
    tune.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    tune.add_argument("--save", action="store_true", help="나아지면 config.toml에 저장")
    json_option(tune)
    json_option(command("doctor", "설치와 모델, 색인의 상태를 살핍니다.", _doctor))
    serve = command("serve", "웹 화면을 엽니다.", _serve)
    serve.add_argument("--host", default="127.0.0.1", help="주소(기본 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8501, help="포트(기본 8501)")
    return parser


def _chatbot(options: argparse.Namespace) -> Any:
    from onprem_rag.chatbot import Chatbot
    from onprem_rag.config import load_config

    return Chatbot.open(load_config(options.home))


def _ask(options: argparse.Namespace) -> int:
    from onprem_rag.report import answer_json, answer_text

    if options.batch:
        chatbot = _chatbot(options)
        return _batch(options.batch, lambda question: answer_json(chatbot.ask(question)))
    question = _required(options.question, "질문")
    answer = _chatbot(options).ask(question)
    if options.json:
        print_json(answer_json(answer))
    else:
        print(answer_text(answer))
    return 0


def _search(options: argparse.Namespace) -> int:
    from onprem_rag.errors import ConfigError
    from onprem_rag.report import hits_json, hits_text

    if options.k < 1:
        raise ConfigError("-k는 1 이상이어야 합니다. → 찾을 조문의 수를 쓰세요.")
    if options.batch:
        chatbot = _chatbot(options)
        return _batch(
            options.batch, lambda question: hits_json(question, chatbot.search(question, options.k))
        )
    question = _required(options.question, "질문")
    hits = _chatbot(options).search(question, options.k)
    if options.json:
        print_json(hits_json(question, hits))
    else:
        print(hits_text(hits))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from onprem_rag.report import report_json, report_text
    from onprem_rag.verify.standalone import check_text, read_context

    if options.batch:
        for case in _cases(options.batch, ("answer", "context")):
            print_json(report_json(check_text(case["answer"], case["context"])))
        return 0
    answer = _required(options.answer, "--answer")
    context = read_context(Path(_required(options.context, "--context")))
    report = check_text(answer, context)
    if options.json:
        print_json(report_json(report))
    else:
        print(report_text(report))
    return 0


def _eval(options: argparse.Namespace) -> int:
    from onprem_rag.evaluate.retrieval import evaluate, read_questions
    from onprem_rag.report import figures_json, figures_text

    questions = read_questions(options.questions)
    bars = ProgressBars()
    figures = evaluate(questions, _chatbot(options).search, bars)
    bars.close()
    if options.json:
        print_json(figures_json(figures))
    else:
        print(figures_text(figures))
    return 0


def _tune(options: argparse.Namespace) -> int:
    from onprem_rag.config import load_config
    from onprem_rag.evaluate.retrieval import read_questions
    from onprem_rag.evaluate.save import save_weights
    from onprem_rag.evaluate.tune import tune
    from onprem_rag.evaluate.tuned import tuning_json, tuning_text
    from onprem_rag.index.generations import open_current
    from onprem_rag.library.store import Library
    from onprem_rag.reading import fits
    from onprem_rag.rerank import Reranker
    from onprem_rag.search import Searcher

    questions = read_questions(options.questions)
    config = load_config(options.home)
    library = Library.open(config.library_url)
    generation = open_current(
        config.index_folder,
        config.embedder_folder,
        candidates=config.search.candidates,
        server=config.index,
    )
    reranker = Reranker(config.reranker_folder) if config.reranker_folder else None
    searcher = Searcher(library, generation, config.search, reranker)
    bars = ProgressBars()
    tuning = tune(
        questions,
        searcher.weighing,
        config.search,
        {
            "reading": lambda text, passages: fits(text, passages, generation.index.weight),
            **({"rerank": reranker.scores} if reranker else {}),
        },
        bars,
    )
    bars.close()
    saved = None
    if options.save and tuning.worthwhile:
        saved = save_weights(config.home, {name: found for name, _, found in tuning.weights})
    if options.json:
        print_json(tuning_json(tuning, saved))
    else:
        print(tuning_text(tuning, saved, options.save))
    return 1 if options.save and not saved else 0


def _doctor(options: argparse.Namespace) -> int:
    from onprem_rag.config import load_config
    from onprem_rag.doctor import examine

    findings = examine(load_config(options.home))
    if options.json:
        print_json(
            [{"name": f.name, "ok": f.ok, "detail": f.detail, "remedy": f.remedy} for f in findings]
        )
    else:
        for finding in findings:
            print(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.detail}")
            if finding.remedy:
                print(f"    → {finding.remedy}")
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1


def _serve(options: argparse.Namespace) -> int:
    import os

    from onprem_rag.config import PROJECT, load_config
    from onprem_rag.errors import OnpremRagError
    from onprem_rag.library.store import Library

    config = load_config(options.home)
    home = config.home
    try:
        Library.open(config.library_url).close()
    except OnpremRagError as error:  # the page says so too, until the first ingest
        print(f"주의: {error}", file=sys.stderr)
    os.environ["ONPREM_RAG_HOME"] = str(home)
    print(f"웹 화면: http://{options.host}:{options.port}  (끝내려면 Ctrl+C)", flush=True)
    os.chdir(PROJECT)  # Streamlit reads .streamlit/config.toml from there
    os.execv(
        sys.executable,
        [
            *(sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py")),
            f"--server.address={options.host}",
            f"--server.port={options.port}",
        ],
    )


def _batch(path: Path, answer: Callable[[str], dict[str, Any]]) -> int:
    """A JSON line for each question, in order; a question that can't be asked gets its error."""
    from onprem_rag.errors import ConfigError

    failed = False
    for case in list(_cases(path, ("question",))):
        try:
            print_json(answer(case["question"]))
        except ConfigError as error:
            failed = True
            print_json({"question": case["question"], "error": str(error)})
    return 1 if failed else 0


def _cases(path: Path, keys: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The objects of a JSON Lines file, each with the text ``keys``; ConfigError else."""
    import json

    from onprem_rag.errors import ConfigError

    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"파일을 읽을 수 없습니다: {path}\n→ 경로와 권한, UTF-8 텍스트인지 확인하세요."
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            if not all(isinstance(case[key], str) for key in keys):
                raise TypeError
            yield {key: case[key] for key in keys}
        except (ValueError, KeyError, TypeError) as error:
            wanted = ", ".join(f'"{key}": …' for key in keys)
            raise ConfigError(
                f"{path} {number}번째 줄이 잘못되었습니다. → {{{wanted}}} 형식으로 쓰세요."
            ) from error


def _required(value: Any, name: str) -> Any:
    from onprem_rag.errors import ConfigError

    if value is None:
        raise ConfigError(f"{name}이(가) 없습니다. → {name} 또는 --batch 파일을 주세요.")
    return value


if __name__ == "__main__":
    sys.exit(main())
