"""称出来少了, and nothing is paid yet: what it costs now."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import slips
from shop.events import OrderWeighed
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.kit.quantity import Quantity

EVENT = OrderWeighed


async def words(event: OrderWeighed, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    less, off = Quantity(event.milli), Money(event.off_fen)
    text = f"{slip.code} 的{event.name}称出来 {less} {event.unit}，少收 {off}，现在 {slip.payable}"
    return (Say(text, person=slip.buyer),)
