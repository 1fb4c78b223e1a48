"""The page of an order that is brought: the fee beside the goods, how and when it comes, and never where to. Fetched after
all, it is a page like any other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from shop import coupon_templates, coupons, orders, parcels, pickups, refunds
from shop.kit.money import Money
from shop.rules.refunds import What
from shop.slips import Slip
from shop.slips import slip as slip_by_id
from shop.transaction import unit_of_work
from tests.bot.test_slips import read
from tests.support.browser import open_browser, open_page
from tests.support.till import Till, open_till

HOME = "3栋2单元309"
FIVE_YUAN = {"kind": "delivery", "fee": "5", "free_from": "50"}


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till(promotions=[FIVE_YUAN]) as opened:
        yield opened


async def brought(till: Till, *wants: tuple[str, str]) -> Slip:
    await till.order(*wants)
    return await unit_of_work(lambda: orders.bring(till.shop, till.buyer, HOME, now=till.clock()))


async def seen(till: Till, slip: Slip) -> str:
    """What its page says now; where it is brought is on none."""
    text = read(await till.page(f"/o/{slip.token}"))
    assert "3栋" not in text and "单元" not in text
    return text


async def pay(till: Till, slip: Slip) -> str:
    """Gives its code."""
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    return (await slip_by_id(slip.id)).pickup_code or ""


def words_in(text: str) -> list[str]:
    return text.partition("要改，说一句就行 在群里或私聊店里：")[2].partition("下单")[0].split()


async def test_the_fee_stands_beside_the_goods_until_they_are_worth_it(till: Till) -> None:
    slip = await brought(till, ("P1-1", "1"))
    text = await seen(till, slip)
    assert "待付款 ¥34.90" in text and "商品 ¥29.90 配送费 ¥5.00 合计 ¥34.90" in text
    assert "再买 ¥20.10 就能免配送费" in text
    assert words_in(text) == ["橙子改2箱", "货到付", "自提", "取消"]
    slip = await till.order(("P1-1", "1"))
    assert "商品 ¥59.80 配送费 免 合计 ¥59.80" in await seen(till, slip)


async def test_fetched_after_all_there_is_no_fee_and_no_way_to_bring_it(till: Till) -> None:
    slip = await brought(till, ("P1-1", "1"))
    await unit_of_work(lambda: orders.fetch(till.shop, till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert "合计 ¥29.90" in text and "配送" not in text
    assert words_in(text) == ["橙子改2箱", "到店付", "取消"]
    await pay(till, slip)
    text = await seen(till, slip)
    assert "付好了，备货中" in text and "到店报这六位数" in text and "来取货时出示取货码" in text
    assert "送" not in text


async def test_a_coupon_for_the_fee_has_a_row_of_its_own(till: Till) -> None:
    made = await coupon_templates.make_template(till.shop, "C9", "运费减4")
    await coupons.give(made.id, [till.buyer], now=till.clock(), quietly=True)
    slip = await brought(till, ("P1-1", "1"))
    assert "商品 ¥29.90 配送费 ¥5.00 运费券 减4 −¥4.00 合计 ¥30.90" in await seen(till, slip)


async def test_who_pays_at_the_door_reads_how_much_and_brings_his_code(till: Till) -> None:
    slip = await brought(till, ("P1-1", "1"))
    await unit_of_work(lambda: orders.choose_cash(till.shop, till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert "备货中，给你送上门，送到付 ¥34.90 出发了在聊天里告诉你，送到时报取货码。" in text
    assert "送到时报这六位数" in text and "到店" not in text and "现在先付也行" in text
    assert words_in(text) == ["橙子改2箱", "自提", "取消"]


async def test_from_the_shop_to_the_door(till: Till) -> None:
    slip = await brought(till, ("P1-1", "1"))
    await pay(till, slip)
    text = await seen(till, slip)
    assert "10:00 收到 ¥34.90 。出发了在聊天里告诉你，送到时报取货码。" in text
    assert "待付款 备货中 已送到 备货中，给你送上门" in text
    await unit_of_work(lambda: parcels.send(slip.id, (), till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert "待付款 在路上 已送到 在路上了 都发出来了，送到时报取货码。" in text
    assert "分几次" not in text and "备货" not in text
    await unit_of_work(lambda: parcels.came_back(slip.id, till.buyer, now=till.clock()))
    assert "备货中，给你送上门" in await seen(till, slip)
    await unit_of_work(lambda: parcels.send(slip.id, (), till.buyer, now=till.clock()))
    till.clock.pass_time(hours=1)
    await unit_of_work(lambda: parcels.arrived(slip.id, till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert "已送到 11:00 送到的。谢谢，下次再来。" in text and "取" not in text


async def test_a_part_goes_ahead(till: Till) -> None:
    slip = await brought(till)
    await pay(till, slip)
    oranges = ((slip.lines[0].sku, slip.lines[0].qty),)
    await unit_of_work(lambda: parcels.send(slip.id, oranges, till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert "备货中，给你送上门" in text and "分几次交：橙子2箱在路上。" in text
    await unit_of_work(lambda: parcels.send(slip.id, (), till.buyer, now=till.clock()))
    text = await seen(till, slip)
    assert "在路上了 都发出来了" in text and "分几次交：橙子2箱在路上、香蕉3斤在路上。" in text


async def test_the_fee_goes_back_alone_and_what_was_free_is_named_nowhere(till: Till) -> None:
    slip = await brought(till, ("P1-1", "1"))
    code = await pay(till, slip)
    await unit_of_work(lambda: pickups.redeem(till.shop, code, till.buyer, cash=Money(0), now=till.clock()))
    await unit_of_work(
        lambda: refunds.give(slip.id, till.buyer, What(delivery=True), "", kind="delivery", now=till.clock())
    )
    text = await seen(till, slip)
    assert "退款 ¥5.00 （配送费）：同意了" in text and "已送到" in text
    other = await brought(till, ("P1-1", "2"))
    await pay(till, other)
    await unit_of_work(lambda: refunds.give(other.id, till.buyer, What(), "", now=till.clock()))
    text = await seen(till, other)
    assert "退款 ¥59.80 （橙子2箱）：同意了" in text


async def test_a_shop_without_a_provider_takes_cash_at_the_door(shop_db: str) -> None:
    async with open_till(pays_online=False, promotions=[FIVE_YUAN]) as till:
        slip = await brought(till, ("P1-1", "1"))
        assert "转账给店里，转完说一声；也可以送到时付。 已付 货到付" in await seen(till, slip)


async def test_on_a_phone_a_buyer_sees_what_he_pays_for_bringing_and_what_becomes_of_it(till: Till) -> None:
    slip = await brought(till, ("P1-1", "1"))
    address = str(till.client.make_url(f"/o/{slip.token}"))
    async with open_browser() as browser, open_page(browser, phone=True) as page:
        await page.goto(address)
        await expect(page.locator(".slip-sums")).to_contain_text("配送费")
        await expect(page.locator(".slip-words")).to_contain_text("自提")
        await unit_of_work(lambda: orders.fetch(till.shop, till.buyer, now=till.clock()))
        await page.goto(address)
        await expect(page.locator(".slip-sums")).not_to_contain_text("配送费")
        await expect(page.locator(".slip-words")).to_contain_text("到店付")
        await unit_of_work(lambda: orders.bring(till.shop, till.buyer, HOME, now=till.clock()))
        await pay(till, slip)
        await unit_of_work(lambda: parcels.send(slip.id, (), till.buyer, now=till.clock()))
        await page.goto(address)
        await expect(page.get_by_role("heading", name="在路上了")).to_be_visible()
        await expect(page.get_by_role("img", name="取货码")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
