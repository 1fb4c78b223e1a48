"""线下积分: 给 @李姐 加 20 积分 线下消费. Many at once, or more than there are, are asked about; taken back by 撤销."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dialogs import voice
from dialogs.command import UNDO_FOR, Command, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.speech import Button
from dialogs.turn import Turn
from shop import people, points, slips
from shop.kit.codes import new_token
from shop.kit.ids import PersonId
from shop.refusals import NobodyCalled, NoPoints, SeveralCalled
from shop.settled import shop_rules

ASK_ABOVE = 500
MOST_CHOICES = 6
_NUMBER = re.compile(r"([加减扣+-]?) ?(\d{1,7}) ?(?:个|点)?(?:积?分)?")


def parse_to(reading: Reading, old: Any, asked: bool) -> Any:
    """The name; as an answer, with or without @."""
    if said := reading.slots.get("to"):
        return said
    name = reading.text.strip().lstrip("@").strip()
    return name if asked and 0 < len(name) <= 20 else None


def parse_points(reading: Reading, old: Any, asked: bool) -> Any:
    """Never 0; below it they are taken off."""
    if said := reading.slots.get("points"):
        return int(said) or None
    found = _NUMBER.fullmatch(reading.text.strip()) if asked else None
    return int(found[2]) * (-1 if found[1] in ("减", "扣", "-") else 1) or None if found else None


def parse_who(reading: Reading, old: Any, asked: bool) -> Any:
    return reading.slots.get("chosen") if asked else None


class GivePoints(Command):
    id = "points_give"
    intents = ("admin.points_give",)
    starts = ("加积分",)
    examples = ("给 @李姐 加 20 积分 线下消费", "给王姐扣10积分")
    undo_for = UNDO_FOR
    to = Slot(parse_to, "给谁？@他，或者打他的名字")
    points = Slot(parse_points, "加多少分？比如“20”，要扣就说“扣20”")
    who = Slot(parse_who, optional=True)  # of several with one name
    why = Slot(slot_of("why"), optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        if not (await shop_rules(turn.shop)).points.per_yuan:
            raise NoPoints
        called = await _called(turn, data)
        if len(called) > 1:
            return await _which(turn, data["to"], called)
        now, many = (await points.balance(turn.shop, called[0])).spendable, data["points"]
        if abs(many) <= ASK_ABOVE and (many > 0 or now + many >= 0):
            return None
        text = f"{data['to']} {_signed(many)} 积分{_why(data)}，{_plain(now)} → {_plain(now + many)}，对吗？"
        return replace(self.preview(turn, text), data=data | {"who": str(called[0])})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        called = await _called(turn, data)
        if len(called) > 1:
            raise SeveralCalled(data["to"], len(called))
        (person,), key, why = called, new_token(), str(data.get("why", ""))
        await points.give(turn.shop, person, data["points"], turn.person.id, why, turn.now, key)
        now = (await points.balance(turn.shop, person)).spendable
        text = f"{data['to']} {_signed(data['points'])} 积分{_why(data)}，现在 {_plain(now)} 分，告诉他了"
        undo = {"person": person, "name": data["to"], "key": key}
        return Done((turn.here(f"{text}（撤销 2 分钟内有效）"),), undo=undo, after=data | {"key": key})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        person = PersonId(undo["person"])
        many = await points.take_back_given(turn.shop, person, undo["key"], turn.person.id, turn.now)
        now = (await points.balance(turn.shop, person)).spendable
        return f"{undo['name']} {_signed(-many)} 积分，现在 {_plain(now)} 分，告诉他了"


async def _called(turn: Turn, data: Data) -> tuple[PersonId, ...]:
    """The one who was chosen, else everybody of this name. Raises NobodyCalled."""
    called = await people.named(turn.shop, data["to"])
    if not called:
        raise NobodyCalled(data["to"])
    return tuple(one for one in called if str(one) == data.get("who")) or called


async def _which(turn: Turn, name: str, called: Sequence[PersonId]) -> Question:
    """Told apart by their last orders, the newest first."""
    orders = {one: await slips.last_order(turn.shop, one) for one in called}
    newest = sorted(called, key=lambda one: -(last.id if (last := orders[one]) else 0))[:MOST_CHOICES]
    labels = [
        f"{last.code} {voice.all_goods(last.lines)}" if (last := orders[one]) else "没下过单"
        for one in newest
    ]
    buttons = tuple(Button(label, str(n)) for n, label in enumerate(labels, start=1))
    text = f"叫{name}的有 {len(called)} 位，看最近一单是哪位：{voice.options(labels)}，回数字"
    pending = Pending("clarify_person", tuple(map(str, newest)))
    return Question((turn.here(text, buttons=buttons),), asked="who", pending=pending)


def _signed(many: int) -> str:
    return f"+{many}" if many > 0 else _plain(many)


def _plain(many: int) -> str:
    return f"{many}" if many >= 0 else f"−{-many}"


def _why(data: Data) -> str:
    return f"（{data['why']}）" if data.get("why") else ""
