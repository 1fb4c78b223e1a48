"""券快过期: a day before, once; what was used meanwhile is not spoken of."""

from __future__ import annotations

from dialogs import couponing
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import coupons
from shop.events import CouponEnding
from shop.kit.ids import PersonId
from shop.rules.coupon_life import State

EVENT = CouponEnding


async def words(event: CouponEnding, desk: Desk) -> tuple[Say, ...]:
    left = [one for one in await coupons.held(event.coupons) if one.state == State.AVAILABLE]
    if not left:
        return ()
    text = (
        f"有券快过期了：{'；'.join(couponing.coupon(one, desk.tz) for one in left)}。要什么直接说，下单自动用"
    )
    return (
        Say(
            text,
            person=PersonId(event.person),
            buttons=(Button("菜单", "菜单"),),
            lane="list",
            until=left[-1].valid_to,
        ),
    )
