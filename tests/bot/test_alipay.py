"""支付宝: what is its own beside the contract: forms, its signature, its answers in one line, its zip of a bill."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from bot.payments import BadCallback, ProviderAway, RefundFact, Scan, Tap, TradeClosed, Visitor
from bot.payments.alipay import Alipay
from bot.payments.alipay_bill import read_bill
from shop import listings
from shop.kit.money import Money
from tests.support import fake_alipay as fakes
from tests.support.keys import is_signed, private_pem
from tests.support.stands import PUBLIC, AlipayStand, alipay, an_intent, open_stand
from tests.support.till import Clock, Till, open_till


@pytest.fixture
async def stand() -> AsyncIterator[AlipayStand]:
    async with open_stand("alipay") as opened:
        assert isinstance(opened, AlipayStand)
        yield opened


async def test_on_a_desk_a_code_on_a_phone_its_own_page(stand: AlipayStand) -> None:
    intent = an_intent("69.20")
    scan = await stand.provider.begin(intent, Visitor())
    assert isinstance(scan, Scan) and scan.code.startswith("https://qr.alipay.example/")

    tap = await stand.provider.begin(intent, Visitor("phone"))
    assert isinstance(tap, Tap) and tap.address.startswith(f"{stand.fake.address}/gateway.do?")
    asked = dict(parse_qsl(urlsplit(tap.address).query))
    signature = asked.pop("sign")
    assert is_signed("&".join(f"{name}={asked[name]}" for name in sorted(asked)), signature, fakes.APP)
    assert asked["method"] == "alipay.trade.wap.pay" and '"total_amount":"69.20"' in asked["biz_content"]
    assert asked["return_url"] == f"{PUBLIC}/paid/{intent.trade_no}"
    assert asked["notify_url"] == f"{PUBLIC}/pay/callback/alipay"
    assert asked["timestamp"] == "2026-05-01 10:00:00"  # in China, wherever this runs


async def test_a_paid_and_a_closed_trade_are_not_begun_again(stand: AlipayStand) -> None:
    paid, closed = await stand.paid(), await stand.begun()
    await stand.provider.close(closed.trade_no)
    for intent in (paid, closed):
        with pytest.raises(TradeClosed):
            await stand.provider.begin(intent, Visitor())


@pytest.mark.parametrize("trouble", ["drop", "lose", "forge", "unsigned", "garble", "busy"])
async def test_an_answer_that_cannot_be_believed_is_none(stand: AlipayStand, trouble: str) -> None:
    intent = await stand.paid()
    stand.fake.next("query", trouble)
    with pytest.raises(ProviderAway):
        await stand.provider.query(intent.trade_no)
    assert await stand.provider.query(intent.trade_no) is not None
    stand.fake.next("precreate", trouble)
    with pytest.raises(ProviderAway):
        await stand.provider.begin(an_intent(), Visitor())
    stand.fake.next("refund", trouble)
    fact = await stand.refund("R1", intent, "1.00")
    assert (fact.state, fact.may_retry) == ("failed", True)
    assert (await stand.refund("R1", intent, "1.00")).state == "settled"


async def test_an_order_is_not_ended_while_its_trade_cannot_be_closed(stand: AlipayStand) -> None:
    intent = await stand.begun()
    stand.fake.next("close", "busy")
    with pytest.raises(ProviderAway):
        await stand.provider.close(intent.trade_no)
    await stand.provider.close(intent.trade_no)
    assert stand.fake.trades[intent.trade_no].state == "TRADE_CLOSED"


async def test_a_trade_that_was_refunded_whole_was_paid(stand: AlipayStand) -> None:
    intent = await stand.paid("69.20")
    await stand.refund("R1", intent, "69.20")
    assert stand.fake.trades[intent.trade_no].state == "TRADE_CLOSED"
    fact = await stand.provider.query(intent.trade_no)
    assert fact is not None and fact.amount == Money(6920)


# ── callbacks ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_news_of_a_refund_send_us_to_ask(stand: AlipayStand) -> None:
    """It tells the sum of all refunds of the trade, so it is not taken for this one's amount."""
    intent = await stand.paid()
    await stand.refund("R1", intent, "10.00")
    await stand.refund("R2", intent, "5.00")
    assert stand.provider.verify(*stand.refund_callback("R2")) == RefundFact("R2", "accepted")
    asked = await stand.provider.query_refund("R2", trade_no=intent.trade_no)
    assert asked == RefundFact("R2", "settled", Money(500))


@pytest.mark.parametrize("state", ["WAIT_BUYER_PAY", "TRADE_CLOSED"])
async def test_other_news_are_taken_and_forgotten(stand: AlipayStand, state: str) -> None:
    intent = await stand.paid()
    assert stand.provider.verify(*stand.fake.paid_callback(intent.trade_no, trade_status=state)) is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"app_id": "2021000000000002"}, 403),
        ({"total_amount": "69.2000"}, 400),
        ({"total_amount": "-69.20"}, 400),
        ({"total_amount": "0"}, 400),
        ({"out_trade_no": "x"}, 400),
        ({"trade_no": "\0"}, 400),
        ({"by": fakes.THIEF}, 401),
    ],
)
async def test_a_callback_that_lies(stand: AlipayStand, changes: dict[str, str], status: int) -> None:
    intent = await stand.paid()
    with pytest.raises(BadCallback) as refused:
        stand.provider.verify(*stand.fake.paid_callback(intent.trade_no, **changes))
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("sign", "", 400),
        ("sign", "not base64 at all", 401),
        ("sign", "签名", 401),
        ("sign", "AAAA", 401),
        ("sign_type", "RSA", 400),
        ("sign_type", "", 400),
        ("total_amount", "0.01", 401),
        ("another", "field", 401),
    ],
)
async def test_each_field_is_under_the_signature(
    stand: AlipayStand, field: str, value: str, status: int
) -> None:
    headers, body = stand.callback(await stand.paid())
    changed = urlencode(dict(parse_qsl(body.decode())) | {field: value}).encode()
    with pytest.raises(BadCallback) as refused:
        stand.provider.verify(headers, changed)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "body", [b"sign=x&sign=y", b"\xff", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(200)), b"[]"]
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadCallback) as refused:
        _provider().verify({}, body)
    assert refused.value.status == 400


# ── at the till ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_it_hears_success_once_the_money_is_booked_and_not_before(shop_db: str) -> None:
    clock = Clock()
    async with fakes.open_fake(clock) as fake, open_till(make_provider=lambda c: alipay(fake, c)) as till:
        slip = await till.order()
        page = await till.page(f"/pay/{slip.token}")
        assert "用支付宝扫一扫" in page and "¥69.20" in page
        (trade,) = fake.codes
        fake.pay(trade)
        stray = fake.paid_callback(trade, out_trade_no="0" * 32)
        assert await _tell(till, stray) == (404, "fail")
        assert await _tell(till, fake.paid_callback(trade, by=fakes.THIEF)) == (401, "fail")
        for _ in range(2):
            assert await _tell(till, fake.paid_callback(trade)) == (200, "success")
        assert [(one.standing, one.amount.fen) for one in await listings.money_in(slip.id)] == [
            ("settled", 6920)
        ]


async def _tell(till: Till, told: tuple[dict[str, str], bytes]) -> tuple[int, str]:
    headers, body = told
    answer = await till.client.post("/pay/callback/alipay", data=body, headers=headers)
    return answer.status, await answer.text()


# ── bills and keys ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["2088_业务明细.csv", "2088_业务明细(汇总).csv", "x.txt"])
def test_a_bill_that_cannot_be_read_is_none(name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(name, "商户订单号\r\nx\r\n".encode("gbk"))
    for given in (packed.getvalue(), packed.getvalue()[:-9], b"", b"no zip"):
        with pytest.raises(ProviderAway):
            read_bill(given)


async def test_no_key_reaches_a_log_or_a_repr(stand: AlipayStand, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    intent = await stand.paid()
    stand.fake.next("refund", "forge")
    await stand.refund("R1", intent, "1.00")
    await stand.provider.begin(an_intent(), Visitor("phone"))
    ours = [one.getMessage() for one in caplog.records if one.name != "aiohttp.access"]
    told = "\n".join(ours) + repr(fakes.keys()) + repr(stand.provider) + repr(vars(stand.provider))
    for line in private_pem(fakes.APP).splitlines():
        assert "---" in line or line not in told


def test_a_key_that_cannot_be_read_is_said_without_showing_it() -> None:
    for change in ({"private_key": "canary"}, {"public_key": "canary"}, {"private_key": ""}):
        with pytest.raises(ValueError, match="a key cannot be read") as refused:
            Alipay(replace(fakes.keys(), **change), shop_name="x", public_url=PUBLIC, clock=Clock())
        assert refused.value.__cause__ is None


def _provider() -> Alipay:
    return Alipay(fakes.keys(), shop_name="阿姨水果", public_url=PUBLIC, clock=Clock())


def test_the_address_of_alipay_is_the_real_one_unless_told_otherwise() -> None:
    tap = _provider()._library._gateway
    assert tap == "https://openapi.alipay.com/gateway.do"
    assert parse_qs(urlsplit(tap).query) == {}
