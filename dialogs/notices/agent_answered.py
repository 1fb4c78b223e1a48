"""客服的话: what an agent says reaches his customer, in private, under the agent's name."""

from __future__ import annotations

from dialogs import shown
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import agents
from shop import desk as counter
from shop.events import AgentAnswered

EVENT = AgentAnswered


async def words(event: AgentAnswered, desk: Desk) -> tuple[Say, ...]:
    line = await counter.line(event.line)
    request = await counter.request(line.ticket)
    name = await agents.name_of(line.person)
    said = f"{name}发来一张图" if line.text == shown.PICTURE else f"{name}：{line.text}"
    return (Say(said, person=request.person, picture=line.picture),)
