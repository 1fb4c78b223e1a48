"""The order's own page: right in every state, readable by whoever has the link, telling nothing to anybody else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from playwright.async_api import expect

from bot.web import slips as pages
from shop import campaigns, claims, listings, orders, parcels, people, pickups, refunds, seed, signups, teams
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind
from shop.rules.refunds import What
from shop.slips import slip as slip_by_id
from shop.transaction import unit_of_work
from tests.support.browser import open_browser, open_page
from tests.support.till import Till, open_till

TAG = re.compile(r"<[^>]*>")


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till() as opened:
        yield opened


def read(page: str) -> str:
    """What a person reads, on one line."""
    return " ".join(TAG.sub(" ", page.partition("<main")[2]).split())


async def test_an_unpaid_order_says_how_much_until_when_and_what_one_may_say(till: Till) -> None:
    slip = await till.order()
    till.clock.pass_time(minutes=3)
    page = await till.page(f"/o/{slip.token}")
    text = read(page)
    assert "待付款 ¥69.20" in text
    assert "请在 10:15 前付款， 还有 12 分钟" in text and 'data-left="720"' in page
    assert "橙子 5斤装 2箱 ¥59.80" in text and "香蕉 3斤 ¥14.40" in text
    assert "商品 ¥74.20 满50减5 −¥5.00 合计 ¥69.20" in text
    assert f'href="/pay/{slip.token}">去付款' in page
    assert text.partition("要改，说一句就行")[2].split()[1:4] == ["橙子改3箱", "到店付", "取消"]
    assert 'aria-current="step">待付款' in page
    assert "取货码" not in text


async def test_a_paid_order_shows_the_pickup_code_large_and_as_a_picture(till: Till) -> None:
    slip = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    code = (await slip_by_id(slip.id)).pickup_code
    assert code is not None
    page = await till.page(f"/o/{slip.token}")
    assert f"{code[:4]}-{code[4:]}" in read(page) and "付好了，备货中" in page
    assert "/pay/" not in page and "橙子改3箱" not in page and "转人工" in page
    picture = await till.client.get(f"/o/{slip.token}/qr.svg")
    assert picture.content_type == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert (await picture.text()).startswith(("<?xml", "<svg"))


async def test_a_shop_without_a_provider_tells_of_transfer_and_cash(shop_db: str) -> None:
    async with open_till(pays_online=False) as till:
        slip = await till.order()
        page = await till.page(f"/o/{slip.token}")
        assert "转账给店里，转完说一声；也可以取货时付。 已付 到店付" in read(page) and "/pay/" not in page
        await till.page(f"/pay/{slip.token}", status=404)
        await unit_of_work(lambda: orders.choose_cash(till.shop, till.buyer, now=till.clock()))
        assert "/pay/" not in await till.page(f"/o/{slip.token}")


async def test_an_order_that_costs_nothing_asks_for_no_money(shop_db: str) -> None:
    async with open_till(promotions=[{"kind": "spend_save", "steps": [["20", "20"]]}]) as till:
        slip = await till.order(("P2-1", "4.167"))
        page = await till.page(f"/o/{slip.token}")
        assert "不用付款，备货中 这一单不收钱，来取货时出示取货码" in read(page)
        assert "取货码" in read(page) and "/pay/" not in page
        assert "¥0.00" not in read(page).partition("订单")[0]


async def test_cash_at_the_counter(till: Till) -> None:
    slip = await till.order()
    await unit_of_work(lambda: orders.choose_cash(till.shop, till.buyer, now=till.clock()))
    text = read(await till.page(f"/o/{slip.token}"))
    assert "备货中，取货时付 ¥69.20" in text and "取货码" in text and "现在先付也行" in text
    assert "橙子改3箱" in text
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    assert "付好了" in read(await till.page(f"/o/{slip.token}"))


async def test_a_claimed_transfer_waits_for_the_staff(till: Till) -> None:
    slip = await till.order()
    await unit_of_work(lambda: claims.claim(till.shop, till.buyer, now=till.clock()))
    text = read(await till.page(f"/o/{slip.token}"))
    assert "正在核对你的转账" in text and "还没转？在这里付" in text and "去付款" not in text


async def test_the_time_to_pay_is_over_before_and_after_the_clock_has_come_by(till: Till) -> None:
    slip = await till.order()
    till.clock.pass_time(minutes=15)
    page = await till.page(f"/o/{slip.token}")
    assert "付款时间过了" in page and "/pay/" not in page and "橙子改3箱" not in page
    back = await till.client.get(f"/pay/{slip.token}", allow_redirects=False)
    assert back.headers["Location"] == f"/o/{slip.token}"
    await unit_of_work(lambda: orders.expire(slip.id, now=till.clock()))
    text = read(await till.page(f"/o/{slip.token}"))
    assert "订单已取消 没赶上付款时间" in text and "待付款 已取消" in text


async def test_a_cancelled_order(till: Till) -> None:
    slip = await till.order()
    await unit_of_work(lambda: orders.cancel(till.shop, till.buyer, now=till.clock()))
    page = await till.page(f"/o/{slip.token}")
    assert "按你说的取消了" in page and "/pay/" not in page
    assert (await till.client.get(f"/o/{slip.token}/qr.svg")).status == 404


async def test_an_order_that_was_picked_up_hides_its_code(till: Till) -> None:
    slip = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    code = (await slip_by_id(slip.id)).pickup_code or ""
    till.clock.pass_time(hours=26)
    await unit_of_work(lambda: pickups.redeem(till.shop, code, till.buyer, cash=Money(0), now=till.clock()))
    page = await till.page(f"/o/{slip.token}")
    assert "已取货" in page and 'aria-current="step">已取货' in page
    assert code[:4] not in read(page).replace(slip.code, "")
    assert (await till.client.get(f"/o/{slip.token}/qr.svg")).status == 404
    assert "下单 5月1日 10:00" in read(page) and "12:00 取走的" in read(page)


async def test_what_is_missing_for_the_next_cut_is_told_while_it_can_be_had(till: Till) -> None:
    slip = await till.order(("P1-1", "1"))
    assert "再买 ¥20.10 就能满50减5" in read(await till.page(f"/o/{slip.token}"))
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    assert "再买" not in await till.page(f"/o/{slip.token}")


# ── who may see it, and what a link gives away ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["0" * 32, "x", "%00", "0501-001", "../../etc/passwd", "０" * 32, "A" * 32])
@pytest.mark.parametrize("tail", ["", "/qr.svg"])
async def test_a_wrong_link_says_so_plainly(till: Till, token: str, tail: str) -> None:
    await till.order()
    page = await till.page(f"/o/{token}{tail}", status=404)
    if "/" not in token:
        assert "没有找到这张单子" in page


async def test_another_shops_slip_does_not_exist_here(till: Till) -> None:
    slip = await till.order()
    other = await seed.open_shop("S2", "别家", "Asia/Shanghai", now=till.clock())
    asked = cast(web.Request, SimpleNamespace(match_info={"token": slip.token}))
    assert await pages.slip_asked(asked, till.shop) is not None
    assert await pages.slip_asked(asked, other) is None


async def test_a_shared_link_shows_nobodys_business(till: Till) -> None:
    """Chat apps fetch the head of a page for their preview."""
    slip = await till.order(room=True)
    answer = await till.client.get(f"/o/{slip.token}")
    head = (await answer.text()).partition("</head>")[0]
    for private in ("小李", "橙子", "69.20", "水果群", slip.token):
        assert private not in head
    assert "og:title" in head and 'content="noindex, nofollow"' in head
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_nothing_on_a_page_breaks_its_own_content_policy(till: Till) -> None:
    slip = await till.order()
    trade = await till.trade_of(slip)
    for path in (f"/o/{slip.token}", f"/sandbox/{trade}", f"/paid/{trade}"):
        page = await till.page(path)
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)|http://", page)
    for file in ("slip.css", "slip.js", "base.css", "icon.svg"):
        assert (await till.client.get(f"/static/{file}")).status == 200


async def test_html_in_names_and_notes_is_text(till: Till) -> None:
    evil = await people.recognise(till.shop, "web", "evil", "<img src=x onerror=alert(1)>", now=till.clock())
    slip = await till.order(("P3-1", "2"), buyer=evil.id)
    trade = await till.trade_of(slip)
    for path in (f"/o/{slip.token}", f"/sandbox/{trade}", f"/paid/{trade}"):
        page = await till.page(path)
        assert "<b>草莓" not in page and "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;b&gt;草莓&lt;/b&gt;" in await till.page(f"/o/{slip.token}")


# ── in a real browser ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_buyer_pays_with_three_taps_on_a_phone(till: Till) -> None:
    slip = await till.order()
    address = str(till.client.make_url(f"/o/{slip.token}"))
    async with open_browser() as browser, open_page(browser, phone=True) as page:
        await page.goto(address)
        await expect(page.get_by_role("timer")).to_have_text(re.compile(r"还有 14:5\d"))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_role("link", name="去付款").click()
        await page.get_by_role("button", name="确认付款").click()
        await expect(page.get_by_role("heading", name="付好了")).to_be_visible()
        await page.get_by_role("link", name="看订单").click()
        await expect(page.get_by_role("img", name="取货码")).to_be_visible()
        await page.wait_for_load_state("load")
        assert await page.evaluate("document.querySelector('.slip-code img').naturalWidth") > 0
    assert [one.standing for one in await listings.money_in(slip.id)] == ["settled"]


# ── small words ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_moment_is_a_clock_today_and_a_date_on_other_days() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 5, 1, 10, tzinfo=zone)
    assert pages.local(datetime(2026, 5, 1, 9, 5, tzinfo=zone), now) == "09:05"
    assert pages.local(datetime(2026, 4, 30, 23, 59, tzinfo=zone), now) == "4月30日 23:59"


async def test_money_that_goes_back_is_on_the_page(till: Till) -> None:
    slip = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    line = slip.lines[0]
    what = What(units=((line.sku, Quantity.of(1)),))
    case = await unit_of_work(lambda: refunds.give(slip.id, till.buyer, what, "坏了", now=till.clock()))
    page = read(await till.page(f"/o/{slip.token}"))
    assert f"{line.called}1{line.unit}" in page and "同意了" in page and case.amount.yuan in page
    await unit_of_work(lambda: refunds.submit(case.id, now=till.clock()))
    await unit_of_work(lambda: refunds.paid_back(case.number, now=till.clock()))
    assert "退到了" in read(await till.page(f"/o/{slip.token}"))


async def test_what_was_given_back_in_the_shop_is_not_said_to_be_fetched(till: Till) -> None:
    """Of two boxes of oranges one is given back, the other is sent; the bananas are fetched."""
    slip = await till.order()
    await till.client.post(f"/sandbox/{await till.trade_of(slip)}")
    oranges, code = slip.lines[0], (await slip_by_id(slip.id)).pickup_code
    one = ((oranges.sku, Quantity.of(1)),)
    assert "没取" not in read(await till.page(f"/o/{slip.token}"))
    await unit_of_work(lambda: refunds.give(slip.id, till.buyer, What(units=one), "不要了", now=till.clock()))
    await unit_of_work(lambda: parcels.send(slip.id, one, till.buyer, now=till.clock()))
    text = read(await till.page(f"/o/{slip.token}"))
    assert text.count("没取") == 1 and "退了 1箱，没取" in text
    assert "分几次交：橙子1箱在路上。" in text
    await unit_of_work(lambda: parcels.arrived(slip.id, till.buyer, now=till.clock()))
    await unit_of_work(
        lambda: pickups.redeem(till.shop, str(code), till.buyer, cash=Money(0), now=till.clock())
    )
    text = read(await till.page(f"/o/{slip.token}"))
    assert "已取货" in text and "退了 1箱，没取" in text
    assert "分几次交：橙子1箱交到了、香蕉3斤交到了。" in text


async def test_who_has_paid_and_waits_for_his_team_sees_how_it_stands(till: Till) -> None:
    price = campaigns.NewItem("P1-1", Money(1990))
    of = await campaigns.set_up(
        till.shop, Kind.TEAM, "橙子", [price], by=None, now=till.clock(), terms={"size": 3}
    )
    placed, _ = await teams.open(till.shop, till.buyer, of, [Want("P1-1", Quantity.of(1))], now=till.clock())
    await till.client.post(f"/sandbox/{await till.trade_of(placed)}")
    text = read(await till.page(f"/o/{placed.token}"))
    assert "付好了，等人拼齐" in text and "1号团 3 人团，付了 1 人，5月2日 10:00 截" in text
    assert 'aria-current="step">拼团中' in await till.page(f"/o/{placed.token}")
    assert "取货码</p>" not in await till.page(f"/o/{placed.token}") and "不拼了" in text
    await teams.quit(till.shop, till.buyer, now=till.clock())
    text = read(await till.page(f"/o/{placed.token}"))
    assert "订单已取消 按你说的取消了" in text and "待付款 拼团中 已取消" in text


async def test_who_gives_his_place_at_an_event_back_was_never_in_a_team(till: Till) -> None:
    now, place = till.clock(), Quantity.of(1)
    event = await signups.open(
        till.shop, "品鉴会", Quantity.of(9), Money(990), now + timedelta(days=2), [], by=till.buyer, now=now
    )
    wants = [Want(event.items[0].sku, place)]
    placed = await orders.place(till.shop, till.buyer, wants, now=now, campaign=event)
    await till.client.post(f"/sandbox/{await till.trade_of(placed)}")
    await signups.leave(event, till.buyer, now=now)
    text = read(await till.page(f"/o/{placed.token}"))
    assert "待付款 报上了 已取消" in text and "拼团中" not in text
