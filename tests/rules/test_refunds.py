"""What goes back: stored shares, exact to the fen, never more than was paid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.money import Money, total
from shop.kit.quantity import Quantity
from shop.refusals import MoreThanBought, MoreThanPaid, NothingToRefund
from shop.rules.refunds import Fee, Line, Part, Room, What, ask_again, plan


def room(net: int, qty: int, *, given: int = 0, gone: int = 0) -> Room:
    return Room(Money(net), Quantity.of(qty), Money(given), Quantity.of(gone))


def line(id: int, net: int, qty: int, sku: str = "A") -> Line:
    return Line(id, sku, "苹果", "箱", room(net, qty))


def test_69_one_of_three_then_two_gives_exactly_the_whole() -> None:
    first = room(1000, 3).of(Quantity.of(1))
    rest = room(1000, 3, given=first.fen, gone=1).of(Quantity.of(2))
    assert (first, rest) == (Money(333), Money(667))


@given(net=st.integers(0, 10**7), steps=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_the_shares_of_the_units_sum_to_the_line(net: int, steps: list[int]) -> None:
    qty, given_back, gone = sum(steps), 0, 0
    for step in steps:
        share = room(net, qty, given=given_back, gone=gone).of(Quantity.of(step)).fen
        assert share >= 0
        given_back, gone = given_back + share, gone + step
    assert given_back == net


@given(net=st.integers(1, 10**6), qty=st.integers(1, 9), fen=st.integers(1, 10**6))
def test_money_without_goods_leaves_less_for_the_goods(net: int, qty: int, fen: int) -> None:
    given_back = min(fen, net)
    assert room(net, qty, given=given_back).of(Quantity.of(qty)) == Money(net - given_back)


def test_units_come_from_the_lines_in_order() -> None:
    parts = plan([line(1, 1000, 2), line(2, 900, 3)], What(units=(("A", Quantity.of(3)),))).parts
    assert parts == (
        Part(1, Quantity.of(2), Money(1000)),
        Part(2, Quantity.of(1), Money(300)),
    )


def test_an_amount_is_shared_by_what_is_left() -> None:
    parts = plan([line(1, 3000, 1), line(2, 1000, 1, "B")], What(amount=Money(1001))).parts
    assert [(part.line, part.qty.milli, part.money.fen) for part in parts] == [(1, 0, 751), (2, 0, 250)]


def test_everything_is_what_is_left_of_everything() -> None:
    lines = [Line(1, "A", "苹果", "箱", room(1000, 2, given=500, gone=1)), line(2, 0, 1, "gift")]
    parts = plan(lines, What()).parts
    assert total([part.money for part in parts]) == Money(500)
    assert [part.qty for part in parts] == [Quantity.of(1), Quantity.of(1)]


def test_no_more_than_was_bought_or_paid() -> None:
    with pytest.raises(MoreThanBought) as bought:
        plan([line(1, 1000, 2)], What(units=(("A", Quantity.of(3)),)))
    assert bought.value.have == Quantity.of(2)
    with pytest.raises(MoreThanBought):
        plan([line(1, 1000, 2)], What(units=(("B", Quantity.of(1)),)))
    with pytest.raises(MoreThanBought):
        plan([line(1, 1000, 2)], What(units=(("A", Quantity.of(-1)),)))
    with pytest.raises(MoreThanPaid) as paid:
        plan([line(1, 1000, 2)], What(amount=Money(1001)))
    assert paid.value.most == Money(1000)


def test_nothing_is_no_refund() -> None:
    for what in (What(), What(amount=Money(0))):
        with pytest.raises(NothingToRefund):
            plan([line(1, 0, 2)], what)


@pytest.mark.parametrize(
    ("what", "follows", "goods", "fee"),
    [
        (What(), True, 1900, 500),
        (What(), False, 1900, 0),
        (What(units=(("A", Quantity.of(2)), ("B", Quantity.of(1)))), True, 1900, 500),
        (What(units=(("A", Quantity.of(2)),)), True, 1000, 0),
        (What(amount=Money(1900)), True, 1900, 0),  # the goods stay with the buyer
        (What(delivery=True), True, 0, 500),
        (What(delivery=True), False, 0, 500),
    ],
)
def test_the_fee_follows_the_last_of_the_goods_or_goes_alone(
    what: What, follows: bool, goods: int, fee: int
) -> None:
    found = plan([line(1, 1000, 2), line(2, 900, 1, "B")], what, Fee(Money(500), follows))
    assert (total([part.money for part in found.parts]).fen, found.fee.fen) == (goods, fee)
    assert found.money == Money(goods + fee)


def test_the_provider_is_asked_less_and_less_often() -> None:
    minutes = [ask_again(tries).total_seconds() / 60 for tries in (0, 1, 2, 60)]
    assert minutes == [5, 10, 20, 24 * 60]
