"""会员价: a price, or a rate on the list price, for members (or for one level of them)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.terms import Terms, word
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer
from shop.rules.unit_prices import UnitPrice, read_price


@dataclass(frozen=True, slots=True)
class Member(UnitPromotion):
    price: UnitPrice
    level: str

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        is_member = buyer.level == self.level if self.level else bool(buyer.level)
        return (Offer(self.price.of(item.list_offer.price), "会员价", "member"),) if is_member else ()

    def say(self) -> str:
        return f"{self.level or '会员'}{self.price.say()}"


def from_terms(about: About, said: Terms) -> Member:
    """From {"rate": "9.5"} or {"price": "9.90", "goods": […]}, and "level". Raises ValueError."""
    return Member(about, read_price(about, said), said.read("level", word, ""))
