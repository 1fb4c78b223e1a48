"""A customer in the web room and an agent, each at a page of his own, both live; with the keyboard alone; by ear."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, FilePayload, Page, Route, expect

from bot.performance import A_PICTURE
from bot.wiring import OpenShop
from shop import payments, people, slips
from shop.kit.ids import PersonId
from shop.transaction import unit_of_work
from tests.bot.test_desk_page import Client, a_house, press, say
from tests.support.browser import open_browser, open_page

A_PHOTO: FilePayload = {"name": "oranges.png", "mimeType": "image/png", "buffer": A_PICTURE.body}
AWAY = "Object.defineProperty(document, 'hidden', { get: () => true });"
EARS = """window.notes = 0; window.AudioContext = class {
  get currentTime() { return 0; } get destination() { return null; }
  createOscillator() { return { frequency: {}, connect: (to) => to, start: () => { window.notes += 1; }, stop: () => {} }; }
  createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (to) => to }; }
};"""


@asynccontextmanager
async def at_home(browser: Browser, client: Client, name: str) -> AsyncIterator[Page]:
    """Somebody who has joined the web room on his phone."""
    async with open_page(browser, phone=True) as page:
        await page.goto(str(client.make_url("/room")))
        await page.fill("#name", name)
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-part=private-name]")).to_have_text("私聊")  # now the page listens
        yield page


async def type_in(page: Page, text: str, pane: str = "private") -> None:
    """In the pane of the private chat, or of the group."""
    await page.locator(f".switch [data-shows={pane}]").click()
    await page.fill(f"#{pane}-text", text)
    await page.press(f"#{pane}-text", "Enter")


async def person(shop: OpenShop, name: str) -> PersonId:
    (found,) = await people.named(shop.shop, name)
    return found


async def pays(shop: OpenShop, name: str) -> None:
    now, slip = shop.clock.now(), await slips.last_order(shop.shop, await person(shop, name))
    assert slip is not None
    intent = await unit_of_work(lambda: payments.ask(slip.token, "sandbox", now=now))
    await unit_of_work(
        lambda: payments.settle("sandbox", f"paid {name}", intent.trade_no, intent.amount, now=now)
    )


async def is_an_agent(shop: OpenShop, name: str) -> None:
    who, now = await person(shop, name), shop.clock.now()
    await unit_of_work(lambda: people.appoint(shop.shop, who, people.AGENT, now=now))


async def test_both_windows_are_live_from_the_first_word_to_the_stars(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=False, with_room=True) as (shop, client),
        open_browser() as browser,
        at_home(browser, client, "小李") as customer,
        at_home(browser, client, "小美") as chat,
        open_page(browser) as desk,
    ):
        await type_in(chat, "你好")
        await expect(chat.get_by_text("在的。要什么直接说")).to_be_visible()
        await is_an_agent(shop, "小美")
        await desk.goto(str(client.make_url("/desk")))
        await type_in(chat, await desk.locator(".login-words b").inner_text())
        await expect(desk.locator(".top .me")).to_have_text("小美")

        await type_in(customer, "来2箱橙子", "group")
        await type_in(customer, "我的订单")
        await expect(customer.get_by_text("待付款").first).to_be_visible()
        await pays(shop, "小李")
        await type_in(customer, "转人工，橙子坏了")
        await desk.locator(".row-of", has_text="小李").click()
        await expect(desk.locator(".lines")).to_contain_text("来2箱橙子")
        await press(desk, "接")
        await customer.locator("#private input[type=file]").set_input_files(A_PHOTO)
        await expect(desk.locator(".line.customer").last.get_by_alt_text("图片")).to_be_visible()
        await desk.locator("input[type=file]").set_input_files(A_PHOTO)
        await expect(desk.locator(".line.agent").last.get_by_alt_text("图片")).to_be_visible()
        await expect(customer.get_by_text("小美发来一张图")).to_be_visible()
        for page in (customer, desk):
            for photo in (
                page.locator(".photo img").first,
                page.locator(".photo img").nth(1),
            ):  # his and hers
                await expect(photo).to_have_js_property("naturalWidth", 1)  # whole: the picture has one point
        await desk.get_by_label("要说的话").fill("马上给你补一箱")
        await desk.get_by_label("要说的话").press("Enter")
        await expect(customer.get_by_text("小美：马上给你补一箱")).to_be_visible()
        await type_in(customer, "算了，退我20")
        await expect(desk.locator(".line.customer").last).to_contain_text("退我20")

        await press(desk, "退款")
        await desk.get_by_label("金额").fill("20")
        await press(desk, "看一下")
        await desk.locator("dialog").get_by_role("button", name="退", exact=True).click()
        await expect(customer.get_by_text("退你 ¥20.00")).to_be_visible()
        await press(desk, "交还小店")
        await expect(customer.get_by_text("小美这边结束了，小店继续")).to_be_visible()
        await customer.get_by_role("button", name="5分", exact=True).click()
        await expect(customer.get_by_text("谢谢，下次还这样")).to_be_visible()
        await expect(desk.locator(".glance")).to_contain_text("★★★★★")


async def test_an_agent_in_his_private_chat_serves_a_customer_of_the_group(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=False, with_room=True) as (shop, client),
        open_browser() as browser,
        at_home(browser, client, "小李") as customer,
        at_home(browser, client, "小美") as agent,
    ):
        await type_in(agent, "你好")
        await expect(agent.get_by_text("在的。要什么直接说")).to_be_visible()
        await is_an_agent(shop, "小美")
        await type_in(customer, "橙子坏了三个", "group")
        await expect(agent.get_by_text("#1 小李@水果群 找人：橙子坏了三个")).to_be_visible()
        await type_in(agent, "1 马上补发")
        await customer.locator(".switch [data-shows=private]").click()
        await expect(customer.get_by_text("小美：马上补发")).to_be_visible()
        await type_in(customer, "来1箱橙子", "group")
        await expect(agent.get_by_text("#1 小李@水果群：来1箱橙子")).to_be_visible()
        await type_in(agent, "1 备注 老顾客")
        await expect(agent.get_by_text("只有店里看得到")).to_be_visible()
        await type_in(agent, "1 完")
        await customer.locator(".switch [data-shows=private]").click()
        await expect(customer.get_by_text("小美这边结束了，小店继续")).to_be_visible()
        assert await customer.get_by_text("老顾客").count() == 0
        assert await agent.locator("#group").get_by_text("马上补发").count() == 0


async def test_with_the_keyboard_alone(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        for who in ("小李", "阿花"):
            await say(client, who, "转人工")
        await page.goto(str(client.make_url("/desk")))
        await expect(page.locator(".row-of")).to_have_count(2)
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.keyboard.press("Escape")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator(".talk-head h2")).to_contain_text("小李")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator(".talk-head h2")).to_contain_text("阿花")
        await page.keyboard.press("Alt+a")
        await expect(page.get_by_role("button", name="回复顾客")).to_have_attribute("aria-pressed", "true")
        await expect(page.get_by_label("要说的话")).to_be_focused()
        await page.keyboard.type("/2")
        await page.keyboard.press("Enter")
        await expect(page.locator(".line.agent")).to_contain_text("我看一下，马上回你")
        await page.keyboard.press("Alt+e")
        await expect(page.locator(".lines")).to_contain_text("小店继续")


async def test_what_is_typed_while_the_shop_is_slow_to_hand_over_is_no_note(sqlite_url: str) -> None:
    async def slowly(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        await say(client, "小李", "转人工")
        await page.goto(str(client.make_url("/desk")))
        await page.locator(".row-of").click()
        await page.route("**/desk/do", slowly)
        await press(page, "接")
        await page.get_by_label("要说的话").fill("在的，你说吧")
        await page.get_by_label("要说的话").press("Enter")
        await expect(page.locator(".line.agent")).to_contain_text("在的，你说吧")
        assert await page.locator(".line.note").count() == 0


async def test_somebody_new_is_heard_and_stands_in_the_title(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        await page.add_init_script(AWAY + EARS)
        await say(client, "小李", "转人工")
        await page.goto(str(client.make_url("/desk")))
        await page.locator(".row-of").click()
        assert not (await page.title()).startswith("(")  # who waited before is not new
        await say(client, "阿花", "来1箱橙子")
        await say(client, "大刘", "转人工")
        await expect(page).to_have_title(re.compile(r"^\(1\) "))
        assert await notes_of(page) == 2  # one chime


async def notes_of(page: Page) -> Any:
    return await page.evaluate("window.notes")
