"""What an answer says of what a question asks for and the rules have not got, or had not yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from onprem_rag.following import looked_up
from onprem_rag.korean.particles import ends_in_consonant
from onprem_rag.korean.text import letters
from onprem_rag.korean.title_forms import ENDS
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.versions import is_ever_in_force, of_repealed, over, state_of
from onprem_rag.lookup import DELETED, LookUp
from onprem_rag.records import Answer, Hit, State, Status, Version
from onprem_rag.search import Searcher

NO_ANSWER = "모른다. 등록된 규정에서 근거를 찾지 못했습니다."
_NAME = 3  # letters of a name that are no word of any question


def not_here(named: LookUp, hits: Sequence[Hit], shelf: Shelf) -> str:
    """Why what the question asks for can't be looked up; "" where it can, or asks for more."""
    if named.waiting and not named.documents:  # another rule's answer would pass for this one's
        return f"모른다. {not_in_force(named, shelf)}"
    if named.unknown:
        return f"모른다. 등록된 규정 가운데 ‘{named.unknown}’에 해당하는 규정이 없습니다."
    if named.vague:
        places = ", ".join(named.articles)
        return f"모른다. 어느 규정의 {places}인지 함께 써 주세요."
    if named.whole and named.missing and not hits:
        return f"모른다. {_absent(named.missing)}"
    return ""


def not_in_force(named: LookUp, shelf: Shelf) -> str:
    """Since when the rules that the question names are in force no more, or from when; else ""."""
    return " ".join(_told(shelf.waiting[title], shelf.day) for title in named.waiting)


def with_waiting(answer: Answer, question: str, shelf: Shelf) -> Answer:
    """A refusal, with the rule not in force that ``question`` calls without its 규정, 지침."""
    if answer.status is not Status.REFUSED or answer.text != NO_ANSWER:
        return answer
    for title, versions in shelf.waiting.items():
        name = ENDS.sub("", title)
        if len(name) >= _NAME and name in letters(question):
            return replace(answer, text=f"{answer.text} {_told(versions, shelf.day)}")
    return answer


def _told(versions: Sequence[Version], day: str) -> str:
    """Of the versions of one title of which none is in force on ``day``."""
    gone = [one for one in versions if state_of(one, day) is State.WITHDRAWN]
    coming = [one.since for one in versions if state_of(one, day) is State.NOT_YET]
    withdrawn = max(filter(None, map(over, gone)), default="")
    lapsed = withdrawn in {one.lapses for one in gone}
    ended = "폐지되거나 유효기간이 끝났" if lapsed else "철회되었"
    title = of_repealed(versions[-1].title) or versions[-1].title
    title = f"「{title}」{'은' if ends_in_consonant(title) else '는'}"
    if not coming:
        return f"{title} {withdrawn}에 {ended}습니다. → 지금의 규정은 그 이름 없이 물으세요."
    since = min(coming)
    said = f"{withdrawn}에 {ended}고, {since}부터 다시" if withdrawn else f"{since}부터"
    year, month, date = since.split("-")
    then = f"{year}년 {int(month)}월 {int(date)}일 당시 시행되는 규정에서"
    return f"{title} {said} 시행됩니다. → 그 내용은 '{then} …?'처럼 날짜를 써서 물으세요."


def _absent(places: Sequence[str]) -> str:
    """What is said of places that a rule has not got."""
    deleted = [place.removesuffix(DELETED) for place in places if place.endswith(DELETED)]
    never = [place for place in places if not place.endswith(DELETED)]
    said = (
        f"등록된 규정에 {_quoted(never)}에 해당하는 조문이 없습니다." if never else "",
        f"{_quoted(deleted)}에 해당하는 조문은 삭제되었습니다." if deleted else "",
    )
    return " ".join(filter(None, said))


def _quoted(places: Sequence[str]) -> str:
    return ", ".join(f"‘{place}’" for place in dict.fromkeys(places))


def with_left_out(answer: Answer, named: LookUp) -> Answer:
    """``answer`` with what it asks for besides: places that aren't there, or had no room."""
    if answer.status is Status.REFUSED or not looked_up(answer.hits):
        return answer
    told = {(citation.document, citation.article) for citation in answer.citations}
    held = [(hit.passage.document, hit.passage.article) for hit in answer.hits]
    rest = [f"{title} {article}" for title, article in held if (title, article) not in told]
    notes = (
        _absent(named.missing),
        f"… {_quoted(rest)}에 해당하는 조문도 있습니다. 하나씩 물어보세요." if rest else "",
    )
    return replace(answer, text="\n\n".join(filter(None, (answer.text, *notes))))


def with_beginning(
    answer: Answer, question: str, searcher: Searcher, today: Shelf, then: Shelf
) -> Answer:
    """``answer`` from the rules of ``then``, with since when those are known that it may lack.

    They are the ones that ``question`` names; where nothing was answered, also the one that would
    answer today: ``searcher`` is that of ``today``.
    """
    refused = answer.status is Status.REFUSED
    sought = searcher.look_up(question)
    documents = sought.named.documents
    if refused and not documents:
        documents = frozenset(hit.passage.document_id for hit in searcher.find(sought, 1))
    rules = {today.versions[one].rule for one in documents if one in today.versions}
    told = _not_yet(rules, today, then.day)
    if told and refused:
        return replace(answer, text=f"모른다. {told}")
    return replace(answer, note=told or answer.note)


def _not_yet(rules: Collection[str], today: Shelf, day: str) -> str:
    """Since when the first of these rules is known; "" where that is ``day`` or before."""
    known = [one for one in today.held if one.rule in rules and is_ever_in_force(one)]
    first = min(known, key=lambda one: one.since, default=None)
    if first is None or first.since <= day:
        return ""
    return (
        f"「{first.title}」의 등록된 가장 이른 판은 {first.number}판이고, {first.since}부터 "
        "시행되었습니다. → 그날이나 그 뒤의 날짜로 물으세요."
    )
