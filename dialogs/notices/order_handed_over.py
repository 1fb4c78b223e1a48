"""取走了: a short receipt for the buyer."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderHandedOver
from shop.kit.ids import OrderId

EVENT = OrderHandedOver


async def words(event: OrderHandedOver, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    how = "送到了" if slip.delivery else "取走了"
    text = f"{slip.code} {how}：{voice.all_goods(slip.lines)}，{slip.payable}。有不好的说一声，谢谢"
    return (Say(text, person=slip.buyer),)
