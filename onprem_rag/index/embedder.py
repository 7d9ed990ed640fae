"""Sentence vectors: a configured SentenceTransformer folder, or the embedded default.

The embedded default is a SentenceTransformer folder too (one StaticEmbedding module over Mecab
morphemes, see ``training.py``). It is read here with numpy, because importing
sentence-transformers takes five seconds of CPU and a cold question must be answered in four; a
test holds both readings to the same vectors.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from onprem_rag.errors import IndexMismatchError, ModelError
from onprem_rag.index.windows import cut
from onprem_rag.korean.morphemes import content_morphemes

Vectors = npt.NDArray[np.float32]
EMBEDDED = "embedded"
BATCH_TOKENS = {"cpu": 32 * 128, "cuda": 256 * 128}  # that one batch may have, with its padding
_SAMPLE = 1 << 16  # bytes


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def fingerprint(self) -> str:
        """What built the vectors: equal fingerprints give equal vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32; rows have length 1, or 0 for a text with no known word."""

    def windows(self, head: str, body: str) -> list[str]:
        """The texts to encode for a passage, none longer than is read at once; at least one.

        ``head`` says where the passage stands and begins each of them, if it is short enough to;
        together they hold all of ``head`` and ``body``.
        """


class SentenceTransformerEmbedder:
    """Any SentenceTransformer folder, KR-SBERT for one; loaded without network or remote code.

    On the GPU if there is one, at the precision of the folder: a lower one would give a text
    other vectors on another machine.
    """

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
        self._limit: float = self._model.max_seq_length or math.inf  # static ones have none
        self._prompt: str = self._model.prompts.get(self._model.default_prompt_name or "") or ""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors; a text beyond the model's limit is cut (see ``windows``)."""
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension()), dtype=np.float32)
        longest = min(self._limit, max(len(text) for text in texts) + 2)
        budget = BATCH_TOKENS["cuda" if self._model.device.type == "cuda" else "cpu"]
        vectors = self._model.encode(  # sorts by length, so that little is padded
            list(texts),
            batch_size=max(1, int(budget // longest)),
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)

    def windows(self, head: str, body: str) -> list[str]:
        """See ``Embedder`` and ``windows.cut``."""
        if math.isinf(self._limit):
            return [f"{head}\n{body}"]
        return cut(head, body, self._sizes, int(self._limit))

    def _sizes(self, texts: Sequence[str]) -> list[int]:
        """How many tokens the model would read of each, were there no limit."""
        ids = self._model.tokenizer(
            [self._prompt + text for text in texts],
            truncation=False,
            padding=False,
            return_attention_mask=False,
            verbose=False,  # they are longer than the model reads; that is the question
        )["input_ids"]
        return [len(row) for row in ids]


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
        weights = folder_fingerprint(folder).rpartition(":")[2]
        self.fingerprint = f"{EMBEDDED}:{weights}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors."""
        return self.encode_words([content_morphemes(text) for text in texts])

    def encode_words(self, texts: Sequence[Sequence[str]]) -> Vectors:
        """(n, d) float32 unit vectors of texts that were analysed: of their content words."""
        vectors = np.zeros((len(texts), self._weights.shape[1]), dtype=np.float32)
        for row, words in enumerate(texts):
            ids = [self._ids.get(word, self._unknown) for word in words]
            known = [number for number in ids if number != self._unknown]
            if known:
                mean = self._weights[known].mean(axis=0)
                vectors[row] = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return vectors

    def windows(self, head: str, body: str) -> list[str]:
        """One: a mean of morphemes reads texts of any length."""
        return [f"{head}\n{body}"]


def folder_fingerprint(folder: Path) -> str:
    """Names, sizes and contents of a model folder; of a large file, 16 samples across it."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and path.name != "SHA256SUMS":
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder)}:{size}".encode())
            with path.open("rb") as file:
                for start in range(0, size, max(_SAMPLE, size // 16)):
                    file.seek(start)
                    digest.update(file.read(_SAMPLE))
    return f"{folder.name}:{digest.hexdigest()[:16]}"
