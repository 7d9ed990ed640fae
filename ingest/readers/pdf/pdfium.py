"""pdfium's functions over plain addresses: a third of the time of pypdfium2's typed pointers."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_float, c_int, c_ulong, c_void_p
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Pdfium:
    """What readers ask of each page's objects and characters; the kinds of objects."""

    count: Callable[..., int]  # page
    item: Callable[..., int]  # page, number
    kind: Callable[..., int]  # object
    bounds: Callable[..., int]  # object, four floats
    text_of: Callable[..., int]  # object, text page, buffer, its length
    code: Callable[..., int]  # text page, number
    box: Callable[..., int]  # text page, number, FS_RECTF
    origin: Callable[..., int]  # text page, number, two doubles
    angle: Callable[..., float]  # text page, number; clockwise
    text: int
    path: int
    image: int
    form: int


@cache
def pdfium() -> Pdfium:
    """The functions; pypdfium2 is not imported before they are needed."""
    import pypdfium2.raw as raw

    def plain(function: Any, result: Any, *arguments: Any) -> Any:
        return ctypes.PYFUNCTYPE(result, *arguments)(address_of(function))

    return Pdfium(
        plain(raw.FPDFPage_CountObjects, c_int, c_void_p),
        plain(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int),
        plain(raw.FPDFPageObj_GetType, c_int, c_void_p),
        plain(raw.FPDFPageObj_GetBounds, c_int, *(c_void_p,) * 5),
        plain(raw.FPDFTextObj_GetText, c_ulong, c_void_p, c_void_p, c_void_p, c_ulong),
        plain(raw.FPDFText_GetUnicode, c_int, c_void_p, c_int),
        plain(raw.FPDFText_GetLooseCharBox, c_int, c_void_p, c_int, c_void_p),
        plain(raw.FPDFText_GetCharOrigin, c_int, c_void_p, c_int, c_void_p, c_void_p),
        plain(raw.FPDFText_GetCharAngle, c_float, c_void_p, c_int),
        raw.FPDF_PAGEOBJ_TEXT,
        raw.FPDF_PAGEOBJ_PATH,
        raw.FPDF_PAGEOBJ_IMAGE,
        raw.FPDF_PAGEOBJ_FORM,
    )


def address_of(pointer: Any) -> int:
    """Where a pointer, or a function, points to."""
    return ctypes.cast(pointer, c_void_p).value or 0
