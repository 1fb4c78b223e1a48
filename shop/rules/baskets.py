"""改单: what a basket holds after a change; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shop.goods import Catalogue
from shop.kit.quantity import NONE, Quantity
from shop.refusals import LessThanNothing, NotOnOrder, OnlyWhole, TooManyKinds, TooMuch
from shop.rules.orders import MOST_KINDS, MOST_OF_ONE

Op = Literal["add", "inc", "dec", "set", "remove"]


@dataclass(frozen=True, slots=True)
class Want:
    """Something to buy, or a change to what was wanted. `qty` is in the sku's unit; ignored by remove."""

    sku: str
    qty: Quantity
    op: Op = "add"
    for_whom: str | None = None
    note: str | None = None

    @property
    def key(self) -> str:
        """What makes two wants one line: the same goods for the same person."""
        return f"{self.sku}|{self.for_whom or ''}"


Basket = Mapping[str, Want]


def changed(
    basket: Basket, changes: Sequence[Want], catalogue: Catalogue, *, code: str = ""
) -> dict[str, Want]:
    """The basket after the changes. Raises NotOnOrder, LessThanNothing, OnlyWhole, TooMuch, TooManyKinds."""
    after = dict(basket)
    for change in changes:
        qty = _quantity_after(after.get(change.key), change, catalogue, code)
        if qty == NONE:
            del after[change.key]
        else:
            old = after.get(change.key)
            note = change.note or (old.note if old else None)
            after[change.key] = Want(change.sku, qty, "add", change.for_whom, note)
    _check(after, catalogue)
    return after


def _quantity_after(have: Want | None, change: Want, catalogue: Catalogue, code: str) -> Quantity:
    """Raises NotOnOrder when there is nothing to take away, LessThanNothing for a change or a rest below zero."""
    name = catalogue.product_of(change.sku).name
    takes_away = change.op in ("dec", "remove") or (change.op == "set" and change.qty == NONE)
    if have is None and takes_away:
        raise NotOnOrder(name, code)
    held = have.qty if have else NONE
    left = _left(held, change)
    if change.qty < NONE or left < NONE or (have is None and left == NONE):
        raise LessThanNothing(name, catalogue.sku[change.sku].unit, held)
    return left


def _left(held: Quantity, change: Want) -> Quantity:
    if change.op == "remove":
        return NONE
    if change.op == "set":
        return change.qty
    if change.op == "dec":
        return held - change.qty
    return held + change.qty


def _check(basket: Basket, catalogue: Catalogue) -> None:
    if len(basket) > MOST_KINDS:
        raise TooManyKinds(MOST_KINDS)
    for want in basket.values():
        sku = catalogue.sku[want.sku]
        name = catalogue.product[sku.product].name
        unit = catalogue.unit.get(sku.unit)
        if not want.qty.is_whole and (unit is None or unit.kind != "weight"):
            raise OnlyWhole(name, sku.unit)
        if want.qty > MOST_OF_ONE:
            raise TooMuch(name, sku.unit, MOST_OF_ONE)
