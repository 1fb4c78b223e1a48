"""订单的一生: the life of an order as a table; docs/lives.md draws it from here.

Words the buyer sees: 待付款 UNPAID · 备货中 PREPARING · 已完成 FULFILLED · 已取消 CANCELLED.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shop.kit.quantity import Quantity

MOST_OF_ONE = Quantity.of(200)  # more of one kind is asked about, never taken at once
MOST_KINDS = 50


class Status(StrEnum):
    UNPAID = "unpaid"
    PREPARING = "preparing"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class PayMode(StrEnum):
    PREPAY = "prepay"
    COD = "cod"


SHOWN = {
    Status.UNPAID: "待付款",
    Status.PREPARING: "备货中",
    Status.FULFILLED: "已完成",
    Status.CANCELLED: "已取消",
}


@dataclass(frozen=True, slots=True)
class Step:
    """From a status, by what happens, to a status; `only_if` names the guard (see `may`)."""

    start: Status
    event: str
    end: Status
    only_if: str = ""


LIFE: tuple[Step, ...] = (
    Step(Status.UNPAID, "edited", Status.UNPAID),
    Step(Status.UNPAID, "paid", Status.PREPARING),
    Step(Status.UNPAID, "cash_chosen", Status.PREPARING),
    Step(Status.UNPAID, "buyer_cancelled", Status.CANCELLED),
    Step(Status.UNPAID, "not_paid_in_time", Status.CANCELLED),
    Step(Status.PREPARING, "edited", Status.PREPARING, "money not in"),
    Step(Status.PREPARING, "paid", Status.PREPARING, "money not in"),
    Step(Status.PREPARING, "buyer_cancelled", Status.CANCELLED, "money not in"),
    Step(Status.PREPARING, "handed_over", Status.FULFILLED, "money in"),
    Step(Status.FULFILLED, "taken_back", Status.PREPARING, "money in"),
)
FIRST = Status.UNPAID
LAST = frozenset({Status.FULFILLED, Status.CANCELLED})
WAITS = {Status.UNPAID: "pay_due_at", Status.PREPARING: "the buyer comes"}
RETURNS = frozenset({"taken_back"})  # 撤销核销: the only way out of an end


def may(status: Status, event: str, *, money_in: bool) -> Status | None:
    """Where the event leads from here, or None when it may not happen."""
    for step in LIFE:
        if step.start == status and step.event == event:
            if step.only_if == "money not in" and money_in:
                continue
            if step.only_if == "money in" and not money_in:
                continue
            return step.end
    return None


def pay_due(placed_at: datetime, minutes: int) -> datetime:
    return placed_at + timedelta(minutes=minutes)
