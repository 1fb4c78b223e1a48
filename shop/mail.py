"""收发: every message is kept before it is read and worked through once; every letter goes out at least once.

The rows here are what makes kill -9 harmless: a message is `new` until the very transaction that did its work; a
letter is `new` or `sending` until a channel took it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any

from tortoise.expressions import F

from shop.events import Happening, from_row, to_row
from shop.kit.ids import LetterId, MessageId, PictureId
from shop.records.mail import Event, Letter, Message, Talk
from shop.rows import as_json, as_moment, read
from shop.rules.tickets import FACT_CARDS, SAID_ALL_THE_SAME
from shop.transaction import Told, run_sql, seen, transaction

MOST_ATTEMPTS = 5
CAUSE: ContextVar[int | None] = ContextVar("the message being worked through", default=None)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a channel delivered it; channel and channel_id together are unique for good."""

    channel: str
    channel_id: str
    room: str | None
    account: str
    name: str
    text: str
    sent_at: datetime
    extra: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    id: MessageId
    message: Incoming
    at: datetime  # when it was heard
    attempts: int = 0
    picture: PictureId | None = None  # what came with it


@dataclass(frozen=True, slots=True)
class Overheard:
    account: str
    name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewLetter:
    """Something to say. `key` makes it exist once; `fold` lets a newer one of the same place take its turn."""

    key: str
    channel: str
    room: str | None
    account: str | None
    lane: str
    body: dict[str, Any]
    not_before: datetime
    fold: str | None = None
    until: datetime | None = None
    ends: str | None = None  # the fold of which this is the last word; it waits for none of its pauses


@dataclass(frozen=True, slots=True)
class Sealed:
    """A letter on its way."""

    id: LetterId
    channel: str
    room: str | None
    account: str | None
    lane: str
    body: dict[str, Any]
    attempts: int
    cause: MessageId | None
    until: datetime | None
    event: int | None = None
    fold: str | None = None


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def keep(incoming: Incoming, *, now: datetime) -> tuple[MessageId, bool]:
    """Write it down before anything else; gives its number and whether it is new (False: seen before)."""
    return (await keep_all([incoming], now=now))[0]


async def keep_all(incoming: Sequence[Incoming], *, now: datetime) -> list[tuple[MessageId, bool]]:
    """Several at once, in this order and by one statement: all or none are written down."""
    values = [
        value
        for one in incoming
        for value in (
            one.channel,
            one.channel_id,
            one.room,
            one.account,
            one.name,
            one.text,
            dumps(one.extra) if one.extra else None,
            one.sent_at,
            now,
        )
    ]
    rows = await run_sql(
        "INSERT INTO message (channel, channel_id, room, account, name, text, extra, sent_at, kept_at, state) "
        f"VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?, ?, ' + repr('new') + ')'] * len(incoming))} "
        "ON CONFLICT (channel, channel_id) DO NOTHING RETURNING id, channel, channel_id",
        values,
    )
    new = {(row["channel"], row["channel_id"]): MessageId(int(row["id"])) for row in rows}
    numbers = list[tuple[MessageId, bool]]()
    for one in incoming:
        id = new.pop((one.channel, one.channel_id), None)
        numbers.append((id, True) if id is not None else (await _seen(one), False))
    return numbers


async def _seen(incoming: Incoming) -> MessageId:
    seen = await Message.filter(channel=incoming.channel, channel_id=incoming.channel_id).values("id")
    return MessageId(int(seen[0]["id"]))


async def waiting(after: int = 0, limit: int = 500) -> list[Kept]:
    """Messages kept but not worked through, oldest first: what a restart begins with."""
    rows = await Message.filter(state="new", id__gt=after).order_by("id").limit(limit)
    return [_kept(row) for row in rows]


async def begin(id: MessageId) -> Kept | None:
    """Inside the transaction that works it through: the message, locked; None when that is done already."""
    rows = await read(Message, "WHERE id = ? AND state = 'new'", [id], lock="FOR UPDATE")
    return _kept(rows[0]) if rows else None


async def finish(
    id: MessageId, letters: Sequence[NewLetter], trace: dict[str, Any], *, now: datetime
) -> None:
    """The last words of a message's transaction: its letters and its trace, together with what it did."""
    await write(letters, now=now, cause=id)
    await run_sql("UPDATE message SET state = 'done', trace = ? WHERE id = ?", [dumps(trace), id])


async def failed(id: MessageId, fault: str) -> bool:
    """A bug stopped the message. True when it will not be tried again (dead); then a person must look."""
    async with transaction():
        await Message.filter(id=id, state="new").update(attempts=F("attempts") + 1)
        dead = await Message.filter(id=id, state="new", attempts__gte=MOST_ATTEMPTS).update(
            state="dead", trace={"fault": fault}
        )
        return bool(dead)


async def message(id: MessageId) -> Kept:
    return _kept(await Message.get(id=id))


async def is_done(id: MessageId) -> bool:
    return not await Message.filter(id=id, state="new").exists()


async def has_written_privately(channel: str, account: str) -> bool:
    rows = await run_sql(
        "SELECT 1 FROM message WHERE channel = ? AND room IS NULL AND account = ? LIMIT 1", [channel, account]
    )
    return bool(rows)


async def speakers(channel: str, room: str, *, since: datetime) -> frozenset[str]:
    """The accounts that have spoken in this group since then, and of which a leave was not the last that was heard."""
    rows = await run_sql(
        "SELECT account, extra FROM message WHERE id IN (SELECT max(id) FROM message "
        "WHERE channel = ? AND room = ? AND kept_at >= ? GROUP BY account)",
        [channel, room, since],
    )
    return frozenset(str(row["account"]) for row in rows if not (as_json(row["extra"]) or {}).get("left"))


async def said_in_room(channel: str, room: str, *, before: int, limit: int = 6) -> list[Overheard]:
    """What was said in the group just before a message, oldest first (楼上+1 needs it)."""
    rows = await run_sql(
        "SELECT account, name, text, kept_at FROM message WHERE channel = ? AND room = ? AND id < ? "
        "AND NOT recalled ORDER BY id DESC LIMIT ?",
        [channel, room, before, limit],
    )
    return [
        Overheard(row["account"], row["name"], row["text"], as_moment(row["kept_at"]))
        for row in reversed(rows)
    ]


async def we_said_in_room(channel: str, room: str, *, since: datetime, limit: int = 3) -> list[Overheard]:
    """What the shop itself has said there lately, oldest first: a bare +1 may be an answer to it."""
    rows = await run_sql(
        "SELECT body, sent_at FROM letter WHERE state = 'sent' AND not_before > ? AND channel = ? AND room = ? "
        "ORDER BY id DESC LIMIT ?",
        [since, channel, room, limit],
    )
    return [
        Overheard("", "", str(as_json(row["body"])["text"]), as_moment(row["sent_at"]))
        for row in reversed(rows)
    ]


async def said_lately(channel: str, room: str | None, account: str, *, among: int = 200) -> list[str]:
    """What the shop has said in this group, or privately to this account, as far as it is among its newest letters."""
    place, who = ("room = ?", room) if room is not None else ("room IS NULL AND account = ?", account)
    rows = await run_sql(
        f"SELECT body FROM letter WHERE id > (SELECT coalesce(max(id), 0) FROM letter) - ? AND channel = ? AND {place}",
        [among, channel, who],
    )
    return [str(as_json(row["body"]).get("text", "")) for row in rows]


async def said_privately(channel: str, account: str, *, since: datetime, limit: int) -> list[str]:
    """The last things that somebody said to the shop in private, the newest first."""
    rows = await run_sql(
        "SELECT text FROM message WHERE channel = ? AND account = ? AND room IS NULL AND kept_at >= ? "
        "ORDER BY id DESC LIMIT ?",
        [channel, account, since, limit],
    )
    return [str(row["text"]).strip() for row in rows]


async def last_said_to(channel: str, account: str, *, since: datetime) -> str:
    """The last thing that the shop has told somebody in private; empty when that was before, or in answer to words that
    he took back."""
    rows = await run_sql(
        "SELECT l.body, m.recalled FROM letter AS l LEFT JOIN message AS m ON m.id = l.cause "
        "WHERE l.channel = ? AND l.account = ? AND l.room IS NULL AND l.written_at >= ? ORDER BY l.id DESC LIMIT 1",
        [channel, account, since],
    )
    return str(as_json(rows[0]["body"]).get("text", "")) if rows and not rows[0]["recalled"] else ""


async def trace_of(letter: int) -> dict[str, Any] | None:
    """Why this letter was written: the trace of its message, or its event."""
    row = await Letter.filter(id=letter).first()
    if row is None:
        return None
    if row.cause is not None:
        message = await Message.filter(id=row.cause).first()
        if message is not None:
            return {"heard": message.text, "who": message.name, **(message.trace or {})}
    if row.event is not None:
        event = await Event.filter(id=row.event).first()
        if event is not None:
            return {"event": event.kind, "facts": event.data}
    return {}


def _kept(row: Message) -> Kept:
    incoming = Incoming(
        row.channel, row.channel_id, row.room, row.account, row.name, row.text, row.sent_at, row.extra
    )
    picture = PictureId(row.picture) if row.picture is not None else None
    return Kept(MessageId(row.id), incoming, row.kept_at, row.attempts, picture)


# ── what a dialogue has gathered ────────────────────────────────────────────────────────────────────────────────


async def talk(place: int, person: int, *, now: datetime) -> dict[str, Any] | None:
    """The state of the dialogue here, or None when there is none or its time is over."""
    rows = await read(Talk, "WHERE place = ? AND person_id = ? AND until > ?", [place, person, now])
    seen()[talk, place, person] = bool(rows)
    return dict(rows[0].state) if rows else None


async def keep_talk(place: int, person: int, state: dict[str, Any], until: datetime) -> None:
    await run_sql(
        "INSERT INTO talk (place, person_id, state, until) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (place, person_id) DO UPDATE SET state = excluded.state, until = excluded.until",
        [place, person, dumps(state), until],
    )
    seen()[talk, place, person] = True


async def drop_talk(place: int, person: int) -> None:
    """Most messages find no dialogue; then this transaction knows that there is nothing to drop."""
    if seen().get((talk, place, person), True):
        await run_sql("DELETE FROM talk WHERE place = ? AND person_id = ?", [place, person])


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def write_events(told: Sequence[Told]) -> None:
    """The hook that shop.transaction calls just before COMMIT."""
    cause, values = CAUSE.get(), list[Any]()
    for one in told:
        kind, data = to_row(one.event)
        values += [kind, dumps(data), cause, one.at]
    rows = ", ".join(["(?, ?, ?, ?, FALSE)"] * len(told))
    await run_sql(f"INSERT INTO event (kind, data, cause, at, told) VALUES {rows}", values)


@dataclass(frozen=True, slots=True)
class Untold:
    id: int
    event: Happening
    cause: MessageId | None
    at: datetime


async def untold(limit: int = 100) -> list[Untold]:
    """What happened and nobody was told of yet, oldest first."""
    rows = await Event.filter(told=False).order_by("id").limit(limit)
    return [
        Untold(row.id, from_row(row.kind, row.data), MessageId(row.cause) if row.cause else None, row.at)
        for row in rows
    ]


async def tell(event: Untold, letters: Sequence[NewLetter], *, now: datetime) -> None:
    """The letters of one event, once: the flag and the letters stand or fall together."""
    async with transaction():
        if await Event.filter(id=event.id, told=False).update(told=True):
            await write(letters, now=now, cause=event.cause, event=event.id)


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def write(
    letters: Sequence[NewLetter], *, now: datetime, cause: int | None = None, event: int | None = None
) -> None:
    """Put letters into the post, inside the caller's transaction. A key that exists already is left alone. An unsent
    letter of the same fold and place is folded away: the newest words win."""
    if not letters:
        return
    newest = {_folds(letter): letter.key for letter in letters if letter.fold or letter.ends}
    since = await _fold_away(list(newest), [letter.key for letter in letters]) if newest else {}
    values = [
        value
        for letter in letters
        for value in (
            letter.key,
            letter.channel,
            letter.room,
            letter.account,
            letter.lane,
            letter.fold,
            dumps(letter.body),
            cause,
            event,
            now,
            min(letter.not_before, since.get(_folds(letter), letter.not_before)),
            letter.until,
            "new" if newest.get(_folds(letter), letter.key) == letter.key else "folded",
        )
    ]
    row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
    await run_sql(
        'INSERT INTO letter ("key", channel, room, account, lane, fold, body, cause, event, written_at, not_before, '
        f'until, state, attempts) VALUES {", ".join([row] * len(letters))} ON CONFLICT ("key") DO NOTHING',
        values,
    )


_Fold = tuple[str | None, str, str | None, str | None]


def _folds(letter: NewLetter) -> _Fold:
    """What a newer letter must have in common with an older one to take its turn."""
    return letter.fold or letter.ends, letter.channel, letter.room, letter.account


async def _fold_away(folds: Sequence[_Fold], keys: Sequence[str]) -> dict[_Fold, datetime]:
    """Not when these letters are being written a second time: then they are the older ones. Gives when the first that
    was folded was to go out: the newer words wait no longer than that, however often they are folded again."""
    same = "fold = ? AND channel = ? AND room IS NOT DISTINCT FROM ? AND account IS NOT DISTINCT FROM ?"
    rows = await run_sql(
        f"UPDATE letter SET state = 'folded' WHERE state = 'new' AND ({' OR '.join([f'({same})'] * len(folds))}) "
        f'AND NOT EXISTS (SELECT 1 FROM letter WHERE "key" IN ({_places(keys)})) '
        "RETURNING fold, channel, room, account, not_before",
        [*(value for fold in folds for value in fold), *keys],
    )
    return {
        (row["fold"], row["channel"], row["room"], row["account"]): as_moment(row["not_before"])
        for row in rows
    }


def _places(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


async def due(*, now: datetime, limit: int = 200, channels: Sequence[str] | None = None) -> list[Sealed]:
    """The first letters (of these channels) whose moment has come: replies, then lists, then promotions; the first of
    each place, then the second of each, so that a place that has to wait for its turn holds up no other. None overtakes
    an older one of its lane and place that has failed and waits for its next try."""
    here = f"AND l.channel IN ({_places(channels)}) " if channels is not None else ""
    rows = await run_sql(
        "WITH waiting AS (SELECT channel, room, account, lane, min(id) AS first FROM letter "
        "WHERE state = 'new' AND not_before > ? AND attempts > 0 GROUP BY channel, room, account, lane) "
        "SELECT l.id, l.channel, l.room, l.account, l.lane, l.body, l.attempts, l.cause, l.until, l.event, l.fold "
        "FROM letter AS l LEFT JOIN waiting AS w ON w.channel = l.channel AND w.lane = l.lane "
        "AND w.room IS NOT DISTINCT FROM l.room AND w.account IS NOT DISTINCT FROM l.account "
        f"WHERE l.state = 'new' AND l.not_before <= ? {here}"
        "AND (w.first IS NULL OR l.id < w.first) "
        "ORDER BY CASE l.lane WHEN 'reply' THEN 0 WHEN 'list' THEN 1 ELSE 2 END, "
        "row_number() OVER (PARTITION BY l.channel, l.room, l.account, l.lane ORDER BY l.id), l.id LIMIT ?",
        [now, now, *(channels or ()), limit],
    )
    return [_sealed_row(row) for row in rows]


async def behind(*, now: datetime, channels: Sequence[str], limit: int = 200) -> list[Sealed]:
    """Private letters that nobody has looked at, because an older one for the same account waits for its next try."""
    rows = await run_sql(
        "SELECT l.id, l.channel, l.room, l.account, l.lane, l.body, l.attempts, l.cause, l.until, l.event, l.fold "
        "FROM letter AS l WHERE l.state = 'new' AND l.attempts = 0 AND l.not_before <= ? AND l.room IS NULL "
        f"AND l.channel IN ({_places(channels)}) AND EXISTS (SELECT 1 FROM letter AS w WHERE w.state = 'new' "
        "AND w.attempts > 0 AND w.not_before > ? AND w.channel = l.channel AND w.account = l.account "
        "AND w.room IS NULL AND w.lane = l.lane AND w.id < l.id) ORDER BY l.id LIMIT ?",
        [now, *channels, now, limit],
    )
    return [_sealed_row(row) for row in rows]


async def caused_by(message: MessageId) -> list[tuple[Sealed, str]]:
    """Every letter written because of a message, with its state, and those that took the turn of one to a person."""
    return [(_sealed(row), row.state) for row in await _come_of(message)]


async def _come_of(message: MessageId) -> list[Letter]:
    """Where an answer in private was folded away unsent, newer words of the same thing are what he was told instead."""
    found = {row.id: row for row in await Letter.filter(cause=message)}
    for row in list(found.values()):
        if row.state == "folded" and row.room is None:
            same = Letter.filter(
                id__gt=row.id, fold=row.fold, channel=row.channel, room=None, account=row.account
            )
            newer = await same.exclude(state="folded").order_by("id").first()
            found |= {newer.id: newer} if newer else {}
    return [found[id] for id in sorted(found)]


async def since(letter: int) -> list[tuple[Sealed, str]]:
    rows = await Letter.filter(id__gt=letter).order_by("id")
    return [(_sealed(row), row.state) for row in rows]


async def last_letter() -> int:
    rows = await Letter.all().order_by("-id").limit(1).values("id")
    return int(rows[0]["id"]) if rows else 0


async def unsent_of(message: MessageId, *, by: datetime) -> bool:
    """Is there still something to be told, or to be sent by then, because of this message?"""
    is_open = any(row.state in ("new", "sending") and row.not_before <= by for row in await _come_of(message))
    return is_open or await Event.filter(cause=message, told=False).exists()


async def is_written(key: str, *, since: datetime) -> bool:
    """Whether there is a letter of this key that was written after this moment."""
    return await Letter.filter(key=key, written_at__gt=since).exists()


async def unsent(fold: str, channel: str, room: str) -> list[Sealed]:
    """What a newer letter of this fold will take the place of."""
    rows = await Letter.filter(fold=fold, channel=channel, room=room, state="new").order_by("id")
    return [_sealed(row) for row in rows]


async def reword(id: int, body: dict[str, Any]) -> None:
    """It has not been said yet, and other words are true by now."""
    await run_sql("UPDATE letter SET body = ? WHERE id = ? AND state = 'new'", [dumps(body), id])


async def claim(ids: Sequence[int]) -> list[int]:
    """Mark letters as being sent; gives those that nobody else took first."""
    if not ids:
        return []
    async with transaction():
        await _withhold(ids)
        rows = await run_sql(
            "UPDATE letter SET state = 'sending', attempts = attempts + 1 "
            f"WHERE state = 'new' AND id IN ({_places(ids)}) RETURNING id",
            list(ids),
        )
        mine = {int(row["id"]) for row in rows}
        return [id for id in ids if id in mine]


async def _withhold(ids: Sequence[int]) -> None:
    """While a person serves a customer the bot says nothing to him but facts: asked again here, at the last moment
    before it would be said."""
    rows = await run_sql(
        "SELECT l.id, l.body, e.kind FROM ticket AS t JOIN handle AS h ON h.person_id = t.person_id "
        f"JOIN letter AS l ON l.id IN ({_places(ids)}) AND l.channel = h.channel "
        "LEFT JOIN message AS m ON m.id = l.cause LEFT JOIN event AS e ON e.id = l.event "
        "WHERE t.state IN ('active', 'waiting') AND ((l.room IS NULL AND l.account = h.account) "
        "OR (l.room IS NOT NULL AND l.event IS NULL AND m.account = h.account))",
        list(ids),
    )
    if held := [int(row["id"]) for row in rows if not _is_said_all_the_same(row)]:
        await Letter.filter(id__in=held, state="new").update(state="withheld")


def _is_said_all_the_same(row: Mapping[str, Any]) -> bool:
    body = as_json(row["body"])
    card = body.get("card") or {}
    return row["kind"] in SAID_ALL_THE_SAME or card.get("kind") in FACT_CARDS


async def sent(ids: Sequence[int], *, now: datetime) -> None:
    async with transaction():
        await Letter.filter(id__in=list(ids)).update(state="sent", sent_at=now)


async def postpone(id: int, until: datetime) -> None:
    """Not now: the channel did not take it, or the hour is wrong."""
    async with transaction():
        await Letter.filter(id=id).update(state="new", not_before=until)


async def wait(id: int, until: datetime, *, since: datetime) -> bool:
    """Whom it is for cannot be reached yet: its turn comes again, and what is behind it stays behind it. One that was
    written before `since` has waited long enough: it is given up (False)."""
    async with transaction():
        letter = Letter.filter(id=id, state__in=["new", "sending"])  # one that was folded meanwhile stays so
        waits = await letter.filter(written_at__gte=since).update(state="new", attempts=1, not_before=until)
        if not waits:
            await letter.update(state="dead")
        return bool(waits)


async def untried(ids: Sequence[int]) -> None:
    """Claimed, but not even tried: their turn comes again and no try is counted."""
    if ids:
        async with transaction():
            await Letter.filter(id__in=list(ids)).update(state="new", attempts=F("attempts") - 1)


async def put_aside(id: int, state: str) -> None:
    """dead (tried too often), stale (not worth saying any more), unknown (nobody can tell whether it went out)."""
    async with transaction():
        await Letter.filter(id=id).update(state=state)


async def return_to_post() -> int:
    """After a crash: what was being sent goes out again, for at least once; gives how many. A promotion does not:
    nobody knows whether it went out, and twice is worse than not at all."""
    async with transaction():
        await Letter.filter(state="sending", lane="promo").update(state="unknown")
        return await Letter.filter(state="sending").update(state="new")


def _sealed_row(row: Mapping[str, Any]) -> Sealed:
    """From a bare row: SQLite gives JSON and moments as text, PostgreSQL only JSON."""
    body, until, cause = row["body"], row["until"], row["cause"]
    return Sealed(
        LetterId(row["id"]),
        row["channel"],
        row["room"],
        row["account"],
        row["lane"],
        as_json(body),
        row["attempts"],
        MessageId(cause) if cause is not None else None,
        as_moment(until) if until is not None else None,
        row["event"],
        row["fold"],
    )


def _sealed(row: Letter) -> Sealed:
    return Sealed(
        LetterId(row.id),
        row.channel,
        row.room,
        row.account,
        row.lane,
        row.body,
        row.attempts,
        MessageId(row.cause) if row.cause is not None else None,
        row.until,
        row.event,
        row.fold,
    )


async def posted_today(channel: str, room: str, *, since: datetime) -> int:
    """How many promotions this group has got, or will get, since then. Those that wait for the morning count for it."""
    alive = Letter.filter(channel=channel, room=room, lane="promo", not_before__gte=since)
    return await alive.exclude(state__in=["folded", "stale"]).count()
