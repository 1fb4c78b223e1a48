"""有人退出: somebody left, the team goes on: the group sees the line as it stands now."""

from __future__ import annotations

from dialogs import teaming
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import teams
from shop.events import TeamMoved
from shop.on_offer import campaign
from shop.rules.teams import State

EVENT = TeamMoved


async def words(event: TeamMoved, desk: Desk) -> tuple[Say, ...]:
    team = await teams.standing(event.team)
    if team.room is None or team.state != State.FORMING:
        return ()
    return (teaming.live(team, await campaign(team.campaign), team.room, now=desk.now, tz=desk.tz),)
