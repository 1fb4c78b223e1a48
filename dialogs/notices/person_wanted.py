"""有人找: the agent whose turn it is hears who asks for a person, and why; the service group sees it as well."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import tickets
from shop.events import PersonWanted

EVENT = PersonWanted


async def words(event: PersonWanted, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if event.again:
        return await card.to_whom_it_concerns(
            desk.shop, request, await card.short(desk.shop, request, event.words)
        )
    whole = await card.card(desk.shop, request, event.words, now=desk.now)
    told = await card.to_whom_it_concerns(desk.shop, request, whole)
    return (*told, *await card.pictures_of(request, told))
