"""过期: not paid in time; the buyer hears it once, in private, with one word to order again."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import appointments, slips, teams
from shop.events import OrderExpired
from shop.kit.ids import OrderId
from shop.rules.campaigns import TEAM_PAY
from shop.rules.teams import LIFE, State

EVENT = OrderExpired
AN_HOUR = 60
WHOLE = TEAM_PAY.total_seconds() // 60  # with less, the end of the team took the rest of the time
SHOWN = LIFE.shown


async def words(event: OrderExpired, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    if slip.campaign is not None:
        if booked := await appointments.of_order(slip.id):
            text = f"{booked.service.name}的定金过了{event.minutes}分钟没付，时间让出来了。还要就再说“预约”"
            return (Say(text, person=slip.buyer, fold=f"slip:{slip.code}"),)
        if (team := await teams.of_order(slip.id)) and event.minutes < WHOLE and team.state != State.FORMING:
            text = f"{team.number}号团{SHOWN[team.state]}，{slip.code} 还没付款，就取消了，不用管它"
            return (Say(text, person=slip.buyer, fold=f"slip:{slip.code}"),)
        given = f"过了{event.minutes}分钟" if event.minutes <= AN_HOUR else "到点"
        return (Say(f"{slip.code} {given}没付款，名额让出来了", person=slip.buyer, fold=f"slip:{slip.code}"),)
    text = f"{slip.code} 过了{event.minutes}分钟没付款，货先放回去了。还要就说“老样子”"
    return (Say(text, person=slip.buyer, buttons=(Button("老样子", "老样子"),), fold=f"slip:{slip.code}"),)
