"""``ingest diff``: which two versions of a rule are compared, and where the table goes."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError, reason_of
from onprem_rag.library import versions as days
from onprem_rag.records import Version
from onprem_rag.terminal import print_json

if TYPE_CHECKING:
    from onprem_rag.library.shelf import Shelf
    from onprem_rag.library.store import Library

_FORMATS = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".docx": "docx"}
_NUMBER = re.compile(r"제?\s*(\d{1,3})\s*판?")  # 20240301 is a day


def diff(options: argparse.Namespace) -> int:
    """The 신구조문대비표 of two versions of a rule, printed or written to a file."""
    from ingest.diff import Version as Side
    from ingest.diff import compare, rendered
    from onprem_rag.library.store import Library
    from onprem_rag.live import live_shelf

    if options.json and (options.format or options.output):
        raise ConfigError("--json은 --format, --output과 함께 쓸 수 없습니다. → 하나만 쓰세요.")
    form = _form(options.format, options.output)
    config = load_config(options.home)
    library = Library.open(config.library_url)
    shelf = live_shelf(config, library)
    versions = _versions_of(library, shelf, options.rule)
    old, new = chosen(versions, shelf.day, options.old, options.new)

    def side(version: Version) -> Side:
        document = library.document(version.document_id)
        return Side(document, library.passages_of([version.document_id]), _label(version))

    comparison = compare(side(old), side(new))
    library.close()
    if options.json:
        print_json(asdict(comparison))
        return 0
    if not (options.old or options.new) and (coming := _coming(versions, shelf.day, new)):
        print(
            f"참고: {', '.join(map(_label, coming))}이 시행을 앞두고 있습니다. "
            f"→ 그 판과 견주려면 --from {new.number} --to {coming[0].number} 옵션을 쓰세요.",
            file=sys.stderr,
        )
    content = rendered(comparison, form)
    if options.output is None and isinstance(content, str):
        print(content)
        return 0
    name = f"{new.title} {old.number}판-{new.number}판.{form}".replace("/", "-")
    _write(options.output or Path(name), content)
    return 0


def _form(named: str | None, output: Path | None) -> str:
    """The format that an admin names, or that of the file's name. Raises ConfigError."""
    suffix = output.suffix.lower() if output else ""
    meant = _FORMATS.get(suffix)
    if named and meant and named != meant:
        raise ConfigError(
            f"--format({named})과 파일 이름의 확장자({suffix})가 서로 다릅니다: {output}\n"
            "→ 하나를 고치세요. --format을 빼면 확장자대로 씁니다."
        )
    if suffix and not (named or meant):
        raise ConfigError(
            f"확장자로는 형식을 알 수 없습니다: {output}\n"
            "→ .md, .html, .docx 가운데 하나로 하거나 --format으로 알려 주세요."
        )
    return named or meant or "md"


def chosen(
    versions: Sequence[Version], today: str, old: str | None, new: str | None
) -> tuple[Version, Version]:
    """The older and the newer of two ``versions`` of a rule, as an admin names them.

    A name is a number ("2", "2판") or a day on which a version is in force. By default the newer
    is the one in force, and the older the one before it; of the first, or of the one in force
    where ``old`` names that, it is the next that is asked about. Raises ConfigError.
    """
    counting = [one for one in versions if days.is_ever_in_force(one)]
    # Of texts that one day has replaced on its own only what is named is compared.
    usual = counting if len(counting) > 1 else list(versions)
    now = [one for one in usual if days.in_force(one, today)] or usual
    before = _named(versions, old) if old else None
    if new:
        after = _named(versions, new)
    else:
        after = now[-1]
        if after == (before or usual[0]):
            after = next((one for one in usual if one.number > after.number), after)
    if before is None:
        earlier = [one for one in usual if one.number < after.number]
        if not earlier:
            raise _error(versions, f"{after.number}판보다 앞선 판이 없습니다.")
        before = earlier[-1]
    if before == after:
        raise _error(versions, f"{before.number}판을 그 판과 견줄 수는 없습니다.")
    if before.number > after.number and not new:
        raise _error(versions, f"{before.number}판은 시행 중인 {after.number}판보다 나중 판입니다.")
    return before, after


def _named(versions: Sequence[Version], name: str) -> Version:
    """The version that a number or a day means. Raises ConfigError."""
    if number := _NUMBER.fullmatch(name.strip()):
        found = [one for one in versions if one.number == int(number[1])]
    else:
        try:
            day = days.iso_day(name)
        except ConfigError as error:
            raise _error(versions, f"판 번호나 날짜(2024-03-01)가 아닙니다: {name}") from error
        found = [one for one in versions if days.in_force(one, day)]
    if not found:
        what = "시행 중인 판" if not number else "그런 판"
        raise _error(versions, f"{what}이 없습니다: {name}")
    return found[-1]


def _error(versions: Iterable[Version], reason: str) -> ConfigError:
    listed = ", ".join(map(_label, versions))
    return ConfigError(f"{reason}\n→ 있는 판: {listed}. --from과 --to로 고르세요.")


def _coming(versions: Sequence[Version], today: str, after: Version) -> list[Version]:
    """The versions after ``after`` that will be in force one day, in order."""
    return [
        one
        for one in versions
        if one.number > after.number and one.since > today and days.is_ever_in_force(one)
    ]


def _versions_of(library: Library, shelf: Shelf, name: str) -> list[Version]:
    """The versions, oldest first, of the rule that a title, or the path of its file, names.

    Raises ConfigError where that is none, or several, or where it has one version only.
    """
    from ingest.files import source_of  # its readers take long to import

    key = days.title_key(name)
    path = source_of(Path(name))
    files = library.files(shelf.revision)
    inside = set(files[path].documents) if path in files else set()
    rules: dict[str, list[Version]] = {}
    for one in shelf.held:
        rules.setdefault(one.rule, []).append(one)
    found = {
        rule: held
        for rule, held in rules.items()
        if any(days.title_key(one.title) == key or one.document_id in inside for one in held)
    }
    if not found:
        alike = get_close_matches(name, {one.title for one in shelf.held}, n=3)
        hint = f"비슷한 제목: {', '.join(alike)}" if alike else "'ingest status'로 확인하세요."
        raise ConfigError(f"그런 제목의 규정이 없습니다: {name}\n→ {hint}")
    several = [held for held in found.values() if len(held) > 1]
    if not several:
        raise ConfigError(f"「{name}」은 판이 하나뿐입니다. → 개정된 파일을 먼저 넣으세요.")
    if len(several) > 1:
        listed = "\n".join(f"  {held[-1].kind} {held[-1].source}" for held in several)
        raise ConfigError(
            f"「{name}」이라는 규정이 여럿입니다.\n→ 제목 대신 파일의 경로를 쓰세요.\n{listed}"
        )
    return several[0]


def _write(path: Path, content: str | bytes) -> None:
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise ConfigError(
            f"파일을 쓸 수 없습니다: {path} ({reason_of(error)}) → 경로와 권한을 확인하세요."
        ) from error
    print(f"신구조문대비표를 썼습니다: {path}")


def _label(version: Version) -> str:
    """ "제2판 (2024-03-01 시행)"."""
    return f"제{version.number}판" + (f" ({version.since} 시행)" if version.dated else "")
