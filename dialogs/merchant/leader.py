"""团长: 团长 水果群 阿花: who runs a group. Without that it is whoever owns the group on its channel (群主), and 团长 水果群 群主
makes it so again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.turn import Turn
from shop import people
from shop.kit.ids import PersonId, RoomId
from shop.people import Room

WHOEVER_OWNS_IT = "群主"
ASK = "哪个群谁当团长？比如“团长 水果群 阿花”，跟着群主走就说“团长 水果群 群主”"
_HEAD = re.compile(r"^/?(?:设|换)?团长[\s:：]+")


def parse_words(reading: Reading, old: Any, asked: bool) -> Any:
    """The group and the name that stand behind 团长; asked for, these alone."""
    head = _HEAD.match(reading.text)
    if head is None and not asked:
        return None
    return reading.text[head.end() if head else 0 :].strip() or None


class Leader(Command):
    id = "leader"
    intents = ()
    first_words = ("团长", "设团长", "换团长")
    starts = first_words
    examples = ("团长 水果群 阿花", "团长 水果群 群主")
    undo_for = UNDO_FOR
    words_said = Slot(parse_words, ASK)

    async def question(self, turn: Turn, data: Data, slot: str) -> Question:
        told = "；".join([f"{room.name}：{await _led_by(room)}" for room in await people.rooms(turn.shop)])
        return Question((turn.here(f"{told}\n{ASK}" if told else "还没有群"),), asked=slot, data=data)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        found = await _understood(turn, _HEAD.sub("", turn.text.strip()))
        if isinstance(found, str):
            kept = {key: value for key, value in data.items() if key != "words_said"}
            return Question((turn.here(found),), asked="words_said", pending=Pending("confirm"), data=kept)
        room, leader = found
        if leader is None:
            text = f"{room.name}的团长跟着群主走，谁是群主谁就能在群里开团、截单"
        else:
            name = (await people.person(leader)).name
            text = f"{room.name}的团长是{name}，能在群里开团、截单、看名单；换了群主也不变"
        return replace(self.preview(turn, text), data=data | {"room": room.id, "leader": leader})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        room, leader = await people.room_by_id(RoomId(data["room"])), data["leader"]
        await people.lead(room.id, PersonId(leader) if leader is not None else None)
        now = await people.room_by_id(room.id)
        text = f"记下了，{room.name}的团长：{await _led_by(now)}（撤销 2 分钟内有效）"
        undo = {"room": room.id, "leader": room.owner if room.follows is None else None}
        return Done((turn.here(text),), undo=undo, before=undo, after={"leader": leader})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await people.lead(RoomId(undo["room"]), undo["leader"])
        room = await people.room_by_id(RoomId(undo["room"]))
        return f"{room.name}的团长：{await _led_by(room)}"


async def _led_by(room: Room) -> str:
    name = (await people.person(room.owner)).name if room.owner is not None else ""
    if room.follows is None:
        return name
    return f"{name}（{WHOEVER_OWNS_IT}）" if name else f"跟着{WHOEVER_OWNS_IT}走"


async def _understood(turn: Turn, said: str) -> tuple[Room, PersonId | None] | str:
    """The group and who leads it from now on; else what is to be said again."""
    rooms = await people.rooms(turn.shop)
    named = [room for room in rooms if said.startswith(room.name)]
    if not named and len(rooms) != 1:
        return f"哪个群？现在有：{'、'.join(room.name for room in rooms)}。{ASK}" if rooms else "还没有群"
    room = max(named, key=lambda one: len(one.name)) if named else rooms[0]
    who = said.removeprefix(room.name).strip(" ，,：:")
    if who == WHOEVER_OWNS_IT:
        return room, None
    found = await people.named(turn.shop, who) if who else ()
    here = [person for person in found if room.id in await people.rooms_of(person)]
    if len(here or found) == 1:
        return room, (here or found)[0]
    if found:
        return f"叫“{who}”的有 {len(here or found)} 位，分不清是谁。让他在群里换个名字再来"
    known = "、".join(room.name for room in rooms)
    return f"没找到“{who[:20]}”：人要先说过话，群现在有 {known}。{ASK}" if who else ASK
