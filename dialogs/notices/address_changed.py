"""改地址了: whoever brings the order hears where it goes now; the staff alone, each in private."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import addresses, people, slips
from shop.events import AddressChanged
from shop.kit.ids import OrderId

EVENT = AddressChanged


async def words(event: AddressChanged, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    to = await addresses.of(slip.id)
    if not to:
        return ()  # it was forgotten, or is fetched by now
    text = f"{slip.code} {(await people.person(slip.buyer)).name} 改了地址，送到 {to}"
    return tuple(
        Say(text, person=one, fold=f"address:{slip.code}")
        for one in await people.staff(desk.shop, people.OWNER, people.MANAGER)
    )
