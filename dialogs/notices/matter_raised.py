"""店里自己发现的事: whoever is asked to look into it hears what is wrong, and the owner in any case; nobody is woken."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people, tickets
from shop.events import MatterRaised

EVENT = MatterRaised


async def words(event: MatterRaised, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if event.again:
        text = f"#{request.id} 现在是：{event.words}"
        return await card.to_whom_it_concerns(desk.shop, request, text)
    whole = await card.card(desk.shop, request, event.words, now=desk.now)
    told = await card.to_whom_it_concerns(desk.shop, request, whole)
    known = {one.person for one in told}
    owners = await people.staff(desk.shop, people.OWNER, people.MANAGER)
    return (*told, *(Say(whole, person=one, lane="list") for one in owners if one not in known))
