"""址: 3栋2单元501, 12-3-502, 5号楼3楼, and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dialogs.hear.numbers import parse

_N = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_ROOM = r"(?P<room>\d{3,4})(?![\d.])(?:室|号房|房)?"
_FLOOR = rf"(?P<floor>{_N})[楼层]"
_UNIT = rf"(?P<unit>{_N})单元"
_BUILDING = rf"(?P<building>{_N})(?:号楼|栋楼?|幢|座|#楼?(?!\d{{5}}))"

PLACES = tuple(
    re.compile(rf"(?<![\d.a-z-]){pattern}")
    for pattern in (
        rf"{_BUILDING} ?(?:{_UNIT})? ?(?:{_FLOOR})? ?-?(?:{_ROOM})?",
        rf"{_UNIT} ?(?:{_FLOOR})? ?-?(?:{_ROOM})?",
        r"(?P<building>\d{1,3})[-–](?P<unit>\d{1,2})[-–](?P<room>\d{3,4})(?![\d-])",
        r"(?P<building>\d{1,3})-(?P<room>\d{3,4})(?![\d-])",
        r"(?P<room>\d{3,4})室",
    )
)
PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class FoundPlace:
    start: int
    end: int
    address: Mapping[str, int] | None
    phone: str | None = None


def find_places(text: str) -> Iterator[FoundPlace]:
    for pattern in PLACES:
        for match in pattern.finditer(text):
            address = {
                name: int(number)
                for name, said in match.groupdict().items()
                if said and (number := parse(said)) is not None
            }
            if address:
                yield FoundPlace(match.start(), match.end(), address)
    for match in PHONE.finditer(text):
        yield FoundPlace(match.start(), match.end(), None, "".join(match.groups()))
