"""A walk's goods: what comes in, goes out over the counter, comes back and is counted; and what it costs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shop import catalogue, pickups
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql

if TYPE_CHECKING:
    from tests.support.walk import Walk


async def redeem(walk: Walk) -> None:
    again = (Status.FULFILLED, Status.CANCELLED)
    slip = await walk.some_order(*walk.rng.choice([(Status.PREPARING,)] * 5 + [again]))
    rows = await run_sql("SELECT code FROM pickup WHERE order_id = ?", [slip.id]) if slip else []
    if slip is None or not rows:
        return
    owed = Money(0) if slip.money_in else slip.payable
    cash = walk.rng.choice([owed, owed, owed, owed, Money(0), owed + Money(1)])
    takes, asks = await taken_along(slip), await _is_asked_back(slip)
    walk.say(f"{slip.code} is picked up with {cash}")
    await pickups.redeem(walk.shop, str(rows[0]["code"]), walk.clerk, cash=cash, now=walk.now)
    if cash:
        walk.known.money[slip.id, "cash"] += cash.fen
    walk.known.shelf -= takes
    walk.known.out[slip.id] = takes
    if cash != owed or slip.status != Status.PREPARING or asks:
        walk.wrong(f"{slip.code} ({slip.status}, asked back: {asks}) was handed over for {cash}, owed {owed}")


async def taken_along(slip: Slip) -> Counter[str]:
    """What an order takes with it: its lines without what is given back of them."""
    rows = await run_sql(
        "SELECT line.sku_key, line.qty - coalesce((SELECT sum(p.qty) FROM refund_part p JOIN refund r ON r.id = p.refund_id "
        "WHERE p.line_id = line.id AND r.state NOT IN ('requested', 'rejected', 'withdrawn')), 0) AS qty "
        "FROM line WHERE line.order_id = ? ORDER BY line.id",
        [slip.id],
    )
    takes: Counter[str] = Counter()
    for row in rows:
        takes[str(row["sku_key"])] += int(row["qty"])
    return takes


async def _is_asked_back(slip: Slip) -> bool:
    asked = "SELECT 1 FROM refund WHERE order_id = ? AND state = 'requested'"
    return bool(await run_sql(asked, [slip.id]))


async def take_back(walk: Walk) -> None:
    if slip := await walk.some_order(Status.FULFILLED):
        walk.say(f"{slip.code} was not handed over after all")
        await pickups.take_back(slip.id, now=walk.now)
        walk.known.shelf += walk.known.out.pop(slip.id)


async def receive(walk: Walk) -> None:
    sku, qty = walk.rng.choice(walk.goods), Quantity.of(walk.rng.randint(1, 6))
    walk.say(f"{qty} of {sku} come in")
    await catalogue.restock(walk.shop, sku, qty, now=walk.now)
    walk.known.shelf[sku] += qty.milli


async def take_out(walk: Walk) -> None:
    sku, qty = walk.rng.choice(walk.goods), Quantity.of(walk.rng.randint(1, 6))
    walk.say(f"{qty} of {sku} are taken out")
    if await catalogue.take_out(walk.shop, sku, qty, now=walk.now):
        walk.known.shelf[sku] -= qty.milli


async def count(walk: Walk) -> None:
    sku, qty = walk.rng.choice(walk.goods), Quantity.of(walk.rng.randint(0, 12))
    walk.say(f"{qty} of {sku} are counted")
    was = await catalogue.count(walk.shop, sku, qty, now=walk.now)
    if was is not None:
        walk.known.shelf[sku] = qty.milli


async def price(walk: Walk) -> None:
    sku, costs = walk.rng.choice(walk.goods), Money(walk.rng.choice([0, 1, 333, 1990, 2990, 9999]))
    walk.say(f"{sku} costs {costs}")
    if walk.rng.random() < 0.5:
        await catalogue.change_price(walk.shop, sku, costs)
    else:
        today = walk.now.astimezone(ZoneInfo("Asia/Shanghai")).date()
        await catalogue.set_specials(walk.shop, {sku: costs}, today)


async def menu(walk: Walk) -> None:
    walk.say("oranges come off the menu or back on it")
    shelf = await catalogue.goods(walk.shop)
    product = shelf.everything.sku[walk.oranges].product
    if walk.oranges in shelf.catalogue.sku and walk.rng.random() < 0.5:
        await catalogue.withdraw(walk.shop, product)
    else:
        await catalogue.put_back(walk.shop, product)


VERBS = [(13, redeem), (3, take_back), (4, receive), (1, take_out), (1, count), (1, menu), (2, price)]


async def check(walk: Walk) -> None:
    """Every thousandth on the shelf came in and did not go out."""
    rows = await run_sql(
        'SELECT sku_key, on_hand FROM (SELECT sku."key" AS sku_key, i.on_hand FROM stock_item i '
        "JOIN sku ON sku.id = i.sku_id WHERE sku.shop_id = ?) AS shelf",
        [walk.shop],
    )
    there = {str(row["sku_key"]): int(row["on_hand"]) for row in rows}
    if there != {sku: walk.known.shelf[sku] for sku in walk.goods}:
        walk.wrong(f"on the shelf {there}, it should be {dict(walk.known.shelf)}")


async def check_end(walk: Walk) -> None:
    """Goods wait for nothing by themselves."""
