"""终端: the same shop in a terminal; what is typed is said by one person, privately or in a group.

小李: 我的订单          be 小李, in private
小李@水果群: 来2箱橙子   be 小李, in the group
来2箱橙子               the same person in the same place as before
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import re
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from uuid import uuid4

from bot.channels.channel import Abilities, NoPicture, NotSent, Spoken
from dialogs.speech import Heard
from shop.rules.pictures import Picture

# A name before a colon; 8:30 and http://… are words of the text.
_SPEAKER = re.compile(
    r"(?P<who>[^\s@:：]{1,20})(?:@(?P<room>[^\s:：]{1,30}))?(?:(?<!\d)[:：]|[:：](?!\d))(?!//)\s*(?P<text>.+)"
)


class Terminal:
    is_up = True
    abilities = Abilities(cards=False, buttons=False, longest_text=2_000)

    def __init__(
        self, now: Callable[[], datetime], *, shop_name: str, who: str, room: str | None, name: str
    ) -> None:
        self.name = name
        self._now = now
        self._shop_name = shop_name
        self._who, self._room = who, room
        self._ended = False
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._reader: threading.Thread | None = None

    async def listen(self) -> AsyncGenerator[Heard, None]:
        if self._reader is None:
            source, loop = sys.stdin.fileno(), asyncio.get_running_loop()
            self._reader = threading.Thread(target=self._read, args=(source, loop), daemon=True)
            self._reader.start()
        while not self._ended and (typed := await self._typed.get()) is not None:
            if text := self._change_speaker(typed.strip()):
                yield self._heard(text)
        self._ended = True

    async def login(self) -> None:
        return None

    async def reaches(self, account: str) -> bool:
        return True

    async def speak(self, line: Spoken) -> None:
        where = line.room or line.account
        body = line.text.replace("\n", "\n          ")
        try:
            sys.stdout.write(f"{self._shop_name}@{where}> {body}\n")
            sys.stdout.flush()
        except (OSError, ValueError) as exc:  # a closed pipe, a closed file
            raise NotSent("nobody reads the terminal any more") from exc

    async def picture(self, heard: Heard) -> Picture:
        raise NoPicture("a terminal has words only")

    async def close(self) -> None:
        self._ended = True
        await self._typed.put(None)

    def _read(self, source: int, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread of its own that nobody waits for: a person who types nothing must not hold up the closing."""
        decoder, rest = codecs.getincrementaldecoder("utf-8")(errors="replace"), ""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            while chunk := _chunk(source):
                *lines, rest = (rest + decoder.decode(chunk)).split("\n")
                for line in lines:
                    loop.call_soon_threadsafe(self._typed.put_nowait, line)
            loop.call_soon_threadsafe(self._typed.put_nowait, rest)
            loop.call_soon_threadsafe(self._typed.put_nowait, None)

    def _change_speaker(self, typed: str) -> str:
        if match := _SPEAKER.fullmatch(typed):
            self._who, self._room = match["who"], match["room"]
            return match["text"]
        return typed

    def _heard(self, text: str) -> Heard:
        mentions = ("@shop",) if f"@{self._shop_name}" in text else ()
        return Heard(self.name, uuid4().hex, self._room, self._who, self._who, text, self._now(), mentions)


def _chunk(source: int) -> bytes:
    try:
        return os.read(source, 65536)
    except OSError:  # a terminal that was hung up
        return b""
