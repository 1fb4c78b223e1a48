"""柜台: a customer wants a person; one agent takes it, answers, and gives it back. One ticket a customer, at most.
What the shop found itself (shop/matters.py) is taken, noted and ended in the same way; there is nobody to answer.

While it is in hands the bot is silent for this customer, wherever he is; it goes on for everybody else.
"""

from __future__ import annotations

from datetime import datetime

from shop import agents, people
from shop.desk_limits import limits_of
from shop.events import (
    AgentAnswered,
    CustomerWrote,
    PersonWanted,
    TakenByHand,
    TicketClaimed,
    TicketEnded,
    TicketPassedOn,
)
from shop.kit.ids import MessageId, PersonId, PictureId, RoomId, ShopId
from shop.records.desk import Ticket, TicketLine
from shop.refusals import NoCustomer, TicketTaken
from shop.rows import change, read
from shop.rules.tickets import IN_HANDS, State, due_at, goal
from shop.ticket_opening import open_ticket
from shop.ticket_steps import (
    LONGEST_LINE,
    bring_talk_back,
    clocks_of,
    hand_on,
    locked,
    must_be_his,
    put_talk_aside,
    step,
    write,
)
from shop.tickets import Line, Request, person_of, request_of
from shop.transaction import run_sql, transaction

# ── wanting a person ────────────────────────────────────────────────────────────────────────────────────────────


async def want_person(
    shop: ShopId, who: PersonId, why: str, *, room: RoomId | None, now: datetime, skill: str = ""
) -> Request:
    """转人工: opens a ticket and tells an agent, or gives the one that is not over."""
    async with transaction() as tx:
        request = await open_ticket(shop, who, why, room, now, skill)
        if request.is_new:
            tx.tell(PersonWanted(request.id, why[:LONGEST_LINE]), at=now)
        return request


async def pass_on(
    shop: ShopId, who: PersonId, question: str, *, room: RoomId | None, now: datetime, skill: str = ""
) -> Request:
    """A question that only a person can answer: each one is told, under one ticket."""
    async with transaction() as tx:
        request = await open_ticket(shop, who, question, room, now, skill)
        if not request.is_new:
            await write(request.id, "customer", who, question, now)
        tx.tell(PersonWanted(request.id, question[:LONGEST_LINE], not request.is_new), at=now)
        return request


# ── the agent ───────────────────────────────────────────────────────────────────────────────────────────────────


async def claim(shop: ShopId, id: int, agent: PersonId, *, now: datetime) -> Request:
    """接: one of those who want it gets it. His own again is no fault. Raises NoSuchTicket, TicketTaken, TicketOver."""
    async with transaction() as tx:
        row = await locked(shop, id)
        if row.owner_id == agent and row.state in IN_HANDS:
            return request_of(row)
        if row.state in IN_HANDS:
            raise TicketTaken(row.id, await agents.name_of(row.owner_id))
        talk = await put_talk_aside(row.person_id, now)
        await step(
            row,
            "claimed",
            now,
            owner_id=agent,
            offered_id=None,
            offered_at=None,
            claimed_at=row.claimed_at or now,
            owed_since=now,
            reminded=False,
            by_hand=False,
            talk=[*(row.talk or []), *talk] or None,
        )
        await write(row.id, "event", agent, "接了", now)
        if row.person_id is not None:
            tx.tell(TicketClaimed(row.id, agent), at=now)
        return request_of(row)


async def start(
    shop: ShopId, who: PersonId, agent: PersonId, why: str, *, room: RoomId | None, now: datetime
) -> Request:
    """接管: an agent takes over a customer who has not asked. Raises TicketTaken."""
    async with transaction():
        opened = await open_ticket(shop, who, why, room, now, "")
        return await claim(shop, opened.id, agent, now=now)


async def answer(
    shop: ShopId, id: int, agent: PersonId, text: str, *, now: datetime, picture: PictureId | None = None
) -> Line:
    """What the agent says or shows to this customer and nobody else; a ticket that waits is his with it. Raises
    NoSuchTicket, NoCustomer, TicketTaken, TicketOver."""
    async with transaction() as tx:
        row = await locked(shop, id)
        if row.person_id is None:
            raise NoCustomer(id)
        if row.state == State.OPEN:
            await claim(shop, id, agent, now=now)
            row = await locked(shop, id)
        must_be_his(row, agent, await agents.name_of(row.owner_id))
        since = row.owed_since if row.answered_at else row.queued_at
        late = since is not None and now - since > goal(clocks_of(row), await limits_of(shop))
        await step(
            row,
            "answered",
            now,
            answered_at=row.answered_at or now,
            owed_since=None,
            heard_at=now,
            reminded=False,
            answers=row.answers + 1,
            late_answers=row.late_answers + late,
            by_hand=False,
        )
        line = await write(row.id, "agent", agent, text, now, picture)
        tx.tell(AgentAnswered(line.id), at=now)
        return line


async def unsaid(id: int, message: MessageId, *, now: datetime) -> None:
    """撤回: what an agent said by this message did not go out. The customer is owed his answer again."""
    async with transaction():
        (row,) = await read(Ticket, "WHERE id = ?", [id], lock="FOR UPDATE")
        gone = "DELETE FROM ticket_line WHERE ticket_id = ? AND message = ? AND kind = 'agent' RETURNING person_id"
        agent = person_of((await run_sql(gone, [id, message]))[0]["person_id"])
        first = await read(TicketLine, "WHERE ticket_id = ? AND kind = 'agent' ORDER BY id LIMIT 1", [id])
        row.answered_at = first[0].at if first else None
        answers = max(0, row.answers - 1)
        await change(Ticket, "WHERE id = ?", [id], answers=answers, answered_at=row.answered_at)
        if row.state == State.WAITING:
            await step(row, "unsaid", now, owed_since=now, reminded=False)
        await write(id, "event", agent, "撤回了一句，没发出", now)


async def spoke_by_hand(
    shop: ShopId,
    who: PersonId,
    text: str,
    *,
    room: RoomId | None,
    now: datetime,
    picture: PictureId | None = None,
) -> Request | None:
    """Somebody typed to this customer on the account's own phone: from now on a person serves him. It counts for
    whoever has him or is asked to take him, else for the owner. None where nobody works in this shop."""
    async with transaction() as tx:
        opened = await open_ticket(shop, who, text, room, now, "")
        agent = opened.owner or opened.offered or next(iter(await people.staff(shop, people.OWNER)), None)
        if agent is None:
            return None
        row = await locked(shop, opened.id)
        if row.state not in IN_HANDS:
            talk = [*(row.talk or []), *await put_talk_aside(who, now)] or None
            taken = {"owner_id": agent, "offered_id": None, "offered_at": None, "talk": talk, "by_hand": True}
            await step(row, "claimed", now, claimed_at=row.claimed_at or now, **taken)
            tx.tell(TakenByHand(row.id), at=now)
        first = row.answered_at or now
        await step(row, "answered", now, answered_at=first, owed_since=None, heard_at=now, reminded=False)
        await write(row.id, "agent", agent, text, now, picture)
        return request_of(row)


async def note(shop: ShopId, id: int, agent: PersonId, text: str, *, now: datetime) -> Line:
    """备注: for the shop only; it never leaves. Also under a ticket that is over. Raises NoSuchTicket."""
    async with transaction():
        row = await locked(shop, id)
        if row.person_id is None and row.owner_id == agent and row.state in IN_HANDS:
            row.owed_since = now  # he is at it
            at = due_at(clocks_of(row), await limits_of(shop))
            await change(Ticket, "WHERE id = ?", [id], owed_since=now, due_at=at)
        return await write(row.id, "note", agent, text, now)


async def transfer(
    shop: ShopId, id: int, by: PersonId, *, to: PersonId | None = None, skill: str = "", now: datetime
) -> Request:
    """转: to somebody, or to whoever knows the matter; until he takes it the bot is back. Raises NoSuchTicket,
    TicketTaken, TicketOver."""
    async with transaction() as tx:
        row = await locked(shop, id)
        if row.state in IN_HANDS:
            must_be_his(row, by, await agents.name_of(row.owner_id))
        offered = to or await agents.next_for(shop, skill or row.skill, now=now, without=(by,))
        await hand_on(row, "transferred", offered, now, skill=skill or row.skill)
        await write(row.id, "event", by, f"转给{await agents.name_of(offered) or skill or '下一位'}", now)
        tx.tell(TicketPassedOn(row.id, "transferred"), at=now)
        return request_of(row)


async def end(shop: ShopId, id: int, by: PersonId, *, now: datetime) -> Request:
    """完: the bot is back. Whoever has it ends it; one that nobody has, anybody. Raises NoSuchTicket, TicketTaken,
    TicketOver."""
    async with transaction():
        row = await locked(shop, id)
        if row.state in IN_HANDS:
            must_be_his(row, by, await agents.name_of(row.owner_id))
        return await _end(row, "ended", by, now)


async def solved(id: int, *, now: datetime) -> Request | None:
    """不用了: the customer needs nobody any more. None when it is over already."""
    async with transaction():
        rows = await read(Ticket, "WHERE id = ? AND state <> 'closed'", [id], lock="FOR UPDATE")
        return await _end(rows[0], "solved", person_of(rows[0].person_id), now) if rows else None


async def close_idle(row: Ticket, now: datetime) -> None:
    await _end(row, "idle", None, now)


async def _end(row: Ticket, event: str, by: PersonId | None, now: datetime) -> Request:
    """The questions that were open when a person took over are asked again: by whoever tells of this event."""
    limits = await limits_of(row.shop_id)
    had_owner = row.owner_id is not None
    talk = row.talk
    await step(
        row,
        event,
        now,
        closed_at=now,
        ended=event,
        due_at=None,
        owed_since=None,
        talk=None,
        offered_id=None,
        offered_at=None,
        rate_until=now + limits.rate_within if had_owner and row.answers else None,
    )
    if row.person_id is None:
        said = "结束了" if event == "ended" else "自己好了"
    else:
        said = {"ended": "结束了", "solved": "顾客说好了"}.get(event, "一天没人说话")
    await write(row.id, "event", by, said, now)
    asked = await bring_talk_back(row.person_id, talk or [], now)
    async with transaction() as tx:
        tx.tell(TicketEnded(row.id, event, had_owner, tuple(asked)), at=now)
    return request_of(row)


# ── the customer ────────────────────────────────────────────────────────────────────────────────────────────────


async def customer_wrote(
    id: int, text: str, *, now: datetime, picture: PictureId | None = None
) -> Request | None:
    """What the customer says or shows while a person serves him (or while he waits for one). None when it is over."""
    async with transaction() as tx:
        rows = await read(Ticket, "WHERE id = ? AND state <> 'closed'", [id], lock="FOR UPDATE")
        if not rows:
            return None
        row = rows[0]
        line = await write(row.id, "customer", person_of(row.person_id), text, now, picture)
        if row.state in IN_HANDS:
            await step(row, "buyer_wrote", now, heard_at=now, owed_since=row.owed_since or now)
            tx.tell(CustomerWrote(line.id), at=now)
        return request_of(row)


async def rate(who: PersonId, stars: int, words: str = "", *, now: datetime) -> bool:
    """服务评分: once, for the last person who served, while it is asked for; with a word about it, or without."""
    async with transaction():
        rated = await run_sql(
            "UPDATE ticket SET rating = ? WHERE id = (SELECT id FROM ticket WHERE person_id = ? AND state = 'closed' "
            "AND rate_until > ? AND rating IS NULL ORDER BY id DESC LIMIT 1) AND rating IS NULL RETURNING id",
            [stars, who, now],
        )
        if rated and words:
            await write(int(rated[0]["id"]), "customer", who, words, now)
        return bool(rated)
