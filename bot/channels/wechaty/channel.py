"""微信: a WeChat account behind a Wechaty gateway, as a channel like any other.

The gateway keeps nothing for whoever is away, so messages are taken off its stream at once, in its order, and wait here
while their words and names are fetched. What is fetched side by side is still handed over in the order it came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.channels.channel import (
    Abilities,
    Login,
    Pace,
    Refused,
    Spoken,
)
from bot.channels.wechaty import hearing, pictures
from bot.channels.wechaty.cards import CardBox
from bot.channels.wechaty.door import Door
from bot.channels.wechaty.echoes import Echoes
from bot.channels.wechaty.gateway import (
    Connect,
    Endpoint,
    Event,
    Gateway,
    GatewayAway,
    GatewayFault,
    GatewayTrouble,
)
from bot.channels.wechaty.hearing import Us
from bot.channels.wechaty.link import Link
from bot.channels.wechaty.loops import Loops
from bot.channels.wechaty.members import UNKNOWN, Members, Past
from bot.channels.wechaty.speaking import Voice
from bot.memory import Memory
from bot.settings import Knock
from dialogs.speech import Heard, Whom
from shop.rules.pictures import Picture
from shop.transaction import start_task

log = logging.getLogger(__name__)

WAITING = 1_000  # messages taken off the stream and not handed over yet
AT_ONCE = 32  # whose words are being fetched
TRIES, AWAY = 3, 60.0  # for the words of a message, and how many seconds the gateway may take to come back
OLDEST = timedelta(hours=12)  # what is older at its arrival is history
ENDING = 2.0  # seconds for what is being fetched when the channel closes


class Wechaty:
    abilities = Abilities(
        pictures=True,
        strangers=False,
        announcements=True,
        topics=True,
        longest_text=600,  # beyond it, some gateways cut the end off without an error
        # what accounts are reported to bear for months (docs/wechaty.md)
        pace=Pace(per_minute=15, per_minute_in_a_place=4, per_day=1_000, breath=timedelta(seconds=2)),
    )

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        shop_name: str,
        now: Callable[[], datetime],
        memory: Memory,
        is_shared: bool = False,
        show: Callable[[str], None] = log.warning,
        name: str = "wechaty",
        connect: Connect = Gateway,
        lets_in: Collection[Knock] = ("friends", "groups"),
        past: Past = UNKNOWN,
    ) -> None:
        """`connect`: how the gateway is spoken to. `memory` holds the leases on gateway and account; `is_shared`: other processes
        see it, too. `show`: where a person sees the code to log in with. `lets_in`: whose requests are accepted. `past`: who was
        in which group when this process began."""
        self.name = name
        without: dict[str, Any] = dict.fromkeys(connect.lacks, False)
        self.abilities = replace(Wechaty.abilities, **without)
        self._shop_name = shop_name
        self._now = now
        self._memory = memory
        self._link = Link(endpoint, memory, may_stop=is_shared, connect=connect)
        self._cards = CardBox(self._link.call)
        self._members = Members(self._link.call, past)
        self._loops = Loops()
        self._door = Door(self._link.call, show, lets_in)
        self._coming: asyncio.Queue[asyncio.Task[Heard | None] | None] = asyncio.Queue()
        self._places = asyncio.Semaphore(WAITING)
        self._fetching = asyncio.Semaphore(AT_ONCE)
        self._fetches: set[asyncio.Task[Heard | None]] = set()
        self._reader: asyncio.Task[None] | None = None
        self._refused: Refused | None = None
        self._is_closed = False
        self._session = 0
        self._echoes = Echoes()
        self._voice = Voice(name, self._link, self._cards, self._echoes)

    @property
    def is_up(self) -> bool:
        return bool(self._link.account)

    async def login(self) -> Login:
        if account := self._link.account:
            return Login("up", name=await self._cards.name_in(None, account) or account)
        if not self._link.is_connected:
            return Login("away")
        return Login("scan", code=self._door.code) if self._door.code else Login("out")

    def connect(self) -> None:
        """Begin to listen to the gateway; the messages wait for `listen`."""
        if self._reader is None and not self._is_closed:
            self._reader = start_task(self._read(), name=f"read {self.name}")

    async def listen(self) -> AsyncGenerator[Heard, None]:
        """Raises Refused when the gateway does not know the token."""
        self.connect()
        while (coming := await self._coming.get()) is not None:
            if not coming.done():
                await asyncio.wait([coming])
            self._places.release()
            if not coming.cancelled() and (heard := coming.result()) is not None:
                yield heard
        self._coming.put_nowait(None)  # whoever else listens, or listens again, ends as well
        if self._refused is not None:
            raise self._refused

    async def close(self) -> None:
        """What was taken off the stream is still handed over."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._fetches:
            await asyncio.wait(self._fetches, timeout=ENDING)
        for task in (self._reader, *self._fetches):
            if task is not None:
                task.cancel()
        if self._reader is not None:
            await asyncio.wait([self._reader])
        self._coming.put_nowait(None)
        await self._link.close()
        await self._memory.close()

    # ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self) -> None:
        try:
            async for event in self._link.events():
                try:
                    await self._act_on(event)
                except Exception:  # one event must not make the shop deaf
                    log.exception("the event %s was not understood", event.name)
        except Refused as why:
            self._refused = why
            self._coming.put_nowait(None)

    async def _act_on(self, event: Event) -> None:
        if self._session != self._link.sessions:
            self._session = self._link.sessions
            self._cards.forget()
            self._door.forget_code()
        self._cards.note(event)
        self._members.note(event)
        if event.name == "message":
            await self._places.acquire()
            self._take(self._fetch(event.text("messageId")))
        elif event.name == "room-leave":
            for who in hearing.leavers(event.facts):
                await self._places.acquire()
                self._take(self._left(event.text("roomId"), who, event.facts.get("timestamp")))
        elif event.name in ("friendship", "room-invite"):
            start_task(self._door.answer(event), name=event.name)
        elif event.name in ("login", "logout"):
            self._door.forget_code()
            if self.is_up:
                start_task(self._miss(), name="who has left meanwhile")
        elif event.name == "scan":
            self._door.show_code(event)

    def _take(self, fetching: Coroutine[Any, Any, Heard | None]) -> None:
        fetch = start_task(fetching, name="fetch a message")
        self._fetches.add(fetch)
        fetch.add_done_callback(self._fetches.discard)
        self._coming.put_nowait(fetch)

    async def _fetch(self, id: str) -> Heard | None:
        """One message that cannot be read takes nobody with it."""
        try:
            if await self._echoes.is_ours(id):
                return None
            async with self._fetching:
                return await self._heard(await self._payload(id))
        except GatewayTrouble as why:
            log.warning("message %.40r is left out: %s", id, why)
        except Exception:
            log.exception("message %.40r is left out", id)
        return None

    async def _miss(self, *rooms: str) -> None:
        """Hear of those who have left these groups, or any, while nobody listened."""
        for room in rooms or await self._members.rooms():
            for who in await self._members.look(room):
                await self._places.acquire()
                self._take(self._left(room, who))

    async def _left(self, room: str, who: str, stamp: object = None) -> Heard | None:
        now = self._now()
        if who == self._link.us or not hearing.can_be_kept(room, who):
            return None
        at = hearing.sent_at(stamp, now) if isinstance(stamp, int) else now
        id = hearing.message_id(f"left {room} {who} {at.isoformat()}")
        return Heard(self.name, id, room, who, await self._name_of(who), "", at, left=True)

    async def _name_of(self, who: str) -> str:
        """Of somebody who is in no group with us any more; empty when nobody can say."""
        try:
            return await self._cards.name_in(None, who)
        except (GatewayAway, GatewayFault):
            return ""

    async def _payload(self, id: str) -> Any:
        """A gateway that only lost its connection still has it; those that come after wait behind it, in their order."""
        for _ in range(TRIES - 1):
            try:
                return await self._link.call("MessagePayload", id=id)
            except GatewayAway:
                await self._link.connected(within=AWAY)
        return await self._link.call("MessagePayload", id=id)

    async def _heard(self, payload: Any) -> Heard | None:
        who, room = payload.talker_id, payload.room_id or None
        if not self._link.us or who == self._link.us:
            return await self._by_hand(payload)
        said_at = hearing.sent_at(payload.timestamp, self._now())
        if not hearing.can_be_kept(who, *([room] if room else [])) or self._now() - said_at > OLDEST:
            return None
        contact = await self._cards.contact(who)
        if contact is not None and hearing.is_no_person(contact):
            return None
        if room is not None and self._members.begin(room):
            start_task(self._miss(room), name="who is in the group")
        words = hearing.words(payload.type, payload.text, payload.mention_ids, await self._us(room))
        if words is None or self._loops.is_one(room, who, payload.text, self._now()):
            return None
        return Heard(
            channel=self.name,
            id=hearing.message_id(payload.id),
            room=room,
            who=who,
            name=await self._cards.name_in(room, who),
            text=words.text,
            sent_at=said_at,
            alias=str(contact.alias or "") if contact is not None else "",
            mentions=words.mentions,
            quote=words.quote,
            room_name=await self._topic(room),
            room_owner=await self._owner(room),
            has_picture=words.has_picture,
            recalls=words.recalls,
        )

    async def _by_hand(self, payload: Any) -> Heard | None:
        """What the account itself said: an echo of ours, or typed by a person on its phone."""
        room, text = payload.room_id or None, hearing.by_hand(payload.type, payload.text)
        place = room or payload.listener_id
        self._echoes.came_back(payload.id, place, text)
        said_at = hearing.sent_at(payload.timestamp, self._now())
        if not text or not self._link.us or self._now() - said_at > OLDEST:
            return None
        if not await self._echoes.is_by_hand(payload.id, place, text):
            return None
        named = [one for one in payload.mention_ids if one != self._link.us]
        whom = payload.listener_id if room is None else named[0] if len(named) == 1 else ""
        if not hearing.can_be_kept(place, whom) or whom == self._link.us:
            return None
        contact = await self._cards.contact(whom)
        if contact is None or hearing.is_no_person(contact):
            return None
        return Heard(
            channel=self.name,
            id=hearing.message_id(payload.id),
            room=room,
            who=self._link.us,
            name=await self._cards.name_in(room, self._link.us),
            text=text,
            sent_at=said_at,
            room_name=await self._topic(room),
            has_picture=payload.type == hearing.IMAGE,
            to=Whom(whom, await self._cards.name_in(room, whom)),
        )

    async def _topic(self, room: str | None) -> str:
        card = await self._cards.room(room) if room is not None else None
        return str(card.topic) if card is not None else ""

    async def _owner(self, room: str | None) -> str:
        """Whose group it is; empty where the gateway does not know."""
        card = await self._cards.room(room) if room is not None else None
        owner = str(card.owner_id) if card is not None else ""
        if owner == self._link.us:
            return "@shop"
        return owner if hearing.can_be_kept(owner) else ""

    async def _us(self, room: str | None) -> Us:
        account = self._link.us
        there, everywhere = await self._cards.name_in(room, account), await self._cards.name_in(None, account)
        names = tuple(name for name in dict.fromkeys((there, everywhere)) if name)
        return Us(account, self._shop_name, names)

    # ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def speak(self, line: Spoken) -> None:
        await self._voice.speak(line)

    async def reaches(self, account: str) -> bool:
        """Friends, and whoever has written in private, which nobody else can; some gateways know of no friends."""
        return await self._voice.reaches(account)

    async def picture(self, heard: Heard) -> Picture:
        return await pictures.fetch(self._link, heard.id)
