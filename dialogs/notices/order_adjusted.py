"""店里便宜了: the new sum, in private."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderAdjusted
from shop.kit.ids import OrderId
from shop.kit.money import Money

EVENT = OrderAdjusted


async def words(event: OrderAdjusted, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    if event.fen < 0:
        who = f"{event.why}算下来" if event.why else "店里给你"
        what = f"{who}便宜了 {Money(-event.fen)}"
    else:
        what = f"店里改了价，加 {Money(event.fen)}"
    text = f"{slip.code} {what}，现在合计 {slip.payable}：{desk.links.order(slip)}"
    return (Say(text, person=slip.buyer, fold=f"slip:{slip.code}"),)
