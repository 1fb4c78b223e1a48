"""收件: keep it → one at a time per (room, person) → work it through in one transaction → letters. Nothing is lost in
between: what is kept but not done is taken up again after a restart."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot import post
from bot.clock import Clock
from bot.post import Manners
from dialogs.converse import Conversation
from dialogs.speech import Heard, Quote, Say
from shop import desk, mail, people
from shop.kit.ids import MessageId
from shop.mail import Incoming, Kept
from shop.transaction import start_task, unit_of_work

log = logging.getLogger(__name__)

LONGEST_TEXT, LONGEST_NAME = 20_000, 20
_UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
AT_ONCE = 16  # messages worked through at the same time; the database's pool is the real limit

Lane = tuple[str, str | None, str]  # channel, room, account


class Inbox:
    def __init__(
        self, conversation: Conversation, clock: Clock, manners: Manners, wake: Callable[[], None]
    ) -> None:
        self._conversation = conversation
        self._clock = clock
        self._manners = manners
        self._wake = wake
        self._lanes: dict[Lane, deque[MessageId]] = {}
        self._ready = asyncio.Semaphore(AT_ONCE)
        self._done: dict[MessageId, asyncio.Event] = {}

    async def hear(self, heard: Heard) -> MessageId:
        """Keep a message and queue it. Heard before: nothing happens, the same number comes back."""
        incoming = to_incoming(heard)
        now = self._clock.now()
        id, is_new = await unit_of_work(lambda: mail.keep(incoming, now=now))
        if is_new:
            self._queue(id, (incoming.channel, incoming.room, incoming.account))
        return id

    async def take_up(self) -> int:
        """After a start: the messages that were kept but never worked through, in their order."""
        count, last = 0, 0
        while kept := await mail.waiting(after=last):
            for one in kept:
                message = one.message
                self._queue(one.id, (message.channel, message.room, message.account))
            count, last = count + len(kept), kept[-1].id
        return count

    async def settled(self, id: MessageId) -> None:
        """Wait until the message has been worked through (or given up)."""
        if waiting := self._done.get(id):
            await waiting.wait()

    async def idle(self) -> None:
        for event in list(self._done.values()):
            await event.wait()

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _queue(self, id: MessageId, lane: Lane) -> None:
        self._done[id] = asyncio.Event()
        if lane in self._lanes:
            self._lanes[lane].append(id)
            return
        self._lanes[lane] = deque([id])
        start_task(self._walk(lane), name=f"lane {lane}")

    async def _walk(self, lane: Lane) -> None:
        """One person in one place, in order, until nothing is left."""
        queue = self._lanes[lane]
        while queue:
            id = queue[0]
            async with self._ready:
                await self._until_done(id)
            queue.popleft()
            self._done.pop(id).set()
        del self._lanes[lane]

    async def _until_done(self, id: MessageId) -> None:
        """A bug stops one message, never its neighbours: it is tried a few times, then a person is asked."""
        while True:
            try:
                await unit_of_work(lambda: self._turn(id))
                self._wake()
                return
            except Exception as fault:
                log.exception("message %s failed", id)
                if await mail.failed(id, f"{type(fault).__name__}: {fault}"):
                    await self._give_up(id)
                    return

    async def _turn(self, id: MessageId) -> None:
        """The whole of a message in one transaction: what it does, what is answered, and that it is done."""
        kept = await mail.begin(id)
        if kept is None:
            return
        mail.CAUSE.set(id)
        now = self._clock.now()
        heard = to_heard(kept)
        reply = await self._conversation.converse(heard, id, now=now)
        written = await post.letters(
            reply.says, key=f"m{id}", channel=heard.channel, manners=self._manners, now=now
        )
        await mail.finish(id, written, dict(reply.trace), now=now)

    async def _give_up(self, id: MessageId) -> None:
        """Say sorry, and fetch a person: the customer must not be left in silence by a mistake of ours."""
        try:
            await unit_of_work(lambda: self._apologise(id))
            self._wake()
        except Exception:
            log.exception("message %s: not even the apology could be written", id)

    async def _apologise(self, id: MessageId) -> None:
        kept = await mail.message(id)
        now, shop = self._clock.now(), self._conversation.shop
        message = kept.message
        person = await people.recognise(shop, message.channel, message.account, message.name, now=now)
        room = await people.room(message.channel, message.room) if message.room else None
        if room is None:
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
    )


def clean(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)


def clean_name(name: str) -> str:
    """One line, twenty characters: a nickname cannot imitate the shop or break a message in two."""
    return " ".join(clean(name).split())[:LONGEST_NAME] or "邻居"
