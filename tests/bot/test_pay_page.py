"""付款页 in a real browser: a code that turns into the result by itself; WeChat's own till over the page."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import open_browser, open_page
from tests.support.fake_wechat_pay import open_fake
from tests.support.stands import wechat
from tests.support.till import Clock, Till, open_till

BRIDGE = """
window.asked = [];
window.WeixinJSBridge = { invoke(name, values, told) { window.asked.push([name, values]); window.told = told; } };
Object.defineProperty(navigator, "userAgent", { get: () => "MicroMessenger" });
"""


async def open_pay(page: Page, till: Till, query: str = "") -> str:
    slip = await till.order()
    await page.goto(str(till.client.make_url(f"/pay/{slip.token}{query}")))
    return slip.token


@pytest.mark.parametrize("dark", [False, True])
async def test_the_code_turns_into_the_result_by_itself(shop_db: str, dark: bool) -> None:
    clock = Clock()
    async with (
        open_fake(clock) as fake,
        open_till(make_provider=lambda c: wechat(fake, c)) as till,
        open_browser() as browser,
        open_page(browser, phone=True, dark=dark) as page,
    ):
        await page.clock.install()
        await page.set_extra_http_headers({"User-Agent": "a desk"})
        await open_pay(page, till)
        await expect(page.get_by_role("heading", name="¥69.20")).to_be_visible()
        await expect(page.get_by_alt_text("微信付款码")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        (trade,) = fake.trades
        await page.clock.fast_forward(3000)
        fake.pay(trade)
        till.clock.pass_time(seconds=5)
        async with page.expect_navigation(url=f"**/paid/{trade}"):
            await page.clock.fast_forward(3000)
        await expect(page.get_by_role("heading", name="付好了")).to_be_visible()
        await till.provider.shut_down()


async def test_inside_wechat_the_till_opens_over_the_page_and_says_how_it_went(shop_db: str) -> None:
    clock = Clock()
    async with (
        open_fake(clock) as fake,
        open_till(make_provider=lambda c: wechat(fake, c)) as till,
        open_browser() as browser,
        open_page(browser, phone=True) as page,
    ):
        await page.set_extra_http_headers({"User-Agent": "MicroMessenger"})
        await page.add_init_script(BRIDGE)
        await open_pay(page, till, "?code=good")
        (trade,) = fake.trades
        name, values = json.loads(await page.evaluate("JSON.stringify(asked[0])"))
        assert name == "getBrandWCPayRequest"
        assert list(values) == ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"]
        assert values["package"] == f"prepay_id=wx{trade}" and all(values.values())

        await page.evaluate("told({ err_msg: 'get_brand_wcpay_request:cancel' })")
        await expect(page.get_by_text("还没付，想付的时候再点")).to_be_visible()
        await page.get_by_role("button", name="微信付款").click()
        assert await page.evaluate("asked.length") == 2
        fake.pay(trade)
        async with page.expect_navigation(url=f"**/paid/{trade}"):
            await page.evaluate("told({ err_msg: 'get_brand_wcpay_request:ok' })")
        await expect(page.get_by_role("heading", name="付好了")).to_be_visible()
        await till.provider.shut_down()
