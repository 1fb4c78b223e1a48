"""送货的约定: by which rule an order is brought, as it was promised; what the scale takes away does not make that dearer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shop.kit.money import Money
from shop.rules.baskets import Want
from shop.rules.promotions import DeliveryRule
from shop.rules.quotes import Nearly
from shop.rules.weighing import Weighed


@dataclass(frozen=True, slots=True)
class Promise:
    """The rule of that day, and by their keys the lines of which the scale said less."""

    rule: DeliveryRule
    weighed: Mapping[str, Weighed] = field(default_factory=dict)

    def over(self, basket: Mapping[str, Want]) -> Promise:
        """What of it holds for this basket: of a line whose amount the buyer has changed since, the scale says nothing."""
        stands = {
            key: one for key, one in self.weighed.items() if key in basket and basket[key].qty == one.counts
        }
        return Promise(self.rule, stands)

    def as_ordered(self, basket: Mapping[str, Want]) -> dict[str, Want]:
        """The basket as it was before the scale."""
        return {
            key: replace(want, qty=self.weighed[key].ordered) if key in self.weighed else want
            for key, want in basket.items()
        }

    def say(self) -> str:
        """配送费¥5，满50免."""
        return f"{self.rule.say()}，按下单的量算" if self.weighed else self.rule.say()


@dataclass(frozen=True, slots=True)
class Spared(DeliveryRule):
    """A rule that looks at these goods where they are more than those that are left."""

    rule: DeliveryRule
    ordered: Money

    def fee(self, goods: Money) -> Money:
        return self.rule.fee(max(goods, self.ordered))

    def nearly(self, goods: Money) -> Nearly | None:
        return self.rule.nearly(max(goods, self.ordered))

    def say(self) -> str:
        return self.rule.say()

    def terms(self) -> dict[str, str]:
        return self.rule.terms()
