"""Records of answers: what was found, drafted, checked, shown, approved and thought of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from onprem_rag.records.rules import Edition, Passage

LOOKED_UP = "look-up"  # the channel of what a question names: 여비규정 제15조


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found for a question. ``score`` is the fused one, in [0, 1].

    One that joins the context because another one names it says where: ``referred_from`` is that
    sentence; its score is 0 where the search did not find it.
    """

    passage: Passage
    score: float
    channels: tuple[tuple[str, float], ...]  # (("mecab", 0.93), ("bigram", 1.0), ("dense", 0.4))
    referred_from: Citation | None = None
    edition: Edition | None = None  # as for a Citation


@dataclass(frozen=True, slots=True)
class Fact:
    """A checkable particle of text.

    ``value`` is the normalised form: two facts of one kind say the same when their values are
    equal. ``start``/``end`` lie in the text the fact was read from.
    """

    # reference, amount, date, year, time, period, percentage, count, comparator, modality,
    # exception, name, or what the configuration names
    kind: str
    text: str
    value: str
    start: int
    end: int


class Finding(StrEnum):
    """What the checker found out about one fact."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    ABSENT = "absent"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of a document that an answer stands on; offsets into that document's text."""

    document: str
    article: str | None
    paragraph: str | None
    page: int | None
    start: int
    end: int
    text: str
    document_id: int = 0
    edition: Edition | None = None  # None where it is not known


@dataclass(frozen=True, slots=True)
class Verdict:
    """One fact of an answer, what was found about it, and where the source says so.

    ``elsewhere`` is where the passages state the same of something else: 1년 of another leave.
    """

    fact: Fact
    finding: Finding
    source: Citation | None = None
    elsewhere: Citation | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence or clause of an answer (offsets into the answer) and the span that supports it.

    ``score`` in [0, 1] is how much of it the span says: the lowest that any stage found.
    """

    text: str
    start: int
    end: int
    supported: bool
    citation: Citation | None = None
    quoted: bool = False  # it stands in the span letter by letter
    score: float = 0.0


MODEL = "model"  # the stage of an answer that the language model was to write


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of an answer: a check, or the model that was to write it.

    A check that did not run is never counted as passed. Where the model did not run, the quotation
    that stands in for its draft has been checked all the same.
    """

    name: str  # claims, facts, reask, nli, model
    ran: bool
    note: str = ""  # Korean; why it did not run, or what it found


@dataclass(frozen=True, slots=True)
class Report:
    """What the checker says about one answer."""

    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    stages: tuple[Stage, ...]

    @property
    def compared(self) -> bool:
        """Claims and facts were compared with the passages, whatever became of other stages."""
        return all(stage.ran for stage in self.stages if stage.name in ("claims", "facts"))

    @property
    def verified(self) -> bool:
        """Every stage ran, there was something to check, and all of it is supported."""
        return (
            bool(self.claims)
            and all(stage.ran for stage in self.stages)
            and all(claim.supported for claim in self.claims)
            and all(verdict.finding is Finding.SUPPORTED for verdict in self.verdicts)
        )


class Status(StrEnum):
    """How an answer left the house."""

    FAQ = "faq"  # an approved answer, verbatim
    VERIFIED = "verified"  # every check ran and every claim is supported
    CORRECTED = "corrected"  # as verified, after unsupported text was replaced or removed
    UNVERIFIED = "unverified"  # a check did not run, or something is not supported
    REFUSED = "refused"  # 모른다


class Showing(StrEnum):
    """What is done with an answer that is unverified."""

    SHOW = "show"
    WARN = "warn"
    HOLD = "hold"  # the passages to read are shown in its place


@dataclass(frozen=True, slots=True)
class Change:
    """What the checker put right: ``old`` stood where ``text[start:end]`` stands now."""

    old: str
    start: int
    end: int


class Guard(StrEnum):
    """What kept numbers, references and dates of an answer to those of its passages."""

    QUOTED = "quoted"  # every word is the rules' own
    WRITING = "while_writing"  # the model could write no other ones
    CHECKED = "after_writing"  # only the checker, once the draft was there


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question waits for the language model; ``before`` others come first."""

    before: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was asked before in a conversation, as it was understood."""

    question: str
    answer: str
    cited: tuple[str, ...] = ()  # places that its answer cites: "여비규정 제14조"
    as_of: str = ""  # the day whose rules it was answered from; "": today's


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the question story. ``timings_ms`` maps a step's name to milliseconds."""

    question: str
    status: Status
    text: str
    citations: tuple[Citation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    stages: tuple[Stage, ...] = ()
    hits: tuple[Hit, ...] = ()
    generator: str = ""
    removed: tuple[str, ...] = ()  # sentences and clauses of the draft that the checker took out
    changes: tuple[Change, ...] = ()  # offsets into ``text``
    showing: Showing = Showing.WARN  # of an unverified answer
    understood: str = ""  # what was answered, where that is not ``question``: see ``followed``
    as_of: str = ""  # the day whose rules it is answered from; "": today's
    note: str = ""  # Korean; on the day whose rules it is answered from, where that may surprise
    guard: Guard = Guard.QUOTED
    timings_ms: tuple[tuple[str, float], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Wording:
    """An article as it read once; ``article`` is "" for what stands in no article.

    ``digest`` is "" where it was not there.
    """

    document: str  # title
    article: str
    digest: str


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """One approved question and answer; ``questions`` holds its phrasings."""

    questions: tuple[str, ...]
    answer: str
    document: str
    article: str
    topic: str = ""
    id: int = 0
    approved: tuple[
        Wording, ...
    ] = ()  # what it stands on, its own article first; () before it came
    since: str = ""  # the day (ISO) from which it answers; "": since it was approved


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reader thought of one answer that was shown, and what that cites. Nobody is named."""

    shown: str  # of this answer on this page alone; random
    question: str
    answer: str
    thumb: int  # 1 up, -1 down
    cited: tuple[Wording, ...]
    at: str = ""  # local time, ISO; set by the library
