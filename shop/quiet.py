"""安静: who wants to hear less. 别发了 is kept at once: the rest of the day nothing unasked, and for a week less each
day; who leaves right after a post has said as much, and costs the week alike, and so have three who take their words back.
Whoever runs the group hears why, and may take it back."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from shop import mail, people
from shop.events import GroupIsTired
from shop.kit.ids import PersonId, RoomId
from shop.mail import posted_today
from shop.people import Room
from shop.records.people import Complaint
from shop.rules.manners import BECAUSE_OF_US, RECALLS_ARE_ONE, REMEMBERED, posts_a_day
from shop.transaction import run_sql, transaction


async def complain(room: RoomId, person: PersonId, kind: str, *, now: datetime) -> None:
    """别发了 by a member, or he left, or took his words back. The same person is counted once a week."""
    async with transaction() as tx:
        known = Complaint.filter(room_id=room, person_id=person, at__gt=now - REMEMBERED, taken_back=False)
        if await known.exists():
            return
        await Complaint.create(room_id=room, person_id=person, kind=kind, at=now)
        if kind == "recalled" and (await _of_a_week(room, now))["recalled"] % RECALLS_ARE_ONE:
            return
        tx.tell(GroupIsTired(room, person, kind), at=now)


async def left(room: people.Room, person: PersonId, *, now: datetime) -> bool:
    """退群. Counted when something unasked was posted there a moment ago; people have other reasons, too."""
    if not await mail.posted_today(room.channel, room.key, since=now - BECAUSE_OF_US):
        return False
    await complain(room.id, person, "left", now=now)
    return True


async def recalled(room: people.Room, person: PersonId, *, now: datetime) -> None:
    """撤回 of an order. Counted when something unasked was posted there a moment ago."""
    if await mail.posted_today(room.channel, room.key, since=now - BECAUSE_OF_US):
        await complain(room.id, person, "recalled", now=now)


async def hush(room: RoomId) -> None:
    """别发了 by who runs the group: nothing unasked any more, until he says so."""
    await people.mute(room)


async def speak_again(room: RoomId) -> None:
    """可以发了."""
    async with transaction():
        await people.mute(room, muted=False)
        await Complaint.filter(room_id=room, taken_back=False).update(taken_back=True)


async def may_post(room: Room, most: int, *, at: datetime, tz: str, now: datetime) -> bool:
    """May this group get one more promotion on the day of `at`, on which it will be said?"""
    if room.muted:
        return False
    midnight = datetime.combine(at.astimezone(ZoneInfo(tz)).date(), time(0), ZoneInfo(tz))
    posted = await posted_today(room.channel, room.key, since=midnight.astimezone(UTC))
    return posted < await allowed_today(room.id, most, now=now, midnight=midnight)


async def allowed_today(room: RoomId, most: int, *, now: datetime, midnight: datetime) -> int:
    """How many promotions this group may get today; none on a day on which somebody said that it is too much."""
    complaints = await _of_a_week(room, now)
    today = await Complaint.filter(room_id=room, kind="said", at__gte=midnight, taken_back=False).exists()
    return 0 if today else posts_a_day(most, complaints["said"] + complaints["left"], complaints["recalled"])


async def _of_a_week(room: RoomId, now: datetime) -> Counter[str]:
    """How many people complained, by the way they did."""
    rows = await run_sql(
        "SELECT kind, count(*) AS people FROM complaint WHERE room_id = ? AND at > ? AND NOT taken_back GROUP BY kind",
        [room, now - REMEMBERED],
    )
    return Counter({row["kind"]: int(row["people"]) for row in rows})
