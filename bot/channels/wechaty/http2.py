"""传输: gRPC over one HTTP/2 connection, as much of both as a client needs.

grpcio does the same in a thread of its own and takes three times the processor for hearing a message
(docs/decisions/0015-wechaty.md).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Iterable
from typing import cast

from hpack import HPACKError

from bot.channels.wechaty.call import OUR_WINDOW, Call
from bot.channels.wechaty.frames import (
    ACK,
    CANCEL,
    CANCELLED,
    CONTINUATION,
    DATA,
    DEADLINE_EXCEEDED,
    ENABLE_PUSH,
    END_HEADERS,
    END_STREAM,
    FIRST_WINDOW,
    FRAME,
    GOAWAY,
    HEADER_TABLE,
    HEADERS,
    LARGEST_WINDOW,
    MOST_CALLS,
    PING,
    PREFACE,
    PRIORITY,
    PUSH,
    RESET,
    SETTINGS,
    UNAVAILABLE,
    UNKNOWN,
    USUAL_WINDOW,
    WINDOW,
    Status,
    frame,
    read_headers,
    status_of,
    unpadded,
)

LONGEST_HEADERS = 64 << 10


class Line(asyncio.Protocol):
    """One connection. Whatever breaks it ends all its calls with UNAVAILABLE."""

    def __init__(self, largest: int) -> None:
        """`largest`: bytes of one message that is taken."""
        self._largest = largest
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._calls: dict[int, Call] = {}
        self._next, self._most = 1, 100
        self._window, self._first_window = USUAL_WINDOW, USUAL_WINDOW
        self._owed = 0  # as of a call, for all of them together
        self._room: asyncio.Future[None] | None = None  # somebody waits until more may be sent
        self._unread, self._out = b"", list[bytes]()
        self._heads: tuple[int, int, bytes] | None = None  # of a block that goes on in the next frame
        self._lost: str | None = None

    @property
    def is_lost(self) -> bool:
        return self._lost is not None

    # ── calls ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, headers: bytes, bodies: Iterable[bytes], *, within: float) -> bytes:
        """The one answer to what is sent; `within` seconds. Raises Status."""
        id, call = await self._begin(headers, is_stream=False)
        timer = self._loop.call_later(within, self._end, id, Status(DEADLINE_EXCEEDED, "no answer in time"))
        try:
            await self._send(id, call, bodies)
            while not call.is_over:
                await call.news()
            if call.end is not None:
                raise call.end
            return call.messages[0] if call.messages else b""
        finally:
            timer.cancel()
            self._end(id, Status(CANCELLED, "given up"))

    async def listen(self, headers: bytes, body: bytes) -> AsyncGenerator[bytes, None]:
        """All answers, until the other side ends them. Raises Status."""
        id, call = await self._begin(headers, is_stream=True)
        try:
            await self._send(id, call, [body])
            while call.messages or not call.is_over:
                if not call.messages:
                    await call.news()
                    continue
                yield call.messages.popleft()
                self._give_back(id, call)
            if call.end is not None:
                raise call.end
        finally:
            self._end(id, Status(CANCELLED, "given up"))

    def close(self, why: str = "closed") -> None:
        self._fail(why)

    async def _begin(self, headers: bytes, *, is_stream: bool) -> tuple[int, Call]:
        while self._lost is None and len(self._calls) >= self._most:
            await self._more_room()
        if self._lost is not None:
            raise Status(UNAVAILABLE, self._lost)
        id, self._next = self._next, self._next + 2
        call = self._calls[id] = Call(self._first_window, self._largest, is_stream=is_stream)
        self._write(frame(HEADERS, END_HEADERS, id, headers))
        return id, call

    async def _send(self, id: int, call: Call, bodies: Iterable[bytes]) -> None:
        for body in bodies:
            rest = memoryview(b"\0" + len(body).to_bytes(4) + body)
            while rest and not call.is_over:
                size = min(len(rest), FRAME, call.window, self._window)
                if size <= 0:
                    await self._more_room()
                    continue
                call.window -= size
                self._window -= size
                self._write(frame(DATA, 0, id, bytes(rest[:size])))
                rest = rest[size:]
        if not call.is_over:
            self._write(frame(DATA, END_STREAM, id))
            call.is_sent = True

    async def _more_room(self) -> None:
        """Woken by whatever may have made some; all who wait look again."""
        if self._room is None:
            self._room = self._loop.create_future()
        await asyncio.shield(self._room)

    def _wake_senders(self) -> None:
        if self._room is not None:
            self._room.set_result(None)
            self._room = None

    def _end(self, id: int, end: Status | None) -> None:
        """Forget a call; one that is not at its end on both sides is taken back."""
        call = self._calls.pop(id, None)
        if call is None:
            return
        if not (call.is_over and call.is_sent) and self._lost is None:
            self._write(frame(RESET, 0, id, CANCEL.to_bytes(4)))
        call.finish(end)
        self._wake_senders()

    def _give_back(self, id: int, call: Call) -> None:
        """New room for a call, half of it at a time; whoever does not read his messages gets no more of them."""
        if call.owed > OUR_WINDOW // 2 and not call.is_over and not call.messages:
            self._write(frame(WINDOW, 0, id, call.owed.to_bytes(4)))
            call.owed = 0

    # ── the line ────────────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        settings = {HEADER_TABLE: 0, ENABLE_PUSH: 0, FIRST_WINDOW: OUR_WINDOW}
        said = b"".join(name.to_bytes(2) + value.to_bytes(4) for name, value in settings.items())
        wide = (LARGEST_WINDOW - USUAL_WINDOW).to_bytes(4)  # the calls have windows of their own
        self._write(PREFACE + frame(SETTINGS, 0, 0, said) + frame(WINDOW, 0, 0, wide))

    def connection_lost(self, fault: Exception | None) -> None:
        self._fail(str(fault or "the connection was closed"))

    def data_received(self, data: bytes) -> None:
        unread = self._unread + data if self._unread else data
        at, end = 0, len(unread)
        try:
            while end - at >= 9:
                size = int.from_bytes(unread[at : at + 3])
                if size > FRAME:
                    raise ValueError("a frame that is too large")
                if end - at < 9 + size:
                    break
                id = int.from_bytes(unread[at + 5 : at + 9]) & LARGEST_WINDOW
                self._read(unread[at + 3], unread[at + 4], id, unread[at + 9 : at + 9 + size])
                at += 9 + size
            self._unread = unread[at:]
        except (ValueError, IndexError, HPACKError) as fault:
            self._fail(f"what came is no HTTP/2: {fault}")

    def _read(self, kind: int, flags: int, id: int, body: bytes) -> None:
        if self._heads is not None and kind != CONTINUATION:
            raise ValueError("headers that do not end")
        if kind == DATA:
            self._take_data(flags, id, unpadded(flags, body), len(body))
        elif kind == HEADERS:
            block = unpadded(flags, body)
            self._take_headers(flags, id, flags, block[5:] if flags & PRIORITY else block)
        elif kind == CONTINUATION and self._heads is not None and self._heads[0] == id:
            self._take_headers(flags, id, self._heads[1], self._heads[2] + body)
        elif kind == WINDOW:
            more = int.from_bytes(body) & LARGEST_WINDOW
            if id == 0:
                self._window += more
            elif id in self._calls:
                self._calls[id].window += more
            self._wake_senders()
        elif kind == SETTINGS and not flags & ACK:
            self._take_settings(body)
        elif kind == PING and not flags & ACK:
            self._write(frame(PING, ACK, 0, body))
        elif kind == RESET:
            code = CANCELLED if int.from_bytes(body) == CANCEL else UNAVAILABLE
            self._over(id, Status(code, "the gateway has broken the call off"))
        elif kind == GOAWAY:
            self._fail("the gateway is going away")
        elif kind in (PUSH, CONTINUATION):
            raise ValueError("a frame that nobody asked for")

    def _take_data(self, flags: int, id: int, data: bytes, size: int) -> None:
        self._owed += size
        if self._owed > LARGEST_WINDOW // 2:
            self._write(frame(WINDOW, 0, 0, self._owed.to_bytes(4)))
            self._owed = 0
        call = self._calls.get(id)
        if call is None or call.is_over:
            return  # given up meanwhile
        try:
            call.take_in(data)
        except Status as no:
            self._end(id, no)
            return
        call.owed += size
        self._give_back(id, call)
        if flags & END_STREAM:
            self._over(id, Status(UNKNOWN, "an answer without its end"))

    def _take_headers(self, flags: int, id: int, first: int, block: bytes) -> None:
        if len(block) > LONGEST_HEADERS:
            raise ValueError("headers that are too long")
        self._heads = None if flags & END_HEADERS else (id, first, block)
        if self._heads is None:
            headers = read_headers(block)
            if first & END_STREAM or headers.get(":status", "200") != "200":
                self._over(id, status_of(headers))

    def _take_settings(self, body: bytes) -> None:
        for at in range(0, len(body) - 5, 6):
            name, value = int.from_bytes(body[at : at + 2]), int.from_bytes(body[at + 2 : at + 6])
            if name == MOST_CALLS:
                self._most = max(1, value)
            elif name == FIRST_WINDOW:
                for call in self._calls.values():
                    call.window += value - self._first_window
                self._first_window = value
        self._write(frame(SETTINGS, ACK, 0))
        self._wake_senders()

    def _over(self, id: int, end: Status | None) -> None:
        if call := self._calls.get(id):
            call.finish(end)

    def _fail(self, why: str) -> None:
        if self._lost is not None:
            return
        self._lost = why
        for call in self._calls.values():
            call.finish(Status(UNAVAILABLE, why))
        self._wake_senders()
        if self._transport is not None:
            self._transport.abort()

    def _write(self, frames: bytes) -> None:
        """All of one turn of the loop together."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(frames)

    def _flush(self) -> None:
        out, self._out = b"".join(self._out), []
        if self._transport is not None and self._lost is None:
            self._transport.write(out)


async def connect(
    host: str, port: int, *, largest: int, trusted: ssl.SSLContext | None, server_name: str
) -> Line:
    """Raises OSError. `server_name`: what a certificate has to say."""
    loop = asyncio.get_running_loop()
    name = (server_name or host) if trusted is not None else None
    _, line = await loop.create_connection(
        lambda: Line(largest), host, port, ssl=trusted, server_hostname=name
    )
    return line
