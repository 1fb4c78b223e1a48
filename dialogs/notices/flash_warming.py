"""秒杀预告: ten minutes before, one post: what there will be and when. It is the promotion of the day; the post at the
start belongs to it."""

from __future__ import annotations

from dialogs import flashing
from dialogs.notices import Desk
from dialogs.notices.campaign_opened import groups
from dialogs.speech import Say
from shop.catalogue import goods
from shop.events import FlashWarming
from shop.on_offer import campaign
from shop.rules.campaigns import State

EVENT = FlashWarming


async def words(event: FlashWarming, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    if of.state != State.SCHEDULED:
        return ()
    text = flashing.warming(of, await goods(desk.shop), now=desk.now)
    return tuple(
        Say(text, room=room, lane="promo", until=of.starts_at) for room in await groups(of, desk.shop)
    )
