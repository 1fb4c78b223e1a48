"""库存: promised in one statement, given back once, handed over once. Called inside the order's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F

from shop.kit.quantity import Quantity
from shop.records.orders import Line
from shop.records.stock import Hold, StockItem, StockMove
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
            f"UPDATE stock_item SET held = held + ? WHERE sku_id = ? AND {if_} RETURNING id",
            [more, sku_id, more],
        )
    )


async def _shortages(takes: Mapping[int, Take]) -> tuple[Shortage, ...]:
    """What is left of each, beside what is wanted, in the order of ids."""
    if not takes:
        return ()
    rows = await run_sql(
        f"SELECT sku_id, on_hand - held AS free FROM stock_item WHERE sku_id IN ({', '.join('?' * len(takes))})",
        list(takes),
    )
    free = {int(row["sku_id"]): int(row["free"]) for row in rows}
    return tuple(
        Shortage(take.sku, take.name, take.unit, Quantity(free.get(sku_id, 0)), take.more)
        for sku_id, take in sorted(takes.items())
    )


async def release(order: int) -> None:
    """An order ended without being handed over: every active hold goes back to the shelf, once."""
    for hold in await _holds(order, ACTIVE):
        if await Hold.filter(id=hold.id, state=ACTIVE).update(state=RELEASED):
            back = await StockItem.filter(sku_id=hold.sku_id, held__gte=hold.qty).update(
                held=F("held") - hold.qty
            )
            if not back:
                raise RuntimeError(f"hold {hold.id} finds nothing to give back")


async def hand_over(order: int, code: str, *, now: datetime) -> None:
    """The goods left the shop: holds are consumed and on_hand falls, with a move for each."""
    for hold in await _holds(order, ACTIVE):
        if await Hold.filter(id=hold.id, state=ACTIVE).update(state=CONSUMED):
            gone = await StockItem.filter(sku_id=hold.sku_id, held__gte=hold.qty).update(
                held=F("held") - hold.qty, on_hand=F("on_hand") - hold.qty
            )
            if not gone:
                raise RuntimeError(f"hold {hold.id} finds nothing to hand over")
            await StockMove.create(sku_id=hold.sku_id, change=-hold.qty, reason="sold", ref=code, at=now)


async def take_back(order: int, code: str, *, now: datetime) -> None:
    """The undo of `hand_over`: the goods are in the shop again and promised to the same order."""
    for hold in await _holds(order, CONSUMED):
        if await Hold.filter(id=hold.id, state=CONSUMED).update(state=ACTIVE):
            await StockItem.filter(sku_id=hold.sku_id).update(
                held=F("held") + hold.qty, on_hand=F("on_hand") + hold.qty
            )
            await StockMove.create(sku_id=hold.sku_id, change=hold.qty, reason="undone", ref=code, at=now)


async def _holds(order: int, state: str) -> list[Hold]:
    lines = await Line.filter(order_id=order).values_list("id", flat=True)
    holds = await Hold.filter(line_id__in=[int(str(id)) for id in lines], state=state)
    return sorted(holds, key=lambda hold: hold.sku_id)
