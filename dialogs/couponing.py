"""券的话: how a coupon is said, for the dialogues and the notices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs import refusals
from dialogs.engine import Done
from dialogs.turn import Turn
from shop import coupon_drops
from shop.coupons import Held
from shop.kit.refusal import Refusal
from shop.rules.coupon_life import State


def coupon(one: Held, tz: str) -> str:
    """满30减5（5月4日 10:00 前用）."""
    where = "，到店用" if one.in_store_only else ""
    return f"{one.title}（{before(one.valid_to, tz)}{where}）"


def before(moment: datetime, tz: str) -> str:
    local = moment.astimezone(ZoneInfo(tz))
    return f"{local.month}月{local.day}日 {local:%H:%M} 前用"


def how_to_use(one: Held) -> str:
    return "到店时说一声" if one.in_store_only else "下单够数自动用"


def listed(mine: Iterable[Held], tz: str) -> str:
    """A line for each; two that are the same are one line with ×2."""
    lines = [f"{coupon(one, tz)}{'，用在没付款的单上' if one.state == State.LOCKED else ''}" for one in mine]
    counted = {line: lines.count(line) for line in lines}
    return "\n".join(f"{line} ×{many}" if many > 1 else line for line, many in counted.items())


def got(done: str, one: Held, tz: str) -> str:
    return f"{done}：{coupon(one, tz)}。{how_to_use(one)}"


async def grab(turn: Turn) -> Done:
    """抢 in a group: it hears only how it ended; who grabs hears in private what he got. Says nothing where nothing can be
    grabbed."""
    assert turn.room is not None
    try:
        one = await coupon_drops.grab(turn.room.id, turn.person.id, now=turn.now)
    except Refusal as no:
        return Done((turn.privately(refusals.words(no)),))
    if one is None:
        return Done()
    return Done((turn.privately(got("抢到了", one, turn.tz)),), facts={"券": one.title})
