"""敲门: who wants to be a friend is let in, and so is whoever invites the account into a group.

Unless the config leaves them to the account's phone. A group is silent until the shop's owner opens it there
(dialogs/rooms.py), so an invitation from anybody does no harm. One at a time and not at once: accounts that say yes within a second are taken for programs.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection
from io import StringIO
from typing import Any

import segno

from bot.channels.wechaty.gateway import Event, GatewayTrouble
from bot.settings import Knock

log = logging.getLogger(__name__)

ASKS = 2  # the type of a friendship event that is a request; the others tell how one ended
PAUSE = 2.0, 5.0  # seconds
LONGEST_CODE = 1_000  # characters of what a login code says


class Door:
    def __init__(
        self,
        call: Callable[..., Awaitable[Any]],
        show: Callable[[str], None],
        lets_in: Collection[Knock] = ("friends", "groups"),
    ) -> None:
        """`show`: where a person looks who can scan a code."""
        self._call = call
        self._show = show
        self._lets_in = lets_in
        self._one = asyncio.Lock()
        self.code = ""  # what the account's phone has to read, if anything

    async def answer(self, event: Event) -> None:
        if ("friends" if event.name == "friendship" else "groups") not in self._lets_in:
            return
        async with self._one:
            await asyncio.sleep(random.uniform(*PAUSE))
            try:
                if event.name == "friendship":
                    await self._befriend(event.text("friendshipId"))
                else:
                    await self._call("RoomInvitationAccept", id=event.text("roomInvitationId"))
            except GatewayTrouble as why:
                log.warning("%s was not accepted: %s", event.name, why)

    async def _befriend(self, id: str) -> None:
        friendship = await self._call("FriendshipPayload", id=id)
        if friendship.type == ASKS:
            await self._call("FriendshipAccept", id=id)

    def forget_code(self) -> None:
        """It opens nothing any more."""
        self.code = ""

    def show_code(self, event: Event) -> None:
        """The account wants to be logged in: its code, once."""
        code = event.text("qrcode")
        if not 0 < len(code) <= LONGEST_CODE or not code.isprintable() or code == self.code:
            return
        self.code = code
        drawn = StringIO()
        segno.make(code, error="l").terminal(drawn, compact=True)
        self._show(f"用店里的微信扫一扫登录：\n{drawn.getvalue()}{code}")
