"""给谁带: 帮5栋刘姐也来两板, 给王姐3斤香蕉, 替我妈+1 — the person an amount is for, when it is not the speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dialogs.hear.lexicon import words
from dialogs.hear.numbers import HAN, NUMBER

KIN = frozenset("妈爸爷奶姐妹哥弟婆公叔姨舅姑嫂娘爹")
_GIVE = r"(?:帮我|给我|帮忙给|给|帮|替|代|(?<![\u4e00-\u9fff])为)"
_TOO = r"(?:家)?(?:也|都|再|顺便|一起|另外|先)*"
_VERB = r"(?:带|来|拿|买|捎|留|报|加|称|整|拼|接|代|登记?|记(?!一下)|下单|搞|弄|抢|秒|跟|囤|[订定要](?![单阅了])|(?=\+)|(?<![a-z])(?=[a-z])|点(?=[一两三半\d]))(?!电|机|的)"
ASKED = re.compile(rf"{_GIVE}(?P<who>[^,，。;；\s]{{1,9}}?){_TOO}{_VERB}")
_PLACE = r"(?:\d{1,4}(?:栋|号楼|幢|单元|室)?[\d-]*|楼[上下]|隔壁|对门|对面)?的?"
_CALLED = (
    r"(?:[老小阿大][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:姐|哥|叔|姨|婶|嫂|总|工|阿姨|叔叔|奶奶|爷爷|大爷|大妈|大姐|大哥|老师|师傅|太太|女士|先生)"
    r"|我?(?:妈妈|爸爸|老妈|老爸|婆婆|公公|奶奶|爷爷|外婆|外公|姥姥|姥爷)|我(?:妈|爸|岳父|岳母|姐|妹|哥|弟|爸妈|朋友|同事|邻居|闺蜜)|邻居|同事|闺蜜|对门|隔壁)"
)
NAMED = re.compile(
    rf"(?:给|帮|替|代)(?P<who>{_PLACE}{_CALLED}){_TOO}(?=[ :：]?(?:\+?\d|[{HAN}]|[a-z]款?[+x*]?\d))"
)
BEHIND = re.compile(
    rf"(?<=[\d{HAN}份个盒箱斤 ])(?:帮|给|替|代)(?P<who>{_PLACE}{_CALLED})(?:[带拿要买]?的)?(?=[!~。 ]*$)"
)
IN_BRACKETS = re.compile(rf"\((?:帮|给|替|代)(?P<who>{_PLACE}{_CALLED})(?:[带拿要买]?的)?\)")
AMOUNT_BEFORE = re.compile(rf"[\d{HAN}份个盒箱斤][,， ]?$")  # D+2 帮我妈带
TOO = re.compile(
    rf"(?:^(?=我)|(?<=[,，。 ]))(?P<who>{_PLACE}{_CALLED})(?:也|还)[要来拿订跟接](?=\d|[{HAN}])"
)  # 我妈也要1份


@dataclass(frozen=True, slots=True)
class FoundPerson:
    start: int
    end: int
    who_start: int  # of the name as written
    who_end: int
    behind: bool = False  # +1 帮妈妈: of what stands before it


def find_people(text: str) -> Iterator[FoundPerson]:
    for match in (*ASKED.finditer(text), *NAMED.finditer(text), *TOO.finditer(text)):
        if _is_person(match["who"]):
            last = AMOUNT_BEFORE.search(text[: match.start()]) and not text[match.end() :].strip("!~。 的")
            mine = (match["who"] in KIN or match["who"][0] == "家") and text[match.start("who") - 1] == "我"
            who = match.start("who") - mine  # 帮我妈带
            yield FoundPerson(match.start(), match.end(), who, match.end("who"), behind=bool(last))
    at_the_end = (
        () if re.search("[,，]", text) else BEHIND.finditer(text)
    )  # 草莓两盒，一盒给我妈: one of the two
    for match in (*at_the_end, *IN_BRACKETS.finditer(text)):
        yield FoundPerson(match.start(), match.end(), match.start("who"), match.end("who"), behind=True)


def _is_person(who: str) -> bool:
    """邻居, 5栋刘姐, 我妈 — but not 我, 孩子 or goods in an amount."""
    return who not in words("not_people.txt") and not re.match(
        rf"[我俺咱][一两二三半\d]|{NUMBER}[斤箱个份盒袋]|我?[来要拿弄整搞称切装留]|.*(?:什么|啥|[那这]个)",
        who,
    )
