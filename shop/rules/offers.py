"""单价: S0 and S1, what one unit costs: exactly one offer a line, the one with the lowest total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shop.kit.money import ZERO
from shop.kit.quantity import NONE, Quantity
from shop.rules.promotions import Buyer, UnitPromotion, is_near
from shop.rules.quotes import Item, Nearly, Offer, Priced

OVER = "#over"  # ends the key of what an offer's limit left at the list price


@dataclass(frozen=True, slots=True)
class Sold:
    lines: tuple[Priced, ...]
    nearly: tuple[Nearly, ...]


def sell(items: Iterable[Item], promotions: Sequence[UnitPromotion], buyer: Buyer) -> Sold:
    """Each item under its cheapest offer, in the order of their keys. Conditions are about the goods, not about the
    line: two lines of one sku share a limit, and together they reach 3件起. Raises ValueError for a quantity that is
    nothing, and for two items of one key."""
    lines: list[Priced] = []
    nearly: dict[str, Nearly] = {}
    shelf = _Shelf(items)
    for item in sorted(items, key=lambda item: item.key):
        open_item = _with_offers(item, promotions, buyer)
        parts = _parts(open_item, shelf)
        lines += parts
        nearly |= _nearly(open_item, parts[0].offer, shelf)
    if len({line.key for line in lines}) != len(lines):
        raise ValueError("two items have the same key")
    return Sold(tuple(lines), tuple(nearly.values()))


class _Shelf:
    """How much of each sku is in the basket, and how much of it has gone under an offer with a limit."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._wanted: dict[str, Quantity] = {}
        self._taken: dict[tuple[str, str, str], Quantity] = {}
        for item in items:
            if item.qty <= NONE:
                raise ValueError(f"{item.key}: nothing to price in {item.qty}")
            self._wanted[item.goods[0]] = self.wanted(item) + item.qty

    def wanted(self, item: Item) -> Quantity:
        return self._wanted.get(item.goods[0], NONE)

    def room(self, item: Item, offer: Offer) -> Quantity:
        """How much of the item the offer still covers: nothing when its condition is not met."""
        if offer.least > self.wanted(item):
            return NONE
        if offer.limit is None:
            return item.qty
        return min(item.qty, offer.limit - self._taken.get(self._pool(item, offer), NONE))

    def take(self, item: Item, offer: Offer, qty: Quantity) -> None:
        if offer.limit is not None:
            pool = self._pool(item, offer)
            self._taken[pool] = self._taken.get(pool, NONE) + qty

    def _pool(self, item: Item, offer: Offer) -> tuple[str, str, str]:
        return (item.goods[0], offer.rule, offer.why)


def _with_offers(item: Item, promotions: Sequence[UnitPromotion], buyer: Buyer) -> Item:
    if item.frozen:
        return item
    more = [o for p in promotions if p.about.scope.covers(item.goods) for o in p.offers(item, buyer)]
    return replace(item, offers=(*item.offers, *more)) if more else item


def _parts(item: Item, shelf: _Shelf) -> list[Priced]:
    """The item as one line, or as two when the best offer has a limit below its quantity."""
    listed = item.list_offer.total(item.qty)
    offer, qty = min(
        ((offer, room) for offer in item.offers if (room := shelf.room(item, offer)) > NONE),
        key=lambda choice: _order(item, *choice),
    )
    shelf.take(item, offer, qty)
    part = _line(item, offer, qty)
    if qty == item.qty:
        return [part]
    over = listed - part.listed
    return [part, Priced(item.key + OVER, item.qty - qty, item, item.list_offer, over, over, over)]


def _order(item: Item, offer: Offer, qty: Quantity) -> tuple[object, ...]:
    """The lowest total first, with what is above a limit at the list price; then the better name."""
    against_list = offer.total(qty) - item.list_offer.total(qty)
    return (against_list, offer.rank, offer.why, offer.price)


def _line(item: Item, offer: Offer, qty: Quantity) -> Priced:
    gross = offer.price.times(qty.milli)
    line = Priced(item.key, qty, item, offer, item.list_offer.total(qty), gross, gross)
    return line.less(offer.rule, offer.why, gross - offer.total(qty))


def _nearly(item: Item, chosen: Offer, shelf: _Shelf) -> dict[str, Nearly]:
    """By sku: the first 3件起 above what is wanted that is near, and cheaper than what is paid."""
    have = shelf.wanted(item)
    ahead = [offer for offer in item.offers if is_near(have.milli, offer.least.milli)]
    for offer in sorted(ahead, key=lambda offer: offer.least):
        saves = chosen.total(offer.least) - offer.total(offer.least)
        if saves > ZERO:
            more = offer.least - have
            return {item.goods[0]: Nearly(offer.rule, offer.why, ZERO, saves, more, item.unit)}
    return {}
