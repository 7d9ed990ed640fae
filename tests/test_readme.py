"""What the README says is true: its commands run, its map names what is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from onprem_rag.config import load_config
from tests.conftest import PROJECT

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


def test_commands_of_the_readme_run_in_order(tmp_path: Path) -> None:
    """One after the other in one home, as a reader types them."""
    assert len(COMMANDS) >= 8
    bin_folder = Path(sys.executable).parent
    for line in COMMANDS:
        arguments = shlex.split(line.replace("home/mine", str(tmp_path / "home")))
        arguments[0] = str(bin_folder / Path(arguments[0]).name)
        done = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert done.stdout.strip(), line
        assert "Traceback" not in done.stderr


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
