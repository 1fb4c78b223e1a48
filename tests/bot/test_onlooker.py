"""A page that stays open: what it is shown comes in order, whatever it speaks; one that does not read is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.web.onlooker import MOST_BEHIND, READY, Event, Onlooker
from tests.support.servers import PATIENCE

Look = Callable[[Onlooker], Awaitable[None]]


@asynccontextmanager
async def a_page(look: Look, version: str) -> AsyncIterator[asyncio.StreamReader]:
    """What the server says to a page, byte by byte, while `look` shows it something."""

    async def stream(request: web.Request) -> web.StreamResponse:
        page = Onlooker(request)
        await page.open()
        await look(page)
        return page.response

    app = web.Application()
    app.router.add_get("/", stream)
    async with TestServer(app) as server, asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
        writer.write(f"GET / HTTP/{version}\r\nHost: shop\r\n\r\n".encode())
        try:
            yield reader
        finally:
            writer.close()


async def shows_two(page: Onlooker) -> None:
    page.show(READY)
    await page.hand(Event.of(b"data: 1\n\n", b"data: 2\n\n"))
    page.show(Event.of("data: 三\n\n".encode()))


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (
            "1.1",
            "d\r\nretry: 1500\n\n\r\n17\r\nevent: ready\ndata: {}\n\n\r\n"
            "12\r\ndata: 1\n\ndata: 2\n\n\r\nb\r\ndata: 三\n\n\r\n0\r\n\r\n",
        ),
        ("1.0", "retry: 1500\n\nevent: ready\ndata: {}\n\ndata: 1\n\ndata: 2\n\ndata: 三\n\n"),
    ],
)
async def test_events_come_in_their_order_whatever_the_page_speaks(version: str, said: str) -> None:
    async with a_page(shows_two, version) as page:
        await page.readuntil(b"\r\n\r\n")
        assert (await page.readexactly(len(said.encode()))).decode() == said


async def test_a_page_that_does_not_read_is_cut_off_and_nobody_waits_for_it() -> None:
    shown, line, is_over = [0], Event.of(b"x" * 65536), asyncio.Event()

    async def pours(page: Onlooker) -> None:
        while not page.is_over:
            page.show(line)
            shown[0] += len(line.plain)
        page.show(line)  # nothing more happens
        await page.stays()
        is_over.set()

    async with a_page(pours, "1.1"):
        await is_over.wait()
    assert shown[0] > MOST_BEHIND
