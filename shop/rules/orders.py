"""订单的一生: the life of an order as a table, and its limits."""

from __future__ import annotations

from enum import StrEnum

from shop.kit.quantity import Quantity
from shop.rules.life import Life, Step

MOST_OF_ONE = Quantity.of(200)  # more of one kind is asked about, never taken at once
MOST_KINDS = 50


class Status(StrEnum):
    UNPAID = "unpaid"
    WAITING_TEAM = "waiting_team"  # paid, and its team is not complete yet: nothing is prepared
    PREPARING = "preparing"
    FULFILLED = "fulfilled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class PayMode(StrEnum):
    PREPAY = "prepay"
    COD = "cod"


S = Status
LIFE: Life[Status] = Life(
    of="an order",
    first=S.UNPAID,
    last=frozenset({S.COMPLETED, S.CANCELLED, S.REFUNDED}),
    steps=(
        Step(S.UNPAID, "edited", S.UNPAID),
        Step(S.UNPAID, "adjusted", S.UNPAID),
        Step(S.UNPAID, "paid", S.PREPARING, "not in a team"),
        Step(S.UNPAID, "paid", S.WAITING_TEAM, "in a team"),
        Step(S.UNPAID, "cash_chosen", S.PREPARING, "not in a team"),
        Step(S.UNPAID, "buyer_cancelled", S.CANCELLED),
        Step(S.UNPAID, "not_paid_in_time", S.CANCELLED),
        Step(S.UNPAID, "shop_cancelled", S.CANCELLED),
        Step(S.WAITING_TEAM, "team_complete", S.PREPARING),
        Step(S.WAITING_TEAM, "team_failed", S.CANCELLED),
        Step(S.WAITING_TEAM, "buyer_quit", S.CANCELLED),
        Step(S.WAITING_TEAM, "shop_cancelled", S.CANCELLED),
        Step(S.PREPARING, "edited", S.PREPARING, "not money in"),
        Step(S.PREPARING, "adjusted", S.PREPARING, "not money in"),
        Step(S.PREPARING, "paid", S.PREPARING, "not money in"),
        Step(S.PREPARING, "buyer_cancelled", S.CANCELLED, "not money in"),
        Step(S.PREPARING, "buyer_quit", S.CANCELLED, "money in, not part out"),
        Step(S.PREPARING, "shop_cancelled", S.CANCELLED, "not part out"),
        Step(S.PREPARING, "part_handed_over", S.PREPARING, "money in"),
        Step(S.PREPARING, "handed_over", S.FULFILLED, "money in"),
        Step(S.PREPARING, "all_refunded", S.REFUNDED, "money in"),
        Step(S.FULFILLED, "taken_back", S.PREPARING, "money in"),
        Step(S.FULFILLED, "all_refunded", S.REFUNDED, "money in"),
        Step(S.FULFILLED, "after_sale_over", S.COMPLETED, "money in"),
    ),
    waits={
        S.UNPAID: "`pay_due_at`",
        S.WAITING_TEAM: "its team",
        S.PREPARING: "the buyer comes",
        S.FULFILLED: "`after_sale_until`",
    },
    shown={
        S.UNPAID: "待付款",
        S.WAITING_TEAM: "拼团中",
        S.PREPARING: "备货中",
        S.FULFILLED: "已取货",
        S.COMPLETED: "已完成",
        S.CANCELLED: "已取消",
        S.REFUNDED: "已退款",
    },
)
SHOWN = LIFE.shown
GONE_OUT = frozenset({S.FULFILLED, S.COMPLETED})  # the goods are with the buyer


def may(
    status: Status, event: str, *, money_in: bool, in_a_team: bool = False, part_out: bool = False
) -> Status | None:
    """Where the event leads from here, or None when it may not happen. `part_out`: a parcel of it has left the shop."""
    return LIFE.after(status, event, money_in=money_in, in_a_team=in_a_team, part_out=part_out)
