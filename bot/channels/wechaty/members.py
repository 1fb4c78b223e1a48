"""群成员: who is in which group, as far as it was looked at; who is missing at the next look has left meanwhile.

Gateways tell a leave only to whoever listens just then. Kept by this process alone: after a restart nobody has left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.wechaty.gateway import Event, GatewayTrouble

MOST = 500  # groups; then all of them are forgotten


class Members:
    def __init__(self, call: Callable[..., Awaitable[Any]]) -> None:
        self._call = call
        self._in: dict[str, frozenset[str]] = {}

    @property
    def rooms(self) -> tuple[str, ...]:
        return tuple(self._in)

    def begin(self, room: str) -> bool:
        """Whether this group was not looked at yet; it is to be, now."""
        if room in self._in:
            return False
        if len(self._in) >= MOST:
            self._in.clear()
        self._in[room] = frozenset()
        return True

    async def look(self, room: str) -> list[str]:
        """Who has left since the last look. An empty list is an account that has been put out itself, or a gateway that
        knows nobody: then nobody has left."""
        try:
            found = frozenset((await self._call("RoomMemberList", id=room)).member_ids)
        except GatewayTrouble:
            return []
        if not found:
            return []
        before, self._in[room] = self._in.get(room, frozenset()), found
        return sorted(before - found)

    def note(self, event: Event) -> None:
        """Whose leave was told is not missed again."""
        room, gone = event.text("roomId"), event.facts.get("removeeIdList")
        if event.name == "room-leave" and room in self._in and isinstance(gone, list):
            self._in[room] -= {one for one in gone if isinstance(one, str)}
