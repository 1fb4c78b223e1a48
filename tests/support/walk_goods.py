"""A walk's goods: what comes in, goes out over the counter, comes back and is counted; and what it costs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shop import catalogue, parcels, pickups, shelves
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql

if TYPE_CHECKING:
    from tests.support.walk import Walk

GATE = "东门"
Units = tuple[tuple[str, Quantity], ...]


async def redeem(walk: Walk) -> None:
    again = (Status.FULFILLED, Status.CANCELLED)
    slip = await walk.some_order(*walk.rng.choice([(Status.PREPARING,)] * 5 + [again]))
    rows = await run_sql("SELECT code FROM pickup WHERE order_id = ?", [slip.id]) if slip else []
    if slip is None or not rows:
        return
    owed = Money(0) if slip.money_in else slip.payable
    cash = walk.rng.choice([owed, owed, owed, owed, Money(0), owed + Money(1)])
    units = _some(walk, slip) if walk.rng.random() < 0.4 else ()
    takes, asks = await _to_take(walk, slip), await _is_asked_back(slip)
    walk.say(f"{slip.code} is picked up with {cash}{f', only {units}' if units else ''}")
    await pickups.redeem(walk.shop, str(rows[0]["code"]), walk.clerk, cash=cash, units=units, now=walk.now)
    if cash:
        walk.known.money[slip.id, "cash"] += cash.fen
    walk.gone(slip.id, _only(takes, units))
    if cash != owed or slip.status != Status.PREPARING or asks or not takes:
        walk.wrong(
            f"{slip.code} ({slip.status}, asked back: {asks}, there: {bool(takes)}) was handed over for {cash}, owed {owed}"
        )


async def send(walk: Walk) -> None:
    if slip := await walk.some_order(Status.PREPARING):
        units = _some(walk, slip) if walk.rng.random() < 0.7 else ()
        takes = await _to_take(walk, slip)
        walk.say(f"{slip.code} is sent, {units or 'all of it'}")
        await parcels.send(slip.id, units, walk.clerk, now=walk.now)
        walk.gone(slip.id, _only(takes, units))
        if not slip.money_in:
            walk.wrong(f"{slip.code} was sent, and nothing is paid")


async def hear_of_parcels(walk: Walk) -> None:
    """What was sent arrives, or comes back: then it is there for its order, or for all where it was given up."""
    if slip := await walk.some_order(Status.PREPARING):
        comes_back = walk.rng.random() < 0.5
        walk.say(f"what was sent of {slip.code} {'comes back' if comes_back else 'arrives'}")
        if not comes_back:
            await parcels.arrived(slip.id, walk.clerk, now=walk.now)
            return
        for parcel in await parcels.came_back(slip.id, walk.clerk, now=walk.now):
            await _comes_in(walk, slip, parcel)


Takes = list[tuple[int, str, int]]  # line, sku, thousandths


async def _to_take(walk: Walk, slip: Slip) -> Takes:
    """What an order still takes with it: its lines without what is given back of them, and without what has gone."""
    rows = await run_sql(
        "SELECT line.id, line.sku_key, line.qty - coalesce((SELECT sum(p.qty) FROM refund_part p JOIN refund r ON r.id = p.refund_id "
        "WHERE p.line_id = line.id AND r.state NOT IN ('requested', 'rejected', 'withdrawn')), 0) AS qty "
        "FROM line WHERE line.order_id = ? ORDER BY line.id",
        [slip.id],
    )
    gone = walk.known.out.get(slip.id, Counter())
    return [
        (row["id"], row["sku_key"], more)
        for row in rows
        if (more := int(row["qty"]) - gone[row["id"], row["sku_key"]]) > 0
    ]


def _only(takes: Takes, units: Units) -> Takes:
    if not units:
        return takes
    left, some = {sku: qty.milli for sku, qty in units}, []
    for line, sku, qty in takes:
        more = min(qty, left.get(sku, 0))
        some.append((line, sku, more))
        left[sku] = left.get(sku, 0) - more
    return some


def _some(walk: Walk, slip: Slip) -> Units:
    """Some of one kind of goods; now and then more than there is."""
    line = walk.rng.choice(slip.lines)
    qty = walk.rng.choice([line.qty, Quantity.of(1), Quantity.of(1), line.qty + Quantity.of(1), Quantity(0)])
    return ((line.sku, qty),)


async def _comes_in(walk: Walk, slip: Slip, parcel: parcels.Sent) -> None:
    rows = await run_sql(
        "SELECT part.line_id, line.sku_key, part.qty FROM parcel_part part JOIN line ON line.id = part.line_id "
        "WHERE part.parcel_id = ?",
        [parcel.id],
    )
    walk.gone(slip.id, [(row["line_id"], row["sku_key"], -int(row["qty"])) for row in rows])


async def _is_asked_back(slip: Slip) -> bool:
    asked = "SELECT 1 FROM refund WHERE order_id = ? AND state = 'requested'"
    return bool(await run_sql(asked, [slip.id]))


async def take_back(walk: Walk) -> None:
    slip = await walk.some_order(*walk.rng.choice([(Status.FULFILLED,), (Status.PREPARING,)]))
    if slip is None:
        return
    some = await parcels.of_order(slip.id)
    parcel = walk.rng.choice([*some, None]) if some else None
    walk.say(f"{slip.code} was not handed over after all ({parcel.number if parcel else 'all of it'})")
    await pickups.take_back(slip.id, parcel=parcel.id if parcel else None, now=walk.now)
    if parcel:
        await _comes_in(walk, slip, parcel)
    else:
        out = walk.known.out[slip.id]
        walk.gone(slip.id, [(line, sku, -qty) for (line, sku), qty in out.items()])


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


async def move(walk: Walk) -> None:
    """Goods change their place; sometimes what lies there is counted or sold."""
    sku, qty = walk.rng.choice(walk.goods), Quantity.of(walk.rng.randint(1, 4))
    gate = await shelves.new_spot(walk.shop, GATE)
    what = walk.rng.choice(["out", "out", "back", "sold", "counted"])
    walk.say(f"{qty} of {sku} at the gate: {what}")
    if what == "sold":
        await shelves.sold_here(walk.shop, sku, qty, place=gate, now=walk.now)
        walk.known.shelf[f"{sku} {GATE}"] -= qty.milli
    elif what == "counted":
        await catalogue.count(walk.shop, sku, qty, place=gate.id, now=walk.now)
        walk.known.shelf[f"{sku} {GATE}"] = qty.milli
    else:
        source, to = (shelves.SHOP, gate) if what == "out" else (gate, shelves.SHOP)
        await shelves.move(walk.shop, sku, qty, source, to, now=walk.now)
        more = qty.milli if what == "out" else -qty.milli
        walk.known.shelf[sku] -= more
        walk.known.shelf[f"{sku} {GATE}"] += more


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


VERBS = [
    (13, redeem), (3, take_back), (4, send), (4, hear_of_parcels), (4, receive), (1, take_out), (1, count), (2, move),
    (1, menu), (2, price),
]  # fmt: skip


async def check(walk: Walk) -> None:
    """Every thousandth on the shelf came in and did not go out."""
    rows = await run_sql(
        "SELECT sku.\"key\" || coalesce(' ' || place.name, '') AS sku_key, i.on_hand FROM stock_item i "
        "JOIN sku ON sku.id = i.sku_id LEFT JOIN place ON place.id = i.place_id WHERE sku.shop_id = ?",
        [walk.shop],
    )
    there = {str(row["sku_key"]): int(row["on_hand"]) for row in rows if row["on_hand"]}
    if there != {sku: qty for sku, qty in walk.known.shelf.items() if qty}:
        walk.wrong(f"on the shelf {there}, it should be {dict(walk.known.shelf)}")


async def check_end(walk: Walk) -> None:
    """Goods wait for nothing by themselves."""
