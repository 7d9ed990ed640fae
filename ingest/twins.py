"""New rules that read much as another in force: a rule that has got another title, perhaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ingest.summary import named
from onprem_rag.library.versions import UNKNOWN_KIND, in_force, is_ever_in_force
from onprem_rag.records import Version

_MUCH = 0.6  # of the passages of a new rule


def alike(
    generation: Path, before: Sequence[Version], versions: Sequence[Version], today: str
) -> Iterator[str]:
    """A Korean line for each such rule of ``versions``; rules that were there ``before`` are none.

    Passages are compared by what the folder of the new ``generation`` knows of their texts.
    """
    known = {one.rule for one in before}
    new = [v for v in versions if v.rule not in known and v.kind != UNKNOWN_KIND]
    old = {v.document_id: v for v in versions if v.rule in known and in_force(v, today)}
    paths = generation / "bodies.npy", generation / "documents.npy"
    if not (new and old and all(path.exists() for path in paths)):  # a server has its own
        return
    bodies, documents = (np.load(path, allow_pickle=False) for path in paths)
    keys = np.ascontiguousarray(bodies).view(np.uint64)[::2]  # a half tells texts apart
    theirs = np.isin(documents, list(old))
    for one in filter(is_ever_in_force, new):
        own = np.unique(keys[documents == one.document_id])
        places = np.flatnonzero(theirs & np.isin(keys, own))
        same = {(documents[at].item(), keys[at].item()) for at in places}
        ((number, count),) = Counter(of for of, _ in same).most_common(1) or [(0, 0)]
        if len(own) > 1 and count >= _MUCH * len(own):
            other = old[number]
            yield (
                f"{named(one)}: 조문 대부분이 「{other.title}」({other.source})의 조문과 같지만 "
                "제목이 달라 둘 다 따로 시행합니다. → 그 규정이 이름을 바꾼 것이면 "
                f"'ingest remove {other.source}'로 옛 규정을 빼세요."
            )
