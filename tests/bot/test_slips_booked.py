"""The page of a deposit: it is about a time, in every state, and never about goods that wait to be fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from shop import bookings, orders, resources
from shop.kit.money import Money
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.bot.test_slips import read
from tests.support.till import Till, open_till

GOODS = ("货", "菜单", "老样子", "到店付", "改2")


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till() as opened:
        yield opened


async def booked(till: Till) -> tuple[Slip, int]:
    """Tomorrow at two; gives its deposit and which appointment it is."""
    await resources.employ(till.shop, "阿强", time(10), time(19))
    perm, _ = await resources.offer(
        till.shop, "烫发", 60, Money(20000), Money(2000), by=till.buyer, now=till.clock()
    )
    at = datetime(2026, 5, 2, 14, tzinfo=ZoneInfo("Asia/Shanghai"))
    one, slip = await bookings.book(till.shop, till.buyer, perm.id, at, now=till.clock())
    assert slip is not None
    return slip, one.id


async def seen(till: Till, slip: Slip) -> str:
    text = read(await till.page(f"/o/{slip.token}"))
    assert [word for word in GOODS if word in text] == []
    return text


async def pay(till: Till, slip: Slip) -> None:
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")


async def test_a_time_that_waits_for_its_deposit(till: Till) -> None:
    slip, _ = await booked(till)
    text = await seen(till, slip)
    assert "待付款 约好了 来过了 待付款 ¥20.00 请在 10:15 前付款" in text
    assert "烫发 5月2日 14:00（阿强）" in text and "去付款" in text
    assert "要改，说一句就行 私聊店里： 取消预约" in text
    till.clock.pass_time(minutes=15)
    assert "付款时间过了 时间让出来了。" in await seen(till, slip)
    await unit_of_work(partial(orders.expire, slip.id, now=till.clock()))
    text = await seen(till, slip)
    assert "没赶上付款时间，时间让出来了" in text and "私聊店里： 预约" in text


@pytest.mark.parametrize(("said", "shown"), [("came", "来过了"), ("missed", "没来")])
async def test_it_is_booked_and_then_over(till: Till, said: str, shown: str) -> None:
    slip, one = await booked(till)
    await pay(till, slip)
    text = await seen(till, slip)
    assert "约好了 10:00 收到定金 ¥20.00 。到时候来就行" in text and "到店码" in text
    assert "退款 取消预约 转人工" in text
    till.clock.pass_time(hours=28, minutes=30)
    await unit_of_work(partial(getattr(bookings, said), till.shop, one, till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert f"待付款 约好了 {shown} {shown}" in text and "到店码" not in text
    assert ("定金留在店里" in text) == (said == "missed")
    await unit_of_work(partial(bookings.not_said, till.shop, one, now=till.clock()))
    assert "约好了 5月1日 10:00 收到定金" in await seen(till, slip)


async def test_a_shop_without_a_provider_takes_the_deposit_by_transfer_alone(shop_db: str) -> None:
    async with open_till(pays_online=False) as till:
        slip, _ = await booked(till)
        assert "转账给店里，转完说一声。 已付 订单" in await seen(till, slip)


async def test_who_has_paid_reads_that_it_is_booked(till: Till) -> None:
    slip, _ = await booked(till)
    trade = await till.trade_of(slip)
    await till.client.post(f"/sandbox/{trade}")
    text = read(await till.page(f"/paid/{trade}"))
    assert "付好了 ¥20.00" in text and "约好了" in text and "取货码" not in text and "备货" not in text
