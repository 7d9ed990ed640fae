"""What the README says is true: its commands run, its map names what is there."""

from __future__ import annotations

import os
import re
import shlex
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from onprem_rag.config import load_config
from tests.conftest import PROJECT, Run

README = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
    if line.startswith(".venv/bin/")
]
TARGETS = re.findall(r"`make (\w[\w-]*)", README)


def test_commands_of_the_readme_run_in_order(
    tmp_path: Path, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other in one home, as a reader types them; without starting Python anew."""
    assert len(COMMANDS) >= 8
    monkeypatch.chdir(PROJECT)
    for line in COMMANDS:
        program, *arguments = shlex.split(line.replace("home/mine", str(tmp_path / "home")))
        (script,) = entry_points(group="console_scripts", name=Path(program).name)
        assert (Path(sys.executable).parent / script.name).exists()
        code, out, err = call(script.load(), *arguments)
        assert code == 0, f"{line}\n{out}\n{err}"
        assert out.strip(), line


def test_the_configuration_it_shows_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shown,) = [block for language, block in BLOCKS if language == "toml"]
    (tmp_path / "config.toml").write_text(shown, encoding="utf-8")
    config = load_config(tmp_path)
    assert config.search == load_config(tmp_path / "nothing").search, "shows the defaults"
    assert tomllib.loads(shown)["models"]["llm"] == config.models.llm


def test_make_targets_it_names_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "test", "check", "bench"} <= set(TARGETS)
    for target in TARGETS:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_its_map_names_what_is_there() -> None:
    (plan,) = [block for language, block in BLOCKS if not language]
    for folder in ("onprem_rag", "ingest"):
        for path in sorted((PROJECT / folder).iterdir()):
            if path.name.startswith("__") or path.name == "py.typed":
                continue
            assert path.stem in plan, f"{path} is missing from the map"
    for name in re.findall(r"\b[a-z_]+\.py\b", plan):
        found = [*PROJECT.glob(name), *PROJECT.glob(f"*/{name}"), *PROJECT.glob(f"*/*/{name}")]
        assert found, f"the map names {name}, which is not there"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (PROJECT / ".ci" / "run").read_text(encoding="utf-8").split("cd ")[1]
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)
