"""The page behind a link that a group could read: number, sum, one button, for the first who opens it; nothing else ever."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientResponse
from playwright.async_api import Browser, Page, expect
from yarl import URL

from bot.web import once
from shop import bookings, pay_links, resources
from shop.kit.money import Money
from shop.pay_links import Look
from shop.slips import Slip
from shop.slips import slip as slip_by_id
from tests.support.browser import open_browser, open_page
from tests.support.fake_wechat_pay import open_fake
from tests.support.stands import wechat
from tests.support.till import Clock, Till, open_till

GOODS = ("橙子", "香蕉", "满50", "5斤装")


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till() as opened:
        yield opened


class Visitor:
    """A browser of its own, as far as cookies go."""

    def __init__(self, till: Till) -> None:
        self._client = till.client
        self.cookies: dict[str, str] = {}

    async def ask(
        self, method: str, path: str, *, data: dict[str, str] | None = None, **headers: str
    ) -> ClientResponse:
        self._client.session.cookie_jar.clear()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Accept": "text/html", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        answer = await self._client.request(
            method, path, headers=own | named, data=data, allow_redirects=False
        )
        self.cookies |= {name: one.value for name, one in answer.cookies.items()}
        return answer

    async def page(self, path: str, *, status: int = 200) -> str:
        answer = await self.ask("GET", path)
        assert answer.status == status, await answer.text()
        return await answer.text()

    async def open(self, token: str) -> ClientResponse:
        (form,) = re.findall(r'name="form" value="([^"]+)"', await self.page(f"/once/{token}"))
        return await self.ask("POST", f"/once/{token}", data={"form": form})


async def a_link(till: Till) -> tuple[Slip, str]:
    slip = await till.order(room=True)
    return slip, await pay_links.make(slip.id, now=till.clock())


async def test_opened_by_a_button_it_shows_number_and_sum_and_leads_to_pay(till: Till) -> None:
    slip, token = await a_link(till)
    li = Visitor(till)
    before = await li.page(f"/once/{token}")
    assert "打开付款" in before and "69.20" not in before and slip.code not in before
    opened = await li.open(token)
    assert (opened.status, opened.headers["Location"]) == (303, f"/once/{token}")
    page = await li.page(f"/once/{token}")
    assert "¥69.20" in page and slip.code in page and f'href="/pay/once-{token}">去付款' in page
    cashier = await li.ask("GET", f"/pay/once-{token}")
    trade = cashier.headers["Location"]
    assert trade.startswith("/sandbox/")
    shown = [before, page, await li.page(trade)]
    paid = (await li.ask("POST", trade)).headers["Location"]
    shown += [await li.page(paid), await li.page(f"/once/{token}")]
    assert all("付好了" in one and "加我好友，取货码发给你" in one for one in shown[-2:])
    code = (await slip_by_id(slip.id)).pickup_code or "none"
    for one in shown:
        assert slip.token not in one
        assert "/o/" not in one and "小李" not in one and "取消" not in one and "备货" not in one
        assert f"{code[:4]}-{code[4:]}" not in one and code not in one
        assert [word for word in GOODS if word in one] == []


async def test_who_pays_a_deposit_is_promised_his_time_and_no_code(till: Till) -> None:
    now = till.clock()
    await resources.employ(till.shop, "阿强", time(10), time(19))
    perm, _ = await resources.offer(till.shop, "烫发", 60, Money(20000), Money(2000), by=till.buyer, now=now)
    at = datetime(2026, 5, 2, 14, tzinfo=ZoneInfo("Asia/Shanghai"))
    _, slip = await bookings.book(till.shop, till.buyer, perm.id, at, room=till.room, now=now)
    assert slip is not None and slip.room == till.room
    li, token = Visitor(till), await pay_links.make(slip.id, now=now)
    await li.open(token)
    trade = (await li.ask("GET", f"/pay/once-{token}")).headers["Location"]
    paid = (await li.ask("POST", trade)).headers["Location"]
    for page in (await li.page(paid), await li.page(f"/once/{token}")):
        assert "加我好友，约好的时间发给你" in page and "取货码" not in page
        assert "烫发" not in page and "14:00" not in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_whoever_only_looks_opens_nothing(till: Till, method: str) -> None:
    _, token = await a_link(till)
    for agent in ("WeChat-Preview", "facebookexternalhit/1.1", "Mozilla/5.0"):
        answer = await Visitor(till).ask(method, f"/once/{token}", User_Agent=agent)
        assert answer.status == 200
    answer = await Visitor(till).ask(method, f"/pay/once-{token}")
    assert answer.status == (303 if method == "GET" else 405)
    assert (await Visitor(till).open(token)).status == 303


async def test_everybody_else_hears_how_to_get_another(till: Till) -> None:
    slip, token = await a_link(till)
    li, hua = Visitor(till), Visitor(till)
    await hua.page(f"/once/{token}")  # she had it before her, too
    await li.open(token)
    for path in (f"/once/{token}", f"/pay/once-{token}"):
        page = await hua.page(path, status=410)
        assert once.TAKEN in page and "69.20" not in page and slip.code not in page
    stolen = await hua.ask("POST", f"/once/{token}", data={"form": "x"})
    assert stolen.status == 403
    newer = await pay_links.make(slip.id, now=till.clock())
    assert once.GONE in await li.page(f"/once/{token}", status=410)
    assert (await hua.open(newer)).status == 303


async def test_two_who_press_the_button_together(till: Till) -> None:
    _, token = await a_link(till)
    li, hua = Visitor(till), Visitor(till)
    forms = [
        re.findall(r'name="form" value="([^"]+)"', await one.page(f"/once/{token}"))[0] for one in (li, hua)
    ]
    got = [
        await one.ask("POST", f"/once/{token}", data={"form": form})
        for one, form in zip((li, hua), forms, strict=True)
    ]
    assert [answer.status for answer in got] == [303, 410]
    assert once.TAKEN in await got[1].text()


async def test_another_site_or_a_bare_post_opens_nothing(till: Till) -> None:
    slip, token = await a_link(till)
    thief = Visitor(till)
    page = await thief.page(f"/once/{token}")
    (form,) = re.findall(r'name="form" value="([^"]+)"', page)
    for headers, data in (
        ({"Origin": "https://evil.example"}, {"form": form}),
        ({"Sec_Fetch_Site": "cross-site"}, {"form": form}),
        ({}, {"form": "made up"}),
        ({}, {}),
    ):
        answer = await thief.ask("POST", f"/once/{token}", data=data, **headers)
        assert answer.status == 403
    assert (await Visitor(till).ask("POST", f"/once/{token}", data={"form": form})).status == 403
    assert await pay_links.look(till.shop, token, "x", now=till.clock()) == Look("closed", slip)


async def test_it_ends_with_the_time_to_pay(till: Till) -> None:
    _, token = await a_link(till)
    li = Visitor(till)
    await li.open(token)
    till.clock.pass_time(minutes=15)
    assert "现在不用付" in await li.page(f"/once/{token}")
    cashier = await li.ask("GET", f"/pay/once-{token}")
    assert (cashier.status, cashier.headers["Location"]) == (303, f"/once/{token}")
    assert once.GONE in await Visitor(till).page(f"/once/{await a_second(till)}", status=410)


async def a_second(till: Till) -> str:
    """A link whose time is over before anybody has opened it."""
    _, token = await a_link(till)
    till.clock.pass_time(minutes=15)
    return token


@pytest.mark.parametrize("path", ["/once/{}", "/pay/once-{}"])
@pytest.mark.parametrize(
    ("token", "status"),
    [("a" * 28, 410), ("a" * 27, 404), ("A" * 28, 404), ("%00" * 28, 404), ("..%2f", 404)],
)
async def test_a_wrong_link_is_a_page_in_plain_words(till: Till, path: str, token: str, status: int) -> None:
    await a_link(till)
    page = await Visitor(till).page(path.format(token), status=status)
    assert "<h1>" in page and "Error" not in page


async def test_nothing_of_it_is_kept_on_the_way_or_told_to_another_site(till: Till) -> None:
    _, token = await a_link(till)
    li, hua = Visitor(till), Visitor(till)
    answers = [await li.ask("GET", f"/once/{token}"), await hua.ask("GET", f"/once/{token}")]
    answers += [await li.open(token), await li.ask("GET", f"/once/{token}")]
    answers += [await hua.ask("GET", f"/once/{token}")]
    answers += [await li.ask("GET", f"/pay/once-{token}")]
    referrers = ["same-origin", "same-origin", *["no-referrer"] * (len(answers) - 2)]
    for answer, referrer in zip(answers, referrers, strict=True):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == referrer
        assert answer.headers["X-Robots-Tag"].startswith("noindex")
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert (
        "HttpOnly" in answers[0].headers["Set-Cookie"] and "SameSite=Lax" in answers[0].headers["Set-Cookie"]
    )


async def test_a_page_that_breaks_leaves_no_link_in_the_log(
    till: Till, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> Look:
        raise RuntimeError("the database is away")

    _, token = await a_link(till)
    monkeypatch.setattr(pay_links, "look", broken)
    with caplog.at_level(logging.WARNING):  # the server writes down no visits (access_log=None in bot/run.py)
        await Visitor(till).page(f"/once/{token}", status=500)
    assert "page failed: GET /once/{token}" in caplog.text
    assert token not in caplog.text


async def test_whoever_looks_all_day_is_sent_away(till: Till) -> None:
    _, token = await a_link(till)
    li = Visitor(till)
    for _ in range(once.LOOKS_IN):
        await li.ask("HEAD", f"/once/{token}")
    assert "过十分钟再来" in await li.page(f"/once/{token}", status=429)


async def test_wechat_brings_its_payer_back_to_the_page_where_he_was(shop_db: str) -> None:
    """Which the slip's own pay page would not be: its address opens the slip."""
    clock = Clock()
    async with open_fake(clock) as fake, open_till(make_provider=lambda c: wechat(fake, c)) as till:
        slip, token = await a_link(till)
        li = Visitor(till)
        await li.open(token)
        sent = await li.ask("GET", f"/pay/once-{token}", User_Agent="MicroMessenger")
        there = URL(sent.headers["Location"])
        assert there.query["redirect_uri"] == f"https://shop.example/pay/once-{token}"
        shown = await li.page(f"/pay/once-{token}")
        assert "¥69.20" in shown and slip.token not in shown and "/o/" not in shown
        await till.provider.shut_down()


async def test_the_buyers_own_way_to_pay_shows_him_everything_as_before(till: Till) -> None:
    slip, token = await a_link(till)
    li = Visitor(till)
    await li.open(token)
    bare = (await li.ask("GET", f"/pay/once-{token}")).headers["Location"]
    own = f"/sandbox/{await till.trade_of(slip)}"
    assert own != bare
    result = await (await till.client.post(own)).text()
    assert "取货码" in result and f'href="/o/{slip.token}"' in result
    assert "取货码发给你" in await li.page(f"/once/{token}")
    late = (await li.ask("POST", bare)).headers["Location"]
    page = await li.page(late)
    assert "这一单付过了，又收到" in page and slip.token not in page
    code = (await slip_by_id(slip.id)).pickup_code
    assert code is not None and f"{code[:4]}-{code[4:]}" not in page


# ── in a browser, on a phone ────────────────────────────────────────────────────────────────────────────────────


async def a_phone(browser: Browser, till: Till, token: str) -> Page:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    page = await context.new_page()
    await page.goto(str(till.client.make_url(f"/once/{token}")))
    return page


@pytest.mark.parametrize("dark", [False, True])
async def test_a_buyer_who_is_no_friend_pays_with_four_taps(shop_db: str, dark: bool) -> None:
    async with (
        open_till() as till,
        open_browser() as browser,
        open_page(browser, phone=True, dark=dark) as page,
    ):
        slip, token = await a_link(till)
        till.clock.pass_time(minutes=1)
        await page.goto(str(till.client.make_url(f"/once/{token}")))
        await expect(page.get_by_role("button", name="打开付款")).to_be_visible()
        await page.get_by_role("button", name="打开付款").tap()
        await expect(page.get_by_role("heading", name="¥69.20")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        neighbour = await a_phone(browser, till, token)
        await expect(neighbour.get_by_role("heading", name=once.TAKEN)).to_be_visible()
        await page.get_by_role("link", name="去付款").tap()
        await page.get_by_role("button", name="确认付款").tap()
        await expect(page.get_by_role("heading", name="付好了")).to_be_visible()
        await expect(page.get_by_text("加我好友，取货码发给你")).to_be_visible()
        await expect(page.get_by_role("link")).to_have_count(0)
        await page.goto(str(till.client.make_url(f"/once/{token}")))
        await expect(page.get_by_text(f"订单 {slip.code}")).to_be_visible()
        await expect(page.get_by_role("heading", name="付好了")).to_be_visible()
