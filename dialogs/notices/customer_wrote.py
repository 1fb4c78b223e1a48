"""顾客的话: to the agent who has him in hand, with the number to answer by."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import desk as counter
from shop.events import CustomerWrote

EVENT = CustomerWrote


async def words(event: CustomerWrote, desk: Desk) -> tuple[Say, ...]:
    line = await counter.line(event.line)
    request = await counter.request(line.ticket)
    if request.owner is None:
        return ()  # given back meanwhile: it stands in the transcript
    return (Say(f"#{request.id} {await card.who(request)}：{line.text}", person=request.owner),)
