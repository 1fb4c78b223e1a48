"""名单页: a campaign's list for everybody in it (nicknames and counts), and its sheet for who runs it (codes, paid or
not), to print and to take away as CSV. Whoever has the link sees it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.web.site import page
from bot.web.slips import hidden
from dialogs import rolling
from shop import campaigns, lists
from shop.catalogue import Goods, goods
from shop.kit.ids import ShopId
from shop.lists import Entry, mask
from shop.on_offer import by_sheet_token, by_token
from shop.rules.campaigns import LIFE, OnOffer

_TOKEN = re.compile(r"[0-9a-f]{32}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def routes(*, shop: ShopId, clock: Callable[[], datetime]) -> list[web.RouteDef]:
    here = _Lists(shop, clock)
    return [
        web.get("/l/{token}", here.list),
        web.get("/s/{token}", here.sheet),
        web.get("/s/{token}/sheet.csv", here.csv),
    ]


@dataclass(frozen=True, slots=True)
class _Lists:
    shop: ShopId
    clock: Callable[[], datetime]

    async def list(self, request: web.Request) -> web.Response:
        of = await by_token(self.shop, _token(request))
        return await self._shown(request, of, private=False)

    async def sheet(self, request: web.Request) -> web.Response:
        of = await by_sheet_token(self.shop, _token(request))
        return await self._shown(request, of, private=True)

    async def csv(self, request: web.Request) -> web.Response:
        of = await by_sheet_token(self.shop, _token(request))
        if of is None:
            return _not_found(request)
        text = _csv(of, await lists.entries(of.id), await goods(self.shop))
        name = quote(f"{of.title}.csv")
        response = web.Response(
            body=text.encode("utf-8-sig"),  # with the mark that spreadsheets want before Chinese
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )
        return hidden(response)

    async def _shown(self, request: web.Request, of: OnOffer | None, *, private: bool) -> web.Response:
        if of is None:
            return _not_found(request)
        shelf, at, now = await goods(self.shop), await campaigns.progress(of.id), self.clock()
        listed = await lists.entries(of.id)
        told: dict[str, Any] = {
            "of": of,
            "state": LIFE.shown[of.state],
            "is_open": of.is_open(now),
            "items": [rolling.item_line(item, of, shelf) for item in of.items],
            "ends": rolling.ends(of, now, shelf.catalogue.tz),
            "how_far": rolling.how_far(of, at, shelf),
            "share": min(100, at.total.milli * 100 // of.least.milli) if of.least.milli else 0,
            "how_to": rolling.how_to(of),
            "rows": [_row(entry, of, shelf, private=private) for entry in listed],
            "private": private,
            "at": at,
            "get_ready": [
                (shelf.everything.called(sku), f"{qty}{shelf.everything.sku[sku].unit}")
                for sku, qty in lists.sums(listed).items()
            ],
        }
        return hidden(page(request, "list.html", **told))


@dataclass(frozen=True, slots=True)
class _Row:
    no: int
    name: str
    goods: tuple[str, ...]
    code: str = ""
    paid: bool = False
    building: str = ""


def _row(entry: Entry, of: OnOffer, shelf: Goods, *, private: bool) -> _Row:
    hidden = not private and (of.extra.get("anonymous") or entry.nameless)
    name = mask(entry.name) if hidden else entry.name
    whom = f"（给{entry.for_whom}）" if entry.for_whom else ""
    taken = tuple(rolling.taken(sku, qty, of, shelf) for sku, qty in entry.goods)
    if not private:
        return _Row(entry.no, name + whom, taken)
    place = rolling.building(entry)
    return _Row(
        entry.no, name + whom, taken, entry.code, entry.paid, "" if place == rolling.NOWHERE else f"{place}栋"
    )


def _csv(of: OnOffer, listed: tuple[Entry, ...], shelf: Goods) -> str:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["序号", "昵称", "替谁", "栋", "货", "数量", "单位", "单号", "付款"])
    for entry in listed:
        place = rolling.building(entry)
        for sku, qty in entry.goods:
            write.writerow(
                [
                    entry.no,
                    _plain(entry.name),
                    _plain(entry.for_whom or ""),
                    "" if place == rolling.NOWHERE else place,
                    _plain(shelf.everything.called(sku)),
                    str(qty),
                    shelf.everything.sku[sku].unit,
                    entry.code,
                    "已付" if entry.paid else "未付",
                ]
            )
    return out.getvalue()


def _plain(text: str) -> str:
    """A nickname that begins like a formula stays a nickname."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _token(request: web.Request) -> str:
    """What is no token finds nothing; it also keeps from the database what it cannot hold."""
    token = request.match_info["token"]
    return token if _TOKEN.fullmatch(token) else "-"


def _not_found(request: web.Request) -> web.Response:
    sentence = "没有找到这份名单，回聊天里再点一次链接"
    return hidden(page(request, "error.html", status=404, sentence=sentence))
