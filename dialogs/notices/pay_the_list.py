"""截单了要付款: the list is closed, this entry is not paid: how much, until when, where."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import PayTheList
from shop.kit.ids import OrderId
from shop.rules.orders import Status

EVENT = PayTheList


async def words(event: PayTheList, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    if slip.status != Status.UNPAID or slip.pay_due_at is None:
        return ()
    until = voice.clock(slip.pay_due_at, desk.tz)
    text = (
        f"截单了。{slip.code}  {voice.bill(slip.lines, slip.payable)}，{until} 前付款："
        f"{desk.links.order(slip)}\n到店给钱说“到店付”"
    )
    card = voice.slip_card(slip, desk.links, online=desk.facts.pays_online)
    return (Say(text, person=slip.buyer, card=card, fold=f"slip:{slip.code}"),)
