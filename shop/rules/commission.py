"""佣金: what a paid line brings to who sent its buyer, on two levels; and the life of one such share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shop.kit.money import BASIS, ZERO, Money
from shop.rules.life import Life, Step

LEAST = Money(1_000)


@dataclass(frozen=True, slots=True)
class Referral:
    """店规. Basis points of a line's net for the inviter and for his inviter, together never above `cap_bp`; both 0: the
    shop pays no commission. It waits `freeze_days` after an order is over for good; from `least` on it is paid out.
    Who has been known for more than `window_days` is no newcomer. `coupon` is the template that both sides get."""

    first_bp: int = 0
    second_bp: int = 0
    cap_bp: int = 1_000
    freeze_days: int = 7
    least: Money = LEAST
    window_days: int = 30
    coupon: int = 0

    @property
    def rates(self) -> tuple[int, int]:
        """What the two levels get below the cap."""
        first = min(self.first_bp, self.cap_bp)
        return first, min(self.second_bp, self.cap_bp - first)

    @property
    def pays(self) -> bool:
        return self.first_bp > 0


def from_row(row: Mapping[str, Any]) -> Referral:
    """Raises ValueError for a word that it does not know or a number out of range."""
    most = {
        "first_bp": 5_000,
        "second_bp": 5_000,
        "cap_bp": 5_000,
        "freeze_days": 365,
        "least_fen": 1_000_000,
    }
    most |= {"window_days": 3_650, "coupon": 2**62}
    for name, value in row.items():
        if name not in most or type(value) is not int or not 0 <= value <= most[name]:
            raise ValueError(f"not a rule for referrals: {name} = {value!r}")
    said = dict(row)
    return Referral(**said | ({"least": Money(said.pop("least_fen"))} if "least_fen" in said else {}))


def shares(net: Money, rules: Referral) -> tuple[Money, Money]:
    """For the inviter and for his inviter: whole fen, rounded down; above the cap the second gives way first.
    >>> shares(Money(9_990), Referral(first_bp=800, second_bp=300))
    (Money(fen=799), Money(fen=200))
    """
    cap = net.fen * rules.cap_bp // BASIS
    first = min(net.fen * rules.first_bp // BASIS, cap)
    return Money(first), Money(min(net.fen * rules.second_bp // BASIS, cap - first))


def taken_back(share: Money, net: Money, returned: Money) -> Money:
    """Of a share, when so much of its line has gone back in all: pro rata, rounded down, all of it with the last fen."""
    if returned >= net:
        return share
    return Money(share.fen * returned.fen // net.fen) if net > ZERO else ZERO


class State(StrEnum):
    FROZEN = "frozen"
    AVAILABLE = "available"
    PAID = "paid"
    REVERSED = "reversed"


S = State
LIFE: Life[State] = Life(
    of="a commission",
    first=S.FROZEN,
    last=frozenset({S.PAID, S.REVERSED}),
    steps=(
        Step(S.FROZEN, "released", S.AVAILABLE),
        Step(S.FROZEN, "reversed", S.FROZEN, "not whole"),
        Step(S.FROZEN, "reversed", S.REVERSED, "whole"),
        Step(S.AVAILABLE, "reversed", S.AVAILABLE, "not whole"),
        Step(S.AVAILABLE, "reversed", S.REVERSED, "whole"),
        Step(S.AVAILABLE, "paid_out", S.PAID),
        Step(S.PAID, "not_paid_after_all", S.AVAILABLE),
    ),
    waits={S.FROZEN: "its order, then `due_at`", S.AVAILABLE: "its owner and the shop"},
    shown={S.FROZEN: "待结算", S.AVAILABLE: "可提现", S.PAID: "已提现", S.REVERSED: "退款收回"},
    returns=frozenset({"not_paid_after_all"}),
)
