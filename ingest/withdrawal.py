"""``ingest remove``: what a title or a path names goes out of force."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from ingest.change import Change
from ingest.files import source_of
from onprem_rag.errors import LibraryError
from onprem_rag.library.versions import title_key


def withdraw(change: Change, name: str) -> str:
    """Withdraw one rule, or forget the files that ``name`` is the path of.

    Returns a Korean line where that was done before; "" where not. Raises LibraryError where
    ``name`` is nothing that was ever here.
    """
    plan, path = change.plan, source_of(Path(name))
    inside = (f"{path}/", f"{path}!/")
    files = [one for one in plan.files if one == path or one.startswith(inside)]
    held = {number for source in files for number in plan.files[source].documents}
    out = all(map(plan.is_out_of_force, files))
    for source in files:
        plan.drop(source)
    if plan.withdraw(name) or not out:
        return ""
    if days := _days_before(change, name, held):
        # A version that was still to come is withdrawn as of the day that it never saw.
        day = max((day for day in days if day <= change.today), default="")
        return f"이미 {day}에 뺐습니다: {name}" if day else f"이미 뺐습니다: {name}"
    if files:  # what they held never counted: another text of the same day took its place
        return ""
    alike = get_close_matches(name, plan.titles(), n=3)
    hint = f"비슷한 제목: {', '.join(alike)}" if alike else "'ingest status'로 제목을 확인하세요."
    raise LibraryError(f"그런 제목의 규정이나 파일이 없습니다: {name}\n→ {hint}")


def _days_before(change: Change, name: str, held: set[int]) -> list[str]:
    """The days as of which what a title or a path names was withdrawn before this run.

    ``held``: the documents of its files.
    """
    path = source_of(Path(name))
    return [
        one.withdrawn
        for one in change.plan.before.values()
        if one.withdrawn is not None
        and (
            one.document_id in held
            or one.source == path
            or one.source.startswith((f"{path}/", f"{path}!/"))
            or title_key(one.title) == title_key(name)
        )
    ]
