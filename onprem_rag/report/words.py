"""What people read about an answer: names, warnings, places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onprem_rag.following import named_by, referring
from onprem_rag.korean.text import sentences
from onprem_rag.library import versions
from onprem_rag.records import (
    MODEL,
    Answer,
    Citation,
    Finding,
    Guard,
    Hit,
    Passage,
    Showing,
    Stage,
    Status,
    Verdict,
)

STATUS_NAMES = {
    Status.FAQ: "승인된 답변",
    Status.VERIFIED: "확인됨",
    Status.CORRECTED: "수정됨",
    Status.UNVERIFIED: "확인되지 않음",
    Status.REFUSED: "모른다 · 규정에서 찾지 못함",
}
FINDING_NAMES = {
    Finding.SUPPORTED: "원문과 같음",
    Finding.CONTRADICTED: "원문과 다름",
    Finding.ABSENT: "원문에 없음",
    Finding.NOT_CHECKED: "확인하지 못함",
}
# What kept numbers and references of an answer to those of the rules.
GUARD_NAMES = {
    Guard.QUOTED: "규정 원문을 그대로 인용한 답변입니다.",
    Guard.WRITING: "숫자와 조문은 규정에 있는 것만 쓰도록 막고 작성했습니다.",
    Guard.CHECKED: "숫자와 조문은 작성한 뒤 규정과 대조했습니다.",
}
KIND_NAMES = {
    "reference": "조문",
    "amount": "금액",
    "date": "날짜",
    "year": "연도",
    "time": "시각",
    "period": "기간",
    "percentage": "비율",
    "count": "수량",
    "comparator": "한도",
    "modality": "서술",
    "exception": "예외",
    "name": "이름",
    "rate": "주기",
    "day": "날",
}
STAGE_NAMES = {
    "claims": "문장 대조",
    "facts": "사실 대조",
    "reask": "언어 모델 재확인",
    "nli": "문장 판정 모델",
    MODEL: "언어 모델",
}
TO_READ = 3  # passages that are named where no answer is shown
WARNING = "확인되지 않은 답변입니다. 아래 내용을 규정 원문과 직접 대조하십시오."
_FIRST_LINE = 80  # characters of a passage to read
_MOST_NAMED = 8  # facts in one line of a warning
# Every sentence has them.
_COMMON = frozenset(("comparator", "modality", "exception"))
# Where a claim is not supported though every fact in it is.
REST_DIFFERS = "문장의 나머지 말이 원문과 맞지 않습니다"
WORDS_ONLY = "낱말과 사실 대조"


def is_held(answer: Answer) -> bool:
    """Whether a notice stands in the place of an answer that is not to be seen."""
    return answer.status is Status.UNVERIFIED and answer.showing is Showing.HOLD


def visible(answer: Answer) -> Answer:
    """What may be seen of an answer: of a held one, nothing that was drafted."""
    if not is_held(answer):
        return answer
    return replace(answer, citations=(), verdicts=(), removed=(), changes=())


def to_read(answer: Answer) -> tuple[Passage, ...]:
    """The passages to read where no answer is shown: the first ones that were found."""
    if answer.status is not Status.REFUSED and not is_held(answer):
        return ()
    return tuple(hit.passage for hit in answer.hits[:TO_READ])


def passage_name(passage: Passage) -> str:
    """ "여비규정 제9조 ②(숙박비)"."""
    name = " ".join(filter(None, (passage.document, passage.article, passage.paragraph)))
    return f"{name}({passage.title})" if passage.title else name


def first_line(passage: Passage) -> str:
    """The beginning of what a passage says, as one short line."""
    text = passage.text.lstrip().removeprefix(f"{passage.article}({passage.title})")
    text = " ".join(text[: 4 * _FIRST_LINE].split())
    return text if len(text) <= _FIRST_LINE else f"{text[:_FIRST_LINE]}…"


def kind_name(kind: str) -> str:
    """What a kind of fact is called; one that the configuration names has its own name."""
    return KIND_NAMES.get(kind, kind)


def stage_name(stage: Stage) -> str:
    """What a stage is called."""
    return STAGE_NAMES.get(stage.name, stage.name)


def listed(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts that people are shown: of what every sentence has, only what is wrong."""
    wrong = (Finding.CONTRADICTED, Finding.ABSENT)
    return [v for v in verdicts if v.finding in wrong or v.fact.kind not in _COMMON]


def explained(verdict: Verdict) -> str:
    """Where the source says something else, or says the same of something else; else ""."""
    at = verdict.elsewhere
    if at and verdict.fact.kind not in (*_COMMON, "reference"):  # those are nobody's values
        return f"다른 것의 값입니다: {_placed(at)}"
    if verdict.source and verdict.finding is Finding.CONTRADICTED:
        return f"원문: {_placed(verdict.source)}"
    return ""


def _placed(citation: Citation) -> str:
    """ "여비규정 제9조, “70,000원”": the place, where it is known, and its first sentence."""
    start, end = next(iter(sentences(citation.text)), (0, len(citation.text)))
    words = f"“{quoted(replace(citation, text=citation.text[start:end]))}”"
    return ", ".join(filter(None, (place(citation), words)))


def warnings(answer: Answer) -> list[str]:
    """What could not be confirmed about an answer that is shown with a warning; else []."""
    if answer.status is not Status.UNVERIFIED or answer.showing is not Showing.WARN:
        return []
    checks = [stage for stage in answer.stages if stage.name != MODEL]
    lines = [f"실행하지 못한 확인: {told(stage)}" for stage in checks if not stage.ran]
    for finding, name in FINDING_NAMES.items():
        facts = [v.fact.text for v in listed(answer.verdicts) if v.finding is finding]
        if facts and finding is not Finding.SUPPORTED:
            lines.append(f"{name}: {_some(facts)}")
    if lines:
        return lines
    return [f"{REST_DIFFERS}.", *map(told, checks)]  # a sentence that no span supports


def method(answer: Answer) -> str:
    """How an answer in words of its own was confirmed: "낱말과 사실 대조(모델 없음)"; else ""."""
    confirmed = answer.status in (Status.VERIFIED, Status.CORRECTED)
    if not confirmed or answer.guard is Guard.QUOTED:  # what is quoted needs no judge
        return ""
    judges = [
        stage_name(stage)
        for stage in answer.stages
        if stage.ran and stage.name not in ("claims", "facts", MODEL)
    ]
    return ", ".join((WORDS_ONLY, *judges)) if judges else f"{WORDS_ONLY}(모델 없음)"


def _some(facts: Sequence[str]) -> str:
    """The first different ones, and how many more there are."""
    each = list(dict.fromkeys(facts))
    more = len(each) - _MOST_NAMED
    return ", ".join(each[:_MOST_NAMED]) + (f" 외 {more}건" if more > 0 else "")


def told(stage: Stage) -> str:
    """A stage and what it found, or why it did not run."""
    return " — ".join(filter(None, (stage_name(stage), stage.note)))


def origin(citation: Citation, answer: Answer) -> str:
    """ "제5조에서 준용" for a citation of what another passage refers to, else ""."""
    hit = referring(citation, answer.hits)
    return named_by(hit) if hit else ""


def place(citation: Citation) -> str:
    """ "여비규정 제9조 ② (3쪽)"."""
    page = f"({citation.page}쪽)" if citation.page else ""
    parts = (citation.document, citation.article, citation.paragraph, page)
    return " ".join(part for part in parts if part)


def edition(one: Citation | Hit) -> str:
    """ "2판, 2024-03-01 시행": which version it is of, as far as that says something."""
    known = one.edition
    if known is None:
        return ""
    day = f"{known.since} 시행" if known.since else "시행일 미상" if known.undated else ""
    telling = known.number > 1 or day  # the only version of a rule without a day says nothing
    return f"{known.number}판, {day}".rstrip(", ") if telling else ""


def as_of_line(answer: Answer) -> str:
    """Of which day the rules are that an answer stands on, where one may be wrong about it."""
    today = versions.today()
    verb = "시행될" if answer.as_of > today else "시행되던"
    other = answer.as_of not in ("", today)
    day = f"오늘이 아니라 {answer.as_of}에 {verb} 규정으로 답합니다." if other else ""
    return " ".join(filter(None, (day, answer.note)))


def quoted(citation: Citation) -> str:
    """What stands there, on one line."""
    return " ".join(citation.text.split())[:200]
