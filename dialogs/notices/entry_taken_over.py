"""认领了: whoever took it for a neighbour hears that it is no longer on his bill."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people, slips
from shop.events import EntryTakenOver
from shop.kit.ids import OrderId
from shop.rules.orders import Status

EVENT = EntryTakenOver


async def words(event: EntryTakenOver, desk: Desk) -> tuple[Say, ...]:
    was, taken = await slips.slip(OrderId(event.order)), await slips.slip(OrderId(event.taken))
    who = await people.person(taken.buyer)
    rest = (
        "你这单没有别的了，取消了"
        if was.status == Status.CANCELLED
        else f"你的 {was.code} 现在合计 {was.payable}"
    )
    text = f"{who.name}认领了{voice.all_goods(taken.lines)}，自己付。{rest}"
    return (Say(text, person=was.buyer, fold=f"slip:{was.code}"),)
