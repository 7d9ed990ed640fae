"""The embedded embedder: morpheme vectors learnt from the corpus itself, without any weights.

In-batch contrast (InfoNCE): an article's title, or an excerpt of it, must find the rest of the
same article among the others of its batch. Saved as a SentenceTransformer folder.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

DIMENSIONS = 256
VOCABULARY = 60_000
BATCH = 256
STEPS = 1_500  # about 40 s on two cores
SMALL_CORPUS_EPOCHS = 60
TEMPERATURE = 0.07
LEARNING_RATE = 0.02
MOST_WORDS = 128  # of one side of a pair
SEED = 20_240_301


def train(
    words: Sequence[Sequence[str]],
    titles: Sequence[Sequence[str]],
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Train on ``words`` (morphemes of each passage) and ``titles``; write the folder.

    The same input gives the same vectors on one machine: the seed is fixed, and so are the steps.
    """
    import torch

    counts = Counter(word for passage in words for word in passage)
    kept = [word for word, count in counts.most_common(VOCABULARY - 1) if count > 1]
    ids = {"[UNK]": 0} | {word: at for at, word in enumerate(sorted(kept), start=1)}
    bodies = [np.array([ids[w] for w in p if w in ids], dtype=np.int64) for p in words]
    heads = [np.array([ids[w] for w in t if w in ids], dtype=np.int64) for t in titles]
    threads = torch.get_num_threads()
    # Steps are small: a second thread saves a fifth, and costs three times that on a busy machine.
    torch.set_num_threads(1)
    try:
        weight = _learn(torch, bodies, heads, _frequencies(ids, counts), progress)
    finally:
        torch.set_num_threads(threads)
    _save(folder, ids, weight)


def _frequencies(ids: dict[str, int], counts: Counter[str]) -> Any:
    """Relative frequency of each word id, shape (len(ids),)."""
    values = np.array([counts[word] for word in ids], dtype=np.float64)
    return values / max(values.sum(), 1.0)


def _learn(
    torch: Any,
    bodies: list[Any],
    heads: list[Any],
    frequencies: Any,
    progress: Callable[[int, int], None],
) -> Any:
    """The word vectors, (vocabulary, DIMENSIONS) float32."""
    generator = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    # Rare words weigh more from the start (smooth inverse frequency), and training goes on there.
    scale = 1e-3 / (1e-3 + frequencies)
    start = generator.standard_normal((len(frequencies), DIMENSIONS)) / np.sqrt(DIMENSIONS)
    bag = torch.nn.EmbeddingBag.from_pretrained(
        torch.from_numpy((start * scale[:, None]).astype(np.float32)),
        freeze=False,
        mode="mean",
        sparse=True,
    )
    usable = np.array([at for at, body in enumerate(bodies) if len(body) >= 4])
    if len(usable) < 2:
        return bag.weight.detach().numpy()
    optimiser = torch.optim.SparseAdam(bag.parameters(), lr=LEARNING_RATE)
    batch = min(BATCH, len(usable))
    steps = min(STEPS, max(1, len(usable) * SMALL_CORPUS_EPOCHS // batch))
    for step in range(steps):
        chosen = generator.choice(usable, size=batch, replace=False)
        pairs = [_pair(bodies[at], heads[at], generator) for at in chosen]
        left = _encode(torch, bag, [pair[0] for pair in pairs])
        right = _encode(torch, bag, [pair[1] for pair in pairs])
        logits = left @ right.T / TEMPERATURE
        target = torch.arange(batch)
        loss = torch.nn.functional.cross_entropy(logits, target)
        loss = loss + torch.nn.functional.cross_entropy(logits.T, target)
        optimiser.zero_grad()
        loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * (1 - step / steps)
        optimiser.step()
        progress(step + 1, steps)
    return bag.weight.detach().numpy()


def _pair(body: Any, head: Any, generator: np.random.Generator) -> tuple[Any, Any]:
    """(title or excerpt, the rest) of one passage, as word ids."""
    if len(head) and generator.random() < 0.5:
        return head, body[:MOST_WORDS]
    size = int(generator.integers(2, max(3, min(12, len(body) // 2 + 1))))
    at = int(generator.integers(0, len(body) - size + 1))
    rest = np.concatenate([body[:at], body[at + size :]])[:MOST_WORDS]
    return body[at : at + size], rest if len(rest) else body


def _encode(torch: Any, bag: Any, sides: list[Any]) -> Any:
    offsets = np.cumsum([0] + [len(side) for side in sides[:-1]])
    flat = torch.from_numpy(np.concatenate(sides))
    return torch.nn.functional.normalize(bag(flat, torch.from_numpy(offsets)), dim=1)


def _save(folder: Path, ids: dict[str, int], weight: Any) -> None:
    """The files that ``SentenceTransformer(folder)`` opens; its input is blank-joined morphemes."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    weight = np.ascontiguousarray(weight, dtype=np.float32)
    weight[0] = 0.0  # an unknown word moves nothing
    save_file({"embedding.weight": weight}, folder / "model.safetensors")
    module = "sentence_transformers.sentence_transformer.modules"
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": f"{module}.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": f"{module}.Normalize"},
    ]
    (folder / "1_Normalize").mkdir(exist_ok=True)
    (folder / "modules.json").write_text(json.dumps(modules, indent=2), encoding="utf-8")
