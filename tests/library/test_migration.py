"""A library that the program before versions made: its rules answer, and go on to have versions."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ingest.__main__ import main
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.errors import LibraryError
from onprem_rag.library.store import Library
from onprem_rag.records import Edition, Status
from tests.conftest import Run, ingested

LODGING = """숙소관리지침

제1조(목적) 이 지침은 직원 숙소의 관리에 필요한 사항을 정한다.

제2조(퇴거) 입주자는 전보된 날부터 30일 이내에 숙소에서 퇴거하여야 한다.
"""
VEHICLES = """차량관리규정

제1조(목적) 이 규정은 공용차량의 관리에 필요한 사항을 정한다.

제2조(배차) 제1조의 차량을 쓰려는 직원은 전날까지 배차를 신청하여야 한다.

부칙
이 규정은 2024년 3월 1일부터 시행한다.
"""
FAQ = "질문,답변,문서,조문\n퇴거 기한이 언제인가요?,60일입니다.,숙소관리지침,제2조\n"
QUESTION = "숙소에서 언제까지 퇴거해야 하나요?"


def as_before_versions(path: Path) -> None:
    """Turn a library's newest revision into the schema that had no versions."""
    with sqlite3.connect(path) as connection:
        ((newest,),) = connection.execute("SELECT max(revision) FROM history").fetchall()
        for column in ("added_in", "replaced_by"):
            connection.execute(
                f"ALTER TABLE documents ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0"
            )
        connection.execute("CREATE INDEX ix_documents_replaced_by ON documents (replaced_by)")
        connection.execute(
            "UPDATE documents SET added_in = 1, replaced_by = ? WHERE id IN"
            " (SELECT document_id FROM holdings WHERE revision = ? AND until IS NOT NULL)",
            (newest, newest),
        )
        for name in ("holdings", "files", "history"):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("DROP INDEX documents_by_content")
        connection.execute("ALTER TABLE documents DROP COLUMN content")
        for column in ("referred", "plain"):
            connection.execute(f"ALTER TABLE passages DROP COLUMN {column}")
        connection.execute("ALTER TABLE faq DROP COLUMN grounds")
        connection.execute("DROP TABLE feedback")
        connection.execute("CREATE TABLE revision (id INTEGER PRIMARY KEY, number INTEGER)")
        connection.execute("INSERT INTO revision VALUES (1, ?)", (newest,))
        connection.execute("DELETE FROM migrations WHERE name >= '_m0004'")


def test_a_library_from_before_versions_goes_on(tmp_path: Path, call: Run) -> None:
    home, rules = tmp_path / "home", tmp_path / "규정"
    lodging, faq = rules / "숙소관리지침.txt", tmp_path / "숙소.csv"
    rules.mkdir()
    lodging.write_text(LODGING)
    (rules / "차량관리규정.txt").write_text(VEHICLES)
    ingested(home, rules)
    lodging.write_text(LODGING.replace("30일", "60일"))
    ingested(home, rules)
    faq.write_text(FAQ)
    call(main, "faq", "--home", home, faq)
    config = load_config(home)
    as_before_versions(home / "library.sqlite")
    with pytest.raises(LibraryError, match="이미 넣은 파일을 다시 넣으면 다른 규정은 그대로"):
        Chatbot.open(config)

    # The migration alone: the index that is live was built from the revision that it makes.
    library = Library.open(config.library_url, create=True)
    assert library.revision() == 2
    assert [(v.document_id, v.title, v.since, v.number) for v in library.versions(2)] == [
        (3, "숙소관리지침", "", 1),
        (2, "차량관리규정", "2024-03-01", 1),
    ]
    assert library.passages_of([3, 2])[0].document == "차량관리규정"
    assert library.indexed([2])[1] == ["", "목적", ""]
    library.close()
    with sqlite3.connect(home / "library.sqlite") as connection:
        query = "EXPLAIN QUERY PLAN SELECT id FROM documents WHERE content = 'x'"
        assert "documents_by_content" in str(connection.execute(query).fetchall())
    chatbot = Chatbot.open(config)
    assert "60일 이내" in chatbot.ask(QUESTION).text
    assert chatbot.ask("퇴거 기한이 언제인가요?").status is Status.FAQ
    (cited,) = chatbot.ask(QUESTION, day="2024-02-29").citations
    assert cited.edition == Edition(1, "", undated=True)
    assert not any("배차" in h.passage.text for h in chatbot.search("배차", 9, "2024-02-29"))
    code, out, _ = call(main, "add", "--home", home, rules)
    assert (code, out.splitlines()[-1]) == (0, "바뀌지 않은 파일 2개는 그대로 두었습니다.")

    # An amendment of a rule from before is its second version; what was approved has to wait.
    lodging.write_text(LODGING.replace("30일", "90일"))
    code, out, _ = call(main, "add", "--home", home, rules)
    assert out.splitlines()[:2] == [
        "  숙소관리지침 1판: 시행 중 → 지난 판",
        "  숙소관리지침 2판: 새 판",
    ]
    assert "승인된 답변 1번" in out
    assert "90일 이내" in chatbot.ask(QUESTION).text
    assert "90일 이내" in chatbot.ask("퇴거 기한이 언제인가요?").text
    assert "60일 이내" in chatbot.ask(QUESTION, day="2025-01-01").text
    assert not any("30일" in h.passage.text for h in chatbot.search(QUESTION, 9, "2025-01-01"))

    # And it can be rolled back to what there was.
    code, _, _ = call(main, "rollback", "--home", home)
    assert code == 0
    assert "60일 이내" in chatbot.ask(QUESTION).text
    assert chatbot.ask("퇴거 기한이 언제인가요?").status is Status.FAQ


ANNEXED = """여비규정

제1조(목적) 이 규정은 여비를 정한다.

제2조(일비) 일비는 별표 1과 같다.

[별표 1] 정액표(제2조 관련)

직원은 하루에 2만원을 지급한다.
"""
APPROVED = """질문,답변,문서,조문
일비가 얼마죠?,2만원입니다.,여비규정,제2조
여비 규정은 무엇이죠?,규정입니다.,여비규정,제1조
"""


def test_answers_that_were_bound_to_their_article_alone_fire_on_and_watch_more(
    tmp_path: Path, call: Run
) -> None:
    home, rule, faq = tmp_path / "home", tmp_path / "여비규정.txt", tmp_path / "여비.csv"
    rule.write_text(ANNEXED)
    faq.write_text(APPROVED)
    ingested(home, rule)
    call(main, "faq", "--home", home, faq)
    with sqlite3.connect(home / "library.sqlite") as connection:
        bound = "SELECT json_extract(grounds, '$[0][2]') FROM faq WHERE id = 1"
        ((digest,),) = connection.execute(bound).fetchall()
        connection.execute("ALTER TABLE faq DROP COLUMN grounds")
        connection.execute("ALTER TABLE faq ADD COLUMN approved VARCHAR(64) NOT NULL DEFAULT ''")
        connection.execute("UPDATE faq SET approved = ? WHERE id = 1", (digest,))
        connection.execute("UPDATE faq SET approved = 'of another text' WHERE id = 2")
        connection.execute("DROP TABLE feedback")
        connection.execute("DELETE FROM migrations WHERE name > '_m0005'")
    ingested(home, rule)  # nothing has changed but the program
    chatbot = Chatbot.open(load_config(home))

    def firing() -> list[bool]:
        asked = ("일비가 얼마죠?", "여비 규정은 무엇이죠?")
        return [chatbot.ask(question).status is Status.FAQ for question in asked]

    assert firing() == [True, False]
    rule.write_text(ANNEXED.replace("2만원", "3만원"))
    _, out, _ = call(main, "add", "--home", home, rule)
    assert "승인된 답변 1번 '일비가 얼마죠?': 「여비규정」 별표 1의 글이 바뀌거나 없어져" in out
    assert firing() == [False, False]
