"""隐私: the last look at what goes into a room; a phone number, an address or a pick-up code never passes. At the desk they
are covered until an agent asks for one."""

from __future__ import annotations

import re

from shop.kit.codes import read_pickup_code

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9](?:[ -]?\d){9}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)")
_ADDRESS = re.compile(
    r"[0-9一二三四五六七八九十]+(?:栋|幢|号楼|座)[ ]?(?:[0-9一二三四五六七八九十]+单元)?[ ]?[0-9一二三四五六七八九十]{2,5}(?:室|号|房)?"
)
_DOOR = re.compile(r"(?<![\d-])\d{1,3}-\d{1,2}-\d{3,4}(?![\d-])")
_HIS_PAGE = re.compile(r"https?://\S*/o/[0-9a-f]{32}\S*")
_SIX = re.compile(r"(?<![\d.-])\d{4}[- ]?\d{2}(?![\d-])")


def mask_for_room(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it may be said in a room, and what had to be covered (empty when nothing)."""
    found: list[str] = []

    def cover(match: re.Match[str]) -> str:
        found.append(match[0])
        return "＊＊＊"

    def cover_code(match: re.Match[str]) -> str:
        return cover(match) if read_pickup_code(match[0]) else match[0]

    for pattern in (_PHONE, _LANDLINE, _ADDRESS, _DOOR):
        text = pattern.sub(cover, text)
    return _SIX.sub(cover_code, text), tuple(found)


def mask_at_desk(text: str) -> tuple[str, bool]:
    """The text as agents see it before they ask, and whether anything was covered: as in a room, and the link to an
    order's own page, which shows its code."""
    shown, covered = mask_for_room(_HIS_PAGE.sub("＊＊＊", text))
    return shown, bool(covered) or shown != text
