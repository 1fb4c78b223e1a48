"""找人单的一生: what may happen to one request for a person, when it falls due, and who gets it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shop.kit.ids import PersonId
from shop.rules.life import Life, Step


class State(StrEnum):
    OPEN = "open"
    ACTIVE = "active"
    WAITING = "waiting"
    CLOSED = "closed"


S = State
LIFE: Life[State] = Life(
    of="a request for a person",
    first=S.OPEN,
    last=frozenset({S.CLOSED}),
    steps=(
        Step(S.OPEN, "claimed", S.ACTIVE),
        Step(S.OPEN, "not_claimed", S.OPEN),
        Step(S.OPEN, "transferred", S.OPEN),
        Step(S.OPEN, "solved", S.CLOSED),
        Step(S.OPEN, "ended", S.CLOSED),
        Step(S.OPEN, "idle", S.CLOSED),
        Step(S.ACTIVE, "answered", S.WAITING),
        Step(S.ACTIVE, "buyer_wrote", S.ACTIVE),
        Step(S.ACTIVE, "transferred", S.OPEN),
        Step(S.ACTIVE, "agent_silent", S.OPEN),
        Step(S.ACTIVE, "solved", S.CLOSED),
        Step(S.ACTIVE, "ended", S.CLOSED),
        Step(S.WAITING, "answered", S.WAITING),
        Step(S.WAITING, "buyer_wrote", S.ACTIVE),
        Step(S.WAITING, "unsaid", S.ACTIVE),
        Step(S.WAITING, "transferred", S.OPEN),
        Step(S.WAITING, "solved", S.CLOSED),
        Step(S.WAITING, "ended", S.CLOSED),
        Step(S.WAITING, "idle", S.CLOSED),
    ),
    waits={
        S.OPEN: "two minutes, then the next agent, each twice a day; a day, then it ends (without a customer: it is asked "
        "about anew)",
        S.ACTIVE: "ten minutes (without a customer: a day), then it waits for an agent again",
        S.WAITING: "a day (half an hour, where a person typed on the account's own phone), then it ends",
    },
    shown={S.OPEN: "等人接", S.ACTIVE: "在跟", S.WAITING: "等顾客", S.CLOSED: "结束了"},
)
IN_HANDS = (S.ACTIVE, S.WAITING)  # the bot is silent for this customer
# … but for these: what a person says to him, and what has become of his money and his goods.
SAID_ALL_THE_SAME = frozenset(
    {
        "AgentAnswered",
        "TicketClaimed",
        "TicketEnded",
        "OrderPaid",
        "OrderSentAgain",
        "OrderExpired",
        "OrderHandedOver",
        "OrderTakenBack",
        "ParcelMoved",
        "OrderAdjusted",
        "OrderCancelledByShop",
        "OrderWeighed",
        "TeamOrderBack",
        "EventSoon",
        "MoneyCameLate",
        "RefundAgreed",
        "RefundRefused",
        "RefundByHand",
        "RefundPaid",
    }
)
FACT_CARDS = frozenset({"order", "pickup"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How many, how long and how late, as a shop settles it for its desk."""

    most: int = 8  # customers of one agent at once
    unclaimed: timedelta = timedelta(minutes=2)  # then the next agent is asked
    waits: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=3),
        timedelta(minutes=10),
    )  # texts
    first_answer: timedelta = timedelta(minutes=2)  # the goals; whoever misses one is reminded
    next_answer: timedelta = timedelta(minutes=5)
    solved: timedelta = timedelta(hours=24)
    silent: timedelta = timedelta(minutes=10)  # then somebody else is asked
    idle: timedelta = timedelta(hours=24)  # nobody says anything: it is over
    by_hand: timedelta = timedelta(minutes=30)  # whoever types on the account's own phone gives nobody back
    same_agent: timedelta = timedelta(hours=24)  # who comes back within this finds the agent who knows him
    rate_within: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The moments that decide when a ticket must be looked at again."""

    state: State
    queued_at: datetime
    heard_at: datetime  # the last word of either
    offered_at: datetime | None = None  # None: nobody is at work to offer it to
    owed_since: datetime | None = None  # the oldest word of the customer that has no answer
    stage: int = 0  # waiting texts that were said
    reminded: bool = False
    by_hand: bool = False  # taken by typing on the account's own phone
    is_answered: bool = False
    is_matter: bool = False  # no customer waits: what the shop found itself


def ends_at(clocks: Clocks, limits: Limits) -> datetime:
    """When it is over because nobody says anything any more; a matter that nobody took is asked about anew then."""
    if clocks.is_matter:
        return clocks.queued_at + limits.idle
    return clocks.heard_at + (limits.by_hand if clocks.by_hand and clocks.state is S.WAITING else limits.idle)


def goal(clocks: Clocks, limits: Limits) -> timedelta:
    """How long an answer may take now."""
    return limits.next_answer if clocks.is_answered else limits.first_answer


def passes_on_at(clocks: Clocks, limits: Limits) -> datetime | None:
    """When the next agent is asked instead. Of a matter not any more once the owner knows that nobody took it."""
    if clocks.offered_at is None or (clocks.is_matter and clocks.stage >= len(limits.waits)):
        return None
    return clocks.offered_at + limits.unclaimed


def silent_after(clocks: Clocks, limits: Limits) -> timedelta:
    """How long whoever has it may say nothing; a matter needs to be looked into, and nobody waits for words."""
    return limits.idle if clocks.is_matter else limits.silent


def due_at(clocks: Clocks, limits: Limits) -> datetime:
    """When something happens by itself unless somebody does something first."""
    if clocks.state is S.OPEN:
        moments = [ends_at(clocks, limits)]
        if next_one := passes_on_at(clocks, limits):
            moments.append(next_one)
        if clocks.stage < len(limits.waits):
            moments.append(clocks.queued_at + limits.waits[clocks.stage])
        return min(moments)
    if clocks.state is S.ACTIVE and clocks.owed_since is not None:
        is_last = clocks.reminded or clocks.is_matter
        return clocks.owed_since + (silent_after(clocks, limits) if is_last else goal(clocks, limits))
    return ends_at(clocks, limits)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take one more."""

    person: PersonId
    load: int  # tickets in hand or offered
    given_at: datetime | None  # when the last one was given
    most: int
    skills: frozenset[str] = frozenset()


def next_agent(
    candidates: Iterable[Candidate],
    *,
    skill: str = "",
    prefer: PersonId | None = None,
    without: Container[PersonId] = (),
) -> PersonId | None:
    """Fewest in hand, then the longest without a new one; nobody above his cap. Who knows the matter goes first, who
    knows the customer before all."""
    free = [one for one in candidates if one.load < one.most and one.person not in without]
    skilled = [one for one in free if skill in one.skills] if skill else []
    free = skilled or [one for one in free if not one.skills] or free
    if prefer is not None and any(one.person == prefer for one in free):
        return prefer
    return min(free, key=_turn).person if free else None


def _turn(one: Candidate) -> tuple[int, float, int]:
    return one.load, one.given_at.timestamp() if one.given_at else 0.0, one.person


def usual_wait(waits: Iterable[timedelta]) -> timedelta | None:
    """The middle one of the day; None when nobody has waited yet."""
    known = sorted(waits)
    return known[len(known) // 2] if known else None
