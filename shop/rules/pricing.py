"""价: what a basket costs and why; pure arithmetic in fen (docs/pricing.md tells the same with numbers).

S0 price × quantity → S1 one offer a unit, the cheapest → S2 basket cuts → S3 coupon → S4 points → S5 delivery →
S6 the merchant's change → S7 the last look. A line's key, not its place, settles every tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shop.kit.money import ZERO, Money, total
from shop.refusals import TooMuchOff
from shop.rules.coupons import Choice, Counted, Coupon, Use, choose
from shop.rules.offers import sell
from shop.rules.promotions import (
    ANYBODY,
    BasketPromotion,
    Buyer,
    DeliveryRule,
    PointsRule,
    Promotion,
    Reduction,
    UnitPromotion,
    spread,
    worth,
)
from shop.rules.quotes import Cut, Item, Nearly, Offer, Priced, Quote, Spent, Unused

__all__ = [
    "ANYBODY",
    "CHANGED",
    "BasketPromotion",
    "Buyer",
    "Coupon",
    "Cut",
    "Item",
    "Nearly",
    "Offer",
    "Priced",
    "Promotion",
    "Quote",
    "Reduction",
    "Spent",
    "Unused",
    "check",
    "quote",
]

CHANGED = "店主改价"


def quote(
    items: Sequence[Item],
    promotions: Sequence[Promotion] = (),
    buyer: Buyer = ANYBODY,
    *,
    change: Money = ZERO,
    change_why: str = CHANGED,
    delivered: bool = True,
) -> Quote:
    """Price a basket. `change` is the merchant's: less than nothing is off, more takes cuts back; `change_why` is what
    the buyer reads of it; `delivered` is False for goods that are picked up.

    Raises TooMuchOff for a change that no line can bear, ValueError for a basket that is none, ArithmeticError when
    a rule breaks the money (S7); nothing is ever clamped.
    """
    run = _running(promotions, buyer.now)
    sold = sell(items, run.units, buyer)
    counted, nearly = _cut_basket(sold.lines, run.baskets)
    bill = Bill(run.points, run.delivery if delivered else None, buyer.points)
    choice = choose((*buyer.coupons, *run.coupons), counted, bill, named=buyer.named, now=buyer.now)
    lines = _cut_by_coupon(counted, choice.best.goods)
    goods = worth(lines)
    lines = _pay_with_points(lines, bill.points(goods), run.points)
    lines = _changed(lines, change, change_why)
    result = _quote(lines, (*nearly, *bill.nearly(goods), *sold.nearly), bill.fee(goods), choice)
    check(result)
    return result


def delivery_rule(promotions: Sequence[Promotion], now: datetime) -> DeliveryRule | None:
    """What bringing costs at this moment; None where nothing is brought."""
    return _running([one for one in promotions if isinstance(one, DeliveryRule)], now).delivery


# ── who takes part ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Running:
    """The promotions of this moment, each in its step, the most important first."""

    units: tuple[UnitPromotion, ...]
    baskets: tuple[BasketPromotion, ...]
    coupons: tuple[Coupon, ...]
    points: PointsRule | None
    delivery: DeliveryRule | None


def _running(promotions: Sequence[Promotion], now: datetime | None) -> Running:
    coupons = tuple(p for p in promotions if isinstance(p, Coupon))
    others = sorted(
        (p for p in promotions if not isinstance(p, Coupon) and p.about.scope.runs(now)),
        key=lambda p: (-p.about.priority, p.about.rule),
    )
    return Running(
        tuple(p for p in others if isinstance(p, UnitPromotion)),
        tuple(p for p in others if isinstance(p, BasketPromotion)),
        coupons,
        next((p for p in others if isinstance(p, PointsRule)), None),
        next((p for p in others if isinstance(p, DeliveryRule)), None),
    )


# ── S2 cuts over the basket ─────────────────────────────────────────────────────────────────────────────────────


def _cut_basket(
    lines: tuple[Priced, ...], promotions: Sequence[BasketPromotion]
) -> tuple[Counted, tuple[Nearly, ...]]:
    """One promotion a line: what another has cut, and what is exclusive, is left alone."""
    cut: set[str] = set()
    barred: set[str] = set()
    nearly: list[Nearly] = []
    for promotion in promotions:
        about = promotion.about
        free = [
            line
            for line in lines
            if not line.exclusive and line.key not in cut and about.scope.covers(line.item.goods)
        ]
        got = promotion.reduce(free)
        lines = tuple(line.less(about.rule, got.why, got.off.get(line.key, ZERO)) for line in lines)
        taken = {key for key, amount in got.off.items() if amount}
        cut |= taken
        barred |= taken if not about.coupons else set()
        nearly += [got.nearly] if got.nearly else []
    return Counted(lines, cut, barred), tuple(nearly)


# ── S3 coupon, S4 points, S5 delivery ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Bill:
    """What follows from the price of the goods: the points that pay for a part of it, and the delivery."""

    rule: PointsRule | None
    delivery: DeliveryRule | None
    wished: int

    def points(self, goods: Money) -> int:
        return min(self.wished, self.rule.most(goods)) if self.rule and self.wished > 0 else 0

    def fee(self, goods: Money) -> Money:
        """The threshold of free delivery looks at the goods before points."""
        return self.delivery.fee(goods) if self.delivery else ZERO

    def payable(self, goods: Money, delivery: Money) -> Money:
        by_points = self.rule.value.fen * self.points(goods) if self.rule else 0
        return Money(goods.fen - by_points + delivery.fen)

    def nearly(self, goods: Money) -> tuple[Nearly, ...]:
        missed = self.delivery.nearly(goods) if self.delivery else None
        return (missed,) if missed else ()


def _cut_by_coupon(counted: Counted, use: Use | None) -> tuple[Priced, ...]:
    if use is None:
        return tuple(counted.lines)
    shares = spread(use.off, counted.by(use.coupon))
    why = use.coupon.say()
    return tuple(line.less("coupon", why, shares.get(line.key, ZERO)) for line in counted.lines)


def _pay_with_points(lines: tuple[Priced, ...], points: int, rule: PointsRule | None) -> tuple[Priced, ...]:
    """Money by what lines cost, then the points by the money, so that both can be given back line by line."""
    if rule is None or not points:
        return lines
    paid = spread(Money(rule.value.fen * points), lines)
    spent = Money(points).share({key: amount.fen for key, amount in paid.items()})
    return tuple(
        replace(line.less("points", rule.say(), paid[line.key]), points=spent[line.key].fen) for line in lines
    )


# ── S6 the merchant's change, S7 the last look ──────────────────────────────────────────────────────────────────


def _changed(lines: tuple[Priced, ...], change: Money, why: str) -> tuple[Priced, ...]:
    """Off by what lines cost; back on by what was cut from them, for no line may cost more than its full price."""
    if not change:
        return lines
    if change < ZERO:
        room = {line.key: line.net.fen for line in lines}
    else:
        room = {line.key: (line.gross - line.net).fen for line in lines}
    size = max(change, -change)
    if size.fen > sum(room.values()):
        raise TooMuchOff(change, Money(sum(room.values())))
    shares = size.share(room)
    sign = 1 if change < ZERO else -1
    return tuple(line.less("change", why, Money(sign * shares[line.key].fen)) for line in lines)


def _quote(lines: tuple[Priced, ...], nearly: tuple[Nearly, ...], fee: Money, choice: Choice) -> Quote:
    spent = tuple(
        Spent(use.coupon.id, use.coupon.say(), use.off, use is choice.best.delivery)
        for use in choice.best.uses
    )
    use = choice.best.delivery
    cuts = (Cut("coupon", use.coupon.say(), use.off),) if use and use.off else ()
    delivery = fee - total(cut.amount for cut in cuts)
    return Quote(
        lines,
        tuple(near for near in nearly if near.saves > ZERO),
        gross=total(line.gross for line in lines),
        payable=worth(lines) + delivery,
        delivery=delivery,
        delivery_cuts=cuts,
        coupons=spent,
        unused=choice.unused,
    )


def check(result: Quote) -> None:
    """S7. Raises ArithmeticError: a rule is wrong, and nothing is clamped to hide it."""
    for line in result.lines:
        cuts = total(cut.amount for cut in line.cuts)
        if not ZERO <= line.net <= line.gross or line.gross - cuts != line.net:
            raise ArithmeticError(f"line {line.key}: {line.gross} - {cuts} is not {line.net}")
    if result.delivery < ZERO or result.payable != result.goods + result.delivery:
        raise ArithmeticError(f"nobody is paid to shop: {result.payable}")
