"""A LoRA adapter on a loaded model: safetensors only, and only one that fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from onprem_rag.errors import ModelError

WEIGHTS = "adapter_model.safetensors"
PICKLE = "adapter_model.bin"


def check(folder: Path) -> None:
    """Raises ModelError where there is no LoRA adapter in safetensors format in ``folder``."""
    if not (folder / "adapter_config.json").is_file():
        raise ModelError(
            f"LoRA 어댑터가 없습니다: {folder}\n"
            "→ adapter_config.json이 든 폴더를 그 자리에 복사하거나 config.toml의 [models] "
            "adapter를 지우세요."
        )
    if (folder / PICKLE).exists():
        raise ModelError(
            f"LoRA 어댑터에 pickle 파일이 있습니다: {folder / PICKLE}\n"
            f"→ pickle은 코드를 실행할 수 있어 열지 않습니다. {WEIGHTS}로 저장한 것만 두세요."
        )
    if not (folder / WEIGHTS).is_file():
        raise ModelError(
            f"LoRA 어댑터의 가중치가 없습니다: {folder / WEIGHTS}\n→ 빠진 파일을 복사하세요."
        )
    try:
        kind = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))["peft_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"LoRA 어댑터의 설정을 읽을 수 없습니다: {folder / 'adapter_config.json'} ({error})\n"
            "→ peft로 저장한 폴더를 다시 복사하세요."
        ) from error
    if kind != "LORA":
        raise ModelError(
            f"LoRA가 아닌 어댑터({kind})입니다: {folder}\n→ LoRA로 학습한 어댑터를 쓰세요."
        )


def attach(model: Any, folder: Path) -> Any:
    """``model`` with the adapter of ``folder`` in its layers. Raises ModelError.

    Attached, not merged: weights in 4 bits would be rounded once more.
    """
    check(folder)
    try:
        from peft import LoraConfig, PeftModel

        config = LoraConfig.from_pretrained(str(folder))
        config.inference_mode = True
        adapted = PeftModel(model, config, autocast_adapter_dtype=False)
        found = adapted.load_adapter(
            str(folder),
            "default",
            torch_device=str(model.device),
            autocast_adapter_dtype=False,
        )
    except Exception as error:  # peft and torch raise many kinds on layers that don't fit
        raise _not_fitting(folder, f"{type(error).__name__}: {error}") from error
    strange = [*found.missing_keys, *found.unexpected_keys]
    if strange:
        raise _not_fitting(folder, strange[0])
    return adapted.get_base_model()


def _not_fitting(folder: Path, why: str) -> ModelError:
    return ModelError(
        f"LoRA 어댑터가 언어 모델에 맞지 않습니다: {folder} ({why})\n"
        "→ 이 어댑터를 학습한 바탕 모델을 config.toml의 [models] llm에 쓰거나 adapter를 지우세요."
    )
