"""券的一生: what may happen to one coupon (which one a basket takes: coupons.py)."""

from __future__ import annotations

from enum import StrEnum

from shop.rules.life import Life, Step


class State(StrEnum):
    AVAILABLE = "available"
    LOCKED = "locked"
    USED = "used"
    EXPIRED = "expired"
    VOID = "void"


S = State
LIFE: Life[State] = Life(
    of="a coupon",
    first=S.AVAILABLE,
    last=frozenset({S.USED, S.EXPIRED, S.VOID}),
    steps=(
        Step(S.AVAILABLE, "locked", S.LOCKED),
        Step(S.LOCKED, "unlocked", S.AVAILABLE, "not over"),
        Step(S.LOCKED, "unlocked", S.EXPIRED, "over"),
        Step(S.LOCKED, "used", S.USED),
        Step(S.USED, "returned", S.AVAILABLE, "returnable"),
        Step(S.AVAILABLE, "ran_out", S.EXPIRED),
        Step(S.AVAILABLE, "taken_away", S.VOID),
    ),
    waits={S.AVAILABLE: "`valid_to`", S.LOCKED: "its order"},
    shown={
        S.AVAILABLE: "可用",
        S.LOCKED: "用在没付款的单上",
        S.USED: "已用",
        S.EXPIRED: "过期了",
        S.VOID: "作废了",
    },
    returns=frozenset({"returned"}),
)
