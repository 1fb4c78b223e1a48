"""明天想要: in the evening, what to get for tomorrow, to the owner."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people
from shop.events import WantedTomorrow
from shop.people import MANAGER, OWNER

EVENT = WantedTomorrow


async def words(event: WantedTomorrow, desk: Desk) -> tuple[Say, ...]:
    wanted = "、".join(f"{what} {n} 位" for what, n in zip(event.goods, event.people, strict=True))
    text = f"明天有人想要：{wanted}。有货就说“今日特价 …”或“补货 …”"
    return tuple(
        Say(text, person=one, fold=f"tomorrow:{event.day}")
        for one in await people.staff(desk.shop, OWNER, MANAGER)
    )
