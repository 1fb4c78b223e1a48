"""A fruit shop with its pages on a real socket: orders are placed by the real verbs, money comes over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.payments import Sandbox
from bot.web import api, invites, lists, pay, slips, teams
from bot.web.security import add_headers, one_clear_sentence
from bot.web.site import HERE, SITE, Site
from shop import catalogue, mail, orders, people, seed
from shop.goods import parse
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.slips import Slip
from shop.transaction import set_event_writer, unit_of_work

OPENING = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)  # 10:00 in the shop
SECRET = "for tests"
TOKEN = "demo"


def _goods(id: str, name: str, unit: str, price: str, spec: str = "") -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "aliases": [f"大{name}"[:8]],
        "category": "水果",
        "skus": [{"id": f"{id}-1", "unit": unit, "price": price, "spec": spec, "default": True}],
    }


FRUIT = {
    "format": "nlu-catalogue/1",
    "shop": {"id": "S1", "name": "阿姨水果"},
    "units": {},
    "products": [
        _goods("P1", "橙子", "箱", "29.90", "5斤装"),
        _goods("P2", "香蕉", "斤", "4.80"),
        _goods("P3", "<b>草莓</b>&\"'", "盒", "28.00", "<script>alert(1)</script>"),
    ],
    "campaigns": [
        {
            "id": "C1",
            "kind": "groupbuy",
            "title": "周六车厘子",
            "status": "open",
            "deadline": "2026-05-02T20:00:00+08:00",
            "items": [{"no": 1, "letter": "A", "sku": "P1-1"}],
        },
        {"id": "C2", "kind": "flash", "title": "秒杀", "items": [{"no": 1, "sku": "P2-1"}]},
    ],
    "coupons": [{"code": "NEW5", "title": "新人减5"}],
}


class Clock:
    def __init__(self) -> None:
        self.at = OPENING

    def __call__(self) -> datetime:
        return self.at

    def pass_time(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Till:
    shop: ShopId
    buyer: PersonId
    room: RoomId
    clock: Clock
    provider: Any
    client: TestClient[Any, Any]

    async def order(self, *wants: tuple[str, str], buyer: PersonId | None = None, room: bool = False) -> Slip:
        """橙子 2 and 香蕉 3 unless told otherwise: ¥59.80 + ¥14.40 − ¥5.00 = ¥69.20."""
        asked = [Want(sku, Quantity.of(qty)) for sku, qty in wants or (("P1-1", "2"), ("P2-1", "3"))]
        return await unit_of_work(
            lambda: orders.place(
                self.shop, buyer or self.buyer, asked, now=self.clock(), room=self.room if room else None
            )
        )

    async def trade_of(self, slip: Slip) -> str:
        """Go to the cashier as the buyer does; gives the trade number."""
        answer = await self.client.get(f"/pay/{slip.token}", allow_redirects=False)
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"].removeprefix("/sandbox/")

    async def page(self, path: str, *, status: int = 200) -> str:
        answer = await self.client.get(path, headers={"Accept": "text/html"})
        text = await answer.text()
        assert answer.status == status, text
        return text


def _sandbox(clock: Clock) -> Sandbox:
    return Sandbox(secret=SECRET, clock=clock)


@asynccontextmanager
async def open_till(
    *,
    stock: dict[str, str] | None = None,
    promotions: Sequence[dict[str, Any]] = (),
    pays_online: bool = True,
    make_provider: Callable[[Clock], Any] = _sandbox,
    take_refund: pay.TakeRefund | None = None,
) -> AsyncIterator[Till]:
    """Needs an open database."""
    catalogue.forget()
    set_event_writer(mail.write_events)
    clock = Clock()
    shop = await seed.open_shop("S1", "阿姨水果", "Asia/Shanghai", now=clock())
    await seed.fill(
        shop,
        parse(FRUIT),
        now=clock(),
        stock={sku: Quantity.of(qty) for sku, qty in (stock or {}).items()},
        promotions=promotions or [{"kind": "spend_save", "steps": [["50", "5"]]}],
    )
    buyer = await people.recognise(shop, "web", "xiaoli", "小李", now=clock())
    room = await people.take_over_room(shop, "web", "fruit", "水果群")
    provider = make_provider(clock)
    app = web.Application(middlewares=[one_clear_sentence])
    app[SITE] = Site(
        shopfront=SimpleNamespace(shop_name="阿姨水果", is_demo=True),  # type: ignore[arg-type]  # pages ask for no more
        webroom=None,  # type: ignore[arg-type]  # none of these pages talks
        secret=SECRET,
        public_url="http://127.0.0.1:8600",
        zone=ZoneInfo("Asia/Shanghai"),
    )
    app.add_routes(lists.routes(shop=shop, clock=clock))
    app.add_routes(teams.routes(shop=shop, clock=clock))
    app.add_routes(invites.routes(shop=shop))
    app.add_routes(slips.routes(shop=shop, clock=clock, pays_online=pays_online))
    if pays_online:
        app.add_routes(pay.routes(shop=shop, clock=clock, provider=provider, take_refund=take_refund))
    app.add_routes(api.routes(shop=shop, clock=clock, token=TOKEN))
    app.router.add_static("/static/", HERE / "static")
    app.on_response_prepare.append(add_headers)
    async with TestClient(TestServer(app)) as client:
        yield Till(shop, buyer.id, room.id, clock, provider, client)
