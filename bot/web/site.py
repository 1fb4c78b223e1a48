"""站: what every page needs, put together once; pages take it from the application and draw with `page`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from itsdangerous import URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.webroom import WebRoom
from bot.shopfront import Shopfront

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody one can be in the demo; his account is his name."""

    name: str
    role: str = "顾客"


@dataclass(frozen=True, slots=True)
class Site:
    shopfront: Shopfront
    webroom: WebRoom
    secret: str
    public_url: str  # where phones find this site; the QR code on the counter
    zone: ZoneInfo
    people: tuple[DemoPerson, ...] = ()
    samples: Mapping[str, str] = field(default_factory=dict)  # title → .chat text

    @property
    def shop_name(self) -> str:
        return self.shopfront.shop_name

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    def signer(self, purpose: str) -> URLSafeTimedSerializer:
        """One secret, one salt per purpose: a form's token is no cookie."""
        return URLSafeTimedSerializer(self.secret, salt=f"qundian.{purpose}")


SITE: web.AppKey[Site] = web.AppKey("site", Site)


def site(request: web.Request) -> Site:
    return request.app[SITE]


_pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: web.Request, template: str, *, status: int = 200, **facts: Any) -> web.Response:
    """Draw a page of this site; `template` extends base.html."""
    facts = {"shop_name": site(request).shop_name, **facts}
    return web.Response(
        text=_pages.get_template(template).render(facts),
        content_type="text/html",
        status=status,
        headers={"Cache-Control": "no-store"},
    )


def answer(body: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """An answer for programs; Chinese as Chinese, because people read it in a terminal."""
    return web.json_response(body, status=status, dumps=_dumps)


_dumps = partial(json.dumps, ensure_ascii=False)
