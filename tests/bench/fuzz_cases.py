"""Random answers and passages for the checker: rules cut up, glued, spoilt, and odd signs.

A case is made by its number and the pool of passages alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onprem_rag.records import Passage
from onprem_rag.verify.standalone import split_context

_FILES = 40
_TITLES = ("여비규정", "취업규칙", "회계규정", "보수규정", "")
_INVENTED = """제1조(목적) 이 규정은 한국가상연구원(이하 “연구원”이라 한다)의 여비에 관하여 정한다.
제9조(숙박비) ① 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.
② 국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 원장에게 신청하여야 한다.
③ 시내출장에는 숙박비를 지급하지 아니한다. 다만, 원장이 인정하는 경우에는 그러하지 아니하다.
1. 배우자를 동반하는 경우
2. 4시간 이상의 출장
제15조(연차휴가) ① 1년간 80퍼센트 이상 출근한 직원에게 15일의 유급휴가를 준다.
② 제1항에 따른 휴가는 2년 이내에 사용하여야 한다. 이 경우 「근로기준법」 제60조를 준용한다.
제16조(휴직) ① 육아휴직 기간은 1년 6개월 이내로 하고 휴직 30일 전에 신청한다. <개정 2024. 3. 1.>
② 휴직자에게는 기본급의 100분의 40을 지급한다. 복직은 제15조제2항 및 별표 1에 따른다.
제23조의2(위원회) ① 인사위원회는 위원장 1명을 포함하여 7명 이내의 위원으로 구성한다.
② 위원회는 재적위원 3분의 2 이상의 출석과 출석위원 과반수의 찬성으로 의결한다.
③ 위원의 임기는 3년으로 하되, 한 차례만 연임할 수 있다.
제31조(수당) 야간근무수당은 월 삼십만원으로 한다. 다만, 3급 이상의 직원은 제외한다.
제40조(보고) 부서장은 매월 25일까지 총무과장에게 보고하여야 하며, 12km 이내의 출장은 제외한다.
[별표 1] 숙박비
1급 | 1박당 12만원 | 실비
4급 이하 | 1박당 7만원 | 8만 5천원
부칙
제1조(시행일) 이 규정은 2024년 3월 1일부터 시행한다.
"""
_SENTENCE = re.compile(r"[^.\n]{4,400}(?:\.|$)", re.MULTILINE)
_DIGITS = re.compile(r"\d+")
_SIGNS = (
    *"「」『』()[]<>“”\"'‘’·ㆍ,.:;|*_#%~-–＋（）％０９",
    *("\x00", "\ud800", "\udfff", "\u200b", "\ufeff", "\u2028", "\u00ad", "\r", "\t", "\x0b"),
    *("😀", "👩‍👩‍👧", "ᄀ", "ᆨ", "ㄱ", "가\u0301", "漢", "あ", "٣", "²", "½", "Ⅳ", "㎡", "①", "⑳"),
    *(
        "제",
        "조",
        "항",
        "호",
        "의",
        "제1조",
        "전항",
        "같은 조",
        "별표",
        "「여비규정」 제",
        "이하 “",
    ),
    *(
        "다만, ",
        "제외한다",
        "하여야 한다.",
        "할 수 없다.",
        "이내",
        "부터",
        "까지",
        "1억",
        "100분의",
    ),
    *("[1]", "[1, 2]", "[", "]", "**", "<개정 ", "1. ", "- ", "\n", "\n\n", " | ", "..."),
)
_RUNS = (
    *(
        "1",
        "9,",
        "0",
        "1.",
        "제",
        "「",
        "」",
        "(",
        ")",
        "[",
        "[1]",
        "①",
        "|",
        " ",
        "\n",
        "\t",
        "가",
    ),
    *("제1조", "제1조의", "1년 ", "일억", "만", "이", "삼십", "부터 ", "하고, ", "하며 ", "다만, "),
    *("이하 “", "“", "및 ", "제1항 및 ", "제3조부터 ", "100분의 ", "이내 ", "😀", "\ud800", "\x00"),
    *(
        "하여야 ",
        "할 수 없",
        "아니하",
        "원장 ",
        "규정 ",
        "- ",
        "1. ",
        "a",
        ".",
        "·",
        "~",
        "<",
        "1월 ",
    ),
)
_ENDINGS = (
    ("하여야 한다", "해야 합니다"),
    ("할 수 없다", "할 수 없습니다"),
    ("할 수 있다", "할 수 있습니다"),
    ("한다", "합니다"),
    ("준다", "줍니다"),
    ("이하", "미만"),
    ("이내", "이상"),
    ("여야 한다", "지 아니한다"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """An answer, the passages that it is judged by, and what was done to make it."""

    number: int
    answer: str
    passages: tuple[Passage, ...]
    made: str


def pool_of(shared: Path | None) -> list[Passage]:
    """Articles of real statutes where they are here, and of an invented rule."""
    pool = split_context(_INVENTED)
    if shared is None:
        return pool
    for path in sorted((shared / "statutes").glob("*.md"))[:: 150 // _FILES]:
        articles = split_context(path.read_text(encoding="utf-8"))
        pool += [one for one in articles if one.article and 40 <= len(one.text) <= 1_500]
    return pool


def case_of(pool: Sequence[Passage], number: int) -> Case:
    """Case ``number``."""
    chance = random.Random(number)
    chosen = chance.sample(pool, k=chance.choice((1, 1, 2, 2, 2, 3, 4)))
    texts = [one.text for one in chosen]
    sentences = [found[0].strip() for text in texts for found in _SENTENCE.finditer(text)]
    made = chance.choices(tuple(_WAYS), weights=[weight for weight, _ in _WAYS.values()])[0]
    answer = _WAYS[made][1](chance, sentences or ["가나다라"], pool)
    spoilt = chance.random()
    if spoilt < 0.05:
        texts = [_with_signs(chance, text) for text in texts]
    elif spoilt < 0.07:
        texts[0] = chance.choice(("", " ", "\n", "\x00", _long(chance)))
    passages = tuple(
        _passage(chance, one, text, rank)
        for rank, (one, text) in enumerate(zip(chosen, texts, strict=True))
    )
    return Case(number, answer, passages if chance.random() > 0.01 else (), made)


def _passage(chance: random.Random, one: Passage, text: str, rank: int) -> Passage:
    start = chance.choice((0, 0, 1_000))
    same = chance.random() < 0.3  # anyone's passages have no number
    return Passage(
        document=chance.choice(_TITLES),
        path=(),
        article=one.article if chance.random() > 0.1 else None,
        paragraph=chance.choice((None, None, None, "①", "아무것", "")),
        title="",
        text=text,
        start=start,
        end=start + len(text),
        page=chance.choice((None, 3)),
        document_id=0 if same else rank + 1,
        id=0 if same else rank + 1,
    )


# --- ways to make an answer ----------------------------------------------------------------------
def _quoted(chance: random.Random, sentences: Sequence[str], _: Sequence[Passage]) -> str:
    count = chance.choice((1, 1, 2, 3))
    return chance.choice((" ", "\n", "\n- ")).join(chance.choices(sentences, k=count))


def _reworded(chance: random.Random, sentences: Sequence[str], pool: Sequence[Passage]) -> str:
    answer = _quoted(chance, sentences, pool)
    for old, new in chance.sample(_ENDINGS, k=3):
        answer = answer.replace(old, new)
    if chance.random() < 0.3:
        answer = answer.replace(" ", "")
    return answer + chance.choice(("", " [1]", " [1][2]", "."))


def _renumbered(chance: random.Random, sentences: Sequence[str], pool: Sequence[Passage]) -> str:
    answer = _quoted(chance, [s for s in sentences if _DIGITS.search(s)] or sentences, pool)
    numbers = list(_DIGITS.finditer(answer))
    for found in reversed(chance.sample(numbers, k=min(len(numbers), chance.choice((1, 1, 2))))):
        answer = answer[: found.start()] + _number(chance, found[0]) + answer[found.end() :]
    return answer


def _number(chance: random.Random, old: str) -> str:
    return chance.choice(
        (
            str(int(old) + chance.choice((1, 2, 10, 97))),
            old + "0",
            str(chance.randrange(1, 10_000)),
            f"{chance.randrange(1_000, 10**9):,}",
            old[::-1],
            "９" * len(old),
            old + chance.choice(("만", "억", "천", "의2", ".5", ",000")),
        )
    )


def _planted(chance: random.Random, sentences: Sequence[str], pool: Sequence[Passage]) -> str:
    n = chance.randrange(201, 9_000)
    piece = chance.choice(
        (
            *(
                f"제{n}조에 따라 ",
                f"(제{n}조제2항)",
                f"별표 {n}",
                f"「가상규정」 제{n}조",
                f"제{n}호",
            ),
            *(f"{n}만원", f"{n}명", f"{n}일 이내", f"{n}.5퍼센트", f"{n}년", f"{n:,}원", f"{n}km"),
            *(f"2{n % 1000:03d}. 3. 1.", f" {n}", f"제{n}차", f"{n}분의 1", f"₩{n}", f"{n}-{n}"),
            *(f"<개정 2{n % 1000:03d}. 3. 1.>", f"({n})", f"“{n}”", f"※ {n} ", f"[{n}]", f"{n}급"),
        )
    )
    answer = _quoted(chance, sentences, pool)
    at = chance.choice((0, len(answer), chance.randrange(len(answer) + 1)))
    return answer[:at] + piece + answer[at:]


def _glued(chance: random.Random, sentences: Sequence[str], pool: Sequence[Passage]) -> str:
    others = [found[0] for found in _SENTENCE.finditer(chance.choice(pool).text)] or ["나"]
    one, other = chance.choice(sentences), chance.choice(others)
    cut = chance.randrange(len(one) + 1)
    return (
        one[:cut] + chance.choice(("", " ", ", ", "하고, ")) + other[chance.randrange(len(other)) :]
    )


def _cut(chance: random.Random, sentences: Sequence[str], _: Sequence[Passage]) -> str:
    """A piece of a quotation, which may begin or end inside a number."""
    sentence = chance.choice(sentences)
    first, last = sorted(chance.choices(range(len(sentence) + 1), k=2))
    return sentence[first:last] if last - first > 8 else sentence[first // 2 :]


def _shuffled(chance: random.Random, sentences: Sequence[str], _: Sequence[Passage]) -> str:
    words = chance.choice(sentences).split() + chance.choice(sentences).split()
    return " ".join(chance.sample(words, k=len(words)))


def _signed(chance: random.Random, sentences: Sequence[str], pool: Sequence[Passage]) -> str:
    return _with_signs(chance, _quoted(chance, sentences, pool))


def _with_signs(chance: random.Random, text: str) -> str:
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(_SIGNS) * chance.choice((1, 1, 1, 2, 40)) + text[at:]
    return text


def _only_signs(chance: random.Random, _: Sequence[str], __: Sequence[Passage]) -> str:
    return "".join(chance.choices(_SIGNS, k=chance.randrange(0, 30)))


def _of_anything(chance: random.Random, _: Sequence[str], __: Sequence[Passage]) -> str:
    ranges = ((32, 127), (0xAC00, 0xD7A4), (0x1100, 0x1200), (0, 0x110000), (0xD800, 0xE000))
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(60))


def _with_a_run(chance: random.Random, sentences: Sequence[str], pool: Sequence[Passage]) -> str:
    answer = _quoted(chance, sentences, pool)
    at = chance.randrange(len(answer) + 1)
    return answer[:at] + _long(chance) + answer[at:]


def _long(chance: random.Random) -> str:
    run = chance.choice(_RUNS)
    other = chance.choice(("", chance.choice(_RUNS)))
    return (run + other) * (chance.choice((200, 2_000, 10_000)) // len(run + other))


_WAYS = {
    "quoted": (14, _quoted),
    "reworded": (20, _reworded),
    "renumbered": (20, _renumbered),
    "planted": (12, _planted),
    "glued": (8, _glued),
    "cut": (8, _cut),
    "shuffled": (4, _shuffled),
    "signed": (10, _signed),
    "only signs": (2, _only_signs),
    "of anything": (1, _of_anything),
    "with a run": (1, _with_a_run),
}
