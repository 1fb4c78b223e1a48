"""抢: the one word of a rush. A flash sale that runs here is meant first, then a coupon that was thrown in; where there is
neither, it is talk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dialogs import couponing, flashing, refusals
from dialogs.engine import Data, Dialogue, Done
from dialogs.hear.reading import Line
from dialogs.ordering import take
from dialogs.turn import Turn
from dialogs.voice import clock
from dialogs.wants import line_to_json
from shop.flash import WARM_UP
from shop.refusals import CampaignOver
from shop.rules.campaigns import OnOffer, State

FOR_BOTH = ("抢", "我抢", "我要抢", "抢一个")
FOR_FLASH = ("1", "+1", "＋1", "＋１", "加1", "加一", "秒", "我秒", "抢抢", "抢抢抢", "秒杀")
JUST_OVER = timedelta(minutes=10)


class Grab(Dialogue):
    id = "grab"
    intents = ()
    starts = FOR_BOTH
    group_words = (*FOR_BOTH, *FOR_FLASH)
    examples = ("抢",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        here = [one for one in turn.shelf.campaigns if _is_here(one, turn)]
        if flash := flashing.newest([one for one in here if one.is_open(turn.now)]):
            return await take(turn, {"lines": [line_to_json(_one(flash, turn))]})
        if turn.room is not None and turn.text.strip(" !！~。") in FOR_BOTH:
            got = await couponing.grab(turn)
            if got.says:
                return got
        if flash := flashing.newest([one for one in here if _is_soon(one, turn)]):
            return Done((turn.privately(_not_yet(flash, turn)),))
        if flash := flashing.newest([one for one in here if _is_just_over(one, turn)]):
            return Done((turn.privately(_over(flash, turn)),))
        return Done() if turn.room else Done((turn.here("现在没有在抢的。看看今天有什么：回“菜单”"),))


def _is_here(one: OnOffer, turn: Turn) -> bool:
    return one.is_for(frozenset({turn.room.id}) if turn.room else turn.his_rooms)


def _is_soon(one: OnOffer, turn: Turn) -> bool:
    """The group has heard of it."""
    return one.state == State.SCHEDULED and one.starts_at is not None and one.starts_at <= turn.now + WARM_UP


def _is_just_over(one: OnOffer, turn: Turn) -> bool:
    if one.state == State.SCHEDULED or one.deadline is None:
        return False
    return turn.now < one.deadline + JUST_OVER


def _over(flash: OnOffer, turn: Turn) -> str:
    if flash.state == State.PAUSED:
        return refusals.words(CampaignOver(flash.title))
    return f"{flash.title}秒杀结束了，这次没赶上。平时的价回“菜单”看"


def _one(flash: OnOffer, turn: Turn) -> Line:
    sku = turn.shelf.everything.sku[flash.items[0].sku]
    return Line(sku.id, Decimal(1), sku.unit, campaign=flash.key)


def _not_yet(flash: OnOffer, turn: Turn) -> str:
    assert flash.starts_at is not None, "it has not begun"
    return f"{flash.title}还没开抢，{clock(flash.starts_at, turn.tz)} 开始，到点回“抢”"
