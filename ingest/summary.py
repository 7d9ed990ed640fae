"""What a change of the library did, rule by rule, in Korean lines."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.held import id_of
from onprem_rag.library.versions import is_ever_in_force, over, state_of
from onprem_rag.records import State, Version

STATES = {
    State.IN_FORCE: "시행 중",
    State.NOT_YET: "시행 전",
    State.SUPERSEDED: "지난 판",
    State.WITHDRAWN: "철회",
}


def changed_rules(before: Sequence[Version], after: Sequence[Version], today: str) -> list[str]:
    """A line for each version that came, went, or is in another state than before."""
    old = {id_of(one): one for one in before}
    new = {id_of(one) for one in after}
    moved = {one.document_id: one for one in before if id_of(one) not in new}  # to another day
    known = {one.rule for one in before}
    lines = []
    for one in after:
        state = state_of(one, today)
        last = old.pop(id_of(one), None) or moved.pop(one.document_id, None)
        if last:
            old.pop(id_of(last), None)
        if last is None:
            lines.append(_came(one, state, one.rule in known))
        elif state is not state_of(last, today):
            lines.append(f"{named(one)}: {state_words(last, today)} → {state_words(one, today)}")
        elif last.since != one.since:
            lines.append(f"{one.title}: 시행일 {last.since or '없음'} → {one.since}")
    gone = [f"{named(one)}: 뺌" for one in old.values()]
    return sorted(lines) + sorted(gone)


def returned(before: Sequence[Version], after: Sequence[Version], today: str) -> list[str]:
    """A line for each version that answers again because the one in its place was withdrawn."""
    old = {id_of(one): state_of(one, today) for one in before}
    now = [(one, state_of(one, today), old.get(id_of(one))) for one in after]
    gone = {one.rule for one, *moved in now if moved == [State.WITHDRAWN, State.IN_FORCE]}
    return [
        f"{named(one)}: 그 뒤의 판이 없어져 이 판으로 다시 답합니다. → 그 판이 맞으면 파일을 "
        f"되돌려 놓고, 규정이 없어졌으면 'ingest remove {one.title}'로 빼세요."
        for one, *moved in now
        if moved == [State.IN_FORCE, State.SUPERSEDED] and one.rule in gone
    ]


def state_words(version: Version, day: str) -> str:
    """What ``version`` is on ``day``: 시행 중."""
    state = state_of(version, day)
    lapsed = version.lapses is not None and version.lapses == over(version)
    return "폐지·만료" if state is State.WITHDRAWN and lapsed else STATES[state]


def named(version: Version) -> str:
    """``여비규정 2판(2024-01-01 시행)``."""
    day = f"({version.since} 시행)" if version.dated else ""
    return f"{version.title} {version.number}판{day}"


def _came(one: Version, state: State, known: bool) -> str:
    if state is State.NOT_YET:
        return f"{named(one)}: 넣음. {one.since}부터 저절로 시행됩니다."
    if state is State.SUPERSEDED and not known and is_ever_in_force(one):
        return f"{named(one)}: 지난 판으로 넣음(이력)."
    if state is State.SUPERSEDED:
        remedy = "→ 새 판이면 'ingest add --effective 시행일 파일'로 넣으세요."
        return f"{named(one)}: 지난 판으로 넣음. {remedy}"
    if state is State.WITHDRAWN:
        return f"{named(one)}: 넣음. 지금은 시행하지 않습니다(폐지·만료)."
    return f"{named(one)}: {'새 판' if known else '새 규정'}"
