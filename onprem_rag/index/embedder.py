"""Sentence vectors: a configured SentenceTransformer folder, or the embedded default.

The embedded default is a SentenceTransformer folder too (one StaticEmbedding module over Mecab
morphemes, see ``training.py``). It is read here with numpy, because importing
sentence-transformers takes five seconds of CPU and a cold question must be answered in four; a
test holds both readings to the same vectors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from onprem_rag.errors import IndexMismatchError, ModelError
from onprem_rag.korean.morphemes import content_morphemes

Vectors = npt.NDArray[np.float32]
EMBEDDED = "embedded"


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def fingerprint(self) -> str:
        """What built the vectors: equal fingerprints give equal vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32; rows have length 1, or 0 for a text with no known word."""


class SentenceTransformerEmbedder:
    """Any SentenceTransformer folder, KR-SBERT for one; loaded without network or remote code."""

    def __init__(self, folder: Path) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(
                str(folder), local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # the library raises many kinds on incomplete folders
            raise ModelError(
                f"임베더를 불러올 수 없습니다: {folder}\n"
                f"→ SentenceTransformer 형식의 완전한 폴더인지 확인하세요. ({error})"
            ) from error
        self.fingerprint = folder_fingerprint(folder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors."""
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension()), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


class MorphemeEmbedder:
    """The embedded default: the mean of the morphemes' vectors."""

    def __init__(self, folder: Path) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
            self._ids: dict[str, int] = vocabulary["model"]["vocab"]
            self._weights: Vectors = load_file(folder / "model.safetensors")["embedding.weight"]
            self._unknown = self._ids["[UNK]"]
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise IndexMismatchError(
                f"색인의 내장 임베더가 손상되었습니다: {folder}\n"
                "→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."
            ) from error
        self.fingerprint = EMBEDDED

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors."""
        vectors = np.zeros((len(texts), self._weights.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = [self._ids.get(word, self._unknown) for word in content_morphemes(text)]
            known = [number for number in ids if number != self._unknown]
            if known:
                mean = self._weights[known].mean(axis=0)
                vectors[row] = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return vectors


def folder_fingerprint(folder: Path) -> str:
    """Names, sizes and configuration of a model folder; weights by size and first megabyte."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            digest.update(f"{path.relative_to(folder)}:{path.stat().st_size}".encode())
            with path.open("rb") as file:
                digest.update(file.read(1 << 20))
    return f"{folder.name}:{digest.hexdigest()[:16]}"
