"""微信支付: from the order to the money and back, against a WeChat Pay that is late, lies, repeats itself and goes away."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import clock as clocks
from bot.payments import CHINA, InApp, ProviderAway, RefundFact, Scan, Tap, TradeClosed, Visitor
from bot.payments.kept import Kept
from bot.payments.wechat import WeChatPay
from bot.payments.wechat_bill import read_bill
from bot.payments.wechat_wire import Wire
from shop import listings, people, slips
from shop.kit.money import Money
from shop.mail import untold
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support import fake_wechat_pay as fakes
from tests.support.fake_wechat_pay import FakeWeChatPay, open_fake
from tests.support.keys import is_signed, private_pem
from tests.support.stands import an_intent, wechat
from tests.support.till import Clock, Till, open_till

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Mobile/15E148"}
WECHAT = {"User-Agent": PHONE["User-Agent"] + " MicroMessenger/8.0.60"}


@dataclass
class Shop:
    """The shop at its till, and WeChat Pay across the street."""

    till: Till
    fake: FakeWeChatPay
    refunds: list[RefundFact]

    @property
    def clock(self) -> Clock:
        return self.till.clock

    @property
    def provider(self) -> WeChatPay:
        assert isinstance(self.till.provider, WeChatPay)
        return self.till.provider

    async def page(self, slip: Slip, *, status: int = 200, **headers: str) -> str:
        answer = await self.till.client.get(f"/pay/{slip.token}", headers=headers, allow_redirects=False)
        assert answer.status == status
        return unescape(await answer.text()) if status != 303 else answer.headers["Location"]

    async def order(self) -> tuple[Slip, str]:
        """An order before whose code the buyer stands; gives its trade number."""
        slip = await self.till.order()
        found = re.search(r'data-trade="([0-9a-f]{32})"', await self.page(slip))
        assert found
        return slip, found[1]

    async def other_order(self) -> Slip:
        """Of somebody else."""
        ahua = await unit_of_work(
            lambda: people.recognise(self.till.shop, "web", "ahua", "阿花", now=self.clock())
        )
        return await self.till.order(buyer=ahua.id)

    async def hear(self, callback: fakes.Callback) -> int:
        place = self.till.client.make_url("/pay/callback/wechat")
        return await callback.send(str(place))

    async def now(self, slip: Slip) -> Slip:
        found = await slips.slip_by_token(slip.token)
        assert found is not None
        return found

    async def booked(self, slip: Slip) -> list[tuple[str, int]]:
        return [(one.standing, one.amount.fen) for one in await listings.money_in(slip.id)]


@pytest.fixture
async def shop(shop_db: str) -> AsyncIterator[Shop]:
    made: list[FakeWeChatPay] = []
    refunds: list[RefundFact] = []

    async def take_refund(fact: RefundFact, now: datetime) -> bool:
        refunds.append(fact)
        return fact.refund_no.startswith("R")

    def provider(clock: Clock) -> WeChatPay:
        made[0].clock = clock
        return wechat(made[0], clock)

    async with open_fake(Clock()) as fake:
        made.append(fake)
        async with open_till(make_provider=provider, take_refund=take_refund) as till:
            yield Shop(till, fake, refunds)
            await till.provider.shut_down()


async def events() -> list[str]:
    return [type(one.event).__name__ for one in await untold()]


# ── the way of a buyer ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_code_is_scanned_paid_and_told_five_times_at_once(shop: Shop) -> None:
    slip, trade = await shop.order()
    page = await shop.page(slip)
    assert "¥69.20" in page and slip.code in page and "用微信扫一扫" in page and "data:image/svg+xml" in page
    asked = shop.fake.trades[trade].asked
    assert asked["amount"] == {"total": 6920, "currency": "CNY"}
    assert asked["notify_url"] == "https://shop.example/pay/callback/wechat"
    assert asked["description"] == f"阿姨水果 订单 {slip.code}"

    shop.fake.pay(trade)
    told = [shop.fake.paid_callback(trade) for _ in range(5)]
    assert await asyncio.gather(*(shop.hear(one) for one in told)) == [200] * 5
    assert await shop.hear(told[0]) == 200  # the very same once more
    now = await shop.now(slip)
    assert now.status == Status.PREPARING and now.pickup_code
    assert await shop.booked(slip) == [("settled", 6920)]
    assert await events() == ["OrderPaid"]
    assert json.loads(await shop.till.page(f"/paid/{trade}/state")) == {"state": "paid"}
    assert "付好了" in await shop.till.page(f"/paid/{trade}")


async def test_the_news_comes_before_the_answer_to_the_question(shop: Shop) -> None:
    slip = await shop.till.order()
    shop.fake.hold = asyncio.Event()
    waiting = asyncio.ensure_future(shop.page(slip))
    await shop.fake.acted.wait()
    (trade,) = shop.fake.trades
    shop.fake.pay(trade)
    assert await shop.hear(shop.fake.paid_callback(trade)) == 200
    shop.fake.hold.set()
    await waiting
    assert await shop.booked(slip) == [("settled", 6920)]


async def test_the_same_page_again_is_the_same_code_and_asks_nobody(shop: Shop) -> None:
    slip, _ = await shop.order()
    first = await shop.page(slip)
    assert await shop.page(slip) == first
    assert shop.fake.asked == ["prepay"]
    shop.clock.pass_time(minutes=14)
    await shop.page(slip)
    assert shop.fake.asked == ["prepay"] and len(shop.fake.trades) == 1


async def test_a_preview_of_the_link_begins_nothing(shop: Shop) -> None:
    slip = await shop.till.order()
    assert (await shop.till.client.head(f"/pay/{slip.token}")).status == 405
    assert shop.fake.asked == []


async def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_number(shop: Shop) -> None:
    shop.fake.next("prepay", "lose")
    _, trade = await shop.order()
    assert shop.fake.asked == ["prepay", "prepay"] and list(shop.fake.trades) == [trade]


@pytest.mark.parametrize("trouble", ["forge", "stranger", "garble", "busy", "limit", "drop"])
async def test_an_answer_that_cannot_be_believed_is_said_in_words_and_asked_for_again(
    shop: Shop, trouble: str
) -> None:
    slip = await shop.till.order()
    shop.fake.next("prepay", *[trouble] * 2)
    page = await shop.page(slip, status=503)
    assert "付款页暂时打不开，钱没有动" in page and "¥69.20" in page and "wxpay" not in page
    shop.fake._troubles.clear()
    assert "用微信扫一扫" in await shop.page(slip)


async def test_on_a_phone_a_button_opens_wechat_and_shows_where_it_comes_from(shop: Shop) -> None:
    slip = await shop.till.order()
    answer = await shop.till.client.get(
        f"/pay/{slip.token}", headers=PHONE | {"X-Forwarded-For": "1.2.3.4, 114.88.1.2"}
    )
    page = unescape(await answer.text())
    (trade,) = shop.fake.trades
    back = f"&redirect_url=https%3A%2F%2Fshop.example%2Fpaid%2F{trade}"
    assert f'href="https://wx.tenpay.example/checkmweb?prepay_id=wx{trade}{back}"' in page
    assert answer.headers["Referrer-Policy"] == "origin"
    scene = shop.fake.trades[trade].asked["scene_info"]
    assert scene == {"payer_client_ip": "114.88.1.2", "h5_info": {"type": "Wap"}}


async def test_in_wechat_itself_it_asks_who_pays_and_opens_over_the_page(shop: Shop) -> None:
    slip = await shop.till.order()
    place = urlsplit(await shop.page(slip, status=303, **WECHAT))
    asked = parse_qs(place.query)
    assert place.netloc == "open.weixin.qq.com" and place.fragment == "wechat_redirect"
    assert asked["redirect_uri"] == [f"https://shop.example/pay/{slip.token}"]
    assert not shop.fake.trades

    answer = await shop.till.client.get(f"/pay/{slip.token}?code=good1&state=pay", headers=WECHAT)
    page = unescape(await answer.text())
    (trade,) = shop.fake.trades
    assert shop.fake.trades[trade].asked["payer"] == {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}
    told = dict(re.findall(r'data-(\w+)="([^"]*)"', page))
    lines = [told[name] for name in ("appid", "timestamp", "noncestr", "package")]
    assert lines[3] == f"prepay_id=wx{trade}" and told["signtype"] == "RSA"
    assert is_signed("\n".join(lines) + "\n", told["paysign"], fakes.MERCHANT)

    again = await shop.till.client.get(f"/pay/{slip.token}?code=good1&state=pay", headers=WECHAT)
    assert f"prepay_id=wx{trade}" in unescape(await again.text())  # the page was reloaded: the code is spent
    assert shop.fake.asked == ["open_id", "prepay"]


async def test_who_is_not_known_to_wechat_gets_the_code(shop: Shop) -> None:
    slip = await shop.till.order()
    answer = await shop.till.client.get(f"/pay/{slip.token}?code=bad&state=pay", headers=WECHAT)
    assert "用微信扫一扫" in await answer.text()


async def test_a_number_that_was_begun_on_the_desk_stays_a_code_on_the_phone(shop: Shop) -> None:
    slip, trade = await shop.order()
    assert "用微信扫一扫" in await shop.page(slip, **PHONE)
    assert list(shop.fake.trades) == [trade]


async def test_a_number_that_was_begun_on_the_phone_is_not_begun_again_on_the_desk(shop: Shop) -> None:
    slip = await shop.till.order()
    await shop.page(slip, **PHONE)
    assert "已经在另一个地方打开了" in await shop.page(slip)


async def test_an_account_without_h5_shows_the_code(shop: Shop) -> None:
    shop.fake.next("prepay", "no_auth")
    assert "用微信扫一扫" in await shop.page(await shop.till.order(), **PHONE)


# ── callbacks that lie ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fen", [6919, 6921, 1])
async def test_another_amount_is_booked_as_a_mismatch_and_pays_nothing(shop: Shop, fen: int) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    told = shop.fake.paid_callback(trade, amount={"total": fen, "payer_total": fen, "currency": "CNY"})
    assert await shop.hear(told) == 200
    assert await shop.booked(slip) == [("mismatch", fen)]
    assert (await shop.now(slip)).status == Status.UNPAID


LIES: list[tuple[dict[str, Any], int]] = [
    ({"by": fakes.THIEF}, 401),
    ({"serial": "PUB_KEY_ID_NOBODY"}, 401),
    ({"serial": fakes.MERCHANT_SERIAL}, 401),
    ({"mchid": "1900000110"}, 403),
    ({"appid": "wx0000000000000000"}, 403),
    ({"trade_state": "NOTPAY"}, 400),
    ({"trade_state": "PAYERROR"}, 400),
    ({"transaction_id": None}, 400),
    ({"transaction_id": "\0"}, 400),
    ({"out_trade_no": "x"}, 400),
    ({"amount": {"total": 6920, "currency": "USD"}}, 400),
    ({"amount": {"total": "6920", "currency": "CNY"}}, 400),
    ({"amount": {"total": 69.2, "currency": "CNY"}}, 400),
    ({"amount": {"total": -1, "currency": "CNY"}}, 400),
    ({"amount": None}, 400),
]


@pytest.mark.parametrize(("lie", "status"), LIES)
async def test_a_callback_that_lies_has_no_effect(shop: Shop, lie: dict[str, Any], status: int) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    assert await shop.hear(shop.fake.paid_callback(trade, **lie)) == status
    assert await shop.booked(slip) == []


async def test_a_callback_of_ten_days_ago_has_no_effect(shop: Shop) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    old = shop.fake.paid_callback(trade)
    for days, status in [(10, 401), (-10, 200)]:
        shop.clock.pass_time(days=days)
        assert await shop.hear(old) == status
    assert await shop.booked(slip) == [("settled", 6920)]


@pytest.mark.parametrize("name", ["Timestamp", "Nonce", "Signature", "Serial", "Signature-Type"])
async def test_every_header_is_looked_at(shop: Shop, name: str) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    good = shop.fake.paid_callback(trade)
    for value in ("", "x", "签", "1" * 12, "//8=", "WECHATPAY/SIGNTEST/abc"):
        changed = {**good.headers, f"Wechatpay-{name}": value}
        assert await shop.hear(fakes.Callback(changed, good.body)) in (400, 401)
    missing = {key: value for key, value in good.headers.items() if key != f"Wechatpay-{name}"}
    assert await shop.hear(fakes.Callback(missing, good.body)) == 400
    assert await shop.booked(slip) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b"[" * 50_000,
        b"\xff\xfe",
        b'{"resource_type": "encrypt-resource", "resource": {"algorithm": "AEAD_AES_256_GCM"}}',
        b'{"resource_type": "encrypt-resource", "resource": {"algorithm": "ROT13", "nonce": "x", "ciphertext": "x"}}',
        b'{"resource_type": "encrypt-resource", "resource": {"algorithm": "AEAD_AES_256_GCM", "nonce": "x", '
        b'"ciphertext": "x"}}',
        b'{"resource_type": "encrypt-resource", "resource": "x"}',
    ],
)
async def test_signed_nonsense_is_refused(shop: Shop, body: bytes) -> None:
    assert await shop.hear(fakes.Callback(shop.fake.sign(body), body)) in (400, 401)


async def test_the_refusal_tells_wechat_to_try_again(shop: Shop) -> None:
    _, trade = await shop.order()
    shop.fake.pay(trade)
    stray = shop.fake.paid_callback(trade, out_trade_no="0" * 32)
    answer = await shop.till.client.post("/pay/callback/wechat", data=stray.body, headers=stray.headers)
    assert answer.status == 404
    assert await answer.json() == {"code": "FAIL", "message": "no such trade"}
    good = shop.fake.paid_callback(trade)
    answer = await shop.till.client.post("/pay/callback/wechat", data=good.body, headers=good.headers)
    assert (answer.status, (await answer.json())["code"]) == (200, "SUCCESS")


async def test_news_that_are_none_of_ours_are_taken_and_forgotten(shop: Shop) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    told = shop.fake._callback(
        "PAYSCORE.USER_PAID", "payscore", {"mchid": fakes.keys().mchid}, by=fakes.WECHAT, serial=fakes.SERIAL
    )
    assert await shop.hear(told) == 200
    assert await shop.booked(slip) == []


# ── callbacks that never come ───────────────────────────────────────────────────────────────────────────────────


async def test_a_lost_callback_is_found_by_the_page_that_waits(shop: Shop) -> None:
    slip, trade = await shop.order()
    assert json.loads(await shop.till.page(f"/paid/{trade}/state")) == {"state": "waiting"}
    shop.fake.pay(trade)
    shop.clock.pass_time(seconds=3)
    assert json.loads(await shop.till.page(f"/paid/{trade}/state")) == {"state": "paid"}
    assert await shop.hear(shop.fake.paid_callback(trade)) == 200  # late, after all
    assert await shop.booked(slip) == [("settled", 6920)]


async def test_a_lost_callback_is_found_when_the_buyer_wants_to_pay_again(shop: Shop) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    shop.provider._begun = Kept(shop.clock)  # a restart
    assert await shop.page(slip, status=303) == f"/paid/{trade}"
    assert await shop.booked(slip) == [("settled", 6920)]


async def test_before_an_order_expires_the_provider_is_asked(shop: Shop) -> None:
    paid, trade = await shop.order()
    unpaid = await shop.other_order()
    await shop.page(unpaid)
    shop.fake.pay(trade)
    shop.clock.pass_time(minutes=31)
    await clocks.tick(shop.clock(), shop.provider)
    assert (await shop.now(paid)).status == Status.PREPARING
    assert (await shop.now(unpaid)).status == Status.CANCELLED
    assert sorted(one.state for one in shop.fake.trades.values()) == ["CLOSED", "SUCCESS"]
    assert await shop.booked(paid) == [("settled", 6920)]


async def test_an_order_does_not_expire_while_its_buyer_is_paying(shop: Shop) -> None:
    slip, trade = await shop.order()
    shop.fake.trades[trade].state = "USERPAYING"
    shop.clock.pass_time(minutes=31)
    await clocks.tick(shop.clock(), shop.provider)
    assert (await shop.now(slip)).status == Status.UNPAID
    shop.fake.trades[trade].state = "NOTPAY"
    shop.fake.pay(trade)
    await clocks.tick(shop.clock(), shop.provider)
    assert (await shop.now(slip)).status == Status.PREPARING


async def test_while_wechat_pay_is_away_only_orders_that_it_never_saw_expire(shop: Shop) -> None:
    begun, _ = await shop.order()
    never = await shop.other_order()
    shop.clock.pass_time(minutes=31)
    shop.fake.next("close", *["drop"] * 2)
    await clocks.tick(shop.clock(), shop.provider)
    assert (await shop.now(begun)).status == Status.UNPAID
    assert (await shop.now(never)).status == Status.CANCELLED
    await clocks.tick(shop.clock(), shop.provider)  # it is back
    assert (await shop.now(begun)).status == Status.CANCELLED


async def test_money_after_the_end_is_booked_as_late(shop: Shop) -> None:
    slip, trade = await shop.order()
    shop.fake.pay(trade)
    told = shop.fake.paid_callback(trade)
    shop.fake.trades[trade].state = "CLOSED"  # as if the buyer had been quicker than the books at WeChat
    shop.clock.pass_time(minutes=31)
    await clocks.tick(shop.clock(), shop.provider)
    assert (await shop.now(slip)).status == Status.CANCELLED
    shop.clock.at -= timedelta(minutes=31)
    assert await shop.hear(told) == 200
    assert await shop.booked(slip) == [("late", 6920)]


# ── money back ──────────────────────────────────────────────────────────────────────────────────────────────────


async def paid(shop: Shop) -> str:
    _, trade = await shop.order()
    shop.fake.pay(trade)
    shop.clock.pass_time(minutes=1)
    return trade


async def back(shop: Shop, number: str, trade: str, fen: int = 2990) -> RefundFact:
    return await shop.provider.refund(
        number, trade_no=trade, total=Money(6920), amount=Money(fen), reason="坏了三个"
    )


async def test_a_refund_with_a_lost_answer_is_sent_again_under_the_same_number(shop: Shop) -> None:
    trade = await paid(shop)
    shop.fake.next("refund", "lose")
    assert await back(shop, "R1", trade) == RefundFact("R1", "accepted", Money(2990))
    assert shop.fake.asked.count("refund") == 2 and list(shop.fake.refunds) == ["R1"]
    shop.fake.next("refund", "lose", "lose")
    assert (await back(shop, "R1", trade)).may_retry
    assert list(shop.fake.refunds) == ["R1"]


@pytest.mark.parametrize("trouble", ["busy", "limit", "forge", "garble", "stranger"])
async def test_a_refund_that_nobody_can_tell_about_may_be_sent_again(shop: Shop, trouble: str) -> None:
    trade = await paid(shop)
    shop.fake.next("refund", trouble)
    fact = await back(shop, "R1", trade)
    assert (fact.state, fact.may_retry) == ("failed", True)
    assert await back(shop, "R1", trade) == RefundFact("R1", "accepted", Money(2990))


async def test_two_refunds_of_one_trade_keep_a_minute_between_them(shop: Shop) -> None:
    trade = await paid(shop)
    await back(shop, "R1", trade)
    soon = await back(shop, "R2", trade)
    assert (soon.state, soon.may_retry, soon.why) == ("failed", True, "FREQUENCY_LIMITED")
    shop.clock.pass_time(minutes=1)
    assert (await back(shop, "R2", trade)).state == "accepted"


@pytest.mark.parametrize("state", ["CLOSED", "ABNORMAL"])
async def test_a_refund_that_the_bank_sends_back_is_for_a_person(shop: Shop, state: str) -> None:
    trade = await paid(shop)
    await back(shop, "R1", trade)
    shop.fake.settle_refund("R1", state)
    failed = RefundFact("R1", "failed", Money(2990), why=state)
    assert await shop.provider.query_refund("R1", trade_no=trade) == failed
    assert await shop.hear(shop.fake.refund_callback("R1")) == 200
    assert shop.refunds == [failed]


async def test_the_news_of_a_refund_reach_the_shop_and_a_strange_one_is_told_again(shop: Shop) -> None:
    trade = await paid(shop)
    for number in ("R1", "X1"):
        await back(shop, number, trade)
        shop.fake.settle_refund(number)
        shop.clock.pass_time(minutes=1)
    assert await shop.hear(shop.fake.refund_callback("R1")) == 200
    assert await shop.hear(shop.fake.refund_callback("X1")) == 404
    assert await shop.hear(shop.fake.refund_callback("R1", by=fakes.THIEF)) == 401
    assert await shop.hear(shop.fake.refund_callback("R1", mchid="1900000110")) == 403
    assert [fact.refund_no for fact in shop.refunds] == ["R1", "X1"]


async def test_a_question_without_an_answer_is_no_answer(shop: Shop) -> None:
    trade = await paid(shop)
    for what, ask in [
        ("query", shop.provider.query(trade)),
        ("query_refund", shop.provider.query_refund("R1", trade_no=trade)),
        ("close", shop.provider.close(trade)),
        ("bill", shop.provider.bill(shop.clock().date())),
    ]:
        shop.fake.next(what, "lose", "lose")
        with pytest.raises(ProviderAway):
            await ask


# ── the day's bill ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_bill_is_fetched_from_the_gateway_whatever_host_it_names(shop: Shop) -> None:
    trade = await paid(shop)
    (line,) = await shop.provider.bill(shop.clock().astimezone(CHINA).date())
    assert (line.kind, line.trade_no, line.amount) == ("paid", trade, Money(6920))
    assert shop.fake.asked[-2:] == ["bill", "bill_file"]


def test_a_damaged_bill_is_no_bill() -> None:
    import gzip
    import hashlib

    table = "交易时间,商户订单号\r\n`2026-05-01 10:00:00,`x\r\n".encode()
    right = hashlib.sha1(table, usedforsecurity=False).hexdigest()
    for file, sha1 in [
        (table, "0" * 40),
        (gzip.compress(table)[:-9], right),
        (b"\x1f\x8bxx", right),
        (table, right),  # its columns are not there
    ]:
        with pytest.raises(ProviderAway):
            read_bill(file, sha1=sha1)


# ── keys ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_key_reaches_a_log_or_a_repr(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    slip = await shop.till.order()
    await shop.till.client.get(f"/pay/{slip.token}?code=good1", headers=WECHAT)
    shop.fake.next("prepay", "busy")
    await shop.page(slip, status=503)
    (trade,) = shop.fake.trades
    shop.fake.pay(trade)
    await shop.hear(shop.fake.paid_callback(trade, by=fakes.THIEF))
    await shop.hear(shop.fake.paid_callback(trade))
    shop.fake.next("refund", "forge")
    await back(shop, "R1", trade)
    await shop.provider.bill(shop.clock().astimezone(CHINA).date())
    ours = [
        one.getMessage() for one in caplog.records if one.name != "aiohttp.access"
    ]  # that is the fake's own
    told = "\n".join(ours) + repr(shop.provider) + repr(fakes.keys()) + repr(vars(shop.provider))
    pem = [line for line in private_pem(fakes.MERCHANT).splitlines() if "---" not in line]
    for secret in (fakes.API_V3_KEY, fakes.APP_SECRET, "WECHATPAY2-SHA256-RSA2048 mchid", *pem):
        assert secret not in told
    assert "wechat callback refused: the signature is wrong" in ours  # it does log


def test_a_key_that_cannot_be_read_is_said_without_showing_it() -> None:
    from dataclasses import replace

    for change in ({"private_key": "canary"}, {"public_key": "canary"}):
        with pytest.raises(ValueError, match="failed to load") as refused:
            Wire(replace(fakes.keys(), **change), notify_url="https://shop.example/x")
        assert "canary" not in str(refused.value) and refused.value.__cause__ is None


async def test_what_the_provider_gives_for_each_device() -> None:
    clock = Clock()
    async with open_fake(clock) as fake:
        provider = wechat(fake, clock)
        assert isinstance(await provider.begin(an_intent(), Visitor()), Scan)
        assert isinstance(await provider.begin(an_intent(), Visitor("phone", "114.88.1.2")), Tap)
        assert isinstance(await provider.begin(an_intent(), Visitor("wechat", code="good")), InApp)
        closed = an_intent()
        await provider.begin(closed, Visitor())
        await provider.close(closed.trade_no)
        provider._begun = Kept(clock)
        with pytest.raises(TradeClosed):
            await provider.begin(closed, Visitor())
        await provider.shut_down()
