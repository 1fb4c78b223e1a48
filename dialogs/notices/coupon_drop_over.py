"""抢券结束: one line for all who took part, instead of one for each."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import coupon_drops
from shop.coupon_drops import Drop
from shop.events import CouponDropOver

EVENT = CouponDropOver
MOST_NAMES, LONGEST_NAME = 10, 6


async def words(event: CouponDropOver, desk: Desk) -> tuple[Say, ...]:
    drop = await coupon_drops.seen(event.drop)
    return (Say(_result(drop), room=drop.room, lane="list"),)


def _result(drop: Drop) -> str:
    if not drop.takers:
        return f"{drop.title} 的券时间到了，没人抢，下次再来"
    left = drop.pieces - len(drop.takers)
    end = f"时间到了，还剩 {left} 张" if left else "抢完了"
    return f"{drop.pieces} 张 {drop.title} {end}：{_names(drop.takers)}。券在各自的“我的券”里"


def _names(takers: tuple[str, ...]) -> str:
    shown = "、".join(_short(name) for name in takers[:MOST_NAMES])
    return f"{shown} 等 {len(takers)} 位" if len(takers) > MOST_NAMES else shown


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
