"""退款的一生, and what a refund gives back: the stored share of the money, never a new price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shop.kit.money import ZERO, Money, total
from shop.kit.quantity import NONE, Quantity
from shop.refusals import MoreThanBought, MoreThanPaid, NothingToRefund
from shop.rules.life import Life, Step
from shop.rules.shares import part_share

SILENT_FOR = timedelta(hours=48)  # then the merchant's silence is a yes
ASK_AGAIN = timedelta(minutes=5)  # the provider, doubled with every try
MOST_TRIES = 8
NUDGE_AFTER = timedelta(days=1)


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    PROCESSING = "processing"
    MANUAL = "manual"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


S = State
LIFE: Life[State] = Life(
    of="a refund",
    first=S.REQUESTED,
    last=frozenset({S.REFUNDED, S.REJECTED, S.WITHDRAWN}),
    steps=(
        Step(S.REQUESTED, "approved", S.APPROVED),
        Step(S.REQUESTED, "shop_silent", S.APPROVED),
        Step(S.REQUESTED, "rejected", S.REJECTED),
        Step(S.REQUESTED, "withdrawn", S.WITHDRAWN),
        Step(S.APPROVED, "submitted", S.PROCESSING, "not by hand"),
        Step(S.APPROVED, "submitted", S.MANUAL, "by hand"),
        Step(S.PROCESSING, "submitted", S.PROCESSING),
        Step(S.PROCESSING, "paid_back", S.REFUNDED),
        Step(S.PROCESSING, "failed", S.MANUAL),
        Step(S.MANUAL, "nudged", S.MANUAL),
        Step(S.MANUAL, "paid_back", S.REFUNDED),
        Step(S.MANUAL, "retried", S.APPROVED, "not by hand"),
    ),
    waits={
        S.REQUESTED: "the shop, 48 hours",
        S.APPROVED: "`due_at`, at once",
        S.PROCESSING: "the provider; asked at `due_at`",
        S.MANUAL: "the shop pays by hand; reminded daily",
    },
    shown={
        S.REQUESTED: "等店里看",
        S.APPROVED: "同意了",
        S.PROCESSING: "退款中",
        S.MANUAL: "店里转给你",
        S.REFUNDED: "退到了",
        S.REJECTED: "没同意",
        S.WITHDRAWN: "你收回了",
    },
)
OPEN = frozenset(S) - LIFE.last
BY_HAND = frozenset({"cash", "transfer"})  # no provider pays these back


@dataclass(frozen=True, slots=True)
class Room:
    """What of a line can still be given back: `qty` units that cost `net`, less what is given or promised."""

    net: Money
    qty: Quantity
    given: Money
    gone: Quantity

    @property
    def left(self) -> Money:
        return self.net - self.given

    @property
    def units(self) -> Quantity:
        return self.qty - self.gone

    def of(self, more: Quantity) -> Money:
        """The stored share of the next `more` units; with the last unit, all that is left."""
        if more == self.units:
            return self.left
        return min(part_share(self.net, self.qty, gone=self.gone, more=more), self.left)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, with what can go back of it."""

    id: int
    sku: str
    name: str
    unit: str
    room: Room


@dataclass(frozen=True, slots=True)
class What:
    """What somebody wants back: some units of goods, or an amount without goods, or the fee for bringing them, or (none
    of these) everything."""

    units: tuple[tuple[str, Quantity], ...] = ()  # sku, how much
    amount: Money | None = None
    delivery: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    line: int
    qty: Quantity
    money: Money


@dataclass(frozen=True, slots=True)
class Fee:
    """What of the fee for bringing an order can still be given back; `follows`: it goes with the last of the goods,
    for nothing of the order has left the shop."""

    left: Money = ZERO
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes back: of each line, and of the fee for bringing them."""

    parts: tuple[Part, ...]
    fee: Money

    @property
    def money(self) -> Money:
        return total([part.money for part in self.parts]) + self.fee


NO_FEE = Fee()


def plan(lines: Sequence[Line], what: What, fee: Fee = NO_FEE, *, code: str = "") -> Plan:
    """Raises NothingToRefund, MoreThanBought, MoreThanPaid."""
    parts = [] if what.delivery else _of_goods(lines, what)
    is_last = sum(part.qty.milli for part in parts) == sum(line.room.units.milli for line in lines)
    goes = fee.left if what.delivery or (fee.follows and is_last) else ZERO
    found = Plan(tuple(part for part in parts if part.qty.milli or part.money), goes)
    if not found.money:
        raise NothingToRefund(code)
    return found


def _of_goods(lines: Sequence[Line], what: What) -> list[Part]:
    if what.amount is not None:
        return _of_amount(lines, what.amount)
    if what.units:
        return [part for sku, qty in what.units for part in _of_units(lines, sku, qty)]
    return [Part(line.id, line.room.units, line.room.left) for line in lines]


def _of_amount(lines: Sequence[Line], amount: Money) -> list[Part]:
    """By weight of what is left of each; the units stay with the buyer."""
    left = {f"{line.id:020d}": line.room.left.fen for line in lines}
    most = sum(left.values())
    if amount.fen > most:
        raise MoreThanPaid(Money(most))
    return [Part(int(key), NONE, share) for key, share in amount.share(left).items() if share]


def _of_units(lines: Sequence[Line], sku: str, qty: Quantity) -> list[Part]:
    mine = [line for line in lines if line.sku == sku]
    bought = sum((line.room.units for line in mine), NONE)
    if not mine or qty > bought or qty <= NONE:
        raise MoreThanBought(mine[0].name if mine else sku, mine[0].unit if mine else "", bought)
    parts: list[Part] = []
    for line in mine:
        more = min(qty, line.room.units)
        if more > NONE:
            parts.append(Part(line.id, more, line.room.of(more)))
        qty = qty - more
    return parts


def ask_again(attempts: int) -> timedelta:
    """5, 10, 20 … minutes, at most a day."""
    waited = ASK_AGAIN * (1 << min(attempts, 12))
    return min(waited, timedelta(days=1))
