"""客服的话: what an agent says reaches his customer, in private, under the agent's name."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import agents, tickets
from shop.events import AgentAnswered

EVENT = AgentAnswered


async def words(event: AgentAnswered, desk: Desk) -> tuple[Say, ...]:
    line = await tickets.line(event.line)
    request = await tickets.request(line.ticket)
    name = await agents.name_of(line.person)
    said = f"{name}：{line.text}" if line.picture is None else f"{name}发来一张图"
    return (Say(said, person=request.person, picture=line.picture),)
