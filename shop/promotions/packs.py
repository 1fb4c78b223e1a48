"""打包价: 2包420; packs and single pieces are put together as cheaply as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.terms import Terms, money, steps, whole, word
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer


@dataclass(frozen=True, slots=True)
class Packs(UnitPromotion):
    """Packs as (pieces, price together), smallest first."""

    packs: tuple[tuple[int, Money], ...]
    unit: str

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        return (Offer(item.list_offer.price, self.say(), "packs", packs=self.packs),)

    def say(self) -> str:
        return "，".join(f"{pieces}{self.unit}{price.short}" for pieces, price in self.packs)


def from_terms(about: About, said: Terms) -> Packs:
    """From {"packs": [[2, "420"]], "goods": ["F01-1"], "unit": "包"}. Raises ValueError."""
    if not about.scope.goods:
        raise ValueError("'goods' is missing: one price for everything is no pack")
    found = said.read("packs", steps(whole, money))
    if found[0][0] < 2:
        raise ValueError("packs: a pack is two pieces or more")
    return Packs(about, found, said.read("unit", word, "件"))
