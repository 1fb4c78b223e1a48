"""A walk's orders: placed, changed, cancelled by the buyer and by the shop."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shop import claims, desk, orders
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Op, Want
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql
from tests.support import walk_goods

if TYPE_CHECKING:
    from tests.support.walk import Walk

OPS: tuple[Op, ...] = ("add", "add", "inc", "dec", "set", "remove")


async def place(walk: Walk) -> None:
    buyer, wants = walk.buyer(), _wants(walk, "add")
    walk.say(f"{buyer} places {_shown(wants)}")
    seal = ""
    if walk.rng.random() < 0.3:
        seal = (await orders.preview(walk.shop, wants, now=walk.now, buyer=buyer)).seal
        if walk.rng.random() < 0.3:
            await walk_goods.price(walk)
    await orders.place(walk.shop, buyer, wants, now=walk.now, seal=seal)


async def edit(walk: Walk) -> None:
    buyer, slip = await walk.somebody()
    changes = [_change(walk, slip) for _ in range(walk.rng.choice([1, 1, 2]))]
    walk.say(f"{buyer} edits {_shown(changes)}")
    await orders.edit(walk.shop, buyer, changes, now=walk.now)


async def use_points(walk: Walk) -> None:
    (buyer, _), yes = await walk.somebody(), walk.rng.random() < 0.7
    walk.say(f"{buyer} {'pays with' if yes else 'saves'} points")
    await orders.use_points(walk.shop, buyer, yes, now=walk.now)


async def use_coupons(walk: Walk) -> None:
    (buyer, _), yes = await walk.somebody(), walk.rng.random() < 0.5
    walk.say(f"{buyer} {'uses' if yes else 'saves'} coupons")
    await orders.use_coupons(walk.shop, buyer, yes, now=walk.now)


async def adjust(walk: Walk) -> None:
    if slip := await walk.some_order(walk.rng.choice([Status.UNPAID, Status.UNPAID, Status.PREPARING])):
        by = Money(walk.rng.choice([-100, -1, -500, -slip.payable.fen, 100]))
        walk.say(f"the shop changes {slip.code} by {by}")
        await orders.adjust(slip.id, by, now=walk.now)


async def cancel(walk: Walk) -> None:
    buyer, slip = await walk.somebody()
    code = walk.rng.choice([None, slip.code if slip else str(walk.rng.randint(1, 9))])
    walk.say(f"{buyer} cancels {code or ''}")
    await orders.cancel(walk.shop, buyer, now=walk.now, code=code)


async def shop_cancel(walk: Walk) -> None:
    if slip := await walk.some_order(*walk.rng.choice([(Status.PREPARING,), (Status.UNPAID,), ()])):
        walk.say(f"the shop cancels {slip.code}")
        await orders.shop_cancel(slip.id, walk.clerk, "没货了", now=walk.now)


async def choose_cash(walk: Walk) -> None:
    buyer, _ = await walk.somebody()
    walk.say(f"{buyer} will pay at the counter")
    await orders.choose_cash(walk.shop, buyer, now=walk.now)


async def claim(walk: Walk) -> None:
    buyer, _ = await walk.somebody()
    walk.say(f"{buyer} says it is paid")
    await claims.claim(walk.shop, buyer, now=walk.now)


async def unclaim(walk: Walk) -> None:
    buyer, _ = await walk.somebody()
    walk.say(f"{buyer} has not paid after all")
    await claims.take_back(walk.shop, buyer, now=walk.now)


async def wanted(walk: Walk) -> None:
    buyer = walk.buyer()
    walk.say(f"{buyer} wants a person")
    await desk.want_person(walk.shop, buyer, "人呢", room=None, now=walk.now)


VERBS = [
    (18, place), (14, edit), (5, use_points), (3, use_coupons), (2, adjust), (6, cancel), (3, shop_cancel),
    (6, choose_cash), (3, claim), (1, unclaim), (1, wanted),
]  # fmt: skip


async def check(walk: Walk) -> None:
    """What the rows cannot say is said by the other subjects."""


async def check_end(walk: Walk) -> None:
    """Nobody waits for ever: what is not over waits for the buyer to come to the counter."""
    rows = await run_sql(
        "SELECT code, status FROM \"order\" WHERE shop_id = ? AND status IN ('unpaid', 'fulfilled')",
        [walk.shop],
    )
    if rows:
        walk.wrong(f"a week later these are not over: {[dict(row) for row in rows]}")


# ── what is wanted ──────────────────────────────────────────────────────────────────────────────────────────────


def _want(walk: Walk, *ops: Op, whom: str | None = None) -> Want:
    sku = walk.rng.choice(walk.goods)
    halves = walk.rng.choice([500, 1000, 1500]) if sku == walk.cherries else 1000
    amount = (
        walk.rng.choice([0, -1]) if walk.rng.random() < 0.04 else walk.rng.choice([1, 1, 1, 2, 2, 3, 3, 5])
    )
    return Want(sku, Quantity(halves * amount), walk.rng.choice(ops or OPS), whom)


def _change(walk: Walk, slip: Slip | None) -> Want:
    """Mostly of what stands on the order."""
    if slip is None or walk.rng.random() < 0.3:
        return _want(walk, whom=walk.rng.choice([None, "奶奶"]))
    old = walk.rng.choice(slip.wants)
    return replace(_want(walk), sku=old.sku, for_whom=old.for_whom)


def _wants(walk: Walk, *ops: Op) -> list[Want]:
    return [
        _want(walk, *ops, whom=walk.rng.choice([None, None, "奶奶"]))
        for _ in range(walk.rng.choice([1, 1, 2]))
    ]


def _shown(wants: list[Want]) -> str:
    return ", ".join(
        f"{want.op} {want.qty} {want.sku}{' ' + want.for_whom if want.for_whom else ''}" for want in wants
    )
