"""拼团的一生: so many people pay, or nobody does; a team's life as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shop.kit.ids import PersonId
from shop.rules.campaigns import OnOffer
from shop.rules.life import Life, Step

HOURS = 24  # a team's own time, unless its campaign says otherwise
FEWEST, MOST = 2, 50  # people in one


class State(StrEnum):
    FORMING = "forming"
    COMPLETE = "complete"
    FAILED = "failed"
    DISSOLVED = "dissolved"


class Seat(StrEnum):
    HELD = "held"  # taken, not paid yet
    PAID = "paid"
    GONE = "gone"  # not paid in time, or given up


S = State
LIFE: Life[State] = Life(
    of="a team",
    first=S.FORMING,
    last=frozenset({S.COMPLETE, S.FAILED, S.DISSOLVED}),
    steps=(
        Step(S.FORMING, "joined", S.FORMING),
        Step(S.FORMING, "seat_paid", S.FORMING, "not full"),
        Step(S.FORMING, "seat_paid", S.COMPLETE, "full"),
        Step(S.FORMING, "seat_left", S.FORMING, "not empty"),
        Step(S.FORMING, "seat_left", S.DISSOLVED, "empty"),
        Step(S.FORMING, "deadline", S.COMPLETE, "shop fills"),
        Step(S.FORMING, "deadline", S.FAILED, "not shop fills"),
        Step(S.FORMING, "forced", S.COMPLETE, "somebody paid"),
        Step(S.FORMING, "called_off", S.FAILED),
    ),
    waits={S.FORMING: "its members, and its `deadline`"},
    shown={
        S.FORMING: "拼团中",
        S.COMPLETE: "已成团",
        S.FAILED: "没拼成",
        S.DISSOLVED: "散了",
    },
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a seat; `since` is when he sat down, `paid_at` None while he has not paid."""

    person: PersonId
    name: str
    since: datetime
    paid_at: datetime | None


def own_time(of: OnOffer) -> timedelta:
    """How long a team of this campaign has."""
    return timedelta(hours=int(str(of.extra.get("hours", HOURS))))


def fills_from(of: OnOffer) -> int:
    """店家补足: from so many who have paid the shop takes the empty seats at the end; 0: it never does."""
    return int(str(of.extra.get("fill_from", 0)))


def shop_fills(paid: int, fills_from: int) -> bool:
    return 0 < fills_from <= paid


def next_leader(left: Sequence[Member]) -> Member | None:
    """Who leads when the leader is gone: whoever paid first, else whoever came first."""
    paid = [one for one in left if one.paid_at is not None]
    return min(paid or left, key=lambda one: (one.paid_at or one.since, one.since), default=None)
