"""付款: from the slip to the provider's cashier, and the provider's word back into the books."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import aiohttp
import segno
from aiohttp import web

from bot.payments import (
    LONGEST_CALLBACK,
    BadCallback,
    BegunElsewhere,
    Cashier,
    Go,
    PaidFact,
    Provider,
    ProviderAway,
    RefundFact,
    Sandbox,
    Tap,
    TradeClosed,
    Visitor,
)
from bot.web import once
from bot.web.reading import address_of
from bot.web.security import No, same_origin
from bot.web.site import answer, page, site
from bot.web.slips import facts, hidden, no_such_slip, see, slip_asked
from shop import listings, payments, slips
from shop.kit.ids import ShopId
from shop.kit.refusal import Refusal
from shop.payments import Intent
from shop.refusals import NoSuchOrder
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import unit_of_work

LOOK_AGAIN = timedelta(seconds=3)  # a page that waits asks the provider no more often than this
MOST_LOOKS = 10_000  # trades whose last look is remembered

_TRADE_NO = re.compile(r"[0-9a-f]{32}")
_PHONE = re.compile(r"Mobile|Android|iPhone|HarmonyOS")
_AWAY = "付款页暂时打不开，钱没有动。过一会儿再点“去付款”"

TakeRefund = Callable[[RefundFact, datetime], Awaitable[bool]]

log = logging.getLogger(__name__)


def routes(
    *,
    shop: ShopId,
    clock: Callable[[], datetime],
    provider: Provider,
    take_refund: TakeRefund | None = None,
) -> list[web.RouteDef]:
    """`take_refund` writes down how it stands with a refund, False when nobody asked for one of that number. The
    cashier's own page is there only with the sandbox."""
    till = _Till(shop, clock, provider, take_refund)
    found = [
        *once.routes(shop=shop, clock=clock, lead=till.lead),
        web.get("/pay/{token}", till.begin, allow_head=False),  # who only looks must not begin a payment
        web.post(f"/pay/callback/{provider.name}", till.callback),
        web.get("/paid/{trade_no}", till.paid),
        web.get("/paid/{trade_no}/state", till.state),
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
    take_refund: TakeRefund | None = None
    looked: dict[str, datetime] = field(default_factory=dict)  # trade → when the provider was last asked

    async def begin(self, request: web.Request) -> web.Response:
        slip = await slip_asked(request, self.shop)
        if slip is None:
            return no_such_slip(request)
        return await self.lead(request, slip, f"/o/{slip.token}")

    async def lead(
        self, request: web.Request, slip: Slip, back: str, *, from_group: bool = False
    ) -> web.Response:
        """On to the cashier. Where nothing is to be paid any more, the page that they came from says why better than an
        error would. `from_group`: what they see from here on shows nothing of the order but its number and sum."""
        ask = partial(payments.ask, slip.token, self.provider.name, from_group=from_group)
        now = self.clock()
        try:
            intent = await unit_of_work(lambda: ask(now=now))
        except Refusal:
            return see(back)
        try:
            return self._till(request, intent, await self.provider.begin(intent, visitor(request)))
        except TradeClosed:  # paid a moment ago, or closed: the books or the provider know which
            await self._look(intent)
            return see(f"/paid/{intent.trade_no}")
        except BegunElsewhere:
            return self._stay(request, intent, "这笔付款已经在另一个地方打开了，去那里接着付就行")
        except ProviderAway as away:
            log.error("%s cannot be paid with: %s", self.provider.name, away)
            return self._stay(request, intent, _AWAY, status=503)

    def _till(self, request: web.Request, intent: Intent, cashier: Cashier) -> web.Response:
        if isinstance(cashier, Go):
            return see(cashier.address)
        code = _drawn(cashier.code) if cashier.kind == "scan" else None
        shown = page(
            request,
            "pay.html",
            intent=intent,
            cashier=cashier,
            code=code,
            title=self.provider.title,
        )
        response = hidden(shown)
        if isinstance(cashier, Tap):
            response.headers["Referrer-Policy"] = "origin"  # the provider asks from which site, and no more
        return response

    def _stay(
        self, request: web.Request, intent: Intent, sentence: str, *, status: int = 200
    ) -> web.Response:
        told = {"intent": intent, "sentence": sentence}
        return hidden(page(request, "pay_not.html", status=status, **told))

    async def callback(self, request: web.Request) -> web.Response:
        """200 means booked, now or before; with anything else the provider tries again."""
        try:
            fact = self.provider.verify(request.headers, await _body(request))
        except BadCallback as bad:
            log.warning("%s callback refused: %s", self.provider.name, bad.sentence)
            return self._reply(bad.sentence, status=bad.status)
        if fact is None:
            return self._reply("nothing to book")
        if isinstance(fact, PaidFact):
            return await self._money(fact)
        if self.take_refund is not None and await self.take_refund(fact, self.clock()):
            return self._reply(fact.state)
        log.error("%s tells of a refund that we do not know: %s", self.provider.name, fact.refund_no)
        return self._reply("no such refund", status=404)

    async def _money(self, fact: PaidFact) -> web.Response:
        try:
            return self._reply(await self._settle(fact))
        except NoSuchOrder:
            name = self.provider.name
            log.error("%s tells of money for a trade that we do not know: %s", name, fact.trade_no)
            return self._reply("no such trade", status=404)

    async def _settle(self, fact: PaidFact) -> str:
        book = partial(payments.settle, self.provider.name, fact.event, fact.trade_no, fact.amount)
        now = self.clock()
        return await unit_of_work(lambda: book(now=now))

    def _reply(self, sentence: str, *, status: int = 200) -> web.Response:
        reply = self.provider.reply(taken=status == 200, sentence=sentence)
        return web.Response(text=reply.text, content_type=reply.content_type, status=status)

    async def state(self, request: web.Request) -> web.Response:
        """What the page with the code asks again and again."""
        intent, slip = await self.trade(request)
        intent = await self._look(intent)
        if intent.state == "paid" or slip.money_in:
            return hidden(answer({"state": "paid"}))
        is_over = intent.state != "created" or slip.status == Status.CANCELLED
        return hidden(answer({"state": "over" if is_over else "waiting"}))

    async def _look(self, intent: Intent) -> Intent:
        """A callback may be late or lost: ask, now and then, while somebody waits for it."""
        now = self.clock()
        last = self.looked.get(intent.trade_no)
        if intent.state != "created" or (last is not None and now - last < LOOK_AGAIN):
            return intent
        while len(self.looked) >= MOST_LOOKS:
            self.looked.pop(next(iter(self.looked)))
        self.looked[intent.trade_no] = now
        try:
            fact = await self.provider.query(intent.trade_no)
        except ProviderAway as away:
            log.warning("%s does not say whether %s is paid: %s", self.provider.name, intent.trade_no, away)
            return intent
        if fact is None:
            return intent
        await self._settle(fact)
        return await payments.intent(intent.trade_no) or intent

    async def paid(self, request: web.Request) -> web.Response:
        """Where the cashier sends the buyer back to. It tells what the books say, not what the address claims."""
        intent, slip = await self.trade(request)
        if intent.state == "created" and (await self._look(intent)).state != "created":
            intent, slip = await self.trade(request)
        told = await facts(request, slip, self.clock())
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
        intent, _ = await self.till.trade(request)
        if intent.state == "paid":
            return see(f"/paid/{intent.trade_no}")
        response = page(request, "pay_sandbox.html", intent=intent)
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


def visitor(request: web.Request) -> Visitor:
    """Who stands before the till, by what the browser says of itself."""
    agent = request.headers.get("User-Agent", "")
    device: Literal["desk", "phone", "wechat"] = "phone" if _PHONE.search(agent) else "desk"
    if "MicroMessenger" in agent:
        device = "wechat"
    return Visitor(device, address_of(request), request.query.get("code", "")[:128], request.path)


def _drawn(code: str) -> str:
    return segno.make(code, error="m", micro=False).svg_data_uri(border=2, scale=8, omitsize=True)


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
