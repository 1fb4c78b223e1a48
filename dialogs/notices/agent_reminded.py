"""该回了: the customer has waited for an answer for five minutes."""

from __future__ import annotations

from dialogs.agent import card
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import tickets
from shop.events import AgentReminded

EVENT = AgentReminded


async def words(event: AgentReminded, desk: Desk) -> tuple[Say, ...]:
    request = await tickets.request(event.ticket)
    if request.owner is None or request.owed_since is None:
        return ()
    waited = card.minutes(request.owed_since, desk.now)
    text = f"#{request.id} {await card.who(request)} 等你回话{waited}了。没空就说“{request.id} 转 名字”"
    return (Say(text, person=request.owner),)
