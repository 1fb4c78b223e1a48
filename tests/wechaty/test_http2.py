"""传输: gRPC over HTTP/2 as the other side may really send it: in pieces, padded, with windows of its own, or as nonsense.

The other side is played here, frame by frame; a real one is in every other test of this folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import pytest
from hpack import Encoder

from bot.channels.wechaty import frames, http2
from bot.channels.wechaty.frames import (
    ACK,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    PADDED,
    PING,
    PREFACE,
    PRIORITY,
    PUSH,
    RESET,
    SETTINGS,
    UNAUTHENTICATED,
    UNAVAILABLE,
    WINDOW,
    Status,
)
from bot.channels.wechaty.http2 import Line

LARGEST, SECONDS = 1 << 20, 5.0
ASKED = frames.request_headers("/wechaty.Puppet/Ding", authority="here", is_secure=False)
Frame = tuple[int, int, int, bytes]  # kind, flags, call, body


class Other:
    """The other side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def frame(self) -> Frame:
        head = await self._reader.readexactly(9)
        body = await self._reader.readexactly(int.from_bytes(head[:3]))
        return head[3], head[4], int.from_bytes(head[5:]), body

    async def next(self, *kinds: int) -> Frame:
        """The next of these kinds; the others are passed over."""
        while (frame := await self.frame())[0] not in kinds:
            pass
        return frame

    def say(self, *frames: Frame, pieces: int = 0) -> None:
        """`pieces`: bytes of each write; all at once when it is 0."""
        said = b"".join(
            len(body).to_bytes(3) + bytes((kind, flags)) + id.to_bytes(4) + body
            for kind, flags, id, body in frames
        )
        self.say_bytes(said, pieces)

    def say_bytes(self, said: bytes, pieces: int = 0) -> None:
        for at in range(0, len(said), pieces or len(said)):
            self._writer.write(said[at : at + (pieces or len(said))])

    async def is_left(self) -> bool:
        try:
            async with asyncio.timeout(SECONDS):
                while await self._reader.read(1000):
                    pass
        except ConnectionError:
            return True
        return True


@asynccontextmanager
async def a_line(*, greets: Sequence[Frame] = ((SETTINGS, 0, 0, b""),)) -> AsyncIterator[tuple[Line, Other]]:
    coming: asyncio.Future[Other] = asyncio.get_running_loop().create_future()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(PREFACE)) == PREFACE
        coming.set_result(Other(reader, writer))

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    line = await http2.connect("127.0.0.1", port, largest=LARGEST, trusted=None, server_name="")
    other = await coming
    other.say(*greets)
    try:
        yield line, other
    finally:
        line.close()
        other._writer.close()
        server.close()
        await asyncio.sleep(0)


def headers(*named: tuple[str, str]) -> bytes:
    encoder = Encoder()
    encoder.header_table_size = 0
    return bytes(encoder.encode(named or [(":status", "200"), ("content-type", "application/grpc")]))


def ended(code: int = 0, words: str = "") -> bytes:
    return headers(("grpc-status", str(code)), ("grpc-message", words))


def message(body: bytes) -> bytes:
    return b"\0" + len(body).to_bytes(4) + body


def answer(id: int, body: bytes) -> list[Frame]:
    return [
        (HEADERS, END_HEADERS, id, headers()),
        (DATA, 0, id, message(body)),
        (HEADERS, END_HEADERS | END_STREAM, id, ended()),
    ]


def asking(line: Line, body: bytes = b"hello", within: float = SECONDS) -> asyncio.Task[bytes]:
    return asyncio.create_task(line.ask(ASKED, [body], within=within))


async def status_of(asked: asyncio.Task[bytes]) -> Status:
    with pytest.raises(Status) as told:
        await asyncio.wait_for(asked, SECONDS)
    return told.value


@pytest.mark.parametrize("pieces", [0, 1, 7])
async def test_an_answer_is_the_same_in_however_many_pieces_it_comes(pieces: int) -> None:
    async with a_line() as (line, other):
        asked = asking(line)
        _, _, id, said = await other.next(HEADERS)
        assert said == ASKED
        assert (await other.next(DATA))[3] == message(b"hello")
        other.say(*answer(id, b"x" * 300), pieces=pieces)
        assert await asked == b"x" * 300


async def test_padding_priority_and_headers_over_several_frames() -> None:
    async with a_line() as (line, other):
        asked = asking(line)
        id, end = (await other.next(HEADERS))[2], ended()
        other.say(
            (HEADERS, END_HEADERS | PADDED | PRIORITY, id, b"\3" + bytes(5) + headers() + bytes(3)),
            (DATA, PADDED, id, b"\2" + message(b"ok") + bytes(2)),
            (HEADERS, END_STREAM, id, end[:3]),
            (CONTINUATION, 0, id, end[3:5]),
            (CONTINUATION, END_HEADERS, id, end[5:]),
        )
        assert await asked == b"ok"


async def test_answers_that_come_in_another_order_each_find_their_call() -> None:
    async with a_line() as (line, other):
        asked = [asking(line, bytes([n])) for n in range(5)]
        ids = {}
        for _ in asked:
            _, _, id, body = await other.next(DATA)
            ids[id] = body[5:] if body else (await other.next(DATA))[3]
            await other.next(DATA)  # its empty end
        for id, body in reversed(ids.items()):
            other.say(*answer(id, body))
        assert await asyncio.gather(*asked) == [bytes([n]) for n in range(5)]


@pytest.mark.parametrize(
    ("frames", "code", "words"),
    [
        ([(HEADERS, END_HEADERS | END_STREAM, 1, ended(16, "no%20token"))], UNAUTHENTICATED, "no token"),
        ([(HEADERS, END_HEADERS, 1, headers((":status", "503"))), (DATA, END_STREAM, 1, b"<html>")], UNAVAILABLE, "503"),
        ([(HEADERS, END_HEADERS, 1, headers((":status", "401")))], UNAUTHENTICATED, "401"),
        ([(RESET, 0, 1, bytes(4))], UNAVAILABLE, "broken the call off"),
        ([(GOAWAY, 0, 0, bytes(8))], UNAVAILABLE, "going away"),
        ([(HEADERS, END_HEADERS, 1, headers()), (DATA, END_STREAM, 1, b"")], frames.UNKNOWN, "without its end"),
        ([(HEADERS, END_HEADERS, 1, headers()), (DATA, 0, 1, b"\1\0\0\0\1x")], frames.RESOURCE_EXHAUSTED, "packed"),
        ([(DATA, 0, 1, b"\0" + (LARGEST + 1).to_bytes(4))], frames.RESOURCE_EXHAUSTED, "bytes"),
    ],
)  # fmt: skip
async def test_what_goes_wrong_is_named(frames: list[Frame], code: int, words: str) -> None:
    async with a_line() as (line, other):
        asked = asking(line)
        await other.next(HEADERS)
        other.say(*frames)
        told = await status_of(asked)
        assert told.code == code
        assert words in told.details


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xff\xff\0\0\0\0\0\1",
        b"\0\0\1" + bytes((HEADERS, END_HEADERS)) + b"\0\0\0\1" + b"\xbe",  # a table that we do not have
        b"\0\0\0" + bytes((HEADERS, END_HEADERS | PADDED)) + b"\0\0\0\1",
        b"\0\0\0" + bytes((CONTINUATION, 0)) + b"\0\0\0\1",
        b"\0\0\0" + bytes((PUSH, 0)) + b"\0\0\0\1",
        b"\0\0\1" + bytes((HEADERS, 0)) + b"\0\0\0\1\x88" + b"\0\0\0" + bytes((DATA, 0)) + b"\0\0\0\1",
    ],
)
async def test_what_is_no_http2_ends_the_line_and_every_call_on_it(nonsense: bytes) -> None:
    async with a_line() as (line, other):
        asked = [asking(line), asking(line)]
        await other.next(HEADERS)
        other.say_bytes(nonsense)
        assert [(await status_of(one)).code for one in asked] == [UNAVAILABLE] * 2
        assert line.is_lost
        assert (await status_of(asking(line))).code == UNAVAILABLE
        assert await other.is_left()


async def test_headers_without_an_end_are_not_collected_for_ever() -> None:
    async with a_line() as (line, other):
        asked = asking(line)
        await other.next(HEADERS)
        other.say((HEADERS, 0, 1, bytes(frames.FRAME)), *[(CONTINUATION, 0, 1, bytes(frames.FRAME))] * 4)
        assert "too long" in (await status_of(asked)).details


async def test_a_ping_and_new_settings_are_answered() -> None:
    async with a_line() as (line, other):
        assert (await other.next(SETTINGS))[1] == 0  # ours
        assert (await other.next(SETTINGS))[1] == ACK
        other.say((PING, 0, 0, b"12345678"), (99, 0, 0, b"what comes with next year's HTTP"))
        assert await other.next(PING) == (PING, ACK, 0, b"12345678")
        assert not line.is_lost


async def test_no_more_is_sent_than_the_other_side_has_room_for() -> None:
    body, first = bytes(range(256)) * 1_000, 1_000
    settings = frames.FIRST_WINDOW.to_bytes(2) + first.to_bytes(4)
    async with a_line(greets=[(SETTINGS, 0, 0, settings)]) as (line, other):
        while (await other.next(SETTINGS))[1] != ACK:
            pass
        asked = asking(line, body)
        got, room = b"", first
        while len(got) < len(body) + 5:
            _, _, id, part = await other.next(DATA)
            got, room = got + part, room - len(part)
            assert room >= 0
            if room == 0:
                other.say((WINDOW, 0, id, (50_000).to_bytes(4)), (WINDOW, 0, 0, (50_000).to_bytes(4)))
                room = 50_000
        assert got == message(body)
        other.say(*answer(id, b""))
        assert await asked == b""


async def test_no_more_calls_are_begun_than_the_other_side_bears() -> None:
    settings = frames.MOST_CALLS.to_bytes(2) + (1).to_bytes(4)
    async with a_line(greets=[(SETTINGS, 0, 0, settings)]) as (line, other):
        while (await other.next(SETTINGS))[1] != ACK:
            pass
        first, second = asking(line), asking(line)
        _, _, id, _ = await other.next(HEADERS)
        other.say((PING, 0, 0, bytes(8)))
        assert (await other.next(HEADERS, PING))[0] == PING
        other.say(*answer(id, b"1"))
        assert await first == b"1"
        _, _, id, _ = await other.next(HEADERS)
        other.say(*answer(id, b"2"))
        assert await second == b"2"


async def test_a_call_that_is_given_up_is_taken_back_and_its_late_answer_does_no_harm() -> None:
    async with a_line() as (line, other):
        late = await status_of(asking(line, within=0.01))
        assert late.code == frames.DEADLINE_EXCEEDED
        assert (await other.next(RESET))[2] == 1
        cancelled = asking(line)
        await other.next(HEADERS)
        cancelled.cancel()
        assert (await other.next(RESET))[2] == 3
        other.say(*answer(1, b"late"), *answer(3, b"late"))
        asked = asking(line)
        _, _, id, _ = await other.next(HEADERS)
        other.say(*answer(id, b"mine"))
        assert await asked == b"mine"


async def test_who_does_not_read_what_he_listens_to_is_sent_no_more_of_it() -> None:
    part = message(bytes(10_000))
    async with a_line() as (line, other), aclosing(line.listen(ASKED, b"")) as told:
        first = asyncio.ensure_future(anext(told))
        _, _, id, _ = await other.next(HEADERS)
        other.say((HEADERS, END_HEADERS, id, headers()), *[(DATA, 0, id, part)] * 60, (PING, 0, 0, bytes(8)))
        assert len(await first) == 10_000
        assert (await other.next(WINDOW, PING))[0] == PING
        for _ in range(59):
            await anext(told)
        waiting = asyncio.ensure_future(anext(told))
        assert await other.next(WINDOW) == (WINDOW, 0, id, (60 * len(part)).to_bytes(4))
        other.say((HEADERS, END_HEADERS | END_STREAM, id, ended()))
        with pytest.raises(StopAsyncIteration):
            await waiting


async def test_a_line_that_is_cut_tells_everybody() -> None:
    async with a_line() as (line, other):
        asked = asking(line)
        await other.next(HEADERS)
        other._writer.close()
        assert (await status_of(asked)).code == UNAVAILABLE
