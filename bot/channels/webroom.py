"""网页群: a chat room of our own in the browser; a channel like any other, and a small chat server with a durable log.

Every line is in the log before anybody sees it. The log is also the queue to the shop: what was posted and not yet
handed over is handed over by the next listener, so a crash in between loses nothing (the inbox drops duplicates).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.channels.channel import Abilities, NoPicture, Spoken
from dialogs.speech import Heard, Quote
from shop import chatlog, pictures
from shop.chatlog import Line, Member
from shop.rules.pictures import Picture
from shop.transaction import unit_of_work

VIEWER_HOLDS = 200  # lines that may wait for a slow browser before it has to come back and read the log
HANDED_AT_ONCE = 100
PAUSE = 1.0  # seconds, when the log cannot be read
RESET: Mapping[str, Any] = {
    "event": "reset"
}  # a signal: the chat is empty again and its lines count from one

_AT_NAME = re.compile(
    r"[@＠]([^\s@＠,，。!！?？:：;；、]+)"
)  # \s covers U+2005, the space WeChat puts after a name

log = logging.getLogger(__name__)


class Viewer:
    """One open browser page. Lines come in the order of their ids, signals between them."""

    def __init__(self, account: str | None, rooms: frozenset[str]) -> None:
        self.account = account  # None sees every chat: the demo's table
        self.rooms = rooms
        self.is_dropped = False
        self._waiting: deque[Line | Mapping[str, Any]] = deque()
        self._news = asyncio.Event()
        self._take: Callable[[Line], None] | None = None  # while `next` waits, and no line lies before

    def may_see(self, line: Line) -> bool:
        if self.account is None:
            return True
        return line.account == self.account if line.room is None else line.room in self.rooms

    def show(self, what: Line | Mapping[str, Any]) -> None:
        """Never waits for a slow browser: it is dropped, and finds the rest in the log when it comes back."""
        if self._take is not None and isinstance(what, Line) and not self._waiting:
            self._take(what)
        elif len(self._waiting) >= VIEWER_HOLDS:
            self.drop()
        elif not self.is_dropped:
            self._waiting.append(what)
            self._news.set()

    def drop(self) -> None:
        self.is_dropped = True
        self._waiting.clear()
        self._news.set()

    async def next(
        self, within: float, take: Callable[[Line], None] | None = None
    ) -> Line | Mapping[str, Any] | None:
        """The next line or signal; None when nothing came in time or the viewer was dropped. Lines that come while this
        waits go straight to `take`, and nobody has to wake up for them."""
        if not self._waiting:
            self._news.clear()
            if self.is_dropped:
                return None
            self._take = take
            try:
                async with asyncio.timeout(within):
                    await self._news.wait()
            except TimeoutError:
                return None
            finally:
                self._take = None
        return self._waiting.popleft() if self._waiting else None


class WebRoom:
    """The channel. `now` is the shop's clock (the demo moves it); rooms are known by their names."""

    is_up = True
    abilities = Abilities(cards=True, buttons=True, pictures=True, longest_text=20_000)

    def __init__(
        self, *, shop_name: str, rooms: Sequence[str], now: Callable[[], datetime], name: str = "webroom"
    ) -> None:
        self.name = name
        self.shop_name = shop_name
        self.rooms = tuple(rooms)
        self.now = now
        self._viewers: set[Viewer] = set()
        self._closed = False
        self._shown = 0
        self._posted = asyncio.Event()
        # ids become visible in their order: no reader can step over a late one
        self._writing = asyncio.Lock()

    # -- a channel as the shop knows it

    async def listen(self) -> AsyncGenerator[Heard, None]:
        while not self._closed:
            self._posted.clear()
            try:
                lines = await chatlog.unhanded(self.name, limit=HANDED_AT_ONCE)
                heard = [await self.heard(line) for line in lines]
            except Exception:  # the database comes back, and the lines are still in it
                log.exception("the web room cannot read its log; tried again in a moment")
                await asyncio.sleep(PAUSE)
                continue
            for one in heard:
                yield one
            if lines:  # reached only when the last one was taken too
                await self._mark(lines)
            else:
                await self._posted.wait()

    async def _mark(self, lines: Sequence[Line]) -> None:
        try:
            await chatlog.hand_over(self.name, (line.id for line in lines))
        except Exception:  # they are handed over once more, and dropped as known
            log.exception("the web room cannot write its log")
            await asyncio.sleep(PAUSE)

    async def login(self) -> None:
        return None

    async def reaches(self, account: str) -> bool:
        return True

    async def speak(self, line: Spoken) -> None:
        await self.say(line)

    async def picture(self, heard: Heard) -> Picture:
        line = await self.line(int(heard.id))
        found = await self.picture_of(line) if line is not None else None
        if found is None:
            raise NoPicture("it is forgotten")
        return found

    async def close(self) -> None:
        self._closed = True
        self._posted.set()
        for viewer in tuple(self._viewers):
            viewer.drop()

    # -- what the pages call

    async def post(
        self,
        room: str | None,
        who: str,
        name: str,
        text: str,
        nonce: str | None = None,
        *,
        reply_to: int | None = None,
        picture: Picture | None = None,
    ) -> Line:
        """A member says or shows something: kept, shown to everybody who may see it, and handed to the shop."""
        shown = await self._kept(picture)
        async with self._writing:
            line = await chatlog.post(
                self.name,
                room=room,
                who=who,
                name=name,
                text=text,
                nonce=nonce or uuid4().hex,  # written again after a lost COMMIT, it is still one line
                reply_to=reply_to,
                picture=shown,
                at=self.now(),
            )
            self._show_new(line)
        self._posted.set()
        return line

    async def say(self, line: Spoken) -> Line:
        """What `speak` does, and the line that came of it."""
        shown = await self._kept(line.picture)
        async with self._writing:
            kept = await chatlog.spoken(
                self.name,
                room=line.room,
                account=line.account,
                name=self.shop_name,
                text=line.text,
                card=asdict(line.card) if line.card is not None else None,
                buttons=[asdict(button) for button in line.buttons],
                picture=shown,
                letter=int(line.letter),
                at=self.now(),
            )
            self._show_new(kept)
        return kept

    async def heard(self, line: Line) -> Heard:
        """The line as the shop hears it."""
        quoted = await chatlog.line(self.name, line.reply_to) if line.reply_to is not None else None
        return Heard(
            channel=self.name,
            id=str(line.id),
            room=line.room,
            who=line.who,
            name=line.name,
            text=line.text,
            sent_at=line.at,
            mentions=mentions_in(line.text, shop_name=self.shop_name),
            quote=Quote(who=quoted.name, text=quoted.text) if quoted is not None else None,
            has_picture=line.picture is not None,
        )

    async def picture_of(self, line: Line) -> Picture | None:
        """None for a line without one, or where it is forgotten."""
        return await pictures.find(line.picture) if line.picture is not None else None

    async def _kept(self, picture: Picture | None) -> int | None:
        if picture is None:
            return None
        return await unit_of_work(lambda: pictures.keep(picture, now=self.now()))

    async def join(self, account: str, name: str, *, likeness: str) -> Member | None:
        return await chatlog.join(self.name, account=account, name=name, likeness=likeness, at=self.now())

    async def member(self, account: str) -> Member | None:
        return await chatlog.member(self.name, account)

    async def members(self) -> tuple[Member, ...]:
        return await chatlog.members(self.name)

    async def line(self, line_id: int) -> Line | None:
        return await chatlog.line(self.name, line_id)

    async def lines_for(self, viewer: str | None, *, after: int | None, limit: int = 200) -> tuple[Line, ...]:
        return await chatlog.lines_for(self.name, viewer, rooms=self.rooms, after=after, limit=limit)

    async def lines_before(
        self, room: str | None, account: str, *, before: int, limit: int
    ) -> tuple[Line, ...]:
        return await chatlog.lines_before(self.name, room=room, account=account, before=before, limit=limit)

    async def said_after(self, after: int, *, limit: int = 500) -> tuple[Line, ...]:
        return await chatlog.said_after(self.name, after, limit=limit)

    async def last_id(self) -> int:
        return await chatlog.last_id(self.name)

    async def forget(self) -> None:
        """An empty chat again (demo only)."""
        async with self._writing:
            await chatlog.forget(self.name)
            self._shown = 0
            self.signal(RESET)

    @contextmanager
    def watch(self, account: str | None) -> Iterator[Viewer]:
        """Live lines from now on; watch first, then read the log, and nothing falls between."""
        viewer = Viewer(account, frozenset(self.rooms))
        self._viewers.add(viewer)
        if self._closed:
            viewer.drop()
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)

    def signal(self, what: Mapping[str, Any]) -> None:
        """Something that is not a line (the clock moved, the chat was emptied): only for those who look now."""
        for viewer in tuple(self._viewers):
            viewer.show(what)

    def _show_new(self, line: Line) -> None:
        """A line that was there already (a second tap, a letter said again) is not shown again."""
        if line.id <= self._shown:
            return
        self._shown = line.id
        for viewer in tuple(self._viewers):
            if viewer.may_see(line):
                viewer.show(line)


def mentions_in(text: str, *, shop_name: str) -> tuple[str, ...]:
    """@店名 is the shop even when the order follows without a space; every other @name is kept as it is written."""
    found: list[str] = []
    for match in _AT_NAME.finditer(text):
        name = match.group(1)
        who = "@shop" if name.startswith(shop_name) else name
        if who not in found:
            found.append(who)
    return tuple(found)
