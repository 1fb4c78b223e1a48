"""数据接口: what the shop knows, for other programs to read; documented in openapi.yaml."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import partial
from hmac import compare_digest
from pathlib import Path
from typing import Any

from aiohttp import web

from shop import listings
from shop.kit.ids import ShopId
from shop.kit.quantity import Quantity
from shop.listings import MOST, BadCursor, Page

ROOT = "/api/v1"
DEFAULT_LIMIT = 50
DOCUMENT = Path(__file__).with_name("openapi.yaml")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Listing = Callable[..., Awaitable[Page[Any]]]


def routes(*, shop: ShopId, clock: Callable[[], datetime], token: str) -> list[web.RouteDef]:
    """Without a token the API is closed: it has no routes."""
    if not token:
        return []
    api = _Api(shop, clock, token.encode())
    return [
        web.get(f"{ROOT}/openapi.json", _document()),
        *(web.get(f"{ROOT}/{name}", api.guarded(partial(api.listed, name))) for name in api.lists()),
        web.get(f"{ROOT}/orders/{{code}}", api.guarded(api.order)),
        web.route("*", f"{ROOT}/{{rest:.*}}", api.guarded(_nothing_here)),
    ]


@dataclass(frozen=True, slots=True)
class _Api:
    shop: ShopId
    clock: Callable[[], datetime]
    token: bytes

    def lists(self) -> dict[str, Listing]:
        return {
            "products": partial(listings.products, now=self.clock()),
            "orders": listings.orders,
            "customers": listings.customers,
            "campaigns": listings.campaigns,
            "coupons": listings.coupons,
            "tickets": listings.tickets,
        }

    def guarded(self, handler: Handler) -> Handler:
        """Whoever has no token learns nothing, not even what exists."""

        async def guard(request: web.Request) -> web.StreamResponse:
            if self._is_known(request):
                return await handler(request)
            answer = _no(401, "要带上访问令牌：请求头 Authorization: Bearer <令牌>，或 X-Api-Token: <令牌>")
            answer.headers["WWW-Authenticate"] = 'Bearer realm="qundian"'
            return answer

        return guard

    async def listed(self, name: str, request: web.Request) -> web.Response:
        limit = request.query.get("limit", str(DEFAULT_LIMIT))
        if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= MOST):
            return _no(400, f"limit 要是 1 到 {MOST} 的整数")
        try:
            page = await self.lists()[name](self.shop, after=request.query.get("after"), limit=int(limit))
        except BadCursor:
            return _no(400, "after 要是这个列表上一页给的 next，原样带回来；从头读就不用带")
        return _json({"items": _plain(page.items), "next": page.next})

    async def order(self, request: web.Request) -> web.Response:
        order = await listings.order(self.shop, request.match_info["code"])
        return _json(_plain(order)) if order else _no(404, "没有这个订单号，要写全，比如 0501-017")

    def _is_known(self, request: web.Request) -> bool:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        given = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("X-Api-Token", "")
        return compare_digest(given.encode(errors="surrogateescape"), self.token)


def _document() -> Handler:
    """openapi.yaml is written in that part of YAML which is JSON: the shop needs no YAML reader."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))

    async def give(request: web.Request) -> web.Response:
        return _json(document)

    return give


async def _nothing_here(request: web.Request) -> web.Response:
    if request.method not in ("GET", "HEAD"):
        answer = _no(405, "这里只能读（GET）")
        answer.headers["Allow"] = "GET"
        return answer
    return _no(404, f"没有这个接口，看 {ROOT}/openapi.json")


def _no(status: int, sentence: str) -> web.Response:
    return _json({"error": sentence}, status=status)


def _json(what: object, *, status: int = 200) -> web.Response:
    return web.Response(
        text=json.dumps(what, ensure_ascii=False),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _plain(value: Any) -> Any:
    """As JSON has it: quantities are decimal strings, moments ISO 8601 with their offset."""
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
