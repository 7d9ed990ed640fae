"""What a generation has on a Milvus server: the collections' names, and how they are filled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from onprem_rag.errors import IndexServerError
from onprem_rag.index.interface import Content
from onprem_rag.index.milvus_server import TIMEOUT

BUILDING = 3600.0  # seconds for indexing or loading a whole collection
BATCH = 500  # rows a request: about 5 MB, and Milvus takes 64
NAMES = "milvus.json"  # in the generation's folder


@dataclass(frozen=True, slots=True)
class Collections:
    """What one generation has on the server. Names are random, for homes may share a server."""

    passages: str
    windows: str
    channels: tuple[str, ...]
    exact: bool  # whether every window is compared
    uri: str  # the server's ``address``

    def save(self, folder: Path) -> None:
        """Write ``NAMES`` into a generation's folder."""
        (folder / NAMES).write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Collections:
        """Read ``NAMES``. Raises OSError, ValueError if it is missing or damaged."""
        try:
            found = cls(**json.loads((folder / NAMES).read_text(encoding="utf-8")))
        except TypeError as error:
            raise ValueError(f"{NAMES}: {error}") from error
        return replace(found, channels=tuple(found.channels))


def write_passages(client: Any, names: Collections, content: Content) -> None:
    """One row a passage: its document, and a sparse vector for each lexical channel."""
    from pymilvus import DataType

    schema = _schema(client)
    index = client.prepare_index_params()
    for channel in content.lexical:
        schema.add_field(channel, DataType.SPARSE_FLOAT_VECTOR)
        index.add_index(channel, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    matrices = {channel: found.matrix() for channel, found in content.lexical.items()}
    rows = (
        {
            "key": row,
            "row": row,
            "document": int(document),
            **{channel: _sparse(matrix, row) for channel, matrix in matrices.items()},
        }
        for row, document in enumerate(content.documents)
    )
    _fill(client, names.passages, schema, index, rows, len(content.passages))


def write_windows(client: Any, names: Collections, content: Content) -> None:
    """One row a window: its passage's row and document, and its vector."""
    from pymilvus import DataType

    schema = _schema(client)
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=content.vectors.shape[1])
    index = client.prepare_index_params()
    if names.exact:
        index.add_index("dense", index_type="FLAT", metric_type="IP")
    else:
        graph = {"M": 32, "efConstruction": 400}
        index.add_index("dense", index_type="HNSW", metric_type="IP", params=graph)
    documents = content.documents[content.windows].tolist()
    rows = (
        {"key": key, "row": row, "document": document, "dense": vector}
        for key, (row, document, vector) in enumerate(
            zip(content.windows.tolist(), documents, content.vectors, strict=True)
        )
    )
    _fill(client, names.windows, schema, index, rows, len(content.windows))


def _schema(client: Any) -> Any:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.INT64, is_primary=True)
    schema.add_field("row", DataType.INT64)
    schema.add_field("document", DataType.INT64)
    return schema


def _sparse(matrix: Any, row: int) -> dict[int, float]:
    """One row of a CSR matrix; Milvus refuses an empty one, so that has a term of no question."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    pairs = zip(matrix.indices[here].tolist(), matrix.data[here].tolist(), strict=True)
    return dict(pairs) or {matrix.shape[1]: 1.0}


def _fill(client: Any, name: str, schema: Any, index: Any, rows: Iterator[Any], size: int) -> None:
    """Create, insert, index and load a collection, then count it.

    The strong count waits until the server sees every row, so that searches may be of the
    cheaper bounded consistency.
    """
    client.create_collection(name, schema=schema, consistency_level="Bounded", timeout=TIMEOUT)
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            client.insert(name, batch, timeout=BUILDING)
            batch = []
    if batch:
        client.insert(name, batch, timeout=BUILDING)
    client.flush(name, timeout=BUILDING)
    client.create_index(name, index, timeout=BUILDING)
    client.load_collection(name, timeout=BUILDING)
    counted = client.query(
        name, output_fields=["count(*)"], consistency_level="Strong", timeout=BUILDING
    )
    if (held := counted[0]["count(*)"]) != size:
        raise IndexServerError(
            f"Milvus 컬렉션 {name}에 {size}행을 썼으나 {held}행만 있습니다.\n"
            "→ 서버의 상태와 남은 공간을 확인하고 'ingest add'를 다시 실행하세요."
        )
