"""号: item letters and numbers of a campaign: A+1, b2, (C)+1, 2号+3, 二号链接, 第3个链接, ①."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from dialogs.hear.normalise import Typed
from dialogs.hear.numbers import parse
from dialogs.hear.quantities import Quantity, checked

_GLUE = "[+x*:=-]"
_LETTER = r"(?<![a-z.@/几])\(?(?P<letter>[a-wyz])\)?(?:款|号链接|号|链接|品)?"
_NO_CODE = r"(?![/.:%]|[\d.]?\d|[a-z]{2})"
RUN = re.compile(r"(?<![a-z])(?P<run>[a-h]{2,6})(?=各|都|全)")  # AC各1
_NUMBERED = r"(?<![\d.a-z第-])第?(?P<no>\d{1,2}|[一二三四五六七八九十]{1,2})(?:号(?:链接|款|商品|团品|品|项)?|个?链接|号?款)(?![楼栋线院门地早上下中晚凌]|单元|文件|高铁)"
LINKED = re.compile(r"(?:链接|编号|序号)(?P<no>\d{1,2}|[一二三四五六七八九十])(?!\d)")
ORDINAL = re.compile(r"第(?P<no>\d{1,2}|[一二三四五六七八九十]{1,2})(?:个|种|款|样|项)(?:链接)?")
_HASHED = r"(?<![\da-z#])# ?(?P<no>\d{1,2})(?!\d)"  # 3#1802 is an address
_CIRCLED = r"(?P<no>\d{1,2})"


@dataclass(frozen=True, slots=True)
class Code:
    letter: str = ""
    no: int = 0
    amount: Quantity | None = None


@dataclass(frozen=True, slots=True)
class FoundCode:
    start: int
    end: int
    code: Code
    in_run: bool = False  # one of several letters written together


def find_codes(typed: Typed, unit: str) -> Iterator[FoundCode]:
    """Codes with the amount that is glued to them; `unit` is the alternation of counting units."""
    text = typed.text
    letters, numbers, hashed, circled = _patterns(unit)
    for match in letters.finditer(text):
        yield FoundCode(match.start(), match.end(), Code(match["letter"], amount=_amount(match)))
    for match in RUN.finditer(text):
        yield from (FoundCode(at, at + 1, Code(text[at]), in_run=True) for at in range(*match.span("run")))
    for match in (
        *numbers.finditer(text),
        *hashed.finditer(text),
        *ORDINAL.finditer(text),
        *LINKED.finditer(text),
    ):
        yield from _numbered(match)
    for match in circled.finditer(text):
        if match.start() in typed.circled:
            yield from _numbered(match)


@cache
def _patterns(unit: str) -> tuple[re.Pattern[str], ...]:
    glued = rf" ?(?P<glue>{_GLUE}) ?(?P<n>\d{{1,3}})(?![\d-])(?P<unit>{unit})?"
    return (
        re.compile(rf"{_LETTER}(?:{glued}|(?P<m>\d{{1,2}})(?![\d-])(?P<by>{unit})?)?{_NO_CODE}"),
        re.compile(rf"{_NUMBERED}(?:{glued})?"),
        re.compile(rf"{_HASHED}(?:{glued})?"),
        re.compile(rf"{_CIRCLED}{glued}"),
    )


def _amount(match: re.Match[str]) -> Quantity | None:
    """+2, x2份; what is taken away is no amount (A-1)."""
    said = match.groupdict()
    number = parse(said.get("n") or said.get("m") or "")
    if number is None:
        return None
    unit = said.get("unit") or said.get("by")
    return Quantity(None, unit, "negative") if said["glue"] == "-" else checked(Quantity(number, unit))


def _numbered(match: re.Match[str]) -> Iterator[FoundCode]:
    no = parse(match["no"])
    if no is not None:
        amount = _amount(match) if "n" in match.groupdict() else None
        yield FoundCode(match.start(), match.end(), Code(no=int(no), amount=amount))
