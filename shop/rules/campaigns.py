"""活动的一生: the kinds of campaign, their life as a table, and what a campaign is while it is on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

from shop.kit.ids import PersonId, RoomId
from shop.kit.money import Money
from shop.kit.quantity import NONE, Quantity
from shop.rules.life import Life, Step
from shop.rules.quotes import Offer

PAY_AFTER = timedelta(hours=2)  # a list is paid until so long after it was closed
FLASH_PAY = timedelta(minutes=5)
TEAM_PAY = timedelta(minutes=10)
LAST_CALL = timedelta(minutes=30)  # before the end


class Kind(StrEnum):
    LIST = "list"  # 接龙: one rolling list in the group
    TEAM = "team"  # 拼团: so many people together
    FLASH = "flash"  # 秒杀: few pieces at a low price from one moment on
    DAILY = "daily"  # 每日特价: a list of one day
    EVENT = "event"  # 报名: a list of people
    BARGAIN = "bargain"  # 砍价: each has a price of his own, cut by friends
    BOOKING = "booking"  # 预约: the deposit of a service; nobody joins it by itself


OFFERS = {  # how its price is called, its rank among offers, whether other cuts may come on top
    Kind.LIST: ("团购价", "timed", False),
    Kind.TEAM: ("拼团价", "team", True),
    Kind.FLASH: ("秒杀", "flash", True),
    Kind.DAILY: ("今日特价", "timed", False),
    Kind.EVENT: ("报名费", "timed", False),
    Kind.BARGAIN: ("砍价", "bargain", True),
    Kind.BOOKING: ("定金", "timed", True),
}


def read_as(kind: Kind) -> Literal["groupbuy", "flash"]:
    """The two words that catalogue files, other programs and the reader of messages know: +1 joins the one, 抢 the
    other."""
    return "flash" if kind == Kind.FLASH else "groupbuy"


class State(StrEnum):
    SCHEDULED = "scheduled"
    OPEN = "open"
    PAUSED = "paused"
    CLOSING = "closing"
    SETTLED = "settled"
    CANCELLED = "cancelled"


S = State
OVER = frozenset({S.CLOSING, S.SETTLED, S.CANCELLED})
LIFE: Life[State] = Life(
    of="a campaign",
    first=S.SCHEDULED,
    last=frozenset({S.SETTLED, S.CANCELLED}),
    steps=(
        Step(S.SCHEDULED, "started", S.OPEN),
        Step(S.SCHEDULED, "cancelled", S.CANCELLED),
        Step(S.OPEN, "paused", S.PAUSED),
        Step(S.PAUSED, "resumed", S.OPEN),
        Step(S.OPEN, "closed", S.CLOSING),
        Step(S.PAUSED, "closed", S.CLOSING),
        Step(S.OPEN, "cancelled", S.CLOSING),
        Step(S.PAUSED, "cancelled", S.CLOSING),
        Step(S.CLOSING, "all_settled", S.SETTLED),
    ),
    waits={
        S.SCHEDULED: "`starts_at`",
        S.OPEN: "`deadline`, or who runs it",
        S.PAUSED: "`deadline`, or who runs it",
        S.CLOSING: "its orders and teams, one by one",
    },
    shown={
        S.SCHEDULED: "还没开始",
        S.OPEN: "进行中",
        S.PAUSED: "暂停",
        S.CLOSING: "结算中",
        S.SETTLED: "已结束",
        S.CANCELLED: "已取消",
    },
)


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of goods in a campaign. `steps` are (from so much in all, price of one), fewest first."""

    id: int
    no: int
    letter: str
    sku: str
    price: Money | None = None
    quota: Quantity | None = None
    each: Quantity | None = None
    steps: tuple[tuple[Quantity, Money], ...] = ()
    in_room: Quantity | None = None  # each of its groups has so much of the quota for itself

    def price_at(self, taken: Quantity) -> Money | None:
        """阶梯价: what one costs when so much is taken in all; the price it began with below the first step."""
        reached = [price for least, price in self.steps if taken >= least]
        return min(reached) if reached else self.price


@dataclass(frozen=True)
class OnOffer:
    """A campaign as the shelf knows it: everything but the numbers that change with each piece."""

    id: int
    key: str
    kind: Kind
    title: str
    state: State
    starts_at: datetime | None
    deadline: datetime | None
    rooms: tuple[RoomId, ...]
    items: tuple[Item, ...]
    made_by: PersonId | None = None
    token: str = ""
    sheet_token: str = ""
    least: Quantity = NONE  # 起20盒: with less in all nothing comes of it
    size: int = 0  # 3人团
    extra: Mapping[str, object] = field(default_factory=dict)  # what only its own kind reads

    @cached_property
    def item(self) -> Mapping[str, Item]:
        """By sku."""
        return {item.sku: item for item in self.items}

    def offer(self, sku: str) -> Offer | None:
        """What it asks for one of these; None: the price on the shelf."""
        price = self.item[sku].price
        if price is None:
            return None
        why, rule, exclusive = OFFERS[self.kind]
        return Offer(price, why, rule, exclusive=exclusive)

    @property
    def came_to_nothing(self) -> bool:
        """Called off, or too few at its end."""
        return bool(self.extra.get("called_off") or self.extra.get("too_few"))

    def is_open(self, now: datetime) -> bool:
        return self.state == State.OPEN and not (self.deadline and self.deadline <= now)

    def is_for(self, rooms: frozenset[RoomId]) -> bool:
        """Does it run in one of these groups? No group at all: nobody knows where whoever asks has read of it."""
        return not rooms or not self.rooms or not rooms.isdisjoint(self.rooms)

    def pay_due(self, now: datetime, usual: timedelta) -> datetime | None:
        """Until when its order is to be paid; None while nobody can say (a list that has not been closed)."""
        match self.kind:
            case Kind.LIST | Kind.EVENT:
                return None
            case Kind.FLASH:
                return now + FLASH_PAY
            case Kind.TEAM:
                return now + TEAM_PAY
            case _:
                return now + usual
