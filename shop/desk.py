"""柜台: a customer wants a person; one agent takes it, answers, and gives it back. One ticket a customer, at most.
What the shop found itself (shop/matters.py) is taken, noted and ended in the same way; there is nobody to answer.

While it is in hands the bot is silent for this customer, wherever he is; it goes on for everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shop import agents, mail, people
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
from shop.records.mail import Talk
from shop.refusals import NoCustomer, NoSuchTicket, TicketOver, TicketTaken
from shop.rows import change, read
from shop.rules.tickets import IN_HANDS, LIFE, Clocks, State, due_at, goal
from shop.transaction import run_sql, transaction

LONGEST_WHY, LONGEST_LINE = 200, 2000
ASK_AGAIN_FOR = timedelta(minutes=30)  # an interrupted question, after a person has served


@dataclass(frozen=True, slots=True)
class Request:
    """A ticket as everybody outside sees it."""

    id: int
    shop: ShopId
    customer: PersonId | None  # None: a matter of the shop itself
    room: RoomId | None
    why: str
    opened_at: datetime
    is_new: bool = True
    state: State = State.OPEN
    owner: PersonId | None = None
    offered: PersonId | None = None
    owed_since: datetime | None = None
    rating: int | None = None
    skill: str = ""
    passed: int = 0  # how often somebody did not take it, or had it and fell silent
    is_rated_now: bool = False  # it is over, and the customer may say how it was
    by_hand: bool = False  # taken by typing on the account's own phone
    alarm: int | None = None  # what a matter is about

    @property
    def person(self) -> PersonId:
        """Raises NoCustomer."""
        if self.customer is None:
            raise NoCustomer(self.id)
        return self.customer

    @property
    def in_hands(self) -> bool:
        return self.state in IN_HANDS

    @property
    def closed(self) -> bool:
        return self.state is State.CLOSED


@dataclass(frozen=True, slots=True)
class Line:
    """One line under a ticket: kind is customer, agent, note or event."""

    id: int
    ticket: int
    kind: str
    person: PersonId | None
    text: str
    at: datetime
    picture: PictureId | None = None


# ── wanting a person ────────────────────────────────────────────────────────────────────────────────────────────


async def want_person(
    shop: ShopId, who: PersonId, why: str, *, room: RoomId | None, now: datetime, skill: str = ""
) -> Request:
    """转人工: opens a ticket and tells an agent, or gives the one that is not over."""
    async with transaction() as tx:
        request = await _open(shop, who, why, room, now, skill)
        if request.is_new:
            tx.tell(PersonWanted(request.id, why[:LONGEST_LINE]), at=now)
        return request


async def pass_on(
    shop: ShopId, who: PersonId, question: str, *, room: RoomId | None, now: datetime, skill: str = ""
) -> Request:
    """A question that only a person can answer: each one is told, under one ticket."""
    async with transaction() as tx:
        request = await _open(shop, who, question, room, now, skill)
        if not request.is_new:
            await _write(request.id, "customer", who, question, now)
        tx.tell(PersonWanted(request.id, question[:LONGEST_LINE], not request.is_new), at=now)
        return request


async def _open(
    shop: ShopId, who: PersonId, why: str, room: RoomId | None, now: datetime, skill: str
) -> Request:
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
            await _write(row.id, "customer", who, why, now)
            return _request(row)
        before = await read(Ticket, "WHERE person_id = ? AND state <> 'closed'", [who])
    return _request(before[0], is_new=False)


async def _who_knows(who: PersonId, since: datetime) -> PersonId | None:
    """Who spoke with this customer last, if that was a short while ago."""
    last = await read(
        Ticket,
        "WHERE person_id = ? AND state = 'closed' AND closed_at > ? AND owner_id IS NOT NULL ORDER BY id DESC LIMIT 1",
        [who, since],
    )
    return PersonId(last[0].owner_id) if last and last[0].owner_id is not None else None


# ── the agent ───────────────────────────────────────────────────────────────────────────────────────────────────


async def claim(shop: ShopId, id: int, agent: PersonId, *, now: datetime) -> Request:
    """接: one of those who want it gets it. His own again is no fault. Raises NoSuchTicket, TicketTaken, TicketOver."""
    async with transaction() as tx:
        row = await _locked(shop, id)
        if row.owner_id == agent and row.state in IN_HANDS:
            return _request(row)
        if row.state in IN_HANDS:
            raise TicketTaken(row.id, await agents.name_of(row.owner_id))
        talk = await _put_talk_aside(row.person_id, now)
        await _step(
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
        await _write(row.id, "event", agent, "接了", now)
        if row.person_id is not None:
            tx.tell(TicketClaimed(row.id, agent), at=now)
        return _request(row)


async def start(
    shop: ShopId, who: PersonId, agent: PersonId, why: str, *, room: RoomId | None, now: datetime
) -> Request:
    """接管: an agent takes over a customer who has not asked. Raises TicketTaken."""
    async with transaction():
        opened = await _open(shop, who, why, room, now, "")
        return await claim(shop, opened.id, agent, now=now)


async def answer(
    shop: ShopId, id: int, agent: PersonId, text: str, *, now: datetime, picture: PictureId | None = None
) -> Line:
    """What the agent says or shows to this customer and nobody else; a ticket that waits is his with it. Raises
    NoSuchTicket, NoCustomer, TicketTaken, TicketOver."""
    async with transaction() as tx:
        row = await _locked(shop, id)
        if row.person_id is None:
            raise NoCustomer(id)
        if row.state == State.OPEN:
            await claim(shop, id, agent, now=now)
            row = await _locked(shop, id)
        _must_be_his(row, agent, await agents.name_of(row.owner_id))
        since = row.owed_since if row.answered_at else row.queued_at
        late = since is not None and now - since > goal(clocks_of(row), await limits_of(shop))
        await _step(
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
        line = await _write(row.id, "agent", agent, text, now, picture)
        tx.tell(AgentAnswered(line.id), at=now)
        return line


async def unsaid(id: int, message: MessageId, *, now: datetime) -> None:
    """撤回: what an agent said by this message did not go out. The customer is owed his answer again."""
    async with transaction():
        (row,) = await read(Ticket, "WHERE id = ?", [id], lock="FOR UPDATE")
        gone = "DELETE FROM ticket_line WHERE ticket_id = ? AND message = ? AND kind = 'agent' RETURNING person_id"
        agent = _person((await run_sql(gone, [id, message]))[0]["person_id"])
        first = await read(TicketLine, "WHERE ticket_id = ? AND kind = 'agent' ORDER BY id LIMIT 1", [id])
        row.answered_at = first[0].at if first else None
        answers = max(0, row.answers - 1)
        await change(Ticket, "WHERE id = ?", [id], answers=answers, answered_at=row.answered_at)
        if row.state == State.WAITING:
            await _step(row, "unsaid", now, owed_since=now, reminded=False)
        await _write(id, "event", agent, "撤回了一句，没发出", now)


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
        opened = await _open(shop, who, text, room, now, "")
        agent = opened.owner or opened.offered or next(iter(await people.staff(shop, people.OWNER)), None)
        if agent is None:
            return None
        row = await _locked(shop, opened.id)
        if row.state not in IN_HANDS:
            talk = [*(row.talk or []), *await _put_talk_aside(who, now)] or None
            taken = {"owner_id": agent, "offered_id": None, "offered_at": None, "talk": talk, "by_hand": True}
            await _step(row, "claimed", now, claimed_at=row.claimed_at or now, **taken)
            tx.tell(TakenByHand(row.id), at=now)
        first = row.answered_at or now
        await _step(row, "answered", now, answered_at=first, owed_since=None, heard_at=now, reminded=False)
        await _write(row.id, "agent", agent, text, now, picture)
        return _request(row)


async def note(shop: ShopId, id: int, agent: PersonId, text: str, *, now: datetime) -> Line:
    """备注: for the shop only; it never leaves. Also under a ticket that is over. Raises NoSuchTicket."""
    async with transaction():
        row = await _locked(shop, id)
        if row.person_id is None and row.owner_id == agent and row.state in IN_HANDS:
            row.owed_since = now  # he is at it
            at = due_at(clocks_of(row), await limits_of(shop))
            await change(Ticket, "WHERE id = ?", [id], owed_since=now, due_at=at)
        return await _write(row.id, "note", agent, text, now)


async def transfer(
    shop: ShopId, id: int, by: PersonId, *, to: PersonId | None = None, skill: str = "", now: datetime
) -> Request:
    """转: to somebody, or to whoever knows the matter; until he takes it the bot is back. Raises NoSuchTicket,
    TicketTaken, TicketOver."""
    async with transaction() as tx:
        row = await _locked(shop, id)
        if row.state in IN_HANDS:
            _must_be_his(row, by, await agents.name_of(row.owner_id))
        offered = to or await agents.next_for(shop, skill or row.skill, now=now, without=(by,))
        await _offer(row, "transferred", offered, now, skill=skill or row.skill)
        await _write(row.id, "event", by, f"转给{await agents.name_of(offered) or skill or '下一位'}", now)
        tx.tell(TicketPassedOn(row.id, "transferred"), at=now)
        return _request(row)


async def end(shop: ShopId, id: int, by: PersonId, *, now: datetime) -> Request:
    """完: the bot is back. Whoever has it ends it; one that nobody has, anybody. Raises NoSuchTicket, TicketTaken,
    TicketOver."""
    async with transaction():
        row = await _locked(shop, id)
        if row.state in IN_HANDS:
            _must_be_his(row, by, await agents.name_of(row.owner_id))
        return await _end(row, "ended", by, now)


async def solved(id: int, *, now: datetime) -> Request | None:
    """不用了: the customer needs nobody any more. None when it is over already."""
    async with transaction():
        rows = await read(Ticket, "WHERE id = ? AND state <> 'closed'", [id], lock="FOR UPDATE")
        return await _end(rows[0], "solved", _person(rows[0].person_id), now) if rows else None


async def close_idle(row: Ticket, now: datetime) -> None:
    await _end(row, "idle", None, now)


async def _end(row: Ticket, event: str, by: PersonId | None, now: datetime) -> Request:
    """The questions that were open when a person took over are asked again: by whoever tells of this event."""
    limits = await limits_of(row.shop_id)
    had_owner = row.owner_id is not None
    talk = row.talk
    await _step(
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
    await _write(row.id, "event", by, said, now)
    asked = await _bring_talk_back(row.person_id, talk or [], now)
    async with transaction() as tx:
        tx.tell(TicketEnded(row.id, event, had_owner, tuple(asked)), at=now)
    return _request(row)


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
        line = await _write(row.id, "customer", _person(row.person_id), text, now, picture)
        if row.state in IN_HANDS:
            await _step(row, "buyer_wrote", now, heard_at=now, owed_since=row.owed_since or now)
            tx.tell(CustomerWrote(line.id), at=now)
        return _request(row)


async def rate(who: PersonId, stars: int, words: str = "", *, now: datetime) -> bool:
    """服务评分: once, for the last person who served, while it is asked for; with a word about it, or without."""
    async with transaction():
        rated = await run_sql(
            "UPDATE ticket SET rating = ? WHERE id = (SELECT id FROM ticket WHERE person_id = ? AND state = 'closed' "
            "AND rate_until > ? AND rating IS NULL ORDER BY id DESC LIMIT 1) AND rating IS NULL RETURNING id",
            [stars, who, now],
        )
        if rated and words:
            await _write(int(rated[0]["id"]), "customer", who, words, now)
        return bool(rated)


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def request(id: int) -> Request:
    return _request(await Ticket.get(id=id))


async def find(shop: ShopId, id: int) -> Request | None:
    rows = await read(Ticket, "WHERE id = ? AND shop_id = ?", [id, shop])
    return _request(rows[0]) if rows else None


async def owned_by(agent: PersonId) -> tuple[Request, ...]:
    """The customers whom this agent has in hand."""
    which = "WHERE owner_id = ? AND person_id IS NOT NULL AND state IN ('active', 'waiting') ORDER BY id"
    rows = await read(Ticket, which, [agent])
    return tuple(_request(row) for row in rows)


async def of_customer(person: PersonId) -> Request | None:
    """The ticket of this customer that is not over."""
    rows = await read(Ticket, "WHERE person_id = ? AND state <> 'closed'", [person])
    return _request(rows[0]) if rows else None


async def last_answered(agent: PersonId) -> int | None:
    """The ticket under which this agent spoke last."""
    rows = await run_sql(
        "SELECT ticket_id FROM ticket_line WHERE kind = 'agent' AND person_id = ? ORDER BY id DESC LIMIT 1",
        [agent],
    )
    return int(rows[0]["ticket_id"]) if rows else None


async def was_told(person: PersonId, about: str, *, since: datetime) -> bool:
    """Does a line that begins with these words stand under a ticket of this customer?"""
    found = await run_sql(
        "SELECT 1 AS one FROM ticket_line AS line JOIN ticket AS t ON t.id = line.ticket_id WHERE t.person_id = ? "
        "AND line.kind = 'customer' AND line.at > ? AND substr(line.text, 1, ?) = ? LIMIT 1",
        [person, since, len(about), about],
    )
    return bool(found)


async def living(shop: ShopId) -> tuple[Request, ...]:
    """Every ticket that is not over, the oldest first."""
    rows = await read(Ticket, "WHERE shop_id = ? AND state <> 'closed' ORDER BY id", [shop])
    return tuple(_request(row) for row in rows)


async def line(id: int) -> Line:
    (row,) = await read(TicketLine, "WHERE id = ?", [id])
    return _line(row)


async def lines(ticket: int) -> tuple[Line, ...]:
    return tuple(_line(row) for row in await read(TicketLine, "WHERE ticket_id = ? ORDER BY id", [ticket]))


# ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _locked(shop: ShopId, id: int) -> Ticket:
    rows = await read(Ticket, "WHERE id = ? AND shop_id = ?", [id, shop], lock="FOR UPDATE")
    if not rows:
        raise NoSuchTicket(id)
    return rows[0]


def _must_be_his(row: Ticket, agent: PersonId, owner: str) -> None:
    if row.state == State.CLOSED:
        raise TicketOver(row.id)
    if row.owner_id != agent:
        raise TicketTaken(row.id, owner)


async def _step(row: Ticket, event: str, now: datetime, **columns: Any) -> None:
    """By the table of its life and in one conditional statement; the row says afterwards what the database says."""
    end = LIFE.after(State(row.state), event)
    if end is None:
        raise TicketOver(row.id)
    before = row.state
    for name, value in {"state": end, **columns}.items():
        setattr(row, name, value)
    if end is not State.CLOSED:
        row.due_at = columns["due_at"] = due_at(clocks_of(row), await limits_of(row.shop_id))
    if not await change(Ticket, "WHERE id = ? AND state = ?", [row.id, before], state=str(end), **columns):
        raise TicketOver(row.id)


def clocks_of(row: Ticket) -> Clocks:
    return Clocks(
        State(row.state),
        row.queued_at or row.opened_at,
        row.heard_at or row.opened_at,
        row.offered_at,
        row.owed_since,
        row.stage,
        row.reminded,
        row.by_hand,
        row.answered_at is not None,
        row.person_id is None,
    )


async def offer_again(row: Ticket, event: str, offered: PersonId | None, now: datetime) -> None:
    """Nobody took it, or whoever had it fell silent: somebody else is asked."""
    await _offer(row, event, offered, now, skill=row.skill, passed=row.passed + 1)


async def offer_anew(row: Ticket, offered: PersonId | None, now: datetime) -> None:
    """As on its first day."""
    await _offer(row, "not_claimed", offered, now, skill=row.skill, queued_at=now, stage=0)


async def offer_first(row: Ticket, offered: PersonId, now: datetime) -> None:
    """Somebody has come to work: for whoever wrote while nobody was there, the wait begins now."""
    begins = {"asked_at": now, "queued_at": now, "stage": 0} if row.asked_at is None else {}
    await _offer(row, "not_claimed", offered, now, skill=row.skill, **begins)


async def _offer(row: Ticket, event: str, offered: PersonId | None, now: datetime, **columns: Any) -> None:
    at = now if row.person_id is not None else await agents.awake_at(ShopId(row.shop_id), now=now)
    was_in_hands = row.state in IN_HANDS
    queued = {"queued_at": at, "stage": 0, "owed_since": None, "reminded": False} if was_in_hands else {}
    asked = {"owner_id": None, "offered_id": offered, "offered_at": at if offered else None, "by_hand": False}
    await _step(row, event, now, **{**asked, **queued, **columns})
    await agents.given(ShopId(row.shop_id), offered, now=now)


async def write_down(ticket: int, text: str, *, now: datetime) -> Line:
    """What has become of it, as everybody at the desk reads it."""
    return await _write(ticket, "event", None, text, now)


async def _write(
    ticket: int,
    kind: str,
    person: PersonId | None,
    text: str,
    now: datetime,
    picture: PictureId | None = None,
) -> Line:
    row = await TicketLine.create(
        ticket_id=ticket,
        kind=kind,
        person_id=person,
        text=text[:LONGEST_LINE],
        message=mail.CAUSE.get(),
        picture=picture,
        at=now,
    )
    return _line(row)


async def _put_talk_aside(person: int | None, now: datetime) -> list[dict[str, Any]]:
    """The questions that the bot has open with this customer, taken off the table."""
    if person is None:
        return []
    rows = await read(Talk, "WHERE person_id = ? AND until > ? ORDER BY id", [person, now], lock="FOR UPDATE")
    await run_sql("DELETE FROM talk WHERE person_id = ? AND place >= 0", [person])
    return [{"place": row.place, "state": row.state} for row in rows if row.state.get("prompt")]


async def _bring_talk_back(person: int | None, talk: list[dict[str, Any]], now: datetime) -> list[int]:
    """Back on the table for as long as it was aside; gives the places. What has begun meanwhile stays."""
    places = list[int]()
    if person is None:
        return places
    for one in talk:
        if await mail.talk(one["place"], person, now=now) is None:
            await mail.keep_talk(one["place"], person, one["state"], now + ASK_AGAIN_FOR)
            places.append(int(one["place"]))
    return places


def _request(row: Ticket, *, is_new: bool = True) -> Request:
    return Request(
        row.id,
        ShopId(row.shop_id),
        _person(row.person_id),
        RoomId(row.room_id) if row.room_id is not None else None,
        row.why,
        row.opened_at,
        is_new,
        State(row.state),
        _person(row.owner_id),
        _person(row.offered_id),
        row.owed_since,
        row.rating,
        row.skill,
        row.passed,
        row.rate_until is not None and row.rating is None,
        row.by_hand,
        row.alarm_id,
    )


def _line(row: TicketLine) -> Line:
    picture = PictureId(row.picture) if row.picture is not None else None
    return Line(row.id, row.ticket_id, row.kind, _person(row.person_id), row.text, row.at, picture)


def _person(id: int | None) -> PersonId | None:
    return PersonId(id) if id is not None else None
