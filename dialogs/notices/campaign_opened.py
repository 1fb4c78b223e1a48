"""活动开始: one post to each of its groups: what there is, until when, and what to say."""

from __future__ import annotations

from datetime import timedelta

from dialogs import rolling
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import people
from shop.catalogue import goods
from shop.events import CampaignOpened
from shop.kit.ids import RoomId, ShopId
from shop.on_offer import campaign
from shop.rules.campaigns import Kind, OnOffer, State

EVENT = CampaignOpened
FRESH = timedelta(hours=24)  # so long the post of a campaign without an end is worth posting


async def words(event: CampaignOpened, desk: Desk) -> tuple[Say, ...]:
    of = await campaign(event.campaign)
    if of.state != State.OPEN:
        return ()
    text = rolling.post(of, await goods(desk.shop), now=desk.now)
    was_promised = of.kind == Kind.FLASH and of.starts_at is not None  # its warm-up was the promotion
    says = {Kind.FLASH: "抢", Kind.TEAM: "开团", Kind.BARGAIN: "帮我砍", Kind.EVENT: "报名"}.get(
        of.kind, "+1"
    )
    buttons = (Button(says, says),) if len(of.items) == 1 else ()
    until = of.deadline or desk.now + FRESH
    return tuple(
        Say(text, room=room, lane="list" if was_promised else "promo", buttons=buttons, until=until)
        for room in await groups(of, desk.shop)
    )


async def groups(of: OnOffer, shop: ShopId) -> tuple[RoomId, ...]:
    """Where it runs."""
    return of.rooms or tuple(room.id for room in await people.rooms(shop))
