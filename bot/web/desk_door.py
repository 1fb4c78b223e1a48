"""客服台的门: agents come in by saying the code of the page to the shop in their own chat; each code that is fetched is a
guess at what one of them has just said."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from aiohttp import web
from itsdangerous import BadData

from bot.web.pace import Pace
from bot.web.reading import address_of
from bot.web.security import No
from bot.web.site import answer, page, site
from shop import agents, people
from shop.kit.ids import PersonId, ShopId
from shop.transaction import unit_of_work

COOKIE = "qundian_desk"
SHIFT = 12 * 3600  # seconds; then one signs in again
CODE_COOKIE, CODE_SECONDS = "qundian_desk_code", 600
CODES_IN, MANY_CODES, GLANCES_IN = 20, 300, 1500  # within ten minutes; a page that waits looks 400 times
DIGITS, MORE_DIGITS = 8, 12  # of a code; when many are fetched they grow


@dataclass(frozen=True, slots=True)
class Door:
    """In the demo whoever comes is the demo's agent."""

    shop: ShopId
    clock: Callable[[], datetime]
    is_demo: bool
    codes: Pace = field(default_factory=lambda: Pace(CODES_IN, CODE_SECONDS, monotonic, many=MANY_CODES))
    glances: Pace = field(default_factory=lambda: Pace(GLANCES_IN, CODE_SECONDS, monotonic))

    async def agent(self, request: web.Request) -> people.Person:
        """Raises No: whoever is no longer of the staff has no desk, whatever his cookie says."""
        found = _remembered(request)
        if self.is_demo:
            found = next(iter(await people.staff(self.shop, people.AGENT)), None)
        agent = await people.person(found) if found is not None else None
        if agent is None or not agent.is_staff:
            raise No(401, "请先登录")
        return agent

    async def login(self, request: web.Request) -> web.Response:
        """Asked again and again by the page until its code was said to the shop in private, by an agent."""
        if not self.glances.may(address_of(request)):
            raise No(429, "问得太密了，过十分钟再来")
        code = _read(request, "desk code", CODE_COOKIE, CODE_SECONDS)
        agent = await unit_of_work(lambda: agents.signed_in(str(code or ""), now=self.clock()))
        entered = answer({"in": agent is not None})
        if agent is not None:
            value = str(site(request).signer("desk").dumps(int(agent)))
            entered.set_cookie(
                COOKIE, value, max_age=SHIFT, httponly=True, samesite="Strict", secure=site(request).is_https
            )
        return entered

    def shut(self, request: web.Request) -> web.Response:
        """The page with a code to say. Raises No for who fetches too many."""
        if not self.codes.may(address_of(request)):
            raise No(429, "要了太多次登录码，过十分钟再来")
        return _login_page(request, DIGITS if self.codes.is_calm() else MORE_DIGITS)


def _login_page(request: web.Request, digits: int) -> web.Response:
    """The code is in the cookie as well: it lets in this browser and no other."""
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    shown = page(request, "desk_login.html", code=code)
    value = str(site(request).signer("desk code").dumps(code))
    shown.set_cookie(
        CODE_COOKIE,
        value,
        max_age=CODE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=site(request).is_https,
    )
    return shown


def _remembered(request: web.Request) -> PersonId | None:
    who = _read(request, "desk", COOKIE, SHIFT)
    return PersonId(who) if isinstance(who, int) else None


def _read(request: web.Request, purpose: str, cookie: str, seconds: int) -> object:
    """What we have signed into this cookie; None when it is too old or not ours."""
    try:
        said: object = site(request).signer(purpose).loads(request.cookies.get(cookie, ""), max_age=seconds)
    except BadData:
        return None
    return said
