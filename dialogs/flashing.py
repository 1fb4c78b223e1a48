"""秒杀的话: what the groups hear of a flash sale before it begins, when the last piece is gone, and at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dialogs import rolling
from shop import flash
from shop.catalogue import Goods
from shop.flash import Flash
from shop.kit.quantity import NONE
from shop.rules.campaigns import FLASH_PAY, Kind, OnOffer

MOST_NAMES = 12
_SHOUT = re.compile(r"\s*[我也]*\s*(?:[+＋]\s*[\d０-９]{1,2}|加一)\s*[份个盒]?\s*[!！~。]*\s*")
PAY_MINUTES = int(FLASH_PAY.total_seconds() // 60)


def warming(of: OnOffer, shelf: Goods, *, now: datetime) -> str:
    """What, how many, for how much, and when; nothing can be taken yet."""
    assert of.starts_at is not None, "it has not begun"
    starts = rolling.day_and_hour(of.starts_at, now, shelf.catalogue.tz)
    lines = [rolling.item_line(item, of, shelf) for item in of.items]
    return "\n".join([rolling.title(of), *lines, f"{starts}开抢，到点回“抢”，先到先得"])


def sold_out(flash: Flash) -> str:
    return (
        f"{rolling.title(flash.of)} 抢完了：{names(flash.takers)}。{PAY_MINUTES} 分钟内付款，没抢到的回“候补”"
    )


def freed(flash: Flash, shelf: Goods) -> str:
    unit = shelf.everything.sku[flash.of.items[0].sku].unit
    return f"{rolling.title(flash.of)} 又有 {flash.left} {unit}，要的回“抢”"


def ended(flash: Flash, shelf: Goods) -> str:
    """Empty when the groups know how it ended: it was sold out, and still is."""
    head, left = rolling.title(flash.of), flash.of.items[0].quota
    unit = shelf.everything.sku[flash.of.items[0].sku].unit
    if not flash.takers:
        return f"{head} 到点了，这次没人抢到，下次再来"
    rest = left - flash.taken if left is not None else NONE
    if rest <= NONE:
        return "" if flash.was_sold_out else sold_out(flash)
    return f"{head} 到点了，还剩 {rest} {unit}：{names(flash.takers)} 抢到了"


def names(takers: Sequence[str]) -> str:
    shown = "、".join(rolling.short(name) for name in takers[:MOST_NAMES])
    return f"{shown} 等 {len(takers)} 位" if len(takers) > MOST_NAMES else shown


async def meant_by(text: str, running: tuple[str, ...], shelf: Goods, *, now: datetime) -> tuple[str, ...]:
    """Which of the campaigns that run here (by key) a bare +1 can mean: the flash sale while the rush for it is on,
    whatever else is open. Hundreds say it: none of them shall be asked, and who is late has not ordered something
    else."""
    if len(running) < 2 or not _SHOUT.fullmatch(text):
        return running
    rush = newest([shelf.campaign[key] for key in running])
    if rush is None:
        return running
    if await flash.is_on(rush.id, now=now):
        return (rush.key,)
    return tuple(key for key in running if key != rush.key)


def newest(some: Sequence[OnOffer]) -> OnOffer | None:
    """The flash sale that a bare 抢 means."""
    return next((one for one in reversed(some) if one.kind == Kind.FLASH), None)
