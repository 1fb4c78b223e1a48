"""退款的一生, and what a refund gives back: the stored share of the money, never a new price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.life import Life, Step

SILENT_FOR = timedelta(hours=48)  # then the merchant's silence is a yes
SUBMIT_WITHIN = timedelta(minutes=10)
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
        upto = self.net.fen * (self.gone + more).milli // self.qty.milli
        share = upto - self.net.fen * self.gone.milli // self.qty.milli
        return min(Money(share), self.left)


def ask_again(attempts: int) -> timedelta:
    """5, 10, 20 … minutes, at most a day."""
    return min(ASK_AGAIN * 2 ** min(attempts, 12), timedelta(days=1))
