"""配送费: a fee for bringing the goods, free from so much on, or altogether."""

from __future__ import annotations

from dataclasses import dataclass

from shop.kit.money import ZERO, Money
from shop.kit.terms import Terms, money, some_money
from shop.rules.promotions import About, DeliveryRule, is_near
from shop.rules.quotes import Nearly


@dataclass(frozen=True, slots=True)
class Delivery(DeliveryRule):
    full: Money
    free_from: Money | None

    def fee(self, goods: Money) -> Money:
        return ZERO if self.free_from is not None and goods >= self.free_from else self.full

    def nearly(self, goods: Money) -> Nearly | None:
        if self.free_from is None or not is_near(goods.fen, self.free_from.fen):
            return None
        return Nearly(self.about.rule, "免配送费", self.free_from - goods, self.full)

    def say(self) -> str:
        if not self.full:
            return "免配送费"
        free = f"，满{self.free_from.short}免" if self.free_from is not None else ""
        return f"配送费¥{self.full.short}{free}"

    def terms(self) -> dict[str, str]:
        free = {"free_from": self.free_from.yuan} if self.free_from is not None else {}
        return {"fee": self.full.yuan, **free}


def from_terms(about: About, said: Terms) -> Delivery:
    """From {"fee": "6", "free_from": "40"}. Raises ValueError."""
    return Delivery(about, said.read("fee", money), said.read("free_from", some_money, None))
