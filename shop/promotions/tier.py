"""按量阶梯价: 3件起¥9; the more of it, the less each costs, and all of them cost that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.terms import Terms, money, pieces, steps, word
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer


@dataclass(frozen=True, slots=True)
class Tier(UnitPromotion):
    """Steps as (from so many, price of one), fewest first."""

    steps: tuple[tuple[Quantity, Money], ...]
    unit: str

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        return [Offer(price, self._words(least, price), "tier", least=least) for least, price in self.steps]

    def _words(self, least: Quantity, price: Money) -> str:
        return f"{least}{self.unit}起¥{price.short}"

    def say(self) -> str:
        return "，".join(self._words(*step) for step in self.steps)


def from_terms(about: About, said: Terms) -> Tier:
    """From {"steps": [[3, "9"], [10, "8.50"]], "goods": ["F01-1"], "unit": "件"}. Raises ValueError."""
    if not about.scope.goods:
        raise ValueError("'goods' is missing: one price for everything is no tier")
    found = said.read("steps", steps(pieces, money))
    if any(later[1] >= earlier[1] for earlier, later in pairwise(found)):
        raise ValueError("steps: who takes more pays less for each")
    return Tier(about, found, said.read("unit", word, "件"))
