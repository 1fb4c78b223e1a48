"""要人看的事: what the shop found itself becomes a ticket without a customer, one for each alarm while it lasts.

It is asked about, taken, noted, handed on and ended like any other (shop/desk.py); by night nobody is asked. When the shop
finds that it is in order again, it ends by itself.
"""

from __future__ import annotations

from datetime import datetime

from shop import agents, alarms, desk
from shop.desk_limits import limits_of
from shop.events import MatterRaised
from shop.kit.ids import ShopId
from shop.records.desk import Ticket
from shop.rows import change, read
from shop.rules.tickets import Clocks, State, due_at
from shop.ticket_opening import LONGEST_WHY
from shop.ticket_steps import write_down
from shop.transaction import run_sql, transaction


async def found(shop: ShopId, kind: str, subject: str, words: str, *, now: datetime) -> bool:
    """Something is wrong with `subject`. Whoever should look hears of it when nobody is at it yet (True), and when it is
    told in other words than before (False)."""
    words = words[:LONGEST_WHY]
    async with transaction() as tx:
        alarm, _ = await alarms.count(shop, kind, subject, words, now=now)
        living = await read(Ticket, "WHERE alarm_id = ? AND state <> 'closed'", [alarm], lock="FOR UPDATE")
        if living and living[0].why == words:
            return False
        if living:
            number: int | None = living[0].id
            await change(Ticket, "WHERE id = ?", [number], why=words)
        else:
            number = await _open(shop, alarm, words, now)
        if number is None:
            return False  # another process was faster
        await write_down(number, words, now=now)
        tx.tell(MatterRaised(number, words, again=bool(living)), at=now)
        return not living


async def in_order(shop: ShopId, kind: str, subject: str, *, now: datetime) -> bool:
    """This one is in order again. False when nothing was wrong."""
    async with transaction():
        over = await run_sql(
            "SELECT t.id FROM ticket AS t JOIN alarm ON alarm.id = t.alarm_id WHERE alarm.shop_id = ? "
            "AND alarm.kind = ? AND alarm.subject = ? AND alarm.closed_at IS NULL AND t.state <> 'closed'",
            [shop, kind, subject],
        )
        for row in over:
            await desk.solved(int(row["id"]), now=now)
        return await alarms.over(shop, kind, subject, now=now)


async def _open(shop: ShopId, alarm: int, words: str, now: datetime) -> int | None:
    """None when it has a ticket that is not over. Nobody waits for it, so it wakes nobody: its clocks begin in the
    morning, or when the shop opens."""
    limits, begins = await limits_of(shop), await agents.awake_at(shop, now=now)
    offered = await agents.next_for(shop, "", now=begins)
    clocks = Clocks(State.OPEN, begins, now, begins if offered else None, is_matter=True)
    opened = await run_sql(
        "INSERT INTO ticket (shop_id, alarm_id, why, state, opened_at, queued_at, heard_at, asked_at, offered_id, "
        "offered_at, due_at) VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (alarm_id) WHERE state <> 'closed' DO NOTHING RETURNING id",
        [shop, alarm, words, now, begins, now, begins, offered, clocks.offered_at, due_at(clocks, limits)],
    )
    if not opened:
        return None
    await agents.given(shop, offered, now=now)
    return int(opened[0]["id"])
