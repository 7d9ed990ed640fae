"""Files that can't be read cost themselves only, and say in Korean why and what to do."""

from __future__ import annotations

import ctypes
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.__main__ import main
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from tests.conftest import PROJECT

DEMO = PROJECT / "demo" / "regulations"
GOOD = """숙소관리지침

제1조(목적) 이 지침은 직원 숙소의 관리에 필요한 사항을 정한다.

제2조(퇴거) 입주자는 전보된 날부터 30일 이내에 숙소에서 퇴거하여야 한다.
"""
PDF = (DEMO / "회계규정.pdf").read_bytes()
DOCX = (DEMO / "여비규정.docx").read_bytes()
NOISE = random.Random(20_240_301).randbytes(5_000)


def zip_of(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


BAD: dict[str, tuple[str, bytes, str]] = {
    "empty file": ("빈.txt", b"", "빈 파일입니다(0바이트). → 원본 파일을 다시 복사하세요."),
    "word file of no bytes": ("빈.docx", b"", "빈 파일입니다(0바이트). →"),
    "text named pdf": ("지침.pdf", GOOD.encode(), "확장자는 .pdf이지만 내용이 그 형식이 아니거나"),
    "text named hwp": ("지침.hwp", GOOD.encode(), "확장자는 .hwp이지만 내용이 그 형식이 아니거나"),
    "pdf cut off": ("회계.pdf", PDF[:2_000], "손상된 PDF입니다. →"),
    "garbage after %PDF-": ("회계.pdf", b"%PDF-1.7\n" + NOISE, "손상된 PDF입니다. →"),
    "pdf signature alone": ("회계.pdf", b"%PDF-1.4", "손상된 PDF입니다. →"),
    "zip cut off": ("여비.docx", DOCX[:9_000], "압축 구조가 손상된 파일입니다. →"),
    "zip of something else": ("여비.docx", zip_of(a="b"), "지원하지 않는 압축 파일입니다. → HWP"),
    "word file of broken xml": ("여비.docx", zip_of(word__document="")[:-1], "압축 구조가 손상된"),
    "word file without a body": (
        "여비.docx",
        zip_of(**{"word__document.xml": "<w:document"}),
        "손상된 DOCX 파일입니다. →",
    ),
    "hwpx of broken xml": (
        "휴직.hwpx",
        zip_of(mimetype="application/hwp+zip", **{"Contents__section0.xml": "<hs:sec"}),
        "손상되었거나 한글 문서가 아닙니다. →",
    ),
    "garbage after hwp signature": (
        "휴직.hwp",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE,
        "손상되었거나 한글 문서가 아닙니다. → 한글에서 열어",
    ),
    "noise named txt": ("잡음.txt", NOISE, "글자로 읽을 수 없는 파일입니다"),
    "noise of signs alone": (
        "잡음.txt",
        bytes(byte & 0x7F for byte in NOISE),
        "글자로 읽을 수 없는 파일입니다",
    ),
    "noise named csv": ("잡음.csv", NOISE, "글자로 읽을 수 없는 파일입니다"),
    "blanks alone": ("빈칸.txt", b" \r\n\t\n", "글자가 없는 문서입니다. →"),
    "header alone": ("표.csv", "부서,업무\n".encode(), "머리글과 한 줄 이상의 자료"),
    "unknown suffix": ("사진.png", b"\x89PNG\r\n\x1a\n", "지원하지 않는 형식입니다(확장자 '.png')"),
    "no suffix": ("지침", b"\x00\x01\x02", "지원하지 않는 형식입니다(확장자 '없음'). → HWP"),
}


@pytest.mark.parametrize("case", BAD)
def test_preview_says_why_and_what_to_do(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, data, reason = BAD[case]
    path = tmp_path / name
    path.write_bytes(data)
    assert main(["preview", "--home", str(tmp_path / "home"), str(path)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("오류: ")
    assert reason in output.err
    assert " → " in output.err
    assert "Traceback" not in output.err


def _found(home: Path, question: str) -> str:
    hits = Chatbot.open(load_config(home)).search(question, 1)
    return hits[0].passage.text if hits else ""


def test_good_files_beside_bad_ones_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "규정"
    folder.mkdir()
    names = []
    for number, (name, data, _) in enumerate(BAD.values()):
        names.append(f"{number:02}{name}")
        (folder / names[-1]).write_bytes(data)
    (folder / "숙소관리지침.txt").write_text(GOOD, encoding="utf-8")
    missing = tmp_path / "없는 파일.pdf"
    home = tmp_path / "home"
    assert main(["add", "--home", str(home), str(folder), str(missing)]) == 1
    output = capsys.readouterr()
    assert output.out.endswith("\n파일 1개에서 규정 1건, 조문 2개를 넣었습니다.\n")
    assert output.err.startswith(f"읽지 못한 파일 {len(BAD) + 1}개:\n")
    lines = output.err.splitlines()[1:]
    assert len(lines) == len(BAD) + 1
    for line, name, (_, _, reason) in zip(lines, names, BAD.values(), strict=False):
        assert line.startswith(f"  {folder / name}: ")
        assert reason in line
    assert lines[-1] == (
        f"  {missing}: 열 수 없습니다(그런 파일이나 폴더가 없음). → 경로를 확인하세요."
    )
    assert all(" → " in line for line in lines)
    assert "Traceback" not in output.err
    assert _found(home, "숙소에서 언제까지 퇴거하나요?") == (
        "제2조(퇴거) 입주자는 전보된 날부터 30일 이내에 숙소에서 퇴거하여야 한다."
    )


def test_bad_files_alone_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "빈.txt").write_bytes(b"")
    home = tmp_path / "home"
    assert main(["add", "--home", str(home), "--json", str(tmp_path / "빈.txt")]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["generation"] is None
    assert [(file["status"], file["passages"]) for file in printed["files"]] == [("failed", 0)]
    assert not (home / "index").exists()


def test_a_folder_without_files_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "규정").mkdir()
    assert main(["add", "--home", str(tmp_path / "home"), str(tmp_path / "규정")]) == 1
    assert capsys.readouterr().err == "넣을 파일이 없습니다. → 경로를 확인하세요.\n"


def test_a_file_with_a_password_is_told_from_a_damaged_one(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared / "office-samples" / "password-12345.hwp"
    assert main(["preview", "--home", str(tmp_path), str(path)]) == 1
    assert "암호가 걸린 한글 문서입니다. → 한글에서 암호를 풀고" in capsys.readouterr().err


def test_a_pipe_in_a_folder_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "여비규정.txt")
    assert main(["add", "--home", str(tmp_path / "home"), str(tmp_path)]) == 1
    assert "보통의 파일이 아닙니다. →" in capsys.readouterr().err


def test_a_bad_member_of_a_zip_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "규정.zip"
    path.write_bytes(zip_of(**{"여비.txt": GOOD, "손상.pdf": "broken"}))
    assert main(["preview", "--home", str(tmp_path), str(path)]) == 1
    assert f"{path}!/손상.pdf: 확장자는 .pdf이지만" in capsys.readouterr().err


def _obey_permissions() -> None:
    """Give up root's right to read everything (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):
        if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            raise OSError(ctypes.get_errno(), "prctl")


def _ingest_with_rights_that_count(*arguments: str) -> subprocess.CompletedProcess[str]:
    drop: Callable[[], None] | None = _obey_permissions if os.geteuid() == 0 else None
    return subprocess.run(
        [sys.executable, "-m", "ingest", *arguments],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        preexec_fn=drop,
        check=False,
    )


def test_files_and_folders_without_rights(tmp_path: Path) -> None:
    folder = tmp_path / "규정"
    for name in ("닫힌 폴더", "이름만 보이는 폴더"):
        (folder / name).mkdir(parents=True)
        (folder / name / "여비규정.docx").write_bytes(DOCX)
    (folder / "닫힌 파일.txt").write_text(GOOD, encoding="utf-8")
    (folder / "숙소관리지침.txt").write_text(GOOD, encoding="utf-8")
    home = tmp_path / "home"
    closed = [folder / "닫힌 폴더", folder / "닫힌 파일.txt", folder / "이름만 보이는 폴더"]
    try:
        closed[0].chmod(0)
        closed[1].chmod(0)
        closed[2].chmod(0o400)
        named = closed[0] / "여비규정.docx"
        done = _ingest_with_rights_that_count("add", "--home", str(home), str(folder), str(named))
    finally:
        for path in closed:
            path.chmod(0o700)
    assert done.returncode == 1, done.stderr
    assert done.stdout.endswith("\n파일 1개에서 규정 1건, 조문 2개를 넣었습니다.\n")
    remedy = "읽을 권한이 없습니다. → 파일 권한을 확인하세요."
    lines = done.stderr.splitlines()[1:]
    unread = {closed[0], closed[1], closed[2] / "여비규정.docx", named}
    assert set(lines) == {f"  {path}: {remedy}" for path in unread}
    assert "Traceback" not in done.stderr
    assert "퇴거하여야 한다" in _found(home, "숙소에서 언제까지 퇴거하나요?")


def test_a_home_without_rights(tmp_path: Path) -> None:
    closed = tmp_path / "닫힌 폴더"
    closed.mkdir()
    closed.chmod(0o500)
    shutil.copy(DEMO / "근무복장 기준.md", tmp_path)
    try:
        done = _ingest_with_rights_that_count(
            "add", "--home", str(closed / "home"), str(tmp_path / "근무복장 기준.md")
        )
    finally:
        closed.chmod(0o700)
    assert done.returncode == 1
    assert done.stderr.startswith(f"오류: 홈 폴더에 쓸 수 없습니다: {closed / 'home'}")
    assert "→ 폴더 권한을 확인하세요." in done.stderr
    assert "Traceback" not in done.stderr
