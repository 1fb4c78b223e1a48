"""没拼成: one line in the group, unless all of the campaign was called off; whoever paid hears of his money in private."""

from __future__ import annotations

from dialogs import teaming
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import teams
from shop.events import TeamFailed
from shop.on_offer import campaign

EVENT = TeamFailed


async def words(event: TeamFailed, desk: Desk) -> tuple[Say, ...]:
    team = await teams.standing(event.team)
    if team.room is None:
        return ()
    of = await campaign(team.campaign)
    if of.extra.get("called_off"):
        return ()  # the group has heard it once, for all its teams
    why = team.why or f"到点还差 {team.missing} 人付款"
    back = "，付过的原路退回" if team.paid else ""
    text = f"{teaming.called(team, of)}没拼成：{why}{back}"
    return (Say(text, room=team.room, fold=f"list:team {team.number}:{team.room}", lane="list"),)
