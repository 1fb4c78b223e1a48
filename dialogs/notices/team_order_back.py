"""拼团退款: paid, and the team failed or had no seat left: the money goes back by itself, and a new team is one word away."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import slips, teams
from shop.catalogue import goods
from shop.events import TeamOrderBack
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.on_offer import campaign

EVENT = TeamOrderBack


async def words(event: TeamOrderBack, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    of = await campaign(slip.campaign) if slip.campaign else None
    team = await teams.of_order(slip.id)
    number = f"{team.number}号团" if team else "这个团"
    why = "没拼成" if event.why == teams.FAILED else "的位置没留住，付款到的时候已经没有空位了"
    may_again = of is not None and any(
        one.id == of.id and one.is_open(desk.now) for one in (await goods(desk.shop)).campaigns
    )
    again = "还想要就回“开团”，再开一个" if may_again else "下次开团告诉你"
    text = f"{number}{why}。{slip.code} 的 {Money(event.fen)} 原路退回，不用你管。{again}"
    buttons = (Button("开团", "开团"),) if may_again else ()
    return (Say(text, person=slip.buyer, buttons=buttons, fold=f"slip:{slip.code}"),)
