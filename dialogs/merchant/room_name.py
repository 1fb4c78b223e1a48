"""群名: 群名 水果群 改成 水果2群: a group is called otherwise, where the shop's account may do that."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.privacy import mask_for_room
from dialogs.turn import Turn
from shop import people
from shop.kit.ids import RoomId
from shop.people import Room

ASK = "哪个群改成什么？比如“群名 水果群 改成 水果2群”"
LONGEST = 30  # characters; WeChat takes no more
_HEAD = re.compile(r"^/?改?群名[\s:：]*")
_SAID = re.compile(r"(?P<old>.*?)[\s,，]*改(?:成|为|名叫?|叫)[\s:：]*[“\"]?(?P<new>[^”\"\n]+?)[”\"]?")


def parse_names(reading: Reading, old: Any, asked: bool) -> Any:
    """All that stands behind 群名; asked for, the names alone will do."""
    head = _HEAD.match(reading.text)
    if head is None and not (asked and _SAID.fullmatch(reading.text.strip())):
        return None
    return reading.text[head.end() if head else 0 :].strip() or None


class RoomName(Command):
    id = "room_name"
    intents = ()
    first_words = ("群名", "改群名")
    starts = first_words
    examples = ("群名 水果群 改成 水果2群",)
    undo_for = UNDO_FOR
    names = Slot(parse_names, ASK)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        found = await _understood(turn, data["names"])
        if isinstance(found, str):
            kept = {key: value for key, value in data.items() if key != "names"}
            return Question((turn.here(found),), asked="names", pending=Pending("confirm"), data=kept)
        room, name = found
        text = f"{room.name}改名叫“{name}”，群里人人看得到"
        return replace(self.preview(turn, text), data=data | {"room": room.id, "name": name})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        room, name = await people.room_by_id(RoomId(data["room"])), data["name"]
        await people.name_room(room.id, name, now=turn.now)
        text = f"这就把{room.name}改名叫“{name}”（撤销 2 分钟内有效）"
        before = {"room": room.id, "name": room.name}
        return Done((turn.here(text),), undo=before, before=before, after={"name": name})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await people.name_room(RoomId(undo["room"]), undo["name"], now=turn.now)
        return f"群名改回“{undo['name']}”"


async def _understood(turn: Turn, heard: str) -> tuple[Room, str] | str:
    """The group and its name to be, as it was typed; else what is to be said again."""
    typed = _HEAD.sub("", turn.text.strip())
    said = _SAID.fullmatch(typed) or _SAID.fullmatch(heard)
    if said is None:
        return ASK
    rooms = await people.rooms(turn.shop)
    old, name = said["old"].strip(), " ".join(said["new"].split())
    found = [room for room in rooms if room.name == old] if old else list(rooms)
    if not found:
        return f"没有叫“{old}”的群，现在有：{'、'.join(room.name for room in rooms)}" if rooms else "还没有群"
    if len(found) > 1:
        return (
            f"有 {len(found)} 个群，改哪个？{ASK}"
            if not old
            else f"有 {len(found)} 个群都叫“{old}”，在手机上改吧"
        )
    if name == found[0].name:
        return f"本来就叫“{name}”，不用改"
    if any(room.name == name for room in rooms):
        return f"已经有一个群叫“{name}”，换个名字再说一遍"
    if len(name) > LONGEST:
        return f"群名最多 {LONGEST} 个字，短一点再说一遍"
    if mask_for_room(name)[1]:
        return "群名人人看得到，别放号码和门牌。换个名字再说一遍"
    return found[0], name
