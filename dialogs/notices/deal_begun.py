"""促销开始: one post to its groups: what costs less, and until when."""

from __future__ import annotations

from dialogs import promoting
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import deals
from shop.catalogue import goods
from shop.events import DealBegun

EVENT = DealBegun


async def words(event: DealBegun, desk: Desk) -> tuple[Say, ...]:
    one, shelf = await deals.deal(event.deal), await goods(desk.shop)
    if not one.running or one.scope.over(desk.now):
        return ()
    lines = [promoting.title(one, shelf, desk.now), *promoting.price_lines(one, shelf, desk.now)]
    text = "\n".join([*lines, "要什么直接说，价钱自动算"])
    return tuple(Say(text, room=room, lane="promo", until=one.scope.until) for room in one.rooms)
