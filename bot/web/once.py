"""付款链接: what is behind a link that a whole group could read: an order's number, its sum, the way to the cashier.

Looking opens nothing, since phones and WeChat itself look at links before anybody taps them. The button does, and from
then on the link is for that browser alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Protocol

from aiohttp import web

from bot.web.pace import Pace
from bot.web.reading import address_of
from bot.web.security import No, check_form, form_token, keep_visit, visit_of
from bot.web.site import page
from bot.web.slips import hidden, see
from shop import pay_links
from shop.kit.ids import ShopId
from shop.pay_links import Look
from shop.slips import Slip
from shop.transaction import unit_of_work

TOKEN = r"{token:[a-z]{28}}"
LOOKS_IN, SECONDS = 120, 600.0  # from one address, which may be that of a whole house
TAKEN = "这个链接已经打开过了，在群里说“付款”再要一个"
GONE = "这个链接过时了，还要付就在群里说“付款”"


class Lead(Protocol):
    """On to the cashier, or back to this path where nothing is to be paid."""

    async def __call__(
        self, request: web.Request, slip: Slip, back: str, *, from_group: bool
    ) -> web.Response: ...


def routes(*, shop: ShopId, clock: Callable[[], datetime], lead: Lead) -> list[web.RouteDef]:
    """To be added before /pay/{token}. The cashier's page is right below /pay/, because WeChat Pay opens its till in
    the folder that it was told of and in none beneath."""
    here = _Once(shop, clock, lead, Pace(LOOKS_IN, SECONDS, monotonic))
    return [
        web.get(f"/once/{TOKEN}", here.show),
        web.post(f"/once/{TOKEN}", here.take),
        web.get(f"/pay/once-{TOKEN}", here.pay, allow_head=False),
    ]


@dataclass(frozen=True, slots=True)
class _Once:
    shop: ShopId
    clock: Callable[[], datetime]
    lead: Lead
    looks: Pace

    async def show(self, request: web.Request) -> web.Response:
        visit = visit_of(request)
        look = await self._look(request, visit)
        if look.slip is None:
            return _shut(request, look)
        shown = page(
            request,
            "once.html",
            stands=look.stands,
            slip=look.slip,
            deposit=await pay_links.pays_a_deposit(look.slip),
            to_pay=pay_links.is_to_pay(look.slip, self.clock()),
            form=form_token(request, visit),
            token=request.match_info["token"],
        )
        keep_visit(request, shown, visit)
        hidden(shown)
        if look.stands == "closed":  # without a referrer browsers do not say either from where a form is sent
            shown.headers["Referrer-Policy"] = "same-origin"
        return shown

    async def take(self, request: web.Request) -> web.Response:
        self._not_too_often(request)
        check_form(request, (await request.post()).get("form"))
        token, visit, now = request.match_info["token"], visit_of(request), self.clock()
        look = await unit_of_work(lambda: pay_links.take(self.shop, token, visit, now=now))
        return _shut(request, look) if look.slip is None else see(f"/once/{token}")

    async def pay(self, request: web.Request) -> web.Response:
        look = await self._look(request, visit_of(request))
        if look.slip is None:
            return _shut(request, look)
        back = f"/once/{request.match_info['token']}"
        if look.stands == "closed":
            return see(back)
        return await self.lead(request, look.slip, back, from_group=True)

    async def _look(self, request: web.Request, visit: str) -> Look:
        self._not_too_often(request)
        return await pay_links.look(self.shop, request.match_info["token"], visit, now=self.clock())

    def _not_too_often(self, request: web.Request) -> None:
        if not self.looks.may(address_of(request)):
            raise No(429, "点得太快了，过十分钟再来")


def _shut(request: web.Request, look: Look) -> web.Response:
    sentence = TAKEN if look.stands == "taken" else GONE
    return hidden(page(request, "error.html", status=410, sentence=sentence))
