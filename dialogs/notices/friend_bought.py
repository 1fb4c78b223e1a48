"""邀请的朋友买过了: who brought him has his coupon."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop.events import FriendBought
from shop.kit.ids import PersonId

EVENT = FriendBought


async def words(event: FriendBought, desk: Desk) -> tuple[Say, ...]:
    text = "你邀请的朋友第一单完成了，送你一张券，下单自动用。回“我的券”看看"
    return (Say(text, person=PersonId(event.inviter)),)
