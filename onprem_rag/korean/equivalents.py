"""Words that say the same in rules: what people write, and what rules write for it.

Only words that mean one thing stand here; ``everyday.txt`` (which finds rules) goes much further.
A verb stands as ``stems.stem`` has it: 알리 for 알린다, 바꾸 for 바꿔야.
"""

from __future__ import annotations

_ROWS = """
내 = 제출 납부 납입
바꾸 = 변경 교체
고치 = 수정 정정 개정
쓰 = 사용 이용 작성
이용 = 사용
갚 = 상환 변제
알리 = 통지 통보 고지 공지 안내
통보 = 통지
주 = 지급 부여 제공 교부 수여
지급 = 주
부여 = 주
드리 = 지급 제공
정 = 결정
뽑 = 선발 선임 선출 채용 선정
맡 = 담당 수행
맡기 = 위임 위탁
늘리 = 연장 확대
줄이 = 단축 감축
미루 = 연기 유예
늦추 = 연기 유예
깎 = 감액 삭감
더 = 가산 합산
돌리 = 반환 반납
없애 = 폐지 삭제
지우 = 삭제 말소
만드 = 작성 제정 구성
세우 = 수립
짜 = 편성 수립
두 = 설치 구성
마치 = 종료 완료
끝내 = 종료 완료 마치
끝나 = 종료 만료 마치
시작 = 개시 착수
여 = 개최 소집
지키 = 준수
따르 = 준수
보내 = 송부 발송 송달
넘기 = 인계 이관
옮기 = 이관 이전
붙이 = 첨부 부착
적 = 기재 기록
밝히 = 명시
갖추 = 구비
보관 = 보존
나누 = 분할 구분
걸리 = 소요
막 = 방지 차단
버리 = 폐기
푸 = 해제
거치 = 경유
얻 = 받
겸직 = 겸
잠기 = 잠그
뜻하 = 이다
처리 = 이다
진행 = 실시 시행
실시 = 시행
처음 = 최초
홈페이지 = 누리집 웹사이트
누리집 = 홈페이지
이메일 = 전자우편 전자메일
휴대폰 = 휴대전화
이유 = 사유
연령 = 나이
나이 = 연령
이름 = 성명
날짜 = 일자
익일 = 다음날
서식 = 양식
양식 = 서식
매달 = 매월
매해 = 매년
해마다 = 매년
비용 = 경비
"""


def _table() -> dict[str, frozenset[str]]:
    rows = (row.partition(" = ") for row in _ROWS.strip().splitlines())
    return {word: frozenset(words.split()) for word, _, words in rows}


_SAME = _table()
_NONE: frozenset[str] = frozenset()


def rule_words(word: str) -> frozenset[str]:
    """What rules write where people write ``word``."""
    return _SAME.get(word, _NONE)


def alike(claimed: str, stated: str) -> bool:
    """Whether a rule that has ``stated`` says what one says with ``claimed``."""
    return claimed == stated or stated in rule_words(claimed)
