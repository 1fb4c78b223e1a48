"""Money comes in by real HTTP, signed, once; and nothing else is ever taken for money."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.payments import LONGEST_CALLBACK, WINDOW, BadCallback, PaidFact, Sandbox, TradeClosed
from shop import listings, orders, payments, slips
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.mail import untold
from shop.rules.baskets import Want
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support.till import SECRET, Clock, Till, open_till

CALLBACK = "/pay/callback/sandbox"


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till() as opened:
        yield opened


def told(trade_no: str, fen: Any = 6920, /, **other: Any) -> bytes:
    """The body of a callback as the provider writes it, unless told otherwise."""
    usual = {"type": "paid", "event": f"sandbox-{trade_no}", "trade_no": trade_no, "amount_fen": fen}
    return json.dumps(usual | {"currency": "CNY"} | other).encode()


async def call(till: Till, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    given = till.provider.sign(body) if headers is None else headers
    answer = await till.client.post(CALLBACK, data=body, headers=given)
    return answer.status, await answer.json()


async def fresh(slip: Slip) -> Slip:
    found = await slips.slip_by_token(slip.token)
    assert found is not None
    return found


async def events() -> list[str]:
    return [type(one.event).__name__ for one in await untold()]


# ── the way of a buyer ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_buyer_pays_through_the_cashier_and_gets_a_pickup_code(till: Till) -> None:
    slip = await till.order()
    assert str(slip.payable) == "¥69.20"
    trade = await till.trade_of(slip)

    cashier = await till.page(f"/sandbox/{trade}")
    assert "演示付款" in cashier and "不收真钱" in cashier
    assert "¥69.20" in cashier and slip.code in cashier and "阿姨水果" in cashier

    answer = await till.client.post(f"/sandbox/{trade}")  # redirects are followed, as a browser does
    result = await answer.text()
    assert answer.status == 200 and answer.url.path == f"/paid/{trade}"
    assert "付好了" in result and "¥69.20" in result

    now = await fresh(slip)
    assert now.status == Status.PREPARING and now.paid_at == till.clock() and now.pickup_code
    assert await events() == ["OrderPaid"]
    assert "取货码" in await till.page(f"/o/{slip.token}")


async def test_a_double_click_pays_once(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    answers = await asyncio.gather(*(till.client.post(f"/sandbox/{trade}") for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert [one.standing for one in await listings.money_in(slip.id)] == ["settled"]
    assert await events() == ["OrderPaid"]


async def test_the_cashier_of_a_paid_trade_shows_the_result_and_the_pay_link_the_slip(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    await till.client.post(f"/sandbox/{trade}")
    shown = await till.client.get(f"/sandbox/{trade}", allow_redirects=False)
    assert (shown.status, shown.headers["Location"]) == (303, f"/paid/{trade}")
    again = await till.client.get(f"/pay/{slip.token}", allow_redirects=False)
    assert (again.status, again.headers["Location"]) == (303, f"/o/{slip.token}")


async def test_the_pay_link_is_the_same_payment_until_the_amount_changes(till: Till) -> None:
    slip = await till.order()
    first = await till.trade_of(slip)
    assert await till.trade_of(slip) == first
    await unit_of_work(
        lambda: orders.edit(till.shop, till.buyer, [Want("P1-1", Quantity.of("3"), "set")], now=till.clock())
    )
    assert await till.trade_of(slip) != first
    assert "已经关了" in await till.page(f"/sandbox/{first}")


async def test_cancel_at_the_cashier_leads_back_and_changes_nothing(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    assert f'href="/o/{slip.token}">取消' in await till.page(f"/sandbox/{trade}")
    assert (await fresh(slip)).status == Status.UNPAID


@pytest.mark.parametrize("path", ["/pay/{}", "/sandbox/{}", "/paid/{}"])
@pytest.mark.parametrize("token", ["0" * 32, "x", "%00", "..%2f", "０" * 32, "0" * 31 + "%0a"])
async def test_a_wrong_link_is_a_page_in_plain_words(till: Till, path: str, token: str) -> None:
    page = await till.page(path.format(token), status=404)
    assert "<h1>" in page and "Error" not in page


async def test_another_site_may_not_press_the_button(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    answer = await till.client.post(f"/sandbox/{trade}", headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert (await fresh(slip)).status == Status.UNPAID


async def test_the_callback_goes_to_the_very_socket_not_to_what_the_host_header_claims(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    answer = await till.client.post(
        f"/sandbox/{trade}", headers={"Host": "192.0.2.1:9"}, allow_redirects=False
    )
    assert answer.status == 303
    assert (await fresh(slip)).money_in


async def test_a_lost_callback_is_found_by_the_page_that_waits(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> bool:
        return False

    slip = await till.order()
    trade = await till.trade_of(slip)
    monkeypatch.setattr(Sandbox, "notify", lost)
    answer = await till.client.post(f"/sandbox/{trade}")
    assert "付好了" in await answer.text()
    assert [one.standing for one in await listings.money_in(slip.id)] == ["settled"]
    monkeypatch.undo()
    await till.client.post(f"/sandbox/{trade}")  # pressed again: the same payment, told again
    assert [one.standing for one in await listings.money_in(slip.id)] == ["settled"]


async def test_a_page_that_waits_asks_the_provider_every_three_seconds_at_most(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def count(_: Sandbox, trade_no: str) -> None:
        asked.append(trade_no)

    monkeypatch.setattr(Sandbox, "query", count)
    trade = await till.trade_of(await till.order())
    for _ in range(5):
        assert "还没收到付款结果" in await till.page(f"/paid/{trade}")
        assert json.loads(await till.page(f"/paid/{trade}/state")) == {"state": "waiting"}
    assert asked == [trade]
    till.clock.pass_time(seconds=3)
    await till.page(f"/paid/{trade}/state")
    assert asked == [trade] * 2


async def test_a_page_that_waits_hears_that_there_is_nothing_to_wait_for(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    till.clock.pass_time(minutes=31)
    assert await unit_of_work(lambda: orders.expire(slip.id, now=till.clock()))
    assert json.loads(await till.page(f"/paid/{trade}/state")) == {"state": "over"}
    result = await till.page(f"/paid/{trade}")
    assert "这笔付款已经关了" in result and "没有收到钱" in result


# ── money that does not fit ─────────────────────────────────────────────────────────────────────────────────────


async def test_money_on_an_order_that_ended_is_booked_as_late_and_says_so(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    till.clock.pass_time(minutes=31)
    assert await unit_of_work(lambda: orders.expire(slip.id, now=till.clock()))
    result = await (await till.client.post(f"/sandbox/{trade}")).text()
    assert "钱会退给你，店里已收到通知" in result and "¥69.20" in result
    now = await fresh(slip)
    assert now.status == Status.CANCELLED and not now.money_in and now.pickup_code is None
    assert [(one.standing, one.amount.fen) for one in await listings.money_in(slip.id)] == [("late", 6920)]
    assert await events() == ["OrderExpired", "MoneyCameLate"]
    assert "钱会退给你，店里已收到通知" in await till.page(f"/o/{slip.token}")


async def test_money_on_the_amount_before_an_edit_is_a_mismatch_and_the_rest_can_still_be_paid(
    till: Till,
) -> None:
    slip = await till.order()
    old = await till.trade_of(slip)
    await unit_of_work(
        lambda: orders.edit(till.shop, till.buyer, [Want("P1-1", Quantity.of("3"), "set")], now=till.clock())
    )
    asked = await payments.intent(old)
    assert asked is not None and asked.state == "closed"
    result = await (await till.client.post(f"/sandbox/{old}")).text()
    assert "对不上" in result and "钱没有丢" in result
    assert (await fresh(slip)).status == Status.UNPAID

    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    assert (await fresh(slip)).money_in
    booked = [(one.standing, one.amount.fen) for one in await listings.money_in(slip.id)]
    assert booked == [("mismatch", 6920), ("settled", 9910)]


async def test_the_same_order_paid_twice_is_a_surplus(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    await till.client.post(f"/sandbox/{trade}")
    assert await call(till, told(trade, event="another")) == (200, {"booked": "surplus"})
    assert "多付的" in await till.page(f"/paid/{trade}")
    assert "多付的" in await till.page(f"/o/{slip.token}")


async def test_a_signed_callback_of_another_amount_is_booked_and_never_pays(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    assert await call(till, told(trade, 1)) == (200, {"booked": "mismatch"})
    now = await fresh(slip)
    assert now.status == Status.UNPAID and not now.money_in


# ── the callback ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_same_event_again_is_fine_and_changes_nothing(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    assert await call(till, told(trade)) == (200, {"booked": "settled"})
    before = await fresh(slip)
    assert await call(till, told(trade)) == (200, {"booked": "seen"})
    assert await fresh(slip) == before


async def test_fifty_of_the_same_event_at_once_pay_once(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    answers = await asyncio.gather(*(call(till, told(trade)) for _ in range(50)))
    assert sorted(str(answer["booked"]) for status, answer in answers if status == 200) == ["seen"] * 49 + [
        "settled"
    ]
    assert [one.standing for one in await listings.money_in(slip.id)] == ["settled"]
    assert await events() == ["OrderPaid"]


async def test_fifty_identical_requests_at_once_are_one_callback_and_49_replays(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    body = told(trade)
    headers = till.provider.sign(body)
    answers = await asyncio.gather(*(call(till, body, headers) for _ in range(50)))
    assert sorted(status for status, _ in answers) == [200] + [409] * 49
    assert [one.standing for one in await listings.money_in(slip.id)] == ["settled"]


async def test_money_for_a_trade_nobody_asked_for_is_no_success(till: Till) -> None:
    assert (await call(till, told("0" * 32)))[0] == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Sandbox-Signature": "0" * 64}, 401),
        ({"X-Sandbox-Signature": "签名"}, 401),
        ({"X-Sandbox-Nonce": "short"}, 400),
        ({"X-Sandbox-Nonce": "another-nonce-of-enough-letters"}, 401),
        ({"X-Sandbox-Timestamp": "yesterday"}, 400),
        ({"X-Sandbox-Timestamp": "-1"}, 400),
        ({"X-Sandbox-Timestamp": "1e9"}, 400),
        ({"X-Sandbox-Timestamp": "１７７７６０１６００"}, 400),
        ({"X-Sandbox-Timestamp": ""}, 400),
        ({"Content-Encoding": "gzip"}, 400),
        ({"Content-Encoding": "deflate"}, 400),
    ],
)
async def test_forged_headers(till: Till, change: dict[str, str], status: int) -> None:
    slip = await till.order()
    body = told(await till.trade_of(slip))
    assert (await call(till, body, till.provider.sign(body) | change))[0] == status
    assert not await listings.money_in(slip.id)


@pytest.mark.parametrize("missing", ["Timestamp", "Nonce", "Signature"])
async def test_a_missing_header(till: Till, missing: str) -> None:
    body = told(await till.trade_of(await till.order()))
    headers = till.provider.sign(body)
    del headers[f"X-Sandbox-{missing}"]
    assert (await call(till, body, headers))[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[" * 50_000,
        b"\xff\xfe{}",
        b'{"type": "paid"}',
        b"9" * 5000,
        told("0" * 32, 0),
        told("0" * 32, -6920),
        told("0" * 32, 69.2),
        told("0" * 32, True),
        told("0" * 32, "6920"),
        told("0" * 32, None),
        told("0" * 32, 10**30),
        told("0" * 32, currency="USD"),
        told("0" * 32, event="x" * 65),
        told("0" * 32, event="\0"),
        told("0" * 32, event=None),
        told("0" * 31),
        told("\0" * 32),
        told("0" * 32, trade_no=5),
        told("0" * 32, type="refunded"),
    ],
)
async def test_signed_nonsense_is_refused_in_words(till: Till, body: bytes) -> None:
    status, answer = await call(till, body)
    assert status == 400 and answer["error"]


async def test_a_callback_too_long_is_not_read(till: Till) -> None:
    body = told("0" * 32, note="x" * LONGEST_CALLBACK)
    assert (await call(till, body))[0] == 413


async def test_a_thousand_mutated_callbacks_are_refused_and_none_breaks_anything(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    dice = random.Random(20260501)
    seen: set[int] = set()
    for _ in range(1000):
        body = told(trade)
        headers = till.provider.sign(body)
        body, headers = _mutated(dice, body, headers)
        status, _ = await call(till, body, headers)
        assert 400 <= status < 500
        seen.add(status)
    assert {400, 401} <= seen
    assert not await listings.money_in(slip.id)
    assert (await fresh(slip)).status == Status.UNPAID


def _mutated(dice: random.Random, body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """One change that a stranger could make."""
    kind = dice.randrange(6)
    if kind == 0:  # a bit flips
        place = dice.randrange(len(body))
        return body[:place] + bytes([body[place] ^ 1 << dice.randrange(8)]) + body[place + 1 :], headers
    if kind == 1:  # cut short or made longer
        return (body[: dice.randrange(len(body))] if dice.random() < 0.5 else body + b" "), headers
    if kind == 2:  # another amount
        return body.replace(b"6920", str(dice.randrange(1, 6920)).encode()), headers
    name = f"X-Sandbox-{dice.choice(['Timestamp', 'Nonce', 'Signature'])}"
    if kind == 3:
        return body, {key: value for key, value in headers.items() if key != name}
    if kind == 4:  # a letter of a header changes
        value = headers[name]
        place = dice.randrange(len(value))
        other = dice.choice([letter for letter in "0123456789abcdefZ_-~é取" if letter != value[place]])
        return body, headers | {name: value[:place] + other + value[place + 1 :]}
    far = dice.choice([-1, 1]) * dice.randrange(WINDOW + 1, 10**7)
    return body, headers | {"X-Sandbox-Timestamp": str(int(headers["X-Sandbox-Timestamp"]) + far)}


# ── the sandbox by itself ───────────────────────────────────────────────────────────────────────────────────────


def test_a_callback_is_good_for_five_minutes_either_way() -> None:
    clock = Clock()
    sandbox = Sandbox(secret=SECRET, clock=clock)
    body = told("0" * 32)
    for shift, good in [(WINDOW, True), (WINDOW + 1, False), (-WINDOW, True), (-WINDOW - 1, False)]:
        headers = sandbox.sign(body)
        clock.pass_time(seconds=shift)
        if good:
            assert sandbox.verify(headers, body) == PaidFact(f"sandbox-{'0' * 32}", "0" * 32, Money(6920))
        else:
            with pytest.raises(BadCallback, match="another time"):
                sandbox.verify(headers, body)


def test_a_nonce_is_good_once_and_forgotten_when_its_time_is_over() -> None:
    clock = Clock()
    sandbox = Sandbox(secret=SECRET, clock=clock)
    body = told("0" * 32)
    headers = sandbox.sign(body)
    sandbox.verify(headers, body)
    for _ in range(3):
        with pytest.raises(BadCallback) as refused:
            sandbox.verify(headers, body)
        assert refused.value.status == 409
    clock.pass_time(seconds=2 * WINDOW)
    sandbox.verify(sandbox.sign(body), body)
    assert len(sandbox._nonces) == 1


def test_another_secret_signs_nothing() -> None:
    body = told("0" * 32)
    with pytest.raises(BadCallback, match="signature"):
        Sandbox(secret=SECRET, clock=Clock()).verify(Sandbox(secret="else", clock=Clock()).sign(body), body)
    with pytest.raises(ValueError, match="secret"):
        Sandbox(secret="", clock=Clock())


async def test_a_closed_trade_takes_no_money_but_a_paid_one_stays_paid(till: Till) -> None:
    slip = await till.order()
    intent = await payments.intent(await till.trade_of(slip))
    assert intent is not None
    await till.provider.close(intent.trade_no)
    with pytest.raises(TradeClosed):
        till.provider.pay(intent)
    await till.client.post(f"/sandbox/{intent.trade_no}")
    assert not await listings.money_in(slip.id) and await till.provider.query(intent.trade_no) is None
