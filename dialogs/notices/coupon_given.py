"""店里送的券: who got it hears what it gives and until when."""

from __future__ import annotations

from dialogs import couponing
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import coupons
from shop.events import CouponGiven

EVENT = CouponGiven


async def words(event: CouponGiven, desk: Desk) -> tuple[Say, ...]:
    (one,) = await coupons.held([event.coupon])
    text = f"店里送你一张券：{couponing.coupon(one, desk.tz)}。{couponing.how_to_use(one)}"
    return (Say(text, person=one.person),)
