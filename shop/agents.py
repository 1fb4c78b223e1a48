"""客服: who is at work, who gets the next customer, and when somebody is back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from hmac import compare_digest
from json import dumps
from typing import Any
from zoneinfo import ZoneInfo

from shop import mail, people
from shop.desk_limits import limits_of
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.records.desk import DeskAgent, DeskHours, DeskRoom
from shop.records.mail import Talk
from shop.records.people import Person
from shop.records.shops import Shop
from shop.rows import as_json, as_moment, read
from shop.rules.hours import Hours, parse
from shop.rules.night import Night
from shop.rules.tickets import Candidate, next_agent, usual_wait
from shop.transaction import run_sql, transaction

SIGNING_IN = -1  # where a code of the desk is kept, among the things that people have begun
AWAY = -2  # and that somebody was told when the shop is back
SPOKE = timedelta(minutes=5)  # an agent so short a while ago: nobody is told that the shop is away
DID_NOT_TAKE, MOST_ASKED = "没接", 2  # times that one agent is asked to take one ticket, on one day
STAFF = (people.AGENT, people.MANAGER, people.OWNER)


async def next_for(
    shop: ShopId,
    skill: str,
    *,
    now: datetime,
    prefer: PersonId | None = None,
    without: Collection[PersonId] = (),
) -> PersonId | None:
    """Who is asked next; None when nobody is at work or all have their hands full."""
    if not await are_open(shop, now=now):
        return None
    return next_agent(await _at_work(shop), skill=skill, prefer=prefer, without=without)


async def _at_work(shop: ShopId) -> list[Candidate]:
    """Agents who are at work; where the shop has no agents, whoever owns it."""
    rows = await run_sql(
        "SELECT s.role, s.person_id, a.on_duty, a.most, a.skills, a.given_at, "
        "(SELECT count(*) FROM ticket AS t WHERE t.person_id IS NOT NULL AND ((t.owner_id = s.person_id "
        "AND t.state IN ('active', 'waiting')) OR (t.offered_id = s.person_id AND t.state = 'open'))) AS load "
        "FROM staff AS s LEFT JOIN desk_agent AS a ON a.person_id = s.person_id AND a.shop_id = s.shop_id "
        "WHERE s.shop_id = ? ORDER BY s.id",
        [shop],
    )
    for role in STAFF:
        if mine := [row for row in rows if row["role"] == role]:
            most = (await limits_of(shop)).most
            return [_candidate(row, most) for row in mine if row["on_duty"] in (None, True, 1)]
    return []


def _candidate(row: Any, most: int) -> Candidate:
    given, skills = row["given_at"], row["skills"]
    return Candidate(
        PersonId(int(row["person_id"])),
        int(row["load"]),
        as_moment(given) if given is not None else None,
        int(row["most"] or most),
        frozenset(as_json(skills) or ()),
    )


async def given(shop: ShopId, agent: PersonId | None, *, now: datetime) -> None:
    """He was asked a moment ago, so the next one goes to somebody else."""
    if agent is not None:
        await run_sql(
            "INSERT INTO desk_agent (shop_id, person_id, given_at, most) VALUES (?, ?, ?, 0) "
            "ON CONFLICT (shop_id, person_id) DO UPDATE SET given_at = excluded.given_at",
            [shop, agent, now],
        )


async def asked_enough(ticket: int, *, since: datetime) -> frozenset[PersonId]:
    """Who was asked to take it twice since then, and did not."""
    rows = await run_sql(
        "SELECT person_id FROM ticket_line WHERE ticket_id = ? AND kind = 'event' AND text = ? AND at >= ? "
        f"GROUP BY person_id HAVING count(*) >= {MOST_ASKED}",
        [ticket, DID_NOT_TAKE, since],
    )
    return frozenset(PersonId(int(row["person_id"])) for row in rows)


async def set_duty(shop: ShopId, agent: PersonId, *, at_work: bool) -> None:
    """上班、下班. What he has in hand stays his."""
    async with transaction():
        await run_sql(
            "INSERT INTO desk_agent (shop_id, person_id, on_duty, most) VALUES (?, ?, ?, 0) "
            "ON CONFLICT (shop_id, person_id) DO UPDATE SET on_duty = excluded.on_duty",
            [shop, agent, at_work],
        )


async def set_most(shop: ShopId, agent: PersonId, most: int) -> None:
    """How many customers he has at once; 0: as many as the shop has settled."""
    async with transaction():
        await run_sql(
            "INSERT INTO desk_agent (shop_id, person_id, most) VALUES (?, ?, ?) "
            "ON CONFLICT (shop_id, person_id) DO UPDATE SET most = excluded.most",
            [shop, agent, most],
        )


async def set_skills(shop: ShopId, agent: PersonId, skills: Sequence[str]) -> None:
    """What he knows about, 售后 or 批发; nothing named means everything."""
    async with transaction():
        await run_sql(
            "INSERT INTO desk_agent (shop_id, person_id, skills, most) VALUES (?, ?, ?, 0) "
            "ON CONFLICT (shop_id, person_id) DO UPDATE SET skills = excluded.skills",
            [shop, agent, dumps(list(skills)) if skills else None],
        )


async def at_work(shop: ShopId) -> tuple[PersonId, ...]:
    return tuple(one.person for one in await _at_work(shop))


async def are_there(shop: ShopId, *, now: datetime) -> bool:
    """Is anybody at work, however busy?"""
    return await are_open(shop, now=now) and bool(await _at_work(shop))


async def is_on_duty(shop: ShopId, agent: PersonId) -> bool:
    rows = await read(DeskAgent, "WHERE shop_id = ? AND person_id = ?", [shop, agent])
    return not rows or rows[0].on_duty


async def named(shop: ShopId, name: str) -> PersonId | None:
    """The one of the staff who goes by this name; None when there is none, or more than one."""
    staff = set(await people.staff(shop))
    found = [person for person in await people.named(shop, name) if person in staff]
    return found[0] if len(found) == 1 else None


async def name_of(agent: int | None) -> str:
    rows = await read(Person, "WHERE id = ?", [agent]) if agent is not None else []
    return rows[0].name if rows else ""


# ── signing in at the desk ──────────────────────────────────────────────────────────────────────────────────────


async def sign_in(agent: PersonId, code: str, *, until: datetime) -> None:
    """登录 48291375: the page that shows this code is his."""
    await mail.keep_talk(SIGNING_IN, agent, {"code": code}, until)


async def signed_in(code: str, *, now: datetime) -> PersonId | None:
    """Whose page this is, once: a code is good for one."""
    if not code:
        return None
    for row in await read(Talk, "WHERE place = ? AND until > ?", [SIGNING_IN, now], lock="FOR UPDATE"):
        if compare_digest(str(row.state.get("code", "")).encode(), code.encode()):
            await mail.drop_talk(SIGNING_IN, row.person_id)
            return PersonId(row.person_id)
    return None


# ── hours ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def set_hours(shop: ShopId, weekly: Sequence[str], holidays: Sequence[str]) -> None:
    """As the config says it. Raises ValueError for a line that says something else."""
    parse(weekly, holidays, "UTC")
    async with transaction():
        await run_sql(
            "INSERT INTO desk_hours (shop_id, weekly, holidays) VALUES (?, ?, ?) "
            "ON CONFLICT (shop_id) DO UPDATE SET weekly = excluded.weekly, holidays = excluded.holidays",
            [shop, dumps(list(weekly)), dumps(list(holidays))],
        )


async def close_early(shop: ShopId, *, until: datetime) -> None:
    """今天早打烊: nobody is there until then."""
    async with transaction():
        await run_sql(
            "INSERT INTO desk_hours (shop_id, weekly, holidays, shut_until) VALUES (?, '[]', '[]', ?) "
            "ON CONFLICT (shop_id) DO UPDATE SET shut_until = excluded.shut_until",
            [shop, until],
        )


async def are_open(shop: ShopId, *, now: datetime) -> bool:
    hours, shut_until = await _hours(shop)
    return hours.are_open(now) and not (shut_until and now < shut_until)


async def back_at(shop: ShopId, *, now: datetime) -> datetime | None:
    """When somebody is there again, in local time; None while the shop is open."""
    hours, shut_until = await _hours(shop)
    if hours.are_open(now) and not (shut_until and now < shut_until):
        return None
    return hours.next_opening(max(now, shut_until - timedelta(seconds=1)) if shut_until else now)


async def awake_at(shop: ShopId, *, now: datetime) -> datetime:
    """When somebody may be asked who need not be woken: now, in the morning, or when the shop opens."""
    (home,) = await read(Shop, "WHERE id = ?", [shop])
    opens = await back_at(shop, now=now)
    return Night(home.tz).over(max(now, opens.astimezone(now.tzinfo)) if opens else now)


async def next_morning(shop: ShopId, *, after: datetime) -> datetime:
    """When the shop's day begins again: after a night this morning, else tomorrow."""
    begins = await awake_at(shop, now=after)
    if begins > after:
        return begins
    (home,) = await read(Shop, "WHERE id = ?", [shop])
    zone = ZoneInfo(home.tz)
    midnight = datetime.combine(after.astimezone(zone).date() + timedelta(days=1), time(0), zone)
    return await awake_at(shop, now=midnight.astimezone(after.tzinfo))


async def may_tell_away(who: PersonId, *, now: datetime, until: datetime) -> bool:
    """Once until then, and not right after an agent has spoken with him; asking is telling."""
    if await mail.talk(AWAY, who, now=now) is not None or await _spoke_with(who, now - SPOKE):
        return False
    await mail.keep_talk(AWAY, who, {"told": True}, until)
    return True


async def _spoke_with(who: PersonId, since: datetime) -> bool:
    found = await run_sql(
        "SELECT 1 AS one FROM ticket_line AS line JOIN ticket AS t ON t.id = line.ticket_id "
        "WHERE t.person_id = ? AND line.kind = 'agent' AND line.at > ? LIMIT 1",
        [who, since],
    )
    return bool(found)


async def _hours(shop: ShopId) -> tuple[Hours, datetime | None]:
    rows = await read(DeskHours, "WHERE shop_id = ?", [shop])
    (home,) = await read(Shop, "WHERE id = ?", [shop])
    if not rows:
        return Hours(home.tz), None
    return parse(rows[0].weekly, rows[0].holidays, home.tz), rows[0].shut_until


# ── the queue, the service group ────────────────────────────────────────────────────────────────────────────────


async def queue_place(ticket: int) -> int:
    """How many wait longer than this one."""
    rows = await run_sql(
        "SELECT count(*) AS many FROM ticket AS t JOIN ticket AS mine ON mine.id = ? "
        "WHERE t.shop_id = mine.shop_id AND t.person_id IS NOT NULL AND t.state = 'open' AND t.id < mine.id",
        [ticket],
    )
    return int(rows[0]["many"])


async def wait_today(shop: ShopId, *, now: datetime) -> timedelta | None:
    """How long it usually took today until somebody came."""
    rows = await run_sql(
        "SELECT opened_at, claimed_at FROM ticket WHERE shop_id = ? AND person_id IS NOT NULL AND claimed_at > ? "
        "ORDER BY id DESC LIMIT 99",
        [shop, now - timedelta(days=1)],
    )
    return usual_wait(as_moment(row["claimed_at"]) - as_moment(row["opened_at"]) for row in rows)


async def make_service_room(shop: ShopId, room: RoomId, *, yes: bool = True) -> None:
    """客服群: cards go there, and what agents say by number is relayed; nothing is offered for sale in it."""
    async with transaction():
        if not yes:
            await run_sql("DELETE FROM desk_room WHERE room_id = ?", [room])
            return
        await run_sql(
            "INSERT INTO desk_room (shop_id, room_id) VALUES (?, ?) ON CONFLICT (room_id) DO NOTHING",
            [shop, room],
        )


async def service_rooms(shop: ShopId) -> tuple[RoomId, ...]:
    return tuple(RoomId(row.room_id) for row in await read(DeskRoom, "WHERE shop_id = ? ORDER BY id", [shop]))


async def is_service_room(room: RoomId) -> bool:
    return bool(await read(DeskRoom, "WHERE room_id = ?", [room]))
