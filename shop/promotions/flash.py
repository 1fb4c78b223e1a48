"""秒杀: a low price for a short time, so many for each; no further cuts unless the merchant says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.terms import Terms, flag, money, pieces
from shop.rules.promotions import About, Buyer, UnitPromotion
from shop.rules.quotes import Item, Offer


@dataclass(frozen=True, slots=True)
class Flash(UnitPromotion):
    """`limit` is for one buyer; what the whole shop has for this price is stock, not arithmetic."""

    price: Money
    limit: Quantity | None
    exclusive: bool

    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        return (Offer(self.price, "秒杀", "flash", exclusive=self.exclusive, limit=self.limit),)

    def say(self) -> str:
        limit = f"，每人限{self.limit}" if self.limit else ""
        return f"秒杀¥{self.price.short}{limit}"


def from_terms(about: About, said: Terms) -> Flash:
    """From {"price": "9.90", "goods": […], "from": …, "until": …}, "limit" and "exclusive". Raises ValueError."""
    if not about.scope.goods or about.scope.until is None:
        raise ValueError("a flash sale has 'goods' and 'until'")
    return Flash(
        about,
        said.read("price", money),
        said.read("limit", pieces, None),
        said.read("exclusive", flag, True),
    )
