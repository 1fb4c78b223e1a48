"""柜台: a customer wants a person; the staff are told, once per open request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shop.events import PersonWanted
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.records.desk import Ticket
from shop.transaction import run_sql, transaction


@dataclass(frozen=True, slots=True)
class Request:
    id: int
    person: PersonId
    room: RoomId | None
    why: str
    opened_at: datetime
    is_new: bool = True


async def want_person(
    shop: ShopId, who: PersonId, why: str, *, room: RoomId | None, now: datetime
) -> Request:
    """转人工: opens a request and tells the staff, or gives the one that is open already."""
    async with transaction() as tx:
        request = await _open(shop, who, why, room, now)
        if request.is_new:
            tx.tell(PersonWanted(request.id, why), at=now)
        return request


async def pass_on(
    shop: ShopId, who: PersonId, question: str, *, room: RoomId | None, now: datetime
) -> Request:
    """A question that only a person can answer: the staff hear each one, under one open request."""
    async with transaction() as tx:
        request = await _open(shop, who, question, room, now)
        tx.tell(PersonWanted(request.id, question), at=now)
        return request


async def _open(shop: ShopId, who: PersonId, why: str, room: RoomId | None, now: datetime) -> Request:
    opened = await run_sql(
        "INSERT INTO ticket (shop_id, person_id, room_id, why, state, opened_at) VALUES (?, ?, ?, ?, 'open', ?) "
        "ON CONFLICT (person_id) WHERE state = 'open' DO NOTHING RETURNING id",
        [shop, who, room, why[:200], now],
    )
    return _request(await Ticket.get(person_id=who, state="open"), is_new=bool(opened))


async def request(id: int) -> Request:
    return _request(await Ticket.get(id=id))


def _request(row: Ticket, *, is_new: bool = True) -> Request:
    room = RoomId(row.room_id) if row.room_id is not None else None
    return Request(row.id, PersonId(row.person_id), room, row.why, row.opened_at, is_new)
