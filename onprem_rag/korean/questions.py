"""What a question asks about: its words, and the rules' words for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.korean.text import normalise

# Words of asking: they stand in questions, not in rules, and would only bring noise.
_ASKING = frozenset(
    (
        "얼마 언제 어디 무엇 뭐 뭣 왜 누구 누가 며칠 몇 어느 어떤 어떻 어떡 궁금 알 말하 싶 "
        "주 달 보 나오 나가 다녀오 다녀가 들어오 들어가 쓰 받 가 오 내 나 제 저희 저 우리 놓 "
        "두 줄 가능 방법 경우 사람 가지 정도 안내 설명 질문 문의 부탁 요즘 혹시 그냥 아예 꼭 "
        "뭘 죠 걸리 치 해보 만들 들 내가 제가"
    ).split()
)
_TAIL = re.compile(
    r"(?:(?:할|될|을|를|받을|쓸|갈|낼|볼|줄)?수(?:있|없)(?:나요|어요|습니까|을까요|는지|을까|나|어|죠|는가요)?"
    r"|(?:되|하|인|은|는|한|된|나오|주|내|가|받|있|없)?(?:나요|가요|까요|습니까|ㅂ니까|니까|는지요|는지)"
    r"|(?:돼|해|되|인|이|예|에|줘|써|내|나와|있어|없어)?(?:요|죠|지요)|알려(?:줘|주세요)|궁금(?:해요|합니다)"
    r"|어떻게|무엇|얼마(?:나|야|인가)?|언제|뭔가|뭐야|뭐지|인지)+[?!.~ ]*$"
)


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """``own``: content words of the question. ``rule``: the rules' words for everyday ones.

    ``meanings`` tells for an own word which rule words mean the same.
    """

    own: tuple[str, ...]
    rule: tuple[str, ...]
    meanings: tuple[tuple[str, frozenset[str]], ...]


@lru_cache(maxsize=64)  # search, reading and quoting ask for the same question's
def question_words(question: str) -> QuestionWords:
    """The words to search for, without words of asking; repeated words once."""
    words = list(dict.fromkeys(content_morphemes(question)))
    own = [word for word in words if word not in _ASKING] or words
    squeezed = "".join(normalise(question).split())
    present = set(words)
    rule: dict[str, None] = {}
    same: dict[str, set[str]] = {}
    for key, parts, meanings in _everyday():
        whole = len(key) >= 2 and len(parts) != 1 and key in squeezed
        if whole or (parts and parts <= present):
            rule |= dict.fromkeys(meanings)
            for part in parts & present:
                same.setdefault(part, set()).update(meanings)
    return QuestionWords(
        tuple(own),
        tuple(word for word in rule if word not in present),
        tuple((word, frozenset(found)) for word, found in same.items()),
    )


def question_core(question: str) -> str:
    """The question without its ending (``… 받을 수 있나요?``), for matching letters."""
    text = "".join(normalise(question).split())
    core = _TAIL.sub("", text)
    return core if len(core) >= 4 else text


@cache
def _everyday() -> tuple[tuple[str, frozenset[str], tuple[str, ...]], ...]:
    """(word without blanks, its morphemes, morphemes of the rules' words) of ``everyday.txt``."""
    entries = []
    path = Path(__file__).with_name("everyday.txt")
    for line in path.read_text(encoding="utf-8").splitlines():
        if "=" not in line or line.startswith("#"):
            continue
        key, _, meanings = line.partition("=")
        key = "".join(normalise(key).split())
        words = dict.fromkeys(w for word in meanings.split() for w in _tellings(word))
        entries.append((key, frozenset(content_morphemes(key)), tuple(words)))
    return tuple(entries)


def _tellings(word: str) -> list[str]:
    """The morphemes of a rule word that tell it apart: 배우자, and not its 자."""
    parts = content_morphemes(word)
    return [part for part in parts if len(part) > 1] or parts
