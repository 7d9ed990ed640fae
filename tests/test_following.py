"""Answers that stand only where another article points: 준용, 제8조에 따른 금액, 별표."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import Config, load_config
from onprem_rag.following import context, named_by, referring, with_referred
from onprem_rag.generate.context import shown
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.records import Citation, Guard, Hit, Status
from onprem_rag.report import answer_json, answer_text
from tests.conftest import shelf_of

RULES = {
    "강사료 지급기준": """강사료 지급기준

제1조(목적) 이 기준은 강사료의 지급에 필요한 사항을 정한다.

제2조(지급 대상) 강사료는 교육과정에 초빙된 강사에게 지급한다.

제3조(등급) 강사의 등급은 특별, 1급 및 2급으로 나눈다.

제4조(지급액) 등급별 지급액은 별표 1과 같다.

제5조(원고료) 교재의 원고를 제출한 강사에게는 제7조에 따른 금액을 원고료로 지급한다.

제6조(신청) 담당자는 교육이 끝난 날부터 10일 이내에 지급을 신청하여야 한다.

제7조(단가) 200자 1매의 단가는 4천원으로 한다.

부칙
이 기준은 2024년 3월 1일부터 시행한다.

[별표 1] 지급액 (제4조 관련)
구분 | 첫 시간 | 초과 시간
구분: 특별 | 첫 시간: 300,000원 | 초과 시간: 200,000원
구분: 1급 | 첫 시간: 200,000원 | 초과 시간: 120,000원
구분: 2급 | 첫 시간: 120,000원 | 초과 시간: 80,000원
""",
    "시설 대관규정": """시설 대관규정

제1조(목적) 이 규정은 시설의 대관에 필요한 사항을 정한다.

제2조(신청) 대관하려는 자는 사용일 14일 전까지 신청서를 제출하여야 한다.

제3조(취소와 환불) ① 대관을 취소하려는 자는 서면으로 알려야 한다.
② 사용일 7일 전까지 알린 경우에는 전액을 돌려주고, 그 뒤에는 절반을 돌려준다.

제4조(체육관의 대관) 체육관의 대관을 취소하는 경우에는 제3조를 준용한다.

제5조(대강당) 대강당의 사용료는 제8조에서 정한다.

제6조(주차) 대관한 자의 차량은 5대까지 주차할 수 있다.

제8조(요금) 요금은 1회당 30만원으로 하고, 냉난방을 하는 때에는 5만원을 더한다.

부칙
이 규정은 2023년 1월 1일부터 시행한다.
""",
    "연구원 복무지침": """연구원 복무지침

제1조(목적) 이 지침은 연구원의 복무에 필요한 사항을 정한다.

제2조(출퇴근) 연구원은 오전 9시까지 출근한다.

제3조(학회 참가) 연구원이 학회에 참가하는 경우 등록비의 한도는 「학술활동 지원규칙」 제6조에 따른다.

제4조(비밀 유지) 연구원은 연구 내용을 누설하여서는 아니 된다.

제5조(위촉의 해지) 위촉연구원의 해지 예고에 관하여는 「계약직 관리규칙」 제9조를 준용한다.

제6조(정착금) 외국인 연구원에게는 별표 1에 따른 정착금을 지급한다.

부칙
이 지침은 2022년 7월 1일부터 시행한다.

[별표 1] 기준표 (제6조 관련)
구분 | 금액
구분: 모든 경우 | 금액: 200만원
""",
    "학술활동 지원규칙": """학술활동 지원규칙

제1조(목적) 이 규칙은 학술활동의 지원에 필요한 사항을 정한다.

제5조(논문 게재료) 게재료는 편당 100만원까지 지원한다.

제6조(한도) 국내는 1명당 20만원, 국외는 1명당 80만원을 넘을 수 없다.

제7조(정산) 지원을 받은 사람은 15일 이내에 정산하여야 한다.

부칙
이 규칙은 2022년 1월 1일부터 시행한다.
""",
    "계약직 관리규칙": """계약직 관리규칙

제1조(목적) 이 규칙은 계약직의 관리에 필요한 사항을 정한다.

제8조(갱신) 갱신은 한 차례만 할 수 있다.

제9조(예고) 원장은 끝내려는 날의 45일 전까지 본인에게 문서로 알려야 한다.

제10조(퇴직금) 1년 이상 근무한 사람에게는 퇴직금을 지급한다.

부칙
이 규칙은 2021년 1월 1일부터 시행한다.
""",
    "당직 지침": """당직 지침

제1조(목적) 이 지침은 당직에 필요한 사항을 정한다.

제2조(차량) 당직자의 차량 사용에 관하여는 「차량 관리지침」 제2조를 준용한다.

제3조(포상) 당직자의 포상에 관하여는 제4조부터 제7조까지를 준용한다.

제4조(추천) 부서장이 추천한다.

제5조(심의) 위원회가 심의한다.

제6조(결정) 원장이 결정한다.

제7조(수여) 상장을 수여한다.

부칙
이 지침은 2020년 1월 1일부터 시행한다.
""",
    "동호회 운영세칙": """동호회 운영세칙

제1조(목적) 이 세칙은 동호회의 운영에 필요한 사항을 정한다.

제2조(결성) 동호회는 회원 10명 이상으로 결성한다.

제3조(지원금) 동호회에는 제5조의 기준에 따라 지원금을 지급한다.

제4조(해산) 1년 동안 활동이 없는 동호회는 해산한 것으로 본다. 해산 신고는 별지 제1호서식에 따른다.

제5조(산정) 회원이 20명 이하이면 분기마다 50만원, 20명을 넘으면 분기마다 70만원으로 한다.

제6조(예산) 원장은 제5조에도 불구하고 예산이 모자라면 금액을 줄일 수 있다.

부칙
이 세칙은 2020년 1월 1일부터 시행한다.

[별지 제1호서식] 해산 신고서
동호회 이름:
""",
}
CARS = """차량 관리지침

제1조(목적) 이 지침은 차량의 관리에 필요한 사항을 정한다.

제2조(사용) 사용 시간은 오전 7시부터 오후 10시까지로 한다.

제3조(배차) 배차는 총무팀이 한다.

부칙
이 지침은 2020년 1월 1일부터 시행한다.
"""
# A second volume: it has few of the first's articles, so that it is no newer version of it.
MORE_CARS = """차량 관리지침

제2조(사용) 사용 시간은 오전 8시부터 오후 9시까지로 한다.

제8조(정비) 정비는 매달 한다.
"""
# (question, who refers, where the answer stands, what it says)
CASES = [
    pytest.param(
        "특별 강사의 등급별 지급액은 얼마인가요?",
        ("강사료 지급기준", "제4조"),
        ("강사료 지급기준", "별표 1"),
        "300,000원",
        id="a table that an article names",
    ),
    pytest.param(
        "강사에게 원고료는 얼마를 지급하나요?",
        ("강사료 지급기준", "제5조"),
        ("강사료 지급기준", "제7조"),
        "4천원",
        id="the amount after another article",
    ),
    pytest.param(
        "체육관 대관을 취소하면 어떻게 되나요?",
        ("시설 대관규정", "제4조"),
        ("시설 대관규정", "제3조"),
        "절반을 돌려준다",
        id="an article of the same rule applied",
    ),
    pytest.param(
        "대강당 사용료는 얼마인가요?",
        ("시설 대관규정", "제5조"),
        ("시설 대관규정", "제8조"),
        "30만원",
        id="stated in another article",
    ),
    pytest.param(
        "연구원이 학회에 참가할 때 등록비 한도는 얼마인가요?",
        ("연구원 복무지침", "제3조"),
        ("학술활동 지원규칙", "제6조"),
        "20만원",
        id="another rule followed",
    ),
    pytest.param(
        "위촉연구원 해지 예고는 며칠 전에 하나요?",
        ("연구원 복무지침", "제5조"),
        ("계약직 관리규칙", "제9조"),
        "45일 전",
        id="an article of another rule applied",
    ),
    pytest.param(
        "위촉연구원의 해지 예고는 어떻게 하나요?",
        ("연구원 복무지침", "제5조"),
        ("계약직 관리규칙", "제9조"),
        "문서로 알려야",
        id="the same, no figure asked for",
    ),
    pytest.param(
        "외국인 연구원의 정착금은 얼마인가요?",
        ("연구원 복무지침", "제6조"),
        ("연구원 복무지침", "별표 1"),
        "200만원",
        id="a row of a table that an article names",
    ),
    pytest.param(
        "동호회 지원금은 얼마인가요?",
        ("동호회 운영세칙", "제3조"),
        ("동호회 운영세칙", "제5조"),
        "50만원",
        id="after another article's standard",
    ),
]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A home with six small rules that refer to each other."""
    folder = tmp_path_factory.mktemp("rules")
    for title, text in RULES.items():
        (folder / f"{title}.txt").write_text(text, encoding="utf-8")
    for volume, text in (("1권", CARS), ("2권", MORE_CARS)):
        (folder / f"차량 관리지침 {volume}.txt").write_text(text, encoding="utf-8")
    config = load_config(tmp_path_factory.mktemp("following") / "home")
    assert not add(config, [folder], lambda *_: None).failed
    return config


@pytest.fixture(scope="module")
def library(config: Config) -> Library:
    return Library.open(config.library_url)


@pytest.fixture(scope="module")
def bot(config: Config) -> Chatbot:
    return Chatbot.open(config)


def same_weight(_: str) -> float:
    return 1.0


class Scripted:
    """A generator that says what it is told to, and remembers what it was given."""

    name = "scripted"
    guard = Guard.CHECKED

    def __init__(self, draft: str) -> None:
        self.draft = draft
        self.hits: tuple[Hit, ...] = ()

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
        self.hits = tuple(hits)
        yield self.draft

    def complete(self, prompt: str, values: Mapping[str, str]) -> None:
        """Nobody asks."""


@pytest.fixture(scope="module")
def shelf(config: Config) -> Shelf:
    return shelf_of(config.home)


def follow(shelf: Shelf, question: str, *places: tuple[str, str], count: int = 2) -> list[Hit]:
    """What ``with_referred`` makes of hits on these articles, where every word counts the same."""
    hits = [Hit(shelf.article(*place)[0], 1.0, ()) for place in places]
    return with_referred(question, hits, count, shelf, same_weight)


# --- the answer stands where another article points ----------------------------------------------
@pytest.mark.parametrize(("question", "by", "place", "says"), CASES)
def test_the_answer_quotes_what_is_referred_to(
    bot: Chatbot, question: str, by: tuple[str, str], place: tuple[str, str], says: str
) -> None:
    answer = bot.ask(question)
    assert answer.status is Status.VERIFIED
    assert says in answer.text
    cited = [(citation.document, citation.article) for citation in answer.citations]
    assert place in cited
    assert by in cited, "the article that makes it hold here is quoted too"
    (number,) = {
        at for at, c in enumerate(answer.citations, start=1) if (c.document, c.article) == place
    }
    block = answer.text[: answer.text.index(f"[{number}]")].rpartition("\n\n")[2]
    assert says in block or says in answer.citations[number - 1].text


@pytest.mark.parametrize(("question", "by", "place", "says"), CASES)
def test_without_following_none_of_them_is_answered(
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    by: tuple[str, str],
    place: tuple[str, str],
    says: str,
) -> None:
    """Guards the cases: they must need what they are to show."""
    monkeypatch.setattr("onprem_rag.chatbot.with_referred", lambda _q, hits, *_: list(hits))
    assert says not in Chatbot.open(config).ask(question).text


FEE = "연구원이 학회에 참가할 때 등록비 한도는 얼마인가요?"
NAMED = ("학술활동 지원규칙", "제6조")


def test_what_is_referred_to_can_be_cited_and_corrects(config: Config, library: Library) -> None:
    """A model's draft is checked against the referred passage as against a found one."""
    right = Scripted("국내는 1명당 20만원, 국외는 1명당 80만원을 넘을 수 없습니다.")
    answer = Chatbot(config, library, right).ask(FEE)
    assert answer.status is Status.VERIFIED
    assert [(c.document, c.article) for c in answer.citations] == [NAMED]
    wrong = Scripted("국내는 1명당 30만원, 국외는 1명당 80만원을 넘을 수 없습니다.")
    answer = Chatbot(config, library, wrong).ask(FEE)
    assert answer.status in (Status.CORRECTED, Status.REFUSED)
    assert "30만원" not in answer.text


def test_the_prompt_says_what_a_passage_is_there_for(config: Config, library: Library) -> None:
    writer = Scripted("모른다")
    Chatbot(config, library, writer).ask("대강당 사용료는 얼마인가요?")
    used = context(writer.hits, 2)
    assert len(used) == 3
    third = shown("", used, lambda _: True, lambda _: 1.0)[2]
    assert (third.number, third.label) == (3, "시설 대관규정 제8조 (제5조에서 참조)")
    assert third.text.startswith("제8조(요금) 요금은 1회당")


def test_reports_say_where_a_citation_comes_from(bot: Chatbot) -> None:
    answer = bot.ask("위촉연구원 해지 예고는 며칠 전에 하나요?")
    told = answer_json(answer)
    assert [(c["article"], c["referred_from"]) for c in told["citations"]] == [
        ("제5조", ""),
        ("제9조", "연구원 복무지침 제5조에서 준용"),
    ]
    marked = {hit["article"]: hit["referred_from"] for hit in told["hits"] if hit["referred_from"]}
    assert marked == {"제9조": "연구원 복무지침 제5조에서 준용"}
    assert "  근거 2. 계약직 관리규칙 제9조 (연구원 복무지침 제5조에서 준용)" in answer_text(answer)


# --- what joins, and what does not ---------------------------------------------------------------
def test_a_later_hit_is_marked_in_its_place(shelf: Shelf) -> None:
    hits = follow(
        shelf,
        "대강당 사용료는 얼마인가요?",
        ("시설 대관규정", "제5조"),
        ("시설 대관규정", "제6조"),
        ("시설 대관규정", "제8조"),
    )
    assert [(h.passage.article, named_by(h)) for h in hits] == [
        ("제5조", ""),
        ("제6조", ""),
        ("제8조", "제5조에서 참조"),
    ]
    assert context(hits, 2) == hits


def test_one_that_was_not_found_comes_last_and_without_a_score(
    shelf: Shelf, library: Library
) -> None:
    hits = follow(shelf, "대강당 사용료는 얼마인가요?", ("시설 대관규정", "제5조"), count=1)
    assert [(h.passage.article, h.score, named_by(h)) for h in hits] == [
        ("제5조", 1.0, ""),
        ("제8조", 0.0, "제5조에서 참조"),
    ]
    by = hits[1].referred_from
    assert by is not None
    assert by.text == "대강당의 사용료는 제8조에서 정한다."
    assert library.document(by.document_id).text[by.start : by.end] == by.text


def test_only_the_first_n_are_followed(shelf: Shelf) -> None:
    hits = follow(
        shelf,
        "대강당 사용료는 얼마인가요?",
        ("시설 대관규정", "제6조"),
        ("시설 대관규정", "제5조"),
        count=1,
    )
    assert [named_by(h) for h in hits] == ["", ""]


@pytest.mark.parametrize(
    ("question", "place"),
    [
        pytest.param(
            "예산이 모자라면 동호회 지원 금액을 얼마까지 줄일 수 있나요?",
            ("동호회 운영세칙", "제6조"),
            id="notwithstanding",
        ),
        pytest.param(
            "동호회 해산 신고는 어떻게 하나요?", ("동호회 운영세칙", "제4조"), id="a blank form"
        ),
        pytest.param(
            "특별 강사의 등급별 지급액은 얼마인가요?",
            ("강사료 지급기준", "별표 1"),
            id="the heading of a table",
        ),
        pytest.param(
            "당직자의 차량 사용은 어떻게 하나요?", ("당직 지침", "제2조"), id="a title of two rules"
        ),
        pytest.param(
            "화성 탐사선의 추진제는 얼마인가요?", ("시설 대관규정", "제5조"), id="another subject"
        ),
        pytest.param(
            "대관 차량은 몇 대까지 주차하나요?", ("시설 대관규정", "제6조"), id="nothing named"
        ),
    ],
)
def test_what_is_not_followed(shelf: Shelf, question: str, place: tuple[str, str]) -> None:
    assert [named_by(hit) for hit in follow(shelf, question, place)] == [""]


def test_what_answers_by_itself_needs_no_other(shelf: Shelf) -> None:
    hits = follow(
        shelf,
        "대관을 취소하려면 어떻게 알려야 하나요?",
        ("시설 대관규정", "제3조"),
        ("시설 대관규정", "제4조"),
    )
    assert [named_by(hit) for hit in hits] == ["", ""]


def test_no_more_than_two_join_and_only_while_there_is_room(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, place = "당직자의 포상은 어떻게 하나요?", ("당직 지침", "제3조")
    assert sum(bool(hit.referred_from) for hit in follow(shelf, question, place)) == 2
    monkeypatch.setattr("onprem_rag.following.LONGEST", 20)
    few = [hit for hit in follow(shelf, question, place) if hit.referred_from]
    assert len(few) == 1
    assert sum(len(hit.passage.text) for hit in few) <= 20


def test_no_hits_are_no_failure(shelf: Shelf) -> None:
    assert with_referred("대강당 사용료는?", [], 2, shelf, same_weight) == []


def test_what_a_citation_of_a_found_passage_says(shelf: Shelf) -> None:
    """Only a citation inside the referred passage is one."""
    hits = follow(shelf, "대강당 사용료는 얼마인가요?", ("시설 대관규정", "제5조"), count=1)
    found, there = (
        Citation("시설 대관규정", None, None, None, p.start, p.end, p.text, p.document_id)
        for p in (hit.passage for hit in hits)
    )
    assert referring(found, hits) is None
    assert referring(there, hits) == hits[1]


def test_the_library_tells_what_a_passage_names(shelf: Shelf) -> None:
    (naming,) = shelf.article("강사료 지급기준", "제4조")
    ((reference, held),) = shelf.named_in(naming)
    assert (reference.text, reference.place, reference.document) == ("별표 1", "별표 1", None)
    assert shelf.passages(held) == shelf.article("강사료 지급기준", "별표 1")
    (other,) = shelf.article("연구원 복무지침", "제3조")
    ((reference, held),) = shelf.named_in(other)
    assert (reference.document, reference.place, held) == ("학술활동 지원규칙", "제6조", ())
    assert shelf.named_in(shelf.article("강사료 지급기준", "제7조")[0]) == []
