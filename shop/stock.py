"""库存: promised in one statement, given back once, handed over once. Called inside the order's transaction.

Orders take from the shop itself; what lies in other places (取货点) comes and goes by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.kit.quantity import Quantity
from shop.records.stock import StockMove
from shop.refusals import Shortage, SoldOut
from shop.transaction import run_sql

ACTIVE, CONSUMED, RELEASED = "active", "consumed", "released"


@dataclass(frozen=True, slots=True)
class Take:
    """More (or, negative, less) of one sku to promise."""

    sku: str
    name: str
    unit: str
    more: Quantity


async def promise(takes: Mapping[int, Take]) -> None:
    """Take all or nothing, by sku row id, in the order of ids so that two buyers never wait for each other in a
    circle. Raises SoldOut with every shortage; then the caller's transaction must not commit."""
    short: list[int] = []
    for sku_id, take in sorted(takes.items()):
        more = take.more.milli
        if more < 0 and not await _hold(sku_id, more, "held + ? >= 0"):
            raise RuntimeError(f"stock of {take.sku} was given back twice")
        if more > 0 and not await _hold(sku_id, more, "on_hand >= held + ?"):
            short.append(sku_id)
    if short:
        raise SoldOut(await _shortages({sku_id: takes[sku_id] for sku_id in short}))


async def look(takes: Mapping[int, Take]) -> None:
    """Would `promise` take all of this now? Raises SoldOut; takes nothing."""
    if lacking := tuple(short for short in await _shortages(takes) if short.left < short.wanted):
        raise SoldOut(lacking)


async def _hold(sku_id: int, more: int, if_: str) -> bool:
    """One statement decides and takes; False when there was not enough."""
    return bool(
        await run_sql(
            f"UPDATE stock_item SET held = held + ? WHERE sku_id = ? AND place_id IS NULL AND {if_} RETURNING id",
            [more, sku_id, more],
        )
    )


async def _shortages(takes: Mapping[int, Take]) -> tuple[Shortage, ...]:
    """What is left of each, beside what is wanted, in the order of ids."""
    if not takes:
        return ()
    rows = await run_sql(
        "SELECT sku_id, on_hand - held AS free FROM stock_item "
        f"WHERE place_id IS NULL AND sku_id IN ({', '.join('?' * len(takes))})",
        list(takes),
    )
    free = {int(row["sku_id"]): int(row["free"]) for row in rows}
    return tuple(
        Shortage(take.sku, take.name, take.unit, Quantity(free.get(sku_id, 0)), take.more)
        for sku_id, take in sorted(takes.items())
    )


async def reserve(sku_id: int, qty: Quantity) -> bool:
    """Promise this much to a campaign (which keeps count of it); False when there is not so much."""
    return await _hold(sku_id, qty.milli, "on_hand >= held + ?")


async def unreserve(sku_id: int, qty: Quantity) -> None:
    """A campaign needs this much no more."""
    if not await _move(sku_id, held=-qty.milli):
        raise RuntimeError(f"a campaign finds nothing of sku {sku_id} to give back")


async def release(order: int) -> None:
    """An order ended without (the rest of) it being handed over: every active hold goes back to the shelf, once."""
    rows = await run_sql(
        f"UPDATE hold SET state = ?, parcelled = gone WHERE state = ? AND {_OF_ORDER} RETURNING sku_id, qty - gone AS qty",
        [RELEASED, ACTIVE, order],
    )
    for sku_id, qty in _by_sku(rows):
        if not await _move(sku_id, held=-qty):
            raise RuntimeError(f"a hold of order {order} finds nothing to give back")


async def keep(line: int, qty: int) -> None:
    """Units of a line that will not be handed over after all: back on the shelf, the rest stays promised."""
    rows = await run_sql(
        "UPDATE hold SET qty = CASE WHEN qty > ? THEN qty - ? ELSE qty END, "
        "state = CASE WHEN qty - ? > gone THEN state WHEN gone > 0 THEN ? ELSE ? END "
        "WHERE line_id = ? AND state = ? AND qty - gone >= ? RETURNING sku_id",
        [qty, qty, qty, CONSUMED, RELEASED, line, ACTIVE, qty],
    )
    if not rows or not await _move(int(rows[0]["sku_id"]), held=-qty):
        raise RuntimeError(f"line {line} does not hold {qty}")


async def hand_over(order: int, code: str, *, now: datetime) -> None:
    """All of it left the shop at once: holds are consumed and on_hand falls, with a move for each."""
    rows = await run_sql(
        f"UPDATE hold SET state = ?, gone = qty WHERE state = ? AND {_OF_ORDER} RETURNING sku_id, qty",
        [CONSUMED, ACTIVE, order],
    )
    for sku_id, qty in _by_sku(rows):
        await _sell(sku_id, qty, code, now)


async def take_back(order: int, code: str, *, now: datetime) -> None:
    """The undo of `hand_over`: the goods are in the shop again and promised to the same order."""
    rows = await run_sql(
        f"UPDATE hold SET state = ?, gone = 0 WHERE state = ? AND {_OF_ORDER} RETURNING sku_id, qty",
        [ACTIVE, CONSUMED, order],
    )
    for sku_id, qty in _by_sku(rows):
        await _unsell(sku_id, qty, code, now)


async def pack(line: int, qty: int) -> bool:
    """Put so much of a line into a parcel. One statement decides: never more than the line holds, then False."""
    packed = await run_sql(
        "UPDATE hold SET parcelled = parcelled + ? WHERE line_id = ? AND state = ? AND parcelled + ? <= qty RETURNING id",
        [qty, line, ACTIVE, qty],
    )
    return bool(packed)


async def unpack(line: int, qty: int) -> None:
    """Out of its parcel again, and still promised."""
    await run_sql("UPDATE hold SET parcelled = parcelled - ? WHERE line_id = ?", [qty, line])


async def hand_over_part(line: int, qty: int, code: str, *, now: datetime) -> None:
    """What is in a parcel left the shop; with the last of it the hold is consumed."""
    rows = await run_sql(
        "UPDATE hold SET gone = gone + ?, state = CASE WHEN gone + ? = qty THEN ? ELSE state END "
        "WHERE line_id = ? AND state = ? AND gone + ? <= qty RETURNING sku_id",
        [qty, qty, CONSUMED, line, ACTIVE, qty],
    )
    if not rows:
        raise RuntimeError(f"line {line} has no {qty} in the shop")
    await _sell(int(rows[0]["sku_id"]), qty, code, now)


async def take_back_part(line: int, qty: int, code: str, *, now: datetime) -> None:
    """The undo of `hand_over_part`, also for what came back from its way."""
    rows = await run_sql(
        "UPDATE hold SET gone = gone - ?, state = ? WHERE line_id = ? AND state IN (?, ?) AND gone >= ? RETURNING sku_id",
        [qty, ACTIVE, line, ACTIVE, CONSUMED, qty],
    )
    if not rows:
        raise RuntimeError(f"of line {line} no {qty} are gone")
    await _unsell(int(rows[0]["sku_id"]), qty, code, now)


_OF_ORDER = "line_id IN (SELECT id FROM line WHERE order_id = ?)"


def _by_sku(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """In the order of skus, as `promise` takes them."""
    return sorted((int(row["sku_id"]), int(row["qty"])) for row in rows)


async def _sell(sku_id: int, qty: int, code: str, now: datetime) -> None:
    if not await _move(sku_id, held=-qty, on_hand=-qty):
        raise RuntimeError(f"a hold of {code} finds nothing to hand over")
    await StockMove.create(sku_id=sku_id, change=-qty, reason="sold", ref=code, at=now)


async def _unsell(sku_id: int, qty: int, code: str, now: datetime) -> None:
    await _move(sku_id, held=qty, on_hand=qty)
    await StockMove.create(sku_id=sku_id, change=qty, reason="undone", ref=code, at=now)


async def bring(sku_id: int, qty: Quantity, reason: str, *, place: int | None = None, now: datetime) -> None:
    """More is on the shelf (of this place; none: of the shop), and why."""
    if not qty.milli:
        return
    if place is None:
        await run_sql(
            "UPDATE stock_item SET on_hand = on_hand + ? WHERE sku_id = ? AND place_id IS NULL",
            [qty.milli, sku_id],
        )
    else:  # there may be nothing of it yet
        await run_sql(
            "INSERT INTO stock_item (sku_id, place_id, on_hand) VALUES (?, ?, ?) "
            "ON CONFLICT (sku_id, place_id) DO UPDATE SET on_hand = stock_item.on_hand + excluded.on_hand",
            [sku_id, place, qty.milli],
        )
    await StockMove.create(sku_id=sku_id, place_id=place, change=qty.milli, reason=reason, at=now)


async def carry_off(
    sku_id: int, qty: Quantity, reason: str, *, place: int | None = None, now: datetime
) -> bool:
    """Goods leave the shelf without an order. One statement decides: what is promised stays, then False."""
    where, of = at(place)
    gone = await run_sql(
        f"UPDATE stock_item SET on_hand = on_hand - ? WHERE sku_id = ? AND {where} AND on_hand - held >= ? RETURNING id",
        [qty.milli, sku_id, *of, qty.milli],
    )
    if gone:
        await StockMove.create(sku_id=sku_id, place_id=place, change=-qty.milli, reason=reason, at=now)
    return bool(gone)


def at(place: int | None) -> tuple[str, list[int]]:
    """The rows of a place in SQL, and its values."""
    return ("place_id IS NULL", []) if place is None else ("place_id = ?", [place])


async def _move(sku_id: int, *, held: int, on_hand: int = 0) -> bool:
    """Change both numbers of a sku in the shop; False when less than that is held."""
    moved = await run_sql(
        "UPDATE stock_item SET held = held + ?, on_hand = on_hand + ? "
        "WHERE sku_id = ? AND place_id IS NULL AND held + ? >= 0 RETURNING id",
        [held, on_hand, sku_id, held],
    )
    return bool(moved)
