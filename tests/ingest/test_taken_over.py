"""What an ingest takes over from the generation before is what a full build would make."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.index import generations
from onprem_rag.index.rows import Rows
from tests.conftest import quiet

TRAVEL = """여비규정
[시행 2024. 1. 1.]

제1조(목적) 이 규정은 여비에 관한 사항을 정한다.

제2조(적용) 차량을 쓴 사람에게는 「차량관리규정」 제2조를 적용한다.
"""
VEHICLES = """차량관리규정
[시행 2024. 1. 1.]

제1조(목적) 이 규정은 차량에 관한 사항을 정한다.

제2조(배차) 차량은 전날까지 신청한다.
"""
OTHERS = "".join(
    f"제{at}조(사항 {at}) 부서의 장은 매월 {at}일에 보고한다.\n\n" for at in range(1, 40)
)


def found(home: Path, question: str) -> list[tuple[str, str, float]]:
    hits = Chatbot.open(load_config(home)).search(question, 20)
    return [(hit.passage.document, hit.passage.title, hit.score) for hit in hits]


def test_what_a_rule_refers_to_is_found_by_its_title_of_today(tmp_path: Path) -> None:
    """The referring rule's own file is not touched, yet its rows change with the other's title."""
    home, rules = tmp_path / "home", tmp_path / "규정"
    rules.mkdir()
    (rules / "여비규정.txt").write_text(TRAVEL, encoding="utf-8")
    (rules / "보고규정.txt").write_text(f"보고규정\n\n{OTHERS}", encoding="utf-8")
    (rules / "차량관리규정.txt").write_text(VEHICLES, encoding="utf-8")
    config = load_config(home)
    add(config, [rules], quiet)
    assert ("여비규정", "적용") in [one[:2] for one in found(home, "배차")]
    amended = VEHICLES.replace("2024. 1. 1.", "2025. 1. 1.").replace("(배차)", "(운행허가)")
    (rules / "차량관리규정.txt").write_text(amended, encoding="utf-8")
    add(config, [rules], quiet)
    assert ("여비규정", "적용") in [one[:2] for one in found(home, "운행허가")]
    taken = {question: found(home, question) for question in ("운행허가", "배차")}
    live = config.index_folder / str(generations.current_name(config.index_folder))
    (live / "passages.npy").unlink()  # nothing can be taken over from a damaged one
    add(config, [rules], quiet)
    again = {question: found(home, question) for question in taken}  # other scores: learnt anew
    for question, hits in again.items():
        assert [one[:2] for one in hits[:2]] == [one[:2] for one in taken[question][:2]]
    assert len(Rows.open(live.parent / "g000003").passages) == 2 + 2 + 2 + 39
    shutil.rmtree(home / "index" / "vectors")
    (rules / "여비규정.txt").write_text(TRAVEL.replace("여비에", "출장 여비에"), encoding="utf-8")
    add(config, [rules], quiet)  # vectors that were to be taken over are encoded again
    assert found(home, "운행허가")[:1] == again["운행허가"][:1]
