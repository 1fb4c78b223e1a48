"""券的话: how a coupon is said, for the dialogues and the notices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from shop.coupons import Held
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
