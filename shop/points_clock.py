"""积分到期: at the turn of the year the oldest points run out; a month before, their owners hear of it, once.

What is left of old points follows from the ledger: all that came in before a day, less all that ever went out. So nobody
loses more than he has, and nothing is counted twice. Both jobs go through a shop's people page by page, and a counter says
how far they are: a crash in the middle goes on there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shop import ledger
from shop.events import PointsEnding
from shop.kit.ids import PersonId, ShopId
from shop.ledger import PTS
from shop.points import GIVEN, RAN_OUT, RELEASED
from shop.records.shops import Shop
from shop.rules.points import YearEnd, last_year_end, next_year_end, run_out
from shop.rules.trade import from_row
from shop.transaction import run_sql, transaction

NOTICE = timedelta(days=30)
PAGE = 100
_LAST = 2**62  # everybody was looked at
# Points that came to stay; whatever else moves them (a bill, a refund, a mistake) only makes what went out more or less.
_CAME_IN = f"t.kind IN ('{RELEASED}', '{GIVEN}') AND e.amount > 0"


async def expire_due(*, now: datetime) -> int:
    """Points whose year is over are no more, if their owners were told. Gives of how many people."""
    done = 0
    for shop, tz, years in await _shops():
        end = last_year_end(now, tz, years=years)
        if not await _was_told(shop, end):
            continue

        async def lose(person: int, shop: ShopId = shop, end: YearEnd = end) -> bool:
            return await _lose(shop, person, end, now)

        done += await _page(shop, f"points ran out {end.over.year}", lose)
    return done


async def remind_due(*, now: datetime) -> int:
    """A month is left: who would lose points hears how many. Gives how many people."""
    done = 0
    for shop, tz, years in await _shops():
        end = next_year_end(now, tz, years=years)
        if now < end.over - NOTICE:
            continue

        async def remind(person: int, shop: ShopId = shop, end: YearEnd = end) -> bool:
            if many := await _old(shop, person, end.before):
                async with transaction() as tx:
                    tx.tell(PointsEnding(person, many, end.over.isoformat()), at=now)
            return bool(many)

        done += await _page(shop, _told(end), remind)
    return done


async def ending(shop: ShopId, person: PersonId, *, now: datetime) -> tuple[int, datetime] | None:
    """How many points somebody loses at the next turn of the year, and when that is; None when there are none."""
    row = await Shop.get(id=shop)
    years = from_row(row.rules).points.years
    end = next_year_end(now, row.tz, years=years)
    many = await _old(shop, person, end.before) if years else 0
    return (many, end.over) if many else None


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _shops() -> list[tuple[ShopId, str, int]]:
    """Those whose points run out, with their clock and after how many years."""
    rows = [(ShopId(row.id), row.tz, from_row(row.rules).points) for row in await Shop.all().order_by("id")]
    return [(shop, tz, points.years) for shop, tz, points in rows if points.years and points.per_yuan]


def _told(end: YearEnd) -> str:
    return f"points ending {end.over.year}"


async def _was_told(shop: ShopId, end: YearEnd) -> bool:
    """Nobody loses points by a rule that is younger than its turn of the year."""
    return await _counted(shop, _told(end)) is not None


async def _counted(shop: ShopId, name: str) -> int | None:
    rows = await run_sql("SELECT value FROM counter WHERE shop_id = ? AND name = ?", [shop, name])
    return int(rows[0]["value"]) if rows else None


async def _page(shop: ShopId, name: str, verb: Callable[[int], Awaitable[bool]]) -> int:
    """The next people of a shop who have points; the counter of this name holds who was last."""
    if await _counted(shop, name) == _LAST:  # the usual answer, and it writes nothing
        return 0
    async with transaction():
        rows = await run_sql(
            "INSERT INTO counter (shop_id, name, value) VALUES (?, ?, 0) "
            "ON CONFLICT (shop_id, name) DO UPDATE SET value = counter.value RETURNING value",
            [shop, name],
        )
        last = int(rows[0]["value"])
        if last == _LAST:
            return 0
        people = await run_sql(
            "SELECT person_id FROM points_account WHERE shop_id = ? AND person_id > ? AND balance > 0 "
            f"ORDER BY person_id LIMIT {PAGE}",
            [shop, last],
        )
        done = sum([await verb(int(row["person_id"])) for row in people])
        now_at = int(people[-1]["person_id"]) if len(people) == PAGE else _LAST
        await run_sql("UPDATE counter SET value = ? WHERE shop_id = ? AND name = ?", [now_at, shop, name])
        return done


async def _lose(shop: ShopId, person: int, end: YearEnd, now: datetime) -> bool:
    """The account is locked by the statement that changes nothing, so that no bill takes the same points meanwhile."""
    await run_sql(
        "UPDATE points_account SET balance = balance WHERE shop_id = ? AND person_id = ? RETURNING id",
        [shop, person],
    )
    many = await _old(shop, person, end.before)
    entries = {f"points:{person}": -many, "points_issued": many}
    if not many or not await ledger.book(
        shop, RAN_OUT, f"{person} {end.over.year}", entries, at=now, unit=PTS
    ):
        return False
    taken = await run_sql(
        "UPDATE points_account SET balance = balance - ? WHERE shop_id = ? AND person_id = ? AND balance >= ? RETURNING id",
        [many, shop, person, many],
    )
    if not taken:
        raise RuntimeError(f"person {person} has less than the {many} points that run out")
    return True


async def _old(shop: ShopId, person: int, before: datetime) -> int:
    """What somebody still has of the points that came in before this moment."""
    rows = await run_sql(
        f"SELECT coalesce(sum(CASE WHEN {_CAME_IN} AND t.at < ? THEN e.amount ELSE 0 END), 0) AS old, "
        f"coalesce(sum(CASE WHEN {_CAME_IN} THEN 0 ELSE -e.amount END), 0) AS out "
        "FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
        "WHERE t.shop_id = ? AND e.account = ? AND e.unit = ?",
        [before, shop, f"points:{person}", PTS],
    )
    return run_out(int(rows[0]["old"]), int(rows[0]["out"]))
