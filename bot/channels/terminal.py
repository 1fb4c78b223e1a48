"""终端: the same shop in a terminal; what is typed is said by one person, privately or in a group.

小李: 我的订单          be 小李, in private
小李@水果群: 来2箱橙子   be 小李, in the group
来2箱橙子               the same person in the same place as before
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from uuid import uuid4

from bot.channels.channel import Abilities, Spoken
from dialogs.speech import Heard

_SPEAKER = re.compile(r"(?P<who>[^\s@:：]{1,20})(?:@(?P<room>[^\s:：]{1,30}))?[:：]\s*(?P<text>.+)")


class Terminal:
    abilities = Abilities(cards=False, buttons=False, longest_text=2_000)

    def __init__(
        self, now: Callable[[], datetime], *, shop_name: str, who: str, room: str | None, name: str
    ) -> None:
        self.name = name
        self._now = now
        self._shop_name = shop_name
        self._who, self._room = who, room
        self._ended = False

    async def listen(self) -> AsyncGenerator[Heard, None]:
        while not self._ended:
            typed = await asyncio.to_thread(sys.stdin.readline)
            if not typed:
                return
            if text := self._change_speaker(typed.strip()):
                yield self._heard(text)

    async def speak(self, line: Spoken) -> None:
        where = line.room or line.account
        body = line.text.replace("\n", "\n          ")
        sys.stdout.write(f"{self._shop_name}@{where}> {body}\n")
        sys.stdout.flush()

    async def close(self) -> None:
        self._ended = True

    def _change_speaker(self, typed: str) -> str:
        if match := _SPEAKER.fullmatch(typed):
            self._who, self._room = match["who"], match["room"]
            return match["text"]
        return typed

    def _heard(self, text: str) -> Heard:
        mentions = ("@shop",) if f"@{self._shop_name}" in text else ()
        return Heard(self.name, uuid4().hex, self._room, self._who, self._who, text, self._now(), mentions)
