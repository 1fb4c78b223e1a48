"""又有了: pieces came back and nobody waits for them; the groups hear it once."""

from __future__ import annotations

from dialogs import flashing
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Button, Say
from shop import flash
from shop.catalogue import goods
from shop.events import FlashFreed
from shop.kit.quantity import NONE

EVENT = FlashFreed


async def words(event: FlashFreed, desk: Desk) -> tuple[Say, ...]:
    at = await flash.seen(event.campaign)
    if at.left <= NONE or not at.of.is_open(desk.now):
        return ()
    text = flashing.freed(at, await goods(desk.shop))
    return tuple(
        Say(text, room=room, buttons=(Button("抢", "抢"),), lane="list", until=at.of.deadline)
        for room in await groups(at.of, desk.shop)
    )
