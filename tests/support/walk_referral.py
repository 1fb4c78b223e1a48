"""A walk's commission: a friend who brought a friend who brought a friend; drawn, paid by hand, taken back, given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop import commission, referrals
from shop.transaction import run_sql

if TYPE_CHECKING:
    from tests.support.walk import Walk


async def bring_friends(walk: Walk) -> None:
    """The first brought the second, who brought the third; the fourth came by himself."""
    await referrals.settle(walk.shop, first_bp=800, second_bp=500, cap_bp=1_000, least_fen=1, freeze_days=1)
    for inviter, newcomer in zip(walk.buyers[:2], walk.buyers[1:3], strict=True):
        code = await referrals.promote(walk.shop, inviter, now=walk.now)
        await referrals.bind(walk.shop, newcomer, code, now=walk.now)


async def draw(walk: Walk) -> None:
    person = walk.rng.choice(walk.buyers[:2])
    walk.say(f"{person} draws his commission")
    await commission.draw(walk.shop, person, now=walk.now)


async def pay_out(walk: Walk) -> None:
    """Paid, marked by mistake, or given up; sometimes twice."""
    number = walk.rng.choice([1, 1, 2, 3])
    verb = walk.rng.choice([commission.paid, commission.paid, commission.not_paid_after_all, commission.drop])
    walk.say(f"payout {number}: {verb.__name__}")
    await verb(walk.shop, number, now=walk.now)


async def stop(walk: Walk) -> None:
    person = walk.rng.choice(walk.buyers[:2])
    if walk.rng.random() < 0.3:
        walk.say(f"{person} promotes no more")
        await referrals.stop_promoting(person)
    else:
        walk.say(f"{person} promotes")
        await referrals.promote(walk.shop, person, now=walk.now)


VERBS = [(2, draw), (2, pay_out), (1, stop)]


async def check(walk: Walk) -> None:
    """Only who bought something brings anything, and nothing to himself."""
    rows = await run_sql(
        'SELECT o.code FROM commission AS c JOIN "order" AS o ON o.id = c.order_id '
        "WHERE c.shop_id = ? AND (o.paid_at IS NULL OR o.buyer_id = c.person_id OR c.net_fen > o.payable_fen)",
        [walk.shop],
    )
    if rows:
        walk.wrong(f"order {rows[0]['code']} brings commission that it should not")


async def check_end(walk: Walk) -> None:
    """A week later nothing of an order that is over is still frozen."""
    rows = await run_sql(
        "SELECT id FROM commission WHERE shop_id = ? AND state = 'frozen' AND due_at <= ?",
        [walk.shop, walk.now],
    )
    if rows:
        walk.wrong(f"commission {rows[0]['id']} was never released")
