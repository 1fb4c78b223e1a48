"""网页: the site put together from its route modules; the demo's table or the shop's own room, never both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.channels.webroom import WebRoom
from bot.shopfront import Shopfront
from bot.web import counter, room, tryout
from bot.web.reading import LONGEST_BODY
from bot.web.security import add_headers, one_clear_sentence
from bot.web.site import HERE, SITE, DemoPerson, Site

__all__ = ["DemoPerson", "web_app"]


def web_app(
    shopfront: Shopfront,
    webroom: WebRoom,
    *,
    secret: str,
    public_url: str,
    zone: str = "Asia/Shanghai",
    people: Sequence[DemoPerson] = (),
    samples: Mapping[str, str] | None = None,
) -> web.Application:
    """`people` and `samples` (title → .chat text) are for the demo. Closing the application ends the live streams."""
    if not secret:
        raise ValueError("the web room signs its cookies: give it a secret")
    if not webroom.rooms:
        raise ValueError("the web room needs at least one room")
    app = web.Application(middlewares=[one_clear_sentence], client_max_size=LONGEST_BODY)
    app[SITE] = Site(
        shopfront=shopfront,
        webroom=webroom,
        secret=secret,
        public_url=public_url,
        zone=ZoneInfo(zone),
        people=tuple(people),
        samples=dict(samples or {}),
    )
    counter.routes(app)
    (tryout if shopfront.is_demo else room).routes(app)
    app.router.add_static("/static/", HERE / "static")
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_end_streams)
    return app


async def _end_streams(app: web.Application) -> None:
    """Open streams would hold the server until its patience ends."""
    await app[SITE].webroom.close()
