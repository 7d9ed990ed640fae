"""HWP 3, HWP 5 and HWPX through unhwp."""

from __future__ import annotations

from ingest.readers.result import Reading
from ingest.readers.tables import plain_of_markdown
from onprem_rag.errors import ReadError

# What viewers of distribution-protected files (배포용 문서) put in place of the text.
_PROTECTED = "상위 버전의 배포용 문서입니다"


def read_hwp(data: bytes) -> Reading:
    """Body and tables in reading order; ReadError for protected or damaged files."""
    import unhwp

    try:
        options = unhwp.RenderOptions(
            escape_special_chars=False, paragraph_spacing=False, image_path_prefix=""
        )
        with unhwp.parse_bytes(data, render_options=options) as result:
            markdown = result.markdown
    except unhwp.UnhwpError as error:
        raise ReadError(_reason(error.kind)) from error
    if _PROTECTED in markdown[:500] and len(markdown) < 1_000:
        raise ReadError(
            "배포용으로 보호된 한글 문서라 내용을 읽을 수 없습니다. "
            "→ 작성 부서에서 일반 문서(HWPX)로 저장한 파일을 받으세요."
        )
    return Reading(plain_of_markdown(markdown))


def _reason(kind: int) -> str:
    import unhwp

    if kind == unhwp.ErrorKind.ENCRYPTED:
        return "암호가 걸린 한글 문서입니다. → 한글에서 암호를 풀고 다시 저장하세요."
    if kind == unhwp.ErrorKind.DISTRIBUTION_RESTRICTED:
        return (
            "배포용으로 보호된 한글 문서입니다. "
            "→ 작성 부서에서 일반 문서(HWPX)로 저장한 파일을 받으세요."
        )
    return "손상되었거나 한글 문서가 아닙니다. → 한글에서 열어 HWPX로 다시 저장하세요."
