"""The predicate that ends a sentence, and clauses inside it: other endings, other modality."""

from __future__ import annotations

import re

from tests.bench.hangul import BIEUP, MIEUM, NIEUN, RIEUL, final, with_final

_CASUAL = (
    ("하여야 한다", "해야 해요"), ("해야 한다", "해야 해요"), ("야 한다", "야 해요"),
    ("아니 된다", "안 돼요"), ("안 된다", "안 돼요"), ("아니한다", "않아요"), ("않는다", "않아요"),
    ("아니하다", "않아요"), ("한다", "해요"), ("된다", "돼요"), ("있다", "있어요"),
    ("없다", "없어요"), ("둔다", "둬요"), ("본다", "봐요"), ("받는다", "받아요"),
    ("따른다", "따라요"), ("이다", "이에요"),
)  # fmt: skip
_SHORTER = (
    ("하여야 한다", "해야 한다"), ("하여서는 아니 된다", "해서는 안 된다"),
    ("아니 된다", "안 된다"),
    ("아니한다", "않는다"), ("아니하다", "않다"),
)  # fmt: skip
_PLAINER = (
    ("하여야 하", "해야 하"), ("아니하는", "않는"), ("아니하고", "않고"), ("아니하며", "않으며"),
    ("아니하면", "않으면"), ("아니하도록", "않도록"), ("아니하거나", "않거나"),
    ("아니하였", "않았"), ("지 아니한 ", "지 않은 "), ("지 아니할 ", "지 않을 "),
    ("하여서는", "해서는"),
    ("에 의하여", "에 따라"), ("하고자 하는", "하려는"),
)  # fmt: skip
_MUST = (
    ("하여야 한다", "할", "하"), ("해야 한다", "할", "하"), ("되어야 한다", "될", "되"),
    ("받아야 한다", "받을", "받"), ("두어야 한다", "둘", "두"), ("갖추어야 한다", "갖출", "갖추"),
    ("따라야 한다", "따를", "따르"), ("거쳐야 한다", "거칠", "거치"), ("들어야 한다", "들을", "듣"),
    ("알려야 한다", "알릴", "알리"), ("밝혀야 한다", "밝힐", "밝히"),
)  # fmt: skip
_MUST_NOT = re.compile(r"(?:(하|되)(?:여서는|어서는|서는)|해서는) (?:아니|안) ?된다$")
_STATING = re.compile(r"(?:목적|말|아니하|않|같)(?:으로 한|한|하|다)")  # has no other modality
_COMPOUND = re.compile(
    r"(?:[아어여해]야|[아어여해]서는|지|수) (?:한|된|하|아니)다$|(?:아니|안)된다$|못한다$"
)


def polite(sentence: str) -> str | None:
    """한다 → 합니다."""
    stem = _stem(sentence)
    if stem is None:
        return None
    last = stem[-1]
    if stem.endswith("는") and final(stem[-2]):
        return stem[:-1] + "습니다."
    if final(last) == NIEUN or not final(last):
        return stem[:-1] + with_final(last, BIEUP) + "니다."
    return stem + "습니다."


def casual(sentence: str) -> str | None:
    """한다 → 해요."""
    for ending, said in _CASUAL:
        if sentence.endswith(ending + "."):
            return sentence[: -len(ending) - 1] + said + "."
    return None


def nominal(sentence: str) -> str | None:
    """한다 → 함."""
    stem = _stem(sentence)
    if stem is None:
        return None
    last = stem[-1]
    if stem.endswith("는") and final(stem[-2]):
        return stem[:-1] + "음."
    if final(last) == NIEUN or not final(last):
        return stem[:-1] + with_final(last, MIEUM) + "."
    return stem + "음."


def shorter(sentence: str) -> str:
    """하여야 한다 → 해야 한다, 아니 된다 → 안 된다; as it stands where there is no such ending."""
    for ending, said in _SHORTER:
        if sentence.endswith(ending + "."):
            return sentence[: -len(ending) - 1] + said + "."
    return sentence


def plainer(sentence: str) -> str:
    """하여야 하며 → 해야 하며, 아니하는 → 않는, inside a sentence."""
    for written, said in _PLAINER:
        sentence = sentence.replace(written, said)
    return sentence


def possible(sentence: str) -> str | None:
    """할 수 있다 → 하는 것이 가능합니다."""
    return sentence[:-7] + "하는 것이 가능합니다." if sentence.endswith("할 수 있다.") else None


def connected(sentence: str, by: str) -> str | None:
    """한다. → 하며 or 하고."""
    stem = _stem(sentence)
    if stem is None:
        return None
    last = stem[-1]
    if stem.endswith("는") and final(stem[-2]):
        stem = stem[:-1]
    elif final(last) == NIEUN:
        stem = stem[:-1] + with_final(last, 0)
    return stem + ("으며" if by == "며" and final(stem[-1]) not in (0, RIEUL) else by)


def _stem(sentence: str) -> str | None:
    return sentence[:-2] if re.search(r"[가-힣]{2}다\.$|[가-힣] [가-힣]다\.$", sentence) else None


def flips(sentence: str) -> list[str]:
    """The sentence with its last predicate turned into what it does not say."""
    if not sentence.endswith("다.") or _STATING.search(sentence[-9:]):
        return []
    body = sentence[:-1]
    for ending, can, stem in _MUST:
        if body.endswith(ending):
            before = body[: -len(ending)]
            if before.endswith("지 아니") or before.endswith("지 않아"):
                return []
            turned = [f"{can} 수 있다", f"{stem}지 아니한다"]
            turned += ["하여서는 아니 된다"] * (stem == "하")
            return [f"{before}{one}." for one in turned]
    if re.search(r"(?:아니할|않을) 수 [있없]다$", body):
        return []
    if body.endswith(("수 있다", "수 없다", "이 있다", "이 없다", "가 있다", "가 없다")):
        able = body.endswith("있다")
        found = [body[:-2] + ("없다." if able else "있다.")]
        if body.endswith("할 수 있다"):
            others = ("하여야 한다.", "하여서는 아니 된다.", "하지 아니한다.")
            found += [body[:-6] + one for one in others]
        return found
    if forbidden := _MUST_NOT.search(body):
        before, stem = body[: forbidden.start()], forbidden[1] or "하"
        found = [before + with_final(stem, RIEUL) + " 수 있다."]
        return [*found, before + "하여야 한다."] if stem == "하" else found
    return _plain(body)


def _plain(body: str) -> list[str]:
    if negated := re.search(r"([가-힣])지 (?:아니한|않는|못한)다$", body):
        before, stem = body[: negated.start()], negated[1]
        if final(stem):
            return [f"{before}{stem}는다."]
        return [f"{before}{with_final(stem, NIEUN)}다."]
    if _COMPOUND.search(body):
        return []
    if received := re.search(r"([받얻갖맡])는다$", body):
        return [body[: received.start()] + received[1] + "지 아니한다."]
    plain = re.search(r"([가-힣])다$", body)
    if not plain or final(plain[1]) != NIEUN or plain[1] == "는":
        return []
    stem = with_final(plain[1], 0)
    found = [f"{body[:-2]}{stem}지 아니한다."]
    if stem == "하" and not re.search(r"(?:으로|로|[을를이가]|에|고자|려) 한다$", body):
        found.append(f"{body[:-2]}할 수 있다.")
    return found


_INNER = (
    (r"할 수 있(?=으며|고[, ]|으나)", ("할 수 없",)),
    (r"하여야 하며", ("하지 아니하며", "할 수 있으며")),
    (r"하여야 하고", ("할 수 있고",)),
    (r"해야 하(?=며|고[, ])", ("하지 않아도 되",)),
    (r"하지 (?:아니한|않은) (?=경우)", ("한 ",)),
    (r"받지 (?:아니한|않은) (?=경우|자)", ("받은 ",)),
    (r"할 수 없는 (?=경우|때)", ("할 수 있는 ",)),
    (r"할 수 있는 (?=자|사람)", ("할 수 없는 ",)),
)


def inner_flips(sentence: str) -> list[str]:
    """The sentence with a predicate inside it turned round."""
    found = []
    for pattern, others in _INNER:
        for match in re.finditer(pattern, sentence):
            found += [sentence[: match.start()] + one + sentence[match.end() :] for one in others]
    return found
