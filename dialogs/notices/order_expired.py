"""过期: not paid in time; the buyer hears it once, in private, with one word to order again."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import slips
from shop.events import OrderExpired
from shop.kit.ids import OrderId

EVENT = OrderExpired
AN_HOUR = 60


async def words(event: OrderExpired, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    if slip.campaign is not None:
        given = f"过了{event.minutes}分钟" if event.minutes <= AN_HOUR else "到点"
        return (Say(f"{slip.code} {given}没付款，名额让出来了", person=slip.buyer, fold=f"slip:{slip.code}"),)
    text = f"{slip.code} 过了{event.minutes}分钟没付款，货先放回去了。还要就说“老样子”"
    return (Say(text, person=slip.buyer, buttons=(Button("老样子", "老样子"),), fold=f"slip:{slip.code}"),)
