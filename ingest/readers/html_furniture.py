"""What of a web page is no text of the document: menus, buttons, what is hidden."""

from __future__ import annotations

import re

from lxml import etree

_NEVER_SHOWN = frozenset(
    "head script style noscript template svg object iframe audio video canvas map input select "
    "option textarea button datalist".split()
)
_AROUND = frozenset(("nav", "footer", "aside", "menu"))
_ROLES = frozenset(
    "navigation menu menubar banner contentinfo search tablist toolbar button dialog".split()
)
# Names by which Korean portals call the parts around the text; one by itself, not a part of one.
_NAMES = frozenset(
    "gnb lnb snb nav navi navigation menu topmenu leftmenu sitemap breadcrumb breadcrumbs location "
    "skip skipnav skipnavi skipnavigation footer btn btns button buttons btnarea btnwrap btn_area "
    "btn_wrap toolbar quick quickmenu quick_menu share sns paging pagination blind sr-only noprint "
    "no-print popup layerpopup".split()
)
# Without one of these, the values beside it would move under other names.
_OF_TABLES = frozenset("table thead tbody tfoot tr td th".split())
_AWAY = re.compile(r"display\s{0,9}:\s{0,9}none|mso-hide", re.I)
_UNSEEN = re.compile(r"visibility\s{0,9}:\s{0,9}hidden", re.I)


def left_out(root: etree._Element) -> set[etree._Element]:
    """The elements that are not read.

    What is only taken for a menu by its name stays where it holds half of the page's text.
    """
    gone: set[etree._Element] = set()
    around: dict[etree._Element, tuple[int, int]] = {}  # element → letters before it, in it
    letters = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _NEVER_SHOWN or _is_hidden(element):
                gone.add(element)
                walk.skip_subtree()
                continue
            if _is_around(element):
                around[element] = (letters, 0)
            letters += len((element.text or "").strip())
            continue
        if element in around:
            before, _ = around[element]
            around[element] = (before, letters - before)
        letters += len((element.tail or "").strip())
    return gone | {element for element, (_, inside) in around.items() if inside * 2 <= letters}


def takes_no_place(element: etree._Element) -> bool:
    """Whether an element is hidden so that what follows moves into its place."""
    hidden = element.get("hidden") is not None
    return hidden or _AWAY.search(element.get("style") or "") is not None


def _is_hidden(element: etree._Element) -> bool:
    return (
        takes_no_place(element)
        or element.get("aria-hidden") == "true"
        or _UNSEEN.search(element.get("style") or "") is not None
    )


def _is_around(element: etree._Element) -> bool:
    if element.tag in _AROUND or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        return next(element.iterancestors("article", "main", "section"), None) is None
    if element.tag in {"html", "body"} or element.tag in _OF_TABLES:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    return not _NAMES.isdisjoint(names)
