"""单价: S0 and S1, what one unit costs: exactly one offer a line, the one with the lowest total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shop.kit.money import ZERO
from shop.kit.quantity import NONE, Quantity
from shop.rules.promotions import Buyer, UnitPromotion, near_pieces
from shop.rules.quotes import Item, Nearly, Offer, Priced

OVER = "#over"  # ends the key of what an offer's limit left at the list price


@dataclass(frozen=True, slots=True)
class Sold:
    lines: tuple[Priced, ...]
    nearly: tuple[Nearly, ...]


def sell(items: Iterable[Item], promotions: Sequence[UnitPromotion], buyer: Buyer) -> Sold:
    """Each item under its cheapest offer, in the order of their keys. A limit holds for the goods, not for the line:
    two lines of one sku share it. Raises ValueError for a quantity that is nothing, and for two items of one key."""
    lines: list[Priced] = []
    nearly: list[Nearly] = []
    taken: dict[tuple[str, str, str], Quantity] = {}
    for item in sorted(items, key=lambda item: item.key):
        if item.qty <= NONE:
            raise ValueError(f"{item.key}: nothing to price in {item.qty}")
        open_item = _with_offers(item, promotions, buyer)
        parts = _parts(open_item, taken)
        lines += parts
        nearly += _nearly(open_item, parts[0].offer)
    if len({line.key for line in lines}) != len(lines):
        raise ValueError("two items have the same key")
    return Sold(tuple(lines), tuple(nearly))


def _with_offers(item: Item, promotions: Sequence[UnitPromotion], buyer: Buyer) -> Item:
    if item.frozen:
        return item
    more = [o for p in promotions if p.about.scope.covers(item.goods) for o in p.offers(item, buyer)]
    return replace(item, offers=(*item.offers, *more)) if more else item


def _parts(item: Item, taken: dict[tuple[str, str, str], Quantity]) -> list[Priced]:
    """The item as one line, or as two when the best offer has a limit below its quantity."""
    tries = [(_covered(item, offer, taken), offer) for offer in item.offers if offer.least <= item.qty]
    listed = item.list_offer.total(item.qty)
    qty, offer = min(
        ((qty, offer) for qty, offer in tries if qty > NONE),
        key=lambda try_: (
            try_[1].total(try_[0]) + listed - item.list_offer.total(try_[0]),
            try_[1].rank,
            try_[1].why,
            try_[1].price,
        ),
    )
    if offer.limit is not None:
        taken[_pool(item, offer)] = taken.get(_pool(item, offer), NONE) + qty
    part = _line(item.key, item, offer, qty)
    if qty == item.qty:
        return [part]
    over = listed - part.listed
    return [part, Priced(item.key + OVER, item.qty - qty, item, item.list_offer, over, over, over)]


def _covered(item: Item, offer: Offer, taken: dict[tuple[str, str, str], Quantity]) -> Quantity:
    """How much of the item the offer still has room for."""
    if offer.limit is None:
        return item.qty
    return min(item.qty, offer.limit - taken.get(_pool(item, offer), NONE))


def _pool(item: Item, offer: Offer) -> tuple[str, str, str]:
    return (item.goods[0], offer.rule, offer.why)


def _line(key: str, item: Item, offer: Offer, qty: Quantity) -> Priced:
    gross = offer.price.times(qty.milli)
    line = Priced(key, qty, item, offer, item.list_offer.total(qty), gross, gross)
    return line.less(offer.rule, offer.why, gross - offer.total(qty))


def _nearly(item: Item, chosen: Offer) -> list[Nearly]:
    """The first 3件起 above this quantity that is near and cheaper than what is paid."""
    ahead = sorted(
        (offer for offer in item.offers if near_pieces(item.qty.milli, offer.least.milli)),
        key=lambda offer: offer.least,
    )
    for offer in ahead:
        saves = chosen.total(offer.least) - offer.total(offer.least)
        if saves > ZERO:
            return [Nearly(offer.rule, offer.why, ZERO, saves, offer.least - item.qty)]
    return []
