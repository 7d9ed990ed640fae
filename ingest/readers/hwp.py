"""Files named HWP: which of the two formats it is, told by the first bytes."""

from __future__ import annotations

from ingest.readers.hancom.hwp3 import read_hwp3
from ingest.readers.hancom.hwp5 import read_hwp5
from ingest.readers.result import Reading


def read_hwp(data: bytes) -> Reading:
    """HWP 5, or HWP 3 from before 2000."""
    return read_hwp3(data) if data.startswith(b"HWP Document File") else read_hwp5(data)
