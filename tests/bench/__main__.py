"""``make bench``: figures on real data, each beside a peer measured in the same run.

``python -m tests.bench [korquad staff …]`` runs some of them. Real documents are
read from ``../shared/data``; where they are absent a benchmark says so and is not run.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    ablation,
    changes_cycles,
    changes_faults,
    changes_kills,
    changes_model,
    changes_switches,
    changes_times,
    checker,
    diffs,
    extract,
    fuzz,
    guard,
    lookups,
    mutations,
    pdf,
    reading,
    retrieval,
    scale,
    speed,
    structure,
    tables,
)

BENCHES: dict[str, Callable[[Path, Path], None]] = {
    "korquad": retrieval.korquad,
    "staff": retrieval.staff,
    "paraphrase": retrieval.paraphrase,
    "lookups": lookups.lookups,
    "extract": extract.extract,
    "guard": guard.guard,
    "checker": checker.checker,
    "fuzz": fuzz.fuzz,
    "ablation": ablation.ablation,
    "speed": speed.speed,
    "scale": scale.scale,
    "pdf-text": pdf.pdf_text,
    "reading": reading.reading,
    "structure": structure.structure,
    "tables": tables.tables,
    "mutations": mutations.mutations,
    "diffs": diffs.diffs,
    "kills": changes_kills.kills,
    "model": changes_model.model,
    "switches": changes_switches.switches,
    "times": changes_times.times,
    "cycles": changes_cycles.cycles,
    "faults": changes_faults.faults,
}


def main(names: list[str]) -> int:
    shared = Path(__file__).resolve().parents[3] / "shared" / "data"
    if not shared.is_dir():
        print(f"not run: real documents are not here: {shared}")
        return 1
    unknown = set(names) - BENCHES.keys()
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
        return 2
    with tempfile.TemporaryDirectory() as work:
        for name in names or BENCHES:
            print(f"== {name}", flush=True)
            BENCHES[name](shared, Path(work))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
