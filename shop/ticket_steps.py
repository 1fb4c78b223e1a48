"""找人单的一步: a ticket goes on by the table of its life, in one statement; who is asked to take it, what is written under
it, and the questions of the bot that lie aside meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shop import agents, mail
from shop.desk_limits import limits_of
from shop.kit.ids import PersonId, PictureId, ShopId
from shop.records.desk import Ticket, TicketLine
from shop.records.mail import Talk
from shop.refusals import NoSuchTicket, TicketOver, TicketTaken
from shop.rows import change, read
from shop.rules.tickets import IN_HANDS, LIFE, Clocks, State, due_at
from shop.tickets import Line, line_of
from shop.transaction import run_sql

LONGEST_LINE = 2000
ASK_AGAIN_FOR = timedelta(minutes=30)  # an interrupted question, after a person has served


async def locked(shop: ShopId, id: int) -> Ticket:
    """Nobody else changes it until the transaction is over. Raises NoSuchTicket."""
    rows = await read(Ticket, "WHERE id = ? AND shop_id = ?", [id, shop], lock="FOR UPDATE")
    if not rows:
        raise NoSuchTicket(id)
    return rows[0]


def must_be_his(row: Ticket, agent: PersonId, owner: str) -> None:
    """Raises TicketOver, TicketTaken; `owner` is the name of whoever has it."""
    if row.state == State.CLOSED:
        raise TicketOver(row.id)
    if row.owner_id != agent:
        raise TicketTaken(row.id, owner)


async def step(row: Ticket, event: str, now: datetime, **columns: Any) -> None:
    """By the table of its life and in one conditional statement; the row says afterwards what the database says. Raises
    TicketOver where there is no such step."""
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
    await hand_on(row, event, offered, now, skill=row.skill, passed=row.passed + 1)


async def offer_anew(row: Ticket, offered: PersonId | None, now: datetime) -> None:
    """As on its first day."""
    await hand_on(row, "not_claimed", offered, now, skill=row.skill, queued_at=now, stage=0)


async def offer_first(row: Ticket, offered: PersonId, now: datetime) -> None:
    """Somebody has come to work: for whoever wrote while nobody was there, the wait begins now."""
    begins = {"asked_at": now, "queued_at": now, "stage": 0} if row.asked_at is None else {}
    await hand_on(row, "not_claimed", offered, now, skill=row.skill, **begins)


async def hand_on(row: Ticket, event: str, offered: PersonId | None, now: datetime, **columns: Any) -> None:
    """It waits to be taken by whoever is asked now; for a matter of the shop's own nobody is woken."""
    at = now if row.person_id is not None else await agents.awake_at(ShopId(row.shop_id), now=now)
    was_in_hands = row.state in IN_HANDS
    queued = {"queued_at": at, "stage": 0, "owed_since": None, "reminded": False} if was_in_hands else {}
    asked = {"owner_id": None, "offered_id": offered, "offered_at": at if offered else None, "by_hand": False}
    await step(row, event, now, **{**asked, **queued, **columns})
    await agents.given(ShopId(row.shop_id), offered, now=now)


async def write_down(ticket: int, text: str, *, now: datetime) -> Line:
    """What has become of it, as everybody at the desk reads it."""
    return await write(ticket, "event", None, text, now)


async def write(
    ticket: int,
    kind: str,
    person: PersonId | None,
    text: str,
    now: datetime,
    picture: PictureId | None = None,
) -> Line:
    """`kind` is customer, agent, note or event; with the message that led to it."""
    row = await TicketLine.create(
        ticket_id=ticket,
        kind=kind,
        person_id=person,
        text=text[:LONGEST_LINE],
        message=mail.CAUSE.get(),
        picture=picture,
        at=now,
    )
    return line_of(row)


async def put_talk_aside(person: int | None, now: datetime) -> list[dict[str, Any]]:
    """The questions that the bot has open with this customer, taken off the table."""
    if person is None:
        return []
    rows = await read(Talk, "WHERE person_id = ? AND until > ? ORDER BY id", [person, now], lock="FOR UPDATE")
    await run_sql("DELETE FROM talk WHERE person_id = ? AND place >= 0", [person])
    return [{"place": row.place, "state": row.state} for row in rows if row.state.get("prompt")]


async def bring_talk_back(person: int | None, talk: list[dict[str, Any]], now: datetime) -> list[int]:
    """Back on the table for as long as it was aside; gives the places. What has begun meanwhile stays."""
    places = list[int]()
    if person is None:
        return places
    for one in talk:
        if await mail.talk(one["place"], person, now=now) is None:
            await mail.keep_talk(one["place"], person, one["state"], now + ASK_AGAIN_FOR)
            places.append(int(one["place"]))
    return places
