"""The worker process: the same documents as in process, and no file that costs more than itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from ingest.parse import parse
from ingest.parsed import Parsed, decode, encode
from ingest.progress import report_progress
from ingest.worker import Worker
from onprem_rag.errors import ReadError
from onprem_rag.records import (
    Amendment,
    CrossReference,
    Document,
    Furniture,
    Page,
    Passage,
    Table,
)
from tests.bench.mutants import seed_files
from tests.bench.mutations import endings
from tests.conftest import PROJECT

DEMO = sorted((PROJECT / "demo" / "regulations").iterdir())
RULE = "여비규정\n\n제1조(목적) 이 규정은 여비를 정한다.\n\n제2조(금액) 여비는 5만원으로 한다.\n"
ANY_PDF = b"%PDF-1.7\n"
# How a native library's code could get at the pipe to the parent.
ANSWERS = (
    "from ingest import child, progress; answers = progress._listener.__closure__[0].cell_contents"
)
CRASHED = (
    "이 파일을 읽던 프로그램이 갑자기 끝났습니다. "
    "→ 원본 프로그램에서 열어 다시 저장하거나 파일을 다시 복사하세요."
)
NO_MEMORY = (
    "읽는 데 메모리가 2GB 넘게 필요해 멈추었습니다. "
    "→ 파일을 나누거나 원본 프로그램에서 다시 저장하세요."
)

KILLED = (
    "이 파일을 읽던 프로그램을 서버가 끝냈습니다(남은 메모리가 모자랐을 수 있습니다). "
    "→ 다시 실행하고, 되풀이되면 서버의 남은 메모리를 확인하거나 파일을 나누어 넣으세요."
)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.fixture
def pdf_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the child imports as the PDF library: a module that a test fills with its own code."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / "pypdfium2.py"


def refusal(worker: Worker, data: bytes = ANY_PDF, name: str = "규정.pdf") -> str:
    with pytest.raises(ReadError) as refused:
        worker.read(name, data)
    return str(refused.value)


def still_reads(worker: Worker) -> bool:
    return worker.read("여비규정.txt", RULE.encode()) == parse("여비규정.txt", RULE.encode())


@contextmanager
def impatient(seconds: float, most_seconds: float = 1800) -> Iterator[Worker]:
    """A worker that waits no longer, from when its child has started: that takes what it takes."""
    with Worker() as worker:
        assert still_reads(worker)
        patience = worker._seconds, worker._most_seconds
        worker._seconds, worker._most_seconds = seconds, most_seconds
        yield worker
        worker._seconds, worker._most_seconds = patience
        assert still_reads(worker)


# --- what it gives ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.name)
def test_a_file_is_what_it_would_be_in_process(path: Path, worker: Worker) -> None:
    assert worker.read(str(path), path.read_bytes()) == parse(str(path), path.read_bytes())


def test_documents_and_passages_arrive(worker: Worker) -> None:
    parsed = worker.read("/규정/여비규정.txt", RULE.encode("cp949"))
    [(document, passages)] = parsed.documents
    assert (parsed.format, document.title, document.source) == (
        "txt",
        "여비규정",
        "/규정/여비규정.txt",
    )
    assert [(p.article, p.title, p.text) for p in passages] == [
        ("제1조", "목적", "제1조(목적) 이 규정은 여비를 정한다."),
        ("제2조", "금액", "제2조(금액) 여비는 5만원으로 한다."),
    ]


def test_a_refusal_keeps_its_words(worker: Worker) -> None:
    assert refusal(worker, b"") == "빈 파일입니다(0바이트). → 원본 파일을 다시 복사하세요."
    assert still_reads(worker)


FULL = Document(
    title="여비규정",
    kind="규정",
    source="/규정/\udcb0여비.hwp",  # a name made where names are CP949
    format="hwp",
    sha256="ab" * 32,
    text="제1조(목적) 여비 🙂 4급 70,000원",
    pages=(Page(1, 0, 5, 0.93), Page(2, 5, 20)),
    tables=(Table(3, 9, 1, (("직급", "금액"), ("4급", "70,000원")), ((1, 0),)),),
    furniture=(Furniture("차례", 0, 3),),
    amendments=(Amendment(4, "<개정 2020. 1. 1.>", "개정", ("2020-01-01", "2021-02-03")),),
    references=(
        CrossReference(0, 3, "제1조", None, "제1조", (0, 20)),
        CrossReference(0, 3, "제1조", "다른 규정", "별표 1"),
    ),
    enacted="1999-01-01",
    amended=("2020-01-01", "2021-02-03"),
    effective="2021-03-01",
    department="총무과",
    id=7,
)
PASSAGE = Passage(
    document="여비규정",
    path=("제1장 총칙", "제1조(목적)"),
    article="제1조",
    paragraph="①",
    title="목적",
    text="여비 🙂",
    start=8,
    end=12,
    page=2,
    subparagraph="3",
    document_id=5,
    id=6,
)


def test_every_field_of_every_record_arrives() -> None:
    """A field added later must be set in FULL or PASSAGE, and so be seen to arrive."""
    kinds = (FULL.pages, FULL.tables, FULL.furniture, FULL.amendments, FULL.references)
    for record in (FULL, PASSAGE, *(records[0] for records in kinds)):
        for field in fields(record):
            value = getattr(record, field.name)
            assert value not in (None, "", (), field.default) or field.default is MISSING, field
    assert PASSAGE.text == FULL.text[PASSAGE.start : PASSAGE.end]
    assert FULL.references[0].document is None
    parsed = Parsed("hwp", FULL.sha256, ("3쪽은 문자 인식으로 읽었습니다.",), ((FULL, (PASSAGE,)),))
    assert decode(encode(parsed)) == parsed


# --- what it costs ---------------------------------------------------------------------------


def test_starting_and_asking_take_little() -> None:
    """Starting: little more than Python's own, with the same imports, beside the same load."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import ingest.child"], check=True)
    alone = time.perf_counter() - began
    with Worker() as worker:
        began = time.perf_counter()
        assert still_reads(worker)
        assert time.perf_counter() - began < 2 * alone + 0.2
        times = []
        for _ in range(21):
            began = time.perf_counter()
            worker.read("여비규정.txt", RULE.encode())
            times.append(time.perf_counter() - began)
        assert min(times) < 0.01  # a busy machine leaves one of them alone; a start takes 0.3


def test_a_rule_book_travels_fast(shared: Path) -> None:
    """Against the time of reading it, so that a busy machine changes nothing."""
    [path] = (shared / "regulations-hwpx").iterdir()
    began = time.process_time()
    parsed = parse(str(path), path.read_bytes())
    read = time.process_time()
    assert len(parsed.documents) > 300
    assert decode(encode(parsed)).documents[-1] == parsed.documents[-1]
    assert time.process_time() - read < (read - began) / 4


# --- what can happen to it -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param("import ctypes; ctypes.string_at(0)", CRASHED, id="a wild pointer"),
        pytest.param("import os; os.abort()", CRASHED, id="gives up"),
        pytest.param("import os; os.kill(os.getpid(), 9)", KILLED, id="killed by the system"),
        pytest.param("bytearray(3 << 30)", NO_MEMORY, id="more memory than there is"),
        pytest.param(
            "def f(): f()\nf()", "읽는 중 오류가 났습니다(RecursionError)", id="no bottom"
        ),
        pytest.param(
            "import os; os._exit(3)",
            "파일을 읽을 프로그램이 일을 마치지 못했습니다(종료 코드 3). → 다른 파일도 그러면",
            id="ends without a word",
        ),
        pytest.param(
            f"{ANSWERS}; answers.write(b'<html>' * 9); answers.flush()",
            CRASHED,
            id="answers nonsense",
        ),
        pytest.param(
            f"{ANSWERS}; child._send(answers, b'r', b'[1, 2, [], [[]]]')",
            CRASHED,
            id="answers something else",
        ),
        pytest.param(
            "import os; print('x' * 99_999); [os.write(to, b'x' * 999_999) for to in (1, 2)]\n"
            "raise ValueError(os.read(0, 9))",
            "읽는 중 오류가 났습니다(ValueError)",
            id="chatters",
        ),
    ],
)
def test_trouble_in_a_library_costs_one_file(code: str, reason: str, pdf_library: Path) -> None:
    pdf_library.write_text(code)
    with Worker() as worker:
        assert reason in refusal(worker)
        assert still_reads(worker)


def test_a_library_that_hangs_costs_one_file(pdf_library: Path) -> None:
    pdf_library.write_text("import re; re.match('(a*)*b', 'a' * 99)")
    with impatient(seconds=1) as worker:
        began = time.monotonic()
        assert refusal(worker) == (
            "읽는 데 1초가 넘게 걸려 멈추었습니다. "
            "→ 다시 실행하고, 되풀이되면 파일을 나누거나 원본 프로그램에서 다시 저장하세요."
        )
        assert time.monotonic() - began < 6


def test_a_child_that_died_while_it_was_idle_costs_no_file() -> None:
    with Worker() as worker:
        assert still_reads(worker)
        assert worker._child
        worker._child.kill()
        worker._child.wait()
        assert still_reads(worker)


def test_tables_for_the_faq_are_read_in_the_child_too() -> None:
    with Worker() as worker:
        (sheet,) = worker.sheets("여비.csv", "질문,답변\n얼마?,7만원\n".encode())
        assert [(row.line, row.cells) for row in sheet.rows] == [
            (1, ("질문", "답변")),
            (2, ("얼마?", "7만원")),
        ]
        with pytest.raises(ReadError, match=r"CSV나 XLSX가 아닙니다\. →"):
            worker.sheets("여비.csv", b"%PDF-1.4 broken")
        assert still_reads(worker)


def test_who_shows_signs_of_life_may_take_longer(pdf_library: Path) -> None:
    report_progress()  # in process, nobody waits for it
    pdf_library.write_text(
        "import time; from ingest.progress import report_progress\n"
        "for _ in range(8): time.sleep(0.25); report_progress()\n"
        "raise ValueError"
    )
    with impatient(seconds=1) as worker:
        assert "읽는 중 오류가 났습니다(ValueError)" in refusal(worker)
    with impatient(seconds=1, most_seconds=1.5) as worker:
        assert refusal(worker).startswith("읽는 데 1.5초가 넘게 걸려 멈추었습니다.")


def test_what_a_file_leaves_behind_is_not_missing_for_the_next(pdf_library: Path) -> None:
    pdf_library.write_text(
        "import mmap, sys; sys.leak = mmap.mmap(-1, 1_500 << 20); raise ValueError"
    )
    with Worker() as worker:
        for _ in range(2):
            assert "(ValueError)" in refusal(worker)


def test_what_the_child_wrote_is_for_developers_only(pdf_library: Path) -> None:
    pdf_library.write_text("import ctypes; ctypes.string_at(0)")
    with Worker() as worker, pytest.raises(ReadError) as refused:
        worker.read("규정.pdf", ANY_PDF)
    assert "Segmentation fault" in refused.value.__notes__[0]
    assert "Segmentation" not in str(refused.value)


def test_modules_in_the_folder_of_the_files_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "zipfile.py", "docx.py", "ingest.py"):
        (tmp_path / name).write_text("import os; os._exit(9)")
    monkeypatch.chdir(tmp_path)
    with Worker() as worker:
        assert still_reads(worker)


def test_who_leaves_does_not_wait_for_what_is_still_being_read(pdf_library: Path) -> None:
    told = pdf_library.with_name("child")
    pdf_library.write_text(
        f"import pathlib; pathlib.Path({str(told)!r}).write_text('.')\nwhile True: pass"
    )
    with Worker() as worker:
        readings = [worker.reading(f"{name}.pdf", ANY_PDF) for name in ("가", "나")]
        wait_for(told.exists)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert isinstance(readings[0].exception(), ReadError)
    assert readings[1].cancelled()


BUSY = """
import sys
from ingest.worker import Worker
sys.path.insert(0, sys.argv[1])
with Worker() as worker:
    try:
        worker.read("규정.pdf", b"%PDF-1.7")
    except KeyboardInterrupt:
        print("stopped")
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_the_child_ends_with_the_parent(ending: signal.Signals, pdf_library: Path) -> None:
    told = pdf_library.with_name("child")
    pdf_library.write_text(
        f"import os, pathlib; pathlib.Path({str(told)!r}).write_text(str(os.getpid()) + '.')\n"
        "while True: pass"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", BUSY, pdf_library.parent],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        start_new_session=True,
    )
    wait_for(lambda: told.exists() and told.read_text().endswith("."))
    os.killpg(parent.pid, ending)
    output, errors = parent.communicate(timeout=10)
    assert (output, errors) == (b"stopped\n" if ending == signal.SIGINT else b"", b"")
    child = Path("/proc", told.read_text().rstrip("."), "stat")
    wait_for(lambda: not child.exists() or child.read_text().split()[2] == "Z")


def wait_for(condition: object) -> None:
    assert callable(condition)
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


# --- files spoilt by accident ------------------------------------------------------------------


def test_spoilt_files_end_in_a_reading_or_a_clear_error(tmp_path: Path) -> None:
    """A share of ``python -m tests.bench mutations`` on files that are always there."""
    ended = list(endings(seed_files(tmp_path), range(10_000, 10_120)))
    assert len(ended) == 120
    assert {ending.how for ending in ended} <= {"read", "refused", "error in a reader"}
    assert sum(ending.how == "read" for ending in ended) > 30
    assert all(" → " in ending.reason for ending in ended if ending.how != "read")
    assert max(ending.seconds for ending in ended) < 10
