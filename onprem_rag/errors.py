"""One error tree. Every message is Korean, says what is wrong and names the remedy."""

from __future__ import annotations

import errno

_REASONS = {
    errno.ENOENT: "그런 파일이나 폴더가 없음",
    errno.EACCES: "권한 없음",
    errno.EPERM: "권한 없음",
    errno.EISDIR: "파일이 아니라 폴더임",
    errno.ENOTDIR: "폴더가 아님",
    errno.EEXIST: "이미 있음",
    errno.ENAMETOOLONG: "이름이 너무 긺",
    errno.ELOOP: "서로를 가리키는 링크",
    errno.EROFS: "읽기 전용 디스크",
    errno.ENOSPC: "디스크가 가득 참",
    errno.EDQUOT: "쓸 수 있는 디스크를 다 씀",
    errno.EFBIG: "파일이 너무 큼",
    errno.ENOMEM: "메모리 부족",
    errno.EMFILE: "열린 파일이 너무 많음",
    errno.ENFILE: "열린 파일이 너무 많음",
    errno.EIO: "디스크 또는 연결의 오류",
    errno.ESTALE: "네트워크 폴더의 연결이 끊김",
    errno.ENOTCONN: "네트워크 폴더의 연결이 끊김",
    errno.EHOSTDOWN: "네트워크 폴더의 연결이 끊김",
    errno.ETIMEDOUT: "응답 없음",
}


class OnpremRagError(Exception):
    """Base of all errors that a user may see; ``str(error)`` is the Korean message."""


class ConfigError(OnpremRagError):
    """The configuration, a prompt template or a command's argument is wrong."""


class ReadError(OnpremRagError):
    """A file could not be read; it costs that file only."""


class LibraryError(OnpremRagError):
    """The library is missing, damaged or of another schema."""


class IndexMismatchError(OnpremRagError):
    """The index is missing, damaged or was built by another embedder or version."""


class IndexServerError(OnpremRagError):
    """The index's server does not answer, or refuses."""


class ModelError(OnpremRagError):
    """An embedder or a language model could not be loaded or did not answer."""


def reason_of(error: OSError) -> str:
    """What the system refused, in Korean: 권한 없음; in its own words where it seldom says so."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
