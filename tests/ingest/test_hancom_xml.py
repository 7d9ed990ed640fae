"""HWPX and HWPML: the same document in both, built here, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from ingest.readers.hancom import hwpx
from ingest.readers.hancom.hwpml import read_hwpml
from ingest.readers.hancom.hwpx import read_hwpx
from onprem_rag.errors import ReadError

NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://www.hancom.co.kr/hwpml/2011/{name}"'
    for prefix, name in [("hs", "section"), ("hp", "paragraph"), ("hh", "head"), ("hc", "core")]
)
SECTIONS = {"Contents/section0.xml": "<hp:p/>"}
HEADS = """
<hh:numbering id="1" start="1">
<hh:paraHead start="1" level="1" numFormat="DIGIT">제^1조</hh:paraHead>
<hh:paraHead start="1" level="2" numFormat="CIRCLED_DIGIT">^2</hh:paraHead></hh:numbering>
<hh:numbering id="2" start="3">
<hh:paraHead start="1" level="1" numFormat="HANGUL_SYLLABLE">^1.</hh:paraHead></hh:numbering>
<hh:bullet id="1" char="○"/>
<hh:paraPr id="1"><hh:heading type="OUTLINE" idRef="0" level="0"/></hh:paraPr>
<hh:paraPr id="2"><hh:heading type="OUTLINE" idRef="0" level="1"/></hh:paraPr>
<hh:paraPr id="3"><hh:heading type="NUMBER" idRef="2" level="0"/></hh:paraPr>
<hh:paraPr id="4"><hh:heading type="BULLET" idRef="1" level="0"/></hh:paraPr>
"""
SPINE = (
    '<opf:package xmlns:opf="http://www.idpf.org/2007/opf/"><opf:manifest>{}</opf:manifest>'
    "<opf:spine>{}</opf:spine></opf:package>"
)


def package(*sections: str, order: tuple[int, ...] = (), heads: str = "") -> bytes:
    """An HWPX file; ``order`` is that of the spine."""
    parts = {
        f"Contents/section{at}.xml": f"<hs:sec {NAMESPACES}>{text}</hs:sec>"
        for at, text in enumerate(sections)
    }
    if heads:
        parts["Contents/header.xml"] = f"<hh:head {NAMESPACES}>{heads}</hh:head>"
    if order:
        items = [f'<opf:item id="s{at}" href="Contents/section{at}.xml"/>' for at in order]
        references = [f'<opf:itemref idref="s{at}"/>' for at in order]
        parts["Contents/content.hpf"] = SPINE.format("".join(sorted(items)), "".join(references))
    return zipped(parts)


def zipped(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def p(text: str, shape: int = 0, *inside: str) -> str:
    return (
        f'<hp:p paraPrIDRef="{shape}"><hp:run><hp:t>{text}</hp:t>{"".join(inside)}</hp:run>'
        '<hp:linesegarray><hp:lineseg textpos="0"/></hp:linesegarray></hp:p>'
    )


def tc(row: int, column: int, content: str, rows: int = 1, columns: int = 1) -> str:
    return (
        f'<hp:tc header="0"><hp:subList>{content}</hp:subList>'
        f'<hp:cellAddr colAddr="{column}" rowAddr="{row}"/>'
        f'<hp:cellSpan colSpan="{columns}" rowSpan="{rows}"/></hp:tc>'
    )


def tbl(*rows: str, before: str = "", inline: int = 1) -> str:
    inside = "".join(f"<hp:tr>{row}</hp:tr>" for row in rows)
    return f'<hp:tbl><hp:pos treatAsChar="{inline}"/>{before}{inside}</hp:tbl>'


def box(content: str, inline: int = 0) -> str:
    return (
        f'<hp:rect><hp:pos treatAsChar="{inline}"/><hp:drawText><hp:subList>{content}'
        "</hp:subList></hp:drawText><hp:shapeComment>사각형입니다.</hp:shapeComment></hp:rect>"
    )


def note(number: int, content: str) -> str:
    return (
        f'<hp:ctrl><hp:footNote number="{number}"><hp:subList>{content}</hp:subList>'
        "</hp:footNote></hp:ctrl>"
    )


def lines(data: bytes) -> list[str]:
    return read_hwpx(data).text.splitlines()


def test_generated_numbers_stand_in_front() -> None:
    outline = '<hp:secPr outlineShapeIDRef="1"/>'
    section = [
        p("목적", 1, outline),
        p("이 규정은 여비를 정한다.", 2),
        p("다음은 제외한다.", 2),
        p("출장비", 3),
        p("일비", 3),
        p("정의", 1),
        p("뜻은 다음과 같다.", 2),
        p("숙박비", 4),
    ]
    assert lines(package("".join(section), heads=HEADS)) == [
        "제1조 목적",
        "① 이 규정은 여비를 정한다.",
        "② 다음은 제외한다.",
        "다. 출장비",
        "라. 일비",
        "제2조 정의",
        "① 뜻은 다음과 같다.",
        "○ 숙박비",
    ]


def test_a_cell_with_its_number_alone_keeps_it() -> None:
    rows = [
        tc(0, 0, p("번호")) + tc(0, 1, p("이름")),
        tc(1, 0, p("", 3)) + tc(1, 1, p("가나")),
        tc(2, 0, p("", 3)) + tc(2, 1, p("다라")),
    ]
    assert lines(package(p("", 0, tbl(*rows)), heads=HEADS))[1:] == [
        "번호: 다. | 이름: 가나",
        "번호: 라. | 이름: 다라",
    ]


def test_sections_come_in_the_order_of_the_spine() -> None:
    sections = [p("첫째"), p("둘째"), p("셋째")]
    assert lines(package(*sections, order=(2, 0, 1))) == ["셋째", "첫째", "둘째"]
    many = [p(f"{at}번") for at in range(11)]
    assert lines(package(*many))[9:] == ["9번", "10번"]


def test_merged_cells_stand_for_all_their_places() -> None:
    rows = [
        tc(0, 0, p("직급"), rows=2) + tc(0, 1, p("숙박비"), columns=2),
        tc(1, 1, p("특별시")) + tc(1, 2, p("기타지역")),
        tc(2, 0, p("4급")) + tc(2, 1, p("7만원")) + tc(2, 2, p("5만원")),
    ]
    reading = read_hwpx(package(p("", 0, tbl(*rows))))
    assert reading.tables[0].rows[:2] == (
        ("직급", "숙박비", "숙박비"),
        ("직급", "특별시", "기타지역"),
    )
    assert reading.text.splitlines()[-1] == (
        "직급: 4급 | 숙박비 특별시: 7만원 | 숙박비 기타지역: 5만원"
    )


def test_captions_stand_on_their_side_of_the_table() -> None:
    number = (
        '<hp:ctrl><hp:autoNum num="2" numType="TABLE"><hp:autoNumFormat type="DIGIT"/>'
        "</hp:autoNum></hp:ctrl>"
    )
    caption = '<hp:caption side="{}"><hp:subList>{}</hp:subList></hp:caption>'
    numbered = f"<hp:p><hp:run><hp:t>표 </hp:t>{number}<hp:t> 여비</hp:t></hp:run></hp:p>"
    row = tc(0, 0, p("가")) + tc(0, 1, p("나"))
    above = tbl(row, before=caption.format("TOP", numbered))
    below = tbl(row, before=caption.format("BOTTOM", p("자료: 총무과")))
    assert lines(package(p("", 0, above, below))) == [
        *("표 2 여비", "가 | 나"),
        *("가 | 나", "자료: 총무과"),
    ]


def test_a_note_follows_its_paragraph() -> None:
    own = (
        '<hp:p><hp:run><hp:ctrl><hp:autoNum num="1" numType="FOOTNOTE"><hp:autoNumFormat '
        'type="DIGIT" suffixChar=")"/></hp:autoNum></hp:ctrl>'
        "<hp:t> 공휴일 포함</hp:t></hp:run></hp:p>"
    )
    leave = p("휴가는 10일", 0, note(1, own), "<hp:t>로 한다.</hp:t>")
    assert lines(package(leave + p("끝", 0, note(2, p("2020년부터"))))) == [
        *("휴가는 10일로 한다.", "주 1) 공휴일 포함"),
        *("끝", "주 2) 2020년부터"),
    ]


def test_a_note_in_a_cell_follows_the_table() -> None:
    rows = [
        tc(0, 0, p("구분", 0, note(1, p("직급별")))) + tc(0, 1, p("금액")),
        tc(1, 0, p("4급")) + tc(1, 1, p("7만원")),
    ]
    assert lines(package(p("", 0, tbl(*rows)) + p("다음"))) == [
        "구분 | 금액",
        "구분: 4급 | 금액: 7만원",
        "주 1) 직급별",
        "다음",
    ]


def test_text_boxes_stand_where_they_are_anchored() -> None:
    section = (
        p("", 0, box(p("앞 상자")), "<hp:t>첫 문장</hp:t>")
        + p("둘째", 0, box(p("곁 상자") + p("두 줄")), "<hp:t> 문장</hp:t>")
        + p("", 0, box(p("1"), inline=1), "<hp:t>추진 배경</hp:t>")
        + p("", 0, f"<hp:container>{box(p('묶음 가'))}{box(p('묶음 나'))}</hp:container>")
    )
    assert lines(package(section)) == [
        *("앞 상자", "첫 문장"),
        *("둘째 문장", "곁 상자", "두 줄"),
        " 1 추진 배경",
        *("묶음 가", "묶음 나"),
    ]


def test_furniture_and_deletions_are_left_out() -> None:
    section = p(
        "제1조<hp:tab/>목적<hp:lineBreak/>둘째<hp:nbSpace/>줄"
        "<hp:deleteBegin Id='1'/>지운 글<hp:deleteEnd Id='1'/>",
        0,
        "<hp:ctrl><hp:header><hp:subList><hp:p><hp:run><hp:t>머리말</hp:t></hp:run></hp:p>"
        "</hp:subList></hp:header></hp:ctrl>",
        "<hp:ctrl><hp:hiddenComment><hp:subList><hp:p><hp:run><hp:t>숨은 설명</hp:t></hp:run>"
        "</hp:p></hp:subList></hp:hiddenComment></hp:ctrl>",
        '<hp:ctrl><hp:autoNum num="7" numType="PAGE"/></hp:ctrl>',
        '<hp:checkBtn caption="단추"/>',
        "<hp:equation><hp:script>a over b</hp:script></hp:equation>",
        '<hp:compose circleType="SHAPE_CIRCLE" composeText="16"/>',
    )
    assert lines(package(section)) == ["제1조\t목적", "둘째 줄a over b⑯"]


HML = """<?xml version="1.0" encoding="UTF-8"?><HWPML Version="2.8"><HEAD><MAPPINGTABLE>
<PARASHAPELIST><PARASHAPE Id="0" HeadingType="None"/>
<PARASHAPE Id="1" HeadingType="Outline" Heading="0" Level="0"/></PARASHAPELIST>
<NUMBERINGLIST><NUMBERING Id="1" Start="1">
<PARAHEAD Level="1" NumberFormat="Digit">제^1조</PARAHEAD>
</NUMBERING></NUMBERINGLIST></MAPPINGTABLE></HEAD><BODY><SECTION Id="0">
<P ParaShape="1"><TEXT CharShape="0"><SECDEF OutlineShape="1"/>
<CHAR>목적<TAB/>하나</CHAR></TEXT></P>
<P ParaShape="0"><TEXT><CHAR>여비표</CHAR>
<FOOTNOTE><PARALIST><P><TEXT><AUTONUM Number="1" NumberType="Footnote">
<AUTONUMFORMAT Type="Digit" SuffixChar=")"/></AUTONUM><CHAR> 공휴일</CHAR></TEXT></P></PARALIST>
</FOOTNOTE>
<TABLE><SHAPEOBJECT><POSITION TreatAsChar="true"/><CAPTION Side="Top">
<PARALIST><P><TEXT><CHAR>표 제목</CHAR></TEXT></P></PARALIST></CAPTION></SHAPEOBJECT>
<ROW><CELL RowAddr="0" ColAddr="0" ColSpan="2">
<PARALIST><P><TEXT><CHAR>직급별</CHAR></TEXT></P></PARALIST></CELL></ROW>
<ROW><CELL RowAddr="1" ColAddr="0">
<PARALIST><P><TEXT><CHAR>4급</CHAR></TEXT></P></PARALIST></CELL>
<CELL RowAddr="1" ColAddr="1">
<PARALIST><P><TEXT><CHAR>7만원</CHAR></TEXT></P></PARALIST></CELL></ROW></TABLE></TEXT></P>
<P ParaShape="1"><TEXT>
<HEADER><PARALIST><P><TEXT><CHAR>머리말</CHAR></TEXT></P></PARALIST></HEADER>
<RECTANGLE><SHAPEOBJECT/><DRAWINGOBJECT><DRAWTEXT><PARALIST><P><TEXT><CHAR>상자</CHAR></TEXT></P>
</PARALIST></DRAWTEXT></DRAWINGOBJECT></RECTANGLE><CHAR>정의</CHAR></TEXT></P></SECTION></BODY>
<TAIL/></HWPML>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hwpml(encoding: str) -> None:
    data = HML.replace("UTF-8", encoding).encode(encoding)
    reading = read_hwpml(data)
    assert reading.text.splitlines() == [
        "제1조 목적\t하나",
        "여비표",
        "표 제목",
        *reading.text[reading.tables[0].start : reading.tables[0].end].splitlines(),
        "주 1) 공휴일",
        "상자",
        "제2조 정의",
    ]
    assert reading.tables[0].rows == (("직급별", "직급별"), ("4급", "7만원"))


BOMB = (
    '<!DOCTYPE a [<!ENTITY a "가나다라마바사아자차"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"<hs:sec {NAMESPACES}><hp:p><hp:run><hp:t>&b;</hp:t></hp:run></hp:p></hs:sec>"
)
LOCKED = {"META-INF/manifest.xml": "<a><odf:encryption-data/></a>", **SECTIONS}
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "entities": (lambda: zipped({"Contents/section0.xml": BOMB}), "선언(ENTITY)이 들어 있어"),
    "broken xml": (
        lambda: zipped({"Contents/section0.xml": "<hs:sec"}),
        "손상되었거나 한글 문서가",
    ),
    "broken header": (
        lambda: zipped({"Contents/header.xml": "<hh:head", **SECTIONS}),
        "손상되었거나 한글 문서가",
    ),
    "no section": (lambda: zipped({"mimetype": "application/hwp+zip"}), "본문이 없는"),
    "password": (lambda: zipped(LOCKED), "암호가 걸린 한글 문서입니다. → 한글에서 암호를"),
    "cut off": (lambda: package(p("가나다" * 500))[:-60], "압축 구조가 손상된"),
    "tables in tables": (lambda: package(nested(30)), "너무 깊이 들어 있습니다. →"),
    "a thousand tables in tables": (lambda: package(nested(1000)), "→ 한글에서 열어"),
    "boxes in boxes": (lambda: package(boxes(30)), "너무 깊이 들어 있습니다. →"),
}


def nested(depth: int) -> str:
    table = p("끝")
    for _ in range(depth):
        table = p("", 0, tbl(tc(0, 0, table) + tc(0, 1, p("곁"))))
    return table


def boxes(depth: int) -> str:
    content = p("끝")
    for _ in range(depth):
        content = p("", 0, box(content))
    return content


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_says_why(name: str) -> None:
    build, message = HOSTILE[name]
    with pytest.raises(ReadError) as caught:
        read_hwpx(build())
    assert message in str(caught.value)
    assert " → " in str(caught.value)


def test_a_bomb_is_stopped_whatever_size_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hwpx, "MOST_PART_BYTES", 3 * 1024**2)
    data = package(p(" " * 4 * 1024**2))
    assert len(data) < 20_000
    with pytest.raises(ReadError, match="지나치게 커지는 파일"):
        read_hwpx(data)
    monkeypatch.setattr(hwpx, "MOST_PART_BYTES", 8 * 1024**2)
    monkeypatch.setattr(hwpx, "MOST_BYTES", 6 * 1024**2)
    with pytest.raises(ReadError, match="지나치게 커지는 파일"):
        read_hwpx(package(*[p(" " * 4 * 1024**2)] * 2))


def test_hwpml_with_entities_or_nothing_in_it() -> None:
    with pytest.raises(ReadError, match="ENTITY"):
        read_hwpml(b'<!DOCTYPE a [<!ENTITY a "b">]>' + HML.encode().partition(b"?>")[2])
    with pytest.raises(ReadError, match="본문이 없는 HWPML"):
        read_hwpml(b"<HWPML><HEAD/><BODY/></HWPML>")
    with pytest.raises(ReadError, match="손상되었거나"):
        read_hwpml(HML.encode()[:-50])
