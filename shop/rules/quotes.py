"""报价: what the price engine is asked and what it answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from shop.kit.money import ZERO, Money, total
from shop.kit.quantity import NONE, Quantity
from shop.rules.packs import Packs, cheapest

RANKS = {
    "flash": 10,
    "team": 20,
    "bargain": 20,
    "timed": 50,
    "member": 60,
    "tier": 70,
    "packs": 70,
    "list": 100,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What one unit may cost, and on which condition. One with the rule "list" is every item's own price."""

    price: Money
    why: str = ""  # empty for the list price
    rule: str = "list"  # one of RANKS: at the same cost the smaller rank is taken and named
    exclusive: bool = False  # no further cuts on this line
    least: Quantity = NONE  # 3件起: only from this quantity on
    limit: Quantity | None = None  # 每人限2: what is above it stays at the list price
    packs: Packs = ()  # 2包420: (pieces, price of them together)

    @property
    def rank(self) -> int:
        return RANKS[self.rule]

    def total(self, qty: Quantity) -> Money:
        """This much under this offer, rounded half up once."""
        if not self.packs:
            return self.price.times(qty.milli)
        pieces, rest = divmod(qty.milli, 1000)
        return cheapest(pieces, self.price, self.packs) + self.price.times(rest)


@dataclass(frozen=True, slots=True)
class Item:
    """Something to price. `key` is the line's, unique in the basket; `sku` and `product` are what promotions name."""

    key: str
    qty: Quantity
    offers: tuple[Offer, ...]
    sku: str = ""
    product: str = ""
    unit: str = "件"
    frozen: bool = False  # it stands on an order: these offers and no new ones

    @property
    def goods(self) -> tuple[str, str]:
        return (self.sku or self.key, self.product)

    @property
    def list_offer(self) -> Offer:
        """Raises ValueError when the item has no price of its own."""
        for offer in self.offers:
            if offer.rule == "list":
                return offer
        raise ValueError(f"{self.key} has no list price")


@dataclass(frozen=True, slots=True)
class Cut:
    """Money taken off a line, and why."""

    rule: str
    why: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Nearly:
    """再买¥3.20减¥5, or 再买1件: a cut that was missed by a little; either `short` or `more` says by how much."""

    rule: str
    why: str
    short: Money
    saves: Money
    more: Quantity = NONE
    unit: str = "件"

    @property
    def missing(self) -> str:
        """再买…: ¥3.20, 1 件."""
        return f"{self.more} {self.unit}" if self.more > NONE else str(self.short)


@dataclass(frozen=True, slots=True)
class Priced:
    """One line. `listed` is what it costs at the list price, `gross` at the unit price that was taken, `net` after
    the cuts; `item` holds every offer that was open, so that an order keeps them when its quantity changes."""

    key: str
    qty: Quantity
    item: Item
    offer: Offer
    listed: Money
    gross: Money
    net: Money
    cuts: tuple[Cut, ...] = ()
    points: int = 0  # spent on this line

    @property
    def price(self) -> Money:
        return self.offer.price

    @property
    def price_why(self) -> str:
        return "" if self.offer.packs else self.offer.why

    @property
    def exclusive(self) -> bool:
        return self.offer.exclusive

    def less(self, rule: str, why: str, amount: Money) -> Priced:
        """This line with a cut; unchanged when nothing is taken off."""
        if not amount:
            return self
        return replace(self, net=self.net - amount, cuts=(*self.cuts, Cut(rule, why, amount)))


@dataclass(frozen=True, slots=True)
class Spent:
    """A coupon that is used with this quote, and what it takes off: of the goods, or of what bringing them costs."""

    coupon: str
    why: str
    amount: Money
    for_delivery: bool = False


@dataclass(frozen=True, slots=True)
class Unused:
    """A coupon that is not used, and why: `by` is what is missing to its threshold ("short"), or how much more
    would be paid with it ("worse": nothing when another is as good, less when the buyer named another)."""

    coupon: str
    why: str
    reason: Literal["not_yet", "expired", "nothing", "short", "worse"]
    by: Money = ZERO


@dataclass(frozen=True, slots=True)
class Brought:
    """送货: what is paid for bringing an order, by which rule (配送费¥5，满50免), and what a coupon took off."""

    paid: Money
    why: str
    cuts: tuple[Cut, ...] = ()

    @property
    def fee(self) -> Money:
        """Before the coupon; nothing from so much on."""
        return self.paid + total(cut.amount for cut in self.cuts)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs. `gross` is the goods at their unit prices; delivery stands apart, never in a line."""

    lines: tuple[Priced, ...]
    nearly: tuple[Nearly, ...]
    gross: Money
    payable: Money
    delivery: Money = ZERO  # what is paid for it
    delivery_cuts: tuple[Cut, ...] = ()
    coupons: tuple[Spent, ...] = ()
    unused: tuple[Unused, ...] = ()

    @property
    def listed(self) -> Money:
        return total(line.listed for line in self.lines)

    @property
    def goods(self) -> Money:
        """What is paid for the goods alone."""
        return total(line.net for line in self.lines)

    @property
    def counted(self) -> Money:
        """What the threshold of free delivery looks at: the goods before points and the merchant's change."""
        later = total(
            cut.amount for line in self.lines for cut in line.cuts if cut.rule in ("points", "change")
        )
        return self.goods + later

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)

    @property
    def saved(self) -> Money:
        """Against the list price and the full fee of delivery."""
        return self.listed - self.goods + total(cut.amount for cut in self.delivery_cuts)

    def parts(self, key: str) -> tuple[Priced, ...]:
        """The lines that came of the item with this key: more than one when an offer had a limit."""
        return tuple(line for line in self.lines if line.item.key == key)
