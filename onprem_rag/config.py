"""One frozen ``Config``, read once from ``HOME/config.toml`` and the environment.

An environment variable ``ONPREM_RAG_<SECTION>_<KEY>`` overrides the file. Unknown sections and
keys are errors: a misspelt option must never be ignored in silence.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from onprem_rag.errors import ConfigError
from onprem_rag.records import Showing
from onprem_rag.values import Patterns, with_values

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT_PREFIX = "ONPREM_RAG_"


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How hits are found. Weights multiply each channel's score divided by its maximum."""

    passages: int = 2  # N: passages that go into the prompt
    candidates: int = 200  # windows from the dense channel; on Milvus: first hits of each channel
    mecab: float = 1.0
    bigram: float = 1.0
    dense: float = 0.3
    reading: float = 0.8  # of how well a passage reads as an answer, for the first eight
    rerank: float = 1.0  # of the cross-encoder's score, where one is configured; likewise
    everyday: float = 0.5  # of the rules' words for everyday words, within the mecab channel

    @property
    def weights(self) -> dict[str, float]:
        """The channels' weights by name."""
        return {"mecab": self.mecab, "bigram": self.bigram, "dense": self.dense}


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Where the models are. Paths are relative to the home folder."""

    embedder: str = "models/KR-SBERT-V40K-klueNLI-augSTS"  # absent: the embedded default
    reranker: str = ""  # a CrossEncoder folder; "": none
    nli: str = ""  # a CrossEncoder folder with a class called entailment; "": none
    llm: str = ""  # a folder, the URL of an OpenAI-compatible server, or "": extractive answers
    llm_name: str = "default"  # the model's name on that server
    llm_key: str = field(default="", repr=False)  # the key that it asks for (vLLM --api-key)
    adapter: str = ""  # a LoRA adapter folder (peft) for a model folder; "": none

    @property
    def served(self) -> bool:
        """Whether ``llm`` is a server's URL."""
        return self.llm.lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class AnswerConfig:
    """What an answer looks like."""

    length: int = 100  # characters aimed at
    context: int = 4096  # tokens of prompt and answer, at most; fewer where the model takes fewer
    max_new_tokens: int = 256
    timeout_s: float = 60.0  # for a whole draft; then the rules are quoted instead
    tags: bool = False  # facts are marked in the prompt, so that they are copied whole


@dataclass(frozen=True, slots=True)
class VerifyConfig:
    """How answers are checked, and what is done with those that aren't verified."""

    unverified: Showing = Showing.WARN
    reask: bool = False  # the model is asked of each sentence whether the passages say so
    timeout_s: float = 20.0  # for all stages of one check; what isn't done by then did not run
    patterns: Patterns = ()  # an institution's own kinds of fact: (name, regular expression)


@dataclass(frozen=True, slots=True)
class LibraryConfig:
    """Where the library is: an SQLAlchemy URL; "" means ``HOME/library.sqlite``."""

    url: str = ""


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """Where the index is: a Milvus server's URL; "" means files in ``HOME/index``."""

    uri: str = ""  # "http://milvus.example:19530"
    token: str = field(default="", repr=False)  # "user:password"
    keep: int = 3  # generations, the live one among them, that can be rolled back to


@dataclass(frozen=True, slots=True)
class GateConfig:
    """The questions that a new index must answer as well as the live one before it is live."""

    questions: str = ""  # a JSONL question set, relative to the home folder; "": no gate
    margin: float = 0.01  # how much hit@N and MRR may fall


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set, for one home folder."""

    home: Path
    search: SearchConfig = field(default_factory=SearchConfig)
    models: ModelConfig = field(default_factory=ModelConfig)
    answer: AnswerConfig = field(default_factory=AnswerConfig)
    verify: VerifyConfig = field(default_factory=VerifyConfig)
    library: LibraryConfig = field(default_factory=LibraryConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    gate: GateConfig = field(default_factory=GateConfig)

    @property
    def library_url(self) -> str:
        """The SQLAlchemy URL of the library."""
        path = str(self.home / "library.sqlite")
        for sign in "%?#":  # these have a meaning in a URL
            path = path.replace(sign, f"%{ord(sign):02X}")
        return self.library.url or f"sqlite:///{path}"

    @property
    def index_folder(self) -> Path:
        """The folder that holds the generations."""
        return self.home / "index"

    @property
    def prompt_folder(self) -> Path:
        """``HOME/prompts``; of templates that it has not got the product's own are used."""
        return self.home / "prompts"

    @property
    def embedder_folder(self) -> Path | None:
        """The configured SentenceTransformer folder, or None: the embedded default."""
        return self._folder("embedder", "임베더")

    @property
    def reranker_folder(self) -> Path | None:
        """The configured CrossEncoder folder, or None: the hits are not reranked."""
        return self._folder("reranker", "재순위 모델")

    @property
    def nli_folder(self) -> Path | None:
        """The configured CrossEncoder folder that judges sentences, or None."""
        return self._folder("nli", "문장 판정 모델")

    @property
    def gate_questions(self) -> Path | None:
        """The gate's question set, or None: no gate. Raises ConfigError where it is missing."""
        if not self.gate.questions:
            return None
        path = self.home / self.gate.questions
        if path.is_file():
            return path
        raise ConfigError(
            f"새 색인을 평가할 질문 파일이 없습니다: {path}\n"
            "→ 파일을 그 자리에 두거나 config.toml의 [gate] questions를 지우세요."
        )

    def _folder(self, key: str, name: str) -> Path | None:
        configured = str(getattr(self.models, key))
        if not configured:
            return None
        folder = self.home / configured
        if folder.is_dir():
            return folder
        if configured != getattr(ModelConfig(), key):
            raise ConfigError(
                f"{name} 폴더가 없습니다: {folder}\n"
                f"→ 모델 폴더를 그 자리에 복사하거나 config.toml의 [models] {key}를 지우세요."
            )
        return None


def default_home() -> Path:
    """``ONPREM_RAG_HOME``, else ``./home``."""
    return Path(os.environ.get("ONPREM_RAG_HOME") or "home")


def load_config(home: Path | None = None) -> Config:
    """Read ``home/config.toml`` (optional) and the environment.

    Raises ConfigError for a file that isn't TOML, an unknown key or a value of the wrong type.
    """
    home = (home or default_home()).expanduser().resolve()
    path = home / "config.toml"
    try:
        content = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
        data = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"설정 파일을 읽을 수 없습니다: {path}\n→ {error}") from error
    config = Config(home=home)
    sections = {item.name for item in fields(Config)} - {"home"}
    for name in data.keys() - sections:
        raise ConfigError(
            f"설정 파일에 모르는 항목 [{name}]이 있습니다: {path}\n"
            f"→ 쓸 수 있는 항목: {', '.join(sorted(sections))}"
        )
    for section in sorted(sections):
        values = data.get(section, {})
        if not isinstance(values, dict):
            raise ConfigError(
                f"설정 [{section}]은 표(table)여야 합니다: {path}\n"
                f"→ [{section}] 줄을 쓰고 그 아래에 키를 쓰세요."
            )
        values |= _from_environment(section, getattr(config, section))
        changed = with_values(section, getattr(config, section), values, path)
        config = replace(config, **{section: changed})
    _fits_together(config, path)
    return config


def _fits_together(config: Config, path: Path) -> None:
    answer = config.answer
    if answer.context <= answer.max_new_tokens:
        raise ConfigError(
            f"설정 [answer] context({answer.context})에 프롬프트가 들어갈 자리가 없습니다: 답변에 "
            f"max_new_tokens({answer.max_new_tokens})를 남깁니다.\n"
            f"→ context를 늘리거나 max_new_tokens를 줄이세요: {path}"
        )
    if not answer.timeout_s:
        raise ConfigError(
            f"설정 [answer] timeout_s가 0이면 언어 모델이 답할 시간이 없습니다.\n"
            f"→ 초 단위로 0보다 크게 쓰세요: {path}"
        )
    if not config.verify.timeout_s:
        raise ConfigError(
            f"설정 [verify] timeout_s가 0이면 답변을 확인할 시간이 없습니다.\n"
            f"→ 초 단위로 0보다 크게 쓰세요: {path}"
        )
    if config.gate.margin >= 1:
        raise ConfigError(
            f"설정 [gate] margin({config.gate.margin:g})이면 아무리 나빠져도 통과합니다: hit@N과 "
            f"MRR은 0과 1 사이입니다.\n→ 0.01처럼 1보다 작게 쓰세요: {path}"
        )
    if config.verify.reask and not config.models.llm:
        raise ConfigError(
            "설정 [verify] reask는 언어 모델에 다시 묻는 것인데 [models] llm이 비어 있습니다.\n"
            f"→ llm에 모델을 쓰거나 reask를 지우세요: {path}"
        )


def _from_environment(section: str, current: Any) -> dict[str, str]:
    """Values of ``ONPREM_RAG_<SECTION>_<KEY>``; an unknown key is an error here too."""
    prefix = f"{ENVIRONMENT_PREFIX}{section}_".upper()
    known = {item.name.upper(): item.name for item in fields(current)}
    found = {}
    for name, value in os.environ.items():
        if not name.startswith(prefix):
            continue
        if (key := name.removeprefix(prefix)) not in known:
            raise ConfigError(
                f"환경 변수 {name}에 해당하는 설정이 없습니다.\n"
                f"→ 쓸 수 있는 것: {', '.join(prefix + other for other in sorted(known))}"
            )
        found[known[key]] = value
    return found
