"""换人接: nobody took it, whoever had it fell silent, or it was handed on: the next one gets the card."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import desk as counter
from shop.events import TicketPassedOn

EVENT = TicketPassedOn


async def words(event: TicketPassedOn, desk: Desk) -> tuple[Say, ...]:
    request = await counter.request(event.ticket)
    if request.in_hands or request.closed:
        return ()  # somebody was faster
    whole = await card.card(desk.shop, request, request.why, now=desk.now)
    told = await card.to_whom_it_concerns(desk.shop, request, whole)
    return (*told, *await card.pictures_of(request, told))
