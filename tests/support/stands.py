"""Three providers behind one counter: what a test does to each of them in its own way."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.payments import PaidFact, Provider, RefundFact, Sandbox, TradeClosed, Visitor
from bot.payments.alipay import Alipay
from bot.payments.sandbox import _write
from bot.payments.wechat import WeChatPay
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.payments import Intent
from tests.support import fake_alipay, fake_wechat_pay
from tests.support.till import SECRET, Clock

PUBLIC = "https://shop.example"
Callback = tuple[dict[str, str], bytes]


def an_intent(yuan: str = "69.20", trade_no: str = "") -> Intent:
    number = trade_no or secrets.token_hex(16)
    return Intent(OrderId(1), "0501-001", secrets.token_hex(16), number, Money.parse(yuan), "created")


class Stand:
    """A provider, its clock, and the world's side of it."""

    provider: Provider
    clock: Clock

    async def begun(self, yuan: str = "69.20") -> Intent:
        intent = an_intent(yuan)
        await self.provider.begin(intent, Visitor())
        return intent

    async def paid(self, yuan: str = "69.20") -> Intent:
        intent = await self.begun(yuan)
        self.pay(intent)
        return intent

    async def refund(self, number: str, intent: Intent, yuan: str) -> RefundFact:
        """A minute after the last one, as WeChat Pay wants it."""
        self.clock.pass_time(seconds=60)
        total, amount = intent.amount, Money.parse(yuan)
        return await self.provider.refund(
            number, trade_no=intent.trade_no, total=total, amount=amount, reason="坏了三个"
        )

    def pay(self, intent: Intent) -> None:
        """Raises TradeClosed."""
        raise NotImplementedError

    def callback(self, intent: Intent, *, forged: bool = False) -> Callback:
        raise NotImplementedError

    def refund_callback(self, number: str) -> Callback:
        raise NotImplementedError

    def settle(self, number: str) -> None:
        """The bank is done with it."""

    def lose_the_next_answer(self) -> None:
        raise NotImplementedError

    def has_no_money(self) -> None:
        raise NotImplementedError

    def is_away(self) -> None:
        raise NotImplementedError


class SandboxStand(Stand):
    provider: Sandbox

    def __init__(self, clock: Clock) -> None:
        self.clock, self.provider = clock, Sandbox(secret=SECRET, clock=clock)
        self.intents: dict[str, Intent] = {}

    def pay(self, intent: Intent) -> None:
        self.provider.pay(intent)

    def callback(self, intent: Intent, *, forged: bool = False) -> Callback:
        body = _write(PaidFact(f"sandbox-{intent.trade_no}", intent.trade_no, intent.amount))
        signer = Sandbox(secret="a thief's", clock=self.clock) if forged else self.provider
        return signer.sign(body), body

    def refund_callback(self, number: str) -> Callback:
        body = _write(self.provider._standing(number))
        return self.provider.sign(body), body

    def settle(self, number: str) -> None:
        self.clock.pass_time(seconds=3)

    def lose_the_next_answer(self) -> None:
        self.provider.trouble = "lost"

    def has_no_money(self) -> None:
        self.provider.trouble = "refused"

    def is_away(self) -> None:
        self.provider.trouble = "away"


class WeChatStand(Stand):
    def __init__(self, clock: Clock, fake: fake_wechat_pay.FakeWeChatPay) -> None:
        self.clock, self.fake, self.provider = clock, fake, wechat(fake, clock)

    def pay(self, intent: Intent) -> None:
        if self.fake.trades[intent.trade_no].state == "CLOSED":
            raise TradeClosed(intent.trade_no)
        self.fake.pay(intent.trade_no)

    def callback(self, intent: Intent, *, forged: bool = False) -> Callback:
        by = fake_wechat_pay.THIEF if forged else fake_wechat_pay.WECHAT
        told = self.fake.paid_callback(intent.trade_no, by=by)
        return told.headers, told.body

    def refund_callback(self, number: str) -> Callback:
        told = self.fake.refund_callback(number)
        return told.headers, told.body

    def settle(self, number: str) -> None:
        self.fake.settle_refund(number)

    def lose_the_next_answer(self) -> None:
        self.fake.next("refund", "lose", "lose")

    def has_no_money(self) -> None:
        self.fake.balance = 0

    def is_away(self) -> None:
        self.fake.next("refund", "drop", "drop")


class AlipayStand(Stand):
    def __init__(self, clock: Clock, fake: fake_alipay.FakeAlipay) -> None:
        self.clock, self.fake, self.provider = clock, fake, alipay(fake, clock)

    async def begun(self, yuan: str = "69.20") -> Intent:
        intent = await super().begun(yuan)
        self.fake.scan(intent.trade_no)
        return intent

    def pay(self, intent: Intent) -> None:
        if self.fake.trades[intent.trade_no].state == "TRADE_CLOSED":
            raise TradeClosed(intent.trade_no)
        self.fake.pay(intent.trade_no)

    def callback(self, intent: Intent, *, forged: bool = False) -> Callback:
        by = fake_alipay.THIEF if forged else fake_alipay.ALIPAY
        return self.fake.paid_callback(intent.trade_no, by=by)

    def refund_callback(self, number: str) -> Callback:
        return self.fake.refund_callback(number)

    def lose_the_next_answer(self) -> None:
        self.fake.next("refund", "lose")

    def has_no_money(self) -> None:
        self.fake.balance = 0

    def is_away(self) -> None:
        self.fake.next("refund", "drop")


def wechat(fake: fake_wechat_pay.FakeWeChatPay, clock: Callable[[], Any]) -> WeChatPay:
    return WeChatPay(
        fake_wechat_pay.keys(),
        shop_name="阿姨水果",
        public_url=PUBLIC,
        clock=clock,
        gateway=fake.address,
        open_id=f"{fake.address}/sns/oauth2/access_token",
    )


def alipay(fake: fake_alipay.FakeAlipay, clock: Callable[[], Any]) -> Alipay:
    gateway = f"{fake.address}/gateway.do"
    return Alipay(fake_alipay.keys(), shop_name="阿姨水果", public_url=PUBLIC, clock=clock, gateway=gateway)


@asynccontextmanager
async def open_stand(name: str) -> AsyncIterator[Stand]:
    clock = Clock()
    if name == "sandbox":
        yield SandboxStand(clock)
    elif name == "wechat":
        async with fake_wechat_pay.open_fake(clock) as fake:
            stand = WeChatStand(clock, fake)
            yield stand
            await stand.provider.shut_down()
    else:
        async with fake_alipay.open_fake(clock) as other:
            yield AlipayStand(clock, other)
