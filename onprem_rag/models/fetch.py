"""How to fetch a model on a connected machine, and how to carry it in. Nothing is fetched here."""

from __future__ import annotations

import shlex

from onprem_rag.errors import ConfigError
from onprem_rag.models.catalogue import COMMERCIAL, find

# Weights as safetensors, tokenizers, settings and licences; neither pickles nor code.
_WANTED = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "NOTICE*", "*.md")
_UNWANTED = ("onnx/*", "openvino/*", "original/*")


def fetch_text(name: str) -> str:
    """How to fetch a model on a connected machine, and how to carry it in."""
    model = find(name)
    if not model.usable:
        raise ConfigError(
            f"이 제품에서 쓸 수 없는 모델입니다: {model.name} ({model.note})\n"
            "→ 'onprem-rag models'에서 ✓나 ·가 붙은 모델을 고르세요."
        )
    folder = shlex.quote(model.folder)
    chosen = [f"--include {shlex.quote(pattern)}" for pattern in _WANTED]
    chosen += [f"--exclude {shlex.quote(pattern)}" for pattern in _UNWANTED]
    key = "llm" if model.kind == "llm" else "embedder"
    lines = [
        f"{model.name} ({model.licence}, {COMMERCIAL[model.commercial]})",
        f"  {model.note}",
        "",
        "1. 인터넷에 이어진 기기(Linux)에서",
        "   pip install huggingface_hub",
        f"   hf download {model.name} --revision {model.revision} --local-dir {folder} \\",
        f"     {' '.join(chosen)}",
        f"   cd {folder} && rm -rf .cache",
        "   find . -type f ! -name SHA256SUMS -printf '%P\\0' | LC_ALL=C sort -z \\",
        "     | xargs -0 sha256sum > SHA256SUMS",
        "",
        "2. 폴더를 통째로 이 기기의 HOME/models로 옮긴 뒤(HOME은 --home으로 주는 폴더)",
        f"   onprem-rag models check HOME/models/{folder}",
        "",
        "3. HOME/config.toml에",
        "   [models]",
        f'   {key} = "models/{model.folder}"',
        *(("   그리고 'ingest add'로 색인을 다시 만드세요.",) if key == "embedder" else ()),
    ]
    if model.revision == "main":
        lines.append("커밋을 확인하지 못해 main을 받습니다. 받은 내용은 SHA256SUMS가 고정합니다.")
    return "\n".join(lines)
