"""Numerals and amounts, from what every Chinese speaker knows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.hear.lexicon import words
from dialogs.hear.money import find_money
from dialogs.hear.numbers import parse
from dialogs.hear.quantities import Amounts, Quantity

DIGITS = "零一二三四五六七八九"
AMOUNTS = Amounts(words("units.txt"))


def say(number: int) -> str:
    """A whole number below a hundred million in Chinese numerals, as school teaches it."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return f"{say(high)}万{gap}{say(low) if low else ''}"
    said, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += ("零" if gap and said else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return said or "零"


@given(st.integers(0, 99_999_999))
def test_what_is_said_is_heard(number: int) -> None:
    assert parse(say(number)) == number


@given(st.decimals(0, 99999, places=2))
def test_digits_are_read_as_they_stand(number: Decimal) -> None:
    assert parse(f"{number:f}") == number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百二", 120),
        ("一百零二", 102),
        ("两千五", 2500),
        ("一万二", 12000),
        ("两万", 20000),
        ("俩", 2),
        ("仨", 3),
        ("廿", 20),
        ("叁", 3),
        ("拾贰", 12),
        ("三零二", 302),
        ("二〇二六", 2026),
        ("1万", 10000),
    ],
)
def test_numerals(said: str, number: int) -> None:
    assert parse(said) == number


@pytest.mark.parametrize(
    "said", ["两三", "二三", "百", "千", "一百百", "", "3.", ".5", "1.2.3", "十十", "半", "1e5", "-3"]
)
def test_what_is_no_number_is_refused(said: str) -> None:
    assert parse(said) is None


def longest(text: str) -> Quantity:
    return max(AMOUNTS.find(text), key=lambda found: (found.end - found.start, -found.start)).quantity


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("两斤半", "2.5", "斤"), ("三斤半", "3.5", "斤"), ("一公斤半", "1.5", "公斤"), ("2斤3两", "2.3", "斤"), ("一斤二两", "1.2", "斤"),
        ("六斤八两", "6.8", "斤"), ("9两半", "9.5", "两"), ("半斤", "0.5", "斤"), ("半公斤", "0.5", "公斤"), ("1.5kg", "1.5", "kg"), ("两打", "2", "打"),
        ("一大袋", "1", "袋"), ("十二个", "12", "个"), ("斤半", "1.5", "斤"), ("三两", "3", "两"), ("one 盒", "1", "盒"), ("liangjin", "2", "斤"),
    ],
)  # fmt: skip
def test_amounts(said: str, value: str, unit: str) -> None:
    found = longest(said)
    assert (found.value, found.unit, found.trouble) == (Decimal(value), unit, None)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("两三斤", "range"),
        ("2到3箱", "range"),
        ("2~3箱", "range"),
        ("2箱或3箱", "range"),
        ("3-5斤", "range"),
        ("十来个", "vague"),
        ("几斤", "vague"),
        ("一斤多", "vague"),
        ("-2斤", "negative"),
        ("0箱", "zero"),
        ("零斤", "zero"),
    ],
)
def test_what_cannot_be_taken_as_an_amount_says_why(said: str, trouble: str) -> None:
    assert longest(said).trouble == trouble


@pytest.mark.parametrize("said", ["3个月", "两个人", "三件事", "10086", "13800001234打"])
def test_what_is_no_amount_of_goods(said: str) -> None:
    assert not [found for found in AMOUNTS.find(said) if found.quantity.unit]


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("25块5", "25.5"),
        ("二十五块半", "25.5"),
        ("9块9", "9.9"),
        ("三块五", "3.5"),
        ("¥29.9", "29.9"),
        ("50块钱", "50"),
        ("一百二十八块八", "128.8"),
        ("3毛", "0.3"),
        ("34块8", "34.8"),
        ("1元", "1"),
    ],
)
def test_money(said: str, yuan: str) -> None:
    assert next(money.yuan for money in find_money(said)) == Decimal(yuan)
