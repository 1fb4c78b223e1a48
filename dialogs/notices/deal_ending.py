"""限时快结束: half an hour before, once."""

from __future__ import annotations

from dialogs import promoting
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import deals
from shop.catalogue import goods
from shop.events import DealEnding

EVENT = DealEnding


async def words(event: DealEnding, desk: Desk) -> tuple[Say, ...]:
    one, shelf = await deals.deal(event.deal), await goods(desk.shop)
    if not one.running or one.scope.until is None or one.scope.over(desk.now):
        return ()
    minutes = -(-int((one.scope.until - desk.now).total_seconds()) // 60)
    text = f"{promoting.title(one, shelf, desk.now)}，还有 {minutes} 分钟"
    return tuple(Say(text, room=room, lane="list", until=one.scope.until) for room in one.rooms)
