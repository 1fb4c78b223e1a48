"""有人接了: the customer hears who is there now; the bot is silent from here on."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import agents, tickets
from shop.events import TicketClaimed

EVENT = TicketClaimed


async def words(event: TicketClaimed, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    return (Say(f"{await agents.name_of(event.agent)}来了，有事直接跟他说", person=request.person),)
