"""付好了: the money is in; the buyer gets the pick-up code, in private."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import addresses, slips
from shop.events import OrderPaid
from shop.kit.ids import OrderId
from shop.on_offer import campaign
from shop.rules.campaigns import Kind
from shop.slips import Slip

EVENT = OrderPaid


async def words(event: OrderPaid, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    come = await _come(slip, desk)
    code = voice.code(slip.pickup_code or "")
    if slip.delivery:
        next_ = f"给你送到 {await addresses.of(slip.id)}，出发了告诉你，送到时报码 {code}"
    else:
        next_ = f"取货码 {code}{come}"
    text = f"{slip.code} 收到 {slip.payable}。{next_}：{desk.links.order(slip)}"
    return (Say(text, person=slip.buyer, card=voice.slip_card(slip, desk.links), fold=f"slip:{slip.code}"),)


async def _come(slip: Slip, desk: Desk) -> str:
    """Where to fetch it; what a list has gathered is not there yet."""
    if slip.campaign is not None and (await campaign(slip.campaign)).kind == Kind.LIST:
        return "，货到了我叫你来取"
    where = desk.facts.where
    return f"，到{where}取" if where else "，到店报码就能取"
