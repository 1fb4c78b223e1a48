"""预演: a campaign is held with everything there is, and undone again before anybody sees it; what is left is the report.

It runs inside a transaction that always ends in a rollback: the same verbs, the same stock, the same people, no copy
that could differ from the shop.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shop import campaigns, crowd, invariants, people
from shop.catalogue import goods
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.rules.campaigns import OnOffer
from shop.rules.orders import Status
from shop.slips import slip
from shop.transaction import run_sql, transaction

LATELY = timedelta(days=60)
MOST_GUESTS = 60


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`guests` are the people of these groups who bought lately; each wanted one of everything (as many as he may).
    `joined` are those who got something, `undone` those of them whose team did not come about; `teams` is how many did."""

    guests: int
    joined: int
    too_late: int
    taken: Quantity
    money: Money
    given_away: Money  # against the price on the shelf
    short: Quantity  # what is missing to come about; 0 when it does
    wrong: tuple[str, ...]  # checks of the books that would break: a mistake of ours
    teams: int = 0
    undone: int = 0


class _Undo(Exception):
    def __init__(self, report: Rehearsed) -> None:
        self.report = report


async def rehearse(
    shop: ShopId,
    set_up: Callable[[], Coroutine[Any, Any, OnOffer]],
    rooms: Sequence[RoomId],
    *,
    now: datetime,
) -> Rehearsed:
    """Nothing of it stays. Raises what setting up raises."""
    guests = await _guests(shop, rooms, now)
    try:
        async with transaction():
            await people.hold(*guests)
            raise _Undo(await _held(shop, await set_up(), guests, now))
    except _Undo as undone:
        return undone.report


async def _held(shop: ShopId, of: OnOffer, guests: Sequence[PersonId], now: datetime) -> Rehearsed:
    if of.starts_at is not None:  # the clock is put forward to its beginning
        now = of.starts_at
        await campaigns.start_due(now=now)
        of = await campaign(of.id)
    came = await crowd.come(shop, of, guests, now=now)
    at = await campaigns.progress(of.id)
    await campaigns.close(of.id, now=now)
    for one in came.placed:
        await campaigns.settle_order(one, now=now)
    ends = [await slip(one) for one in came.placed]
    stand = [one for one in ends if one.status != Status.CANCELLED]
    shelf = (await goods(shop)).everything
    listed = sum(shelf.sku[line.sku].price.times(line.qty.milli).fen for one in stand for line in one.lines)
    money = sum(one.payable.fen for one in stand)
    wrong = tuple(dict.fromkeys(breach.sentence for breach in await invariants.broken(shop)))
    return Rehearsed(
        came.guests,
        len(came.placed),
        came.late,
        at.total,
        Money(money),
        Money(max(0, listed - money)),
        Quantity(max(0, of.least.milli - at.total.milli)),
        wrong,
        came.teams,
        len(came.placed) - len(stand) if of.size else 0,
    )


async def _guests(shop: ShopId, rooms: Sequence[RoomId], now: datetime) -> list[PersonId]:
    """Who bought in these groups lately, the most faithful first."""
    if not rooms:
        return []
    places = ", ".join("?" * len(rooms))
    rows = await run_sql(
        f'SELECT buyer_id, count(*) AS many FROM "order" WHERE shop_id = ? AND room_id IN ({places}) '
        "AND placed_at > ? GROUP BY buyer_id ORDER BY many DESC, buyer_id LIMIT ?",
        [shop, *rooms, now - LATELY, MOST_GUESTS],
    )
    return [PersonId(int(row["buyer_id"])) for row in rows]
