"""What may stand around a copied number: particles, units in words, names of rules."""

from __future__ import annotations

import re

from onprem_rag.generate.copyable import SPELT
from onprem_rag.korean.numerals import NATIVE_WORD

SINO = "일이삼사오육륙칠팔구십백천만억"
WORDS = (
    re.compile(
        "하루|이틀|사흘|나흘|닷새|엿새|이레|여드레|아흐레|열흘|보름|일주일|반년|한 해"
        rf"|(?:(?<![가-힣])|(?<=금))[{SINO}]{{1,16}}(?:\s[{SINO}]{{2,16}}){{0,4}}"
        r"\s?(?:원|개?년|개월|일|명|인|회|건|분의)"
        rf"|(?<![가-힣]){NATIVE_WORD}\s?(?:달|주|시간|명|번|차례|개|가지|건|사람|곳|살|배|과목|군데)"
        r"|(?<![가-힣])[가-하]\s{0,2}목"
    ),
    SPELT,
)
GOES_ON = re.compile(rf"[\s.,십백천만억조{SINO}]*")
# Behind such a word no quantity goes on; and a blank and a word behind a unit nothing changes it.
BREAK = re.compile(r"[다며고는에를을은서게로와과요라지터내하된될여][.,)]?$")
READ_OUT = re.compile(r"\s{0,3}\S{1,16}\s(?:\S{4}|\S{2,3}\s)")
# What a reader doesn't see, or doesn't see as a gap: marks (taken out before the check), emphasis.
UNREAD = re.compile(r"[ \t]*\[\d{1,3}(?:\s*[,~-]\s*\d{1,3})*\]|\*\*|__|`")
GAP = re.compile(r"[^\S\n]*\n[^\S\n]*|[^\S\n]{2,}|[^\S\n ]")
PARTICLE = re.compile(
    r"[에의을를은는이와로도및나중]|과(?!목)|가(?![지구])|까지|부터|또는|내지|입(?:니다|$)|임(?![가-힣])|으로|보다|미만|초과"
)
# What may stand behind a number that a source has without a unit. 도 is none: 25도 are degrees.
BARE = re.compile(
    r"(?:에(?:서|는|게)?(?:는|도)?|[의을를은는와과가]|이(?:[다며고나라면어었므지상하내][가-힣]{0,3})?"
    r"|으?로(?:는|서)?|까지(?:는|의|로)?|부터(?:는)?|입니다|임)(?![가-힣])"
    r"|\s?(?:및|또는|내지|이상|이하|이내|미만|초과)|보다|[.)](?:\s|$)"
)
# What would count a number from behind a blank where it counts nothing so far: 100분의 80 만 이상.
# (Units that the extractor reads behind a blank, such as 명 and 일, need no mention.)
COUNTING = re.compile(
    r"[^\S\n]*\n?[^\S\n]*(?<=\s)((?:[십백천만억조]{1,4}여?|여\s?[명원일개건회]|[월시목항]|m[lL]?|[gℓlL]))"
    r"(?=$|[^가-힣A-Za-z]|이[상하내]|미만|초과|까지|부터|마다|동안|정도"
    r"|[전후간당씩의에을를은는이가과와도만중로](?![가-힣]))"
)
# Behind this a reader takes a number for that of a place, whatever comes then: 별표 3만원.
PLACING = re.compile(r"(?:별\s?[표지]\s?제?|(?<![가-힣])제|\d\s?[조항호장절관편]의(?!\s))\s?$")
FIGURES = re.compile(r"\d+")
# A rule named before a reference without 「」.
NAMED = re.compile(
    r"([가-힣]{1,20}(?:법|법률|시행령|시행규칙|규정|규칙|지침|조례|세칙|요령|내규|학칙|정관))\s{0,2}$"
)
SELF = re.compile(
    r"(?:이|그|본|동|같은|해당|위|상기|현행|관련)?(?:법|법률|시행령|시행규칙|규정|규칙|지침|조례|세칙|요령|내규|학칙|정관)"
)
HALF_PARTICLES = {"까": ("지",), "부": ("터",), "또": ("는",), "내": ("지",), "입": ("니다",)}
HALF_PARTICLES |= {"니": ("다",), "으": ("로",), "미": ("만",), "초": ("과",), "보": ("다",)}
HALF_PARTICLES |= {"이": ("상",), "인": (" ",), "일": (" ",)}  # 15명인 경우
HALF_PARTICLES |= {"정": ("도",), "동": ("안",), "마": ("다",), "짜": ("리",), "한": ("도",)}
ARTICLE = re.compile(r"제\d+조|별[표지]")
