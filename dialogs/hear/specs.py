"""规格: 5斤装, 600ml*24瓶, 8寸 — what a pack is, never how many are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from dialogs.hear.numbers import AFTER_A_SIZE, DIGITS, HAN, NUMBER, parse

Measure = tuple[Decimal, str]

GRAMS = {"斤": 500, "市斤": 500, "公斤": 1000, "千克": 1000, "kg": 1000, "两": 50, "克": 1, "g": 1}
MILLILITRES = {"ml": 1, "毫升": 1, "l": 1000, "升": 1000}
SIZES = {
    "寸": "寸",
    "英寸": "寸",
    "吋": "寸",
    "cm": "cm",
    "厘米": "cm",
    "公分": "cm",
    "mm": "mm",
    "毫米": "mm",
    "米": "米",
    "瓦": "瓦",
    "w": "瓦",
    "码": "码",
}
LETTERED = re.compile("([sml]|x{1,4}[sl])(?:[码号]|的)?")  # L, L码, L号: a size of clothes, and XL is another
MORE = "(?:也|再|另|给我|帮我|麻烦)*[来要拿买订加]"  # 一整箱的也来一箱
PIECES = "[瓶罐听盒袋包个支枚片条根只杯卷块粒颗节g]"
MEASURE_ONLY = (*MILLILITRES, *SIZES)  # nobody orders by these: always a spec


@dataclass(frozen=True, slots=True)
class Spec:
    """What was said about the pack: measures (5斤, 24瓶) or plain words (大, 散, 原味)."""

    measures: tuple[Measure, ...] = ()
    word: str = ""
    firm: bool = False  # said with 装 or in a unit that only packs have
    text: str = ""


@dataclass(frozen=True, slots=True)
class FoundSpec:
    start: int
    end: int
    spec: Spec


def measure(number: Decimal, unit: str) -> Measure:
    """A comparable measure: grams, millilitres, sizes as they are, everything else in pieces."""
    if unit in GRAMS:
        return number * GRAMS[unit], "g"
    if unit in MILLILITRES:
        return number * MILLILITRES[unit], "ml"
    return number, SIZES.get(unit, "pieces")


@cache
def measures_of(text: str) -> tuple[Measure, ...]:
    """The measures in a sku's spec: 250ml*12 → 250 ml, 12 pieces; 38-39码 → both."""
    found = [measure(number, unit) for numbers, unit in ranges(text.lower()) for number in numbers]
    number_of = rf"({NUMBER}(?=两)|{NUMBER})"  # 三两 is three 两, no number of its own
    for match in re.finditer(rf"{number_of}\s*([a-z]+|[\u4e00-\u9fff])?", text.lower()):
        number = parse(match[1])
        if number is not None:
            unit = match[2] or ""
            long = (
                next(
                    (
                        known
                        for known in (*GRAMS, *MEASURE_ONLY)
                        if text.lower().startswith(known, match.start(2)) and len(known) > 1
                    ),
                    unit,
                )
                if match[2]
                else ""
            )
            found.append(measure(number, long or unit))
    return tuple(found)


RANGE = re.compile(r"(?<![\d.])(\d{1,3})[-~](\d{1,3})(码|cm|岁|个月)")
WIDEST = 60  # from 0 to 60 months


@cache
def ranges(text: str) -> tuple[tuple[tuple[Decimal, ...], str], ...]:
    """The sizes that one pack is for: 36-37码 → 36 and 37."""
    found = ((int(low), int(high), unit) for low, high, unit in RANGE.findall(text))
    return tuple(
        (tuple(map(Decimal, range(low, high + 1))), unit)
        for low, high, unit in found
        if 0 < high - low <= WIDEST
    )


@cache
def numbers_in(text: str) -> frozenset[str]:
    """The numbers a pack is called by: 2.5 of 2.5平方, 38 and 39 of 38-39码."""
    return frozenset(re.findall(r"\d+(?:\.\d+)?", text)) | {
        str(n) for numbers, _ in ranges(text) for n in numbers
    }


def in_digits(word: str) -> str:
    """三两公 as a catalogue writes it: 3两公."""
    return f"{DIGITS[word[0]]}{word[1:]}" if len(word) > 1 and word[0] in DIGITS else word


def in_han(word: str) -> Iterator[str]:
    """3两公 as people type it: 三两公."""
    if word[1:2] > "\u4e00":  # and no 二xl
        yield from (f"{han}{word[1:]}" for han, digit in DIGITS.items() if word[:1] == str(digit))


def find_specs(text: str, unit: str) -> Iterator[FoundSpec]:
    """Specs in a message; `unit` is the alternation of counting units."""
    for pattern, firm in _patterns(unit):
        for match in pattern.finditer(text):
            found = [
                measure(number, name or "")
                for n, name in (("n", "u"), ("m", "v"))
                if (number := parse(_group(match, n))) is not None
                for name in (_group(match, name),)
            ]
            if found:
                yield FoundSpec(match.start(), match.end(), Spec(tuple(found), firm=firm, text=match[0]))
    for match in _metres(unit).finditer(text) if "米" in text else ():
        whole, tenths = parse(match["n"]), parse(match["m"])
        if whole is not None and tenths is not None:
            length = measure(whole + tenths / 10, "米")
            yield FoundSpec(match.start(), match.end(), Spec((length,), firm=True, text=match[0]))
    for match in re.finditer(
        rf"(?<![\d{HAN}半几])(?:[大小整单]{unit}|(?P<by>{unit})装|一[大小整]{unit}的(?={MORE}))的?", text
    ):
        word = f"整{match['by']}" if match["by"] else match[0].strip("一的")
        yield FoundSpec(match.start(), match.end(), Spec(word=word, firm=True, text=match[0]))


def _group(match: re.Match[str], name: str) -> str:
    return match.groupdict().get(name) or ""


@cache
def _metres(unit: str) -> re.Pattern[str]:
    """1米8, 七米五: but 5米2卷 is cut twice."""
    tenths = f"(?P<m>[1-9一二三四五六七八九])(?!\\d|[十百]|米|(?!两{unit}){unit})"
    return re.compile(rf"(?<![\d.a-z{HAN}])(?P<n>{NUMBER})米{tenths}(?:的|长|宽|高)*")


@cache
def _patterns(unit: str) -> tuple[tuple[re.Pattern[str], bool], ...]:
    weight = "(?:" + "|".join(sorted((*GRAMS, *MEASURE_ONLY), key=len, reverse=True)) + ")"
    only = "(?:" + "|".join(sorted(MEASURE_ONLY, key=len, reverse=True)) + ")"
    number = rf"(?:(?<![\d.a-z])|{AFTER_A_SIZE})(?P<n>{NUMBER}) ?"
    kind = r"(?:的?(?:那种|那款|规格)|的那个|那个(?=[,，。;；]|$)|的)"
    rules = (
        (rf"{number}(?P<u>{weight}) ?[*x] ?(?P<m>\d+)(?![\d.])(?P<v>{PIECES})?装?的?", True),
        (rf"{number}(?P<u>{only})(?![a-z](?![a-z]*[\u4e00-\u9fff]))(?:装|{kind})?", True),
        (rf"(?<!分成)(?<!分){number}(?P<u>{unit})装(?:{kind})?", True),
        (rf"{number}(?P<u>{unit})(?:一|每|/)(?!{weight}){unit}(?:{kind}|那个|这种|装)", True),
        (rf"{number}(?P<u>{unit})[/每]一?{unit}", True),
        (rf"{number}(?P<u>{unit}){kind}(?!话|时候)", False),
    )
    return tuple((re.compile(pattern), firm) for pattern, firm in rules)
