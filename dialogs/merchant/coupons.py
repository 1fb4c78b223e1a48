"""发券: 发券 满30减5 x50 3天 → for whoever claims it; x10 水果群 → thrown into the group; @李姐 → given to her."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from dialogs.command import UNDO_FOR, Command, bare_number
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.rolling import day_and_hour
from dialogs.turn import Turn
from shop import coupon_drops, coupon_templates, coupons, people
from shop.coupon_templates import name_of, rule_of, terms_in
from shop.kit.ids import PersonId
from shop.people import Room
from shop.refusals import NobodyCalled, SeveralCalled

DAYS = 7  # when nobody says
MOST = 10_000
_COUNT = re.compile(r"[x×*]\s?(\d{1,6})(?!\d)|(?<!\d)(\d{1,6})\s?(?:张|份)")
_DAYS = re.compile(r"(?<!\d)(\d{1,3})\s?天")
_SPANS = {"[一1]个月": 30, "[两2二]个?(?:周|星期)": 14, "[一1]个?(?:周|星期)": 7}
_IN_STORE = re.compile("到店|店里|店内|线下|门店")
_WHERE = re.compile(r"(?:发到|发在|丢到) ?[^\s\d]{2,20}|[^\s\d@]{0,20}群")
_ANY_GROUP = re.compile("(?:[发丢]?[到在给进])?群")
_TO = re.compile(r"@\s?([^\s@,，、]{1,20})")


def parse_what(reading: Reading, old: Any, asked: bool) -> Any:
    """The terms: {"off": "5", "spend": "30"}."""
    return terms_in(reading.text)


def parse_count(reading: Reading, old: Any, asked: bool) -> Any:
    found = _COUNT.search(reading.text)
    said = (found[1] or found[2]) if found else bare_number(reading.text) if asked else None
    return int(said) if said and said.isdigit() and 1 <= int(said) <= MOST else None


def parse_days(reading: Reading, old: Any, asked: bool) -> Any:
    if found := _DAYS.search(reading.text):
        return int(found[1]) or None
    return next((days for words, days in _SPANS.items() if re.search(words, reading.text)), None)


def parse_to(reading: Reading, old: Any, asked: bool) -> Any:
    """Names: @李姐 @王姐, 给李姐发一张."""
    return _TO.findall(reading.text) or ([reading.slots["to"]] if reading.slots.get("to") else None)


def parse_where(reading: Reading, old: Any, asked: bool) -> Any:
    """What may be a group's name; which one it is, `_place` finds out."""
    found = _WHERE.search(reading.text)
    return found[0] if found else reading.text.strip() if asked else None


class IssueCoupons(Command):
    id = "coupon_issue"
    intents = ("admin.coupon_issue",)
    starts = ("发券",)
    examples = ("发券 满30减5 x50 3天", "发券 满30减5 x10 水果群", "发券 满30减5 @李姐")
    undo_for = UNDO_FOR
    what = Slot(parse_what, "什么券、几张、几天？比如“满30减5 x50 3天”；说群名就是抢券，@人就是送他")
    count = Slot(parse_count, "一共发几张？")
    days = Slot(parse_days, optional=True)
    to = Slot(parse_to, optional=True)
    where = Slot(parse_where, optional=True)
    in_store = Slot(
        lambda reading, old, asked: True if _IN_STORE.search(reading.text) else None, optional=True
    )

    def missing(self, data: Data) -> str | None:
        """One for each person that is named."""
        slot = super().missing(data)
        return None if slot == "count" and "to" in data else slot

    async def check(self, turn: Turn, data: Data) -> Question | None:
        place = await _place(turn, data)
        if isinstance(place, Question):
            return place
        pieces = _pieces(data)
        most = rule_of(data["what"]).face.times(pieces * 1000)
        costs = f"，最多让利 {most}" if most else ""
        where = "，只在店里用" if data.get("in_store") else ""
        days = f"{data.get('days', DAYS)} 天内用{where}{costs}"
        return self.preview(turn, f"{_later(turn, place)}{_heading(data, place)}{days}")

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        place = await _place(turn, data)
        assert not isinstance(place, Question), "it was settled when it was shown"
        name = name_of(data["what"])
        made = await coupon_templates.make_template(
            turn.shop,
            coupon_templates.new_code(),
            name,
            terms=data["what"],
            total=_pieces(data),
            days=data.get("days", DAYS),
            in_store_only=bool(data.get("in_store")),
            running=place is None,
        )
        if isinstance(place, Room):
            until = _heard_at(turn) + coupon_drops.OPEN_FOR
            await coupon_drops.drop(turn.shop, place.id, made.id, _pieces(data), now=turn.now, until=until)
            when = _later(turn, place)
            text = f"{when}发到{place.name}{'' if when else '了'}：{_pieces(data)} 张 {name}，抢完了我在群里报一声"
        elif place:
            await coupons.give(made.id, place, now=turn.now)
            text = f"送出去了：{name} 给{_names(data)}，私聊告诉了"
        else:
            text = f"发好了：{_pieces(data)} 张 {name}。顾客说“领券 {name}”或“领券 {made.code}”就有"
        undo = {"template": made.id, "name": name, "room": isinstance(place, Room)}
        return Done((turn.here(f"{text}（撤销 2 分钟内有效）"),), undo=undo, after=dict(data))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        void = await coupon_templates.take_back(undo["template"], now=turn.now)
        out = f"，领走的 {void} 张作废" if void else ""
        said = "。群里发过的话收不回来" if undo["room"] else ""
        return f"{undo['name']} 不发了{out}{said}"


# ── where they go ───────────────────────────────────────────────────────────────────────────────────────────────


async def _place(turn: Turn, data: Data) -> Room | tuple[PersonId, ...] | Question | None:
    """The group, the people, or None: whoever claims one. A question when the group is unclear. Raises NobodyCalled,
    SeveralCalled."""
    if "to" in data:
        return tuple([await _called(turn, name) for name in data["to"]])
    if "where" not in data:
        return None
    rooms = [room for room in await people.rooms(turn.shop) if not room.muted]
    meant = [room for room in rooms if room.name in data["where"]] or (
        rooms if _ANY_GROUP.fullmatch(data["where"]) and len(rooms) == 1 else []
    )
    if len(meant) == 1:
        return meant[0]
    names = "、".join(room.name for room in rooms)
    text = f"发到哪个群？现在能发的：{names}" if names else "现在没有能发的群（静音的群不发）"
    return Question((turn.here(text),), asked="where", data={k: v for k, v in data.items() if k != "where"})


async def _called(turn: Turn, name: str) -> PersonId:
    found = await people.named(turn.shop, name)
    if not found:
        raise NobodyCalled(name)
    if len(found) > 1:
        raise SeveralCalled(name, len(found))
    return found[0]


def _heard_at(turn: Turn) -> datetime:
    """When the group hears of it: what is thrown in at night falls in the morning, and lies there as long."""
    return turn.facts.night.over(turn.now) if turn.facts.night else turn.now


def _later(turn: Turn, place: Room | tuple[PersonId, ...] | None) -> str:
    at = _heard_at(turn)
    return f"{day_and_hour(at, turn.now, turn.tz)} " if isinstance(place, Room) and at > turn.now else ""


def _pieces(data: Data) -> int:
    return len(data["to"]) if "to" in data else int(data["count"])


def _names(data: Data) -> str:
    return "、".join(data["to"])


def _heading(data: Data, place: Room | tuple[PersonId, ...] | None) -> str:
    name, pieces = name_of(data["what"]), _pieces(data)
    if isinstance(place, Room):
        return f"{place.name}抢券：{pieces} 张 {name}，每人 1 张，抢到后 "
    return f"送给{_names(data)}：{name}，" if place else f"{pieces} 张 {name}，每人 1 张，领到后 "
