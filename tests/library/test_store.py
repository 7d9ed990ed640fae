"""The library on a real SQLite file: migrations, passages cut from documents, damage."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from onprem_rag.config import load_config
from onprem_rag.errors import LibraryError
from onprem_rag.library import schema
from onprem_rag.library.migrations import MIGRATIONS, migrate
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.library.writer import STAGED
from onprem_rag.records import (
    Amendment,
    CrossReference,
    Document,
    FaqEntry,
    FileRead,
    Furniture,
    Page,
    Passage,
    Table,
    Version,
)
from tests.conftest import shelf_of

PARTS = ("제1조(목적) 여비를 정한다.", "제2조(숙박비) ① 상한은 70,000원이다.", "② 실비로 한다.")
TEXT = "여비 규정\n😀 " + "\n".join(PARTS)
PAGES = (Page(1, 0, 25), Page(2, 25, 60))
PLACES = (("제1조", None, "목적", 1), ("제2조", "①", "숙박비", 2), ("제2조", "②", "숙박비", 2))
PASSAGES = [
    Passage(
        "여비 규정",
        (f"{article}({title})",),
        article,
        paragraph,
        title,
        part,
        TEXT.index(part),
        TEXT.index(part) + len(part),
        page,
    )
    for part, (article, paragraph, title, page) in zip(PARTS, PLACES, strict=True)
]
RULE = Document("여비 규정", "규정", "/a.txt", "txt", "0" * 64, TEXT, PAGES)


OLD = "tables furniture amendments enacted amended effective department read_by content".split()
WHOLE = FileRead("/a.txt", "0" * 64, 1, (1,))
VERSION = Version(1, "여비규정|규정", "여비 규정", "규정", "/a.txt", "", False, 1, number=1)


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'library.sqlite'}"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library whose first revision has one rule of three passages."""
    library = Library.open(url_of(tmp_path), create=True)
    assert library.next_revision() == 1
    with library.writing() as writer:
        assert writer.store(RULE, PASSAGES, 1) == 1
        writer.hold(1, [VERSION], [WHOLE])
        writer.log("add", 1, "g000001", ["여비 규정: 새 규정"], published=True)
    return library


def shelf(library: Library, day: str = "2024-01-01") -> Shelf:
    """What the newest revision has in force on ``day``."""
    return Shelf(library, library.revision(), day)


def test_passages_are_cut_out_of_their_document(library: Library) -> None:
    found = library.passages([3, 1])
    assert [p.text for p in found] == [PARTS[2], PARTS[0]]
    document = library.document(1)
    assert document.text == TEXT
    assert document.pages == RULE.pages
    assert all(p.text == document.text[p.start : p.end] for p in found)
    assert (found[0].path, found[0].paragraph, found[0].page) == (("제2조(숙박비)",), "②", 2)


def test_the_files_of_documents(library: Library) -> None:
    assert library.sources([1, 9, 1]) == {1: RULE.source}
    assert library.sources([]) == {}


STRUCTURED = replace(
    RULE,
    pages=(Page(1, 0, 25), Page(2, 25, 60, 0.87)),
    tables=(Table(7, 20, 1, (("구분", "금액"), ("4급", "7만원")), ((1, 0),)),),
    furniture=(Furniture("제목", 0, 5),),
    amendments=(Amendment(20, "<개정 2020. 1. 1.>", "개정", ("2020-01-01",)),),
    references=(
        CrossReference(8, 11, TEXT[8:11], None, "제1조", (8, 26)),
        CrossReference(27, 30, TEXT[27:30], "인사규정", "제5조제2항", None),
    ),
    enacted="2018-03-02",
    amended=("2019-01-01", "2020-01-01"),
    effective="2020-02-01",
    department="총무팀",
)


def test_a_documents_structure_is_kept(library: Library) -> None:
    with library.writing() as writer:
        part = replace(PASSAGES[2], subparagraph="3")
        number = writer.store(STRUCTURED, [part], 1)
    assert replace(library.document(number), id=0) == STRUCTURED
    (listed,) = library.documents([number])
    assert (listed.text, listed.tables, listed.references) == ("", (), ())
    assert (listed.enacted, listed.amended, listed.effective, listed.department) == (
        "2018-03-02",
        ("2019-01-01", "2020-01-01"),
        "2020-02-01",
        "총무팀",
    )
    assert library.passages([4])[0].subparagraph == "3"


def test_every_demo_passage_is_cut_out_of_its_document(demo_home: Path) -> None:
    library = Library.open(load_config(demo_home).library_url)
    rules = shelf_of(demo_home)
    passages = library.passages_of(rules.ids)
    assert len(passages) == rules.counts[1] > 250
    texts = {number: library.document(number).text for number in rules.ids}
    for passage in passages:
        assert passage.text == texts[passage.document_id][passage.start : passage.end] != ""


@pytest.mark.parametrize("title", ["여비규정", "여비 규정", " 여 비 규 정"])
def test_an_article_is_found_whatever_the_blanks_of_the_title(title: str, library: Library) -> None:
    rules = shelf(library)
    assert [p.paragraph for p in rules.article(title, "제2조")] == ["①", "②"]
    assert rules.article(title, "제3조") == []
    assert rules.article("여비", "제2조") == []


def test_the_same_content_is_stored_once(library: Library) -> None:
    with library.writing() as writer:
        assert writer.store(replace(RULE, source="/b.txt", sha256="1" * 64), PASSAGES, 1) == 1
        assert writer.store(RULE, PASSAGES, 2) == 2  # other readers
        assert writer.store(replace(RULE, effective="2024-01-01"), PASSAGES, 1) == 3
    assert library.same(RULE, 1) == 1
    assert library.same(RULE, 3) is None
    assert library.passage_count([1, 2, 3]) == 9
    assert library.read_by_others([1, 2, 3], 1) == 1


def test_merged_cells_that_an_older_program_left_out_are_noted_later(library: Library) -> None:
    with library.writing() as writer:
        bare = tuple(replace(table, merged=None) for table in STRUCTURED.tables)
        number = writer.store(replace(STRUCTURED, tables=bare), PASSAGES, 1)
    assert [table.merged for table in library.document(number).tables] == [None]
    noted = tuple(replace(table, merged=((1, 0),)) for table in STRUCTURED.tables)
    with library.writing() as writer:
        assert writer.store(replace(STRUCTURED, tables=noted), PASSAGES, 1) == number
        assert writer.store(replace(STRUCTURED, tables=bare), PASSAGES, 1) == number
    assert [table.merged for table in library.document(number).tables] == [((1, 0),)]


def test_a_revision_stays_what_it_is(library: Library) -> None:
    first = shelf(library)
    newer = replace(RULE, title="여비규정", text="여비 규정\n제1조(목적) 없다.")
    assert library.next_revision() == 2
    with library.writing() as writer:
        number = writer.store(newer, [replace(PASSAGES[0], start=6, end=len(newer.text))], 1)
        ended = replace(VERSION, until="2024-03-01")
        follows = replace(VERSION, document_id=number, title="여비규정", since="2024-03-01")
        follows = replace(follows, dated=True, taken=2, number=2)
        writer.hold(2, [ended, follows], [WHOLE, replace(WHOLE, source="/b.txt", documents=(2,))])
        done = writer.log("add", 2, "g000002", ["여비규정 2판: 새 판"])
    # The index says first which is live; the note follows.
    assert (library.revision(), library.has(2), library.has(3)) == (1, True, False)
    with library.writing() as writer:
        writer.publish(done)
    assert (library.revision(), library.has(2)) == (2, True)
    assert library.versions(1) == [VERSION]
    assert library.versions(2) == [ended, follows]
    with library.writing() as writer:
        writer.log("rollback", 1, "g000001", [], published=True)
    assert library.revision() == 1, "the last that was made live, not the newest"
    with library.writing() as writer:
        writer.log("rollback", 2, "g000002", [], published=True)
    assert library.files(1) == {"/a.txt": WHOLE}
    assert sorted(library.files(2)) == ["/a.txt", "/b.txt"]
    for rules, count in (
        (first, 3),
        (shelf(library, "2024-02-29"), 3),
        (shelf(library, "2024-03-01"), 1),
        (shelf(library, "2024-03-01").on("2024-02-29"), 3),
    ):
        assert rules.counts == (1, count)
        assert len(rules.documents()) == len(rules.ids) == 1
        assert len(rules.article("여비규정", "제2조")) == count // 3 * 2
    assert [(d.action, d.generation, d.summary) for d in library.history()] == [
        ("add", "g000001", ("여비 규정: 새 규정",)),
        ("add", "g000002", ("여비규정 2판: 새 판",)),
        ("rollback", "g000001", ()),
        ("rollback", "g000002", ()),
    ]


def test_a_run_that_was_cut_off_leaves_what_it_read_and_no_revision(library: Library) -> None:
    file = FileRead("/b.txt", "1" * 64, 1, (2,), ("1쪽은 그림입니다.",))
    with library.writing() as writer:
        writer.store(STRUCTURED, PASSAGES, 1)
        writer.stage(file)
        writer.hold(2, [VERSION, replace(VERSION, document_id=2, number=2)], [WHOLE, file])
        writer.stage(file)
        writer.log("add", 2, "g000002", [])
    with library.writing() as writer:
        writer.settle("g000001")
        writer.keep([1])
    assert library.next_revision() == 2
    assert library.files(STAGED) == {"/b.txt": file}
    assert (library.versions(2), library.files(2), len(library.history())) == ([], {}, 1)
    assert library.document(2).title == RULE.title  # the next run need not read it again
    with library.writing() as writer:
        writer.replace_files(1, [WHOLE])
        writer.keep([1])
    assert library.files(STAGED) == {}
    with pytest.raises(LibraryError, match="문서 2번이 없습니다"):
        library.document(2)
    assert library.passages_of([2]) == []
    assert shelf(library).counts == (1, 3)


def test_a_run_that_was_cut_off_after_its_switch_is_done(library: Library) -> None:
    with library.writing() as writer:
        writer.hold(2, [], [])
        writer.log("remove", 2, "g000002", [])
    with library.writing() as writer:
        writer.settle("g000002")
    assert (library.revision(), library.versions(2), library.has(2)) == (2, [], True)
    assert shelf(library).counts == (0, 0)


def test_a_transaction_that_fails_keeps_nothing(library: Library) -> None:
    def interrupted() -> None:
        with library.writing() as writer:
            writer.hold(1, [], [])
            writer.replace_faq("출장", [FaqEntry(("왜?",), "그래서.", "여비 규정", "제1조")])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert shelf(library).counts == (1, 3)
    assert library.revision() == 1
    assert library.faq() == []


def test_readers_go_on_while_one_writes(library: Library, tmp_path: Path) -> None:
    with library.writing() as writer:
        writer.hold(1, [], [])
        assert shelf(Library.open(url_of(tmp_path))).counts == (1, 3)
    assert shelf(library).counts == (0, 0)


def test_faq_entries_are_replaced_by_topic(library: Library) -> None:
    first = FaqEntry(("왜?", "어째서?"), "그래서.", "여비 규정", "제1조", "출장")
    other = FaqEntry(("얼마?",), "7만원.", "여비 규정", "제2조", "금액")
    newer = FaqEntry(("언제?",), "내일.", "여비 규정", "제2조", "출장")
    with library.writing() as writer:
        writer.replace_faq("출장", [first])
        writer.replace_faq("금액", [other])
        writer.replace_faq("출장", [newer])
    assert [(e.topic, e.questions, e.answer) for e in library.faq()] == [
        ("금액", ("얼마?",), "7만원."),
        ("출장", ("언제?",), "내일."),
    ]


def test_the_faq_has_a_number_of_its_own(library: Library) -> None:
    before = library.faq_revision()
    for _ in range(2):
        with library.writing() as writer:
            writer.replace_faq("출장", [])
    assert library.faq_revision() == before + 2
    assert library.revision() == 1


def test_a_library_of_the_first_schema_is_migrated(library: Library, tmp_path: Path) -> None:
    library.close()
    path = tmp_path / "library.sqlite"
    with sqlite3.connect(path) as connection:
        for name in (
            "faq_revision",
            "cross_references",
            "holdings",
            "files",
            "history",
            "feedback",
        ):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("DROP INDEX documents_by_content")
        for table, names in (
            ("passages", ["subparagraph"]),
            ("documents", OLD),
            ("faq", ["grounds"]),
        ):
            for name in names:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        connection.execute(
            "CREATE TABLE revision (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)"
        )
        connection.execute("INSERT INTO revision VALUES (1, 5)")
        for name in ("added_in", "replaced_by"):
            connection.execute(
                f"ALTER TABLE documents ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0"
            )
        connection.execute("DELETE FROM migrations WHERE name <> '_m0001_first_tables'")
    with pytest.raises(LibraryError, match="→ 'ingest add'를 한 번 실행하면"):
        Library.open(url_of(tmp_path))
    again = Library.open(url_of(tmp_path), create=True)
    assert (again.revision(), again.faq_revision()) == (5, 0)
    assert again.versions(5) == [replace(VERSION, taken=5)]
    document = again.document(1)
    assert (document.text, document.pages, document.tables) == (TEXT, PAGES, ())
    assert [p.text for p in again.passages([1, 2, 3])] == list(PARTS)
    # Read by older readers, so that it will be read again.
    assert again.files(5) == {"/a.txt": replace(WHOLE, read_by=0)}
    again.close()
    with sqlite3.connect(path) as migrated, sqlite3.connect(tmp_path / "new.sqlite") as new:
        database = sa.create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
        with database.begin() as connection:
            migrate(connection)
        assert columns_of(migrated) == columns_of(new)


def columns_of(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """The columns of each table of a library."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
        for (name,) in names
    }


def test_a_writer_locks_at_once(library: Library, tmp_path: Path) -> None:
    with library.writing():
        other = sqlite3.connect(tmp_path / "library.sqlite", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_a_locked_library_is_an_error(library: Library, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    again = Library.open(url_of(tmp_path))
    expected = pytest.raises(LibraryError, match=r"쓸 수 없습니다.*locked.*\n→ 다른 프로그램이")
    with expected, again.writing(50):
        pass
    other.close()


def test_a_full_disk_is_an_error(library: Library) -> None:
    def grow() -> None:
        with library.writing() as writer:
            writer._connection.exec_driver_sql("PRAGMA max_page_count = 1")
            writer.store(replace(RULE, text="가" * 1_000_000), [], 1)

    with pytest.raises(LibraryError, match=r"쓸 수 없습니다.*full.*\n→ 디스크가 가득"):
        grow()
    assert shelf(library).counts == (1, 3)


@pytest.mark.parametrize("name", ["a?b", "a#b", "100%", "a%3Fb", "가 나@다:라"])
def test_signs_in_the_home_folder_are_only_signs(name: str, tmp_path: Path) -> None:
    config = load_config(tmp_path / name)
    config.home.mkdir()
    Library.open(config.library_url, create=True).close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (config.home / "library.sqlite").is_file()


def test_unknown_passages_and_documents_are_errors(library: Library) -> None:
    with pytest.raises(LibraryError, match=r"조문 4번이 라이브러리에 없습니다.\n→ 'ingest add'"):
        library.passages([1, 4])
    with pytest.raises(LibraryError, match=r"문서 9번이 없습니다. → 'ingest status'"):
        library.document(9)


def test_migrating_again_changes_nothing(library: Library, tmp_path: Path) -> None:
    library.close()
    for _ in range(2):
        again = Library.open(url_of(tmp_path), create=True)
        assert (shelf(again).counts, again.revision()) == ((1, 3), 1)
        again.close()
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        names = connection.execute("SELECT name FROM migrations").fetchall()
    assert names == [(step.__name__,) for step in MIGRATIONS]


def test_every_table_is_made_by_a_migration(tmp_path: Path) -> None:
    database = sa.create_engine(url_of(tmp_path))
    with database.begin() as connection:
        migrate(connection)
    assert set(sa.inspect(database).get_table_names()) == set(schema.metadata.tables)


@pytest.mark.parametrize("create", [False, True])
def test_a_newer_schema_is_refused(create: bool, library: Library, tmp_path: Path) -> None:
    library.close()
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        connection.execute("INSERT INTO migrations VALUES ('_m9999_of_next_year')")
    with pytest.raises(LibraryError, match=r"(?s)라이브러리.*더 새로운.*버전"):
        Library.open(url_of(tmp_path), create=create)


def test_an_older_schema_is_refused_until_ingest_migrates_it(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "library.sqlite").execute("CREATE TABLE migrations (name TEXT)")
    with pytest.raises(LibraryError, match="→ 'ingest add'를 한 번 실행하면 구조를 맞춥니다"):
        Library.open(url_of(tmp_path))
    assert Library.open(url_of(tmp_path), create=True).revision() == 0
    assert shelf(Library.open(url_of(tmp_path))).counts == (0, 0)


def test_a_missing_library_is_an_error_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"아직 라이브러리가 없습니다: .*\n→ 먼저 'ingest add"):
        Library.open(url_of(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("content", [b"garbage" * 2_000, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_library_is_an_error(content: bytes, create: bool, tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(content)
    with pytest.raises(LibraryError, match=r"라이브러리를 열 수 없습니다: .*\n→ .*백업에서"):
        Library.open(url_of(tmp_path), create=create)


def test_a_file_that_is_no_library_is_an_error(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "library.sqlite").execute("CREATE TABLE notes (text TEXT)")
    with pytest.raises(LibraryError, match="→ "):
        Library.open(url_of(tmp_path))


@pytest.mark.parametrize(
    "url", ["말이 안 되는 주소", "mysql://host/db", "nosuch://db", "sqlite:////없는/library.sqlite"]
)
def test_a_wrong_url_is_an_error(url: str) -> None:
    with pytest.raises(LibraryError, match=r"라이브러리를 열 수 없습니다: .*\n→ "):
        Library.open(url, create=True)


def test_damage_that_shows_later_is_an_error(library: Library, tmp_path: Path) -> None:
    library.close()
    path = tmp_path / "library.sqlite"
    with sqlite3.connect(path) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'documents'"
        ((page,),) = connection.execute(query).fetchall()
        ((size,),) = connection.execute("PRAGMA page_size").fetchall()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    damaged = Library.open(url_of(tmp_path))
    with pytest.raises(LibraryError, match=r"라이브러리를 읽을 수 없습니다.*\n→ .*백업에서"):
        damaged.documents([1])


def test_a_password_is_not_shown() -> None:
    with pytest.raises(LibraryError) as caught:
        Library.open("nosuch://admin:p@ss:word@db.local/library", create=True)
    assert "nosuch://***@db.local/library" in str(caught.value)
    assert "word" not in str(caught.value)
