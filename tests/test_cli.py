"""The two commands as people and programs meet them: text, JSON, exit codes, start-up."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.__main__ import main as ingest_main
from onprem_rag import terminal
from onprem_rag.cli import main
from onprem_rag.terminal import ProgressBars, run
from tests.conftest import Run
from tests.test_rerank import cross_encoder

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HEAVY = {"torch", "transformers", "faiss", "streamlit", "sqlalchemy", "numpy"}
MEALS = "업무추진비로 밥 살 때 한 사람당 얼마까지 되나요"
CITATION = {"document", "article", "paragraph", "page", "start", "end", "text"}


def started(
    *command: object, home: Path | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a real process, as a shell would."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ONPREM_RAG_")}
    if home:
        environment["ONPREM_RAG_HOME"] = str(home)
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=folder,
        timeout=60,
        check=False,
    )


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def jsonl(path: Path, *items: object) -> Path:
    path.write_text("".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items), "utf-8")
    return path


# --- ask -----------------------------------------------------------------------------------------
def test_ask_in_text(call: Run, demo_home: Path) -> None:
    code, out, err = call(main, "ask", "--home", demo_home, MEALS)
    assert (code, err) == (0, "")
    assert out.startswith("[확인됨] 업무추진비로 제공하는 식사비는 1명당 5만원을 초과할 수 없다.")
    assert "근거 1. 회계규정 제13조" in out
    assert "사실: 5만원 — 원문과 같음" in out


def test_ask_in_json(call: Run, demo_home: Path) -> None:
    code, out, _ = call(main, "ask", "--home", demo_home, MEALS, "--json")
    (answer,) = lines_of(out)
    assert code == 0
    assert answer.keys() >= set("question status answer citations facts hits timings_ms".split())
    assert (answer["question"], answer["status"]) == (MEALS, "verified")
    assert "5만원" in answer["answer"]
    (citation,) = answer["citations"]
    assert citation.keys() == CITATION | {"referred_from", "version", "since"}
    assert (citation["document"], citation["article"]) == ("회계규정", "제13조")
    assert citation["version"] == 1
    assert len(citation["text"]) == citation["end"] - citation["start"]
    measures = [fact for fact in answer["facts"] if fact["kind"] in ("count", "amount")]
    count, fact = measures  # 1명, 5만원
    assert count["kind"] == "count"
    assert fact.keys() >= {
        "kind",
        "text",
        "value",
        "start",
        "end",
        "verdict",
        "source",
        "elsewhere",
    }
    assert (fact["kind"], fact["text"], fact["verdict"]) == ("amount", "5만원", "supported")
    assert fact["source"].keys() == CITATION
    assert answer["hits"][0].keys() == {"document", "article", "score", "referred_from"}
    assert answer["timings_ms"]["total"] > 0
    assert "\\u" not in out  # Korean as it is


@pytest.mark.parametrize(
    ("question", "status", "badge"),
    [
        ("연차는 며칠인가요?", "faq", "승인된 답변"),
        (MEALS, "verified", "확인됨"),
        ("통근버스는 어디서 타나요?", "refused", "모른다 · 규정에서 찾지 못함"),
    ],
    ids=["faq", "verified", "refused"],
)
def test_statuses(call: Run, demo_home: Path, question: str, status: str, badge: str) -> None:
    _, out, _ = call(main, "ask", "--home", demo_home, question, "--json")
    assert lines_of(out)[0]["status"] == status
    _, out, _ = call(main, "ask", "--home", demo_home, question)
    assert out.startswith(f"[{badge}] ")


def test_a_batch_keeps_order_and_number(call: Run, demo_home: Path, tmp_path: Path) -> None:
    questions = [MEALS, "연차는 며칠인가요?", "통근버스는 어디서 타나요?", MEALS, "가\n나"]
    batch = jsonl(tmp_path / "q.jsonl", *({"question": q, "extra": 1} for q in questions))
    code, out, _ = call(main, "ask", "--home", demo_home, "--batch", batch)
    assert code == 0
    answers = lines_of(out)
    assert [answer["question"] for answer in answers] == [*questions[:4], "가 나"]
    assert [a["status"] for a in answers[:4]] == ["verified", "faq", "refused", "verified"]
    code, out, _ = call(main, "search", "--home", demo_home, "--batch", batch, "-k", 1)
    assert [item["question"] for item in lines_of(out)][:4] == questions[:4]


def test_a_question_that_cannot_be_asked_keeps_its_line(
    call: Run, demo_home: Path, tmp_path: Path
) -> None:
    asked = (MEALS, " ", "가" * 1_001, MEALS + "\u2028")
    batch = jsonl(tmp_path / "q.jsonl", *({"question": q} for q in asked))
    code, out, _ = call(main, "ask", "--home", demo_home, "--batch", batch)
    assert code == 1
    first, blank, long, last = lines_of(out)
    assert first["status"] == last["status"] == "verified"
    assert blank["question"] == " "
    assert "비어 있습니다" in blank["error"]
    assert "너무 깁니다" in long["error"]


def test_a_question_that_is_no_text(call: Run, demo_home: Path, tmp_path: Path) -> None:
    batch = jsonl(tmp_path / "q.jsonl", {"question": None})
    code, out, err = call(main, "ask", "--home", demo_home, "--batch", batch)
    assert (code, out) == (1, "")
    assert "1번째 줄" in err


@pytest.mark.parametrize("arguments", [["ask", "--kaputt"], ["eval"], ["search", "-k", "둘", "가"]])
def test_a_wrong_command_line_is_told_in_korean(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "오류: 명령" in (err := capsys.readouterr().err)
    assert "--help" in err


@pytest.mark.parametrize(
    ("content", "line"),
    [('{"question": "가"}\n{"q": "나"}\n', 2), ("[1]\n", 1), ("\n\n7", 3)],
)
def test_a_wrong_line_in_a_batch(
    call: Run, demo_home: Path, tmp_path: Path, content: str, line: int
) -> None:
    (tmp_path / "q.jsonl").write_text(content, encoding="utf-8")
    code, out, err = call(main, "ask", "--home", demo_home, "--batch", tmp_path / "q.jsonl")
    assert (code, out) == (1, "")  # before anything was asked
    assert f"q.jsonl {line}번째 줄" in err
    assert '→ {"question": …}' in err


@pytest.mark.parametrize("command", ["ask", "search", "verify"])
def test_a_batch_that_is_no_json_or_empty(call: Run, demo_home: Path, command: str) -> None:
    batch = demo_home.parent / f"{command}.jsonl"
    arguments = (command, "--home", demo_home, "--batch", batch)
    for text in ("", "\n \n"):
        batch.write_text(text, encoding="utf-8")
        code, out, err = call(main, *arguments)
        assert (code, out) == (1, "")
        assert err == f"오류: 파일이 비어 있습니다: {batch}\n→ 한 줄에 JSON 객체 하나씩 쓰세요.\n"
    batch.write_text('\n{"question"', encoding="utf-8")
    code, out, err = call(main, *arguments)
    assert code == 1
    told = f"{batch} 2번째 줄이 잘못되었습니다. JSON이 아닙니다. → 한 줄에 JSON 객체 하나씩"
    assert told in out + err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "빠진 것이 있습니다: 질문 → "),
        (["ask", "  "], "질문이 비어 있습니다. → "),
        (["ask", "가" * 1_001], "질문이 너무 깁니다(1,001자). → "),
        (["ask", "--batch", "/no/such.jsonl"], "파일을 읽을 수 없습니다: /no/such.jsonl\n→ "),
        (["search"], "빠진 것이 있습니다: 질문 → "),
        (["search", "연차", "-k", "0"], "-k는 1 이상이어야 합니다. → "),
        (["eval", "/no/such.jsonl"], "질문 파일을 읽을 수 없습니다: /no/such.jsonl\n→ "),
    ],
)
def test_wrong_arguments(call: Run, demo_home: Path, arguments: list[str], message: str) -> None:
    code, out, err = call(main, arguments[0], "--home", demo_home, *arguments[1:])
    assert (code, out) == (1, "")
    assert err.startswith(f"오류: {message}")


# --- search, verify, eval, doctor ----------------------------------------------------------------
def test_search(call: Run, demo_home: Path) -> None:
    code, out, _ = call(main, "search", "--home", demo_home, MEALS, "-k", 3, "--json")
    (found,) = lines_of(out)
    assert code == 0
    assert (found["question"], len(found["hits"])) == (MEALS, 3)
    for hit in found["hits"]:
        assert hit.keys() >= {"document", "article", "score", "channels"}
        assert hit["channels"].keys() >= {"mecab", "bigram", "dense"}
    assert found["hits"][0]["article"] == "제13조"
    code, out, _ = call(main, "search", "--home", demo_home, MEALS, "-k", 3)
    assert re.search(r"^ 1\. 0\.\d{3} \(mecab \d\.\d{3} bigram .* dense .*\) 회계규정 제13조", out)
    assert out.count("\n") == 6


def test_search_without_a_known_word(call: Run, demo_home: Path) -> None:
    code, out, _ = call(main, "search", "--home", demo_home, "zzzzqqq")
    assert (code, out) == (0, "맞는 조문이 없습니다.\n")


CONTEXT = "제13조(업무추진비) ① 식사비는 1명당 5만원을 초과할 수 없다.\n"


@pytest.mark.parametrize(
    ("answer", "status", "verdict"),
    [
        ("식사비는 1명당 5만원을 초과할 수 없습니다.", "verified", "supported"),
        ("식사비는 1명당 7만원을 초과할 수 없습니다.", "unverified", "contradicted"),
    ],
    ids=["right", "wrong"],
)
def test_verify(call: Run, tmp_path: Path, answer: str, status: str, verdict: str) -> None:
    """It needs neither home nor library."""
    context = tmp_path / "근거.txt"
    context.write_bytes(CONTEXT.encode("cp949"))
    arguments = ("verify", "--home", tmp_path / "none", "--answer", answer, "--context", context)
    code, out, _ = call(main, *arguments, "--json")
    (report,) = lines_of(out)
    assert code == 0
    assert report.keys() >= {"status", "facts"}
    assert report["status"] == status
    measures = [fact for fact in report["facts"] if fact["kind"] in ("count", "amount")]
    assert [fact["verdict"] for fact in measures] == ["supported", verdict]  # 1명, …
    assert measures[0].keys() >= {"kind", "text", "value", "verdict", "source"}
    code, out, _ = call(main, *arguments)
    assert out.startswith("[확인됨]" if status == "verified" else "[확인되지 않음]")


def test_verify_says_what_the_answer_may_stay_as(call: Run, tmp_path: Path) -> None:
    (tmp_path / "근거.txt").write_text(CONTEXT, encoding="utf-8")
    right, wrong, made_up = (
        "식사비는 1명당 5만원을 초과할 수 없다.",
        "식사비는 1명당 7만원을 초과할 수 없다.",
        "주차비는 9만원으로 한다.",
    )

    def corrected(answer: str) -> dict[str, Any]:
        arguments = ("--answer", answer, "--context", tmp_path / "근거.txt")
        _, out, _ = call(main, "verify", *arguments, "--json")
        _, told, _ = call(main, "verify", *arguments)
        (report,) = lines_of(out)
        left = report["corrected"]["text"]
        said = f"고친 답변: {left or '(남는 문장이 없습니다)'}"
        assert (said in told) is (left != answer)
        assert isinstance(report["corrected"], dict)
        return report["corrected"]

    assert corrected(right) == {"text": right, "status": "verified", "changes": [], "removed": []}
    mended = corrected(wrong)
    assert (mended["text"], mended["status"]) == (right, "verified")
    (change,) = mended["changes"]
    assert (change["old"], change["new"]) == ("7만원", "5만원")
    assert right[change["start"] : change["end"]] == "5만원"
    nothing = corrected(made_up)
    assert (nothing["text"], nothing["status"]) == ("", "unverified")
    assert nothing["removed"] == [made_up]


def test_verify_against_passages_of_anyone(call: Run, tmp_path: Path) -> None:
    passages = jsonl(
        tmp_path / "p.jsonl",
        {"text": "주차장은 직원만 쓴다."},
        {"text": CONTEXT, "document": "회계규정", "article": "제 13 조", "score": 0.4},
    )
    answer = "회계규정 제13조에 따르면 식사비는 1명당 5만원을 초과할 수 없습니다."
    arguments = ("verify", "--answer", answer, "--passages", passages)
    code, out, _ = call(main, *arguments, "--json")
    (report,) = lines_of(out)
    assert (code, report["status"]) == (0, "verified")
    (place,) = [fact for fact in report["facts"] if fact["kind"] == "reference"]
    assert (place["source"]["document"], place["source"]["article"]) == ("회계규정", "제13조")
    assert CONTEXT[place["source"]["start"] : place["source"]["end"]] == place["source"]["text"]
    code, out, _ = call(main, *arguments)
    assert (code, out.startswith("[확인됨]")) == (0, True)


def test_verify_in_a_batch(call: Run, tmp_path: Path) -> None:
    answers = [f"식사비는 1명당 {number}만원을 초과할 수 없습니다." for number in (5, 7, 5, 8)]
    cases: list[object] = [{"answer": answer, "context": CONTEXT} for answer in answers]
    cases.append({"answer": answers[0], "passages": [{"text": "가"}, {"text": CONTEXT}]})
    code, out, _ = call(main, "verify", "--batch", jsonl(tmp_path / "v.jsonl", *cases))
    assert code == 0
    statuses = [report["status"] for report in lines_of(out)]
    assert statuses == ["verified", "unverified", "verified", "unverified", "verified"]
    assert all(report.keys() >= {"facts", "stages", "corrected"} for report in lines_of(out))


def test_a_line_of_a_batch_keeps_its_number_and_id(call: Run, tmp_path: Path) -> None:
    answer = "식사비는 1명당 5만원을 초과할 수 없습니다."
    cases = [
        {"id": "가-1", "answer": answer, "context": CONTEXT},
        {"answer": answer, "context": CONTEXT},
        {"id": 7, "answer": answer},
    ]
    _, out, _ = call(main, "verify", "--batch", jsonl(tmp_path / "v.jsonl", *cases))
    found = lines_of(out)
    assert [one["line"] for one in found] == [1, 2, 3]
    assert [one.get("id") for one in found] == ["가-1", None, 7]
    assert "id" not in found[1]
    assert ["error" in one for one in found] == [False, False, True]


def test_verify_against_what_search_found(call: Run, demo_home: Path, tmp_path: Path) -> None:
    _, hits, _ = call(main, "search", "--home", demo_home, MEALS, "-k", 3, "--json")
    (tmp_path / "hits.jsonl").write_text(hits, encoding="utf-8")
    answer = (
        "회계규정 제13조에 따르면 업무추진비로 제공하는 식사비는 1명당 5만원을 초과할 수 없습니다."
    )
    arguments = ("verify", "--answer", answer, "--passages", tmp_path / "hits.jsonl", "--json")
    code, out, _ = call(main, *arguments)
    (report,) = lines_of(out)
    assert (code, report["status"]) == (0, "verified")
    (claim,) = report["claims"]
    assert (claim["citation"]["document"], claim["citation"]["article"]) == ("회계규정", "제13조")


def test_verify_with_a_model_that_does_not_answer(call: Run, tmp_path: Path) -> None:
    """One line says so, without a traceback; the stage says what to do."""
    (tmp_path / "근거.txt").write_text(CONTEXT, encoding="utf-8")
    settings = '[models]\nllm = "http://127.0.0.1:9/v1"\n[verify]\nreask = true\n'
    (tmp_path / "config.toml").write_text(settings, encoding="utf-8")
    done = started(
        *(BIN / "onprem-rag", "verify", "--home", tmp_path),
        *("--answer", "식사비는 1명당 5만원을 초과할 수 없습니다."),
        *("--context", tmp_path / "근거.txt"),
    )
    assert done.returncode == 0
    assert done.stdout.startswith("[확인되지 않음]")
    assert "모델의 판정(reask)을 받지 못했습니다. → 'onprem-rag doctor'로" in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("모델의 판정(reask)을 받지 못했습니다: ")


def test_a_pattern_that_never_ends_costs_the_verification(call: Run, tmp_path: Path) -> None:
    (tmp_path / "근거.txt").write_text(f"과제 {'a' * 60}b는 종료한다.", encoding="utf-8")
    (tmp_path / "config.toml").write_text("[verify.patterns]\n'과제' = '(a|a)+$'\n", "utf-8")
    code, out, _ = call(
        *(main, "verify", "--home", tmp_path, "--json"),
        *("--answer", f"과제 {'a' * 60}b는 종료한다."),
        *("--context", tmp_path / "근거.txt"),
    )
    (report,) = lines_of(out)
    assert (code, report["status"]) == (0, "unverified")
    missed = [stage for stage in report["stages"] if not stage["ran"]]
    assert {stage["name"] for stage in missed} >= {"facts"}
    assert all("정규식 '과제'" in stage["note"] for stage in missed)


def test_a_wrong_line_costs_itself_only(call: Run, tmp_path: Path) -> None:
    case = {"answer": "식사비는 1명당 5만원을 초과할 수 없다.", "context": CONTEXT}
    lines = [
        json.dumps(case),
        "",
        '{"answer": ',
        "[" * 100_000,
        json.dumps({"answer": 7, "context": CONTEXT}),
        json.dumps({"answer": "가"}),
        json.dumps({"answer": "가", "passages": [{"text": "나"}, {"txt": "다"}]}),
        json.dumps({"answer": "\ud800\x00", "context": "\udfff제1조(\x00"}),
        json.dumps(case),
    ]
    (tmp_path / "v.jsonl").write_text("\n".join(lines), encoding="utf-8")
    code, out, err = call(main, "verify", "--batch", tmp_path / "v.jsonl")
    assert (code, err) == (1, "")
    found = lines_of(out)
    assert [item["line"] for item in found] == [1, 3, 4, 5, 6, 7, 8, 9]
    assert ["JSON이 아닙니다" in item.get("error", "") for item in found[:4]] == [
        *(False, True, True, False)
    ]
    assert [item.get("status") for item in found[-2:]] == ["unverified", "verified"]
    for item in found[1:6]:
        assert f"v.jsonl {item['line']}번째 줄이 잘못되었습니다. " in item["error"]
        assert "→ " in item["error"]
    assert '근거 2번에 "text"가 없습니다' in found[5]["error"]


def test_the_configuration_of_the_home_takes_part(call: Run, tmp_path: Path) -> None:
    (tmp_path / "근거.txt").write_text("과제 KR-ABC는 종료한다.", encoding="utf-8")
    arguments = ("verify", "--home", tmp_path, "--context", tmp_path / "근거.txt", "--json")

    def code_verdicts(answer: str) -> list[str]:
        _, out, _ = call(main, *arguments, "--answer", answer)
        (report,) = lines_of(out)
        return [fact["verdict"] for fact in report["facts"] if fact["kind"] == "과제번호"]

    assert code_verdicts("과제 KR-XYZ는 종료한다.") == []
    pattern = "[verify.patterns]\n'과제번호' = '[A-Z]{2}-[A-Z]{3}'\n"
    (tmp_path / "config.toml").write_text(pattern, encoding="utf-8")
    assert code_verdicts("과제 KR-XYZ는 종료한다.") == ["contradicted"]
    assert code_verdicts("과제 kr-abc는 종료한다.") == []  # the expression says capitals
    assert code_verdicts("과제 KR-ABC는 종료한다.") == ["supported"]
    (tmp_path / "config.toml").write_text("[verify.patterns]\ndate = '날'\n", encoding="utf-8")
    code, out, err = call(main, *arguments, "--answer", "가")
    assert (code, out) == (1, "")
    assert err.startswith("오류: 설정 [verify.patterns]의 이름 'date'은 이미 있는 종류의")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--answer", "가"], "빠진 것이 있습니다: --context → "),
        (["--context", "x"], "빠진 것이 있습니다: --answer → "),
        (["--answer", "가", "--context", "/no/such"], "근거 파일을 읽을 수 없습니다: /no/such\n→ "),
        (["--answer", "가", "--passages", "/no/such"], "파일을 읽을 수 없습니다: /no/such\n→ "),
        (["--batch", "x", "--answer", "가"], "--batch에 다른 답변이나 근거를 함께 주었습니다. → "),
        (["--batch", "/no/such"], "파일을 읽을 수 없습니다: /no/such\n→ "),
        (
            ["--answer", "가", "--context", "x", "--passages", "y"],
            "--context와 --passages를 함께 주었습니다. → ",
        ),
    ],
)
def test_verify_without_its_parts(call: Run, arguments: list[str], message: str) -> None:
    code, _, err = call(main, "verify", *arguments)
    assert code == 1
    assert message in err


def test_a_passage_that_is_none(call: Run, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('\n{"text": "가"}\n{"text": 7}\n', encoding="utf-8")
    code, out, err = call(main, "verify", "--answer", "가", "--passages", tmp_path / "p.jsonl")
    assert (code, out) == (1, "")
    assert "p.jsonl 3번째 줄이 잘못되었습니다. 근거 2번의" in err


def test_eval(call: Run, demo_home: Path) -> None:
    questions = PROJECT / "demo" / "questions.jsonl"
    code, out, err = call(main, "eval", "--home", demo_home, questions, "--json")
    (figures,) = lines_of(out)
    assert (code, err) == (0, "")
    names = [f"{name}@{cut}" for name in ("hit", "recall") for cut in (1, 2, 5, 10)]
    assert figures.keys() >= {*names, "mrr", "p50_ms", "p95_ms"}
    assert (figures["questions"], figures["unanswerable"]) == (62, 12)
    hits = [figures[f"hit@{cut}"] for cut in (1, 2, 5, 10)]
    assert hits == sorted(hits)
    assert 0.7 < figures["hit@5"] <= 1
    assert figures["hit@1"] <= figures["mrr"] <= figures["hit@10"]
    assert 0 < figures["p50_ms"] <= figures["p95_ms"]


def test_eval_in_text(call: Run, demo_home: Path, tmp_path: Path) -> None:
    gold = jsonl(
        tmp_path / "q.jsonl", {"question": MEALS, "document": "회계규정", "article": "제13조"}
    )
    code, out, _ = call(main, "eval", "--home", demo_home, gold)
    assert code == 0
    assert "hit@1  1.000   recall@1  1.000" in out
    assert "MRR    1.000" in out


def test_doctor_on_a_working_home(call: Run, demo_home: Path) -> None:
    code, out, _ = call(main, "doctor", "--home", demo_home, "--json")
    findings = {finding["name"]: finding for finding in lines_of_list(out)}
    assert code == 0
    for finding in findings.values():
        assert finding.keys() == {"name", "ok", "detail", "remedy"}
    assert findings["라이브러리"]["ok"]
    assert "규정 9건" in findings["라이브러리"]["detail"]
    assert findings["색인"]["ok"]
    assert findings["torch"]["detail"].startswith("2.")


def test_doctor_on_an_empty_home_names_the_remedies(call: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[models]\nllm = "http://127.0.0.1:9/v1"\n', "utf-8")
    code, out, _ = call(main, "doctor", "--home", tmp_path)
    assert code == 1
    assert re.search(r"✗ 라이브러리: .*\n    → 먼저 'ingest add", out)
    assert re.search(r"✗ 색인: .*\n    → 먼저 'ingest add", out)
    assert re.search(r"✗ 언어 모델: http://127\.0\.0\.1:9/v1: .*\(ConnectError\)\n    → ", out)


def test_doctor_on_the_reranker(call: Run, tmp_path: Path) -> None:
    def told() -> str:
        _, out, _ = call(main, "doctor", "--home", tmp_path)
        return str(out[out.index("재순위 모델") - 2 :])

    assert told().startswith(
        "✓ 재순위 모델: 없음: 쓰지 않습니다\n    → 쓰려면 config.toml의 [models]"
    )
    (tmp_path / "config.toml").write_text('[models]\nreranker = "models/가"\n', "utf-8")
    folder = tmp_path / "models" / "가"
    assert told().startswith(
        f"✗ 재순위 모델: 재순위 모델 폴더가 없습니다: {folder}\n    → 모델 폴더를"
    )
    folder.mkdir(parents=True)
    assert told().startswith("✗ 재순위 모델: 재순위 모델 폴더가 없거나 비어 있습니다: ")
    (folder / "config.json").write_text("{}", "utf-8")
    assert told().startswith("✗ 재순위 모델: 재순위 모델을 불러올 수 없습니다: ")
    (tmp_path / "models" / "나").mkdir()
    cross_encoder(tmp_path / "models" / "나")
    (tmp_path / "config.toml").write_text('[models]\nreranker = "models/나"\n', "utf-8")
    assert told().startswith(f"✓ 재순위 모델: {tmp_path / 'models' / '나'}\n✓ 언어 모델")


def lines_of_list(out: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(out)
    return found


# --- ingest --------------------------------------------------------------------------------------
RULE = """주차규정

제1조(목적) 이 규정은 주차장 사용에 관한 사항을 정한다.

제2조(정기권) 정기권의 요금은 월 3만원으로 한다.
"""


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "rules" / "주차규정.txt"
    path.parent.mkdir()
    path.write_text(RULE, encoding="utf-8")
    return path


def test_ingest_preview(call: Run, rule: Path, tmp_path: Path) -> None:
    code, out, _ = call(ingest_main, "preview", "--home", tmp_path / "home", rule, "--json")
    (seen,) = lines_of(out)
    assert code == 0
    assert seen.keys() == {"document", "notes", "passages"}
    assert seen["document"]["title"] == "주차규정"
    text = seen["document"]["text"]
    for passage in seen["passages"]:
        assert passage.keys() == set(
            "path article paragraph subparagraph title text start end page".split()
        )
        assert passage["text"] == text[passage["start"] : passage["end"]]
    assert [p["article"] for p in seen["passages"] if p["article"]] == ["제1조", "제2조"]
    assert seen["passages"][-1]["path"] == ["제2조(정기권)"]
    code, out, _ = call(ingest_main, "preview", rule)
    assert re.search(r"^■ 주차규정 \[규정\] 조문 \d개\n(?s:.*)제2조\(정기권\) +\[\d+:\d+\] ", out)
    assert not (tmp_path / "home").exists()


def test_ingest_add_status_and_add_again(call: Run, rule: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    code, out, err = call(ingest_main, "add", "--home", home, rule.parent)
    assert (code, err) == (0, "")
    assert out == "  주차규정 1판: 새 규정\n파일 1개에서 규정 1건, 조문 2개를 넣었습니다.\n"

    code, out, _ = call(ingest_main, "status", "--home", home, "--json")
    (status,) = lines_of(out)
    assert [(d["title"], d["kind"], d["format"]) for d in status["documents"]] == [
        ("주차규정", "규정", "txt")
    ]
    assert status["index"]["generation"] == 1
    assert status["index_is_current"] is True
    code, out, _ = call(ingest_main, "status", "--home", home)
    assert "규정 1건" in out
    assert "색인: 1세대" in out
    assert f"주차규정 1판  [규정, txt, 시행 중]  {rule}" in out

    code, out, _ = call(ingest_main, "add", "--home", home, rule, "--json")
    (outcome,) = lines_of(out)
    assert code == 0
    assert [(file["path"], file["status"]) for file in outcome["files"]] == [
        (str(rule), "unchanged")
    ]
    code, out, _ = call(main, "ask", "--home", home, "정기권 요금은 얼마인가요?")
    assert "월 3만원" in out


def test_a_file_that_cannot_be_read_costs_itself_only(
    call: Run, rule: Path, tmp_path: Path
) -> None:
    (rule.parent / "깨진것.pdf").write_bytes(b"%PDF-1.7 broken")
    code, out, err = call(ingest_main, "add", "--home", tmp_path / "home", rule.parent)
    assert code == 1
    assert "규정 1건" in out
    assert re.search(r"읽지 못한 파일 1개:\n  .*깨진것\.pdf: .*[가-힣]", err)


def test_ingest_faq(call: Run, rule: Path, tmp_path: Path) -> None:
    home, faq = tmp_path / "home", tmp_path / "주차.csv"
    faq.write_text("질문,답변,문서,조문\n정기권?,3만원.,주차규정,제2조\n", encoding="utf-8")
    call(ingest_main, "add", "--home", home, rule)
    code, out, _ = call(ingest_main, "faq", "--home", home, faq)
    assert (code, out) == (0, "주차: 승인된 답변 1개를 넣었습니다.\n")
    faq.write_text("질문,답변\n가,나\n", encoding="utf-8")
    code, _, err = call(ingest_main, "faq", "--home", home, faq)
    assert code == 1
    assert "주차.csv: 빠진 열이 있습니다: 문서, 조문\n→ " in err


# --- where things are ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (main, ["ask", "연차는?"]),
        (main, ["search", "연차"]),
        (main, ["eval", str(PROJECT / "demo" / "questions.jsonl")]),
        (ingest_main, ["status"]),
    ],
    ids=["ask", "search", "eval", "status"],
)
def test_a_home_without_a_library(
    call: Run, tmp_path: Path, command: Callable[[list[str]], int], arguments: list[str]
) -> None:
    code, out, err = call(command, arguments[0], "--home", tmp_path / "새집", *arguments[1:])
    assert (code, out) == (1, "")
    assert "아직 라이브러리가 없습니다" in err
    assert "→ 먼저 'ingest add 경로'" in err
    assert not (tmp_path / "새집").exists()


def test_the_home_is_named_by_the_environment_or_is_here(
    call: Run, demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = call(main, "search", MEALS)
    assert code == 1
    assert str(tmp_path / "home") in err
    monkeypatch.setenv("ONPREM_RAG_HOME", str(demo_home))
    assert call(main, "search", MEALS)[0] == 0
    code, _, err = call(main, "search", MEALS, "--home", tmp_path / "other")  # the option wins
    assert code == 1
    monkeypatch.delenv("ONPREM_RAG_HOME")
    (tmp_path / "home").symlink_to(demo_home)
    assert call(main, "search", MEALS)[0] == 0


def test_a_misspelt_setting_is_an_error(call: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[search]\npasages = 3\n", encoding="utf-8")
    code, _, err = call(main, "ask", "--home", tmp_path, "연차는?")
    assert code == 1
    assert "'pasages'" in err
    assert "→ 쓸 수 있는 키: " in err


def test_what_nobody_expected_is_no_traceback(call: Run) -> None:
    def stumbles() -> int:
        raise ZeroDivisionError("division by zero")

    code, _, err = call(lambda _: run(stumbles))
    assert code == 1
    assert "예상하지 못한 문제" in err
    assert "→ 'onprem-rag doctor'" in err


def test_an_interrupted_command_says_so(call: Run) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    code, _, err = call(lambda _: run(interrupted))
    assert code == 130
    assert "중단했습니다" in err


# --- real processes ------------------------------------------------------------------------------
@pytest.mark.parametrize("command", ["onprem-rag", "ingest"])
def test_help_is_there_at_once(command: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = started(BIN / command, "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert result.returncode == 0
    assert "규정" in result.stdout
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 0.3


@pytest.mark.parametrize("module", ["onprem_rag.cli", "ingest.__main__"])
def test_help_imports_nothing_heavy(module: str) -> None:
    assert imported_by(module, "--help").isdisjoint(HEAVY)


def test_a_cold_question_needs_no_torch(demo_home: Path) -> None:
    modules = imported_by("onprem_rag.cli", "ask", MEALS, home=demo_home)
    assert "numpy" in modules
    assert modules.isdisjoint({"torch", "sentence_transformers", "transformers", "streamlit"})


def imported_by(module: str, *arguments: str, home: Path | None = None) -> set[str]:
    """The packages in memory when ``module``'s main has run, in a process of its own."""
    code = (
        f"import sys\nfrom {module} import main\n"
        f"try:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\n"
        "print('modules:', *{name.partition('.')[0] for name in sys.modules})"
    )
    result = started(sys.executable, "-c", code, home=home)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.splitlines()[-1].removeprefix("modules: ").split())


def test_the_console_script_answers(demo_home: Path) -> None:
    result = started(BIN / "onprem-rag", "ask", MEALS, "--json", home=demo_home)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout)["status"] == "verified"


def test_the_console_script_fails_in_korean(tmp_path: Path) -> None:
    result = started(BIN / "onprem-rag", "ask", "연차는?", folder=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("오류: 아직 라이브러리가 없습니다: ")
    assert str(tmp_path / "home" / "library.sqlite") in result.stderr
    assert "Traceback" not in result.stderr


def test_a_question_that_is_not_utf_8(demo_home: Path) -> None:
    command = [str(BIN / "onprem-rag"), "ask", "--home", str(demo_home), b"\xff\xbe", "--json"]
    result = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert result.returncode == 1
    assert result.stderr.decode().startswith("오류: 질문이 비어 있습니다.")


def test_ingest_into_a_pipe_draws_no_bar(rule: Path, tmp_path: Path) -> None:
    result = started(BIN / "ingest", "add", rule.parent, folder=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") == 2
    assert (tmp_path / "home" / "library.sqlite").is_file()  # ./home


class Terminal(io.StringIO):
    """A screen that remembers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("screen", "seen"), [(Terminal(), True), (io.StringIO(), False)])
def test_bars_are_for_terminals(
    monkeypatch: pytest.MonkeyPatch, screen: io.StringIO, seen: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(terminal, "_PATIENCE_S", -1.0)
    bars = ProgressBars()
    bars("파일 읽기", 1, 4)
    bars("파일 읽기", 2, 4)
    bars.close()
    assert ("파일 읽기" in screen.getvalue()) is seen
