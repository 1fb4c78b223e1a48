"""没轮到: it is over; who waited in line hears that it was for nothing, and what he can still do."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import waitlist
from shop.catalogue import goods
from shop.events import WaitedInVain
from shop.on_offer import campaign
from shop.rules.campaigns import Kind

EVENT = WaitedInVain


async def words(event: WaitedInVain, desk: Desk) -> tuple[Say, ...]:
    place = await waitlist.seen(event.waiting)
    name = (await goods(desk.shop)).everything.called(place.sku)
    if (await campaign(place.campaign)).kind == Kind.EVENT:
        text = f"{name}没有空出来，这次没轮到你。看看还有什么：回“活动”"
    else:
        text = f"{name}秒杀结束了，这次没轮到你。平时的价回“菜单”看"
    return (Say(text, person=place.person),)
