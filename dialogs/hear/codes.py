"""号: item letters and numbers of a campaign: A+1, b2, (C)+1, 2号+3, 二号链接, 第3个链接, ①."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dialogs.hear.normalise import Typed
from dialogs.hear.numbers import parse

_GLUE = r"[+x*]"
LETTER = re.compile(
    rf"(?<![a-z.@/])\(?(?P<letter>[a-wyz])\)?(?:款|号链接|号|链接)?(?: ?(?P<glue>{_GLUE}) ?(?P<n>\d{{1,3}})|(?P<m>\d{{1,2}}))?(?![/.:%]|[\d.]?\d|[a-z]{{2}})"
)
RUN = re.compile(r"(?<![a-z])(?P<run>[a-h]{2,6})(?=各|都|全)")  # AC各1
NUMBERED = re.compile(
    rf"(?<![\d.a-z第-])第?(?P<no>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})(?:号(?:链接|款|商品|团品|品|项)?|个?链接|号?款)(?![楼栋线院门地早上下中晚凌]|单元|文件|高铁)(?: ?{_GLUE} ?(?P<n>\d{{1,3}}))?"
)
LINKED = re.compile(r"(?:链接|编号|序号)(?P<no>\d{1,2}|[一二三四五六七八九十])(?!\d)")
ORDINAL = re.compile(r"第(?P<no>\d{1,2}|[一二三四五六七八九十]{1,2})(?:个|种|款|样|项)(?:链接)?")
CIRCLED = re.compile(rf"(?P<no>\d{{1,2}}) ?{_GLUE} ?(?P<n>\d{{1,3}})")


@dataclass(frozen=True, slots=True)
class Code:
    letter: str = ""
    no: int = 0
    qty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FoundCode:
    start: int
    end: int
    code: Code
    in_run: bool = False  # one of several letters written together


def find_codes(typed: Typed) -> Iterator[FoundCode]:
    text = typed.text
    for match in LETTER.finditer(text):
        yield FoundCode(
            match.start(), match.end(), Code(match["letter"], qty=parse(match["n"] or match["m"] or ""))
        )
    for match in RUN.finditer(text):
        yield from (FoundCode(at, at + 1, Code(text[at]), in_run=True) for at in range(*match.span("run")))
    for match in NUMBERED.finditer(text):
        yield from _numbered(match, parse(match["n"] or ""))
    for match in (*ORDINAL.finditer(text), *LINKED.finditer(text)):
        yield from _numbered(match, None)
    for match in CIRCLED.finditer(text):
        if match.start() in typed.circled:
            yield from _numbered(match, parse(match["n"]))


def _numbered(match: re.Match[str], qty: Decimal | None) -> Iterator[FoundCode]:
    no = parse(match["no"])
    if no is not None:
        yield FoundCode(match.start(), match.end(), Code(no=int(no), qty=qty))
