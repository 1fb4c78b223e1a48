"""成团了: one line in the group of the team; the codes go to each in private."""

from __future__ import annotations

from dialogs import teaming
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import teams
from shop.events import TeamCompleted
from shop.on_offer import campaign

EVENT = TeamCompleted


async def words(event: TeamCompleted, desk: Desk) -> tuple[Say, ...]:
    team = await teams.standing(event.team)
    if team.room is None:
        return ()
    of = await campaign(team.campaign)
    who = teaming.names(team.members)
    text = f"{teaming.called(team, of)}成团了{teaming.filled(team)}：{who}。取货码私聊发你们"
    return (Say(text, room=team.room, fold=f"list:team {team.number}:{team.room}", lane="list"),)
