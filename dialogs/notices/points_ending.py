"""积分快过期: a month before the end of the year, once; what was used meanwhile is not spoken of."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import points_clock
from shop.events import PointsEnding
from shop.kit.ids import PersonId
from shop.kit.money import Money
from shop.settled import shop_rules

EVENT = PointsEnding


async def words(event: PointsEnding, desk: Desk) -> tuple[Say, ...]:
    over, person = datetime.fromisoformat(event.over), PersonId(event.person)
    left = await points_clock.ending(desk.shop, person, now=over - timedelta(seconds=1))
    if left is None:
        return ()
    worth = Money((await shop_rules(desk.shop)).points.worth.fen * left[0])
    last = (over - timedelta(seconds=1)).astimezone(ZoneInfo(desk.tz))
    text = f"你有 {left[0]} 积分（值 {worth}）{last.month}月{last.day}日过期。下单后说“用积分”就抵"
    return (Say(text, person=person, buttons=(Button("菜单", "菜单"),), lane="list", until=over),)
