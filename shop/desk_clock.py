"""柜台的钟: what happens to tickets by itself: the next agent, a word to who waits, a silent agent, an end."""

from __future__ import annotations

from datetime import datetime

from shop import agents, desk
from shop.desk_limits import limits_of
from shop.events import AgentReminded, CustomerWaits, TicketPassedOn
from shop.kit.ids import PersonId, ShopId
from shop.records.desk import Ticket
from shop.rows import change, read
from shop.rules.tickets import Limits, State, due_at, ends_at, passes_on_at, silent_after
from shop.ticket_steps import clocks_of, offer_again, offer_anew, offer_first, write
from shop.transaction import run_sql, transaction

AT_ONCE = 100


async def due(*, now: datetime) -> tuple[int, ...]:
    which = "WHERE state <> 'closed' AND due_at <= ? ORDER BY due_at LIMIT ?"
    return tuple(row.id for row in await read(Ticket, which, [now, AT_ONCE]))


async def look_at(id: int, *, now: datetime) -> int:
    """Do what is due with this ticket; 0 when somebody was faster."""
    async with transaction():
        which = "WHERE id = ? AND state <> 'closed' AND due_at <= ?"
        rows = await read(Ticket, which, [id, now], lock="FOR UPDATE")
        if not rows:
            return 0
        await _look(rows[0], now)
        return 1


async def _look(row: Ticket, now: datetime) -> None:
    clocks, limits = clocks_of(row), await limits_of(row.shop_id)
    if clocks.state is State.ACTIVE and clocks.owed_since is not None:
        if now >= clocks.owed_since + silent_after(clocks, limits):
            return await _fell_silent(row, now)
        return await _remind(row, limits, now)
    if now >= ends_at(clocks, limits):
        return await (_begin_anew if clocks.is_matter else desk.close_idle)(row, now)
    if (next_one := passes_on_at(clocks, limits)) and now >= next_one:
        await _next_one(row, now)
    queued = clocks_of(row).queued_at  # anew, in the morning
    if row.stage < len(limits.waits) and now >= queued + limits.waits[row.stage]:
        await _say_how_it_stands(row, limits, now)
    return None


async def _fell_silent(row: Ticket, now: datetime) -> None:
    """Too long without an answer: it waits for somebody again, whoever that is."""
    who = PersonId(row.owner_id) if row.owner_id is not None else None
    without = (who,) if who is not None else ()
    offered = await agents.next_for(ShopId(row.shop_id), row.skill, now=now, without=without)
    await offer_again(row, "agent_silent", offered or who, now)
    async with transaction() as tx:
        tx.tell(TicketPassedOn(row.id, "silent"), at=now)


async def _remind(row: Ticket, limits: Limits, now: datetime) -> None:
    row.reminded = True
    row.due_at = due_at(clocks_of(row), limits)
    await change(Ticket, "WHERE id = ?", [row.id], reminded=True, due_at=row.due_at)
    async with transaction() as tx:
        tx.tell(AgentReminded(row.id), at=now)


async def _next_one(row: Ticket, now: datetime) -> None:
    """Nobody took it in time: the next one is asked, each of them twice a day at most. Where there is no other, the same
    one stays asked; where all were asked enough, it waits in the list until the morning."""
    shop, queued = ShopId(row.shop_id), clocks_of(row).queued_at
    morning = await agents.next_morning(shop, after=queued)
    if now >= morning:
        return await _begin_anew(row, now)
    assert row.offered_id is not None  # what passes on was offered to somebody
    who = PersonId(row.offered_id)
    await write(row.id, "event", who, agents.DID_NOT_TAKE, now)
    enough = await agents.asked_enough(row.id, since=queued)
    offered = await agents.next_for(shop, row.skill, now=now, without=enough | {who})
    if offered is None and who in enough:
        return await _rest(row, morning)
    await offer_again(row, "not_claimed", offered or who, now)
    if offered is not None:
        async with transaction() as tx:
            tx.tell(TicketPassedOn(row.id, "unclaimed"), at=now)
    return None


async def _rest(row: Ticket, morning: datetime) -> None:
    limits = await limits_of(row.shop_id)
    row.offered_at = morning - limits.unclaimed
    due = due_at(clocks_of(row), limits)
    await change(Ticket, "WHERE id = ?", [row.id], offered_at=row.offered_at, due_at=due)


async def _begin_anew(row: Ticket, now: datetime) -> None:
    """On the next day somebody is asked again; a matter of the shop's own stays until it is ended."""
    await offer_anew(row, await agents.next_for(ShopId(row.shop_id), row.skill, now=now), now)
    async with transaction() as tx:
        tx.tell(TicketPassedOn(row.id, "unclaimed"), at=now)


async def _say_how_it_stands(row: Ticket, limits: Limits, now: datetime) -> None:
    """Late by an hour, only the last of the texts that were due is said."""
    queued = clocks_of(row).queued_at
    row.stage = sum(now >= queued + wait for wait in limits.waits)
    row.due_at = due_at(clocks_of(row), limits)
    await change(Ticket, "WHERE id = ?", [row.id], stage=row.stage, due_at=row.due_at)
    async with transaction() as tx:
        tx.tell(CustomerWaits(row.id, row.stage), at=now)


async def unoffered() -> tuple[ShopId, ...]:
    """Shops where somebody waits whom nobody was asked to take."""
    rows = await run_sql("SELECT DISTINCT shop_id FROM ticket WHERE state = 'open' AND offered_id IS NULL")
    return tuple(ShopId(int(row["shop_id"])) for row in rows)


async def offer_waiting(shop: ShopId, *, now: datetime) -> int:
    """Somebody has come to work: whom nobody was asked to take, or nobody who is there now has taken, is offered, the
    oldest first. Gives how many."""
    offered = 0
    which = "WHERE shop_id = ? AND state = 'open' AND (offered_id IS NULL OR (person_id IS NOT NULL AND offered_at > ?)) "
    async with transaction() as tx:
        for row in await read(Ticket, f"{which} ORDER BY id", [shop, now], lock="FOR UPDATE"):
            enough = await agents.asked_enough(row.id, since=clocks_of(row).queued_at)
            who = await agents.next_for(shop, row.skill, now=now, without=enough)
            if who is not None:
                await offer_first(row, who, now)
                tx.tell(TicketPassedOn(row.id, "opened"), at=now)
                offered += 1
            elif not enough:
                break
    return offered
