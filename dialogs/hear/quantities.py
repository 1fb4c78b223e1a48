"""量: how much was said — 两斤半, 一斤二两, 一打, x3, +2 — and what cannot be taken as an amount: 两三斤, 0箱, -2斤."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from dialogs.hear.numbers import AFTER_A_SIZE, DIGITS, HAN, NUMBER, parse

KG = ("公斤", "千克", "kg")
JIN = ("斤", "市斤", *KG)
LIANG = "[一二三四五六七八九]两"  # three 两 of noodles: 三两八碗 is eight bowls of those
NOT_HERE = rf"(?:(?=\d)(?:(?<![\d.a-z])|{AFTER_A_SIZE})|(?=[{HAN}])(?:(?<![{HAN}])|(?<={LIANG})))"  # no number begins inside another, or in a Latin word
NOT_A_UNIT = r"(?!月|小时|钟头|星期|礼拜|多月|半月|多小时|人(?![参字])|事|孩子)"  # 3个月, 两个人, 三件事
SIZES = "大小中整满"
ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
ENGLISH_UNITS = {
    "box": "盒",
    "boxes": "盒",
    "bottle": "瓶",
    "bottles": "瓶",
    "bag": "袋",
    "bags": "袋",
    "piece": "个",
    "pieces": "个",
    "portion": "份",
    "portions": "份",
}
PINYIN = {
    said: Decimal(n)
    for said, n in {
        "yi": 1,
        "liang": 2,
        "lia": 2,
        "er": 2,
        "san": 3,
        "si": 4,
        "wu": 5,
        "liu": 6,
        "qi": 7,
        "ba": 8,
        "jiu": 9,
        "shi": 10,
    }.items()
}
PINYIN_UNITS = {
    "jin": "斤",
    "ge": "个",
    "xiang": "箱",
    "he": "盒",
    "dai": "袋",
    "ti": "提",
    "ping": "瓶",
    "tong": "桶",
    "gen": "根",
    "tiao": "条",
    "zhi": "只",
    "kuai": "块",
    "guan": "罐",
    "fen": "份",
    "chuan": "串",
    "bei": "杯",
    "ban": "板",
    "bao": "包",
}
NUMERAL = re.compile(rf"[\d{HAN}半几负]")  # most messages have none, and most rules need one
ASKING = re.compile(
    r"^[ ,，的]*(?:我|给我|帮我|要|来|拿|买|订|留|加|各)*[ ,，]*|[ ,，]*(?:吧|呗|哈|啊|哦|谢谢|老板|就行|就好)*$"
)
READ_OUT = re.compile(f"[{''.join(DIGITS)}]{{3,}}")  # 一二三斤: a numeral each, which may be many things
TOO_LONG = 99_999  # a longer number is a telephone or an order, whatever stands behind it


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as said. `trouble` names why it is no order yet: range, vague, negative, zero, half."""

    value: Decimal | None
    unit: str | None = None
    trouble: str | None = None
    options: tuple[Decimal, ...] = ()
    size: str = ""  # 大 in 一大袋
    loose: bool = False  # a counting word that fits anything: 俩
    plus: bool = False  # +2
    times: bool = False  # x2
    only_unit: bool = False  # 来箱: one, unsaid


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    quantity: Quantity


class Amounts:
    """Finds amounts, for one set of units."""

    def __init__(self, units: Iterable[str]) -> None:
        self.units = frozenset(units)
        self.unit = alternation(self.units)  # as an expression
        self._rules = tuple((re.compile(pattern), make) for pattern, make in _rules(self.unit))
        self._unnumbered = tuple(rule for rule in self._rules if rule[1] in UNNUMBERED)

    def find(self, text: str) -> Iterator[Found]:
        for pattern, make in self._rules if NUMERAL.search(text) else self._unnumbered:
            for match in _overlapping(pattern, text):
                quantity = make(match)
                if quantity is not None:
                    yield Found(match.start(), match.end(), quantity)

    def whole(self, text: str) -> Quantity | None:
        """The amount a text is, with nothing around it but the words and particles of asking."""
        text = ASKING.sub("", text.strip(" ,，。!！~"))
        return next((f.quantity for f in self.find(text) if (f.start, f.end) == (0, len(text))), None)


def _overlapping(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Also 两提 in 12两提, where 12两 was found first."""
    match = pattern.search(text)
    while match is not None:
        yield match
        match = pattern.search(text, match.start() + 1)


def alternation(units: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, units), key=len, reverse=True)) + ")"


Make = Callable[[re.Match[str]], Quantity | None]


@cache
def _rules(unit: str) -> tuple[tuple[str, Make], ...]:
    digit = "[一二两三四五六七八九]"
    jin = alternation(JIN)
    size = f"(?P<size>[{SIZES}])?"
    after = f"(?P<unit>{unit}){NOT_A_UNIT}"
    number = f"{NOT_HERE}(?P<n>{NUMBER})"
    sign = r"(?:到|至|~|或者|或|还是|、)"
    return (
        (rf"{number} ?{size}{after}", _plain),
        (rf"{LIANG}(?=[{HAN}])(?<![{HAN}\d]..)", _liang),
        (rf"{NOT_HERE}(?P<n>{digit})(?P<m>{digit})(?P<tens>[十百千]?){after}", _several),
        (rf"{NOT_HERE}(?P<m>{NUMBER})分之(?P<n>{NUMBER}){after}", _fraction),
        (rf"(?<![\d/.])(?P<n>\d{{1,3}})(?:/(?P<m>\d{{1,3}})|%){after}", _fraction),
        (rf"{number}(?:{unit})? ?{sign} ?(?P<m>{NUMBER}) ?{size}{after}", _range),
        (rf"(?<![\d.a-z-])(?P<n>{NUMBER})(?:{unit})?-(?P<m>{NUMBER}){size}{after}", _range),
        (rf"(?:{NOT_HERE}(?:{NUMBER}[几来多]|[百千万][十百千把])|好?几){after}", _vague),
        (rf"{NOT_HERE}{NUMBER}{unit}多", _vague_weight),
        (rf"(?<![\da-z)])- ?(?P<n>{NUMBER}) ?{after}", _negative),
        (rf"负(?P<n>{NUMBER}){after}", _negative),
        (rf"[x*] ?-(?P<n>{NUMBER}) ?(?P<unit>{unit})?", _negative),
        (rf"{number}(?P<unit>{unit})半", _and_a_half),
        (rf"(?<![{digit[1:-1]}\d十百几半])(?P<unit>斤)半", _one_and_a_half),
        (rf"{number}(?P<unit>{jin})(?P<m>{NUMBER})两(?P<half>半)?", _jin_and_liang),
        (rf"半{size}{after}", _half),
        (rf"(?<![a-z0-9])[x*] ?(?P<n>{NUMBER})(?![\d.]) ?(?P<unit>{unit})?", _times),
        (rf"(?<=[\u4e00-\u9fff])乘(?P<n>{NUMBER}) ?(?P<unit>{unit})?", _times),
        (rf"\+ ?(?P<n>{NUMBER})(?![\d.点%]) ?(?P<unit>{unit})?", _plus),
        (r"^十 ?(?P<n>\d{1,2})(?P<unit>[份个])?(?=[!~。 ]*$)", _plus),  # the sign, drawn with the numeral
        (r"(?<![他她你们咱])(?<!就我)(?P<n>[俩仨])", _spoken),
        (rf"(?<![a-z])(?P<n>{'|'.join(ENGLISH)}) ?{after}", _english),
        (
            rf"(?<![a-z\d.])(?P<n>\d+|{'|'.join(ENGLISH)}) ?(?P<unit>{'|'.join(ENGLISH_UNITS)})(?![a-z])",
            _in_english,
        ),
        (rf"(?<![a-z])(?P<n>{'|'.join(PINYIN)})(?P<unit>{'|'.join(PINYIN_UNITS)})(?![a-z])", _pinyin),
        (rf"(?<![a-z\d.])(?P<n>\d+) ?(?P<unit>{'|'.join(PINYIN_UNITS)})(?![a-z])", _pinyin),
        (
            rf"(?<=[来要带拿买送订加拼跟接整搞弄称给留份扛搬])(?<![不别][要拿给留来])(?![团人单次间场节桌位]){size}{after}(?![装的])",
            _one,
        ),
    )


def _plain(match: re.Match[str]) -> Quantity | None:
    value = parse(match["n"])
    if value is None or (value > TOO_LONG and match["n"].isdigit()):
        return None
    if READ_OUT.fullmatch(match["n"]):
        if re.match(LIANG, match["n"]):
            return None
        return Quantity(None, match["unit"], "unclear")
    if match["unit"] == "对" and match.string[match.end() : match.end() + 1] in tuple("吧吗不么"):
        return None  # 总共72对吧
    return checked(Quantity(value, match["unit"], size=match["size"] or ""))


def _liang(match: re.Match[str]) -> Quantity | None:
    return Quantity(parse(match[0][0]), "两")


def checked(quantity: Quantity) -> Quantity:
    if quantity.value is not None and quantity.value == 0:
        return replace(quantity, trouble="zero")
    return quantity


def _several(match: re.Match[str]) -> Quantity | None:
    low, high = parse(match["n"] + match["tens"]), parse(match["m"] + match["tens"])
    return None if low is None or high is None else Quantity(None, match["unit"], "range", (low, high))


def _fraction(match: re.Match[str]) -> Quantity | None:
    """二分之一斤, 3/4斤; a third is no amount on a scale, and 50%斤 none that anybody means."""
    if match["m"] in (None, "百"):
        return Quantity(None, match["unit"], "unclear")
    part, whole = parse(match["n"]), parse(match["m"])
    if part is None or not whole:
        return None
    value = part / whole
    exact = value * 1000 == (value * 1000).to_integral_value()
    return Quantity(value, match["unit"]) if exact else Quantity(None, match["unit"], "vague")


def _range(match: re.Match[str]) -> Quantity | None:
    low, high = parse(match["n"]), parse(match["m"])
    if low is None or high is None or ("、" in match[0]) or low == high:
        return None
    return Quantity(None, match["unit"], "range", (low, high))


def _vague(match: re.Match[str]) -> Quantity | None:
    return Quantity(None, match["unit"], "vague")


def _vague_weight(match: re.Match[str]) -> Quantity | None:
    return Quantity(None, None, "vague")


def _negative(match: re.Match[str]) -> Quantity | None:
    return Quantity(None, match["unit"], "negative")


def _and_a_half(match: re.Match[str]) -> Quantity | None:
    value = parse(match["n"])
    return None if value is None else Quantity(value + Decimal("0.5"), match["unit"])


def _one_and_a_half(match: re.Match[str]) -> Quantity | None:
    return Quantity(Decimal("1.5"), match["unit"])


def _jin_and_liang(match: re.Match[str]) -> Quantity | None:
    jin, liang = parse(match["n"]), parse(match["m"])
    if jin is None or liang is None or liang >= 10:
        return None
    liang += Decimal("0.5") if match["half"] else 0
    return Quantity(jin * (2 if match["unit"] in KG else 1) + liang / 10, "斤")


def _half(match: re.Match[str]) -> Quantity | None:
    return Quantity(Decimal("0.5"), match["unit"])


def _times(match: re.Match[str]) -> Quantity | None:
    value = parse(match["n"])
    return None if value is None else checked(Quantity(value, match["unit"], times=True))


def _plus(match: re.Match[str]) -> Quantity | None:
    value = parse(match["n"])
    return None if value is None or value > 999 else checked(Quantity(value, match["unit"], plus=True))


def _spoken(match: re.Match[str]) -> Quantity | None:
    return Quantity(parse(match["n"]), "个", loose=True)


def _english(match: re.Match[str]) -> Quantity | None:
    return Quantity(Decimal(ENGLISH[match["n"]]), match["unit"])


def _in_english(match: re.Match[str]) -> Quantity | None:
    said = match["n"]
    return Quantity(Decimal(ENGLISH.get(said, said)), ENGLISH_UNITS[match["unit"]])


def _pinyin(match: re.Match[str]) -> Quantity | None:
    said = match["n"]
    return Quantity(PINYIN[said] if said in PINYIN else Decimal(said), PINYIN_UNITS[match["unit"]])


def _one(match: re.Match[str]) -> Quantity | None:
    if match["size"] and match.string[match.end() : match.end() + 1] in tuple(
        "一两三四五六七八九十123456789"
    ):
        return None  # 再来中杯四杯: a size, and how many of it
    return Quantity(Decimal(1), match["unit"], size=match["size"] or "", only_unit=True)


UNNUMBERED = (_english, _in_english, _pinyin, _one)
