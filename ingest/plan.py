"""Which versions the library will hold after a run: a plan in memory, made live as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.annexes import give_way, whole_of
from ingest.held import Held, VersionId, id_of, key_of
from ingest.lapsing import Repealed, repealed, set_free, stay_repealed, told
from ingest.noticing import Noticing
from ingest.split.lapses import Lapses
from ingest.succession import Taken, is_called, is_version, rules_of
from onprem_rag.library.versions import chained, is_ever_in_force, over, title_key
from onprem_rag.records import FileRead, Version


class Plan:
    """The versions and files of a revision, to be changed file by file.

    ``articles_of`` and ``addenda_of``: of a document that is in the library.
    """

    def __init__(
        self,
        versions: Iterable[Version],
        files: Mapping[str, FileRead],
        revision: int,
        today: str,
        articles_of: Callable[[int], frozenset[str]],
        addenda_of: Callable[[int], Sequence[str]],
    ) -> None:
        self.files = dict(files)
        self.before = {id_of(version): version for version in versions}
        self._held = Held(self.before.values())
        self._provided = Counter(n for file in files.values() for n in set(file.documents))
        self._revision = revision
        self._today = today
        self._articles_of = articles_of
        self._addenda_of = addenda_of
        self._articles: dict[int, frozenset[str]] = {}  # of what this run has read
        self._lapses: dict[int, Lapses] = {}
        self._repealed: dict[VersionId, Repealed] = {}
        self._told: list[str] = []  # of annexes that gave way
        self._late: set[int] = set()  # documents of new rules that nobody has named

    def take(
        self, file: FileRead, taken: Sequence[Taken], since: str | None = None, named: bool = True
    ) -> bool:
        """Have ``file`` hold these documents; whether any takes the place of another.

        ``since`` is the admin's word for the day from which they are in force, and none for what
        the file held before. What a file that was not ``named``, and is new, has in common with
        another may have been moved only: it stays as it is.
        """
        last = self.files.get(file.source)
        same = frozenset(last.documents) if last else frozenset()
        elsewhere = {one.document_id for one in taken if self._provided[one.document_id]}
        self._provide(last, file)
        self._articles |= {one.document_id: one.articles for one in taken}
        self._lapses |= {one.document_id: one.lapses for one in taken}
        gone = self._held.newest(sorted(same - set(file.documents)))
        rules = rules_of(taken, gone, since, self._held, self._provided, self._articles_in)
        reread = self._reread(last, file)
        replaced = bool(last)
        for one in taken:
            number, rule = one.document_id, rules[one.document_id]
            replaced |= self._is_other(rule, number)
            known = self._held.newest([number])
            if number in same:  # of a file of one day there is nothing else to be of that day
                if since and named and same == set(file.documents):
                    self._correct(known[0], since)
            elif rule in reread:
                self._read_anew(one, reread[rule])
                if since and named:
                    self._correct(self._held.of_document(number)[-1], since)
            elif last or named or not known or (known[0].withdrawn and number not in elsewhere):
                old = self._held.of_rule(rule)
                if not named and not old:
                    self._late.add(number)
                self._hold(one, rule, since, [] if reread else gone)
                if not named:
                    stay_repealed(self._held, number, rule, old)
            given = self._held, self._articles_in, self._counts, self._today
            self._told += give_way(one, rule, *given)
        return replaced

    def retake(self, source: str, since: str | None = None) -> bool:
        """Bring back what an unchanged file holds, or correct the day of it; whether there is any
        difference.
        """
        changed = False
        versions = self._held.newest(self.files[source].documents)
        if not since and any(self._counts(v) and not v.lapses_by for v in versions):
            versions = [v for v in versions if v.lapses_by]  # of a book
        for version in versions:
            if since:
                changed |= self._joined(version, since) or self._correct(version, since)
                continue
            rule, number = version.rule, version.document_id
            day = version.since if version.dated else self._first_day(rule, number)
            own = replace(version, since=day, lapses=None, lapses_by=None)
            self._begin(own)  # an admin's word counts more than that of other rules
            changed = True
        return changed

    def is_out_of_force(self, source: str) -> bool:
        """Whether a file holds nothing that is in force or will be, and can be brought back.

        A version that a later day has superseded stays so.
        """
        versions = self._held.newest(self.files[source].documents)
        if any(version.lapses_by for version in versions):
            return True
        if any(self._counts(version) for version in versions):
            return False
        return any(over(v) or not v.dated or not is_ever_in_force(v) for v in versions)

    def others(self, source: str) -> frozenset[str]:
        """Other files that hold versions of the rules that ``source`` holds."""
        rules = {one.rule for one in self._held.newest(self.files[source].documents)}
        return frozenset(
            file.source
            for file in self.files.values()
            if file.source != source
            and any(one.rule in rules for one in self._held.newest(file.documents))
        )

    def notes(self, source: str, last: FileRead | None) -> tuple[str, ...]:
        """What an admin should know of what ``take`` made of a file, which was ``last`` before."""
        run = self._today, self._revision
        known = self._articles_in, self.files
        noticing = Noticing(self._held, self.before, self._provided, *run, *known)
        return noticing.notes(self.files[source], last)

    def drop(self, source: str) -> None:
        """Forget a file; what it alone held is withdrawn (see ``finished``)."""
        self._provided.subtract(set(self.files.pop(source).documents))

    def withdraw(self, title: str) -> bool:
        """Take the rules of a title out of force from today, if there are any.

        What was in force before stays known.
        """
        key = title_key(title)
        wanted = {v.rule for v in self._held if title_key(v.title) == key and self._counts(v)}
        for version in self._held:
            # The older ones too: the newest may be of today, and then it ends none before it.
            if version.rule in wanted and version.withdrawn is None:
                self._held.put(replace(version, withdrawn=self._today))
        return bool(wanted)

    def titles(self) -> frozenset[str]:
        """The titles of the rules that count now or will."""
        return frozenset(v.title for v in self._held if self._counts(v))

    def finished(self) -> list[Version]:
        """All versions with their days.

        A rule is in the library as long as a file holds one of its versions.
        """
        provided = {number for number, files in self._provided.items() if files}
        given = self._held, self._lapses, self.before.values(), self._addenda_of
        for one in list(repealed(*given, self._late, self._today)):
            self._repealed[id_of(one.version)] = one
            by = one.by.document_id
            self._held.put(replace(one.version, lapses=one.day, lapses_by=by))
        found = chained(self._held.settled(provided, self._today))
        if set_free(self._held, found):
            found = chained(self._held.settled(provided, self._today))
        return found

    def whole_of(self, one: Taken) -> Version | None:
        """See ``annexes.whole_of``."""
        return whole_of(one, self._held, self._articles_in, self._counts)

    def lapsed(self, versions: Sequence[Version]) -> list[str]:
        """What is to be told of those of the ``finished`` ones that the words of rules end."""
        lines = told(versions, self.before, self._lapses, self._repealed, self._today)
        return [*lines, *dict.fromkeys(self._told)]

    def _provide(self, last: FileRead | None, file: FileRead) -> None:
        self._provided.subtract(set(last.documents) if last else ())
        self._provided.update(set(file.documents))
        self.files[file.source] = file

    def _reread(self, last: FileRead | None, file: FileRead) -> dict[str, list[Version]]:
        """What newer readers read otherwise in the same bytes, by rule: no other versions."""
        found: dict[str, list[Version]] = {}
        if last and last.sha256 == file.sha256:
            for number in sorted(n for n in set(last.documents) if not self._provided[n]):
                for version in self._held.of_document(number):
                    self._held.pop(version)
                    found.setdefault(version.rule, []).append(version)
        return found

    def _hold(self, one: Taken, rule: str, since: str | None, gone: Sequence[Version]) -> None:
        """Have a document be in force from its day on, but for one that is or will be."""
        number = one.document_id
        known = [version for version in self._held.of_document(number) if version.rule == rule]
        if known and since and self._joined(known[-1], since):  # in a copy: out of its ZIP
            return
        if known and not since and known[-1].withdrawn is None and self._counts(known[-1]):
            return
        succeeded = [version for version in gone if is_called(version, one.document)]
        # What isn't in force yet has another wording now, and no other day.
        coming = [version for version in succeeded if version.rule == rule and self._comes(version)]
        day = since or one.since or (coming[0].since if coming else None)
        begins = self._first_day(rule, number, bool(succeeded)) if day is None else day
        self._begin(
            Version(
                document_id=number,
                rule=rule,
                title=one.document.title,
                kind=one.document.kind,
                source=one.document.source,
                since=begins,
                dated=bool(since or one.since or (coming and coming[0].dated)),
                taken=self._revision,
                lapses=self._lapse(one, begins),
            )
        )

    def _lapse(self, one: Taken, since: str) -> str | None:
        """The day after its 유효기간; None where it begins later: that has been forgotten there."""
        day = one.lapses.day
        return day if day and day > since else None

    def _begin(self, version: Version) -> None:
        """Hold a version, beside those of its wording whose days are over when it begins."""
        for old in self._held.of_document(version.document_id):
            over = is_ever_in_force(old) and old.until is not None and old.until <= version.since
            if old.rule == version.rule and not over:
                self._held.pop(old)
        self._held.put(replace(version, withdrawn=None, until=None, taken=self._revision))

    def _read_anew(self, one: Taken, versions: Sequence[Version]) -> None:
        """Have a document take the place of what older readers read."""
        for known in self._held.of_document(one.document_id):
            if known.taken == self._revision:  # from a copy of the file
                self._held.pop(known)
        document = one.document
        for old in versions:
            lapses = self._lapse(one, old.since) or old.lapses
            new = replace(old, document_id=one.document_id, title=document.title, lapses=lapses)
            self._held.put(replace(new, kind=document.kind, source=document.source))

    def _joined(self, part: Version, since: str) -> bool:
        """Have another part of a rule be its next version after all, if it can; whether it does."""
        first = key_of(part.rule)
        other = self._held.parts(first).get(first)
        if part.rule == first or other is None or len(self._held.of_rule(part.rule)) > 1:
            return False
        own, articles = map(self._articles_in, (part.document_id, other.document_id))
        if not is_version(own, since, other, articles):
            return False
        self._held.pop(part)
        self._begin(replace(part, rule=first, since=since, dated=True))
        return True

    def _correct(self, version: Version, since: str) -> bool:
        """Have the newest version of a document begin on another day; whether it didn't."""
        right = version.dated and version.since == since and version.withdrawn is None
        if right and is_ever_in_force(version):
            return False
        self._held.pop(version)
        lapses = version.lapses if version.lapses and version.lapses > since else None
        new = replace(version, since=since, dated=True, withdrawn=None, until=None)
        self._held.put(replace(new, taken=self._revision, lapses=lapses))
        return True

    def _counts(self, version: Version) -> bool:
        """Whether it is in force, or will be, as far as is known."""
        until = version.until
        return until is None or (self._today < until and is_ever_in_force(version))

    def _comes(self, version: Version) -> bool:
        return version.since > self._today and version.withdrawn is None and self._counts(version)

    def _articles_in(self, number: int) -> frozenset[str]:
        known = self._articles.get(number)
        return self._articles_of(number) if known is None else known

    def _first_day(self, rule: str, number: int, succeeds: bool = False) -> str:
        """Since when a version counts that doesn't say: the first from ever, others from today."""
        return self._today if succeeds or self._is_other(rule, number) else ""

    def _is_other(self, rule: str, number: int) -> bool:
        return any(version.document_id != number for version in self._held.of_rule(rule))
