"""券发错了: whoever had it hears that it is gone, and that it was our mistake."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import coupons
from shop.events import CouponTakenBack

EVENT = CouponTakenBack


async def words(event: CouponTakenBack, desk: Desk) -> tuple[Say, ...]:
    (one,) = await coupons.held([event.coupon])
    return (Say(f"不好意思，刚才那张 {one.title} 的券发错了，收回了", person=one.person),)
