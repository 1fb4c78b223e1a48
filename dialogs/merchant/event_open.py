"""活动报名: 活动 周六10点 品鉴会 20人 9.9元 → a preview with the very post; confirmed, people of its groups sign up."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from dialogs import rolling, voice
from dialogs.command import as_money
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.hear.times import find_times
from dialogs.leading import parse_each, rooms_for
from dialogs.opening import Opening, Unclear, moment_said, quantity, reach, shown_rooms
from dialogs.turn import Turn
from shop import signups
from shop.kit.money import Money
from shop.kit.quantity import Quantity

EXAMPLE = "活动 周六10点 品鉴会 20人 9.9元"
MOST = 500  # places
LONGEST = 16  # characters of a title
FREE = Money(0)
_HEAD = re.compile(r"^/?(?:开|办|发)?(?:报名|活动|报名活动|活动报名)\s+")
_EACH = re.compile(r"每人(?:只能|最多|限[购报]?)?\s*\d{1,3}\s*[人位个]?")
_PLACES = re.compile(r"(?:限|共|一共)?\s*(\d{1,5})\s*(?:个?名额|人|位)")
_PRICE = re.compile(r"(?:每人|每位|一位)?¥?(\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)(?:[/一每][人位])?")
_FREE = re.compile(r"免费")


def parse_places(reading: Reading, old: Any, asked: bool) -> Any:
    found = _PLACES.search(_EACH.sub(" ", reading.text)) or (
        re.fullmatch(r"\s*(\d{1,5})\s*", reading.text) if asked else None
    )
    return int(found[1]) if found else None


def parse_price(reading: Reading, old: Any, asked: bool) -> Any:
    found = _PRICE.search(reading.text)
    return found[1] if found else None


def parse_time(reading: Reading, old: Any, asked: bool) -> Any:
    """The words of the moment; the turn knows when that is."""
    return next((found.moment.text for found in find_times(reading.text) if found.moment.has_clock), None)


def parse_title(reading: Reading, old: Any, asked: bool) -> Any:
    """What is left of the words when the numbers are gone."""
    if not (_HEAD.match(reading.text) or asked):
        return None
    rest = _HEAD.sub("", reading.text)
    for found in find_times(rest):
        rest = rest.replace(found.moment.text, " ")
    for pattern in (_EACH, _PLACES, _PRICE, _FREE):
        rest = pattern.sub(" ", rest)
    return "".join(rest.split()[:1]) or None


class OpenEvent(Opening):
    id = "event_open"
    intents = ()
    starts = ("开活动", "办活动")
    first_words = ("开活动", "办活动")
    examples = ("办活动 周六10点 品鉴会 20人",)
    opens = "活动 …"
    undone = "{}取消了，报了名的都退"
    title = Slot(parse_title, f"办什么？比如“{EXAMPLE}”")
    when = Slot(parse_time, "几点开始？比如“周六10点”")
    places = Slot(parse_places, "一共几个名额？比如“20人”")
    price = Slot(parse_price, optional=True)
    each = Slot(parse_each, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        """活动 alone asks what there is; with places it makes one."""
        return bool(_HEAD.match(turn.text) and _PLACES.search(turn.text))

    async def check(self, turn: Turn, data: Data) -> Question | None:
        starts = moment_said(data["when"], turn)
        if (wrong := _wrong(turn, data, starts)) is not None:
            return self.ask_again(turn, data, wrong)
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        assert starts is not None, "it was looked at"
        return await self.shown(
            turn, data | {"starts": starts.isoformat()}, rooms, _preview(turn, data, starts)
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        starts, rooms = datetime.fromisoformat(data["starts"]), await shown_rooms(turn, data)
        if starts <= turn.now:
            return self.too_late(turn)
        made = await signups.open(
            turn.shop,
            data["title"],
            Quantity.of(data["places"]),
            _price(data),
            starts,
            [room.id for room in rooms],
            by=turn.person.id,
            each=quantity(data.get("each")),
            now=turn.now,
        )
        told = await reach(turn, rooms, at=turn.now)
        text = f"“{made.title}”开始报名了，{told}。看谁来说“名单”，门口核销报来的码"
        return self.opened(turn, data, made, text)


def _wrong(turn: Turn, data: Data, starts: datetime | None) -> Unclear | None:
    if starts is None or starts <= turn.now:
        return Unclear("when", "这个时间已经过了，换个时间，比如“明天10点”")
    if not 1 <= data["places"] <= MOST:
        return Unclear("places", f"名额要 1 到 {MOST} 个，一共几个？")
    if len(data["title"]) > LONGEST or data["title"] in {one.name for one in turn.shelf.catalogue.products}:
        return Unclear("title", f"名字要 {LONGEST} 个字以内，也不能和货同名。这场叫什么？")
    return None


def _price(data: Data) -> Money:
    return (as_money(data["price"]) if data.get("price") else None) or FREE


def _preview(turn: Turn, data: Data, starts: datetime) -> str:
    fee = voice.price(_price(data), signups.UNIT) if _price(data) else "免费"
    each = f" 每人限{data['each']}" if data.get("each") else ""
    begins = rolling.day_and_hour(starts, turn.now, turn.tz)
    return f"报名｜{data['title']}\n{begins}开始，{data['places']} 个名额，{fee}{each}"
