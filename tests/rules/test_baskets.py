"""What a basket holds after a change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.goods import Catalogue, Product, Sku, Unit
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.refusals import LessThanNothing, NotOnOrder, OnlyWhole, TooManyKinds, TooMuch
from shop.rules.baskets import Op, Want, changed


def _goods(n: int, name: str, unit: str) -> Product:
    return Product(f"P{n}", name, (Sku(f"P{n}-1", f"P{n}", "", unit, Money(1000), True),))


ORANGES, CHERRIES, EGGS = "P1-1", "P2-1", "P3-1"
CATALOGUE = Catalogue(
    "S1",
    "水果群店",
    "Asia/Shanghai",
    None,
    (),
    (Unit("箱", "pack"), Unit("斤", "weight", grams=500), Unit("个", "count")),
    (
        _goods(1, "橙子", "箱"),
        _goods(2, "车厘子", "斤"),
        _goods(3, "鸡蛋", "个"),
        *(_goods(n, f"货{n}", "箱") for n in range(4, 60)),
    ),
)


def want(sku: str, qty: int | str, op: Op = "add", whom: str | None = None, note: str | None = None) -> Want:
    return Want(sku, Quantity.of(qty), op, whom, note)


def basket(*wants: Want) -> dict[str, Want]:
    return changed({}, wants, CATALOGUE)


def shown(after: dict[str, Want]) -> dict[str, str]:
    return {key: str(one.qty) for key, one in after.items()}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (want(ORANGES, 3), {"P1-1|": "5"}),
        (want(ORANGES, 3, "inc"), {"P1-1|": "5"}),
        (want(ORANGES, 1, "dec"), {"P1-1|": "1"}),
        (want(ORANGES, 2, "dec"), {}),
        (want(ORANGES, 4, "set"), {"P1-1|": "4"}),
        (want(ORANGES, 0, "set"), {}),
        (want(ORANGES, 0, "remove"), {}),
        (want(ORANGES, 99, "remove"), {}),
        (want(CHERRIES, "2.5"), {"P1-1|": "2", "P2-1|": "2.5"}),
        (want(CHERRIES, "2.5", "set"), {"P1-1|": "2", "P2-1|": "2.5"}),
        (want(ORANGES, 1, whom="奶奶"), {"P1-1|": "2", "P1-1|奶奶": "1"}),
    ],
)
def test_two_boxes_of_oranges_and_a_change(change: Want, left: dict[str, str]) -> None:
    assert shown(changed(basket(want(ORANGES, 2)), [change], CATALOGUE)) == left


def test_changes_come_one_after_the_other() -> None:
    changes = [want(ORANGES, 1), want(ORANGES, 4, "set"), want(CHERRIES, 1), want(ORANGES, 1, "dec")]
    assert shown(changed(basket(want(ORANGES, 2)), changes, CATALOGUE)) == {"P1-1|": "3", "P2-1|": "1"}


def test_a_note_stays_until_a_new_one_is_said() -> None:
    first = basket(want(ORANGES, 2, note="要甜的"))
    assert changed(first, [want(ORANGES, 1)], CATALOGUE)["P1-1|"].note == "要甜的"
    assert changed(first, [want(ORANGES, 1, note="要大的")], CATALOGUE)["P1-1|"].note == "要大的"


@pytest.mark.parametrize("op", ["dec", "remove"])
def test_what_is_not_on_the_order_cannot_be_taken_off(op: Op) -> None:
    with pytest.raises(NotOnOrder) as no:
        changed({}, [want(ORANGES, 1, op)], CATALOGUE, code="0501-001")
    assert (no.value.name, no.value.code) == ("橙子", "0501-001")


def test_setting_to_nothing_what_is_not_there_is_said_plainly() -> None:
    with pytest.raises(NotOnOrder):
        changed({}, [want(ORANGES, 0, "set")], CATALOGUE)


def test_what_grandmother_ordered_is_not_mine() -> None:
    with pytest.raises(NotOnOrder):
        changed(basket(want(ORANGES, 2, whom="奶奶")), [want(ORANGES, 1, "dec")], CATALOGUE)


def test_three_fewer_than_two() -> None:
    with pytest.raises(LessThanNothing) as no:
        changed(basket(want(ORANGES, 2)), [want(ORANGES, 3, "dec")], CATALOGUE)
    assert (no.value.name, no.value.unit, no.value.have) == ("橙子", "箱", Quantity.of(2))


@pytest.mark.parametrize(
    "change", [want(ORANGES, 0), want(ORANGES, -1), want(ORANGES, -1, "set"), want(ORANGES, 0, "inc")]
)
def test_nobody_orders_nothing_or_less(change: Want) -> None:
    """newbee-mall #127: a negative quantity lowered the total and raised the stock."""
    with pytest.raises(LessThanNothing):
        basket(change)


@pytest.mark.parametrize("op", ["add", "inc", "dec", "set"])
def test_a_negative_change_is_refused_also_on_an_order(op: Op) -> None:
    with pytest.raises(LessThanNothing):
        changed(basket(want(ORANGES, 2)), [want(ORANGES, -1, op)], CATALOGUE)


@pytest.mark.parametrize(("sku", "name", "unit"), [(ORANGES, "橙子", "箱"), (EGGS, "鸡蛋", "个")])
def test_packs_are_not_cut_open(sku: str, name: str, unit: str) -> None:
    with pytest.raises(OnlyWhole) as no:
        basket(want(sku, "1.5"))
    assert (no.value.name, no.value.unit) == (name, unit)


def test_two_and_a_half_pounds_are_sold() -> None:
    assert shown(basket(want(CHERRIES, "2.5"))) == {"P2-1|": "2.5"}


def test_half_a_box_must_not_stay_behind() -> None:
    with pytest.raises(OnlyWhole):
        changed(basket(want(ORANGES, 2)), [want(ORANGES, "0.5", "dec")], CATALOGUE)


def test_two_hundred_at_most() -> None:
    assert shown(basket(want(ORANGES, 200))) == {"P1-1|": "200"}
    for change in (want(ORANGES, 201), want(ORANGES, 999_999)):
        with pytest.raises(TooMuch) as no:
            basket(change)
        assert (no.value.name, no.value.unit, no.value.most) == ("橙子", "箱", Quantity.of(200))
    with pytest.raises(TooMuch):
        changed(basket(want(ORANGES, 150)), [want(ORANGES, 51)], CATALOGUE)


def test_fifty_kinds_at_most() -> None:
    fifty = [want(f"P{n}-1", 1) for n in range(1, 51)]
    assert len(basket(*fifty)) == 50
    with pytest.raises(TooManyKinds) as no:
        basket(*fifty, want("P51-1", 1))
    assert no.value.most == 50


OPS: st.SearchStrategy[Op] = st.sampled_from(["add", "inc", "dec", "set", "remove"])
CHANGES = st.lists(
    st.builds(want, st.sampled_from([ORANGES, CHERRIES, EGGS]), st.integers(-2, 9), OPS), max_size=6
)


@given(CHANGES, CHANGES)
def test_a_basket_never_holds_nothing_or_less_and_a_refusal_leaves_it_alone(
    first: list[Want], then: list[Want]
) -> None:
    try:
        before = basket(*first)
    except Refusal:
        return
    copy = dict(before)
    try:
        after = changed(before, then, CATALOGUE)
    except Refusal:
        after = before
    assert before == copy
    assert all(one.qty > Quantity(0) and one.op == "add" and one.key == key for key, one in after.items())
