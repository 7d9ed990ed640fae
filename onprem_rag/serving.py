"""The web app's server: this process becomes it, or says why that can't be."""

from __future__ import annotations

import os
import socket
import sys
from typing import NoReturn

from onprem_rag.config import PROJECT, Config
from onprem_rag.doctor import language_model
from onprem_rag.errors import ConfigError, OnpremRagError
from onprem_rag.library.store import Library


def become_server(config: Config, host: str, port: int) -> NoReturn:
    """Let Streamlit take this process over.

    Raises ConfigError where the page could not be opened; what only limits it is printed.
    """
    _check_port(host, port)
    _warn(config)
    model = language_model(config)
    if not model.ok:  # nor does the page open before this is mended
        raise ConfigError(f"{model.name}: {model.detail}\n→ {model.remedy}")
    os.environ["ONPREM_RAG_HOME"] = str(config.home)
    print(f"웹 화면: http://{host}:{port}  (끝내려면 Ctrl+C)", flush=True)
    os.chdir(PROJECT)  # Streamlit reads .streamlit/config.toml from there
    os.execv(
        sys.executable,
        [
            *(sys.executable, "-m", "streamlit", "run", str(PROJECT / "app.py")),
            f"--server.address={host}",
            f"--server.port={port}",
        ],
    )


def _warn(config: Config) -> None:
    """Tell what the app will lack, but runs without."""
    try:
        Library.open(config.library_url).close()
    except OnpremRagError as error:  # the page says so too, until the first ingest
        print(f"주의: {error}", file=sys.stderr)
    if config.home.is_dir() and not os.access(config.home, os.W_OK):
        print(
            f"주의: 홈 폴더에 쓸 수 없습니다: {config.home}\n→ 질문에는 답하지만 사용자의 평가를 "
            "남기려면 쓰기 권한을 주세요.",
            file=sys.stderr,
        )


def _check_port(host: str, port: int) -> None:
    """Raises ConfigError where the address can't be had; Streamlit would say it in English."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"{host}:{port}에 웹 화면을 열 수 없습니다: {error}\n"
            "→ 그 포트를 쓰는 프로그램을 끝내거나 --port로 다른 포트를 주세요."
        ) from error
