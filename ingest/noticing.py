"""What an admin should know of the place that a file's documents took among the others: Korean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.held import Held, VersionId, id_of, key_of, named, newness
from ingest.split.books import BOOK
from ingest.succession import is_annexes, is_version
from onprem_rag.korean.particles import ends_in_consonant
from onprem_rag.library.versions import chained, in_force, is_ever_in_force
from onprem_rag.records import FileRead, Version

_MOST = 0.8  # of the rules of a book, that its next edition has too
_NAMED = 3  # rules that a note names
_ANY_DAY = "9999-12-31"  # on which no version begins
_WITH = ("와", "과")  # after a vowel, after a consonant


@dataclass(frozen=True, slots=True)
class Noticing:
    """The versions of a plan, what they were ``before`` its run, and the run: day and revision."""

    held: Held
    before: Mapping[VersionId, Version]
    provided: Mapping[int, int]  # in how many files a document is
    today: str
    revision: int
    articles_of: Callable[[int], frozenset[str]]
    files: Mapping[str, FileRead]

    def notes(self, file: FileRead, last: FileRead | None) -> tuple[str, ...]:
        """Of a file that was taken in just now; ``last`` is what it held before."""
        own = self.held.newest(file.documents)
        new = [one for one in own if one.taken == self.revision]
        found = [*self._rivals(file, own), *self._same_day(new), *self._beside(file, new)]
        found += [*self._alike(file, new), *self._until_then(new), *self._left(file, last)]
        return (*found, *self._retitled(file, last, new))

    def _rivals(self, file: FileRead, own: list[Version]) -> Iterator[str]:
        """Rules that two files of one run hold in two wordings, as of the same day."""
        for one in own:
            for other in self.held.of_rule(one.rule):
                undated = not (one.dated or other.dated) and self.today in (one.since, other.since)
                same_day = undated or one.since == other.since
                now = one.taken == other.taken == self.revision
                if other.document_id not in file.documents and same_day and now:
                    last, first = sorted((one, other), key=newness, reverse=True)
                    yield (
                        f"「{last.title}」: {first.source}에도 같은 시행일로 다른 내용이 있어 "
                        f"{last.source}의 것만 답합니다. → 새 판이면 "
                        "'ingest add --effective 시행일 파일'로 알려 주고, 다른 규정이면 제목을 "
                        "고치세요."
                    )

    def _same_day(self, new: list[Version]) -> Iterator[str]:
        """Versions that another one of their day was in the place of until now."""
        for one in new:
            for other in self.held.of_rule(one.rule):
                known = self.before.get(id_of(other))
                counted = known and is_ever_in_force(known) and other.taken != self.revision
                if counted and one.dated and other.dated and other.since == one.since:
                    yield (
                        f"「{one.title}」: {one.since}부터 시행하는 판이 이미 있어, 그 판을 이 "
                        "내용으로 바꿉니다. → 다시 개정된 것이면 'ingest add --effective 시행일 "
                        "파일'로 알려 주세요."
                    )
                    break

    def _beside(self, file: FileRead, new: list[Version]) -> Iterator[str]:
        """Rules that stand beside another of their title and kind, and follow none."""
        known = {one.rule for one in self.before.values()}
        for one in new:
            parts = self.held.parts(key_of(one.rule))
            others = [
                part
                for rule, part in parts.items()
                if rule != one.rule and part.document_id not in file.documents and self._goes(part)
            ]
            if others and one.rule not in known:
                path, inside, member = file.source.partition("!/")
                # What is in a ZIP can't be named alone, and the other files in it have other days.
                told = f"ZIP에서 꺼내 'ingest add --effective 시행일 {Path(member).name}'"
                if not inside:
                    told = f"'ingest add --effective 시행일 {path}'"
                articles, theirs = map(self.articles_of, (one.document_id, others[0].document_id))
                if not articles or is_annexes(articles):  # of itself it can't take that one's place
                    told = "규정 전체가 담긴 파일을 넣고"
                elif not is_version(articles, _ANY_DAY, others[0], theirs):
                    told = f"'ingest remove {others[0].source}'"
                yield (
                    f"「{one.title}」: 제목이 같은 {others[0].source}의 규정과 조문이 달라, 둘 다 "
                    f"따로 시행합니다. → 그 규정의 새 판이면 {told}, 잘못 넣었으면 "
                    f"'ingest remove {file.source}', 다른 규정이면 제목을 고치세요."
                )

    def _alike(self, file: FileRead, new: list[Version]) -> Iterator[str]:
        """Rules that may be an edition of another one, or the draft of an edition."""
        known = {one.rule for one in self.before.values()}
        for one in new:
            others = [
                other
                for other in self.held.alike(one.title)
                if other.document_id not in file.documents
                and self._goes(other)
                # Of two new ones the one with less in its title is the rule.
                and (other.rule in known or len(other.title) < len(one.title))
            ]
            if others and one.rule not in known:
                title, source = others[0].title, others[0].source
                yield (
                    f"「{one.title}」: 비슷한 제목의 규정 「{title}」({source})이 이미 있어, "
                    f"둘을 따로 시행합니다. → 그 규정의 새 판이면 제목을 '{title}'"
                    f"{_WITH[bool(ends_in_consonant(title))]} 같게 고쳐 다시 넣고, 아직 시행하지 "
                    f"않는 안이면 'ingest remove {file.source}', 다른 규정이면 그대로 두세요."
                )

    def _until_then(self, new: list[Version]) -> Iterator[str]:
        """Versions to come of rules that were withdrawn, and are in force as nothing until then."""
        for one in new:
            versions = chained(self.held.of_rule(one.rule))
            gone = [v for v in versions if v.withdrawn is not None and v.since <= self.today]
            idle = gone and not any(in_force(version, self.today) for version in versions)
            if one.since > self.today and idle:
                day, since = gone[-1].withdrawn, gone[-1].since or "시행일"
                yield (
                    f"「{one.title}」: 앞의 판이 {day}에 철회되어, {one.since}까지는 "
                    "어느 판으로도 답하지 않습니다. → 그때까지 앞의 판으로 답하려면 철회하기 전의 "
                    "세대로 'ingest rollback 세대'('ingest history'에 있습니다), 또는 앞 판의 "
                    f"파일을 'ingest add --effective {since} 파일'로 넣으세요."
                )

    def _retitled(self, file: FileRead, last: FileRead | None, new: list[Version]) -> Iterator[str]:
        """A file that holds a rule of another title than before."""
        left = set(last.documents) - set(file.documents) if last else set()
        gone = [one for one in self.held.newest(sorted(left)) if not self._is_held(one.rule)]
        known = {one.rule for one in self.before.values()}
        came = [one for one in new if one.rule not in known]
        if len(gone) != 1 or len(came) != 1 or _called(gone[0]) == _called(came[0]):
            return
        old, one = gone[0], came[0]
        until = (
            f" {one.since}까지는 어느 것으로도 답하지 않습니다." if one.since > self.today else ""
        )
        yield (
            f"제목이 바뀌었습니다: 「{old.title}」 → 「{one.title}」. 새 규정으로 넣고 옛 규정은 "
            f"철회합니다.{until} → 옛 규정도 있어야 하면 그 파일도 함께 두세요."
        )

    def _left(self, file: FileRead, last: FileRead | None) -> Iterator[str]:
        """Rules that only the book of which a new file may be the next edition still holds."""
        own = {one.rule for one in self.held.newest(file.documents)}
        for other in () if last or len(own) < BOOK else self.files.values():
            if other.source == file.source or len(other.documents) < BOOK:
                continue
            theirs = {one.rule: one for one in self.held.newest(other.documents)}
            left = [one for rule, one in theirs.items() if rule not in own and self._goes(one)]
            if left and _MOST * len(theirs) <= len(theirs.keys() & own):
                titles = ", ".join(f"「{one.title}」" for one in left[:_NAMED])
                more = " 등" if len(left) > _NAMED else ""
                both = len(theirs.keys() & own)
                yield (
                    f"{other.source}의 규정 {len(theirs)}건 가운데 {both}건이 이 파일에도 있고, "
                    f"{titles}{more} {len(left)}건은 거기에만 있어 그대로 시행합니다. → 이 파일이 "
                    f"그 규정집의 새 판이면 'ingest remove {other.source}'로 빼세요."
                )

    def _goes(self, version: Version) -> bool:
        """Whether it is in force, or will be, as far as is known."""
        ended = version.until is not None and version.until <= self.today
        return version.withdrawn is None and not ended and self._is_held(version.rule)

    def _is_held(self, rule: str) -> bool:
        return any(self.provided[one.document_id] for one in self.held.of_rule(rule))


def _called(version: Version) -> tuple[str, str]:
    return named(version.title, version.kind)
