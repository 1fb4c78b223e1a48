"""群里嫌吵: whoever runs the group hears that, why less is posted, and how to go on as before."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people
from shop.events import GroupIsTired
from shop.kit.ids import PersonId, RoomId
from shop.people import OWNER
from shop.rules.manners import RECALLS_ARE_ONE

EVENT = GroupIsTired
WHY = {
    "said": "说别发了。今天这个群不主动发了，这一周每天少发一条",
    "recalled": f"等 {RECALLS_ARE_ONE} 位收到群发后下了单又撤回。这一周这个群每天少发一条",
    "left": "收到群发后退群了。这一周这个群每天少发一条",
}


async def words(event: GroupIsTired, desk: Desk) -> tuple[Say, ...]:
    room, person = await people.room_by_id(RoomId(event.room)), await people.person(PersonId(event.person))
    text = f"{room.name}里{person.name}{WHY[event.kind]}。要照常发，在群里说“可以发了”"
    told = dict.fromkeys([*([room.owner] if room.owner else []), *await people.staff(desk.shop, OWNER)])
    return tuple(Say(text, person=one) for one in told)
