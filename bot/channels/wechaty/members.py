"""群成员: who is in which group, as far as it was looked at; who is missing at the next look has left meanwhile.

Gateways tell a leave only to whoever listens just then. At the first look of a process, those are compared with it who
have spoken there before it began.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.channels.wechaty.gateway import Event, GatewayTrouble
from shop import mail, people

MOST = 500  # groups; then all of them are forgotten
LATELY = timedelta(
    days=30
)  # who has said nothing for longer may have left when that was nobody's doing of today


async def _no_rooms() -> tuple[str, ...]:
    return ()


async def _nobody(room: str) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Past:
    """What is known from before this process began: the groups that are served, and who was in one of them."""

    rooms: Callable[[], Awaitable[Collection[str]]] = _no_rooms
    members: Callable[[str], Awaitable[frozenset[str]]] = _nobody


UNKNOWN = Past()


def past_of(channel: str, now: Callable[[], datetime]) -> Past:
    """As the shop's database has it."""

    async def members(room: str) -> frozenset[str]:
        return await mail.speakers(channel, room, since=now() - LATELY)

    return Past(partial(people.rooms_on, channel), members)


class Members:
    def __init__(self, call: Callable[..., Awaitable[Any]], past: Past) -> None:
        self._call = call
        self._past = past
        self._in: dict[str, frozenset[str] | None] = {}  # None: not looked at yet

    async def rooms(self) -> tuple[str, ...]:
        """All that are worth a look."""
        for room in await self._past.rooms():
            self.begin(room)
        return tuple(self._in)

    def begin(self, room: str) -> bool:
        """Whether this group was not looked at yet; it is to be, now."""
        if room in self._in:
            return False
        if len(self._in) >= MOST:
            self._in.clear()
        self._in[room] = None
        return True

    async def look(self, room: str) -> list[str]:
        """Who has left since the last look. An empty list is an account that has been put out itself, or a gateway that
        knows nobody; one that lacks most of them belongs to a gateway that has not read it to the end. Then nobody has
        left, and the next look will tell."""
        before = self._in.get(room)
        if before is None:
            before = await self._past.members(room)
        try:
            found = frozenset((await self._call("RoomMemberList", id=room)).member_ids)
        except GatewayTrouble:
            return []
        gone = before - found
        if not found or len(gone) > len(before) / 2:
            return []
        self._in[room] = found
        return sorted(gone)

    def note(self, event: Event) -> None:
        """Whose leave was told is not missed again."""
        room, gone = event.text("roomId"), event.facts.get("removeeIdList")
        there = self._in.get(room)
        if event.name == "room-leave" and there is not None and isinstance(gone, list):
            self._in[room] = there - {one for one in gone if isinstance(one, str)}
