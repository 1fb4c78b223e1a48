"""A walk's deliveries: said, taken back by the buyer, and the fee that goes back alone or with the last of the goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop import addresses, orders, refunds, slips
from shop.kit.ids import OrderId
from shop.kit.money import Money, total
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.slips import Slip
from shop.transaction import run_sql

if TYPE_CHECKING:
    from tests.support.walk import Walk

FEE, FREE_FROM = Money(450), Money(6_000)
RULE = {"kind": "delivery", "fee": "4.50", "free_from": "60"}
AFTER_THE_FEE = ("points", "change")  # cuts that its threshold does not look at
NOT_TO_BE = (State.REJECTED, State.WITHDRAWN)


async def bring(walk: Walk) -> None:
    slip = await walk.some_order(Status.UNPAID)
    buyer = slip.buyer if slip and walk.rng.random() < 0.9 else walk.buyer()
    walk.say(f"{buyer} wants it brought")
    await orders.bring(walk.shop, buyer, f"{walk.rng.randint(1, 9)}栋101", now=walk.now)


async def fetch(walk: Walk) -> None:
    buyer, _ = await walk.somebody()
    walk.say(f"{buyer} fetches it himself")
    await orders.fetch(walk.shop, buyer, now=walk.now)


async def give_fee(walk: Walk) -> None:
    """Of an order that is brought, mostly a paid one; not twice."""
    paid = "AND paid_at IS NOT NULL AND delivery_fen > 0" if walk.rng.random() < 0.9 else ""
    rows = await run_sql(
        f'SELECT id FROM "order" WHERE shop_id = ? AND delivery_fen IS NOT NULL {paid} ORDER BY id DESC LIMIT 8',
        [walk.shop],
    )
    if rows:
        slip = await slips.slip(OrderId(walk.rng.choice(rows)["id"]))
        was = [
            case for case in await refunds.of_order(slip.id) if case.delivery and case.state not in NOT_TO_BE
        ]
        walk.say(f"the shop gives the fee of {slip.code} back")
        case = await refunds.give(slip.id, walk.clerk, What(delivery=True), "", kind="delivery", now=walk.now)
        if was or slip.delivery is None or case.amount != slip.delivery.paid:
            walk.wrong(f"the fee of {slip.code} was {slip.delivery}, {case.amount} went back, after {was}")


VERBS = [(10, bring), (1, fetch), (4, give_fee)]


async def check(walk: Walk) -> None:
    """Each fee is what the rule asks of these goods; who was brought something has paid for that."""
    rows = await run_sql(
        'SELECT id FROM "order" WHERE shop_id = ? AND delivery_fen IS NOT NULL ORDER BY id DESC LIMIT 12',
        [walk.shop],
    )
    for row in rows:
        slip = await slips.slip(OrderId(row["id"]))
        if slip.delivery is None or slip.delivery.fee != _fee(slip) or slip.delivery.paid > slip.delivery.fee:
            walk.wrong(f"{slip.code} is brought for {slip.delivery}, and the rule asks {_fee(slip)}")
        if not await addresses.of(slip.id) and slip.status in (Status.UNPAID, Status.PREPARING):
            walk.wrong(f"nobody knows where {slip.code} goes")
        await _check_back(walk, slip)


def _fee(slip: Slip) -> Money:
    later = total([cut.amount for line in slip.lines for cut in line.cuts if cut.rule in AFTER_THE_FEE])
    goods = total([line.net for line in slip.lines]) + later
    return Money(0) if goods >= FREE_FROM else FEE


async def _check_back(walk: Walk, slip: Slip) -> None:
    """The fee follows the goods only where none of them came to the buyer: what somebody asked for and then kept is not
    looked at."""
    cases = await refunds.of_order(slip.id)
    if any(case.state in NOT_TO_BE for case in cases):
        return
    went_out = walk.known.out.get(slip.id)
    if went_out and any(went_out.values()) and any(c.delivery and c.kind != "delivery" for c in cases):
        walk.wrong(f"goods of {slip.code} are with the buyer, and its fee went back by itself")


async def check_end(walk: Walk) -> None:
    """What is over is checked as all the time."""
