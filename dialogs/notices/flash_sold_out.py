"""抢完了: one message for all who took part, instead of one for each."""

from __future__ import annotations

from dialogs import flashing
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Button, Say
from shop import flash
from shop.events import FlashSoldOut

EVENT = FlashSoldOut


async def words(event: FlashSoldOut, desk: Desk) -> tuple[Say, ...]:
    at = await flash.seen(event.campaign)
    buttons = (Button("候补", "候补"),)
    return tuple(
        Say(flashing.sold_out(at), room=room, buttons=buttons, lane="list")
        for room in await groups(at.of, desk.shop)
    )
