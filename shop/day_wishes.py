"""明天想要: what people would buy on a day, each person once for each; in the evening before, the shop hears how many."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shop.events import WantedTomorrow
from shop.kit.ids import PersonId, ShopId
from shop.transaction import run_sql, transaction

TOLD_FROM = 20  # o'clock, where the shop is
LONGEST = 32


async def want(shop: ShopId, person: PersonId, what: str, day: date) -> int:
    """Gives how many people want it by now."""
    async with transaction():
        await run_sql(
            "INSERT INTO day_wish (shop_id, person_id, day, what) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (shop_id, day, person_id, what) DO NOTHING",
            [shop, person, day, what[:LONGEST]],
        )
        return dict(await wanted(shop, day))[what[:LONGEST]]


async def wanted(shop: ShopId, day: date) -> tuple[tuple[str, int], ...]:
    """What, and by how many people; most wanted first."""
    rows = await run_sql(
        "SELECT what, count(*) AS people FROM day_wish WHERE shop_id = ? AND day = ? "
        "GROUP BY what ORDER BY people DESC, what",
        [shop, day],
    )
    return tuple((str(row["what"]), int(row["people"])) for row in rows)


async def tell_due(*, now: datetime) -> int:
    """Every shop in which it is evening hears once more when somebody has wished since."""
    told = 0
    async with transaction() as tx:
        for shop in await run_sql("SELECT id, tz FROM shop ORDER BY id"):
            local = now.astimezone(ZoneInfo(shop["tz"]))
            if local.hour < TOLD_FROM:
                continue
            id, day = ShopId(int(shop["id"])), local.date() + timedelta(days=1)
            new = await run_sql(
                "UPDATE day_wish SET told = TRUE WHERE shop_id = ? AND day = ? AND NOT told RETURNING id",
                [id, day],
            )
            if new:
                found = await wanted(id, day)
                goods, people = tuple(what for what, _ in found), tuple(n for _, n in found)
                tx.tell(WantedTomorrow(id, day.isoformat(), goods, people), at=now)
                told += 1
    return told
