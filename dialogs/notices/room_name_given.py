"""群名: the group is called otherwise; whoever is in it sees that for himself."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop.events import RoomNameGiven
from shop.kit.ids import RoomId

EVENT = RoomNameGiven


async def words(event: RoomNameGiven, desk: Desk) -> tuple[Say, ...]:
    text = f"群名改成“{event.name}”"
    return (Say(text, room=RoomId(event.room), topic=event.name, fold="topic"),)
