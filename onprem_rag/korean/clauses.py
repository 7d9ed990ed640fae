"""The propositions of a sentence: 휴가는 15일이며, | 병가는 60일 이내로 한다."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from onprem_rag.korean.text import fold

MASK = "\0"  # stands for each character of what is in brackets or quotes
_INNER = tuple(
    re.compile(pattern)
    for pattern in (
        r"\([^()]*\)",
        r"\[[^\[\]]*\]",
        r"「[^「」]*」",
        r"『[^『』]*』",
        r"<[^<>]*>",
        r"\"[^\"\n]*\"",
        r"(?<![\d가-힣])'[^'\n]*'",
    )
)
_DEEPEST = 3
_ROW = " | "
_FULL_STOP = " .,;:!?\n\t\"'”’" + MASK

# What joins two statements. 고 and 나 also end nouns (신고, 어느 하나, 권리나), and 고 is no joint
# before 있다, 자 or 나서; 데 is "in order to" where no comma follows it.
_STEM = (
    r"(?:하|되|이|있|없|않|받|두|지|시키|치|맡|갖|알리|내|주|얻|따르|아니|았|었|였|했|됐|겠|으시|리|기"
    r"|같|높|낮|많|적|크|쓰|열|놓|넣|남|짓|뽑|묻|묶|풀|들|맺|잇|않|나누|이루|거두|다루|세우|비우|채우)"
)
_JOINT = re.compile(
    r"(?:"
    rf"(?<=[\w{MASK}\s])(?:{_STEM}고|[가-힣]며)(?<!구하고)(?<!제외하고)(?<!그리고)(?<!막론하고)"
    r"(?=,|\s(?!(?:있|싶|나서|난|말|서는)|[가-힣]{1,4}(?:하게|적으로|적인|한)\s))"
    r"|(?:[로을를은는게도]\s하|[가-힣](?:하|되|르|이|두|있|없))되(?=[,\s])|[가-힣]되(?=,)"
    r"|(?:[가-힣](?:하|되|으|[하되으]시)|[로을를게]\s하)나(?=,|\s)(?<!느하나)(?<!이하나)"
    r"|(?<![는을은ㄹ할될인한])지만(?=[,\s])"
    r"|(?:[는은]|인|한|된)데(?=,)"
    r"|[가-힣](?:습니다만|니다만|다만)(?=,)"
    r")"
)
_PROVISO = re.compile(r",\s*(?=(?:다만|단|그러나|또한|그리고)[,\s])")
_FINAL = re.compile(r"(?:[다요음함됨임것까죠지오]|할\s수\s[있없]음)$")
_ARGUMENT = re.compile(rf"[\w{MASK}](?:은|는|이|가|을|를|에|에게|께|로|도|의|과|와)(?=\s)")
TOPIC = re.compile(
    rf"[\w{MASK}](?:(?<![받있없않같많좋높낮맞남적얻])은|에는|에서는|(?<![하되있없않받르주지키리기치보두오내맡갖얻우])는)(?=[\s,])"
)
SUBJECT = re.compile(rf"[가-힣{MASK}](?:은|는|이|가)(?=\s)")
# 조사하고 보고하는 업무: the joint lies inside what is said of a noun, or in a condition.
_RELATIVE = re.compile(
    r"(?:[가-힣](?:하|되|있|없|않|받|르|주|지|키|리|기|치|내|맡|갖|얻|우|오)는"
    r"|(?:있|없|않)는|\s하는|(?<![관대의위기제권무상인])한|된|(?<=[가-힣])할|(?<=[가-힣])될|던|지난"
    r"|[가-힣]{2}(?:친|린|킨|긴|진|준|운|온)|[받없있않]은|[받얻맡갖않있없]을|(?:이|아)닌|(?<=[0-9가-힣])일|[함됨음]에)"
    r"\s+(?=[가-힣\0「\"])"
)
_LIGHT_RELATIVE = re.compile(
    r"(?:필요|부득이|특별|따|관련|해당하|정하|급|불가피|그러|적합|중요|상당)[는한른]\s+"
    r"|(?:할|될|[가-힣]을|있을|없을)\s+수\s"
    r"|한\s+(?:번|차례|명|개|사람)\s"
)
_HEAD = re.compile(r"(?:자|사람|경우|때|것|날|업무)(?![가-힣]{2})")
_CONDITION = re.compile(
    r"(?<!의 )(?<![이그] )(?:경우|때)(?:에는|에|에도|는)?[\s,]|[하되으이]면[\s,]"
)
_FORCE = re.compile(r"(?:야\s?[하되]|수\s?[있없]|아니\s?[하되]|않)\S{1,3}$")
_PURPOSE = re.compile(r"(?:[함됨음]을|기를)\s(?:목적|원칙)으로")  # both are what is aimed at
# 관리하고 운영함에 있어: both are what is done in it.
_NOMINAL = re.compile(
    r"[함됨](?:에(?:\s|는|도\s)|으로(?:써)?[\s,])|[하되키이리]기\s?(?:위[하한해]|에\s?앞서|전에)"
)
_LOOK = 400  # characters before and after a joint that tell whether it parts two statements
_SHORTEST = 4  # letters of a statement
_BESIDE = 5


def masked(text: str) -> str:
    """``text`` folded, of the same length, with ``MASK`` for what is in brackets or quotes."""
    text = fold(text)
    for _ in range(_DEEPEST):
        before = text
        for pattern in _INNER:
            text = pattern.sub(lambda found: MASK * len(found[0]), text)
        if text == before:
            break
    return text


@lru_cache(maxsize=1024)
def _clauses(text: str) -> tuple[tuple[int, int], ...]:
    plain = masked(text)
    if _ROW in text:
        return _spans(text, [])
    cuts: list[int] = []  # where a clause ends
    start = 0
    ends_in_predicate = bool(_FINAL.search(plain.rstrip(_FULL_STOP)))
    for joint in sorted(
        [found.end() for found in _JOINT.finditer(plain)]
        + [found.start() for found in _PROVISO.finditer(plain)]
    ):
        if joint > start and _splits(plain, start, joint, ends_in_predicate):
            cuts.append(joint)
            start = joint
    return _spans(text, cuts)


def clauses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the statements of one sentence, without blanks and commas around them.

    Split where 고, 며, 되, 나, 지만, 는데 or a comma before 다만 joins two that could each stand
    alone; not in conditions, in what is said of a noun, in brackets, quotes and rows of tables.
    """
    return list(_clauses(text))


def _spans(text: str, cuts: list[int]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip(" ,;\n\t\r"))
        end -= len(piece) - len(piece.rstrip(" ,;\n\t\r"))
        if start < end:
            spans.append((start, end))
    return tuple(spans)


def _splits(plain: str, start: int, joint: int, ends_in_predicate: bool) -> bool:
    """Whether the statement in ``plain[start:joint]`` and what follows could each stand alone."""
    before, after = plain[max(start, joint - _LOOK) : joint], plain[joint : joint + _LOOK]
    if not (_is_statement(before) or _FORCE.search(before)) or not _has_letters(after, _BESIDE):
        return False
    if _PROVISO.match(plain, joint):
        return True
    comma = after.lstrip(" ").startswith((",", "\n"))
    if not ends_in_predicate and not (comma and TOPIC.search(after)):
        return False
    nearest = _JOINT.search(after, 1)
    near = after[: nearest.end()] if nearest else after
    purpose = _PURPOSE.search(near)
    if purpose and not (_FORCE.search(before) or TOPIC.search(near, 0, purpose.start())):
        return False
    if not _FORCE.search(before) and _in_nominal(near, comma):
        return False
    if comma:
        condition = _CONDITION.search(near)
        own = TOPIC.search(near, 0, condition.start()) if condition else None
        stands = own or start or TOPIC.search(before) or _FORCE.search(before)
        return not condition or bool(stands)
    relative = _first_relative(near)
    if relative is None:
        return bool(_ARGUMENT.search(near) or TOPIC.search(before))
    if TOPIC.search(near, 0, relative):
        return True
    # What a topic has said of it is a statement: 직원은 규정을 준수하며 맡은 업무를 수행한다.
    return bool(TOPIC.search(before)) and not _HEAD.match(near, relative)


def _in_nominal(near: str, comma: bool) -> bool:
    """Whether what follows a joint goes on to a noun made of a verb, which takes both in."""
    nominal = _NOMINAL.search(near)
    if nominal is None or TOPIC.search(near, 0, nominal.start()):
        return False
    return not comma or " " not in near[: nominal.start()].strip(" ,\n")


def _is_statement(text: str) -> bool:
    return _has_letters(text, _SHORTEST) and bool(_ARGUMENT.search(text) or TOPIC.search(text))


def _has_letters(text: str, least: int) -> bool:
    letters = (character for character in text if character.isalnum() or character == MASK)
    return next(islice(letters, least - 1, None), None) is not None


def _first_relative(text: str) -> int | None:
    """Where the first relative clause of ``text`` ends; stock phrases (필요한) are none."""
    stock = [found.end() for found in _LIGHT_RELATIVE.finditer(text)]
    for found in _RELATIVE.finditer(text):
        if not any(found.start() < end <= found.end() + 2 for end in stock):
            return found.end()
    return None
