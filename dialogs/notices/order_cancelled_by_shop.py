"""店里退单: the shop could not keep its word; a mistake of ours is said first, then mended."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderCancelledByShop
from shop.kit.ids import OrderId
from shop.kit.money import Money

EVENT = OrderCancelledByShop


async def words(event: OrderCancelledByShop, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    why = f"（{event.why}）" if event.why else ""
    money = f"，{Money(event.fen)} 会退给你" if event.fen else ""
    text = f"对不起，{slip.code} 店里没法给你备了{why}：{voice.all_goods(slip.lines)}。单取消了{money}"
    return (Say(text, person=slip.buyer, fold=f"slip:{slip.code}"),)
