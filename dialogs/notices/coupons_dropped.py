"""抢券开始: one line in the group, with the word to say."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import coupon_drops
from shop.events import CouponsDropped

EVENT = CouponsDropped


async def words(event: CouponsDropped, desk: Desk) -> tuple[Say, ...]:
    drop = await coupon_drops.seen(event.drop)
    text = f"{drop.pieces} 张 {drop.title}，说“抢”就有，每人 1 张，到 {voice.clock(drop.until, desk.tz)} 为止"
    return (Say(text, room=drop.room, buttons=(Button("抢", "抢"),), lane="promo", until=drop.until),)
