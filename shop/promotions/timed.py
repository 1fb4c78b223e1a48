"""限时价, 闲时价: a price, or a rate on the list price, until a moment or in the same hours of each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.terms import Terms, word
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer
from shop.rules.unit_prices import UnitPrice, read_price


@dataclass(frozen=True, slots=True)
class Timed(UnitPromotion):
    price: UnitPrice
    called: str

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        return (Offer(self.price.of(item.list_offer.price), self.called, "timed"),)

    def say(self) -> str:
        return f"{self.called}{self.price.say()}"


def from_terms(about: About, said: Terms) -> Timed:
    """From {"rate": "8", "until": …} or {"price": "9.90", "goods": […], "hours": …}, and "called". Raises ValueError."""
    if about.scope.until is None and about.scope.hours is None:
        raise ValueError("'until' is missing: a timed price ends")
    usual = "闲时价" if about.scope.hours else "限时价"
    return Timed(about, read_price(about, said), said.read("called", word, usual))
