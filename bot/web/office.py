"""店主页: how the shop's accounts stand, the code to log one in with, and the figures of its agents; whoever has the
owner's link sees it.

It cannot ask anybody to say something in his chat first: it is needed just when the chat is away.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import segno
from aiohttp import web

from bot.channels.channel import Channel, Login, Pace
from bot.web.desk_drawn import told_figures
from bot.web.security import No
from bot.web.site import page, site
from bot.web.slips import hidden, local
from dialogs import alarms as alarm_words
from shop import alarms, desk_figures
from shop.desk_limits import limits_of
from shop.kit.ids import ShopId

REFRESH, CALM = 5, 60  # seconds; codes change, and whoever scans wants to see that it worked
FIGURES_OF = timedelta(days=7)


def path(secret: str) -> str:
    """Where the page is: the link is the key. Another `web.secret` makes another one."""
    key = hmac.new(secret.encode(), b"qundian.office", sha256).hexdigest()[:32]
    return f"/office/{key}"


def routes(
    *,
    shop: ShopId,
    clock: Callable[[], datetime],
    channels: Mapping[str, Channel],
    paces: Mapping[str, Pace],
) -> list[web.RouteDef]:
    return [web.get("/office/{key}", _Office(shop, clock, channels, paces).accounts)]


@dataclass(frozen=True, slots=True)
class Account:
    """One channel as the page shows it. `code` is a picture to scan, `wrong` what lasts and what to do about it."""

    name: str
    login: Login
    code: str
    pace: str
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Office:
    shop: ShopId
    clock: Callable[[], datetime]
    channels: Mapping[str, Channel]
    paces: Mapping[str, Pace]

    async def accounts(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.path.encode(), path(site(request).secret).encode()):
            raise No(404, "没有这个页面")
        found = [await self._account(request, name) for name in self.channels]
        accounts = [one for one in found if one is not None]
        figures = await desk_figures.figures(self.shop, since=self.clock() - FIGURES_OF)
        agents = [told_figures(one) for one in figures]
        goals = await limits_of(self.shop)
        shown = page(request, "office.html", accounts=accounts, agents=agents, goals=goals)
        is_calm = all(one.login.stands == "up" for one in accounts)
        shown.headers["Refresh"] = str(CALM if is_calm else REFRESH)
        return hidden(shown)

    async def _account(self, request: web.Request, name: str) -> Account | None:
        login = await self.channels[name].login()
        if login is None:
            return None
        zone = site(request).zone
        wrong = tuple(
            (
                f"{local(one.since.astimezone(zone), self.clock().astimezone(zone))} 起："
                f"{alarm_words.words(one.kind, one.words)}",
                alarm_words.NEXT.get(one.kind, ""),
            )
            for one in await alarms.lasting(self.shop, name)
        )
        return Account(
            name,
            login,
            _drawn(login.code),
            _told(self.paces.get(name, self.channels[name].abilities.pace)),
            wrong,
        )


def _drawn(code: str) -> str:
    """Inside the page, and nowhere else: whoever has the picture can take the account."""
    return segno.make(code, error="m", micro=False).svg_data_uri(border=2, scale=8) if code else ""


def _told(pace: Pace) -> str:
    limits: list[Any] = [
        pace.per_minute and f"每分钟最多 {pace.per_minute} 条",
        pace.per_minute_in_a_place and f"一个群每分钟 {pace.per_minute_in_a_place} 条",
        pace.per_day and f"一天 {pace.per_day} 条",
    ]
    if breath := pace.breath.total_seconds():
        limits.append(f"两条之间隔 {breath:g} 到 {2 * breath:g} 秒")
    return "，".join(limit for limit in limits if limit)
