"""A lower unit price as a merchant says it: an amount, or a rate on the list price."""

from __future__ import annotations

from dataclasses import dataclass

from shop.kit.money import Money, zhe
from shop.kit.terms import Terms, money, rate
from shop.rules.promotions import About


@dataclass(frozen=True, slots=True)
class UnitPrice:
    amount: Money | None
    left: int  # basis points to pay, where there is no amount

    def of(self, listed: Money) -> Money:
        return listed.at_rate(self.left) if self.amount is None else self.amount

    def say(self) -> str:
        return zhe(self.left) if self.amount is None else f"¥{self.amount.short}"


def read_price(about: About, said: Terms) -> UnitPrice:
    """From "price" (of named goods) or "rate". Raises ValueError for both, for neither, and for one price of everything."""
    amount, left = said.read("price", money, None), said.read("rate", rate, 0)
    if (amount is None) == (left == 0):
        raise ValueError("either 'price' or 'rate', and not both")
    if amount is not None and not about.scope.goods:
        raise ValueError("'goods' is missing: one price for everything?")
    return UnitPrice(amount, left)
