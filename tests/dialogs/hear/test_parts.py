"""Whose part of an order a change is about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialogs.hear import Context, Line
from tests.dialogs.hear.shops import fruit_shop, meaning

MINE = Line("P14-1", Decimal(2), "提", campaign="C2")
MOTHERS = Line("P14-1", Decimal(1), "提", for_whom="妈妈", campaign="C2")


def read(text: str, *cart: Line) -> str:
    return meaning(fruit_shop().read(text, Context("group", campaigns=("C2",), cart=cart)))


@pytest.mark.parametrize("text", ["妈妈的改成3份", "我妈的改成3份", "给妈妈的改成3份", "妈妈那份改成3份"])
def test_a_change_for_somebody_else_leaves_ones_own_part(text: str) -> None:
    assert read(text, MINE, MOTHERS) == "act order.set P14-1×3:set@妈妈"


@pytest.mark.parametrize("text", ["妈妈的不要了", "我妈的不要了", "妈妈那份不要了"])
def test_what_somebody_else_does_not_want_is_not_the_whole_order(text: str) -> None:
    assert read(text, MINE, MOTHERS) == "act order.remove P14-1×0:remove@妈妈"


@pytest.mark.parametrize("text", ["我的改成1份", "改成1份"])
def test_without_a_name_it_is_ones_own_part(text: str) -> None:
    assert read(text, MINE, MOTHERS) == "act order.set P14-1×1:set"


def test_the_whole_order_goes_when_nobody_is_named() -> None:
    assert read("不要了", MINE, MOTHERS) == "act order.cancel"


@pytest.mark.parametrize("text", ["-1", "－１", "少一份", "减一", "我-1"])
def test_one_less_of_what_a_campaign_has_for_me(text: str) -> None:
    assert read(text, MINE, MOTHERS) == "act order.set P14-1×1:dec"


def test_a_minus_that_takes_from_nothing_says_nothing() -> None:
    other = Line("P01-1", Decimal(2), "斤")
    assert read("-1", other) == "ignore chat.none"
    assert read("-0", MINE) == "ignore chat.none"
