"""A walk's coupons and points: claimed, given, thrown into the group, taken back; used by orders as the price has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop import coupon_drops, coupon_templates, coupons, points, tries
from shop.refusals import NoSuchCoupon
from shop.transaction import run_sql

if TYPE_CHECKING:
    from tests.support.walk import Walk

COUPONS = ("满30减5", "无门槛3元", "满90减10", "运费减2")


async def make_coupons(walk: Walk) -> None:
    """One for many, one that is soon over and soon gone, one that does not come back, one for what bringing it costs."""
    more = ({"each": 3}, {"total": 5, "each": 2, "days": 1}, {"returnable": False, "days": 2}, {"each": 2})
    walk.templates = [
        (await coupon_templates.make_template(walk.shop, f"C{n}", title, **terms)).id  # type: ignore[arg-type]
        for n, (title, terms) in enumerate(zip(COUPONS, more, strict=True))
    ]


async def give_presents(walk: Walk) -> None:
    """Half of the people have something from before."""
    await coupons.give(walk.templates[0], walk.buyers[:2], now=walk.now, quietly=True)
    for person in walk.buyers[1:3]:
        await points.give(walk.shop, person, 700, walk.clerk, "", walk.now, f"present {person}")
        walk.known.points[person] += 700


async def claim(walk: Walk) -> None:
    person, said = walk.buyer(), walk.rng.choice(["C0", "C1", "C2", "C3", "C0", "C1", "XXXXX"])
    walk.say(f"{person} claims {said}")
    await coupons.claim(walk.shop, person, said, now=walk.now)


async def guess(walk: Walk) -> None:
    """A wrong code, counted where it is answered."""
    person = walk.buyer()
    walk.say(f"{person} guesses a code")
    try:
        await coupons.claim(walk.shop, person, "ABCDE", now=walk.now)
    except NoSuchCoupon:
        await tries.wrong(tries.COUPON, person, now=walk.now)


async def give(walk: Walk) -> None:
    persons = walk.rng.sample(walk.buyers, 2)
    walk.say(f"coupons for {persons}")
    await coupons.give(walk.rng.choice(walk.templates), persons, now=walk.now)


async def drop(walk: Walk) -> None:
    walk.say("coupons fall into the group")
    await coupon_drops.drop(walk.shop, walk.room.id, walk.rng.choice(walk.templates), 2, now=walk.now)


async def grab(walk: Walk) -> None:
    person = walk.buyer()
    walk.say(f"{person} grabs")
    await coupon_drops.grab(walk.room.id, person, now=walk.now)


async def take_back(walk: Walk) -> None:
    walk.say("a kind of coupons is taken back")
    await coupon_templates.take_back(walk.rng.choice(walk.templates), now=walk.now)


async def give_points(walk: Walk) -> None:
    person, many, key = walk.buyer(), walk.rng.choice([10, 300, -50]), f"gift {len(walk.known.gifts)}"
    walk.say(f"{many} points for {person}")
    await points.give(walk.shop, person, many, walk.clerk, "线下", walk.now, key)
    walk.known.gifts.append(f"{person} {key}")
    walk.known.points[person] += many
    if await points.give(walk.shop, person, many, walk.clerk, "线下", walk.now, key):
        walk.wrong(f"{key} was given twice")


async def take_points_back(walk: Walk) -> None:
    if walk.known.gifts:
        person, key = walk.rng.choice(walk.known.gifts).split(" ", 1)
        walk.say(f"{key} for {person} was a mistake")
        who = next(one for one in walk.buyers if str(one) == person)
        walk.known.points[who] -= await points.take_back_given(walk.shop, who, key, walk.clerk, walk.now)


VERBS = [
    (5, claim), (1, guess), (2, give), (1, drop), (2, grab), (1, take_back), (2, give_points), (1, take_points_back)
]  # fmt: skip


async def check(walk: Walk) -> None:
    """A living order has the coupon and the points that its bill counts on; what was given by hand is there."""
    await _check_coupons(walk)
    await _check_points(walk)
    await _check_gifts(walk)


async def _check_coupons(walk: Walk) -> None:
    rows = await run_sql(
        'SELECT o.code, o.status, c.state, c.order_id FROM (SELECT *, coupon_id AS held FROM "order" '
        'UNION ALL SELECT *, delivery_coupon_id AS held FROM "order") o LEFT JOIN coupon c ON c.id = o.held '
        "WHERE o.shop_id = ? AND o.held IS NOT NULL AND o.status IN ('unpaid', 'preparing', 'fulfilled', 'completed') "
        "AND (c.order_id IS NULL OR c.order_id <> o.id OR c.state <> CASE WHEN o.paid_at IS NULL THEN 'locked' ELSE 'used' END)",
        [walk.shop],
    )
    if rows:
        walk.wrong(f"a coupon is not where its order counts on it: {dict(rows[0])}")


async def _check_points(walk: Walk) -> None:
    """On an open order lie exactly the points of its bill; what is paid has earned one for each whole yuan, once."""
    rows = await run_sql(
        "SELECT code, points, spent, payable_fen, earned FROM (SELECT o.*, (SELECT coalesce(-sum(e.amount), 0) "
        "FROM entry e JOIN transfer t ON t.id = e.transfer_id WHERE t.order_id = o.id AND e.account LIKE 'points:%' "
        "AND t.kind IN ('points_spent', 'points_spent_back')) AS spent, (SELECT coalesce(sum(e.amount), 0) FROM entry e "
        "JOIN transfer t ON t.id = e.transfer_id WHERE t.order_id = o.id AND e.account LIKE 'pending:%' "
        "AND t.kind = 'points_earned') AS earned FROM \"order\" o WHERE o.shop_id = ?) AS bills "
        "WHERE (status = 'unpaid' AND spent <> points) OR (paid_at IS NULL AND earned <> 0) OR spent < 0 OR spent > points "
        "OR (paid_at IS NOT NULL AND earned <> (payable_fen - coalesce(delivery_fen, 0)) / 100)",
        [walk.shop],
    )
    if rows:
        walk.wrong(f"points are not what the bill says: {dict(rows[0])}")


async def _check_gifts(walk: Walk) -> None:
    given = await run_sql(
        "SELECT e.account, sum(e.amount) AS points FROM entry e JOIN transfer t ON t.id = e.transfer_id "
        "WHERE t.shop_id = ? AND t.kind IN ('points_given', 'points_given_undone') AND e.account LIKE 'points:%' "
        "GROUP BY e.account HAVING sum(e.amount) <> 0",
        [walk.shop],
    )
    booked = {str(row["account"]): int(row["points"]) for row in given}
    known = {f"points:{person}": many for person, many in walk.known.points.items() if many}
    if booked != known:
        walk.wrong(f"points by hand are {booked}, given were {known}")


async def check_end(walk: Walk) -> None:
    """A week later every coupon that was to be used within days is used or over, or goes with an order to be paid in cash
    that nobody has fetched."""
    rows = await run_sql(
        "SELECT id, state FROM coupon AS c WHERE shop_id = ? AND state IN ('available', 'locked') AND valid_to <= ? "
        "AND NOT EXISTS (SELECT 1 FROM \"order\" AS o WHERE o.id = c.order_id AND o.status = 'preparing')",
        [walk.shop, walk.now],
    )
    if rows:
        walk.wrong(f"a coupon outlives its time: {dict(rows[0])}")
