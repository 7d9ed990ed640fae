"""The words in which a question names rules and places, told from those that only ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from onprem_rag.korean.numerals import number
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.text import letters, normalise
from onprem_rag.korean.titles import Named

_SPELT = re.compile(r"제\s?([일이삼사오육륙칠팔구십백천]{1,7})\s?(?=[조항호])")
_SPELT_BRANCH = re.compile(r"(?<=[\d ][조호])의\s?([일이삼사오육칠팔구십]{1,3})(?![가-힣])")
_ASKED = r"알려|뭐|뭔|무엇|무슨|내용|설명|보여|찾아|좀|전문|조문|원문|어떤|어떻|말해|궁금"
_GLUED = re.compile(rf"(?<=[조항호목])(?={_ASKED})")
_HEADS = re.compile(r"(별표|별지(?:\s?서식)?|부칙)(?!\s?(?:제\s?)?\d)")
_AFTER_NAME = re.compile(
    r"\s?(?:[」』]\s?)?(?:에서는|에서|에는|에\s?(?:따르면|의하면|따라서|따라|의해|따른|의한)|상의|상|중에서?|의"
    r"|은|는|이|가|을|를|에)?(?=$|[^가-힣]|[가-힣])"
)
# What only asks, and says nothing of what is asked for.
ASKING = re.compile(
    r"(?:알려(?:줘요|주세요|주십시오|주시|줘|줄래|줄|달라)?|뭐(?:예요|에요|야|지|죠|임|라고|라)?|뭔(?:가요|지|데|가)?"
    r"|무엇(?:인가요|입니까|이에요|이죠|인지|을|이)?|무슨|내용(?:이|은|을|에)?|설명(?:해|을)?|보여|찾아|말해"
    r"|주세요|주실|줘요|줘|좀|전문|조문|조항|원문|본문|규정|따르면|의하면|어떻게|어떤|되나요|돼요|되어|돼|있나요|있어요|있는지|있어|나와"
    r"|써|쓰여|적혀|하나요|하죠|해요|해|대해서?|관해서?|관한|대한|궁금(?:해요|합니다)?|거야|건가요|것|우리|저희|회사|및|하고|랑|와|과"
    r"|요약|읽어|확인|자세(?:히|하게)|상세(?:히|하게)|쉽게|간단(?:히|하게)|간략(?:히|하게)|의미|뜻|알고싶어요?|수있(?:나요|어요?|을까요)"
    r"|알(?=수있)|부탁(?:해요|드려요|드립니다|드릴게요)?|합니다|혹시|안녕하세요|그리고|부터|까지|내지"
    r"|인가요|인가|입니까|인지|이란|이야|이에요|예요|에서는|에서|으로|라고|란|는|은|이|가|을|를|의|에|도|요|죠)*+"
)


def typed(question: str) -> str:
    """The question as titles and places are looked for in it; 제십오조 → 제15조."""
    text = _SPELT.sub(lambda match: f"제{number(match[1])}", normalise(question))
    text = _SPELT_BRANCH.sub(lambda match: f"의{number(match[1])}", text)
    return _GLUED.sub(" ", text)  # 15조알려줘


def after_name(text: str, end: int) -> int:
    """Where the particle after a title ends."""
    match = _AFTER_NAME.match(text, end)
    return match.end() if match else end


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with blanks for the spans, so that offsets stay valid."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def is_within(named: Named, others: Iterable[Named]) -> bool:
    """Whether where ``named`` stands another rule is named."""
    return any(o.title and o.start < named.end and named.start < o.end for o in others)


def references_in(text: str, names: Sequence[Named]) -> list[Reference]:
    """The places that ``text`` names, among them a bare 별표, 별지 or 부칙 of a rule it names."""
    found = [one for one in find_references(text) if not one.relative]
    if not names:
        return found
    for match in _HEADS.finditer(text):
        if not any(one.start < match.end() and match.start() < one.end for one in found):
            head = match[1][:2]
            found.append(
                Reference(
                    document=None,
                    article=head if head == "부칙" else None,
                    paragraph=None,
                    subparagraph=None,
                    item=None,
                    annex=None if head == "부칙" else head,
                    relative=False,
                    start=match.start(),
                    end=match.end(),
                    text=match[0],
                )
            )
    return sorted(found, key=lambda one: one.start)


def unknown_in(text: str, references: Sequence[Reference], names: Sequence[Named]) -> str:
    """The rule that is not here, where the text asks for its places and nothing else; else ""."""
    owners = [owner_of(reference, names) for reference in references]
    first = owners[0] if owners else None
    if first is None or any(o is None or o.title is not None or o.several for o in owners):
        return ""
    spans = [(r.start, r.end) for r in references] + [(n.start, n.end) for n in names]
    others = any(named.title for named in names)
    asks = ASKING.fullmatch(letters(without(text, spans)))
    return text[first.start : first.end] if asks and not others else ""


def owner_of(reference: Reference, names: Sequence[Named]) -> Named | None:
    """The rule that a place is of: the nearest before it, or the only one of the question."""
    before = [named for named in names if named.end <= reference.start]
    if before:
        return before[-1]
    return names[0] if len(names) == 1 else None
