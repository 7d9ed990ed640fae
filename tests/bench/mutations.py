"""Mutated files through one worker: each must end in a reading or in a clear error.

``python -m tests.bench mutations`` runs 2,000; ``python -m tests.bench.mutations 17 230`` runs
those of these numbers and leaves them in the working directory. A mutant is made by its number
and the seed files alone.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.parsed import Parsed
from ingest.readers.archive import is_archive, members
from ingest.worker import Worker
from onprem_rag.errors import ReadError
from tests.bench.mutants import PROJECT, File, mutant, seed_files

COUNT = 2_000


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one mutant."""

    number: int
    name: str
    how: str  # read, refused, error in a reader, crashed, no memory, too long
    reason: str
    seconds: float


def endings(seeds: Sequence[File], numbers: Sequence[int]) -> Iterator[Ending]:
    """What becomes of each mutant, all in one worker."""
    with Worker() as worker:
        for number in numbers:
            file = mutant(seeds, number)
            began = time.perf_counter()
            how, reason = "read", ""
            try:
                for _ in read(worker, file):
                    pass
            except ReadError as error:
                how, reason = _kind(str(error)), str(error)
            yield Ending(number, file.name, how, reason, time.perf_counter() - began)


def read(worker: Worker, file: File) -> Iterator[Parsed]:
    """What is in a file, or in each member of a ZIP file: those are unpacked in this process."""
    inside = members(file.data) if is_archive(file.data) else [(file.name, file.data)]
    for name, data in inside:
        yield worker.read(name, data)


def _kind(reason: str) -> str:
    if " 오류가 났습니다(" in reason:
        return "error in a reader"
    if "갑자기 끝났습니다" in reason or "일을 마치지 못했습니다" in reason:
        return "crashed"
    if "메모리가" in reason:
        return "no memory"
    return "too long" if "넘게 걸려" in reason else "refused"


def mutations(shared: Path, work: Path) -> None:
    """2,000 mutated files: outcomes by format, the slowest, and what needs a look."""
    seeds = seed_files(shared)
    began = time.perf_counter()
    ended = list(endings(seeds, range(COUNT)))
    _print(seeds, ended)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(
        f"{len(ended)} mutants of {len(seeds)} files in {time.perf_counter() - began:.0f} s; "
        f"this process took {peak:.0f} MiB at most"
    )


def _print(seeds: Sequence[File], ended: Sequence[Ending]) -> None:
    kinds = ["read", "refused", "error in a reader", "crashed", "no memory", "too long"]
    print(f"{'':6}", *(f"{kind:>17}" for kind in kinds))
    counts = Counter((Path(ending.name).suffix, ending.how) for ending in ended)
    for suffix in sorted({suffix for suffix, _ in counts}):
        print(f"{suffix:6}", *(f"{counts[suffix, kind]:17}" for kind in kinds))
    slowest = max(ended, key=lambda ending: ending.seconds)
    print(f"slowest: {slowest.seconds:.1f} s, mutant {slowest.number} of {slowest.name}")
    for ending in ended:
        if ending.how not in {"read", "refused"}:
            print(f"mutant {ending.number} of {ending.name}: {ending.reason}")


def main(numbers: Sequence[int]) -> None:
    """Each mutant again, with what the child had to say."""
    seeds = seed_files(PROJECT.parent / "shared" / "data")
    for number in numbers:
        file = mutant(seeds, number)
        path = Path(f"mutant-{number}-{file.name}")
        path.write_bytes(file.data)
        print(f"== {path} ({len(file.data)} bytes)")
        with Worker() as worker:
            try:
                for parsed in read(worker, file):
                    passages = sum(len(passages) for _, passages in parsed.documents)
                    print(f"read: {len(parsed.documents)} documents, {passages} passages")
            except ReadError as error:
                print(error, *getattr(error, "__notes__", ()), sep="\n")


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
