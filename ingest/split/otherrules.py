"""Which other rule a place belongs to: 법 제5조, 같은 법 시행령 제3조, 여비규정 제9조."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from ingest.split.places import Place
from ingest.split.titles import KINDS, NO_LAW

_BEFORE = 80  # characters in which the name of a rule is looked for
_KINDS = (*KINDS, "협약", "약관", "계약서", "협정", "헌법", "영")
_KIND = f"(?:{'|'.join(_KINDS)})"
_LAST_LETTERS = frozenset("".join(kind[-1] for kind in _KINDS) + ")>[”\"’'")
_GAP = (
    r"[”\"’'』」]?\s{0,3}(?:\([^()\n]{0,60}\)\s{0,3})?(?:부\s?칙\s{0,3})?"
    r"(?:<[^<>\n]{1,40}>\s{0,3})?\[?$"
)
_NAME = re.compile(rf"(?<![가-힣A-Za-z])(?P<name>[가-힣ㆍ·A-Za-z0-9]{{0,40}}?{_KIND}){_GAP}")
_NO_NAME = re.compile(
    rf"{NO_LAW.pattern}|[준사]법|(?:.*명|연|.*수|발|점|사)령|.*(?:운|반|수|경|촬|투)영|.*개정규정"
)
_SAME = re.compile(
    r"(?P<name>(?:같은|동)\s?(?:법률|법|영|시행령|시행규칙|규칙|규정|지침|세칙|내규|정관)\s{0,2}"
    rf"(?P<suffix>시행령|시행규칙)?){_GAP}"
)
_BARE = re.compile(_KIND)
_HANGUL = re.compile(r"[가-힣]")
_OWN = re.compile(
    rf"(?<![가-힣])(?:이|본|종전의?|(?:개정|변경)\s?전의?)\s{{0,2}}{_KIND}(?:\s(?P<suffix>시행령|시행규칙|시행세칙))?{_GAP}"
)
_OF = re.compile(r"((?:[가-힣ㆍ·A-Za-z0-9]{1,20}\s){1,7})$")  # words before 관한 법률
_STOP_WORD = re.compile(
    r"(?:은|는|이|가|을|를|및|또는|다만|따라|의하여|의한|따른|하여|하고|하며|에서|각|경우|등은|때에는)$"
)
_ALIAS = re.compile(
    r"[「『｢](?P<title>[^「」『』｢｣\n]{2,80})[」』｣]\s{0,3}\((?:[^()\n]{0,40}?,\s{0,2})?이하\s{0,2}"
    r"['\"“”‘’](?P<alias>[가-힣]{1,20})['\"“”‘’]"
)
_LONGEST_ALIAS = 20
_TITLED = re.compile(r"[「『｢](?P<title>[^「」『』｢｣]{2,80})[」』｣]")
# 「형법」 제2편제32장 강간과 추행의 죄 중
_PART = re.compile(
    r"[「『｢](?P<title>[^「」『』｢｣\n]{2,80})[」』｣]\s?제\s?\d+\s?[편장절][^「」\n.]{0,50}$"
)
# A bare 규정 means this one only where no name stands before it: 대학평의원회 규정.
_NO_NOUN = re.compile(r"(?:^|[은는이가을를에의로서고며및와,.)\]①-⑳]|의거|\n)\s*$")
# What may stand before a rule's own name: 다만 여비규정 제3조, 현행 여비규정 제3조.
_NO_OWNER = re.compile(
    r"(?:따라|하여|다만|단|즉|경우|때|바|현행|개정|신|구|위|동|본|해당|상기|본교|우리)"
)
_LAST_WORD = re.compile(r"[가-힣ㆍ·A-Za-z0-9]{1,30}$")
_AMENDS = re.compile(r"다음과\s?같이\s?개정한다")
_OBJECT = re.compile(r"(?:\s?일부를|\s?중|을|를)?\s{0,3}$")
_LEAD = re.compile(r"^.*[①-⑳㉑-㊿>)\].]\s*")
_FOREIGN = re.compile(r"\s*부\s*칙\s{0,4}[(（](?P<title>[^()（）\n]{2,200})[)）]")
_OWN_LABEL = re.compile(
    r"\s*(?:['’]?\d{2,4}\s?[.년/-]|제\s?\d+\s?[호차]|(?:전부|일부)?\s?(?:제|개)\s?정)"
)
_Span: TypeAlias = tuple[int, int, str]  # start, end, the other rule's title


@dataclass(frozen=True, slots=True)
class Named:
    """The rule that the words before a place name: ``title``, or this one itself (``own``)."""

    title: str | None = None
    own: bool = False


class OtherRules:
    """The other rules that a rule speaks of, and by which names."""

    def __init__(self, text: str, places: Sequence[Place], title: str) -> None:
        self._text = text
        self._title = "".join(title.split())
        self._whole_title = title
        self._aliases = {each["alias"]: _words(each["title"]) for each in _ALIAS.finditer(text)}
        for suffix, short in ((" 시행규칙", "영"), (" 시행규칙", "법"), (" 시행령", "법")):
            if title.endswith(suffix):
                parent = title.removesuffix(suffix)
                named = f"{parent} 시행령" if short == "영" else parent
                self._aliases.setdefault(short, named)
        self._foreign = list(_foreign(text, places))
        self._amended = list(_amended(text, places))

    def is_own(self, title: str) -> bool:
        """Whether ``title`` is this rule's."""
        return bool(self._title) and "".join(title.split()) == self._title

    def named(self, at: int, last: str | None) -> Named:
        """What the words right before ``at`` name; ``last`` is the rule named before."""
        before = self._text[max(0, at - _BEFORE) : at]
        bare = before.rstrip()
        for length in range(1, min(_LONGEST_ALIAS, len(bare)) + 1):
            title = self._aliases.get(bare[-length:])
            if title and not _HANGUL.match(bare[-length - 1 : -length]):
                return Named(title)
        if part := _PART.search(before):
            return Named(_words(part["title"]))
        if bare[-1:] not in _LAST_LETTERS:
            return Named()
        if own := _OWN.search(before):
            suffix = own["suffix"]
            return (
                Named(f"{self._whole_title} {suffix}")
                if suffix and self._whole_title
                else Named(own=True)
            )
        if same := _SAME.search(before):
            named = last or self._last_title(at)
            suffix = f" {same['suffix']}" if same["suffix"] else ""
            return Named(f"{named.removesuffix(suffix)}{suffix}" if named else _words(same["name"]))
        found = _NAME.search(before)
        if not found or _NO_NAME.fullmatch(found["name"]):
            return Named()
        name, ahead = found["name"], before[: found.start()]
        same_kind = self._title.endswith("령" if name == "영" else name)
        if same_kind and _BARE.fullmatch(name) and _NO_NOUN.search(ahead):
            return Named(own=True)
        whole = _with_words(ahead, name)
        if not self.is_own(whole):
            return Named(whole)
        owner = _noun_before(ahead)
        if not owner or _NO_OWNER.search(owner):
            return Named(own=True)
        return Named(f"{owner} {whole}")  # another body's rule of the same name

    def around(self, at: int) -> str | None:
        """The rule that the addenda around ``at`` amend or come from; None for this one."""
        title = _title_at(self._amended, at) or _title_at(self._foreign, at)
        return None if title is None or self.is_own(title) else title

    def amends(self, at: int) -> bool:
        """Whether ``at`` lies in what addenda change in a rule, be it this one."""
        return _title_at(self._amended, at) is not None

    def _last_title(self, at: int) -> str | None:
        found = list(_TITLED.finditer(self._text, max(0, at - 400), at))
        return _words(found[-1]["title"]) if found else None


def _words(title: str) -> str:
    return " ".join(title.split())


def _with_words(before: str, name: str) -> str:
    """``… 지원에 관한`` + ``법률``: the title's words before its last one."""
    if not before.rstrip().endswith("관한") or not (found := _OF.search(before)):
        noun = _noun_before(before) if _BARE.fullmatch(name) else ""
        return f"{noun} {name}" if noun else name
    words: list[str] = []
    for word in reversed(found[1].split()):
        if words and _STOP_WORD.search(word):
            break
        words.insert(0, word)
    return " ".join([*words, name])


def _noun_before(before: str) -> str:
    """The noun that a name follows, "" where what stands there ends with a particle."""
    found = _LAST_WORD.search(before.rstrip(" "))
    if not found or _NO_NOUN.search(before):
        return ""
    word = found[0]
    # 과 is a particle after a final consonant only: 학칙과 정관, but 총무과 지침.
    joins = word.endswith("과") and (len(word) < 2 or (ord(word[-2]) - ord("가")) % 28 > 0)
    return "" if joins else word


def _title_at(spans: Sequence[_Span], at: int) -> str | None:
    found = bisect_right(spans, at, key=itemgetter(0)) - 1
    return spans[found][2] if found >= 0 and at < spans[found][1] else None


def _foreign(text: str, places: Sequence[Place]) -> Iterator[_Span]:
    """Addenda that another rule's amendment brought along: 부칙(정부조직법)."""
    for place in places:
        if place.article != "부칙" or place.paragraph is not None or place.subparagraph is not None:
            continue
        found = _FOREIGN.match(text, place.start, min(place.end, place.start + 260))
        if found and not _OWN_LABEL.match(found["title"]):
            yield place.start, place.end, _words(found["title"])


def _amended(text: str, places: Sequence[Place]) -> Iterator[_Span]:
    """What follows ``… 일부를 다음과 같이 개정한다.``, to the next such or the article's end."""
    headings = list(_AMENDS.finditer(text))
    articles = [
        place
        for place in places
        if place.paragraph is None and place.subparagraph is None and place.item is None
    ]
    starts = [place.start for place in articles]
    for number, found in enumerate(headings):
        around = bisect_right(starts, found.start()) - 1
        end = articles[around].end if around >= 0 else len(text)
        if number + 1 < len(headings):
            end = min(end, headings[number + 1].start())
        line = text[max(0, found.start() - 120) : found.start()].rpartition("\n")[2]
        if title := _words(_OBJECT.sub("", _LEAD.sub("", line))).strip("「」"):
            yield found.start(), end, title
