"""补: what a message takes back of itself — 土豆两斤，算了土豆不要了; 香蕉2斤，再加一斤; 橙子，对，橙子要六斤."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity


def repaired(wants: Iterable[Want], offer: Offer) -> list[Want]:
    """The wants as they stand at the end of the message."""
    standing: list[Want] = []
    for want in wants:
        at = _named_before(standing, want, offer) if want.op != "add" else None
        if at is None:
            standing.append(want)
        elif (changed := _changed(standing[at], want)) is not None:
            standing[at] = changed
        else:
            del standing[at]
    return _without_echoes(standing, offer)


def _named_before(standing: Sequence[Want], want: Want, offer: Offer) -> int | None:
    """The order of this very message that a change is about."""
    goods = products_of(want, offer)
    found = [
        n
        for n, one in enumerate(standing)
        if one.op == "add"
        and one.quantity
        and goods
        and products_of(one, offer) == goods
        and not (want.specs and one.specs and want.specs != one.specs)  # 10斤装4袋，再来5斤装8袋
    ]
    if not found or (want.quantity is None and want.op != "remove"):
        return None
    if want.op in ("inc", "dec") and total(standing[found[-1]].quantity, want.quantity, want.op) is None:
        return None
    return found[-1]


def _changed(said: Want, want: Want) -> Want | None:
    """The earlier order with its change; None when nothing of it is left."""
    if want.op == "remove":
        return None
    if want.op in ("inc", "dec"):
        return replace(said, quantity=total(said.quantity, want.quantity, want.op))
    return replace(said, quantity=want.quantity, specs=(*said.specs, *want.specs))


def total(first: Quantity | None, more: Quantity | None, op: str) -> Quantity | None:
    """两斤，再加一斤: three; None where the two are not counted alike."""
    if first is None or more is None or first.value is None or more.value is None:
        return None
    if first.unit != more.unit or first.trouble or more.trouble:
        return None
    value = first.value + (more.value if op == "inc" else -more.value)
    return replace(first, value=value) if value > Decimal(0) else None


def _without_echoes(wants: list[Want], offer: Offer) -> list[Want]:
    """橙子，对，橙子要六斤; 鸡蛋改3板，D那个: what is named again without an amount was only mentioned."""
    told = {goods for want in wants if _says_something(want) and (goods := products_of(want, offer))}
    return [want for want in wants if _says_something(want) or products_of(want, offer) not in told]


def _says_something(want: Want) -> bool:
    return bool(want.quantity or want.money or want.without or want.op == "remove")


def products_of(want: Want, offer: Offer) -> tuple[str, ...]:
    sku = offer.catalogue.sku.get(want.sku or "")
    return (sku.product,) if sku else want.products
