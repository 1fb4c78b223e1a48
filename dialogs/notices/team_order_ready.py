"""成团了，可以取: the team is complete; the buyer gets his pick-up code, in private."""

from __future__ import annotations

from dialogs import teaming, voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips, teams
from shop.events import TeamOrderReady
from shop.kit.ids import OrderId
from shop.on_offer import campaign

EVENT = TeamOrderReady


async def words(event: TeamOrderReady, desk: Desk) -> tuple[Say, ...]:
    slip, team = await slips.slip(OrderId(event.order)), await teams.of_order(OrderId(event.order))
    if slip.pickup_code is None or team is None:
        return ()  # handed over or called off since
    of = await campaign(team.campaign)
    where = desk.facts.where
    come = f"，到{where}取" if where else "，到店报码就能取"
    text = (
        f"{teaming.called(team, of)}成团了{teaming.filled(team)}。{slip.code} "
        f"取货码 {voice.code(slip.pickup_code)}{come}：{desk.links.order(slip)}"
    )
    return (Say(text, person=slip.buyer, card=voice.slip_card(slip, desk.links), fold=f"slip:{slip.code}"),)
