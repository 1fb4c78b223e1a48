"""开活动: what commands that open something for groups share: what is unclear is asked again, the preview says where it goes,
and a yes opens it there and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from dialogs import rolling
from dialogs.command import UNDO_FOR
from dialogs.engine import Data, Done, Question
from dialogs.hear.reading import Pending, Reading
from dialogs.hear.times import find_times
from dialogs.leading import Leading, rooms_for
from dialogs.turn import Turn
from shop import campaigns, quiet
from shop.bills import local_day
from shop.campaigns import NewItem
from shop.kit.quantity import Quantity
from shop.people import Room
from shop.refusals import NoGroupLeft
from shop.rules.campaigns import OnOffer

LONGEST = 24 * 7  # hours
OR_NOT = Pending("confirm")  # 不要 is a no to whatever is asked
HOURS = re.compile(r"(\d{1,4})\s*(?:个?小时|(天))内?")


@dataclass(frozen=True, slots=True)
class Unclear:
    """What is to be said again."""

    slot: str
    ask: str


class Opening(Leading):
    """A command that opens something for groups. `opens` are its words, as they are to be said again; `undone` is what
    becomes of it when it is taken back."""

    undo_for = UNDO_FOR
    opens: ClassVar[str]
    undone: ClassVar[str] = "{}取消了，接了的单都退"

    def ask_again(self, turn: Turn, data: Data, what: Unclear) -> Question:
        kept = {key: value for key, value in data.items() if key != what.slot}
        return Question((turn.here(what.ask),), asked=what.slot, pending=OR_NOT, data=kept)

    def no_group(self, turn: Turn) -> Question:
        first = next(name for name, slot in self.slots().items() if not slot.optional)
        text = f"还没有能发的群。先把我拉进群，再说“{self.opens}”"
        return Question((turn.here(text),), asked=first, pending=OR_NOT)

    async def shown(self, turn: Turn, data: Data, rooms: Sequence[Room], *lines: str) -> Question:
        """The preview; a yes is to what was said, in these groups."""
        read = _when_read(turn, turn.now)
        full = await unheard(turn, rooms, at=turn.now)
        text = "\n".join([*lines, f"{_later(turn, read, turn.now)}发到{named(rooms)}", *full])
        return replace(self.preview(turn, text), data=data | {"rooms": [room.id for room in rooms]})

    def too_late(self, turn: Turn) -> Done:
        """What was shown cannot be opened any more."""
        text = f"等了一会儿，时间过了或者价格变了，没有开。再说一遍“{self.opens}”"
        return Done((turn.here(text),))

    def opened(self, turn: Turn, data: Data, made: OnOffer, text: str) -> Done:
        said = turn.here(f"{text}（撤销 2 分钟内有效）")
        return Done((said,), undo={"campaign": made.id, "title": made.title}, after=dict(data))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await campaigns.cancel(undo["campaign"], now=turn.now)
        return f"{self.undone.format(undo['title'])}。群里发过的话收不回来"


async def shown_rooms(turn: Turn, data: Data) -> list[Room]:
    """The groups of the preview that may still be spoken in. Raises NoGroupLeft: without groups a campaign would run in
    all of them."""
    rooms = await rooms_for(turn, data)
    if not rooms:
        raise NoGroupLeft
    return rooms


async def set_up(turn: Turn, data: Data, plan: OnOffer) -> tuple[OnOffer, list[Room]]:
    """Let it begin in the groups of the preview. Raises NoGroupLeft, CampaignClash."""
    rooms = await shown_rooms(turn, data)
    made = await campaigns.set_up(
        turn.shop,
        plan.kind,
        plan.title,
        new_items(plan),
        by=turn.person.id,
        now=turn.now,
        rooms=[room.id for room in rooms],
        starts_at=plan.starts_at,
        deadline=plan.deadline,
        terms=dict(plan.extra),
    )
    return made, rooms


async def reach(turn: Turn, rooms: Sequence[Room], *, at: datetime, until: datetime | None = None) -> str:
    """Said when it is opened: where what is posted then is read, and where not: it is over before the night is, or those
    groups have had their posts of that day."""
    read = _when_read(turn, at)
    if until is not None and until <= read:
        return f"没发到{named(rooms)}（夜里不主动发，等天亮就结束了，自己在群里说一声）"
    full = await _full(turn, rooms, read)
    rest = [room for room in rooms if room not in full]
    day = _day(turn, read)
    told = [f"{_later(turn, read, at)}发到{named(rest)}"] if rest else []
    return "，".join(
        [*told, *([f"没发到{named(full)}（{day}不能再主动发了，自己在群里说一声）"] if full else [])]
    )


async def unheard(turn: Turn, rooms: Sequence[Room], *, at: datetime) -> list[str]:
    """A line for the groups that will not read what is posted then, for they have had their posts of that day; nobody
    else would say so."""
    read = _when_read(turn, at)
    full = await _full(turn, rooms, read)
    return (
        [f"注意：{named(full)}{_day(turn, read)}不能再主动发了，这条发不出去，只能自己在群里说"]
        if full
        else []
    )


async def _full(turn: Turn, rooms: Sequence[Room], read: datetime) -> list[Room]:
    most = turn.facts.promotions_a_day
    return [room for room in rooms if not await quiet.may_post(room, most, at=read, tz=turn.tz, now=turn.now)]


def _when_read(turn: Turn, at: datetime) -> datetime:
    """What is posted in the night waits for its end."""
    return turn.facts.night.over(at) if turn.facts.night else at


def _day(turn: Turn, read: datetime) -> str:
    return "今天" if local_day(read, turn.shelf.catalogue) == turn.day else "那天"


def _later(turn: Turn, read: datetime, at: datetime) -> str:
    return rolling.day_and_hour(read, turn.now, turn.tz) if read > at else ""


def new_items(plan: OnOffer) -> list[NewItem]:
    return [
        NewItem(item.sku, item.price, item.quota, item.each, item.steps, item.in_room) for item in plan.items
    ]


def named(rooms: Sequence[Room]) -> str:
    return "、".join(room.name for room in rooms)


def parse_hours(reading: Reading, old: Any, asked: bool) -> Any:
    """24小时, 3天: in hours."""
    found = HOURS.search(reading.text)
    return int(found[1]) * (24 if found[2] else 1) if found else None


def moment(said: str | None, turn: Turn) -> datetime | None:
    """As the reader gives it: local ISO."""
    if said is None:
        return None
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(turn.tz))


def moment_said(said: str, turn: Turn) -> datetime | None:
    """As people say it: 周六10点; the next one."""
    local = turn.now.astimezone(ZoneInfo(turn.tz))
    return next((found.moment.at(local) for found in find_times(said)), None)


def quantity(said: object) -> Quantity | None:
    """How much, when it is more than nothing."""
    try:
        qty = Quantity.of(str(said)) if said is not None else None
    except ValueError:
        return None
    return qty if qty and qty.milli > 0 else None
