"""券: which coupon is used (S3): the one with which the whole basket, delivery and all, costs the least."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Protocol

from shop.kit.money import ZERO, Money, zhe
from shop.rules.quotes import Priced, Unused
from shop.rules.scope import EVERYTHING, Scope

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Coupon:
    """One coupon in a buyer's hands. Its scope says for which goods and from when until when."""

    id: str
    kind: Literal["face", "rate", "delivery"]
    face: Money = ZERO  # what is taken off; of a delivery coupon, at most
    rate: int = 0  # basis points left to pay
    spend: Money = ZERO  # the threshold, on the goods it counts
    cap: Money | None = None
    scope: Scope = EVERYTHING
    stacks: bool = True  # False: lines that a promotion has cut do not count

    def given(self, id: str, since: datetime | None, until: datetime | None) -> Coupon:
        """One of these in somebody's hands, with a time of its own."""
        return replace(self, id=id, scope=replace(self.scope, since=since, until=until))

    def off(self, base: Money) -> Money:
        """What it takes off goods that cost `base`: never more than that."""
        whole = base - base.at_rate(self.rate) if self.kind == "rate" else self.face
        return min(whole, base, base if self.cap is None else self.cap)

    def say(self) -> str:
        """券 满30减3, 券 8.8折, 运费券 减5."""
        after = f"满{self.spend.short}" if self.spend else ""
        if self.kind == "rate":
            cap = f"最多减{self.cap.short}" if self.cap else ""
            return f"券 {after}{'打' if after else ''}{zhe(self.rate)}{cap}"
        return f"{'运费券' if self.kind == 'delivery' else '券'} {after}减{self.face.short}"


class Bill(Protocol):
    """The rest of the price, for given goods: points and delivery."""

    def fee(self, goods: Money) -> Money: ...

    def payable(self, goods: Money, delivery: Money) -> Money: ...


@dataclass(frozen=True, slots=True)
class Counted:
    """The lines that coupons look at, and what promotions have done to them."""

    lines: Sequence[Priced]
    cut: Collection[str] = ()  # keys of lines that a promotion cut
    barred: Collection[str] = ()  # keys of lines whose promotion forbids coupons

    def by(self, coupon: Coupon) -> list[Priced]:
        return [
            line
            for line in self.lines
            if not line.exclusive
            and line.key not in self.barred
            and (coupon.stacks or line.key not in self.cut)
            and coupon.scope.covers(line.item.goods)
        ]


@dataclass(frozen=True, slots=True)
class Use:
    """A coupon and what it takes off: of the goods, or at most of the delivery."""

    coupon: Coupon
    off: Money


@dataclass(frozen=True, slots=True)
class Trial:
    """The whole price with at most one coupon for the goods and one for the delivery."""

    payable: Money
    goods: Use | None = None
    delivery: Use | None = None

    @property
    def uses(self) -> tuple[Use, ...]:
        return tuple(use for use in (self.goods, self.delivery) if use)

    @property
    def order(self) -> tuple[object, ...]:
        """The smallest payable; none before one that saves nothing; what expires first, is larger, first by id."""
        return (self.payable, *_order(self.goods), *_order(self.delivery))


def _order(use: Use | None) -> tuple[object, ...]:
    if use is None:
        return (False, NEVER, 0, "")
    return (True, use.coupon.scope.until or NEVER, -use.coupon.face.fen, use.coupon.id)


@dataclass(frozen=True, slots=True)
class Choice:
    best: Trial
    unused: tuple[Unused, ...]


def choose(
    coupons: Sequence[Coupon], counted: Counted, bill: Bill, *, named: str = "", now: datetime | None = None
) -> Choice:
    """The best trial of all; with `named`, of those with that coupon, if it can be used. Raises ValueError for two
    coupons with one id."""
    known = {coupon.id: coupon for coupon in coupons}
    if len(known) != len(coupons):
        raise ValueError("two coupons have the same id")
    looked = [_look(known[id], counted, now) for id in sorted(known)]
    uses = [found for found in looked if isinstance(found, Use)]
    trials = _trials(Money(sum(line.net.fen for line in counted.lines)), uses, bill)
    best = min(_asked(trials, named), key=lambda trial: trial.order)
    unused = [found for found in looked if isinstance(found, Unused)] + _worse(uses, trials, best)
    return Choice(best, tuple(sorted(unused, key=lambda one: one.coupon)))


def _look(coupon: Coupon, counted: Counted, now: datetime | None) -> Use | Unused:
    if not coupon.scope.begun(now):
        return Unused(coupon.id, coupon.say(), "not_yet")
    if coupon.scope.over(now):
        return Unused(coupon.id, coupon.say(), "expired")
    base = Money(sum(line.net.fen for line in counted.by(coupon)))
    if not base:
        return Unused(coupon.id, coupon.say(), "nothing")
    if base < coupon.spend:
        return Unused(coupon.id, coupon.say(), "short", coupon.spend - base)
    return Use(coupon, coupon.face if coupon.kind == "delivery" else coupon.off(base))


def _trials(goods: Money, uses: Sequence[Use], bill: Bill) -> list[Trial]:
    """Once without and once with each coupon for goods, each of them without and with each one for delivery."""
    return [
        _trial(goods, bill, one, other)
        for one in (None, *(use for use in uses if use.coupon.kind != "delivery"))
        for other in (None, *(use for use in uses if use.coupon.kind == "delivery"))
    ]


def _trial(goods: Money, bill: Bill, one: Use | None, other: Use | None) -> Trial:
    left = goods - one.off if one else goods
    fee = bill.fee(left)
    spared = min(other.off, fee) if other else ZERO
    delivery = Use(other.coupon, spared) if other else None
    return Trial(bill.payable(left, fee - spared), one, delivery)


def _asked(trials: list[Trial], named: str) -> list[Trial]:
    return [t for t in trials if any(use.coupon.id == named for use in t.uses)] or trials


def _worse(uses: Sequence[Use], trials: Sequence[Trial], best: Trial) -> list[Unused]:
    """Those that could be used and are not, with what would be paid more."""
    least: dict[str, Money] = {}
    for trial in trials:
        for use in trial.uses:
            least[use.coupon.id] = min(trial.payable, least.get(use.coupon.id, trial.payable))
    taken = {use.coupon.id for use in best.uses}
    return [
        Unused(use.coupon.id, use.coupon.say(), "worse", least[use.coupon.id] - best.payable)
        for use in uses
        if use.coupon.id not in taken
    ]
