"""促销: what a promotion may be. Each kind is one file in shop/promotions and takes part in one step of the price."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shop.kit import terms
from shop.kit.money import ZERO, Money
from shop.kit.quantity import Quantity
from shop.kit.terms import Terms
from shop.rules import scope
from shop.rules.coupons import Coupon
from shop.rules.quotes import Item, Nearly, Offer, Priced
from shop.rules.scope import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class About:
    """Which promotion it is, over what, and before which others."""

    rule: str
    scope: Scope = EVERYTHING
    priority: int = 0  # the higher one has the first choice of the lines
    coupons: bool = True  # whether coupons may count the lines it has cut


def read_about(kind: str, said: Terms) -> About:
    """From "id", "priority", "coupons" and the scope, each of them optional. Raises ValueError."""
    return About(
        said.read("id", terms.word, kind),
        scope.read(said),
        said.read("priority", terms.order, 0),
        said.read("coupons", terms.flag, True),
    )


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a price may depend on beside the basket: who buys, what for, with what, and when."""

    level: str = ""  # of membership; empty for a stranger
    teams: frozenset[str] = frozenset()  # 拼团 this basket takes part in
    bargains: Mapping[str, Money] = field(default_factory=dict)  # 砍价: how low each has come
    coupons: tuple[Coupon, ...] = ()
    named: str = ""  # the coupon the buyer asks for; otherwise the best is taken
    points: int = 0  # the most to be spent: the balance, or less when the buyer says so
    now: datetime | None = None


ANYBODY = Buyer()


@dataclass(frozen=True, slots=True)
class UnitPromotion(ABC):
    """S1: further offers for one unit; the engine takes the cheapest."""

    about: About

    @abstractmethod
    def offers(self, item: Item, buyer: Buyer) -> Sequence[Offer]:
        """For an item in scope, whatever its quantity: conditions are part of an offer."""

    @abstractmethod
    def say(self) -> str:
        """As a customer reads it: 3件起¥9."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a basket promotion takes off each line (by key), or how near it was."""

    off: Mapping[str, Money] = field(default_factory=dict)
    why: str = ""
    nearly: Nearly | None = None


@dataclass(frozen=True, slots=True)
class BasketPromotion(ABC):
    """S2: a cut over several lines."""

    about: About

    @abstractmethod
    def reduce(self, lines: Sequence[Priced]) -> Reduction:
        """Given the lines it may cut, at what they cost after S1. Never more than that."""

    @abstractmethod
    def say(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PointsRule(ABC):
    """S4: how many points may pay for goods, and what one is worth."""

    about: About
    value: Money

    @abstractmethod
    def most(self, goods: Money) -> int: ...

    @abstractmethod
    def say(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DeliveryRule(ABC):
    """S5: what it costs to bring these goods."""

    about: About

    @abstractmethod
    def fee(self, goods: Money) -> Money: ...

    @abstractmethod
    def nearly(self, goods: Money) -> Nearly | None: ...

    @abstractmethod
    def say(self) -> str: ...

    @abstractmethod
    def terms(self) -> dict[str, str]:
        """What makes it again: an order keeps the rule that was promised with it."""


Promotion = UnitPromotion | BasketPromotion | PointsRule | DeliveryRule | Coupon


# ── what the kinds have in common ───────────────────────────────────────────────────────────────────────────────


def worth(lines: Iterable[Priced]) -> Money:
    return Money(sum(line.net.fen for line in lines))


def pieces(lines: Iterable[Priced]) -> int:
    """Whole pieces, counted together."""
    return sum(line.qty.milli for line in lines) // 1000


def spread(amount: Money, lines: Iterable[Priced]) -> dict[str, Money]:
    """A cut over lines by what they cost. Raises ValueError when it is more than that."""
    return amount.share({line.key: line.net.fen for line in lines})


def is_near(have: int, step: int) -> bool:
    """At least half of the way (in fen, in pieces), and not there."""
    return have < step <= have * 2


def nearly_by_pieces(rule: str, why: str, saves: Money, *, more: int, unit: str = "件") -> Nearly:
    return Nearly(rule, why, ZERO, saves, Quantity.of(more), unit)
