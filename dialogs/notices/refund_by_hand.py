"""要店里自己转: no provider pays this one back; said again every day until it is done."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import people, refunds
from shop.events import RefundByHand

EVENT = RefundByHand
WAYS = {"cash": "现金收的", "transfer": "转账收的"}


async def words(event: RefundByHand, desk: Desk) -> tuple[Say, ...]:
    case = await refunds.case(event.refund)
    buyer = await people.person(case.buyer)
    way = WAYS.get(case.provider, "退款通道退不了")
    text = f"请退 {buyer.name} {case.amount}（{case.code}，{way}）。退好回“已退 {case.code}”"
    button = (Button(f"已退 {case.code}", f"已退 {case.code}"),)
    return tuple(
        Say(text, person=one, buttons=button)
        for one in await people.staff(desk.shop, people.OWNER, people.MANAGER)
    )
