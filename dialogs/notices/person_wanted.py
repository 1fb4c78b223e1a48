"""有人找: the staff hear who asks for a person, and why."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import desk as counter
from shop import people, slips
from shop.events import PersonWanted

EVENT = PersonWanted


async def words(event: PersonWanted, desk: Desk) -> tuple[Say, ...]:
    request = await counter.request(event.ticket)
    who = await people.person(request.person)
    room = f"@{(await people.room_by_id(request.room)).name}" if request.room is not None else ""
    last = await slips.last_order(desk.shop, request.person)
    order = (
        f"\n最近一单 {last.code} {voice.state(last)}：{voice.all_goods(last.lines)} {last.payable}"
        if last
        else ""
    )
    text = f"#{request.id} {who.name}{room} 找人：{event.words[:200]}{order}"
    staff = await people.staff(desk.shop, people.AGENT) or await people.staff(desk.shop, people.OWNER)
    return tuple(Say(text, person=one) for one in staff)
