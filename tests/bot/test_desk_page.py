"""客服台 in a real browser: a customer on his phone, an agent at the desk, both live; and who may not come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Page, expect

from bot.channels.loopback import Loopback
from bot.channels.webroom import WebRoom
from bot.clock import MovableClock
from bot.payments import Sandbox
from bot.run import demo_goods, site_of
from bot.settings import from_mapping
from bot.web.desk_door import CODES_IN, MANY_CODES, MORE_DIGITS
from bot.web.pace import Pace
from bot.wiring import OpenShop, open_shop, opening_of
from dialogs.speech import Heard
from shop import agents, deskviews, matters, people, tickets
from shop.transaction import unit_of_work
from tests.support.browser import open_browser, open_page
from tests.support.servers import PATIENCE
from tests.support.street import appoint

Client = TestClient[Any, Any]
expect.set_options(timeout=20_000)  # several pages and a shop on one small machine


@asynccontextmanager
async def a_house(
    url: str, *, is_demo: bool, with_room: bool = False
) -> AsyncIterator[tuple[OpenShop, Client]]:
    """The shop as it runs, with its pages and its loops; outside the demo its channel is a loopback, or the web room."""
    goods = demo_goods()
    settings = from_mapping(
        {
            "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
            "database": {"url": url},
            "payments": {"provider": "sandbox"},
            "channels": [{"kind": "webroom", "name": "webroom", "rooms": ["水果群"]}],
        },
        {},
    )
    clock = MovableClock()
    room = WebRoom(shop_name=goods.shop_name, rooms=("水果群",), now=clock.now, name="webroom")
    till = Sandbox(secret="desk", clock=clock.now)
    async with open_shop(
        settings,
        clock,
        lambda _: {"webroom": room if is_demo or with_room else Loopback("webroom")},
        opening=opening_of(goods),
        is_demo=is_demo,
        provider=till,
    ) as shop:
        await shop.start()
        app = site_of(shop, settings, "a secret of the tests")
        async with TestClient(TestServer(app)) as client:
            yield shop, client


async def say(client: Client, who: str, text: str, room: str | None = None) -> None:
    body = {"who": who, "room": room, "text": text, "nonce": f"{who} {text}"}
    async with client.post("/try/say", json=body) as answered:
        assert answered.status == 200, await answered.text()


@asynccontextmanager
async def a_desk(url: str, *waiting: str) -> AsyncIterator[tuple[OpenShop, Client, Page]]:
    """The demo's desk in a browser, open at those who wait."""
    async with (
        a_house(url, is_demo=True) as (shop, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        for who in waiting:
            await say(client, who, "转人工")
        await page.goto(str(client.make_url("/desk")))
        await page.get_by_role("tab", name="待接").click()
        yield shop, client, page


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


async def test_an_agent_serves_a_customer_of_the_group_from_the_desk(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=True) as (shop, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        await page.goto(str(client.make_url("/desk")))
        await say(client, "小李", "来2箱橙子", "水果群")
        await shop.direct("小李", "pay")
        await say(client, "小李", "转人工", "水果群")
        await page.get_by_role("tab", name="待接").click()
        await page.locator(".row-of", has_text="小李").click()
        await expect(page.locator(".lines")).to_contain_text("来2箱橙子")
        await press(page, "接")
        box = page.get_by_label("要说的话")
        await expect(page.get_by_role("button", name="回复顾客")).to_have_attribute("aria-pressed", "true")
        await box.fill("马上给你补一箱")
        await box.press("Enter")
        await expect(page.locator(".line.agent")).to_contain_text("马上给你补一箱")
        await say(client, "小李", "好的谢谢")
        await expect(page.locator(".lines")).to_contain_text("好的谢谢")
        await page.keyboard.press("Alt+n")
        await box.fill("老顾客")
        await box.press("Enter")
        await expect(page.locator(".line.note")).to_contain_text("老顾客")
        await press(page, "退款")
        await page.get_by_label("金额").fill("20")
        await press(page, "看一下")
        await page.locator("dialog").get_by_role("button", name="退", exact=True).click()
        await expect(page.locator(".toast")).to_contain_text("退 ¥20.00")
        await press(page, "交还小店")
        await expect(page.locator(".lines")).to_contain_text("小店继续")
        said = [line.text for line in await shop.channels["webroom"].lines_for("小李", after=None)]  # type: ignore[attr-defined]  # it is the web room
        assert "客服：马上给你补一箱" in said
        assert not [text for text in said if "老顾客" in text]
        await say(client, "小李", "5分")
        (figures,) = (await (await client.get("/desk/figures")).json())["agents"]
        assert (figures["tickets"], figures["in_time"], figures["stars"]) == (1, 100, 5.0)


async def test_a_note_typed_while_a_line_is_on_its_way_stays_a_note(sqlite_url: str) -> None:
    async with a_desk(sqlite_url, "小李", "王姐") as (shop, _, page):
        await page.locator(".row-of", has_text="小李").click()
        await press(page, "接")
        may_go = asyncio.Event()

        async def held(route: Any) -> None:
            await may_go.wait()
            await route.continue_()

        await page.route("**/desk/do", held)
        await expect(page.get_by_role("button", name="交还小店")).to_be_visible()
        box = page.get_by_label("要说的话")
        await box.fill("马上来")
        async with page.expect_request("**/desk/do"):
            await box.press("Enter")
        await page.keyboard.press("Alt+n")
        await box.fill("他上次也这样")
        await box.press("Enter")
        may_go.set()
        await expect(page.locator(".line.note")).to_contain_text("他上次也这样")
        await expect(page.locator(".line.agent")).to_contain_text("马上来")
        await expect(box).to_have_value("")

        may_go.clear()  # and a line goes to nobody else
        await box.fill("在路上")
        async with page.expect_request("**/desk/do"):
            await box.press("Enter")
        await box.fill("十分钟到")
        await box.press("Enter")
        await page.get_by_role("tab", name="全部").click()
        await page.locator(".row-of", has_text="王姐").click()
        await box.fill("给王姐的备注")
        may_go.set()
        await expect(page.locator(".toast")).to_contain_text("还留在他那里")
        await expect(box).to_have_value("给王姐的备注")
        await page.locator(".row-of", has_text="小李").click()
        await expect(box).to_have_value("十分钟到")
        await expect(page.locator(".line.agent").last).to_contain_text("在路上")
        room = shop.channels["webroom"]
        for who, heard in (("小李", ["马上来", "在路上"]), ("王姐", [])):
            said = [line.text for line in await room.lines_for(who, after=None)]  # type: ignore[attr-defined]  # it is the web room
            assert [text for text in said if text.startswith("客服：")] == [f"客服：{text}" for text in heard]


async def test_a_line_that_comes_while_a_conversation_opens_is_seen(sqlite_url: str) -> None:
    async with a_desk(sqlite_url, "小李") as (_, client, page):
        known, may_go = asyncio.Event(), asyncio.Event()

        async def late(route: Any) -> None:
            answer = await route.fetch()
            known.set()
            await may_go.wait()
            await route.fulfill(response=answer)

        await page.route("**/desk/customer/*", late)
        await page.locator(".row-of", has_text="小李").click()
        await known.wait()
        await say(client, "小李", "袋子破了")
        await expect(page.locator(".line.customer .line-words")).to_have_text(["袋子破了"])
        may_go.set()
        await expect(page.locator(".line.customer .line-words")).to_have_text(["转人工", "袋子破了"])


async def test_books_that_do_not_agree_are_worked_on_at_the_desk(sqlite_url: str) -> None:
    """A ticket without a customer: seen, taken, noted, ended; nobody can be answered."""
    async with a_desk(sqlite_url, "小李") as (shop, client, page):
        await expect(page.locator(".row-of")).to_have_count(1)
        wrong = "橙子的库存和进出记录差 1"
        await unit_of_work(
            lambda: matters.found(
                shop.shop, "books", "what no look finds in order", wrong, now=shop.clock.now()
            )
        )
        await expect(page.locator(".row-of")).to_have_count(2)
        await page.locator(".row-of", has_text="账对不上").click()
        await expect(page.locator(".glance")).to_contain_text(wrong)
        await expect(page.locator(".glance")).to_contain_text("先别改数")
        await press(page, "接")
        await expect(page.get_by_role("button", name="结束", exact=True)).to_be_visible()
        await expect(page.get_by_role("button", name="回复顾客")).to_be_disabled()
        box = page.get_by_label("要说的话")
        await box.fill("昨天点货点错了")
        await box.press("Enter")
        await expect(page.locator(".line.note")).to_contain_text("昨天点货点错了")
        for verb in ("say", "refund", "reship"):
            body = {"verb": verb, "ticket": 2, "text": "在吗", "amount": "1", "seal": ""}
            async with client.post(
                "/desk/do", json=body, headers={"Origin": str(client.make_url("/"))[:-1]}
            ) as no:
                assert no.status == 409 and "没有顾客" in (await no.json())["error"]
        await appoint(shop, "小美")
        await press(page, "转给")
        await page.get_by_label("同事的名字").fill("小美")
        await press(page, "转")
        await expect(page.locator(".toast")).to_contain_text("转给小美了")
        (matter,) = [one for one in await tickets.living(shop.shop) if one.customer is None]
        assert (matter.owner, await agents.name_of(matter.offered)) == (None, "小美")
        await press(page, "接")
        await press(page, "结束")
        await expect(page.locator(".row-of", has_text="账对不上")).to_have_count(0)
        await expect(page.locator(".row-of", has_text="小李")).to_have_count(1)
        assert (await client.get("/desk/matter/1")).status == 404  # a customer's is not read as a matter
        said = [line.text for line in await shop.channels["webroom"].lines_for("小李", after=None)]  # type: ignore[attr-defined]  # it is the web room
        assert not [text for text in said if "账" in text or "点货" in text]


async def test_what_to_do_first_stands_in_the_middle_until_somebody_is_chosen(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        await say(client, "小李", "转人工")
        await page.goto(str(client.make_url("/desk")))
        await expect(page.get_by_text("选一位顾客")).to_be_visible()
        talk, glance = page.locator(".talk"), page.locator(".glance")
        wide = await talk.evaluate("pane => [pane.getBoundingClientRect().right, innerWidth]")
        assert wide[0] == wide[1]
        await page.get_by_role("tab", name="待接").click()
        await page.locator(".row-of").click()
        await expect(glance).to_be_visible()
        beside = await glance.bounding_box()
        assert beside is not None
        assert beside["x"] == await talk.evaluate("pane => pane.getBoundingClientRect().right")


async def test_the_desk_works_on_a_phone_and_is_found_by_search(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser, phone=True) as page,
    ):
        for who in ("小李", "阿花"):
            await say(client, who, "转人工")
        await page.goto(str(client.make_url("/desk")))
        await page.get_by_role("searchbox").fill("阿花")
        await expect(page.locator(".row-of")).to_have_count(1)
        await page.locator(".row-of").click()
        await expect(page.locator(".list")).to_be_hidden()
        await press(page, "接")
        await expect(page.get_by_label("要说的话")).to_have_attribute("placeholder", "对阿花说…")
        await page.get_by_label("要说的话").fill("/1")
        await press(page, "发送")
        await expect(page.locator(".line.agent")).to_contain_text("在的，你说")
        await press(page, "回到列表")
        await expect(page.locator(".list")).to_be_visible()


async def test_words_like_a_command_are_not_sent_and_html_is_only_text(sqlite_url: str) -> None:
    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser) as page,
    ):
        await say(client, "小李", "<b>转人工</b> 转人工")
        await say(client, "小李", "转人工")
        await page.goto(str(client.make_url("/desk")))
        await page.get_by_role("tab", name="待接").click()
        await page.locator(".row-of").click()
        await expect(page.locator(".lines")).to_contain_text("<b>转人工</b>")
        await press(page, "接")
        await page.get_by_label("要说的话").fill("#2 备注 老顾客")
        await press(page, "发送")
        await expect(page.locator(".toast")).to_contain_text("没发出去")
        assert await page.locator(".line.agent").count() == 0


# ── who may not come in ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[tuple[OpenShop, Client]]:
    async with a_house(sqlite_url, is_demo=False) as opened:
        yield opened


async def tell(shop: OpenShop, who: str, text: str) -> list[str]:
    now = shop.clock.now()
    heard = Heard("webroom", f"{who} {text} {now.timestamp()}", None, who, who, text, now)
    return [one.text for one in await shop.answers(await shop.hear(heard))]


async def sign_in(shop: OpenShop, client: Client, who: str) -> str:
    """The words that did it."""
    shown = await (await client.get("/desk")).text()
    words = shown.split("<b>")[1].split("</b>")[0]
    await tell(shop, who, words)
    assert await (await client.get("/desk/login")).json() == {"in": True}
    return words


async def test_an_agent_signs_in_from_his_chat_and_nobody_else_does(house: tuple[OpenShop, Client]) -> None:
    shop, client = house
    assert (await client.get("/desk/rows")).status == 401
    assert (await client.post("/desk/do", json={"verb": "take", "ticket": 1})).status == 401
    shown = await (await client.get("/desk")).text()
    words = shown.split("<b>")[1].split("</b>")[0]
    assert words.startswith("登录 ")
    assert await (await client.get("/desk/login")).json() == {"in": False}
    await tell(shop, "小偷", words)
    assert await (await client.get("/desk/login")).json() == {"in": False}
    await appoint(shop, "小美")
    assert await tell(shop, "小美", words) == ["客服台登录了。不是你自己开的页面，马上告诉店主"]
    assert await (await client.get("/desk/login")).json() == {"in": True}
    assert (await client.get("/desk/rows")).status == 200
    assert await (await client.get("/desk/login")).json() == {"in": False}  # a code is good for one
    assert (
        await unit_of_work(lambda: agents.signed_in(words[3:], now=shop.clock.now() + timedelta(minutes=3)))
        is None
    )


async def test_nobody_tries_codes_by_the_hundred(house: tuple[OpenShop, Client]) -> None:
    _, client = house
    near, far = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    got = [(await client.get("/desk", headers=near)).status for _ in range(CODES_IN + 2)]
    assert got == [200] * CODES_IN + [429, 429]
    refused = await client.get("/desk", headers={**near, "Accept": "text/html"})
    assert "过十分钟再来" in await refused.text()
    assert (await client.get("/desk", headers=far)).status == 200  # the neighbour may


async def test_strangers_by_the_hundred_shut_the_door_for_nobody(house: tuple[OpenShop, Client]) -> None:
    shop, client = house
    await appoint(shop, "小美")
    for n in range(MANY_CODES):
        headers = {"X-Forwarded-For": f"203.0.{n // 250}.{n % 250}"}
        assert (await client.get("/desk", headers=headers)).status == 200
    client.session.cookie_jar.clear()
    words = await sign_in(shop, client, "小美")
    assert len(words.split()[-1]) == MORE_DIGITS  # each code is a guess at hers: hers is longer now
    assert (await client.get("/desk/rows")).status == 200


def test_a_pace_counts_each_address_knows_a_busy_time_and_forgets() -> None:
    now = [0.0]
    pace = Pace(2, 10.0, lambda: now[0], many=3)
    assert [pace.may("a") for _ in range(3)] == [True, True, False]
    assert pace.is_calm()
    assert [pace.may("b"), pace.may("b"), pace.is_calm()] == [True, True, False]
    now[0] = 10.0
    assert [pace.is_calm(), pace.may("b"), pace.may("a")] == [True, True, True]


async def test_a_desk_answers_only_what_is_in_the_agents_hands(house: tuple[OpenShop, Client]) -> None:
    shop, client = house
    for name in ("小美", "小强"):
        await appoint(shop, name)
    await tell(shop, "小李", "转人工")
    await tell(shop, "小强", "1 接")
    await sign_in(shop, client, "小美")
    for body in ({"verb": "say", "text": "你好"}, {"verb": "end"}, {"verb": "take"}, {"verb": "transfer"}):
        async with client.post("/desk/do", json={"ticket": 1, **body}) as refused:
            assert refused.status == 409
            assert "小强在跟" in (await refused.json())["error"]
    assert [line.kind for line in await tickets.lines(1)] == ["customer", "event"]
    async with client.post("/desk/do", data="verb=say", headers={"Content-Type": "text/plain"}) as refused:
        assert refused.status == 415
    headers = {"Origin": "https://elsewhere.example"}
    async with client.post(
        "/desk/do", json={"verb": "note", "ticket": 1, "text": "x"}, headers=headers
    ) as no:
        assert no.status == 403


async def test_whoever_is_dismissed_sees_nothing_more(
    house: tuple[OpenShop, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.desk_feed.ROUND_EVERY", 0.05)
    shop, client = house
    agent = await appoint(shop, "小美")
    await sign_in(shop, client, "小美")
    async with client.get("/desk/stream") as stream:
        assert await stream.content.readline() == b"retry: 1500\n"
        await unit_of_work(lambda: people.dismiss(shop.shop, agent, people.AGENT))
        async with asyncio.timeout(PATIENCE):
            await stream.read()
    assert (await client.get("/desk/stream")).status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"verb": "take", "person": 10**9}, 404),
        ({"verb": "transfer", "ticket": 1, "to": "水\x00果\ud83c"}, 200),
        ({"verb": "refund", "ticket": 1, "why": "\x00\ud83c", "seal": "x"}, 409),
    ],
)
async def test_whatever_is_asked_of_a_desk_is_answered(
    house: tuple[OpenShop, Client], body: dict[str, Any], status: int
) -> None:
    shop, client = house
    await appoint(shop, "小美")
    await sign_in(shop, client, "小美")
    await tell(shop, "小李", "来2箱橙子")
    await tell(shop, "小李", "转人工")
    await tell(shop, "小美", "1 接")
    async with client.post("/desk/do", json=body) as answered:
        assert answered.status == status, await answered.text()


async def test_a_desk_that_is_opened_while_the_database_is_away_is_live_when_it_is_back(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, away = deskviews.newest, iter([True, False])

    async def away_once() -> tuple[int, int, int]:
        if next(away, False):
            raise OSError("the database is away")
        return await newest()

    monkeypatch.setattr(deskviews, "newest", away_once)
    async with a_house(sqlite_url, is_demo=True) as (_, client):
        await say(client, "小李", "转人工")
        async with client.get("/desk/stream") as stream, asyncio.timeout(PATIENCE):
            while "小李" not in (await stream.content.readline()).decode():
                pass
