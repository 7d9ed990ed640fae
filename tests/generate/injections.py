"""Sentences that command a model, and sentences that only look like it, from ``tests/data``."""

from __future__ import annotations

from pathlib import Path

_DATA = Path(__file__).resolve().parents[1] / "data"


def _lines(name: str) -> tuple[str, ...]:
    lines = (_DATA / name).read_text(encoding="utf-8").split("\n")
    return tuple(line.replace("\\u200b", "\u200b") for line in lines if line and line[:2] != "//")


def injections() -> tuple[str, ...]:
    """More than 50, Korean and English."""
    return _lines("injections.txt")


def lookalikes() -> tuple[str, ...]:
    """Of rules, forms and questions."""
    return _lines("no_injections.txt")
