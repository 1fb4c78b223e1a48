"""特价计划: daily specials written once; each day at its hour they are posted, once, also when the shop was away then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shop import people, specials
from shop.catalogue import goods, left_of
from shop.events import SpecialsLeftOut
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import NONE
from shop.records.special_plans import SpecialPlan as Row
from shop.transaction import transaction

EVERY_DAY = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A price on one day of the week (Monday is 1), or on every day."""

    day: int
    sku: str
    price: Money


@dataclass(frozen=True, slots=True)
class Plan:
    id: int
    minute: int  # of the day, in the shop's time
    lines: tuple[Line, ...]
    rooms: tuple[RoomId, ...]  # none: every group
    made_by: PersonId | None

    def on(self, day: date) -> dict[str, Money]:
        """What it says for this day; a line for the weekday goes before one for every day."""
        lines = [line for line in self.lines if line.day in (EVERY_DAY, day.isoweekday())]
        return {line.sku: line.price for line in sorted(lines, key=lambda line: line.day)}

    def at(self, day: date, tz: str) -> datetime:
        hour, minute = divmod(self.minute, 60)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(tz))


async def make(
    shop: ShopId,
    minute: int,
    lines: Sequence[Line],
    *,
    by: PersonId,
    tz: str,
    now: datetime,
    rooms: Sequence[RoomId] = (),
    instead_of: Sequence[int] = (),
) -> Plan:
    """From its next hour on, instead of these."""
    async with transaction():
        await Row.filter(shop_id=shop, id__in=list(instead_of)).update(running=False)
        row = await Row.create(
            shop_id=shop,
            minute=minute,
            lines=[[line.day, line.sku, line.price.fen] for line in lines],
            rooms=list(rooms) or None,
            made_by_id=by,
        )
        made = _plan(row)
        today = now.astimezone(ZoneInfo(tz)).date()
        if made.at(today, tz) <= now:  # today's hour is over: it begins tomorrow
            await Row.filter(id=row.id).update(done_on=today)
        return made


async def running(shop: ShopId) -> tuple[Plan, ...]:
    return tuple(_plan(row) for row in await Row.filter(shop_id=shop, running=True).order_by("minute", "id"))


async def plan(id: int) -> Plan:
    return _plan(await Row.get(id=id))


async def stop(shop: ShopId, ids: Sequence[int]) -> int:
    """停特价计划: nothing is posted any more; what was, stays. Gives how many ran."""
    async with transaction():
        return await Row.filter(shop_id=shop, id__in=list(ids), running=True).update(running=False)


async def go_on(shop: ShopId, ids: Sequence[int]) -> None:
    """Undo of stopping them."""
    async with transaction():
        await Row.filter(shop_id=shop, id__in=list(ids)).update(running=True)


async def post_due(*, now: datetime) -> int:
    """What has its hour today and was not posted yet. A day that was slept through is gone."""
    done = 0
    for row in await Row.filter(running=True).order_by("minute", "id"):
        done += await _post(ShopId(row.shop_id), row, now)
    return done


async def _post(shop: ShopId, row: Row, now: datetime) -> int:
    shelf, due = await goods(shop), _plan(row)
    tz = shelf.catalogue.tz
    today = now.astimezone(ZoneInfo(tz)).date()
    if (row.done_on is not None and row.done_on >= today) or due.at(today, tz) > now:
        return 0
    async with transaction() as tx:
        taken = await Row.filter(id=row.id, running=True, done_on=row.done_on).update(done_on=today)
        prices = due.on(today)
        if not taken or not prices:
            return 0
        left = await left_of(shop, list(prices))
        withdrawn = tuple(sku for sku in prices if sku not in shelf.catalogue.sku)
        gone = tuple(sku for sku in prices if sku not in withdrawn and left.get(sku, NONE) <= NONE)
        fit = {sku: price for sku, price in prices.items() if sku not in (*withdrawn, *gone)}
        if fit:
            rooms = await _rooms(shop, due)
            await specials.post(shop, fit, rooms, by=due.made_by, day=today, tz=tz, now=now)
        if withdrawn or gone:
            tx.tell(SpecialsLeftOut(due.id, withdrawn, gone, len(fit)), at=now)
        return 1


async def _rooms(shop: ShopId, due: Plan) -> list[RoomId]:
    return [
        room.id
        for room in await people.rooms(shop)
        if not room.muted and (not due.rooms or room.id in due.rooms)
    ]


def _plan(row: Row) -> Plan:
    return Plan(
        row.id,
        row.minute,
        tuple(Line(int(day), str(sku), Money(int(fen))) for day, sku, fen in row.lines),
        tuple(RoomId(int(id)) for id in row.rooms or ()),
        PersonId(row.made_by_id) if row.made_by_id is not None else None,
    )
