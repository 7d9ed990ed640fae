"""A home, a folder, and one small rule in many editions: what versions are tested on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ingest import pipeline
from ingest.pipeline import Outcome
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from tests.conftest import quiet, shelf_of

QUESTION = "일비는 하루에 얼마인가요?"


def rule(amount: int, since: str = "", title: str = "여비규정") -> str:
    """The text of a rule; ``since`` (2024-03-01) is told by its 부칙."""
    year, month, day = map(int, since.split("-")) if since else (0, 0, 0)
    end = f"\n부칙\n이 규정은 {year}년 {month}월 {day}일부터 시행한다.\n" if since else ""
    return (
        f"{title}\n\n제1조(목적) 이 규정은 {title}에 필요한 사항을 정한다.\n\n"
        f"제2조(일비) 일비는 하루에 {amount}만원으로 한다.\n{end}"
    )


class Desk:
    """An admin's desk: a home with its library, and a folder of rules."""

    def __init__(self, folder: Path) -> None:
        self.home, self.folder = folder / "home", folder / "규정"
        self.config = load_config(self.home)
        self.folder.mkdir()

    def put(self, name: str, text: str) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def add(self, *paths: Path, since: str | None = None) -> Outcome:
        return pipeline.add(self.config, paths or (self.folder,), quiet, since)

    def sync(self, dry_run: bool = False) -> Outcome:
        return pipeline.sync(self.config, self.folder, quiet, dry_run)

    def remove(self, *names: str) -> Outcome:
        return pipeline.remove(self.config, names, quiet)

    def chatbot(self) -> Chatbot:
        return Chatbot.open(self.config)

    def amounts(self, day: str = "", title: str = "여비규정") -> list[int]:
        """What 제2조 of the rules of this title says, as in force on ``day`` (today)."""
        shelf = shelf_of(self.home)
        passages = (shelf.on(day) if day else shelf).article(title, "제2조")
        return [int(re.findall(r"(\d+)만원", passage.text)[0]) for passage in passages]

    def days(self) -> list[tuple[int, str, str | None]]:
        """(number, since, until) of each version."""
        return [(one.number, one.since, one.until) for one in shelf_of(self.home).held]


def statuses(outcome: Outcome) -> Sequence[str]:
    return [file.status for file in outcome.files]


def notes(outcome: Outcome) -> list[str]:
    """What the admin is told of the files."""
    return [note for file in outcome.files for note in file.notes]
