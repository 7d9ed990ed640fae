"""Why a Hangul file can't be read, and what to do: the errors that several formats share."""

from __future__ import annotations

from ingest.readers.blocks import DEEPEST
from onprem_rag.errors import ReadError


def damaged() -> ReadError:
    """The file breaks its format."""
    return ReadError("손상되었거나 한글 문서가 아닙니다. → 한글에서 열어 HWPX로 다시 저장하세요.")


def locked() -> ReadError:
    """The file asks for a password."""
    return ReadError("암호가 걸린 한글 문서입니다. → 한글에서 암호를 풀고 다시 저장하세요.")


def bloated() -> ReadError:
    """The file grows beyond all measure when it is inflated."""
    return ReadError(
        "압축을 풀면 지나치게 커지는 파일이라 읽지 않습니다. → 문서를 나누어 다시 저장하세요."
    )


def too_deep() -> ReadError:
    """Tables or boxes stand in each other without an end."""
    return ReadError(
        "표나 글상자가 서로 너무 깊이 들어 있습니다. → 표를 풀어 다시 저장하거나 원본을 확인하세요."
    )


def check_depth(depth: int) -> None:
    """ReadError where ``depth`` tables or boxes stand in each other and those are too many."""
    if depth > DEEPEST:
        raise too_deep()
