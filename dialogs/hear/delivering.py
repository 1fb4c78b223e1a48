"""送货: words that want an order brought (送到3栋2单元501, 帮我送货), and the address in them as it was said."""

from __future__ import annotations

import re
from typing import Any

_BEFORE = r"(?:请|麻烦|帮我|帮忙|给我|我要|我想|想|要|就|改成?|这单|都)*"  # each text in one way only: hostile ones end
_BRING = r"(?:送货上门|送货|配送|送上门|送到家|送过来|外送|送)(?:一下|吧)?"
_WORD = re.compile(rf"{_BEFORE}{_BRING}[。!！~]*")
_TO = re.compile(rf"{_BEFORE}{_BRING}(?:[到去至]|[ ,，:：]+)\s*(?P<where>\S.*)")
_BESIDE = re.compile(r"(?:送货上门|送货|配送|送)[到去至]?[ :：]*(?P<where>[^\s,，。;；]+)")
_HEAD = re.compile(r"^(?:我的?|收货|送货)*(?:地址|住址|住|家)?[是在:： ]*")
_DOOR = re.compile(
    r"\d+ *(?:栋|幢|座|号|单元|室|楼|弄|组|排)|[一二三四五六七八九十]+(?:栋|幢|座|号楼|单元)|(?<!\d)\d{1,3}-\d{1,2}-\d{3,4}(?!\d)"
)
_NAMED = re.compile(
    r"(?:小区|花园|家园|公寓|大厦|广场|公司|学校|医院|村|苑|门口|东门|西门|南门|北门)\S{0,8}$"
)
_CALL = re.compile(r"@\S+\s*")
_NO_PLACE = re.compile(r"[吗么嘛呢?？]|几点|多少|哪|要不要|能不能|[到来]了$|时候|费")
_NOT_THERE = re.compile(
    r"^(?:不是|不在|别送|不送|不要送)到?[^,，。;； ]{1,20}?(?:了|[,，。;； ])*(?:而?是|在|送到?|改到?)(?=\S)"
)
_NOTHING_SAID = re.compile(r"没(?:说|让|叫)|不[用要想]|别|写错|搞错|怎么|什么|等下|等会|再说")
_IS_FETCHED = re.compile(
    r"(?:改成?|换成?|我|还是|就)*(?:自提|自取|自己(?:来|去|过去|过来)?(?:拿|取|提))(?:吧|了|好了)?"
    r"|(?:先|别|不用?|不要|不)(?:送|配送|送货)(?:了|吧|啦)*(?:[,，。 ]*我?(?:自提|自取|自己(?:来|去)?(?:拿|取|提))(?:吧|了)?)?"
    r"|我?没(?:说|让|叫)(?:你们?|要)*(?:送|配送|送货)(?:了|啊|吧|呀)*"
)
LONGEST = 120


def is_bare(text: str) -> bool:
    """送货 and nothing more: where to is still to be said. A bare 送 is no such word."""
    said = _CALL.sub("", text).strip().lstrip("/")
    return said.rstrip("。!！~吧") != "送" and _WORD.fullmatch(said) is not None


def is_wanted(text: str) -> bool:
    """橙子2箱 送货: words at the end of an order that want it brought, and do not say where to."""
    return (
        re.search(rf"[\s,，。]{_BEFORE}(?:送货上门|送货|配送|送上门|送到家|送家里)[吧啊。!！~]*$", text)
        is not None
    )


def where(text: str) -> str:
    """The address of 送到3栋2单元501 as it was said; empty where these words name no place."""
    found = _TO.fullmatch(_NOT_THERE.sub("送到", _CALL.sub("", text).strip()))
    said = found["where"].strip(" 。!！~")[:LONGEST] if found else ""
    is_place = not _NO_PLACE.search(said) and (_DOOR.search(said) or _NAMED.search(said))
    return said if is_place else ""


def beside(text: str, heard: dict[str, Any]) -> str:
    """The address that stands beside goods: as it was said where that can be told, else as it was heard (`heard` is the
    reader's: building, unit, room)."""
    if not heard:
        return ""
    found = _BESIDE.search(text)
    if found and _DOOR.search(found["where"]):
        return found["where"][:LONGEST]
    parts = ((heard.get("building"), "栋"), (heard.get("unit"), "单元"), (heard.get("room"), ""))
    return "".join(f"{part}{word}" for part, word in parts if part)


def alone(text: str) -> str:
    """What is said when an address is asked for, or is the whole message: 我家是3栋501 is 3栋501, 不是4栋是5栋 is 5栋. Empty
    for words that name no door and say something else: 写错了."""
    said = _HEAD.sub("", _CALL.sub("", text).strip())
    said = _NOT_THERE.sub("", said).strip(" 。!！~")[:LONGEST]
    is_talk = _NO_PLACE.search(said) or _NOTHING_SAID.search(said)
    return "" if is_talk and not _DOOR.search(said) else said


def is_fetched(text: str) -> bool:
    """自提, 不送了，我自己来拿."""
    return _IS_FETCHED.fullmatch(_CALL.sub("", text).strip().rstrip("。!！~")) is not None
