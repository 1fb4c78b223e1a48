"""回环: a channel inside the process; tests, transcripts and the benchmark speak through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bot.channels.channel import Abilities, NoPicture, NotSent, Spoken
from dialogs.speech import Heard
from shop.rules.pictures import Picture


class Loopback:
    """What is put in is heard; what is said is kept in `said`. `is_down` makes it refuse, as a gateway that is away;
    whoever is among the `strangers` cannot be written to."""

    is_up = True
    abilities = Abilities(
        cards=True, buttons=True, pictures=True, strangers=False, topics=True, longest_text=2_000
    )

    def __init__(self, name: str = "loopback") -> None:
        self.name = name
        self.said: list[Spoken] = []
        self.pictures: dict[str, Picture] = {}  # by the id of their message
        self.strangers: set[str] = set()
        self.is_down = False
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        self._closed = False

    async def put(self, heard: Heard) -> None:
        await self._heard.put(heard)

    async def listen(self) -> AsyncGenerator[Heard, None]:
        while not self._closed and (heard := await self._heard.get()) is not None:
            yield heard

    async def login(self) -> None:
        return None

    async def reaches(self, account: str) -> bool:
        return account not in self.strangers

    async def speak(self, line: Spoken) -> None:
        if self.is_down:
            raise NotSent("the loopback is down")
        self.said.append(line)

    async def picture(self, heard: Heard) -> Picture:
        if heard.id not in self.pictures:
            raise NoPicture("nothing was put in for it")
        return self.pictures[heard.id]

    async def close(self) -> None:
        self._closed = True
        await self._heard.put(None)
