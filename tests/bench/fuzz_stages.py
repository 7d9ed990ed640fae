"""Stages of the checker that fail at random: judges, kinds of fact, and what the core calls."""

from __future__ import annotations

import inspect
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from onprem_rag.errors import ModelError
from onprem_rag.korean.facts import KINDS
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.patterns import Patterned
from onprem_rag.records import Fact
from onprem_rag.verify import checker as core
from onprem_rag.verify.checker import Checker

_SLOW_S = 0.03
# Public names of the core's module that are functions of ours: its stages and what they call.
_PARTS = sorted(
    name
    for name, part in vars(core).items()
    if inspect.isfunction(part)
    and part.__module__.startswith("onprem_rag.")
    and not name.startswith("_")
)


class Judge:
    """A judge that is sure, denies, fails in one way or another, or dawdles."""

    def __init__(self, name: str, how: str) -> None:
        self.name, self.how, self.asked = name, how, 0

    def probability(self, claim: str, passage: str, seconds: float) -> Any:
        self.asked += 1
        match self.how:
            case "raises ModelError":
                raise ModelError("모델이 답하지 않았습니다. → 다시 시도하세요.")
            case "raises":
                raise random.Random(len(claim)).choice(
                    (
                        ZeroDivisionError(),
                        RecursionError(),
                        KeyError("가"),
                        MemoryError(),
                        OSError(),
                    )
                )
            case "dawdles":
                time.sleep(_SLOW_S)
        return _SAID.get(self.how, 0.9)


_SAID: dict[str, Any] = {
    "denies": 0.1,
    "says nan": float("nan"),
    "says inf": float("inf"),
    "says 2": 2.0,
    "says -1": -1.0,
    "says None": None,
    "says 예": "예",
}


class Faulty(Kind):
    """A kind whose reading or comparing fails, or which returns what is no fact of the text."""

    names = ("faulty",)

    def __init__(self, how: str) -> None:
        self.how, self.failed = how, 0

    def find(self, text: str) -> Iterable[Any]:
        facts: list[Any] = [Fact("faulty", text[at : at + 2], "가", at, at + 2) for at in (0, 3)]
        if len(text) < 6:
            return []
        if self.how in _RUBBISH:
            self.failed += 1
        match self.how:
            case "find raises":
                self.failed += 1
                raise ValueError(text[:3])
            case "find raises on its way":
                return self._on_its_way(facts)
            case "outside":
                return [Fact("faulty", "가나", "가", len(text) + 5, len(text) + 7)]
            case "backwards":
                return [Fact("faulty", text[2:5], "가", 5, 2)]
            case "another text":
                return [Fact("faulty", f"{text[:2]}!", "가", 0, 2)]
            case "no facts":
                return [None, "가"]
            case "nothing at all":
                return None  # type: ignore[return-value]
        return facts

    def _on_its_way(self, facts: list[Fact]) -> Iterator[Fact]:
        self.failed += 1
        yield from facts
        raise RuntimeError("가")

    def same(self, claimed: Fact, stated: Fact) -> bool:
        if self.how == "same raises":
            self.failed += 1
            raise TypeError("가")
        return super().same(claimed, stated)

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        if self.how == "rivals raises":
            self.failed += 1
            raise AttributeError("가")
        return super().rivals(claimed, stated)


_RUBBISH = ("outside", "backwards", "another text", "no facts", "nothing at all")
_JUDGES = (*_SAID, "raises ModelError", "raises", "dawdles", "is sure")
_KINDS = ("find raises", "find raises on its way", "same raises", "rivals raises", *_RUBBISH)


@dataclass(slots=True)
class Rig:
    """A checker, and what was made to fail in it."""

    checker: Checker
    how: str = "all runs"
    judges: tuple[Judge, ...] = ()
    kind: Faulty | None = None
    part: str = ""  # a function of the core that raises
    timeout_s: float = 20.0
    raised: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether something that was to fail was reached."""
        if self.raised or (self.kind and self.kind.failed):
            return True
        faults = (judge for judge in self.judges if judge.how not in ("is sure", "dawdles"))
        return any(judge.asked for judge in faults) or (
            any(judge.asked for judge in self.judges if judge.how == "dawdles")
            and self.timeout_s < _SLOW_S
        )

    def forget(self) -> None:
        """Forget what was reached; what was read amiss is kept by the checker's own memory."""
        self.raised.clear()
        for judge in self.judges:
            judge.asked = 0
        if self.kind and self.kind.how not in _RUBBISH:
            self.kind.failed = 0

    @contextmanager
    def broken(self) -> Iterator[None]:
        """While this lasts, the part raises."""
        with ExitStack() as stack:
            if self.part:
                stack.callback(setattr, core, self.part, getattr(core, self.part))
                setattr(core, self.part, self._raises)
            yield

    def _raises(self, *_: object, **__: object) -> Any:
        self.raised.append(self.part)
        raise RuntimeError(self.part)


def rig_of(number: int) -> Rig:
    """The checker of case ``number``: every second one runs, the others fail in one way."""
    chance = random.Random(f"rig {number}")
    match chance.choice(("runs", "runs", "runs", "judge", "judge", "kind", "part", "time")):
        case "judge":
            how = chance.choice(_JUDGES)
            judges = [Judge("nli", how)]
            judges.insert(chance.randrange(2), Judge("reask", "is sure"))
            timeout_s = _SLOW_S / 2 if how == "dawdles" else 20.0
            checker = Checker(judges=judges, timeout_s=timeout_s)
            return Rig(checker, f"judge {how}", tuple(judges), timeout_s=timeout_s)
        case "kind":
            kind = Faulty(chance.choice(_KINDS))
            kinds = (kind, *KINDS) if chance.random() < 0.5 else (*KINDS, kind)
            return Rig(Checker(kinds=kinds), f"kind: {kind.how}", kind=kind)
        case "part":
            part = chance.choice(_PARTS)
            return Rig(Checker(), f"{part} raises", part=part)
        case "time":
            timeout_s = chance.choice((1e-9, 1e-6))
            judges = [Judge("reask", "is sure")]
            return Rig(Checker(judges=judges, timeout_s=timeout_s), "no time", tuple(judges))
    if chance.random() < 0.3:
        pattern = Patterned("서식", r"[A-Z]{2}-\d+|제\d+차")
        return Rig(Checker(kinds=(*KINDS, pattern)), "all runs")
    if chance.random() < 0.3:
        sure = Judge("reask", "is sure")
        return Rig(Checker(judges=[sure]), "all runs", (sure,))
    return Rig(Checker())
