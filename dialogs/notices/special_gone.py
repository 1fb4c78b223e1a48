"""草莓卖完了: of today's specials, told once to the groups that saw the post; and once that there is some again."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Say
from shop import specials
from shop.catalogue import goods, left_of
from shop.events import SpecialGone
from shop.kit.quantity import NONE

EVENT = SpecialGone


async def words(event: SpecialGone, desk: Desk) -> tuple[Say, ...]:
    of, item = await specials.of_item(event.item)
    if not of.is_open(desk.now):
        return ()
    shelf = await goods(desk.shop)
    name, sku = shelf.everything.called(item.sku), shelf.everything.sku[item.sku]
    left = (await left_of(desk.shop, [item.sku])).get(item.sku, NONE)
    if event.back != (left > NONE):
        return ()  # it has changed again
    price = voice.price(item.price or sku.price, sku.unit)
    text = (
        f"{name}又有了，今天特价 {price}，{voice.left(left, sku.unit)}"
        if event.back
        else f"今天的特价{name}卖完了。到货要叫你，就说“{name}到货叫我”"
    )
    rooms = await groups(of, desk.shop)
    return tuple(Say(text, room=room, lane="list", until=of.deadline) for room in rooms)
