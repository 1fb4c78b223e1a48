"""抢券: so many coupons thrown into a group, one a person; the group hears of it twice, when they fall and when they
are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.coupons import Held, issue
from shop.events import CouponDropOver, CouponsDropped
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.records.coupons import CouponDrop
from shop.records.goods import CouponTemplate
from shop.refusals import CouponsGone
from shop.rows import add, read
from shop.transaction import run_sql, transaction

OPEN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Drop:
    """`takers` are their names, first come first."""

    id: int
    room: RoomId
    title: str
    pieces: int
    until: datetime
    takers: tuple[str, ...]


async def drop(
    shop: ShopId,
    room: RoomId,
    template: int,
    pieces: int,
    *,
    now: datetime,
    until: datetime | None = None,
) -> int:
    """Throw them in; gives the drop's number. Raises CouponsGone when the template has not so many left."""
    async with transaction() as tx:
        (kind,) = await read(CouponTemplate, "WHERE id = ?", [template])
        if kind.total is not None and kind.total - kind.issued < pieces:
            raise CouponsGone(kind.title)
        row = {
            "shop_id": shop,
            "room_id": room,
            "template_id": template,
            "pieces": pieces,
            "dropped_at": now,
            "until": until or now + OPEN_FOR,
        }
        (made,) = await add(CouponDrop, [row])
        tx.tell(CouponsDropped(made.id), at=now)
        return int(made.id)


async def grab(room: RoomId, person: PersonId, *, now: datetime) -> Held | None:
    """抢: one of the oldest drop that is open here and has not given this person one. None: there is nothing to grab.
    Raises HaveCoupon, CouponsGone, CouponOver, CouponUnclear where the template says no."""
    async with transaction() as tx:
        for here in await _open(room, person, now):
            is_last = await _take(here.id, person, now)
            if is_last is None:
                continue
            (kind,) = await read(CouponTemplate, "WHERE id = ?", [here.template_id])
            got = await issue(kind, person, now=now, drop=here.id)
            if is_last:
                tx.tell(CouponDropOver(here.id), at=now)
            return got
        return None


async def close_due(*, now: datetime, limit: int = 100) -> int:
    """Drops whose time is over with pieces left: the group hears how it went, once. Gives how many."""
    async with transaction() as tx:
        rows = await run_sql(
            "UPDATE coupon_drop SET told = TRUE WHERE NOT told AND id IN "
            "(SELECT id FROM coupon_drop WHERE NOT told AND until <= ? ORDER BY until, id LIMIT ?) RETURNING id",
            [now, limit],
        )
        for id in sorted(int(row["id"]) for row in rows):
            tx.tell(CouponDropOver(id), at=now)
        return len(rows)


async def seen(id: int) -> Drop:
    (row,) = await read(CouponDrop, "WHERE id = ?", [id])
    (kind,) = await read(CouponTemplate, "WHERE id = ?", [row.template_id])
    takers = await run_sql(
        "SELECT person.name FROM coupon JOIN person ON person.id = coupon.person_id "
        "WHERE coupon.drop_id = ? ORDER BY coupon.id",
        [id],
    )
    names = tuple(str(taker["name"]) for taker in takers)
    return Drop(row.id, RoomId(row.room_id), kind.title, row.pieces, row.until, names)


async def _open(room: RoomId, person: PersonId, now: datetime) -> list[CouponDrop]:
    return await read(
        CouponDrop,
        "WHERE room_id = ? AND until > ? AND NOT told AND NOT EXISTS (SELECT 1 FROM coupon "
        "WHERE coupon.drop_id = coupon_drop.id AND coupon.person_id = ?) ORDER BY id",
        [room, now, person],
    )


async def _take(drop: int, person: PersonId, now: datetime) -> bool | None:
    """One piece of it, by one statement; whether it was the last. None: too late, or another message of this person
    was faster, which is seen only now that the drop's row is held."""
    taken = await run_sql(
        "UPDATE coupon_drop SET taken = taken + 1, told = (taken + 1 = pieces) "
        "WHERE id = ? AND until > ? AND taken < pieces AND NOT told RETURNING told",
        [drop, now],
    )
    if not taken:
        return None
    if await run_sql("SELECT id FROM coupon WHERE drop_id = ? AND person_id = ?", [drop, person]):
        await run_sql("UPDATE coupon_drop SET taken = taken - 1, told = FALSE WHERE id = ?", [drop])
        return None
    return bool(taken[0]["told"])
