"""特价没发全: the merchant hears what his plan could not post today, and what to do."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people, special_plans
from shop.catalogue import goods
from shop.events import SpecialsLeftOut
from shop.people import OWNER

EVENT = SpecialsLeftOut


async def words(event: SpecialsLeftOut, desk: Desk) -> tuple[Say, ...]:
    shelf = await goods(desk.shop)
    made_by = (await special_plans.plan(event.plan)).made_by
    told = (made_by,) if made_by is not None else await people.staff(desk.shop, OWNER)
    names = shelf.everything.called
    why = [
        f"{'、'.join(map(names, skus))}{how}"
        for skus, how in ((event.withdrawn, "下架了"), (event.sold_out, "没货了"))
        if skus
    ]
    first = f"今天的特价发了 {event.posted} 样，没发：" if event.posted else "今天的特价没发："
    text = f"{first}{'；'.join(why)}。补了货要发，说“今日特价 …”"
    return tuple(Say(text, person=person) for person in told)
