"""不用等那笔转账了: the staff who were asked to look for it hear why not."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people, slips
from shop.events import ClaimDropped
from shop.kit.ids import OrderId

EVENT = ClaimDropped


async def words(event: ClaimDropped, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    buyer = (await people.person(slip.buyer)).name
    text = {
        "cancelled": f"{buyer} 取消了 {slip.code}。他说过转了 {slip.payable}，钱真到了请退给他",
        "cash": f"{buyer} 的 {slip.code} 改成到店付，那笔 {slip.payable} 的转账不用等了",
        "unpaid": f"{buyer} 说 {slip.code} 其实还没付，那笔 {slip.payable} 的转账不用等了",
    }[event.how]
    return tuple(Say(text, person=one) for one in await people.staff(desk.shop, people.OWNER, people.MANAGER))
