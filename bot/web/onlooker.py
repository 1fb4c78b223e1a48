"""看直播的页: one page that stays open, and how an event gets to it: written where it was made, into the socket itself.

A task for each page that wakes for each event would be most of what a line costs where hundreds look on; so no event
waits for a page. One that does not take what it is given is cut off, and comes back by itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import HttpVersion11, web

MOST_BEHIND = 1 << 20  # bytes that wait for a slow page before it is cut off
STUCK_AFTER = 30.0  # seconds
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Event:
    """As it goes over the wire, made once, however many look on: `chunk` for HTTP/1.1, `plain` for what is older."""

    plain: bytes
    chunk: bytes

    @classmethod
    def of(cls, *events: bytes) -> Event:
        plain = b"".join(events)
        return cls(plain, b"%x\r\n%b\r\n" % (len(plain), plain))


RETRY = Event.of(b"retry: 1500\n\n")
PING = Event.of(b": ping\n\n")
READY = Event.of(b"event: ready\ndata: {}\n\n")


class Onlooker:
    """After its end nothing is shown any more."""

    def __init__(self, request: web.Request) -> None:
        self.response = web.StreamResponse(headers=HEADERS)
        self._request = request
        self._is_chunked = request.version >= HttpVersion11
        self._end = asyncio.Event()

    async def open(self) -> None:
        """The head goes out; from now on events go past aiohttp. One that is gone already is over."""
        try:
            await self.response.prepare(self._request)
            await self.response.write(RETRY.plain)
        except ConnectionError:
            self.end()

    @property
    def is_over(self) -> bool:
        return self._end.is_set()

    def show(self, event: Event) -> None:
        """At once, and in the order of the calls."""
        transport = self._request.transport
        if self.is_over or transport is None or transport.is_closing():
            self.end()
            return
        transport.write(event.chunk if self._is_chunked else event.plain)
        if transport.get_write_buffer_size() > MOST_BEHIND:
            transport.abort()
            self.end()

    async def hand(self, event: Event) -> None:
        """As `show`, but a page that is slow is waited for: a long log would cut it off."""
        try:
            async with asyncio.timeout(STUCK_AFTER):
                await self.response.write(event.plain)
        except (ConnectionError, TimeoutError):
            self.end()

    def end(self) -> None:
        self._end.set()

    async def stays(self) -> None:
        """Until the page is gone, was too slow or is sent away."""
        await self._end.wait()
