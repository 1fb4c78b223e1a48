"""换团长: the leader left; whoever leads now hears it, in private."""

from __future__ import annotations

from dialogs import teaming
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import teams
from shop.events import TeamLed
from shop.kit.ids import PersonId
from shop.on_offer import campaign
from shop.rules.teams import State

EVENT = TeamLed


async def words(event: TeamLed, desk: Desk) -> tuple[Say, ...]:
    team = await teams.standing(event.team)
    if team.state != State.FORMING or team.leader != event.leader:
        return ()
    of = await campaign(team.campaign)
    text = f"{teaming.called(team, of)}的团长退出了，现在你是团长。还差 {team.free} 人，叫邻居在群里回“参团 {team.number}”"
    return (Say(text, person=PersonId(event.leader)),)
