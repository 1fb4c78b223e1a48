"""收件: keep it → one at a time per (room, person) → work it through in one transaction → letters. Nothing is lost in
between: what is kept but not done is taken up again after a restart."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot import apart, fetching, post
from bot.channels.channel import Channel
from bot.clock import Clock
from bot.post import Manners
from dialogs.converse import Conversation
from dialogs.hear.reading import Reading
from dialogs.hear.second import SecondReader, Unclear
from dialogs.speech import Heard, Quote, Say, Whom
from shop import desk, mail, people
from shop.engines.faults import is_lost_connection
from shop.kit.ids import MessageId
from shop.mail import Incoming, Kept
from shop.transaction import start_task, transaction, unit_of_work

log = logging.getLogger(__name__)

LONGEST_TEXT, LONGEST_NAME, LONGEST_ALIAS, LONGEST_ROOM = 20_000, 20, 64, 64
_UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
KEPT_AT_ONCE = 20
AWAY_SECONDS = 1.0  # between two looks for a database that is away
AT_ONCE = 16  # messages worked through at the same time; the database's pool is the real limit

Lane = tuple[str, str | None, str]  # channel, room, account


class Inbox:
    def __init__(
        self,
        conversation: Conversation,
        clock: Clock,
        manners: Manners,
        wake: Callable[[], None],
        second: SecondReader | None = None,
        channels: Mapping[str, Channel] | None = None,
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        """Pictures are fetched from `channels`; `kept` is called when messages were, before they are worked through."""
        self._conversation = conversation
        self._clock = clock
        self._manners = manners
        self._wake = wake
        self._second = second
        self._channels = channels or {}
        self._kept = kept
        self._lanes: dict[Lane, deque[MessageId]] = {}
        self._walks: set[asyncio.Task[None]] = set()
        self._ready = asyncio.Semaphore(AT_ONCE)
        self._done: dict[MessageId, asyncio.Event] = {}
        self._pictured: set[MessageId] = set()  # queued, with a picture to be fetched first
        self._unkept: list[tuple[Incoming, asyncio.Future[tuple[MessageId, bool]]]] = []
        self._is_keeping = False
        self._is_closing = False

    async def hear(self, heard: Heard) -> MessageId:
        """Keep a message and queue it. Heard before: nothing happens, the same number comes back."""
        incoming = to_incoming(heard)
        id, is_new = await self._keep(incoming)
        # Seen, but neither queued nor done: its COMMIT had lost its answer, or it is from before a restart.
        if is_new or not (id in self._done or await mail.is_done(id)):
            self._queue(id, incoming)
        return id

    async def take_up(self) -> int:
        """After a start: the messages that were kept but never worked through, in their order."""
        count, last = 0, 0
        while kept := await mail.waiting(after=last):
            for one in kept:
                self._queue(one.id, one.message)
            count, last = count + len(kept), kept[-1].id
        return count

    async def settled(self, id: MessageId) -> None:
        """Wait until the message has been worked through (or given up)."""
        if waiting := self._done.get(id):
            await waiting.wait()

    async def idle(self) -> None:
        for event in list(self._done.values()):
            await event.wait()

    async def stop(self, seconds: float) -> None:
        """Begin no further message and wait for those under way. The rest is taken up at the next start."""
        self._is_closing = True
        if self._walks:
            await asyncio.wait(self._walks, timeout=seconds)
        for event in self._done.values():
            event.set()  # nobody waits for what comes after the restart

    # ── keeping ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _keep(self, incoming: Incoming) -> tuple[MessageId, bool]:
        """While one COMMIT is on its way the next messages gather, and are kept together by the next one."""
        kept: asyncio.Future[tuple[MessageId, bool]] = asyncio.get_running_loop().create_future()
        self._unkept.append((incoming, kept))
        if not self._is_keeping:
            self._is_keeping = True
            start_task(self._keep_all(), name="keep")
        return await kept

    async def _keep_all(self) -> None:
        try:
            while self._unkept:
                batch, self._unkept = self._unkept[:KEPT_AT_ONCE], self._unkept[KEPT_AT_ONCE:]
                await self._keep_together(batch)
        finally:
            self._is_keeping = False

    async def _keep_together(
        self, batch: Sequence[tuple[Incoming, asyncio.Future[tuple[MessageId, bool]]]]
    ) -> None:
        now = self._clock.now()
        try:
            numbers = await self._written([one for one, _ in batch], now)
        except Exception as fault:
            if len(batch) > 1:  # one that cannot be kept must not take the others with it
                for one in batch:
                    await self._keep_together([one])
            elif not batch[0][1].cancelled():
                batch[0][1].set_exception(fault)
            return
        self._kept()
        for (_, kept), number in zip(batch, numbers, strict=True):
            if not kept.cancelled():
                kept.set_result(number)

    async def _written(self, incoming: Sequence[Incoming], now: datetime) -> list[tuple[MessageId, bool]]:
        """One statement is a transaction by itself; only a second try needs the patience of a unit of work."""
        try:
            return await mail.keep_all(incoming, now=now)
        except Exception as fault:
            log.info("kept at the second try: %r", fault)
            return await unit_of_work(lambda: mail.keep_all(incoming, now=now))

    # ── working through ─────────────────────────────────────────────────────────────────────────────────────────

    def _queue(self, id: MessageId, incoming: Incoming) -> None:
        if id in self._done or self._is_closing:
            return
        self._done[id], lane = asyncio.Event(), lane_of(incoming)
        if has_picture(incoming):
            self._pictured.add(id)
        if lane in self._lanes:
            self._lanes[lane].append(id)
            return
        self._lanes[lane] = deque([id])
        walk = start_task(self._walk(lane), name=f"lane {lane}")
        self._walks.add(walk)
        walk.add_done_callback(self._walks.discard)

    async def _walk(self, lane: Lane) -> None:
        """One person in one place, in order, until nothing is left."""
        queue = self._lanes[lane]
        while queue:
            id = queue[0]
            if id in self._pictured:
                await self._fetch(id)
            async with self._ready:
                unclear = await self._until_done(id, may_ask=self._second is not None)
            if unclear is not None:
                await self._think_again(id, unclear)
            if self._is_closing:
                return
            queue.popleft()
            self._done.pop(id).set()
        del self._lanes[lane]

    async def _fetch(self, id: MessageId) -> None:
        """Before the message is worked through, and in no transaction: only this person waits for his picture."""
        self._pictured.discard(id)
        try:
            heard = to_heard(await mail.message(id))
            await fetching.fetch(self._channels[heard.channel], heard, id, now=self._clock.now())
        except Exception:
            log.exception("the picture of message %s was not fetched", id)

    async def _think_again(self, id: MessageId, unclear: Unclear) -> None:
        """The second reader is asked between two transactions: nobody else waits for him, and nothing is lost if the
        process dies meanwhile."""
        second = None
        try:
            second = await self._second.read(unclear) if self._second else None
        except Exception:
            log.exception("the second reader stumbled over message %s", id)
        async with self._ready:
            await self._until_done(id, second=second)

    async def _until_done(
        self, id: MessageId, *, may_ask: bool = False, second: Reading | None = None
    ) -> Unclear | None:
        """A bug stops one message, never its neighbours: it is tried a few times, then a person is asked. A database
        that is away is no bug: it is waited for. What is unclear and may be asked about comes back undone."""
        while not self._is_closing:
            try:
                unclear = await unit_of_work(lambda: self._turn(id, may_ask=may_ask, second=second))
                self._wake()
                return unclear
            except Exception as fault:
                if await self._is_given_up(id, fault):
                    return None
        return None

    async def _is_given_up(self, id: MessageId, fault: Exception) -> bool:
        try:
            if is_lost_connection(fault):
                raise fault
            log.error("message %s failed", id, exc_info=fault)
            dead = await unit_of_work(lambda: self._count(id, f"{type(fault).__name__}: {fault}"))
        except Exception as away:
            log.warning("message %s waits for the database: %r", id, away)
            await asyncio.sleep(AWAY_SECONDS)
            return False
        if dead:
            self._wake()
        return dead

    async def _count(self, id: MessageId, fault: str) -> bool:
        """Dead and excused in one transaction: after a crash it is either tried again or the customer knows."""
        dead = await mail.failed(id, fault)
        if dead:
            try:
                async with transaction():
                    await self._apologise(id)
            except Exception as again:
                if is_lost_connection(again):
                    raise
                log.exception("message %s: not even the apology could be written", id)
        return dead

    async def _turn(self, id: MessageId, *, may_ask: bool, second: Reading | None) -> Unclear | None:
        """The whole of a message in one transaction: what it does, what is answered, and that it is done."""
        kept = await mail.begin(id)
        if kept is None:
            return None
        mail.CAUSE.set(id)
        now = self._clock.now()
        heard = to_heard(kept)
        reply = await self._conversation.converse(heard, id, now=now, may_ask=may_ask, second=second)
        if reply.unclear is not None:
            return reply.unclear  # only read so far
        written = await post.letters(
            reply.says,
            key=f"m{id}",
            channel=heard.channel,
            manners=self._manners,
            now=now,
            sender=(reply.person, heard.who) if reply.person is not None else None,
            room=reply.room,
        )
        written = await apart.told_once(written, late=kept.at - heard.sent_at, now=now)
        await mail.finish(id, written, dict(reply.trace), now=now)
        return None

    async def _apologise(self, id: MessageId) -> None:
        """Say sorry, and fetch a person: the customer must not be left in silence by a mistake of ours. Privately,
        because in a group nobody else needs to know."""
        kept = await mail.message(id)
        mail.CAUSE.set(id)
        now, shop = self._clock.now(), self._conversation.shop
        message = kept.message
        person = await people.recognise(shop, message.channel, message.account, message.name, now=now)
        room = await people.room(message.channel, message.room) if message.room else None
        say = Say("不好意思，这句我没处理好，已经告诉店里了，稍等", person=person.id)
        written = await post.letters(
            [say], key=f"m{id}.sorry", channel=message.channel, manners=self._manners, now=now
        )
        await mail.write(written, now=now, cause=id)
        await desk.want_person(shop, person.id, message.text, room=room.id if room else None, now=now)


# ── the border ──────────────────────────────────────────────────────────────────────────────────────────────────


def to_incoming(heard: Heard) -> Incoming:
    """Cleaned of what no database or screen should see, and cut to what can be read."""
    extra: dict[str, Any] = {}
    if heard.mentions:
        extra["mentions"] = [clean(name)[:64] for name in heard.mentions[:50]]
    if heard.quote is not None:
        extra["quote"] = {key: clean(value)[:2000] for key, value in asdict(heard.quote).items()}
    if heard.has_picture:
        extra["picture"] = True
    if heard.recalls:
        extra["recalls"] = heard.recalls
    if heard.to is not None:
        extra["to"] = {"account": heard.to.account, "name": clean_name(heard.to.name)}
    if heard.alias:
        extra["alias"] = " ".join(clean(heard.alias).split())[:LONGEST_ALIAS]
    if heard.room_name:
        extra["room_name"] = " ".join(clean(heard.room_name).split())[:LONGEST_ROOM]
    if heard.room_owner:
        extra["room_owner"] = heard.room_owner
    if heard.left:
        extra["left"] = True
    return Incoming(
        channel=heard.channel,
        channel_id=heard.id,
        room=heard.room,
        account=heard.who,
        name=clean_name(heard.name),
        text=clean(heard.text[:LONGEST_TEXT]),
        sent_at=heard.sent_at,
        extra=extra or None,
    )


def to_heard(kept: Kept) -> Heard:
    message, extra = kept.message, kept.message.extra or {}
    return Heard(
        channel=message.channel,
        id=message.channel_id,
        room=message.room,
        who=message.account,
        name=message.name,
        text=message.text,
        sent_at=message.sent_at,
        mentions=tuple(extra.get("mentions", ())),
        quote=Quote(**extra["quote"]) if "quote" in extra else None,
        alias=extra.get("alias", ""),
        room_name=extra.get("room_name", ""),
        room_owner=extra.get("room_owner", ""),
        has_picture=has_picture(message),
        picture=kept.picture,
        recalls=extra.get("recalls", ""),
        to=Whom(**extra["to"]) if "to" in extra else None,
        left=extra.get("left", False),
    )


def lane_of(incoming: Incoming) -> Lane:
    """One person in one place; what is typed to somebody by hand stands among what he says himself."""
    to = (incoming.extra or {}).get("to")
    return incoming.channel, incoming.room, to["account"] if to else incoming.account


def has_picture(incoming: Incoming) -> bool:
    return bool((incoming.extra or {}).get("picture"))


def clean(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)


def clean_name(name: str) -> str:
    """One line, twenty characters: a nickname cannot imitate the shop or break a message in two."""
    return " ".join(clean(name).split())[:LONGEST_NAME] or "邻居"
