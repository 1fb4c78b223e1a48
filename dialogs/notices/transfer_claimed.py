"""有人说转账了: the staff who may confirm are asked to look, with the words to say."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import people, slips
from shop.events import TransferClaimed
from shop.kit.ids import OrderId

EVENT = TransferClaimed


async def words(event: TransferClaimed, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    buyer = await people.person(slip.buyer)
    text = f"{buyer.name} 说 {slip.code} 转了 {slip.payable}（{voice.all_goods(slip.lines)}）。看到钱回“收款 {slip.code}”"
    button = (Button(f"收款 {slip.code}", f"收款 {slip.code}"),)
    return tuple(
        Say(text, person=one, buttons=button)
        for one in await people.staff(desk.shop, people.OWNER, people.MANAGER)
    )
