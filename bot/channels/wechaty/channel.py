"""微信: a WeChat account behind a Wechaty gateway, as a channel like any other.

The gateway keeps nothing for whoever is away, so messages are taken off its stream at once, in its order, and wait here
while their words and names are fetched. What is fetched side by side is still handed over in the order it came.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.channels.channel import (
    Abilities,
    Login,
    MaybeSent,
    NotSent,
    Pace,
    Refused,
    Spoken,
    TooFast,
    Unreachable,
)
from bot.channels.wechaty import board, hearing, pictures
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
    WrongToken,
)
from bot.channels.wechaty.hearing import Us
from bot.channels.wechaty.link import Link
from bot.channels.wechaty.loops import Loops
from bot.channels.wechaty.members import Members
from bot.memory import Memory
from bot.settings import Knock
from dialogs.speech import Heard, Whom
from shop import mail
from shop.rules.pictures import Picture
from shop.transaction import start_task

log = logging.getLogger(__name__)

WAITING = 1_000  # messages taken off the stream and not handed over yet
AT_ONCE = 32  # whose words are being fetched
TRIES, AWAY = 3, 60.0  # for the words of a message, and how many seconds the gateway may take to come back
OLDEST = timedelta(hours=12)  # what is older at its arrival is history
ENDING = 2.0  # seconds for what is being fetched when the channel closes
MOST_SAID = 200  # lines that are not said again, should their letter be
MOST_FRIENDS = 10_000  # that are remembered; then all of them are asked for again


_UNFRIENDED = re.compile(r"不是(?:你|对方)的?(?:好友|朋友)|朋友验证|not (?:a |your )?friend", re.IGNORECASE)
_FREQUENT = re.compile(r"频繁|too (?:fast|frequent|many)|frequency|rate limit", re.IGNORECASE)


class Wechaty:
    abilities = Abilities(
        pictures=True,
        strangers=False,
        announcements=True,
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
    ) -> None:
        """`connect`: how the gateway is spoken to. `memory` holds the leases on gateway and account; `is_shared`: other processes
        see it, too. `show`: where a person sees the code to log in with. `lets_in`: whose requests are accepted."""
        self.name = name
        if not connect.has_announcements:
            self.abilities = replace(Wechaty.abilities, announcements=False)
        self._shop_name = shop_name
        self._now = now
        self._memory = memory
        self._link = Link(endpoint, memory, may_stop=is_shared, connect=connect)
        self._cards = CardBox(self._link.call)
        self._members = Members(self._link.call)
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
        self._friends: set[str] = set()
        self._said: deque[tuple[int, str]] = deque(maxlen=MOST_SAID)  # letters and their words
        self._unsure: dict[
            tuple[int, str], int
        ] = {}  # those that may have been said, and when they were tried

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
                start_task(self._miss(self._members.rooms), name="who has left meanwhile")
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

    async def _miss(self, rooms: Iterable[str]) -> None:
        for room in rooms:
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
            start_task(self._miss([room]), name="who is in the group")
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

    async def _us(self, room: str | None) -> Us:
        account = self._link.us
        there, everywhere = await self._cards.name_in(room, account), await self._cards.name_in(None, account)
        names = tuple(name for name in dict.fromkeys((there, everywhere)) if name)
        return Us(account, self._shop_name, names)

    # ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def speak(self, line: Spoken) -> None:
        place = line.room or line.account or ""
        if not self.is_up:
            raise NotSent("the account is not logged in")
        if line.account is not None and not await self.reaches(line.account):
            raise Unreachable("not a friend of the account")
        if line.picture is not None and line.card is not None and await self._is_card_shown(line, place):
            return
        if line.announces and await board.is_announced(self._link, self._cards, place, line.text):
            return
        await self._say(line, place, line.text, "MessageSendText", text=line.text)
        if line.picture is not None and line.card is None:
            await self._show(line, place, line.picture)

    async def picture(self, heard: Heard) -> Picture:
        return await pictures.fetch(self._link, heard.id)

    async def _is_card_shown(self, line: Spoken, place: str) -> bool:
        """The card as a picture instead of its text; an account that may send no pictures says the text."""
        assert line.picture is not None
        if (line.letter, line.text) in self._said:
            return False  # it was said in words when the gateway took no picture
        try:
            await self._show(line, place, line.picture)
        except TooFast:
            raise
        except NotSent as no:
            log.warning("%s takes no picture, the text is said instead: %s", self.name, no)
            return False
        return True

    async def _show(self, line: Spoken, place: str, shown: Picture) -> None:
        words = hearing.SHOWN[hearing.IMAGE]
        if (line.letter, words) in self._said:
            return
        try:
            box = await pictures.hand_over(self._link, shown)
        except (GatewayAway, GatewayFault, WrongToken) as why:
            raise NotSent(str(why)) from None  # nothing went out yet
        await self._say(line, place, words, "MessageSendFile", file_box=box)

    async def _say(self, line: Spoken, place: str, words: str, call: str, **what: str) -> None:
        """One message of the account; `words` is what its echo is known by."""
        if self._was_said(line.letter, place, words):
            return
        since = self._echoes.count
        with self._echoes.saying(place):
            try:
                sent = await self._link.call(call, conversation_id=place, **what)
            except (GatewayFault, WrongToken) as no:
                if line.account is not None and _UNFRIENDED.search(str(no)):
                    self._friends.discard(line.account)
                    raise Unreachable(str(no)) from None
                if _FREQUENT.search(str(no)):
                    raise TooFast(str(no)) from None
                raise NotSent(str(no)) from None
            except GatewayAway as why:
                self._unsure[line.letter, words] = since
                self._echoes.lost(place, words)
                raise MaybeSent(str(why)) from None
            self._echoes.answered(sent.id, place, words)
        self._said.append((line.letter, words))

    async def reaches(self, account: str) -> bool:
        """Friends, and whoever has written in private, which nobody else can; some gateways know of no friends."""
        if account in self._friends:
            return True
        card = await self._cards.contact(account)
        if card is None or card.friend or await mail.has_written_privately(self.name, account):
            if len(self._friends) >= MOST_FRIENDS:
                self._friends.clear()
            self._friends.add(account)
            return True
        return False

    def _was_said(self, letter: int, place: str, words: str) -> bool:
        """A part of a letter whose next part failed; or a line of which nobody could tell, and which came back from the
        gateway since."""
        key = letter, words
        since = self._unsure.pop(key, None)
        if since is not None and self._echoes.explain(place, words, since=since):
            self._said.append(key)
        return key in self._said
