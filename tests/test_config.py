"""Configuration: read once, and nothing misspelt is ignored in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.cli import main
from onprem_rag.config import (
    Config,
    ModelConfig,
    SearchConfig,
    default_home,
    load_config,
)
from onprem_rag.errors import ConfigError


def settings(home: Path, text: str) -> Path:
    path = home / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(home: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(home)
    return str(caught.value)


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    config = load_config(tmp_path / "home")
    assert config == Config(home=tmp_path / "home")
    assert config.search.passages == 2
    assert config.answer.length == 100
    assert config.library_url == f"sqlite:///{tmp_path / 'home' / 'library.sqlite'}"
    assert config.embedder_folder is None


def test_values_are_taken_and_converted(tmp_path: Path) -> None:
    settings(
        tmp_path,
        "\ufeff# 기관 설정\n[search]\npassages = 4\nmecab = 2\ndense = 0.5\n"
        '[models]\nllm = "http://127.0.0.1:8000/v1"\n[library]\nurl = "sqlite:////tmp/a.sqlite"\n',
    )
    config = load_config(tmp_path)
    assert config.search == SearchConfig(passages=4, mecab=2.0, dense=0.5)
    assert isinstance(config.search.mecab, float)
    assert config.models == ModelConfig(llm="http://127.0.0.1:8000/v1")
    assert config.library_url == "sqlite:////tmp/a.sqlite"


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, "[search]\npassages = 4\nbigram = 0.5\n")
    monkeypatch.setenv("ONPREM_RAG_SEARCH_PASSAGES", "7")
    monkeypatch.setenv("ONPREM_RAG_ANSWER_TIMEOUT_S", "1.5")
    config = load_config(tmp_path)
    assert (config.search.passages, config.search.bigram) == (7, 0.5)
    assert config.answer.timeout_s == 1.5
    monkeypatch.setenv("ONPREM_RAG_SEARCH_PASSAGES", "많이")
    assert (
        "설정 [search] passages = '많이' 값이 잘못되었습니다.\n→ 바른 값은 1 이상의 정수"
        in refusal(tmp_path)
    )


def test_the_home_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_home() == Path("home")
    monkeypatch.setenv("ONPREM_RAG_HOME", str(tmp_path / "기관"))
    assert load_config().home == tmp_path / "기관"
    assert load_config(tmp_path).home == tmp_path


def test_an_unknown_section(tmp_path: Path) -> None:
    path = settings(tmp_path, "[serach]\npassages = 4\n")
    assert refusal(tmp_path) == (
        f"설정 파일에 모르는 항목 [serach]이 있습니다: {path}\n"
        "→ 쓸 수 있는 항목: answer, gate, index, library, models, search, verify"
    )
    settings(tmp_path, 'home = "/elsewhere"\n')
    assert "모르는 항목 [home]" in refusal(tmp_path)


def test_an_unknown_key(tmp_path: Path) -> None:
    path = settings(tmp_path, "[search]\npassage = 4\n")
    message = refusal(tmp_path)
    assert message.startswith(
        f"설정 [search]에 모르는 키 'passage'가 있습니다: {path}\n→ 쓸 수 있는 키: "
    )
    assert "passages" in message.split("→")[1]


def test_a_section_that_is_no_table(tmp_path: Path) -> None:
    settings(tmp_path, "search = 4\n")
    assert "설정 [search]은 표(table)여야 합니다" in refusal(tmp_path)
    assert "→" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('[search]\npassages = "많이"', "1 이상의 정수"),
        ("[search]\npassages = true", "1 이상의 정수"),
        ("[search]\npassages = [2]", "1 이상의 정수"),
        ("[search]\npassages = -1", "1 이상의 정수"),
        ("[search]\npassages = 0", "1 이상의 정수"),
        ("[search]\npassages = 2.7", "1 이상의 정수"),
        ('[search]\nmecab = "무겁게"', "0 이상의 수"),
        ("[search]\nmecab = -0.5", "0 이상의 수"),
        ("[search]\nmecab = nan", "0 이상의 수"),
        ("[search]\nmecab = inf", "0 이상의 수"),
        ("[models]\nllm = 7", "문자열"),
        ("[models]\nembedder = false", "문자열"),
    ],
)
def test_a_value_of_the_wrong_type(line: str, expected: str, tmp_path: Path) -> None:
    path = settings(tmp_path, line)
    key = line.split("\n")[1].split(" = ")[0]
    message = refusal(tmp_path)
    assert f"] {key} = " in message
    assert message.endswith(f" 값이 잘못되었습니다.\n→ 바른 값은 {expected}입니다: {path}")


def test_files_that_are_no_toml(tmp_path: Path) -> None:
    path = settings(tmp_path, "[search\npassages = 4\n")
    assert refusal(tmp_path).startswith(f"설정 파일을 읽을 수 없습니다: {path}\n→ ")
    path.write_bytes("# 한글 주석\n".encode("cp949"))
    assert refusal(tmp_path).startswith(f"설정 파일을 읽을 수 없습니다: {path}\n→ ")


def test_an_embedder_folder_that_is_missing(tmp_path: Path) -> None:
    settings(tmp_path, '[models]\nembedder = "models/없는 모델"\n')
    with pytest.raises(ConfigError) as caught:
        _ = load_config(tmp_path).embedder_folder
    assert str(caught.value) == (
        f"임베더 폴더가 없습니다: {tmp_path / 'models' / '없는 모델'}\n"
        "→ 모델 폴더를 그 자리에 복사하거나 config.toml의 [models] embedder를 지우세요."
    )
    (tmp_path / "models" / "없는 모델").mkdir(parents=True)
    assert load_config(tmp_path).embedder_folder == tmp_path / "models" / "없는 모델"
    settings(tmp_path, '[models]\nembedder = ""\n')
    assert load_config(tmp_path).embedder_folder is None


def test_the_gates_questions(tmp_path: Path) -> None:
    assert load_config(tmp_path).gate_questions is None
    assert load_config(tmp_path).gate.margin == 0.01
    settings(tmp_path, '[gate]\nquestions = "질문/모음.jsonl"\nmargin = 0\n')
    config = load_config(tmp_path)  # reading the rules' configuration needs no question set
    path = tmp_path / "질문" / "모음.jsonl"
    with pytest.raises(ConfigError) as caught:
        _ = config.gate_questions
    assert str(caught.value) == (
        f"새 색인을 평가할 질문 파일이 없습니다: {path}\n"
        "→ 파일을 그 자리에 두거나 config.toml의 [gate] questions를 지우세요."
    )
    path.mkdir(parents=True)  # a folder is no question set
    with pytest.raises(ConfigError):
        _ = config.gate_questions
    path.rmdir()
    path.write_text("{}", encoding="utf-8")
    assert config.gate_questions == path


def test_a_margin_that_lets_everything_pass(tmp_path: Path) -> None:
    path = settings(tmp_path, "[gate]\nmargin = 5\n")
    assert refusal(tmp_path) == (
        "설정 [gate] margin(5)이면 아무리 나빠져도 통과합니다: hit@N과 MRR은 0과 1 사이입니다.\n"
        f"→ 0.01처럼 1보다 작게 쓰세요: {path}"
    )


def test_an_institutions_own_prompts_go_first(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    assert load_config(tmp_path).prompt_folder == tmp_path / "prompts"


def test_the_command_line_prints_the_message_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings(tmp_path, "[search]\npassage = 4\n")
    assert main(["search", "--home", str(tmp_path), "여비"]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("오류: 설정 [search]에 모르는 키 'passage'가 있습니다")
    assert "→" in output.err
    assert "Traceback" not in output.err


def test_an_unknown_key_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONPREM_RAG_SEARCH_PASAGES", "3")
    assert "ONPREM_RAG_SEARCH_PASAGES" in (message := refusal(tmp_path))
    assert "→ 쓸 수 있는 것: " in message
    assert "ONPREM_RAG_SEARCH_PASSAGES" in message


def test_a_secret_is_not_shown_in_an_error(tmp_path: Path) -> None:
    settings(tmp_path, "[index]\ntoken = 20240301\n")
    message = refusal(tmp_path)
    assert "[index] token = *** 값이 잘못되었습니다.\n→ 바른 값은 문자열입니다" in message
    assert "20240301" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[answer]\ncontext = 256\n", "context(256)에 프롬프트가 들어갈 자리가 없습니다"),
        ("[answer]\nmax_new_tokens = 5000\n", "max_new_tokens(5000)를 남깁니다"),
        ("[answer]\ntimeout_s = 0\n", "timeout_s가 0이면"),
    ],
)
def test_settings_that_leave_a_model_no_room_or_time(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert said in str(caught.value)
    assert "\n→ " in str(caught.value)


def test_an_institutions_own_kinds_of_fact(tmp_path: Path) -> None:
    assert load_config(tmp_path).verify.patterns == ()
    settings(
        tmp_path,
        "[verify.patterns]\n"
        "\"과제번호\" = '[A-Z]{2}-\\d{4}-\\d{3}'\n"
        "\"서식 번호\" = '서식\\s*제\\s*\\d+\\s*호'\n",
    )
    assert load_config(tmp_path).verify.patterns == (
        ("과제번호", r"[A-Z]{2}-\d{4}-\d{3}"),
        ("서식 번호", r"서식\s*제\s*\d+\s*호"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "[verify.patterns]\n'과제번호' = '['\n",
        "[verify.patterns]\n'과제번호' = 'KR('\n",
        "[verify.patterns]\n'과제번호' = '\\d*'\n",  # matches nothing at all
        "[verify.patterns]\n'과제번호' = ''\n",
        "[verify.patterns]\n'과제번호' = 7\n",
        "[verify.patterns]\n'과제번호' = ['KR']\n",
        "[verify.patterns.'과제번호']\nregex = 'KR'\n",
        "[verify.patterns]\n' ' = 'KR'\n",
        "[verify]\npatterns = '[A-Z]{2}'\n",
        "[verify]\npatterns = ['[A-Z]{2}']\n",
    ],
)
def test_patterns_that_are_none(text: str, tmp_path: Path) -> None:
    path = settings(tmp_path, text)
    message = refusal(tmp_path)
    assert "[verify] patterns" in message
    assert "→ 바른 값은 " in message
    assert "정규식" in message
    assert str(path) in message


def test_of_several_patterns_the_wrong_one_is_named(tmp_path: Path) -> None:
    path = settings(tmp_path, "[verify.patterns]\n'서식' = '서식'\n'과제번호' = 'KR('\n")
    message = refusal(tmp_path)
    assert message.startswith("설정 [verify] patterns = 과제번호 = 'KR(' (missing ), ")
    assert "서식'" not in message
    assert str(path) in message
