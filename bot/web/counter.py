"""柜台: the QR code that stands on the counter, and whether the shop is up."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.web.drawn import qr as draw_qr
from bot.web.site import answer, page, site

_ONLY_HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0")  # what no phone can open


def routes(app: web.Application) -> None:
    app.router.add_get("/healthz", health)
    app.router.add_get("/qr.svg", qr)
    app.router.add_get("/counter", counter)


async def health(request: web.Request) -> web.Response:
    """Well means that the log can be read; anything else fails and says so with its status."""
    return answer({"ok": True, "last": await site(request).webroom.last_id()})


async def qr(request: web.Request) -> web.Response:
    return draw_qr(site(request).public_url)


async def counter(request: web.Request) -> web.Response:
    address = site(request).public_url
    return page(
        request, "counter.html", public_url=address, is_local=urlsplit(address).hostname in _ONLY_HERE
    )
