"""积分: points pay for a part of the goods."""

from __future__ import annotations

from dataclasses import dataclass

from shop.kit.money import BASIS, Money
from shop.kit.terms import Terms, share_of_all, some_money
from shop.rules.promotions import About, PointsRule


@dataclass(frozen=True, slots=True)
class Points(PointsRule):
    cap: int  # basis points of the goods that may be paid with points

    def most(self, goods: Money) -> int:
        return goods.fen * self.cap // BASIS // self.value.fen

    def say(self) -> str:
        return "积分抵扣"


def from_terms(about: About, said: Terms) -> Points:
    """From {"value": "0.01", "cap": 50}: a point is worth a fen and pays for at most 50 percent. Raises ValueError."""
    return Points(about, said.read("value", some_money), said.read("cap", share_of_all, BASIS))
