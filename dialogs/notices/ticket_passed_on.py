"""换人接: nobody took it, whoever had it fell silent, or it was handed on: the next one gets the card. When a second
agent falls silent as well, the owner hears of it."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people, tickets
from shop.events import TicketPassedOn

EVENT = TicketPassedOn


async def words(event: TicketPassedOn, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if request.in_hands or request.closed:
        return ()  # somebody was faster
    whole = await card.card(desk.shop, request, request.why, now=desk.now)
    told = await card.to_whom_it_concerns(desk.shop, request, whole)
    says = (*told, *await card.pictures_of(request, told))
    if event.why != "silent" or request.passed < 2:
        return says
    text = f"#{request.id} {await card.who(request)} 换了{request.passed}次人还没回上话：{request.why}"
    owners = await people.staff(desk.shop, people.OWNER)
    lane = told[0].lane if told else "reply"
    return (*says, *(Say(text, person=one, lane=lane) for one in owners if one != request.offered))
