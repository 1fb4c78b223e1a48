"""秒杀: few pieces at a low price from one moment on. What its groups hear of it, each once: that it is about to begin,
that the last piece is gone, and that there are some again. Who takes a piece places an order (shop/orders.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import lists
from shop.events import FlashFreed, FlashSoldOut, FlashWarming
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.people import Room
from shop.records.campaigns import Campaign
from shop.rules.campaigns import Kind, OnOffer, State
from shop.transaction import run_sql, transaction

WARM_UP = timedelta(minutes=10)  # before it begins
LASTS = timedelta(hours=1)  # when nobody said until when
AFTERMATH = timedelta(minutes=2)  # so long people still shout for what is gone
LATELY = timedelta(days=7)
_LEFT = (
    "SELECT coalesce(sum(CASE WHEN quota IS NULL THEN 1 ELSE reserved - kept END), 0) FROM campaign_item "
    "WHERE campaign_id = campaign.id"
)


@dataclass(frozen=True, slots=True)
class Flash:
    """How far it is. `takers` are the names of those who have some, first come first; `left` is what anybody may take."""

    of: OnOffer
    takers: tuple[str, ...]
    taken: Quantity
    left: Quantity
    was_sold_out: bool


async def seen(id: int) -> Flash:
    (row,) = await run_sql(
        f"SELECT sold_out_at, ({_LEFT}) AS free, "
        "(SELECT coalesce(sum(taken), 0) FROM campaign_item WHERE campaign_id = campaign.id) AS taken "
        "FROM campaign WHERE id = ?",
        [id],
    )
    names = tuple(dict.fromkeys((entry.person, entry.shown) for entry in await lists.entries(id)))
    return Flash(
        await campaign(id),
        tuple(name for _, name in names),
        Quantity(int(row["taken"])),
        Quantity(int(row["free"])),
        row["sold_out_at"] is not None,
    )


async def is_on(id: int, *, now: datetime) -> bool:
    """Is the rush still on: may anybody take one, or was the last piece taken a moment ago?"""
    (row,) = await run_sql(
        f"SELECT ({_LEFT}) > 0 OR (sold_out_at IS NOT NULL AND sold_out_at > ?) AS rushing FROM campaign WHERE id = ?",
        [now - AFTERMATH, id],
    )
    return bool(row["rushing"])


async def reach(rooms: Sequence[Room], *, now: datetime) -> int:
    """How many people have spoken in these groups lately."""
    if not rooms:
        return 0
    here = " OR ".join(["(channel = ? AND room = ?)"] * len(rooms))
    places = [value for room in rooms for value in (room.channel, room.key)]
    rows = await run_sql(
        f"SELECT count(*) AS many FROM (SELECT DISTINCT channel, account FROM message WHERE ({here}) AND kept_at > ?) AS spoke",
        [*places, now - LATELY],
    )
    return int(rows[0]["many"])


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


async def warm_due(*, now: datetime) -> int:
    """A few minutes before, once; at once when it begins sooner than that."""
    async with transaction() as tx:
        soon = Campaign.filter(kind=Kind.FLASH, status=State.SCHEDULED, warmed_at=None)
        rows = await soon.filter(starts_at__gt=now, starts_at__lte=now + WARM_UP).order_by("starts_at", "id")
        for row in rows:
            if await Campaign.filter(id=row.id, warmed_at=None).update(warmed_at=now):
                tx.tell(FlashWarming(row.id), at=now)
        return len(rows)


async def tell_freed(*, now: datetime) -> int:
    """Pieces came back that nobody waits for: the groups hear it once."""
    return await _tell("freed_at", "sold_out_at IS NOT NULL AND freed_at IS NULL", "> 0", FlashFreed, now)


async def sold_out(item: int, *, now: datetime) -> None:
    """Inside the order that took the last piece: the groups hear it once."""
    here = f"id = (SELECT campaign_id FROM campaign_item WHERE id = {item:d}) AND sold_out_at IS NULL"
    await _tell("sold_out_at", here, "= 0", FlashSoldOut, now)


async def _tell(
    column: str, which: str, left: str, what: type[FlashSoldOut] | type[FlashFreed], now: datetime
) -> int:
    async with transaction() as tx:
        rows = await run_sql(
            f"UPDATE campaign SET {column} = ? WHERE kind = ? AND status = ? AND {which} AND ({_LEFT}) {left} RETURNING id",
            [now, Kind.FLASH.value, State.OPEN.value],
        )
        for id in sorted(int(row["id"]) for row in rows):
            tx.tell(what(id), at=now)
        return len(rows)
