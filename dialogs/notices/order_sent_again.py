"""补发了: the customer hears that it costs nothing, and the code to fetch it with."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderSentAgain
from shop.kit.ids import OrderId

EVENT = OrderSentAgain


async def words(event: OrderSentAgain, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    text = f"{slip.code} 补发给你：{voice.all_goods(slip.lines)}，不收钱。取货码 {voice.code(slip.pickup_code or '')}，到店报码就能取：{desk.links.order(slip)}"
    return (Say(text, person=slip.buyer, card=voice.slip_card(slip, desk.links), fold=f"slip:{slip.code}"),)
