"""守着: a channel that is away for long is an alarm; when it is back, its groups hear once that something may be missed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot import apart
from bot.channels.channel import Channel
from bot.clock import Clock
from shop import alarms, mail, people
from shop.kit.ids import ShopId
from shop.transaction import unit_of_work

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
LONG = timedelta(minutes=2)
DOWN = "channel_down"


class Watch:
    """Only what was up before can be missed: a second process that waits for its turn is no alarm."""

    def __init__(
        self, shop: ShopId, channels: Mapping[str, Channel], clock: Clock, tz: str, wake: Callable[[], None]
    ) -> None:
        self._shop = shop
        self._channels = channels
        self._clock = clock
        self._tz = ZoneInfo(tz)
        self._wake = wake
        self._was_up: set[str] = set()
        self._down_since: dict[str, datetime] = {}
        self._told: set[str] = set()

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("the channels could not be looked after; tried again in a moment")
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        now = self._clock.now()
        for name, channel in self._channels.items():
            if channel.is_up:
                if name not in self._was_up:  # an alarm of the process before this one
                    await unit_of_work(partial(alarms.over, self._shop, DOWN, name, now=now))
                    self._was_up.add(name)
                await self._is_back(name, now)
            elif name in self._was_up:
                since = self._down_since.setdefault(name, now)
                if now - since >= LONG and name not in self._told:
                    await self._is_down(name, since, now)

    async def _is_down(self, name: str, since: datetime, now: datetime) -> None:
        facts = f"{name} {since.astimezone(self._tz):%H:%M}"
        await unit_of_work(lambda: alarms.raise_alarm(self._shop, DOWN, name, facts, now=now))
        self._told.add(name)
        self._wake()

    async def _is_back(self, name: str, now: datetime) -> None:
        since = self._down_since.get(name)
        if since is not None and now - since >= LONG:
            await unit_of_work(lambda: self._tell_groups(name, now))
            self._wake()
        self._down_since.pop(name, None)
        self._told.discard(name)

    async def _tell_groups(self, name: str, now: datetime) -> None:
        await alarms.over(self._shop, DOWN, name, now=now)
        rooms = [room for room in await people.rooms(self._shop) if room.channel == name and not room.muted]
        for room in rooms:
            await mail.write(await apart.was_away(name, room.key, now=now), now=now)
