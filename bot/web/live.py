"""直播: lines as server-sent events; a page that comes back reads on in the log where it had stopped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.channels.webroom import RESET, Viewer
from bot.web.reading import id_asked
from bot.web.site import site
from shop.chatlog import Line

PING_AFTER = 15.0  # seconds; proxies cut what is silent for a minute
_STUCK_AFTER = 30.0
_AT_ONCE = 200
_TABLE_SHOWS = 1000  # the demo's table begins with the latest lines of all chats together

_RESET = b"id: 0\nevent: reset\ndata: {}\n\n"

Written = Callable[[Line], bytes]  # the event of a line, as one viewer gets it


async def stream(request: web.Request, account: str | None, written: Written) -> web.StreamResponse:
    """Watch first, then read the log, then live: nothing falls between. Without a place to resume from, the latest."""
    after = _resume_from(request)
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    )
    with site(request).webroom.watch(account) as viewer:
        try:
            await response.prepare(request)
            await _write(response, b"retry: 1500\n\n")
            if after is not None and after > await site(request).webroom.last_id():
                await _write(response, _RESET)  # the log is younger than the page: the demo was started anew
                after = None
            seen = await _catch_up(request, response, after, account, written)
            await _write(response, b"event: ready\ndata: {}\n\n")
            await _follow(request, response, viewer, seen, account, written)
        except (ConnectionError, TimeoutError):
            pass  # gone, or too slow to be kept; it resumes by itself
    return response


def _resume_from(request: web.Request) -> int | None:
    last = request.headers.get("Last-Event-ID", "")
    if last.isascii() and last.isdigit() and len(last) <= 18:
        return int(last)
    return id_asked(request)


async def _catch_up(
    request: web.Request,
    response: web.StreamResponse,
    after: int | None,
    account: str | None,
    written: Written,
) -> int:
    webroom = site(request).webroom
    while True:
        limit = _TABLE_SHOWS if account is None and after is None else _AT_ONCE
        lines = await webroom.lines_for(account, after=after, limit=limit)
        for line in lines:
            await _write(response, written(line))
        if after is None or len(lines) < _AT_ONCE:
            return lines[-1].id if lines else after or 0
        after = lines[-1].id


async def _follow(
    request: web.Request,
    response: web.StreamResponse,
    viewer: Viewer,
    seen: int,
    account: str | None,
    written: Written,
) -> None:
    while not viewer.is_dropped:
        what = await viewer.next(PING_AFTER)
        if what is None:
            if not viewer.is_dropped:
                await _write(response, b": ping\n\n")
        elif what == RESET:
            await _write(response, _RESET)
            seen = await _catch_up(request, response, 0, account, written)  # the lines count from one again
        elif not isinstance(what, Line):
            await _write(response, f"event: {what['event']}\ndata: {_json(what)}\n\n".encode())
        elif what.id > seen:
            await _write(response, written(what))


def line_event(line: Line, drawn: Mapping[str, Any]) -> bytes:
    return f"id: {line.id}\nevent: line\ndata: {_json(drawn)}\n\n".encode()


def _json(what: Mapping[str, Any]) -> str:
    return json.dumps(what, ensure_ascii=False)  # one line: newlines inside are escaped


async def _write(response: web.StreamResponse, event: bytes) -> None:
    async with asyncio.timeout(_STUCK_AFTER):
        await response.write(event)
