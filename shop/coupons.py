"""券: the life of one coupon: claimed or given, locked by an order, used, given back, run out.

Every change is one statement that finds the coupon as it must be, or finds nothing. The verbs that take an order are
parts of the order's own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop import tries
from shop.coupon_templates import NO_LIMIT, gives, name_of, terms_in, times
from shop.events import CouponEnding, CouponGiven
from shop.kit.ids import PersonId, ShopId
from shop.records.coupons import Coupon
from shop.records.goods import CouponTemplate
from shop.refusals import CouponGone, CouponsGone, HaveCoupon, NoSuchCoupon
from shop.rows import add, read
from shop.rules import coupons as rules
from shop.rules.coupon_life import State
from shop.transaction import run_sql, transaction

NOTICE = timedelta(days=1)  # so long before its end somebody is reminded


@dataclass(frozen=True, slots=True)
class Held:
    """A coupon in somebody's hands."""

    id: int
    title: str
    person: PersonId
    state: State
    valid_to: datetime
    in_store_only: bool


# ── given out ───────────────────────────────────────────────────────────────────────────────────────────────────


async def claim(shop: ShopId, person: PersonId, said: str, *, now: datetime) -> Held:
    """领券: by the name or the code of a template that is running. Raises NoSuchCoupon (whoever answers it counts it:
    tries.wrong), ShutOut, CouponsGone, HaveCoupon, CouponNotYet, CouponOver, CouponUnclear."""
    async with transaction():
        await tries.knock(tries.COUPON, person, now=now)
        return await issue(await _running(shop, said), person, now=now)


async def give(
    template: int, persons: Iterable[PersonId], *, now: datetime, quietly: bool = False
) -> tuple[Held, ...]:
    """发给某人: who has as many as he may have is passed over, and so is everybody once all are gone. They are told,
    unless quietly. Raises CouponNotYet, CouponOver, CouponUnclear."""
    given = list[Held]()
    async with transaction() as tx:
        (row,) = await read(CouponTemplate, "WHERE id = ?", [template])
        for person in persons:
            try:
                async with transaction():
                    given.append(await issue(row, person, now=now))
            except (HaveCoupon, CouponsGone):
                continue
            if not quietly:
                tx.tell(CouponGiven(given[-1].id), at=now)
    return tuple(given)


async def issue(
    template: CouponTemplate, person: PersonId, *, now: datetime, drop: int | None = None
) -> Held:
    """One more of these. The statement that counts it holds the template's row, so that nobody else is given one
    while this person's are counted. Raises CouponsGone, HaveCoupon, CouponNotYet, CouponOver, CouponUnclear."""
    since, until = times(template, now)
    if await _has(template.id, person) >= template.each:
        raise HaveCoupon(template.title)
    taken = await run_sql(
        "UPDATE coupon_template SET issued = issued + 1 "
        "WHERE id = ? AND running = ? AND (total IS NULL OR issued < total) RETURNING issued",
        [template.id, template.running],
    )
    if not taken:
        raise CouponsGone(template.title)
    before = await _has(template.id, person)
    if before >= template.each:
        raise HaveCoupon(template.title)
    row = {
        "shop_id": template.shop_id,
        "template_id": template.id,
        "person_id": person,
        "drop_id": drop,
        "serial": int(taken[0]["issued"]),
        "most": NO_LIMIT if template.total is None else template.total,
        "nth": before + 1,
        "most_each": template.each,
        "state": State.AVAILABLE,
        "valid_from": since,
        "valid_to": until,
        "got_at": now,
        "reminded": until - now <= NOTICE,  # he knows
    }
    (made,) = await add(Coupon, [row])
    return _held(made, template)


async def _running(shop: ShopId, said: str) -> CouponTemplate:
    """By its code, else the newest of this name: 满30元减5元 is 满30减5."""
    terms = terms_in(said)
    title = name_of(terms) if terms else said
    rows = await read(
        CouponTemplate,
        "WHERE shop_id = ? AND running AND (upper(code) = ? OR title IN (?, ?)) ORDER BY upper(code) = ? DESC, id DESC LIMIT 1",
        [shop, said.upper(), said, title, said.upper()],
    )
    if not rows:
        raise NoSuchCoupon(said)
    return rows[0]


async def _has(template: int, person: PersonId) -> int:
    rows = await run_sql(
        "SELECT count(*) AS n FROM coupon WHERE template_id = ? AND person_id = ?", [template, person]
    )
    return int(rows[0]["n"])


# ── with an order, inside its transaction ───────────────────────────────────────────────────────────────────────


async def offered(
    shop: ShopId, person: PersonId, *, now: datetime, in_store: bool = False, order: int = 0
) -> tuple[rules.Coupon, ...]:
    """What this person may use now, soonest end first, as the price engine takes it: the id is the coupon's row as
    text. Store-only ones only when the price is made in the store; the one that `order` holds already is his, too."""
    rows = await read(
        Coupon,
        "WHERE person_id = ? AND shop_id = ? AND (state = 'available' OR (state = 'locked' AND order_id = ?)) "
        "AND valid_from <= ? AND valid_to > ? ORDER BY valid_to, id LIMIT 50",
        [person, shop, order, now, now],
    )
    kinds = await _templates(row.template_id for row in rows)
    return tuple(
        rule.given(str(row.id), row.valid_from, row.valid_to)
        for row in rows
        if (rule := gives(kinds[row.template_id])) and (in_store or not kinds[row.template_id].in_store_only)
    )


async def lock(order: int, coupon: int, *, now: datetime, for_delivery: bool = False) -> None:
    """The order's buyer uses this coupon: nobody else can. Raises CouponGone when it is not free any more."""
    locked = await run_sql(
        "UPDATE coupon SET state = 'locked', order_id = ?, for_delivery = ? WHERE id = ? AND state = 'available' "
        "AND valid_from <= ? AND valid_to > ? "
        'AND person_id = (SELECT buyer_id FROM "order" WHERE "order".id = ?) RETURNING id',
        [order, for_delivery, coupon, now, now, order],
    )
    if not locked:
        raise CouponGone


async def unlock(order: int, *, now: datetime) -> bool:
    """The order came to nothing before it was paid, or takes other coupons: those it had are free again, or over. False
    when the order had none."""
    freed = await run_sql(
        "UPDATE coupon SET state = CASE WHEN valid_to > ? THEN 'available' ELSE 'expired' END, order_id = NULL "
        "WHERE order_id = ? AND state = 'locked' RETURNING id",
        [now, order],
    )
    return bool(freed)


async def use(order: int, *, now: datetime) -> bool:
    """The order is paid, or will be at the counter. False when it had none."""
    used = await run_sql(
        "UPDATE coupon SET state = 'used', used_at = ? WHERE order_id = ? AND state = 'locked' RETURNING id",
        [now, order],
    )
    return bool(used)


async def give_back(order: int, *, now: datetime) -> bool:
    """The whole order came to nothing before anything was handed over: coupons that may come back and are not over
    can be used again. False when there is none."""
    back = await run_sql(
        "UPDATE coupon SET state = 'available', order_id = NULL, used_at = NULL, returns = returns + 1 "
        "WHERE order_id = ? AND state = 'used' AND valid_to > ? AND EXISTS "
        "(SELECT 1 FROM coupon_template WHERE coupon_template.id = coupon.template_id AND returnable) RETURNING id",
        [order, now],
    )
    return bool(back)


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


async def expire_due(*, now: datetime, limit: int = 500) -> int:
    """Coupons whose time is over, oldest first; gives how many."""
    async with transaction():
        over = await run_sql(
            "UPDATE coupon SET state = 'expired' WHERE state = 'available' AND id IN (SELECT id FROM coupon "
            "WHERE state = 'available' AND valid_to <= ? ORDER BY valid_to, id LIMIT ?) RETURNING id",
            [now, limit],
        )
        return len(over)


async def remind_due(*, now: datetime, limit: int = 500) -> int:
    """A day is left: their owners hear it once, each in one message. Gives how many coupons it was about."""
    async with transaction() as tx:
        rows = await run_sql(
            "UPDATE coupon SET reminded = TRUE WHERE state = 'available' AND NOT reminded AND id IN "
            "(SELECT id FROM coupon WHERE state = 'available' AND NOT reminded AND valid_to > ? AND valid_to <= ? "
            "ORDER BY valid_to, id LIMIT ?) RETURNING id, person_id",
            [now, now + NOTICE, limit],
        )
        for person, ids in _by_person(rows).items():
            tx.tell(CouponEnding(person, ids), at=now)
        return len(rows)


def _by_person(rows: Sequence[Mapping[str, int]]) -> dict[int, tuple[int, ...]]:
    people = sorted({int(row["person_id"]) for row in rows})
    return {one: tuple(sorted(int(r["id"]) for r in rows if r["person_id"] == one)) for one in people}


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def mine(person: PersonId, *, now: datetime) -> tuple[Held, ...]:
    """我的券: what can be used, and what stands on an order that is not paid; soonest end first."""
    rows = await read(
        Coupon,
        "WHERE person_id = ? AND (state = ? OR state = ? AND valid_to > ?) ORDER BY valid_to, id LIMIT 50",
        [person, State.LOCKED, State.AVAILABLE, now],
    )
    return await _shown(rows)


async def held(ids: Sequence[int]) -> tuple[Held, ...]:
    """These coupons as they are now, soonest end first."""
    if not ids:
        return ()
    which = f"WHERE id IN ({', '.join('?' * len(ids))}) ORDER BY valid_to, id"
    return await _shown(await read(Coupon, which, list(ids)))


async def _shown(rows: Sequence[Coupon]) -> tuple[Held, ...]:
    kinds = await _templates(row.template_id for row in rows)
    return tuple(_held(row, kinds[row.template_id]) for row in rows)


def _held(row: Coupon, kind: CouponTemplate) -> Held:
    return Held(
        row.id, kind.title, PersonId(row.person_id), State(row.state), row.valid_to, kind.in_store_only
    )


async def _templates(ids: Iterable[int]) -> dict[int, CouponTemplate]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    which = f"WHERE id IN ({', '.join('?' * len(wanted))})"
    return {row.id: row for row in await read(CouponTemplate, which, wanted)}
