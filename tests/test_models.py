from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.models.catalogue import CATALOGUE, Shape, catalogue, find
from onprem_rag.models.fetch import fetch_text
from onprem_rag.models.fit import Fit, fits, models_json, models_text
from onprem_rag.models.sums import SUMS, check, record

GIB = 2**30
ENTRY = """
[[llm]]
name = "org/model"
revision = "main"
parameters = 8.0
licence = "MIT"
commercial = "yes"
note = "커밋은 확인하지 못함."
shape = { layers = 2, heads = 2, kv_heads = 1, head_dim = 8, hidden = 16, intermediate = 32, \
vocabulary = 100, tied = false }
"""


def parameters(shape: Shape) -> int:
    """Of a decoder with a gated feed-forward: all weights but norms and biases."""
    attention = 2 * shape.hidden * shape.head_dim * (shape.heads + shape.kv_heads)
    layer = attention + 3 * shape.hidden * shape.intermediate
    return shape.layers * layer + shape.vocabulary * shape.hidden * (1 if shape.tied else 2)


def fit_of(name: str, home: Path, free: int | None) -> Fit:
    return next(fit for fit in fits(load_config(home), free) if fit.model.folder == name)


def a_model(folder: Path) -> Path:
    """A folder as it is carried in, with a subfolder, a Korean name and one with a blank."""
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"\x00" * 3_000_000)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "1_Pooling" / "config.json").write_text("{}", encoding="utf-8")
    (folder / "읽어 보세요.md").write_text("모델", encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in check(folder)]


# The catalogue that ships


def test_the_catalogue_has_enough_to_choose_from() -> None:
    llms = [m for m in catalogue() if m.kind == "llm" and m.usable and 2 <= m.parameters <= 21]
    assert len(llms) >= 12
    assert len([m for m in llms if m.shape and m.licence]) >= 8  # their memory is computed
    assert len([m for m in llms if m.commercial == "yes"]) >= 8
    embedders = {m.name for m in catalogue() if m.kind == "embedder" and m.usable}
    assert len(embedders) >= 5
    assert embedders >= {
        "snunlp/KR-SBERT-V40K-klueNLI-augSTS",
        "nlpai-lab/KURE-v1",
        "dragonkue/BGE-m3-ko",
    }


def test_the_configured_embedder_is_a_catalogued_folder(tmp_path: Path) -> None:
    configured = load_config(tmp_path).models.embedder
    assert configured == f"models/{find('snunlp/KR-SBERT-V40K-klueNLI-augSTS').folder}"


@pytest.mark.parametrize("model", catalogue(), ids=lambda model: model.name)
def test_an_entry_hangs_together(model) -> None:  # type: ignore[no-untyped-def]
    if model.revision == "main":
        assert "커밋" in model.note  # … and that it could not be confirmed
    if model.kind == "llm" and not model.shape and model.usable:
        assert "확인하지 못함" in model.note
    if model.shape:
        assert parameters(model.shape) == pytest.approx(model.parameters * 1e9, rel=0.015)
        assert model.shape.heads % model.shape.kv_heads == 0
    assert not (model.kind == "embedder" and model.dimension is None)


def test_the_catalogue_names_no_host() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    assert not re.search(r"https?:|www\.|\b[\w-]+\.(?:co|com|org|ai|io|net|kr)\b", text)


# What fits


def test_memory_is_computed_from_the_shape(tmp_path: Path) -> None:
    """Qwen3-8B at 4,096 tokens: 36 layers, 8 heads of 128, keys and values, two bytes each."""
    fit = fit_of("Qwen3-8B", tmp_path, None)
    a_user = 36 * 2 * 8 * 128 * 2 * 4096
    assert a_user == 603_979_776
    assert fit.one is not None
    assert fit.many is not None
    assert fit.many - fit.one >= 19 * a_user
    # 1.24 billion parameters of embeddings stay in 16 bits, the rest is in a little over 4.
    assert 6.95e9 / 2 + 1.24e9 * 2 < fit.one - a_user < 7.5e9
    assert 4e9 < fit.least < 4.3e9


def test_what_is_free_decides_who_fits(tmp_path: Path) -> None:
    fit = fit_of("EEVE-Korean-Instruct-10.8B-v1.0", tmp_path, None)
    assert fit.one is not None
    assert fit.many is not None
    assert fit.users is None  # nobody knows what is free
    for free, users in ((fit.many, 20), (fit.many - 1, 1), (fit.one, 1), (fit.one - 1, 0)):
        assert fit_of(fit.model.folder, tmp_path, free).users == users


def test_without_a_shape_only_too_little_is_certain(tmp_path: Path) -> None:
    assert fit_of("Midm-2.0-Base-Instruct", tmp_path, 100 * GIB).users is None
    assert fit_of("Midm-2.0-Base-Instruct", tmp_path, 4 * GIB).users == 0


def test_a_context_beyond_the_models_own_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_4096 = fit_of("EEVE-Korean-Instruct-10.8B-v1.0", tmp_path, None)
    monkeypatch.setenv("ONPREM_RAG_ANSWER_CONTEXT", "8192")
    assert fit_of("EEVE-Korean-Instruct-10.8B-v1.0", tmp_path, None) == at_4096
    monkeypatch.setenv("ONPREM_RAG_ANSWER_CONTEXT", "2048")
    shorter = fit_of("EEVE-Korean-Instruct-10.8B-v1.0", tmp_path, None)
    assert shorter.many is not None
    assert at_4096.many is not None
    assert shorter.many < at_4096.many


def test_a_folder_that_is_here_is_measured(tmp_path: Path, tiny_llm: Path) -> None:
    folder = tmp_path / "models" / "Tri-7B"
    shutil.copytree(tiny_llm, folder)
    fit = fit_of("Tri-7B", tmp_path, 2 * GIB)
    assert fit.folder == folder
    assert fit.one is not None
    assert fit.one < GIB  # a tiny one stands there
    (folder / "config.json").write_text("{", encoding="utf-8")
    fit = fit_of("Tri-7B", tmp_path, 2 * GIB)
    assert fit.one is None
    assert fit.fault.startswith("언어 모델을 불러올 수 없습니다")


def test_the_list_as_text_and_json(tmp_path: Path) -> None:
    (tmp_path / "models" / "KURE-v1").mkdir(parents=True)
    config = load_config(tmp_path)
    text = models_text(config)
    assert "kakaocorp/kanana-1.5-8b-instruct-2505" in text
    assert f"nlpai-lab/KURE-v1 [있음: {tmp_path / 'models' / 'KURE-v1'}]" in text
    assert "8.19B, 문맥 40,960토큰, Apache-2.0(상업적 이용 가능)" in text
    assert "✗ LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct" in text
    listed = json.loads(json.dumps(models_json(config)))
    assert listed["context"] == 4096
    by_name = {model["name"]: model for model in listed["models"]}
    assert len(by_name) == len(catalogue())
    assert by_name["Qwen/Qwen3-8B"]["bytes_20_users"] > by_name["Qwen/Qwen3-8B"]["bytes_1_user"]
    assert by_name["Qwen/Qwen3-8B"]["folder"] is None


# Fetching and carrying in


def test_the_way_to_fetch_is_spelt_out() -> None:
    text = fetch_text("kure-v1")
    assert (
        "hf download nlpai-lab/KURE-v1 --revision d14c8a9423946e268a0c9952fecf3a7aabd73bd9 "
        "--local-dir KURE-v1" in text
    )
    assert "--include '*.safetensors'" in text
    assert ".bin" not in text
    assert "onprem-rag models check HOME/models/KURE-v1" in text
    assert 'embedder = "models/KURE-v1"' in text
    assert 'llm = "models/Qwen3-8B"' in fetch_text("Qwen/Qwen3-8B")


def test_a_model_of_no_use_here_is_not_fetched() -> None:
    with pytest.raises(ConfigError, match=r"쓸 수 없는 모델입니다: LGAI-EXAONE(?s:.*)\n→ "):
        fetch_text("LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct")


def test_a_name_that_is_not_listed_gets_the_list() -> None:
    with pytest.raises(ConfigError, match=r"목록에 없는 이름입니다: Kanana[^→]*→ .*Qwen/Qwen3-8B"):
        fetch_text("Kanana")


def test_the_commands_for_the_sums_write_what_is_checked(tmp_path: Path) -> None:
    """The very lines that ``models fetch`` shows, run by a shell."""
    folder = a_model(tmp_path / "KURE-v1")
    (folder / ".cache" / "huggingface").mkdir(parents=True)
    (folder / ".cache" / "huggingface" / ".gitignore").write_text("*", encoding="utf-8")
    lines = fetch_text("KURE-v1").split("\n")
    first = next(number for number, line in enumerate(lines) if "rm -rf .cache" in line)
    script = "\n".join(lines[first : first + 3])
    subprocess.run(["bash", "-ec", script], cwd=tmp_path, check=True)
    assert check(folder) == []
    written = (folder / SUMS).read_bytes()
    assert record(folder).read_bytes() == written


def test_sums_are_those_of_sha256sum(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "model")
    assert record(folder) == folder / SUMS
    assert check(folder) == []
    verdict = subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS], cwd=folder, capture_output=True, text=True
    )
    assert verdict.returncode == 0, verdict.stderr
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    empty = hashlib.sha256(b"{}").hexdigest()
    assert lines[0] == f"{empty}  1_Pooling/config.json"
    assert [line[66:] for line in lines] == [
        "1_Pooling/config.json",
        "config.json",
        "model.safetensors",
        "읽어 보세요.md",
    ]


def test_a_changed_a_missing_and_an_unlisted_file_are_named(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "model")
    record(folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(2_000_000)
        file.write(b"\x01")
    (folder / "1_Pooling" / "config.json").unlink()
    (folder / "1_Pooling" / "more.json").write_text("{}", encoding="utf-8")
    assert faults(folder) == [
        "1_Pooling/config.json: 목록에 있으나 파일이 없습니다.",
        "1_Pooling/more.json: 목록에 없는 파일입니다.",
        "model.safetensors: 내용이 목록과 다릅니다.",
    ]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("pytorch_model.bin", "pickle일 수 있는 형식은 반입할 수 없습니다."),
        ("deep/er/weights.PT", "pickle일 수 있는 형식은 반입할 수 없습니다."),
        ("modeling_exaone.py", "코드는 반입할 수 없습니다."),
    ],
)
def test_pickles_and_code_are_refused_even_when_listed(
    tmp_path: Path, name: str, what: str
) -> None:
    folder = a_model(tmp_path / "model")
    record(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")
    with (folder / SUMS).open("a", encoding="utf-8") as sums:
        sums.write(f"{hashlib.sha256(b'x').hexdigest()}  {name}\n")
    assert faults(folder) == [f"{name}: {what}"]
    with pytest.raises(ModelError, match=re.escape(f"{name}: {what}")):
        record(folder)


def test_links_are_refused(tmp_path: Path) -> None:
    folder = a_model(tmp_path / "model")
    record(folder)
    (tmp_path / "secret").mkdir()
    (folder / "config.json").unlink()
    (folder / "config.json").symlink_to("/etc/hostname")
    (folder / "gone.json").symlink_to("nowhere")
    (folder / "elsewhere").symlink_to(tmp_path / "secret")
    link = "링크나 특수 파일은 반입할 수 없습니다."
    assert faults(folder) == [
        f"{name}: {link}" for name in ("config.json", "elsewhere", "gone.json")
    ]


def test_a_folder_without_weights_is_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="가중치 파일이 없습니다"):
        record(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "garbage",
        f"{'0' * 64}  ../outside",
        f"{'0' * 64}  /etc/hostname",
        f"\\{'0' * 64}  a\\nb",
        "",
    ],
)
def test_sums_with_a_mistake(tmp_path: Path, line: str) -> None:
    folder = a_model(tmp_path / "model")
    with record(folder).open("a", encoding="utf-8") as sums:
        sums.write(f"{line}\n")
    with pytest.raises(ModelError, match=r"5번째 줄이 잘못되었습니다\.\n→ "):
        check(folder)


def test_no_sums_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"SHA256SUMS 파일이 없습니다[^→]*→ .*models fetch"):
        check(a_model(tmp_path / "model"))
    with pytest.raises(ModelError, match=r"모델 폴더가 없습니다: .*nowhere\n→ "):
        check(tmp_path / "nowhere")


# A catalogue of one's own


def test_a_catalogue_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(ENTRY, encoding="utf-8")
    (model,) = catalogue(path)
    assert (model.kind, model.folder, model.usable, model.context) == ("llm", "model", True, None)
    assert model.shape == Shape(2, 2, 1, 8, 16, 32, 100, False)


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ("[[llm]]", "[llm]", r"\[\[llm\]\] 항목들이어야"),
        ("[[llm]]", "[[model]]", r"모르는 항목 \['model'\]"),
        ('licence = "MIT"\n', "", r"\['licence'\] 값이 없습니다"),
        ("licence", "license", r"모르는 키 \['license'\]"),
        ('licence = "MIT"', 'licence = ""', "licence 값이 비었거나"),
        ('commercial = "yes"', 'commercial = "maybe"', "commercial 값이 잘못되었습니다: 'maybe'"),
        ('revision = "main"', 'revision = "d14c8a9"', "revision 값이 잘못되었습니다"),
        ('"org/model"', '"org/model --trust"', "name 값이 잘못되었습니다"),
        ("parameters = 8.0", "parameters = -1", "parameters 값이 비었거나 0 이하"),
        ("parameters = 8.0", "parameters = nan", "parameters 값이 비었거나 0 이하"),
        ("parameters = 8.0", "parameters = true", "parameters 값의 종류가 잘못되었습니다"),
        ("layers = 2", "layers = 0", "shape의 layers 값이 잘못되었습니다: 0"),
        ("layers = 2, ", "", r"\['layers'\] 값이 없습니다"),
        ("tied = false", "tied = 0", "shape의 tied 값이 잘못되었습니다"),
        ("parameters = 8.0", "parameters = ", "모델 목록을 읽을 수 없습니다"),
        ("[[llm]]", ENTRY + "[[embedder]]", "폴더 이름이 다른 모델과 같습니다"),
    ],
)
def test_a_catalogue_with_a_mistake(tmp_path: Path, good: str, bad: str, what: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(ENTRY.replace(good, bad), encoding="utf-8")
    with pytest.raises(ConfigError, match=what) as raised:
        catalogue(path)
    assert str(path) in str(raised.value)
    assert "\n→ " in str(raised.value)
