"""开一张找人单: one that is not over for each customer, whoever asks for it and however often; and who is asked to take it."""

from __future__ import annotations

from datetime import datetime

from shop import agents
from shop.desk_limits import limits_of
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.records.desk import Ticket
from shop.rows import read
from shop.rules.tickets import Clocks, State, due_at
from shop.ticket_steps import write
from shop.tickets import Request, request_of
from shop.transaction import run_sql

LONGEST_WHY = 200


async def open_ticket(
    shop: ShopId, who: PersonId, why: str, room: RoomId | None, now: datetime, skill: str
) -> Request:
    """Inside the caller's transaction; tells nobody."""
    before = await read(Ticket, "WHERE person_id = ? AND state <> 'closed'", [who])
    if not before:
        limits = await limits_of(shop)
        known = await _who_knows(who, now - limits.same_agent)
        offered = await agents.next_for(shop, skill, now=now, prefer=known)
        there = offered is not None or await agents.are_there(shop, now=now)
        stage = 0 if there else len(limits.waits)  # away: said at once
        clocks = Clocks(State.OPEN, now, now, now if offered else None, stage=stage)
        opened = await run_sql(
            "INSERT INTO ticket (shop_id, person_id, room_id, why, skill, state, opened_at, queued_at, heard_at, "
            "asked_at, offered_id, offered_at, stage, due_at) VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (person_id) WHERE state <> 'closed' DO NOTHING RETURNING id",
            [
                shop,
                who,
                room,
                why[:LONGEST_WHY],
                skill,
                now,
                now,
                now,
                now if there else None,
                offered,
                clocks.offered_at,
                stage,
                due_at(clocks, limits),
            ],
        )
        if opened:
            await agents.given(shop, offered, now=now)
            (row,) = await read(Ticket, "WHERE id = ?", [opened[0]["id"]])
            await write(row.id, "customer", who, why, now)
            return request_of(row)
        before = await read(Ticket, "WHERE person_id = ? AND state <> 'closed'", [who])
    return request_of(before[0], is_new=False)


async def _who_knows(who: PersonId, since: datetime) -> PersonId | None:
    """Who spoke with this customer last, if that was a short while ago."""
    last = await read(
        Ticket,
        "WHERE person_id = ? AND state = 'closed' AND closed_at > ? AND owner_id IS NOT NULL ORDER BY id DESC LIMIT 1",
        [who, since],
    )
    return PersonId(last[0].owner_id) if last and last[0].owner_id is not None else None
