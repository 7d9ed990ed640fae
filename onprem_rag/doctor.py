"""What is installed, which models, GPU and index there are, and what to do about the rest."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from onprem_rag.config import Config
from onprem_rag.errors import OnpremRagError
from onprem_rag.prompts import check

_PACKAGES = (
    "torch transformers bitsandbytes sentence-transformers faiss-cpu python-mecab-ko "
    "SQLAlchemy streamlit langchain pypdfium2 lxml olefile"
).split()


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One thing looked at. ``needed``: the product does not work without it."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    needed: bool = True


def examine(config: Config) -> list[FindingLine]:
    """Everything that can go wrong with an installation, looked at one by one."""
    return [
        *_packages(),
        _recognition(),
        _gpu(),
        _embedder(config),
        _reranker(config),
        language_model(config),
        _nli(config),
        *_patterns(config),
        _prompts(config),
        _library(config),
        _index(config),
        _disk(config),
    ]


def _packages() -> Iterator[FindingLine]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    ok = sys.version_info >= (3, 11)
    yield FindingLine("Python", ok, version, "" if ok else "Python 3.11 이상을 설치하세요.")
    for package in _PACKAGES:
        try:
            yield FindingLine(package, True, importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            if package == "faiss-cpu" and _has("faiss-gpu", "faiss-gpu-cu12"):
                continue
            yield FindingLine(package, False, "없음", "'make install'을 다시 실행하세요.")


def _recognition() -> FindingLine:
    program = shutil.which("tesseract")
    remedy = "스캔한 PDF를 넣으려면 'apt install tesseract-ocr tesseract-ocr-kor'로 설치하세요."
    return FindingLine(
        "Tesseract", program is not None, program or "없음", "" if program else remedy, needed=False
    )


def _has(*packages: str) -> bool:
    installed = {d.metadata["Name"].lower() for d in importlib.metadata.distributions()}
    return not installed.isdisjoint(packages)


def _gpu() -> FindingLine:
    remedy = "없어도 됩니다(인용 답변). 언어 모델을 쓰려면 24 GB NVIDIA GPU를 권합니다."
    try:
        import torch
    except ImportError:
        return FindingLine("GPU", False, "torch가 없어 알 수 없음", remedy, needed=False)
    if not torch.cuda.is_available():
        return FindingLine("GPU", False, "없음", remedy, needed=False)
    free, total = torch.cuda.mem_get_info()
    detail = f"{torch.cuda.get_device_name()}, {free / 2**30:.1f}/{total / 2**30:.1f} GiB 비어 있음"
    return FindingLine("GPU", True, detail)


def _embedder(config: Config) -> FindingLine:
    try:
        folder = config.embedder_folder
    except OnpremRagError as error:
        return FindingLine("임베더", False, str(error).split("\n")[0], "설정이나 폴더를 고치세요.")
    if folder is None:
        return FindingLine(
            "임베더",
            True,
            "내장(규정에서 학습)",
            f"KR-SBERT를 쓰려면 {config.home / config.models.embedder}에 두고 다시 ingest하세요.",
        )
    return FindingLine("임베더", True, str(folder))


def _reranker(config: Config) -> FindingLine:
    from onprem_rag.rerank import Reranker

    remedy = "쓰려면 config.toml의 [models] reranker에 CrossEncoder 폴더를 적으세요."
    return _loaded("재순위 모델", lambda: config.reranker_folder, Reranker, remedy)


def _nli(config: Config) -> FindingLine:
    from onprem_rag.verify.nli import Nli

    remedy = "쓰려면 config.toml의 [models] nli에 NLI를 배운 CrossEncoder 폴더를 적으세요."
    return _loaded("문장 판정 모델", lambda: config.nli_folder, Nli, remedy)


def _patterns(config: Config) -> Iterator[FindingLine]:
    """A line where an institution has its own kinds of fact."""
    from onprem_rag.verify import kinds_of

    if not config.verify.patterns:
        return
    try:
        kinds_of(config)
    except OnpremRagError as error:
        what, _, remedy = str(error).partition("\n→ ")
        yield FindingLine("사실의 정규식", False, what, remedy)
    else:
        names = ", ".join(name for name, _ in config.verify.patterns)
        yield FindingLine("사실의 정규식", True, names)


def _loaded(
    name: str, configured: Callable[[], Path | None], load: Callable[[Path], object], remedy: str
) -> FindingLine:
    """Whether an optional model's folder loads; without one ``remedy`` says how to have it."""
    try:
        folder = configured()
        if folder is None:
            return FindingLine(name, True, "없음: 쓰지 않습니다", remedy)
        load(folder)
    except OnpremRagError as error:
        what, _, remedy = str(error).partition("\n→ ")
        return FindingLine(name, False, what, remedy)
    return FindingLine(name, True, str(folder))


def language_model(config: Config) -> FindingLine:
    """Whether the configured language model can be used: a server answers, a folder fits."""
    llm = config.models.llm
    if not llm:
        return FindingLine(
            "언어 모델",
            True,
            "없음: 규정 원문을 인용해 답합니다",
            "쓰려면 config.toml의 [models] llm에 폴더나 서버 주소를 적으세요.",
        )
    if config.models.served:
        return _server(llm.rstrip("/"), config)
    return _model_folder(config.home / llm, config)


def _prompts(config: Config) -> FindingLine:
    findings = check(config.prompt_folder)
    if not findings:
        return FindingLine("프롬프트", True, "잘못 없음")
    detail = f"잘못 {len(findings)}개: {findings[0].path.name} {findings[0].problem}"
    return FindingLine("프롬프트", False, detail, "'onprem-rag prompt check'로 모두 보고 고치세요.")


def _model_folder(folder: Path, config: Config) -> FindingLine:
    """Whether a chat model's files are all there and it fits into the memory; nothing is loaded."""
    from onprem_rag.generate.memory import GIB
    from onprem_rag.generate.memory import check as fits

    adapter = config.home / config.models.adapter if config.models.adapter else None
    try:
        needed = fits(folder, config.answer.context, adapter=adapter)
    except OnpremRagError as error:
        what, _, remedy = str(error).partition("\n→ ")
        return FindingLine("언어 모델", False, what, remedy)
    if not _has_chat_template(folder):
        what = f"{folder}: 대화 서식(chat template)이 없습니다"
        return FindingLine("언어 모델", False, what, "대화용(instruct) 모델을 쓰세요.")
    return FindingLine("언어 모델", True, f"{folder}, 4비트로 약 {needed.total / GIB:.1f} GiB 필요")


def _has_chat_template(folder: Path) -> bool:
    if any((folder / f"chat_template.{kind}").is_file() for kind in ("jinja", "json")):
        return True
    try:
        settings = (folder / "tokenizer_config.json").read_text(encoding="utf-8")
        return "chat_template" in json.loads(settings)
    except (OSError, ValueError, TypeError):
        return False


def _server(url: str, config: Config) -> FindingLine:
    from onprem_rag.generate.server import health

    name = config.models.llm_name
    found = health(url, name, config.models.llm_key)
    if found.problem:
        return FindingLine("언어 모델", False, f"{url}: {found.problem}", found.remedy)
    detail = f"{url}: {name}, 첫 토큰까지 {found.seconds:.2f}초"
    if found.context is None:
        return FindingLine("언어 모델", True, detail)
    detail = f"{detail}, 문맥 {found.context:,}토큰"
    if found.context < config.answer.context:
        remedy = f"config.toml의 [answer] context를 {found.context} 이하로 쓰세요."
        return FindingLine("언어 모델", False, detail, remedy)
    return FindingLine("언어 모델", True, detail)


def _library(config: Config) -> FindingLine:
    from onprem_rag.library.store import Library
    from onprem_rag.live import live_shelf

    try:
        library = Library.open(config.library_url)
        documents, passages = live_shelf(config, library).counts
        faq = len(library.faq())
        library.close()
    except OnpremRagError as error:
        what, _, remedy = str(error).partition("\n→ ")
        return FindingLine("라이브러리", False, what, remedy)
    return FindingLine(
        "라이브러리", True, f"규정 {documents}건, 조문 {passages}개, 승인된 답변 {faq}개"
    )


def _index(config: Config) -> FindingLine:
    from onprem_rag.index.generations import open_current
    from onprem_rag.library.store import Library

    try:
        manifest = open_current(
            config.index_folder, config.embedder_folder, server=config.index
        ).manifest
        library = Library.open(config.library_url)
        fresh = library.has(manifest.revision)
        library.close()
    except OnpremRagError as error:
        what, _, remedy = str(error).partition("\n→ ")
        return FindingLine("색인", False, what, remedy)
    detail = f"{manifest.generation}세대, 조문 {manifest.passages}개, 임베더 {manifest.embedder}"
    if not fresh:
        stale = "라이브러리와 맞지 않습니다"
        return FindingLine("색인", False, f"{detail}; {stale}", "'ingest add'를 다시 실행하세요.")
    return FindingLine("색인", True, detail)


def _disk(config: Config) -> FindingLine:
    place = config.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 2**30
    if not os.access(place, os.W_OK):
        detail = f"{place}에 쓸 수 없음: 질문에는 답하지만 아무것도 바꾸거나 남기지 못합니다"
        return FindingLine("디스크", False, detail, "쓰기 권한을 주세요.", needed=False)
    ok = free > 2
    remedy = "" if ok else "2 GiB 이상 비우세요."
    return FindingLine("디스크", ok, f"{free:.1f} GiB 남음", remedy)
