"""A connection to a Milvus server, and its errors told as ours."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from onprem_rag.errors import ConfigError, IndexMismatchError, IndexServerError, OnpremRagError

TIMEOUT = 10.0  # seconds for one request


@contextmanager
def connected(uri: str, token: str) -> Iterator[Any]:
    """A client for a while."""
    client = connect(uri, token)
    try:
        yield client
    finally:
        client.close()


def connect(uri: str, token: str) -> Any:
    """A client; raises pymilvus's errors (see ``explained``)."""
    from pymilvus import MilvusClient

    # It logs each refused request with its stack, besides raising; ours says what to do.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return MilvusClient(uri=uri, token=token, timeout=TIMEOUT)


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Errors of the server and of the way there as ours, without what was sent."""
    try:
        import grpc
        from pymilvus import MilvusException
    except ImportError as error:
        raise ConfigError(
            "config.toml의 [index] uri를 쓰려면 pymilvus가 있어야 합니다.\n"
            "→ pip install 'onprem-rag[milvus]'로 설치하거나 uri를 지우세요."
        ) from error
    try:
        yield
    except (MilvusException, grpc.RpcError) as error:
        raise _explanation(error, uri) from None  # its text may hold the address with a password


def _explanation(error: Exception, uri: str) -> OnpremRagError:
    import grpc

    denied = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)
    codes = list(_codes(error))
    if any(code in denied for code in codes):
        return ConfigError(
            f"Milvus 서버가 접속을 거절했습니다: {address(uri)}\n"
            "→ config.toml의 [index] token(사용자:비밀번호)과 그 사용자의 권한을 확인하세요."
        )
    code = codes[0]
    if code == 100:
        return missing(uri, "")
    return IndexServerError(
        f"Milvus 서버가 요청을 처리하지 못했습니다: {address(uri)} (코드 {code})\n"
        "→ 서버가 켜져 있는지, config.toml의 [index] uri가 맞는지 확인하세요."
    )


def _codes(error: BaseException | None) -> Iterator[Any]:
    """The status codes of an error and of its causes: "not connected" has the reason beneath."""
    seen: set[int] = set()  # pymilvus raises errors from themselves
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "code", None)
        yield code() if callable(code) else code
        error = error.__context__


def missing(uri: str, name: str) -> IndexMismatchError:
    """The error for a collection that is gone."""
    return IndexMismatchError(
        f"Milvus 서버에 색인의 컬렉션이 없습니다: {address(uri)} {name}".rstrip()
        + "\n→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."
    )


def address(uri: str) -> str:
    """A server's address without user, password and query, to be shown and compared."""
    scheme, found, rest = uri.partition("://")
    if not found:
        return uri
    place = re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]
    return f"{scheme}://{place.rstrip('/')}"
