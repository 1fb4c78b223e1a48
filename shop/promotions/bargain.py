"""砍价: friends cut the price of one thing, down to a floor; no further cuts unless the merchant says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.terms import Terms, flag, money
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer

ONE = Quantity.of(1)


@dataclass(frozen=True, slots=True)
class Bargain(UnitPromotion):
    """How low it has come is among the buyer's bargains, under its id; one piece is sold for that."""

    floor: Money
    exclusive: bool

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        reached = buyer.bargains.get(self.about.rule)
        if reached is None:
            return ()
        price = max(reached, self.floor)
        return (Offer(price, "砍价", "bargain", exclusive=self.exclusive, limit=ONE),)

    def say(self) -> str:
        return f"最低砍到¥{self.floor.short}"


def from_terms(about: About, said: Terms) -> Bargain:
    """From {"id": …, "floor": "1", "goods": […]} and "exclusive". Raises ValueError."""
    if not about.scope.goods:
        raise ValueError("'goods' is missing: what is bargained for?")
    return Bargain(about, said.read("floor", money), said.read("exclusive", flag, True))
