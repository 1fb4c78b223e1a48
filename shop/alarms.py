"""警报: what only a person can mend and the shop found itself; the owner is told once while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop.events import AlarmRaised
from shop.kit.ids import ShopId
from shop.records.desk import Alarm
from shop.transaction import run_sql, transaction


async def raise_alarm(shop: int, kind: str, subject: str, words: str, *, now: datetime) -> bool:
    """Something is wrong with `subject`. Told to the owner when it is new; counted when it still lasts (False)."""
    async with transaction() as tx:
        _, is_new = await count(shop, kind, subject, words, now=now)
        if is_new:
            tx.tell(AlarmRaised(kind, words[:400]), at=now)
        return is_new


async def count(shop: int, kind: str, subject: str, words: str, *, now: datetime) -> tuple[int, bool]:
    """Found, and nobody is told: the number of the alarm, and whether it is new."""
    rows = await run_sql(
        "INSERT INTO alarm (shop_id, kind, subject, words, times, opened_at) VALUES (?, ?, ?, ?, 1, ?) "
        "ON CONFLICT (shop_id, kind, subject) WHERE closed_at IS NULL "
        "DO UPDATE SET times = alarm.times + 1 RETURNING id, times",
        [shop, kind, subject[:96], words[:400], now],
    )
    return int(rows[0]["id"]), int(rows[0]["times"]) == 1


async def subject_of(id: int) -> str:
    return (await Alarm.get(id=id)).subject


@dataclass(frozen=True, slots=True)
class Lasting:
    """What is wrong still. `words` are as they were raised."""

    kind: str
    words: str
    since: datetime


async def lasting(shop: ShopId, subject: str) -> tuple[Lasting, ...]:
    """What is wrong with this one just now, the oldest first."""
    open_ = await Alarm.filter(shop_id=shop, subject=subject[:96], closed_at=None).order_by("opened_at")
    return tuple(Lasting(one.kind, one.words, one.opened_at) for one in open_)


async def close(shop: ShopId, kind: str, *, but: frozenset[str] = frozenset(), now: datetime) -> int:
    """Everything of this kind is in order again, except these subjects."""
    async with transaction():
        open_ = Alarm.filter(shop_id=shop, kind=kind, closed_at=None).exclude(subject__in=list(but) or [""])
        return await open_.update(closed_at=now)


async def over(shop: int, kind: str, subject: str, *, now: datetime) -> bool:
    """This one is in order again. False when nothing was wrong."""
    async with transaction():
        open_ = Alarm.filter(shop_id=shop, kind=kind, subject=subject[:96], closed_at=None)
        return bool(await open_.update(closed_at=now))
