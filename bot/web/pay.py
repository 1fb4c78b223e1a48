"""付款: from the slip to the provider's cashier, and the provider's word back into the books."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.payments import LONGEST_CALLBACK, BadCallback, Provider, Sandbox, TradeClosed
from bot.web.security import No, same_origin
from bot.web.site import page, site
from bot.web.slips import facts, hidden, no_such_slip, slip_asked
from shop import listings, payments, slips
from shop.kit.ids import ShopId
from shop.kit.refusal import Refusal
from shop.payments import Intent
from shop.refusals import NoSuchOrder
from shop.slips import Slip
from shop.transaction import unit_of_work

_TRADE_NO = re.compile(r"[0-9a-f]{32}")

log = logging.getLogger(__name__)


def routes(*, shop: ShopId, clock: Callable[[], datetime], provider: Provider) -> list[web.RouteDef]:
    """The cashier's own page is there only with the sandbox."""
    till = _Till(shop, clock, provider)
    found = [
        web.get("/pay/{token}", till.begin),
        web.post(f"/pay/callback/{provider.name}", till.callback),
        web.get("/paid/{trade_no}", till.paid),
    ]
    if isinstance(provider, Sandbox):
        cashier = _Cashier(till, provider)
        found += [
            web.get("/sandbox/{trade_no}", cashier.show),
            web.post("/sandbox/{trade_no}", cashier.confirm),
        ]
    return found


@dataclass(frozen=True, slots=True)
class _Till:
    shop: ShopId
    clock: Callable[[], datetime]
    provider: Provider

    async def begin(self, request: web.Request) -> web.Response:
        """On to the cashier. Where nothing is to be paid any more, the slip says why better than an error would."""
        slip = await slip_asked(request, self.shop)
        if slip is None:
            return no_such_slip(request)
        now = self.clock()
        try:
            intent = await unit_of_work(lambda: payments.ask(slip.token, self.provider.name, now=now))
        except Refusal:
            return see(f"/o/{slip.token}")
        return see(await self.provider.begin(intent))

    async def callback(self, request: web.Request) -> web.Response:
        """200 means booked, now or before; with anything else the provider tries again."""
        try:
            fact = self.provider.verify(request.headers, await _body(request))
        except BadCallback as bad:
            log.warning("%s callback refused: %s", self.provider.name, bad.sentence)
            return web.json_response({"error": bad.sentence}, status=bad.status)
        name, now = self.provider.name, self.clock()
        try:
            booked = await unit_of_work(
                lambda: payments.settle(name, fact.event, fact.trade_no, fact.amount, now=now)
            )
        except NoSuchOrder:
            log.error("%s tells of money for a trade that we do not know: %s", name, fact.trade_no)
            return web.json_response({"error": "no such trade"}, status=404)
        return web.json_response({"booked": booked})

    async def paid(self, request: web.Request) -> web.Response:
        """Where the cashier sends the buyer back to. It tells what the books say, not what the address claims."""
        intent, slip = await self.trade(request)
        told = facts(request, slip, self.clock())
        return hidden(
            page(request, "paid.html", **told, intent=intent, money=await listings.money_in(slip.id))
        )

    async def trade(self, request: web.Request) -> tuple[Intent, Slip]:
        """The request to pay in the address, and its order."""
        trade_no = request.match_info["trade_no"]
        intent = await payments.intent(trade_no) if _TRADE_NO.fullmatch(trade_no) else None
        slip = await slips.slip_by_token(intent.token) if intent else None
        if intent is None or slip is None or slip.shop != self.shop:
            raise No(404, "没有这笔付款。回到订单里重新点“去付款”")
        return intent, slip


@dataclass(frozen=True, slots=True)
class _Cashier:
    """演示收银台: what a provider shows on its own servers."""

    till: _Till
    sandbox: Sandbox

    async def show(self, request: web.Request) -> web.Response:
        intent, slip = await self.till.trade(request)
        if intent.state == "paid":
            return see(f"/paid/{intent.trade_no}")
        response = page(request, "pay_sandbox.html", intent=intent, slip=slip)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    async def confirm(self, request: web.Request) -> web.Response:
        """The buyer has pressed 确认付款: the provider takes the money and tells the shop over HTTP, as a real one does.
        It does not ask whether the order still stands: that is for the shop to find out when the money is there."""
        same_origin(request)
        intent, _ = await self.till.trade(request)
        try:
            fact = self.sandbox.pay(intent)
        except TradeClosed:
            return see(f"/sandbox/{intent.trade_no}")
        if not await self.sandbox.notify(fact, _own_address(request) + f"/pay/callback/{self.sandbox.name}"):
            log.error("the shop did not take the callback for %s", intent.trade_no)
        return see(f"/paid/{intent.trade_no}")


def see(address: str) -> web.Response:
    return hidden(web.Response(status=303, headers={"Location": address}))


async def _body(request: web.Request) -> bytes:
    """No more than a callback may have, also when it is sent packed."""
    body = bytearray()
    try:
        async for chunk in request.content.iter_chunked(8192):
            body += chunk
            if len(body) > LONGEST_CALLBACK:
                raise BadCallback(413, "the callback is too long")
    except (web.RequestPayloadError, aiohttp.ClientPayloadError):
        raise BadCallback(400, "the callback cannot be unpacked") from None
    return bytes(body)


def _own_address(request: web.Request) -> str:
    """The very socket that this request came in by. What its Host header says is the sender's claim, and the public
    address may not be reachable from inside."""
    place = request.transport.get_extra_info("sockname") if request.transport else None
    if not isinstance(place, tuple):
        return site(request).public_url.rstrip("/")
    host, port = place[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
