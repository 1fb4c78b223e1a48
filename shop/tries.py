"""试错: whoever tries wrong codes again and again finds the door shut for a while.

`wrong` is called where a refusal is answered, outside of what the refusal undid: the count outlives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.kit.ids import PersonId
from shop.records.desk import Tries
from shop.refusals import ShutOut
from shop.rows import change, read
from shop.transaction import run_sql, transaction


@dataclass(frozen=True, slots=True)
class Door:
    """What is tried, how often within how long it may be wrong, and how long it stays shut then."""

    what: str
    most: int
    within: timedelta
    shut_for: timedelta


COUPON = Door("coupon", 5, timedelta(minutes=10), timedelta(hours=1))
PICKUP = Door("pickup", 5, timedelta(minutes=10), timedelta(minutes=10))  # somebody waits at the counter

ENTRY = Door("entry", 5, timedelta(minutes=10), timedelta(hours=1))  # 认领
INVITATION = Door("invitation", 5, timedelta(minutes=10), timedelta(hours=1))


async def knock(door: Door, person: PersonId, *, now: datetime) -> None:
    """Raises ShutOut while the door is shut for this person."""
    shut = "WHERE person_id = ? AND what = ? AND shut_until > ?"
    for row in await read(Tries, shut, [person, door.what, now]):
        raise ShutOut(_minutes(row.shut_until - now if row.shut_until else door.shut_for))


async def wrong(door: Door, person: PersonId, *, now: datetime) -> ShutOut | None:
    """One more wrong try; gives what to answer when that was one too many (it is not raised: that would undo the
    count where the caller has a transaction)."""
    async with transaction():
        if await _count(door, person, now) < door.most:
            return None
        mine = "WHERE person_id = ? AND what = ?"
        await change(Tries, mine, [person, door.what], shut_until=now + door.shut_for, count=0)
        return ShutOut(_minutes(door.shut_for))


async def _count(door: Door, person: PersonId, now: datetime) -> int:
    """This try and those before it that are not too long ago."""
    rows = await run_sql(
        "INSERT INTO tries (person_id, what, count, since) VALUES (?, ?, 1, ?) "
        "ON CONFLICT (person_id, what) DO UPDATE SET "
        "count = CASE WHEN tries.since <= ? THEN 1 ELSE tries.count + 1 END, "
        "since = CASE WHEN tries.since <= ? THEN excluded.since ELSE tries.since END RETURNING count",
        [person, door.what, now, now - door.within, now - door.within],
    )
    return int(rows[0]["count"])


def _minutes(left: timedelta) -> int:
    return -(-int(left.total_seconds()) // 60)
