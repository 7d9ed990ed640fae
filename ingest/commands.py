"""What admins do: add, sync, watch, remove, rollback, history, faq."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from ingest.telling import HISTORY, action_name, tell_lines, told
from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError
from onprem_rag.ingesting import read_paces
from onprem_rag.terminal import ProgressBars, print_json

if TYPE_CHECKING:
    from ingest.faq import Confirmed, Reviewed
    from ingest.pipeline import Outcome

_FALLEN = 5  # questions that fell, of each change in the history


def add(options: argparse.Namespace) -> int:
    """Files and folders into the library."""
    from ingest import pipeline
    from onprem_rag.library.versions import is_far, iso_day

    config = load_config(options.home)
    since = iso_day(options.effective) if options.effective else None
    if since and is_far(since):
        print(
            f"참고: 시행일이 오늘에서 멉니다: {since} → 잘못 썼으면 고쳐서 다시 넣으세요.",
            file=sys.stderr,
        )
    with ProgressBars(read_paces(config.home)) as bars:
        outcome = pipeline.add(config, options.paths, bars, since, options.force)
    if not outcome.files and not options.json:
        print("넣을 파일이 없습니다. → 경로를 확인하세요.", file=sys.stderr)
        return 1
    return told(outcome, options.json)


def sync(options: argparse.Namespace) -> int:
    """The library as a mirror of a folder."""
    from ingest import pipeline

    config = load_config(options.home)
    with ProgressBars(read_paces(config.home)) as bars:
        outcome = pipeline.sync(config, options.folder, bars, options.dry_run, options.force)
    return told(outcome, options.json)


def watch(options: argparse.Namespace) -> int:
    """``sync`` now, and whenever something changes in the folder; until Ctrl-C."""
    from ingest.watch import watch as watched

    if not options.json:
        print(f"{options.folder} 폴더를 지켜봅니다. 멈추려면 Ctrl-C를 누르세요.", flush=True)
    try:
        hear = partial(heard, as_json=options.json)
        watched(load_config(options.home), options.folder, hear)
    except KeyboardInterrupt:  # the way in which it ends, and no accident
        print(
            "\n지켜보기를 멈췄습니다. 하던 일이 있었다면 반영하지 않았습니다.\n"
            "→ 다시 지켜보려면 같은 명령을 실행하세요. 그동안 바뀐 파일도 그때 반영합니다.",
            file=sys.stderr,
        )
    return 0


def heard(outcome: Outcome, as_json: bool) -> None:
    """What one run of ``watch`` did, and when."""
    now = datetime.now().astimezone()
    if as_json:
        print_json({"at": now.isoformat(timespec="seconds"), **asdict(outcome)})
        return
    print(f"[{now:%Y-%m-%d %H:%M:%S}]", flush=True)
    told(outcome, as_json=False)
    if outcome.refused:
        print(
            "→ 지켜보기는 폴더가 바뀔 때만 다시 검사합니다. 질문 모음이나 설정을 고쳤으면 "
            "'ingest sync 폴더'를, 그대로 켜려면 'ingest sync 폴더 --force'를 한 번 실행하세요.",
            file=sys.stderr,
        )
    sys.stdout.flush()  # a journal has each run as it ends


def remove(options: argparse.Namespace) -> int:
    """Rules out of force."""
    from ingest import pipeline

    config = load_config(options.home)
    with ProgressBars(read_paces(config.home)) as bars:
        outcome = pipeline.remove(config, options.names, bars, options.force)
    code = told(outcome, options.json)
    if options.json or outcome.refused:
        return code
    if not (outcome.summary or outcome.already):
        print("→ 같은 규정이 다른 파일에도 있으면 제목으로 빼세요.")
        return code
    there = [name for name in options.names if _is_there(name)]
    if there:
        print(
            f"파일이 그대로 있어 그 폴더의 다음 'ingest sync'가 다시 넣습니다: {', '.join(there)}\n"
            "→ 빼 두려면 파일도 치우거나, 파일 대신 제목으로 빼세요."
        )
    if len(there) < len(options.names):
        print("제목으로 뺀 규정은 'ingest sync'를 다시 해도 파일이 바뀌기 전에는 빠져 있습니다.")
    print("→ 되살리려면 'ingest add 파일'이나 'ingest rollback'을 쓰세요.")
    return code


def _is_there(name: str) -> bool:
    """Whether it is the path of a file, or of one in a ZIP file (…/규정.zip!/여비규정.txt)."""
    return os.path.lexists(name) or os.path.lexists(name.partition("!/")[0])


def rollback(options: argparse.Namespace) -> int:
    """Back to an older generation."""
    from ingest.rollback import rollback as rolled_back

    done = rolled_back(load_config(options.home), options.generation)
    if options.json:
        print_json(asdict(done))
        return 0
    tell_lines(done.summary, whole="'ingest history --json'")
    print(f"{int(done.generation[1:])}세대로 되돌렸습니다. 열려 있는 화면에도 곧바로 반영됩니다.")
    print(
        "폴더의 파일은 그대로이므로, 그 폴더의 다음 'ingest sync'나 'watch'가 지금 파일의 내용을 "
        "다시 넣습니다.\n→ 되돌린 채로 두려면 watch를 멈추고, 폴더의 파일도 이전 것으로 바꾸세요."
    )
    print("승인된 답변은 되돌리지 않습니다.")
    if done.waiting:
        tell_lines(done.waiting)
        print("→ 'ingest faq --review'로 보고, 맞으면 'ingest faq --confirm'으로 확인하세요.")
    return 0


def history(options: argparse.Namespace) -> int:
    """What was done or refused, newest first, and which generations are kept."""
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
    marked: set[str] = set()  # a generation that was gone back to is there twice
    for event in reversed(events):
        name = event.generation
        mark = "지금" if name == live else "되돌릴 수 있음" if name in kept else ""
        shown = f" ({mark})" if mark and name not in marked else ""
        number = f"{int(name[1:])}세대" if name else "-"
        if event.refused:
            number, shown = "거절: 질문 검사에 떨어져 아래대로 바꾸지 않음", ""
        else:
            marked.add(name)
        what = "  ".join(filter(None, (event.at or "-", event.who, action_name(event.action))))
        print(f"{what}  → {number}{shown}")
        tell_lines(event.summary, "    ")
        tell_lines(event.fallen, "      ", HISTORY, _FALLEN)
    if kept - {live}:
        print("→ 되돌리려면 'ingest rollback 세대번호'를 쓰세요.")
    return 0


def faq(options: argparse.Namespace) -> int:
    """Approved answers: add them, see which wait to be confirmed, confirm them."""
    from ingest.faq import add_faq, confirm, review

    config = load_config(options.home)
    if options.review or options.confirm is not None:
        if options.paths:
            raise ConfigError("파일과 --review, --confirm은 함께 쓸 수 없습니다. → 나누어 쓰세요.")
        if options.confirm is None:
            return _reviewed(review(config), options.json)
        return _confirmed(confirm(config, options.confirm), options.json)
    if not options.paths:
        raise ConfigError("넣을 파일이 없습니다. → CSV나 XLSX 파일을 쓰세요.")
    outcome = add_faq(config, options.paths)
    for note in outcome.notes:
        print(f"참고: {note}", file=sys.stderr)
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


def _confirmed(done: Confirmed, as_json: bool) -> int:
    if as_json:
        entries = [asdict(entry) for entry in done.entries]
        print_json({"confirmed": entries, "left": done.left, "doubts": done.doubts})
        return 0
    for entry in done.entries:
        print(f"  {entry.id}번 '{entry.questions[0]}' 「{entry.document}」 {entry.article}")
    print(f"승인된 답변 {len(done.entries)}개가 다시 답합니다.")
    if done.doubts:
        print("확인은 했지만 다시 보세요. → 틀리면 답변을 고쳐서 다시 넣으세요.")
        tell_lines(done.doubts)
    if done.left:
        print(f"확인하지 않은 답변 {len(done.left)}개:")
        tell_lines(done.left)
    return 0


def _reviewed(reviewed: Reviewed, as_json: bool) -> int:
    from ingest.waiting import told, told_of_prepared

    if as_json:
        print_json(asdict(reviewed))
        return 0
    found = reviewed.waiting
    for one in found:
        for line in told(one):
            print(f"  {line}")
    for prepared in reviewed.prepared:
        for line in told_of_prepared(prepared):
            print(f"  {line}")
    now = sum(not one.since for one in found)
    print(f"승인된 답변 {now}개가 조문이 바뀌거나 없어져 확인을 기다립니다.")
    if any(not (one.since or one.shared or one.gone) for one in found):
        print("→ 맞으면 'ingest faq --confirm 번호'로 확인하고, 틀리면 고쳐서 다시 넣으세요.")
    if later := len(found) - now:
        print(
            f"앞으로 조문이 바뀌는 답변이 {later}개 있습니다. → 그날 'ingest faq --review'로 "
            "다시 보고 확인하거나, 그날부터 쓸 답변을 '시행일' 열에 그날을 쓴 줄로 더해 미리 "
            "'ingest faq 파일'로 넣으세요. 옛 줄은 그대로 두면 그 전날까지 답합니다."
        )
    return 0
