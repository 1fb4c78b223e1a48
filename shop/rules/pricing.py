"""价: what a basket costs and why; pure arithmetic in fen, one place for every promotion.

Steps (numbers as in docs/pricing.md): S0 price × quantity → S1 one unit offer per line, the lowest → S2 basket cuts
(满减) → S7 check. Coupons, points and delivery go between S2 and S7. A line's key, not its place, settles every tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shop.kit.money import ZERO, Money, total
from shop.kit.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of goods to price: `key` is the sku; offers are what one unit may cost, with the reason."""

    key: str
    qty: Quantity
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one unit costs under one offer. `rank` settles ties: the smaller wins (special before list)."""

    price: Money
    why: str = ""  # empty for the list price
    rank: int = 100
    exclusive: bool = False  # no further cuts on this line


@dataclass(frozen=True, slots=True)
class Cut:
    """Money taken off a line, and why."""

    rule: str
    why: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Nearly:
    """再买¥3.20减¥5: a cut that was missed by a little."""

    rule: str
    why: str
    short: Money
    saves: Money


@dataclass(frozen=True, slots=True)
class Priced:
    key: str
    qty: Quantity
    price: Money
    price_why: str
    gross: Money
    net: Money
    cuts: tuple[Cut, ...] = ()
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    lines: tuple[Priced, ...]
    nearly: tuple[Nearly, ...]
    gross: Money
    payable: Money

    @property
    def saved(self) -> Money:
        return self.gross - self.payable


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a basket promotion gives: an amount to take off the lines it counts, or how near it was."""

    amount: Money = ZERO
    why: str = ""
    nearly: Nearly | None = None


class BasketPromotion(Protocol):
    """S2: one file in shop/promotions each."""

    @property
    def rule(self) -> str: ...

    @property
    def priority(self) -> int: ...

    def reduce(self, base: Money) -> Reduction:
        """Given the net of the lines that may be cut: what to take off. Never more than `base`."""
        ...


def quote(items: Sequence[Item], promotions: Sequence[BasketPromotion] = ()) -> Quote:
    """Price a basket. Raises ArithmeticError when a rule breaks the money (S7); nothing is ever clamped."""
    lines = tuple(_unit_price(item) for item in sorted(items, key=lambda item: item.key))
    nearly: list[Nearly] = []
    for promotion in sorted(promotions, key=lambda p: (-p.priority, p.rule)):
        lines, missed = _apply(promotion, lines)
        nearly += missed
    result = Quote(
        lines, tuple(nearly), total([line.gross for line in lines]), total([line.net for line in lines])
    )
    _check(result)
    return result


def _unit_price(item: Item) -> Priced:
    offer = min(item.offers, key=lambda offer: (offer.price, offer.rank))
    gross = offer.price.times(item.qty.milli)
    return Priced(item.key, item.qty, offer.price, offer.why, gross, gross, exclusive=offer.exclusive)


def _apply(promotion: BasketPromotion, lines: tuple[Priced, ...]) -> tuple[tuple[Priced, ...], list[Nearly]]:
    """One promotion per line: lines already cut by another, and exclusive ones, are left alone."""
    open_lines = {line.key: line.net.fen for line in lines if not line.exclusive and not line.cuts}
    got = promotion.reduce(Money(sum(open_lines.values())))
    missed = [got.nearly] if got.nearly else []
    if not got.amount:
        return lines, missed
    shares = got.amount.share(open_lines)
    return tuple(_cut(line, promotion.rule, got.why, shares.get(line.key, ZERO)) for line in lines), missed


def _cut(line: Priced, rule: str, why: str, amount: Money) -> Priced:
    if not amount:
        return line
    return replace(line, net=line.net - amount, cuts=(*line.cuts, Cut(rule, why, amount)))


def _check(result: Quote) -> None:
    for line in result.lines:
        cuts = total([cut.amount for cut in line.cuts])
        if not ZERO <= line.net <= line.gross or line.gross - cuts != line.net:
            raise ArithmeticError(f"line {line.key}: {line.gross} - {cuts} is not {line.net}")
    if result.payable < ZERO:
        raise ArithmeticError(f"nobody is paid to shop: {result.payable}")
