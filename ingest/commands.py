"""What admins do: add, sync, watch, remove, rollback, history, faq."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from onprem_rag.config import iso_day, load_config
from onprem_rag.errors import ConfigError
from onprem_rag.ingesting import read_paces
from onprem_rag.terminal import ProgressBars, print_json

if TYPE_CHECKING:
    from ingest.pipeline import Outcome

_SHOWN = 50  # lines of what has changed


def add(options: argparse.Namespace) -> int:
    """Files and folders into the library."""
    from ingest import pipeline

    config = load_config(options.home)
    since = iso_day(options.effective) if options.effective else None
    with ProgressBars(read_paces(config.home)) as bars:
        outcome = pipeline.add(config, options.paths, bars, since, options.force)
    if not outcome.files and not options.json:
        print("넣을 파일이 없습니다. → 경로를 확인하세요.", file=sys.stderr)
        return 1
    return _told(outcome, options.json)


def sync(options: argparse.Namespace) -> int:
    """The library as a mirror of a folder."""
    from ingest import pipeline

    config = load_config(options.home)
    with ProgressBars(read_paces(config.home)) as bars:
        outcome = pipeline.sync(config, options.folder, bars, options.dry_run, options.force)
    if options.dry_run and not options.json:
        print("미리 보기입니다. 아무것도 바꾸지 않았습니다.")
    return _told(outcome, options.json)


def watch(options: argparse.Namespace) -> int:
    """``sync`` now, and whenever something changes in the folder; until Ctrl-C."""
    from ingest.watch import watch as watched

    def told(outcome: Outcome) -> None:
        _told(outcome, options.json)

    watched(load_config(options.home), options.folder, told)
    return 0


def remove(options: argparse.Namespace) -> int:
    """Rules out of force."""
    from ingest import pipeline

    config = load_config(options.home)
    with ProgressBars(read_paces(config.home)) as bars:
        outcome = pipeline.remove(config, options.names, bars, options.force)
    return _told(outcome, options.json)


def rollback(options: argparse.Namespace) -> int:
    """Back to an older generation."""
    from ingest.rollback import rollback as rolled_back

    name = rolled_back(load_config(options.home), options.generation)
    if options.json:
        print_json({"generation": name})
    else:
        print(f"{int(name[1:])}세대로 되돌렸습니다. 열려 있는 화면에도 곧바로 반영됩니다.")
    return 0


def history(options: argparse.Namespace) -> int:
    """What was done, newest first, and which generations are kept."""
    from ingest.rollback import history as done

    events, kept, live = done(load_config(options.home))
    if options.json:
        print_json(
            {
                "live": live,
                "kept": sorted(kept),
                "history": [asdict(event) for event in reversed(events)],
            }
        )
        return 0
    for event in reversed(events):
        number = int(event.generation[1:]) if event.generation else 0
        marks = [
            *(["지금"] if event.generation == live else []),
            *(["되돌릴 수 있음"] if event.generation in kept and event.generation != live else []),
        ]
        shown = f" ({', '.join(marks)})" if marks else ""
        print(f"{event.at or '-'}  {event.action:<8}  {number}세대{shown}")
        for line in event.summary[:_SHOWN]:
            print(f"    {line}")
    return 0


def faq(options: argparse.Namespace) -> int:
    """Approved answers: add them, see which wait to be confirmed, confirm them."""
    from ingest.faq import add_faq, confirm, review

    config = load_config(options.home)
    if options.review or options.confirm is not None:
        if options.paths:
            raise ConfigError("파일과 --review, --confirm은 함께 쓸 수 없습니다. → 나누어 쓰세요.")
        done = options.confirm is not None
        entries = confirm(config, options.confirm) if done else review(config)
        if options.json:
            print_json({"confirmed" if done else "waiting": [asdict(entry) for entry in entries]})
            return 0
        for entry in entries:
            print(f"  {entry.id}번 '{entry.questions[0]}' 「{entry.document}」 {entry.article}")
            print(f"      답변: {entry.answer}")
        verb = "다시 답합니다" if done else "조문이 바뀌어 확인을 기다립니다"
        print(f"승인된 답변 {len(entries)}개가 {verb}.")
        return 0
    if not options.paths:
        raise ConfigError("넣을 파일이 없습니다. → CSV나 XLSX 파일을 쓰세요.")
    outcome = add_faq(config, options.paths)
    for warning in outcome.warnings:
        print(f"주의: {warning}", file=sys.stderr)
    if options.json:
        print_json({"topics": [{"topic": topic, "entries": n} for topic, n in outcome.topics]})
        return 0
    for topic, entries_ in outcome.topics:
        print(f"{topic}: 승인된 답변 {entries_}개를 넣었습니다.")
    if outcome.warnings:
        print(f"그 가운데 {len(outcome.warnings)}개는 아직 답하지 않습니다.")
    return 0


def _told(outcome: Outcome, as_json: bool) -> int:
    """Print what a run did; the exit code: 1 where a file was not read, or the gate refused."""
    from ingest.taking import TAKEN

    code = 1 if outcome.failed or outcome.refused else 0
    if as_json:
        print_json(asdict(outcome))
        return code
    if outcome.refused:
        print(outcome.gate, file=sys.stderr)
        _told_of_failed(outcome)
        return code
    taken = [file for file in outcome.files if file.status in TAKEN]
    for file in taken:
        for note in file.notes:
            print(f"  참고: {file.path}: {note}")
    for line in outcome.summary[:_SHOWN]:
        print(f"  {line}")
    if len(outcome.summary) > _SHOWN:
        print(f"  … 모두 {len(outcome.summary)}건 (전체는 'ingest history')")
    if reread := sum(file.status == "reread" for file in taken):
        print(f"  {reread}개는 판독 방식이 나아져 같은 파일을 다시 읽었습니다.")
    documents = sum(file.documents for file in taken)
    passages = sum(file.passages for file in taken)
    if outcome.files:
        verb = "넣었습니다" if outcome.generation else "넣게 됩니다"  # none: only a rehearsal
        print(f"파일 {len(taken)}개에서 규정 {documents}건, 조문 {passages}개를 {verb}.")
    if unchanged := sum(file.status == "unchanged" for file in outcome.files):
        print(f"바뀌지 않은 파일 {unchanged}개는 그대로 두었습니다.")
    if gone := sum(file.status == "gone" for file in outcome.files):
        print(f"사라진 파일 {gone}개의 규정을 뺐습니다.")
    if outcome.gate:
        print(outcome.gate)
    if outcome.review:
        print("바뀐 조문을 인용하는 것이 있습니다.")
        for line in outcome.review[:_SHOWN]:
            print(f"  {line}")
        print("→ 'ingest faq --review'로 보고, 맞으면 'ingest faq --confirm'으로 확인하세요.")
    _told_of_failed(outcome)
    return code


def _told_of_failed(outcome: Outcome) -> None:
    if outcome.failed:
        print(f"읽지 못한 파일 {len(outcome.failed)}개:", file=sys.stderr)
        for file in outcome.failed:
            print(f"  {file.path}: {file.reason}", file=sys.stderr)
