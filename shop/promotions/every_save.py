"""每满减: for every so much, so much off, as often as it goes; with a cap where the merchant wants one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.money import Money
from shop.kit.terms import Terms, some_money
from shop.rules.promotions import About, BasketPromotion, Reduction, is_near, spread, worth
from shop.rules.quotes import Nearly, Priced


@dataclass(frozen=True, slots=True)
class EverySave(BasketPromotion):
    spend: Money
    save: Money
    cap: Money | None

    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        times, over = divmod(worth(lines).fen, self.spend.fen)
        off, next_off = self._off(times), self._off(times + 1)
        is_told = next_off > off and is_near(over, self.spend.fen)
        short = Money(self.spend.fen - over)
        nearly = Nearly(self.about.rule, self._words(), short, next_off) if is_told else None
        return Reduction(spread(off, lines), self.say(), nearly)

    def _off(self, times: int) -> Money:
        off = Money(self.save.fen * times)
        return off if self.cap is None else min(off, self.cap)

    def _words(self) -> str:
        return f"每满{self.spend.short}减{self.save.short}"

    def say(self) -> str:
        return self._words() + (f"，最多减{self.cap.short}" if self.cap else "")


def from_terms(about: About, said: Terms) -> EverySave:
    """From {"spend": "30", "save": "4", "cap": "10"}. Raises ValueError when it saves more than is spent."""
    spend, save = said.read("spend", some_money), said.read("save", some_money)
    cap = said.read("cap", some_money, None)
    if save > spend:
        raise ValueError("save: more than is spent")
    return EverySave(about, spend, save, cap)
