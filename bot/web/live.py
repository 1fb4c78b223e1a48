"""直播: lines as server-sent events; a page that comes back reads on in the log where it had stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.channels.webroom import RESET, Viewer
from bot.web.onlooker import PING, READY, Event, Onlooker
from bot.web.reading import id_asked
from bot.web.site import site
from shop.chatlog import Line

PING_AFTER = 15.0  # seconds; proxies cut what is silent for a minute
_AT_ONCE = 200
_TABLE_SHOWS = 1000  # the demo's table begins with the latest lines of all chats together

_RESET = Event.of(b"id: 0\nevent: reset\ndata: {}\n\n")

Written = Callable[[Line], Event]  # the event of a line, as one viewer gets it


async def stream(request: web.Request, account: str | None, written: Written) -> web.StreamResponse:
    """Watch first, then read the log, then live: nothing falls between. Without a place to resume from, the latest."""
    after, page = _resume_from(request), Onlooker(request)
    with site(request).webroom.watch(account) as viewer:
        await page.open()
        if after is not None and after > await site(request).webroom.last_id():
            page.show(_RESET)  # the log is younger than the page: the demo was started anew
            after = None
        seen = await _catch_up(request, page, after, account, written)
        page.show(READY)
        await _follow(request, page, viewer, seen, account, written)
    return page.response


def _resume_from(request: web.Request) -> int | None:
    last = request.headers.get("Last-Event-ID", "")
    if last.isascii() and last.isdigit() and len(last) <= 18:
        return int(last)
    return id_asked(request)


async def _catch_up(
    request: web.Request, page: Onlooker, after: int | None, account: str | None, written: Written
) -> int:
    webroom = site(request).webroom
    while True:
        limit = _TABLE_SHOWS if account is None and after is None else _AT_ONCE
        lines = await webroom.lines_for(account, after=after, limit=limit)
        if lines:
            await page.hand(Event.of(*(written(line).plain for line in lines)))
        if page.is_over or after is None or len(lines) < _AT_ONCE:
            return lines[-1].id if lines else after or 0
        after = lines[-1].id


async def _follow(
    request: web.Request, page: Onlooker, viewer: Viewer, seen: int, account: str | None, written: Written
) -> None:
    """While nothing waits for this page, a line is shown by whoever says it; here are pings, signals and what has
    gathered."""

    def show(line: Line) -> None:
        if line.id > seen:
            page.show(written(line))
        if page.is_over:
            viewer.drop()

    while not (viewer.is_dropped or page.is_over):
        what = await viewer.next(PING_AFTER, show)
        if isinstance(what, Line):
            show(what)
        elif what == RESET:
            page.show(_RESET)
            seen = await _catch_up(request, page, 0, account, written)  # the lines count from one again
        elif what is not None:
            page.show(Event.of(f"event: {what['event']}\ndata: {_json(what)}\n\n".encode()))
        elif not viewer.is_dropped:
            page.show(PING)


def line_event(line: Line, drawn: Mapping[str, Any]) -> Event:
    return Event.of(f"id: {line.id}\nevent: line\ndata: {_json(drawn)}\n\n".encode())


def _json(what: Mapping[str, Any]) -> str:
    return json.dumps(what, ensure_ascii=False)  # one line: newlines inside are escaped
