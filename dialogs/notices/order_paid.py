"""付好了: the money is in; the buyer gets the pick-up code, in private."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderPaid
from shop.kit.ids import OrderId

EVENT = OrderPaid


async def words(event: OrderPaid, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    where = "，".join(part for part in (desk.facts.address, desk.facts.hours) if part)
    come = f"，到{where}取" if where else "，到店报码就能取"
    text = f"{slip.code} 收到 {slip.payable}。取货码 {voice.code(slip.pickup_code or '')}{come}：{desk.links.order(slip)}"
    return (Say(text, person=slip.buyer, card=voice.slip_card(slip, desk.links), fold=f"slip:{slip.code}"),)
