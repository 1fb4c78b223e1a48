"""到货了: one line in the group without names, and to everybody in it what is his and the code to fetch it."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Say
from shop import slips
from shop.events import CampaignArrived
from shop.on_offer import campaign
from shop.rules.orders import Status
from shop.slips import Slip

EVENT = CampaignArrived


async def words(event: CampaignArrived, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    where = desk.facts.where
    come = f"到{where}取" if where else "来店里取"
    public = f"“{of.title}”到货了，接了的可以{come}，取货码在私聊里"
    return (
        *(Say(public, room=room, lane="list") for room in await groups(of, desk.shop)),
        *(
            _told(slip, come, desk)
            for slip in await slips.of_campaign(of.id, Status.UNPAID, Status.PREPARING)
        ),
    )


def _told(slip: Slip, come: str, desk: Desk) -> Say:
    goods = voice.all_goods(slip.lines)
    if slip.pickup_code is None:
        text = f"{goods} 到货了。{slip.code} 还没付 {slip.payable}，付了就能{come}：{desk.links.order(slip)}"
    else:
        owed = "" if slip.money_in else f"，到店付 {slip.payable}"
        text = (
            f"{goods} 到货了，{come}。取货码 {voice.code(slip.pickup_code)}{owed}：{desk.links.order(slip)}"
        )
    card = voice.slip_card(slip, desk.links, online=desk.facts.pays_online)
    return Say(text, person=slip.buyer, card=card, fold=f"slip:{slip.code}")
