"""What each word of a question does in it: it names a topic, or asks for an aspect of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from onprem_rag.korean.morphemes import nouns

# What is done to things of many kinds; a trip or a purchase that it is done to needs no topic more.
_ACTS = frozenset(
    (
        "신청 제출 승인 허가 결재 연장 취소 변경 정산 반납 반환 반출 발급 재발급 신고 통보 통지 "
        "보고 보관 보존 폐기 파기 삭제 구매 등록 조사 검사 심사 심의 접수 의뢰 작성"
    ).split()
)
# What joins the topic before to a case of it: 국외출장 적용은, 물품 사용은.
_JOINING = frozenset("사용 이용 가능 필요 해당 포함 적용 제외 인정".split())
# Aspects that many topics have, and what is done to many: alone they don't say of what.
_ASPECTS = (
    frozenset(
        (
            "기간 기한 기일 날짜 시기 시점 마감 마감일 금액 비용 액수 가격 요금 한도 한도액 상한 "
            "상한액 하한 범위 기준 조건 요건 자격 대상 대상자 사유 이유 절차 방법 과정 순서 서류 "
            "양식 서식 신청서 증빙 증빙서류 제출서류 첨부 구비 예외 제한 단서 의무 책임 벌칙 "
            "불이익 혜택 비율 횟수 일수 인원 담당 담당자 담당부서 부서 연락처 전화번호 내선 근거 "
            "조항 조문 규정 내용 원문 전문 종류 유형 차이 결과 효력 주기 단위 보상 수수료 이자 "
            "지급 동의 갱신 이월 분할 복사 열람 공개 조회 확인 분실 훼손 위반 거부 거절 면제 "
            "감경 환수 계산 산정 처리 진행 준비 요구 청구 결정 시작 종료 완료 유급 무급 시간 "
            "시행일 시효 기록 연수"
        ).split()
    )
    | _ACTS
    | _JOINING
)
_LONG_ASPECTS = tuple(sorted(word for word in _ASPECTS - {"단서"} if len(word) > 1))  # 진단서
# What stands beside other words: 안에, 다음 날, 경우에.
_LITTLE = frozenset(
    (
        "최대 최소 전체 나머지 추가 일부 전부 처음 최초 다음 이번 이후 이전 이상 이하 초과 미만 "
        "이내 사이 중간 동안 그동안 정도 경우 별도 따로 직접 미리 사전 사후 당일 전날 오전 오후 "
        "새벽 심야 저녁 밤 낮 매년 매월 매주 매일 연간 월간 하루 이틀 사흘 오늘 내일 어제 안 밖 "
        "앞 뒤 위 아래 전 후 중 내 외 날 달 해 주 분 초 때 곳 데 것 점 건 쪽 편 번 회 명 사실 "
        "상황 일 말 문제 현재 자체 관련 일반 실제 둘 셋 도중 질문 업무상 그때 이때 그날 자동 예 "
        "설명 요약 안내 하나"
    ).split()
)
# What people on leave, or at work, get: an aspect after such a topic, a topic after any other.
_PAY = frozenset("급여 보수 월급 임금 봉급 기본급 수당 지원금 연봉".split())
_PAID = re.compile(
    r"(?:휴직|휴가|병가|공가|연차|반차|근무|기간|정직|강등|감봉|파견|결근|교육|수습)$"
)
_LEAVE = re.compile(r"(?:휴직|휴가|병가|공가|연차|반차)$")
# Of the same kind: the second of two can take the place of the first. None is a topic alone.
_KINDS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:.*(?:(?<!복)직원|부모|조부모|기업|업체|연구원|인턴|가족|자녀|형제|자매|손자녀|업자)|본인|배우자|남편|아내|아들|딸"
        r"|형|누나|동생|장인|장모|시부모|처부모|임원|원장|팀장|부서장|본부장|.{1,3}급|계약직|정규직|기간제|무기계약직"
        r"|신입|신입사원|경력직|파견직|외부인|내부인|내부|외부|전문가|교수|아동|미성년자|임산부|임신부|임신|장애인|퇴직자)",
        r"(?:서울|부산|대구|인천|광주|대전|울산|세종|제주|제주도|서울시|광역시|지방|도서|도시|수도권|일본|미국"
        r"|중국|유럽|본사|지사|지역|국내|국외|해외|외국|관내|관외)",
        r"(?:국내|국외|해외|외국|국내출장|국외출장|해외출장|관내|관외)",
        r"(?:기차|철도|버스|택시|비행기|항공|항공편|선박|배|자가용|공용차량|고속철도|ktx|지하철|렌터카)",
        r"(?:물품|용역|공사|제조|구매|물품구매)",
        r"(?:쌍둥이|둘째|셋째|첫째|미숙아|다태아|입양|입양아|유산|사산)",
        r"(?:긴급|재공고|천재지변|부득이|성수기|하절기|동절기|수습|수습기간|수습생)",
    )
)
_ASKING = re.compile(
    r"(?:언제|얼마|어디|누구|누가|무엇|무얼|뭐|뭘|뭔|왜|며칠|몇|어떻|어떤|어느|어째|어찌|무슨|얼만)"
)
_MARKERS = re.compile(
    r"(?:(?:그럼요?|그러면|그렇다면|그런데|근데|그리고|그래서|그러니까|그래도|그건 그렇고|혹시"
    r"|아니|아|음|네|예|참|또|만약에?|만일|저기|알겠습니다|감사합니다|고마워요?)(?=[\s,.!?~…]|$)[\s,.!?~…]*"
    r"|(?:그럼(?![에요])|그러면(?!서)|그런데(?!도))(?=[가-힣]))+"
)
_MARKS = "?!.,~…\"'‘’“”()[]"
_WITH_PARTICLE = re.compile(r"(?<!\S)([가-힣]{2,})(?:은|는|이|가|을|를|도)(?!\S)")
_CUT = re.compile(r"(?<!\S)([가-힣]{2,4}?)(?<![하되])(?:은|는|이|가|을|를|도|의|에|받|당하|하|되)")
_SUFFIXES = re.compile(r"님|들|별|당|용|상|적")
_DONE = re.compile(
    r"(?:하|해|했|할|한|합|되|돼|된|될|됐|됩|받|시키|시킨|당하|당했|이[에야]|인[가지])"
)
_M = 16  # the final consonant ㅁ, among 28
_NO_NOUN = re.compile(r"[한두세네]|더|안|못|다|잘|꼭|또")  # before a noun without a blank
_NOUN_SUFFIX = re.compile(
    r"인(?=[이은을](?:\s|$))|[비금료율률자원서증권형성화실팀](?=$|[은는이가을를의에도로와과?.!]|까지|부터)"
)
_APART = re.compile(
    r"[은는을를이가의에도와과]|으?로|에서|부터|까지|하고|하[는면려]|[^가-힣A-Za-z0-9]"
)
_FIGURE = re.compile(r"제?\s?\d|별표|별지|부칙")
_SPELT_NUMBER = re.compile(r"[\d,.]+|[일이삼사오육칠팔구십백천만억]+")


class Role(Enum):
    """What a word does in its question."""

    TOPIC = auto()  # says what the question is about
    ASPECT = auto()  # of a topic: 급여, 신청, 서류
    LITTLE = auto()  # 안에, 다음, 경우
    KIND = auto()  # of people, places, cases to which a topic's rule may apply: 배우자, 서울
    FIGURE = auto()  # 3년, 제5조
    ASKING = auto()  # 얼마예요
    OTHER = auto()  # verbs, adverbs


@dataclass(frozen=True, slots=True)
class Word:
    """A noun with what is joined to it, or another word.

    ``[start, end)`` is the noun's span, with a suffix that ``noun`` is without: 부모님.
    """

    role: Role
    noun: str  # "" where there is none
    tail: str  # particles, endings
    start: int
    end: int

    @property
    def verbal(self) -> bool:
        """Whether it is what is done: 신청해, 분실하면."""
        return bool(self.noun) and bool(_DONE.match(self.tail))

    @property
    def of_aspect(self) -> bool:
        """Whether what it names is an aspect of something: 징계시효, 접속기록, 내용연수."""
        return self.role is Role.ASPECT or any(self.noun.endswith(end) for end in _LONG_ASPECTS)


def without_markers(question: str) -> str:
    """``question`` without words that only join it to the one before: 그럼, 그런데."""
    match = _MARKERS.match(question)
    return question[match.end() :] if match else question


def words(question: str) -> list[Word]:
    """The words of ``question`` in order."""
    inside = _in_nouns(question)
    return [
        word
        for run in re.finditer(r"\S+", question)
        for word in _words(question, inside, run.start(), run.start() + len(run[0].rstrip(_MARKS)))
    ]


def pays(topic: Word) -> bool:
    """Whether it is a state in which one is paid or not: 육아휴직."""
    return bool(_PAID.search(topic.noun))


def is_pay(word: Word) -> bool:
    """급여, 수당: a topic of its own where no state goes before it."""
    return word.noun in _PAY


def same_kind(one: str, other: str) -> bool:
    """Whether one noun may stand in the other's place: 배우자 and 부모, 숙박비 and 일비."""
    one, other = one.lower(), other.lower()
    if any(kind.fullmatch(one) and kind.fullmatch(other) for kind in _KINDS):
        return True
    if _role(one) is not Role.TOPIC or _role(other) is not Role.TOPIC:
        return False
    shared = 2 if len(one) > 2 and len(other) > 2 else 1
    return one[-shared:] == other[-shared:] or one[-1] == other[-1] == "비"


def is_leave(word: Word) -> bool:
    """연차, 병가, 육아휴직: of each the same can be asked."""
    return bool(_LEAVE.search(word.noun))


def case_in(noun: str) -> str:
    """The case that a noun closes with which names a topic as well: 수습 of 재택근무수습."""
    ends = (noun[at:] for at in range(2, len(noun) - 1))
    return next((end for end in ends if _role(end) is Role.KIND), "")


def matter_in(noun: str) -> str:
    """What a case is a case of, where its noun says it: 출장 of 국외출장, 구매 of 물품구매."""
    ends = ((noun[:at], noun[at:]) for at in range(2, len(noun) - 1))
    matters = {Role.TOPIC, Role.ASPECT}
    joined = (end for case, end in ends if _is_case(case) and _role(end) in matters)
    return next(joined, "") if _is_case(noun) else ""


def is_act(word: Word) -> bool:
    """정산, 신청, 반출: what is done."""
    return word.noun in _ACTS


def joins(word: Word) -> bool:
    """사용, 적용, 가능: it joins a case to the topic before."""
    return word.noun in _JOINING


def _is_case(noun: str) -> bool:
    """Whether it is a place, thing or circumstance, and nobody."""
    return any(kind.fullmatch(noun) for kind in _KINDS[1:])


def _words(question: str, inside: Sequence[bool], start: int, end: int) -> Iterator[Word]:
    """The words of one run without blanks: two where a noun follows another one's particle."""
    while start < end and question[start] in _MARKS:
        start += 1
    while start < end:
        first = next((at for at in range(start, end) if inside[at]), end)
        stop = _noun_end(question, inside, first, end)
        split = next((at for at in range(stop, end) if inside[at]), end)
        lead = question[start:first]
        if stop == first or _ASKING.match(question, start) or _NO_NOUN.fullmatch(lead):
            role = Role.ASKING if _ASKING.match(question, start) else Role.OTHER
            yield Word(role, "", question[start:split], start, start)
        else:  # with the letters that Mecab takes for a prefix: 재발급
            noun, tail = question[start:stop], question[stop:split]
            suffix = _SUFFIXES.match(tail)
            tail = tail[suffix.end() :] if suffix else tail
            yield Word(_role(noun.lower()), noun, tail, start, split - len(tail))
        start = split


def _noun_end(question: str, inside: Sequence[bool], start: int, end: int) -> int:
    """Where the noun that begins at ``start`` ends: 가족돌봄휴직 with the verb inside it."""
    while start < end:
        stop = next((at for at in range(start, end) if not inside[at]), end)
        following = next((at for at in range(stop, end) if inside[at]), end)
        if following == end or _APART.match(question, stop, following):
            suffix = _NOUN_SUFFIX.match(question, stop, end)  # 업무추진비
            return suffix.end() if suffix else stop
        start = following
    return start


def _in_nouns(question: str) -> list[bool]:
    """Of each letter whether it stands in a noun, as the whole question reads."""
    inside = [False] * len(question)
    lowered = question.lower()
    if len(lowered) != len(question):
        return inside
    last, begin, part = "", 0, 0  # the noun before, and what of it was told again as its parts
    for noun in nouns(question):
        within = last.find(noun, part)
        if within >= 0 and noun != last:
            part = within + len(noun)
            continue
        found = lowered.find(noun, begin)
        if found >= 0:
            begin = found + len(noun)
            inside[found:begin] = [True] * len(noun)
            last, part = noun, 0
    for run in _WITH_PARTICLE.finditer(lowered):  # 이전비는, 괴롭힘은, which read as verbs too
        named = (ord(run[1][-1]) - 0xAC00) % 28 == _M or any(len(n) > 1 for n in nouns(run[0]))
        if named and not any(inside[slice(*run.span())]):
            inside[run.start() : run.end(1)] = [True] * len(run[1])
    for run in _CUT.finditer(lowered):  # 징계는, 징계받으면, which Mecab reads as 징
        cut = inside[run.start()] and not inside[run.start() + 1]
        if cut and nouns(run[1]) == [run[1]]:
            inside[run.start() : run.end(1)] = [True] * len(run[1])
    return inside


def _role(noun: str) -> Role:
    if _ASKING.match(noun):
        return Role.ASKING
    if _FIGURE.match(noun) or _SPELT_NUMBER.fullmatch(noun):
        return Role.FIGURE
    if noun in _LITTLE:
        return Role.LITTLE
    if noun in _ASPECTS or noun in _PAY:
        return Role.ASPECT
    if any(kind.fullmatch(noun) for kind in _KINDS):
        return Role.KIND
    return Role.TOPIC
