"""拼团: a lower price for who buys together; no further cuts unless the merchant says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.terms import Terms, flag, money, pieces, whole
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer


@dataclass(frozen=True, slots=True)
class Team(UnitPromotion):
    """Its price is open to the basket that takes part: its id is among the buyer's teams."""

    price: Money
    size: int
    limit: Quantity | None
    exclusive: bool

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        if self.about.rule not in buyer.teams:
            return ()
        return (Offer(self.price, "拼团价", "team", exclusive=self.exclusive, limit=self.limit),)

    def say(self) -> str:
        return f"{self.size}人团¥{self.price.short}"


def from_terms(about: About, said: Terms) -> Team:
    """From {"id": …, "price": "9.90", "size": 3, "goods": […]}, "limit" and "exclusive". Raises ValueError."""
    if not about.scope.goods:
        raise ValueError("'goods' is missing: what does the team buy?")
    return Team(
        about,
        said.read("price", money),
        said.read("size", whole),
        said.read("limit", pieces, None),
        said.read("exclusive", flag, True),
    )
