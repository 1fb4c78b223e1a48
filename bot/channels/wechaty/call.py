"""一问: one call on an HTTP/2 line: what has come of it and has not been taken."""

from __future__ import annotations

import asyncio
from collections import deque

from bot.channels.wechaty.frames import RESOURCE_EXHAUSTED, Status

OUR_WINDOW = 1 << 20  # bytes of one call that may be on their way to us unread


class Call:
    def __init__(self, window: int, largest: int, *, is_stream: bool) -> None:
        self.window = window  # bytes that we may send yet
        self.is_stream = is_stream
        self.messages: deque[bytes] = deque()
        self.end: Status | None = None
        self.is_over = False
        self.is_sent = False  # all that we have to say
        self.owed = 0  # bytes that came and for which the other side has not been given new room
        self._largest = largest
        self._part = bytearray()
        self._news: asyncio.Future[None] | None = None

    def take_in(self, data: bytes) -> None:
        """Raises Status for what is no message, or too large a one."""
        part = self._part
        part += data
        while len(part) >= 5:
            size = int.from_bytes(part[1:5])
            if part[0] or size > self._largest:
                raise Status(RESOURCE_EXHAUSTED, f"an answer of {size} bytes, or packed")
            if len(part) < 5 + size:
                return
            self.messages.append(bytes(part[5 : 5 + size]))
            del part[: 5 + size]
            if self.is_stream:
                self._wake()

    def finish(self, end: Status | None) -> None:
        if not self.is_over:
            self.end, self.is_over = end, True
            self._wake()

    async def news(self) -> None:
        self._news = asyncio.get_running_loop().create_future()
        await self._news

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
