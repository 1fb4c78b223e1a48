"""简: packs in so few words that only their goods tell what they are — 红围巾, 大盆子, 毛巾白蓝粉各一条, T恤白M一件."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dialogs.hear.kinds import LONGEST_SHORT, Kinds
from dialogs.hear.names import Names
from dialogs.hear.numbers import HAN, NUMBER, parse

JOINS = "、和跟及"
ASKED = re.compile(rf"[要来拿]?(?:各|每|都|(?!一[点些号下直])[\d{HAN}])|(?:[sml]|x{{1,4}}l|\dxl)(?![a-z])")
SORT = "(?:颜色|口味|味道|味|尺码|尺寸|型号|规格|花色)"
SORTED = re.compile("[种款色味尺型规]")  # most messages have none of these
SORTS = re.compile(
    rf"(?<![\d.{HAN}这那])(?:(?P<n>{NUMBER})(?:[种款色]{SORT}?|[个样]{SORT})|[每各][个种款]?{SORT})(?:的|都|我)*"
)
ALL = -1  # every sort there is
BEFORE = frozenset("的要来拿加再和跟、,，;； \n")


@dataclass(frozen=True, slots=True)
class FoundShort:
    start: int
    end: int
    word: str  # as it is found in a pack's name


RUN_TOGETHER = re.compile(
    r"(?<![\d.])(?P<size>\d+(?:\.\d+)?[a-z\u4e00-\u9fff]{1,2})\*(?P<digits>\d{3,5})(?![\d.])"
)


def ends_of_packs(text: str, kinds: Kinds) -> Iterator[tuple[int, int, int | None]]:
    """500ml*12 of 500ml*124箱, where such a box is sold: from, to, and where the amount begins; None where nobody can
    tell."""
    for match in RUN_TOGETHER.finditer(text) if "*" in text else ():
        size, digits = match.group("size", "digits")
        cuts = [
            n for n in range(1, len(digits)) if f"{size}*{digits[:n]}" in kinds.packed and digits[n] != "0"
        ]
        if f"{size}*{digits}" not in kinds.packed:
            start = match.start("digits")
            yield match.start(), start, start + cuts[0] if len(cuts) == 1 else None


@dataclass(frozen=True, slots=True)
class FoundSorts:
    start: int
    end: int
    count: int


def find_sorts(text: str) -> Iterator[FoundSorts]:
    """三个颜色 and 每个口味: how many of the packs of some goods, each in the amount that follows."""
    for match in SORTS.finditer(text) if SORTED.search(text) else ():
        number = parse(match["n"]) if match["n"] else Decimal(ALL)
        if number is not None and number != 1 and number == number.to_integral_value():
            yield FoundSorts(match.start(), match.end(), int(number))


def find_short(text: str, kinds: Kinds, names: Names, units: frozenset[str]) -> Iterator[FoundShort]:
    """红 right before goods that come in 红色, or behind them where how many follows."""
    told = {
        at: found for at, char in enumerate(text) if char in kinds.firsts and (found := _at(text, at, kinds))
    }
    if not told:
        return
    ends = {end: ids for at in range(max(told)) for end, ids in names.at(text, at)}
    for start, found in told.items():
        for end, packs in found:
            behind, stop = _goods_behind(text, end, names, kinds)
            id = next((id for id in behind if id in packs), None)
            if id is None and ASKED.match(text, stop) and _may_begin(text, start, ends, told, units):
                id = next(
                    (
                        id
                        for at in sorted(ends, reverse=True)
                        if at <= start
                        for id in ends[at]
                        if id in packs
                    ),
                    None,
                )
            if id is not None:
                yield FoundShort(start, end, packs[id])


def _at(text: str, start: int, kinds: Kinds) -> list[tuple[int, Mapping[str, str]]]:
    ends = range(start + 1, min(start + LONGEST_SHORT + 1, len(text)) + 1)
    return [(end, kinds.short[text[start:end]]) for end in ends if text[start:end] in kinds.short]


def _goods_behind(text: str, at: int, names: Names, kinds: Kinds) -> tuple[list[str], int]:
    """The goods behind this and the packs that stand beside it (白、蓝毛巾), and where those packs end."""
    while True:
        goods = [id for _, ids in names.at(text, at) for id in ids]
        more = at + (text[at : at + 1] in JOINS)
        further = _at(text, more, kinds) if at < len(text) else []
        if goods or not further:
            return goods, at
        at = further[-1][0]


def _may_begin(
    text: str, start: int, ends: Mapping[int, object], told: Mapping[int, object], units: frozenset[str]
) -> bool:
    """Behind a name, an amount, a stop or another pack; not in the middle of other words."""
    before = text[start - 1 : start]
    beside = any(at < start <= at + LONGEST_SHORT for at in told)
    return start in ends or beside or before in BEFORE or before in units
