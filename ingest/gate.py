"""A new generation against the live one, on the questions that the configuration names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.renumbered import renumbered
from ingest.review import coming
from ingest.split.marks import DELETED, mark_of
from onprem_rag.config import Config, IndexConfig
from onprem_rag.errors import IndexMismatchError, ModelError, OnpremRagError
from onprem_rag.evaluate.gate import MOST_GONE, Articles, Exists, Judgement, among, judge
from onprem_rag.evaluate.retrieval import GoldQuestion, Key, key_of
from onprem_rag.evaluate.verdict import fallen_questions, judgement_text, score_text
from onprem_rag.index import generations
from onprem_rag.index.embedder import EMBEDDED, folder_fingerprint
from onprem_rag.index.generations import Generation
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.records import Passage
from onprem_rag.rerank import Reranker
from onprem_rag.search import Searcher
from onprem_rag.timing import Progress

_ARTICLE = re.compile(r"제(\d+)조(?:의(\d+))?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a new generation may be live, and what admins read of that.

    Of one that may not, for the history: ``noted``, how it fell; ``fallen``, a line a question.
    """

    passed: bool
    text: str
    noted: str = ""
    fallen: tuple[str, ...] = ()


def judged(
    config: Config,
    library: Library,
    questions: Sequence[GoldQuestion],
    name: str,
    old: Shelf,
    new: Shelf,
    progress: Progress,
    files: Collection[str] | None,
    command: str,
) -> Verdict:
    """How generation ``name`` answers, today and on the days to come on which a version takes over.

    ``files``: those that are there; a rule that is gone all the same was not withdrawn on purpose.
    None where an admin has named what is to go. ``command``: see ``judgement_text``. Passed where
    nothing is live to compare it with.
    """
    live = generations.current_name(config.index_folder)
    if live is None:
        return Verdict(True, "")
    after = _opened(config, name, config.embedder_folder, config.index)
    try:
        before = _as_built(config, live)
    except (IndexMismatchError, ModelError) as error:
        return _unasked(config, live, after, set(old.held) == set(new.held), error, command)
    reranker = Reranker(config.reranker_folder) if config.reranker_folder else None
    live_search, new_search = (
        Searcher(shelf, generation, config.search, reranker)
        for shelf, generation in ((old, before), (new, after))
    )
    found = {
        now.day: judge(
            questions,
            live_search.over(then).search,
            new_search.over(now).search,
            config.gate.margin,
            progress,
            passages=config.search.passages,
            articles=_articles(library, questions, then, now, files),
            most_gone=MOST_GONE if files is not None else 1.0,
        )
        for then, now in _days(old, new)
    }
    return _verdict(found, new.day, command)


def _verdict(found: Mapping[str, Judgement], today: str, command: str) -> Verdict:
    """Of all days; what failed is told first."""

    def when(day: str) -> str:
        return "" if day == today else f"{day}에 시행될 규정으로: "

    failed = {day: one for day, one in found.items() if not one.passed}
    told = {**failed, **found}
    text = "\n".join(when(day) + judgement_text(one, command) for day, one in told.items())
    if not failed:
        return Verdict(True, text)
    scores = "; ".join(when(day) + score_text(one) for day, one in failed.items())
    lines = (when(day) + line for day, one in failed.items() for line in fallen_questions(one))
    return Verdict(False, text, f"{_outcome(command)}: 질문 검사에 떨어짐({scores})", tuple(lines))


def _outcome(command: str) -> str:
    """What became of a generation that fell, as the history says it."""
    return "켜지 않음" if command else "--force로 켬"


def _days(old: Shelf, new: Shelf) -> Iterator[tuple[Shelf, Shelf]]:
    """Today, and each day to come on which this change does something else than the day before."""
    seen = set[tuple[frozenset[int], frozenset[int]]]()
    for now in (new, *coming(new)):
        then = old.on(now.day)
        change = (then.ids - now.ids, now.ids - then.ids)
        if change not in seen:
            yield then, now
        seen.add(change)


def _articles(
    library: Library,
    questions: Sequence[GoldQuestion],
    old: Shelf,
    new: Shelf,
    files: Collection[str] | None,
) -> Articles:
    """What became of the articles of the questions' rules."""
    gold = {key for question in questions for key in question.gold}
    titles = {title for title, _ in gold}
    moved = renumbered(library, old, new, gold)

    def held(shelf: Shelf) -> dict[str, list[Passage]]:
        """By rule."""
        rules: dict[str, list[Passage]] = {}
        wanted = {n: v for n, v in shelf.versions.items() if key_of(v.title, None)[0] in titles}
        for passage in library.passages_of(wanted):
            rules.setdefault(wanted[passage.document_id].rule, []).append(passage)
        return rules

    before, after = held(old), held(new)
    there = {one.rule for one in new.versions.values()}
    read = {one.rule for one in old.versions.values() if files and one.source in files}
    return Articles(
        among(_in_force(before.values())),
        among(_in_force(after.values())),
        _deleted(after.values()),
        among(_in_force(before[rule] for rule in before.keys() - there - read)),
        lambda key: moved.get(key, key),
    )


def _in_force(rules: Iterable[Sequence[Passage]]) -> list[tuple[str, str | None]]:
    passages = (passage for rule in rules for passage in rule)
    return [(one.document, one.article) for one in passages if one.title != DELETED]


def _deleted(rules: Iterable[Sequence[Passage]]) -> Exists:
    """Whether an article is one that its rule says is deleted, be it in 제4조 내지 제6조 삭제."""
    names, ranges = set[Key](), set[tuple[str, tuple[int, int], tuple[int, int]]]()
    for passage in (one for rule in rules for one in rule if one.title == DELETED):
        title, _ = key = key_of(passage.document, passage.article)
        names.add(key)
        if (mark := mark_of(passage.text.strip().partition("\n")[0], 0)) and any(mark.number):
            ranges.add((title, mark.number, mark.last))

    def deleted(key: Key) -> bool:
        found = _ARTICLE.fullmatch(key[1])
        at = (int(found[1]), int(found[2] or 0)) if found else None
        within = (title == key[0] and first <= at <= last for title, first, last in ranges if at)
        return key in names or any(within)

    return deleted


def _unasked(
    config: Config,
    live: str,
    after: Generation,
    same: bool,
    error: OnpremRagError,
    command: str,
) -> Verdict:
    """What comes of a live generation that can't be opened any more: damaged, of another program.

    ``same``: both hold the very same versions, and nothing has come that could be worse but
    another embedder.
    """
    try:
        embedder = generations.read_manifest(config.index_folder / live).embedder
    except IndexMismatchError:
        embedder = after.manifest.embedder
    reason = str(error).partition("\n")[0]
    alike = embedder == after.manifest.embedder
    if alike and same:
        return Verdict(
            True, f"규정은 그대로이고 색인만 새로 만들어, 질문으로 검사하지 않았습니다. ({reason})"
        )
    why = f"지금 색인을 열 수 없어 질문으로 견주지 못했습니다.\n  {reason}"
    rebuild = (
        " 견주려면 먼저 바뀌지 않은 파일 하나를 'ingest add'에 넣어 색인만 새로 만든 뒤 다시 "
        "실행하세요."
    )
    return Verdict(
        False,
        f"새 색인을 켜지 않습니다: {why}\n→ 그대로 켜려면 {command} 명령을 실행하세요."
        f"{rebuild if alike else ''}"
        if command
        else f"주의: --force로 새 색인을 켰습니다: {why}",
        f"{_outcome(command)}: 지금 색인을 열 수 없어 질문 검사를 못 함",
    )


def _as_built(config: Config, name: str) -> Generation:
    """A generation with the embedder and on the disk or server that it was built for.

    Be it that other ones are configured by now. Raises IndexMismatchError or ModelError where that
    is not to be had any more.
    """
    folder = config.index_folder / name
    embedder = _embedder(config, generations.read_manifest(folder).embedder)
    local = not MilvusIndex.address_of(folder)
    return _opened(config, name, embedder, replace(config.index, uri="") if local else config.index)


def _embedder(config: Config, fingerprint: str) -> Path | None:
    """The folder of the embedder that a manifest names; None for the embedded one."""
    if fingerprint == EMBEDDED:
        return None
    there = config.home / "models" / fingerprint.rpartition(":")[0]
    if there.is_dir() and folder_fingerprint(there) == fingerprint:
        return there
    return config.embedder_folder


def _opened(config: Config, name: str, embedder: Path | None, server: IndexConfig) -> Generation:
    return generations.open_generation(
        config.index_folder,
        name,
        embedder,
        candidates=config.search.candidates,
        server=server,
    )
