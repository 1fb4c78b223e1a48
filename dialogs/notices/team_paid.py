"""拼团付好了: a seat is paid, the team is not full yet: the buyer hears what he waits for, the group how many are missing."""

from __future__ import annotations

from dialogs import teaming, voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips, teams
from shop.events import TeamPaid
from shop.kit.ids import OrderId
from shop.on_offer import campaign
from shop.rules.teams import State

EVENT = TeamPaid


async def words(event: TeamPaid, desk: Desk) -> tuple[Say, ...]:
    slip, team = await slips.slip(OrderId(event.order)), await teams.of_order(OrderId(event.order))
    if team is None or team.state != State.FORMING:
        return ()  # it has ended since: that is told by itself
    of = await campaign(team.campaign)
    text = (
        f"{slip.code} 收到 {slip.payable}。{teaming.called(team, of)}还差 {team.missing} 人付款，"
        f"凑齐了取货码马上发你；没凑齐原路退回：{desk.links.order(slip)}"
    )
    if team.free:
        text += f"\n叫邻居来拼：{desk.links.team(of, team.number)}"
    card = voice.slip_card(slip, desk.links)
    private = Say(text, person=slip.buyer, card=card, fold=f"slip:{slip.code}")
    if team.room is None:
        return (private,)
    return (private, teaming.live(team, of, team.room, now=desk.now, tz=desk.tz))
