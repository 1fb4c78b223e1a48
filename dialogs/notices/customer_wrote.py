"""顾客的话: to the agent who has him in hand, with the number to answer by."""

from __future__ import annotations

from dialogs import shown
from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import tickets
from shop.events import CustomerWrote

EVENT = CustomerWrote


async def words(event: CustomerWrote, desk: Desk) -> tuple[Say, ...]:
    line = await tickets.line(event.line)
    request = await tickets.request(line.ticket)
    if request.owner is None:
        return ()  # given back meanwhile: it stands in the transcript
    text = f"#{request.id} {await card.who(request)}：{line.text}"
    if line.text == shown.PICTURE:
        text = f"#{request.id} {await card.who(request)} 发来一张图"
        text += "" if line.picture is not None else "，没取到，请他再发一次"
    return (Say(text, person=request.owner, picture=line.picture),)
