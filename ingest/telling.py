"""What a run did, as admins read it: lines on the screen, or one line of JSON."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from onprem_rag.terminal import print_json

if TYPE_CHECKING:
    from ingest.pipeline import Outcome
    from ingest.taking import FileResult

_SHOWN = 50  # lines of what has changed
HISTORY = "'ingest history --json'"
_NONE_LOST = "다른 파일에 있거나 새 판이 대신하거나 이미 뺀 것이라, 따로 빼는 규정은 없습니다"
_ACTIONS = {
    "add": "넣음",
    "sync": "폴더와 맞춤",
    "remove": "뺌",
    "rollback": "되돌림",
    "migrate": "새 형식으로 옮김",
}


def told(outcome: Outcome, as_json: bool) -> int:
    """Print what a run did; the exit code: 1 where a file was not read, or the gate refused."""
    code = 1 if outcome.failed or outcome.refused else 0
    if as_json:
        print_json(asdict(outcome))
        return code
    if outcome.refused:
        print(outcome.gate, file=sys.stderr)
        _tell_notes(_taken(outcome), sys.stderr)
    else:
        _tell(outcome)
    _tell_of_failed(outcome.failed)
    return code


def action_name(action: str) -> str:
    """ "폴더와 맞춤(ingest sync)": what was done, and by which command."""
    name = _ACTIONS.get(action, action)
    return name if action == "migrate" else f"{name}(ingest {action})"


def tell_lines(
    lines: Sequence[str], indent: str = "  ", whole: str = "--json", most: int = _SHOWN
) -> None:
    """Print the first of ``lines``, how many there are, and what shows the ``whole``."""
    for line in lines[:most]:
        print(f"{indent}{line}")
    if len(lines) > most:
        print(f"{indent}… 모두 {len(lines)}건 (전체는 {whole})")


def _taken(outcome: Outcome) -> list[FileResult]:
    from ingest.taking import TAKEN

    return [file for file in outcome.files if file.status in TAKEN]


def _tell_notes(taken: Sequence[FileResult], stream: TextIO) -> None:
    for file in taken:
        for note in file.notes:
            print(f"  참고: {file.path}: {note}", file=stream)


def _tell(outcome: Outcome) -> None:
    taken = _taken(outcome)
    _tell_notes(taken, sys.stdout)
    tell_lines(outcome.already)
    tell_lines(outcome.summary, whole="--json" if outcome.rehearsal else HISTORY)
    _tell_of_files(outcome, taken)
    if outcome.gate:
        print(outcome.gate)
    if outcome.review:
        print(f"{'실행하면 ' if outcome.rehearsal else ''}바뀐 조문을 인용하는 것이 있습니다.")
        tell_lines(outcome.review)
    if outcome.rehearsal:
        print("미리 보기입니다. 아무것도 바꾸지 않았습니다.")


def _tell_of_files(outcome: Outcome, taken: Sequence[FileResult]) -> None:
    """How many files became what; of a rehearsal, will become."""
    count = Counter(file.status for file in outcome.files)
    words = ("넣게", "적게", "빼게") if outcome.rehearsal else ("넣었", "적었", "뺐")
    adds, notes, drops = (f"{w} 됩니다" if w.endswith("게") else f"{w}습니다" for w in words)
    if count["reread"]:
        print(f"  {count['reread']}개는 판독 방식이 나아져 같은 파일을 다시 읽었습니다.")
    if taken:
        documents = sum(file.documents for file in taken)
        passages = sum(file.passages for file in taken)
        held = f"규정 {documents}건, 조문 {passages}개를" if passages else f"규정 {documents}건을"
        print(f"파일 {len(taken)}개에서 {held} {adds}.")
    if count["moved"]:
        print(f"옮긴 파일 {count['moved']}개: 규정은 그대로 두고 새 위치만 {notes}.")
    if count["gone"]:
        lost = sum(file.documents for file in outcome.files if file.status == "gone")
        what = f"규정 {lost}건을 {drops}" if lost else _NONE_LOST
        print(f"사라진 파일 {count['gone']}개: {what}.")
    if not (outcome.summary or taken or count["moved"] or count["gone"]):
        print("바뀐 것이 없습니다.")
    if count["unchanged"]:
        print(f"바뀌지 않은 파일 {count['unchanged']}개는 그대로 두었습니다.")


def _tell_of_failed(failed: Sequence[FileResult]) -> None:
    if failed:
        print(f"읽지 못한 파일 {len(failed)}개:", file=sys.stderr)
        for file in failed:
            notes = "".join(f" {note}" for note in file.notes)
            print(f"  {file.path}: {file.reason}{notes}", file=sys.stderr)
