"""点错了: the buyer was told that it is gone; he hears that it is not, with his code."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderTakenBack
from shop.kit.ids import OrderId

EVENT = OrderTakenBack


async def words(event: OrderTakenBack, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    text = f"{slip.code} 刚才点错了，货还给你留着。取货码 {voice.code(slip.pickup_code or '')} 还能用：{desk.links.order(slip)}"
    return (Say(text, person=slip.buyer),)
