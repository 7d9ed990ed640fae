"""What the commands of ``onprem-rag`` do; each returns the exit code. Heavy imports wait."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from onprem_rag.batch import answered, examined, read_all
from onprem_rag.terminal import ProgressBars, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onprem_rag.config import Config
    from onprem_rag.evaluate.candidates import Reader
    from onprem_rag.evaluate.retrieval import GoldQuestion
    from onprem_rag.evaluate.tune import Tuning


def _chatbot(options: argparse.Namespace) -> Any:
    from onprem_rag.chatbot import Chatbot
    from onprem_rag.config import load_config

    return Chatbot.open(load_config(options.home))


def ask(options: argparse.Namespace) -> int:
    """Answer one question, or those of a file."""
    from onprem_rag.followup import exchange
    from onprem_rag.records import Exchange
    from onprem_rag.report import answer_json, answer_text

    day = options.as_of or ""
    if options.batch:
        chatbot = _chatbot(options)
        return answered(options.batch, lambda question: answer_json(chatbot.ask(question, day=day)))
    question = _required(options.question, "질문")
    chatbot = _chatbot(options)
    earlier: list[Exchange] = []
    for before in options.after:
        earlier.append(exchange(chatbot.ask(before, earlier, day)))
    answer = chatbot.ask(question, earlier, day)
    if options.json:
        print_json(answer_json(answer))
    else:
        print(answer_text(answer))
    return 0


def search(options: argparse.Namespace) -> int:
    """The hits of one question, or of those of a file."""
    from onprem_rag.errors import ConfigError
    from onprem_rag.report import hits_json, hits_text

    if options.k < 1:
        raise ConfigError("-k는 1 이상이어야 합니다. → 찾을 조문의 수를 쓰세요.")
    day = options.as_of or ""
    if options.batch:
        chatbot = _chatbot(options)
        return answered(
            options.batch,
            lambda text: hits_json(text, chatbot.search(text, options.k, day)),
        )
    question = _required(options.question, "질문")
    hits = _chatbot(options).search(question, options.k, day)
    if options.json:
        print_json(hits_json(question, hits))
    else:
        print(hits_text(hits))
    return 0


def verify(options: argparse.Namespace) -> int:
    """The checker alone, on one answer or on those of a file."""
    from onprem_rag.config import load_config
    from onprem_rag.errors import ConfigError
    from onprem_rag.report import checked_json, report_text
    from onprem_rag.verify import open_checker
    from onprem_rag.verify.standalone import case_of, examine

    if options.batch:
        if options.answer is not None or options.context or options.passages:
            raise ConfigError(
                "--batch에 다른 답변이나 근거를 함께 주었습니다. → 답변과 근거를 그 파일에 쓰세요."
            )
        checker = open_checker(load_config(options.home))
        return examined(options.batch, lambda item: checked_json(examine(*case_of(item), checker)))
    answer = _required(options.answer, "--answer")
    passages = _passages(options.context, options.passages)
    checked = examine(answer, passages, open_checker(load_config(options.home)))
    if options.json:
        print_json(checked_json(checked))
        return 0
    print(report_text(checked.report))
    if checked.correction.text != answer:
        print(f"  고친 답변: {checked.correction.text or '(남는 문장이 없습니다)'}")
    return 0


def _passages(context: Path | None, passages: Path | None) -> Any:
    from onprem_rag.errors import ConfigError
    from onprem_rag.verify.standalone import passages_of, read_context, split_context

    if context and passages:
        raise ConfigError("--context와 --passages를 함께 주었습니다. → 둘 가운데 하나만 주세요.")
    if passages:
        found = [passage for some in read_all(passages, passages_of) for passage in some]
        return [replace(passage, document_id=rank) for rank, passage in enumerate(found, start=1)]
    return split_context(read_context(_required(context, "--context")))


def evaluate(options: argparse.Namespace) -> int:
    """The figures of a question set."""
    from onprem_rag.evaluate import retrieval
    from onprem_rag.report import figures_json, figures_text

    questions = retrieval.read_questions(options.questions)
    bars = ProgressBars()
    figures = retrieval.evaluate(questions, _chatbot(options).search, bars)
    bars.close()
    if options.json:
        print_json(figures_json(figures))
    else:
        print(figures_text(figures))
    return 0


def tune(options: argparse.Namespace) -> int:
    """The weights that fit a question set best."""
    from onprem_rag.config import load_config
    from onprem_rag.evaluate.retrieval import read_questions
    from onprem_rag.evaluate.save import save_weights
    from onprem_rag.evaluate.tuned import tuning_json, tuning_text

    questions = read_questions(options.questions)
    config = load_config(options.home)
    tuning = _tuned(config, questions)
    saved = None
    if options.save and tuning.worthwhile:
        saved = save_weights(config.home, {name: found for name, _, found in tuning.weights})
    if options.json:
        print_json(tuning_json(tuning, saved))
    else:
        print(tuning_text(tuning, saved, options.save))
    return 1 if options.save and not saved else 0


def _tuned(config: Config, questions: Sequence[GoldQuestion]) -> Tuning:
    """The weights for what is live."""
    from onprem_rag.evaluate.tune import tune
    from onprem_rag.index.generations import open_current
    from onprem_rag.library.store import Library
    from onprem_rag.live import live_shelf
    from onprem_rag.reading import fits
    from onprem_rag.rerank import Reranker
    from onprem_rag.search import Searcher

    library = Library.open(config.library_url)
    generation = open_current(
        config.index_folder,
        config.embedder_folder,
        candidates=config.search.candidates,
        server=config.index,
    )
    reranker = Reranker(config.reranker_folder) if config.reranker_folder else None
    searcher = Searcher(live_shelf(config, library), generation, config.search, reranker)
    readers: dict[str, Reader] = {
        "reading": lambda text, passages: fits(text, passages, generation.index.weight)
    }
    if reranker:
        readers["rerank"] = reranker.scores
    bars = ProgressBars()
    tuning = tune(questions, searcher.weighing, config.search, readers, bars)
    bars.close()
    return tuning


def prompt_check(options: argparse.Namespace) -> int:
    """All that is wrong with the templates; 1 where something is."""
    from onprem_rag.config import load_config
    from onprem_rag.prompts import OWN, check

    folder = load_config(options.home).prompt_folder
    findings = check(folder)
    if options.json:
        print_json([str(finding) for finding in findings])
    else:
        where = folder if folder.is_dir() else OWN
        print("\n".join(map(str, findings)) or f"✓ 프롬프트에 잘못이 없습니다: {where}")
    return 1 if findings else 0


def prompt_preview(options: argparse.Namespace) -> int:
    """The messages that a question would send."""
    from onprem_rag.report import preview_json, preview_text

    preview = _chatbot(options).preview(options.question)
    if options.json:
        print_json(preview_json(preview))
    else:
        print(preview_text(preview))
    return 0


def models(options: argparse.Namespace) -> int:
    """The catalogue, and which of it fits this card."""
    from onprem_rag.config import load_config
    from onprem_rag.models.fit import models_json, models_text

    config = load_config(options.home)
    if options.json:
        print_json(models_json(config))
    else:
        print(models_text(config))
    return 0


def models_fetch(options: argparse.Namespace) -> int:
    """How to fetch a model on a connected machine and carry it in."""
    from onprem_rag.models.fetch import fetch_text

    print(fetch_text(options.name))
    return 0


def models_check(options: argparse.Namespace) -> int:
    """What is wrong with a folder that was carried in; 1 where something is."""
    from onprem_rag.models.sums import check

    faults = check(options.folder)
    if options.json:
        print_json([{"file": fault.file, "what": fault.what} for fault in faults])
    elif faults:
        print("\n".join(f"✗ {fault}" for fault in faults))
        print("→ 이 폴더를 쓰지 말고, 모델을 받은 기기에서 다시 옮기세요.")
    else:
        print(f"✓ 모든 파일이 SHA256SUMS와 같습니다: {options.folder}")
    return 1 if faults else 0


def models_record(options: argparse.Namespace) -> int:
    """Write a folder's sums."""
    from onprem_rag.models.sums import record

    print(f"기록했습니다: {record(options.folder)}")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """What is installed; 1 where something needed is missing."""
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


def serve(options: argparse.Namespace) -> NoReturn:
    """Becomes the server of the app."""
    from onprem_rag.config import load_config
    from onprem_rag.serving import become_server

    become_server(load_config(options.home), options.host, options.port)


def _required(value: Any, name: str) -> Any:
    from onprem_rag.errors import ConfigError

    if value is None:
        raise ConfigError(f"빠진 것이 있습니다: {name} → {name} 또는 --batch 파일을 주세요.")
    return value
