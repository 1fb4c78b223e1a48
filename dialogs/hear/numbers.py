"""数: Chinese and Arabic numerals. Refuses what it cannot read whole: 两三 is a range, not 23."""

from __future__ import annotations

from decimal import Decimal

DIGITS = {
    c: n
    for n, cs in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
SPOKEN = {"俩": 2, "仨": 3, "廿": 20}
HAN = "".join(DIGITS) + "".join(TENS) + "".join(SPOKEN) + "万"
# A stretch that may be one number. It has an end, so that a page of numerals is not tried from each sign to its last.
NUMBER = rf"(?:\d{{1,18}}(?:\.\d{{1,18}})?[万千]?|[{HAN}]{{1,14}}(?:点[{''.join(DIGITS)}]{{1,9}})?)"
AFTER_A_SIZE = r"(?<=\dg)|(?<=\dl)|(?<=\dw)|(?<=ml)|(?<=kg)|(?<=cm)|(?<=mm)"  # 227g4袋, 9w12w各两个


def parse(text: str) -> Decimal | None:
    """The number that `text` is from end to end, or None."""
    if not text:
        return None
    if text[0].isascii():
        times = {"万": 10_000, "千": 1000}.get(text[-1], 1)
        number = _arabic(text.rstrip("万千"))
        return None if number is None else number * times
    if text in SPOKEN:
        return Decimal(SPOKEN[text])
    whole, point, fraction = text.partition("点")
    if not point:
        return _integer(whole)
    head, tail = _integer(whole), _digits(fraction)
    return None if head is None or not tail else head + Decimal(f"0.{tail}")


def _arabic(text: str) -> Decimal | None:
    """Digits with at most one point; float('1e5') and the like are no numbers people type."""
    head, point, tail = text.partition(".")
    plain = head.isascii() and head.isdigit() and (not point or (tail.isascii() and tail.isdigit()))
    return Decimal(text) if plain and len(text) <= 18 else None


def _integer(text: str) -> Decimal | None:
    if len(text) > 2 and (digits := _digits(text)):
        return Decimal(digits)  # 三零二, 二〇二六: read out digit by digit
    head, ten_thousand, tail = text.partition("万")
    if not ten_thousand:
        return _section(text)
    high, low = _section(head), _section(tail.lstrip("零〇")) if tail else Decimal(0)
    if tail and len(tail) == 1 and low is not None:
        low *= 1000  # 两万五
    return None if high is None or low is None else high * 10000 + low


def _section(text: str) -> Decimal | None:
    """Below ten thousand: 一百二 is 120, 一百零二 is 102, 二三 is nothing."""
    total, digit, unit, gap = 0, None, 10000, False
    for char in text:
        if char in TENS:
            if TENS[char] >= unit or (digit is None and char not in "十拾"):
                return None
            unit = TENS[char]
            total, digit = total + (1 if digit is None else digit) * unit, None
        elif char not in DIGITS or digit is not None:
            return None
        elif DIGITS[char] == 0 and text != char:
            gap = True
        else:
            digit = DIGITS[char]
    if digit is not None and not gap and 10 < unit < 10000:
        digit *= unit // 10  # 一百二, 两千五
    return Decimal(total + (digit or 0)) if text and (digit is not None or total) else None


def _digits(text: str) -> str:
    """Numerals read out one by one, as ASCII; empty when some are not plain digits."""
    return (
        "".join(str(DIGITS[char]) for char in text) if text and all(char in DIGITS for char in text) else ""
    )
