"""没轮到: the sale is over; who waited in line hears that it was for nothing, and what he can still do."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import waitlist
from shop.catalogue import goods
from shop.events import WaitedInVain

EVENT = WaitedInVain


async def words(event: WaitedInVain, desk: Desk) -> tuple[Say, ...]:
    place = await waitlist.seen(event.waiting)
    name = (await goods(desk.shop)).everything.called(place.sku)
    return (Say(f"{name}秒杀结束了，这次没轮到你。平时的价回“菜单”看", person=place.person),)
