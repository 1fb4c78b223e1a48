"""The page of a team: seats and covered names for everybody who has the link, nothing for who guesses; one thing to do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from bot import clock
from bot.web.teams import time_left
from shop import campaigns, people, teams
from shop.campaigns import NewItem
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.slips import Slip
from tests.support.browser import open_browser, open_page
from tests.support.till import Till, open_till
from tests.support.world import after, pay

TAG = re.compile(r"<[^>]*>")


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till(stock={"P1-1": "20"}) as opened:
        yield opened


def read(page: str) -> str:
    return " ".join(TAG.sub(" ", page.partition("<main")[2]).split())


async def a_campaign(till: Till, **terms: int) -> OnOffer:
    item = NewItem("P1-1", Money(1990))
    terms = {"size": 3, "hours": 24, **terms}
    return await campaigns.set_up(
        till.shop, Kind.TEAM, "橙子<3>", [item], by=None, now=till.clock(), terms=terms
    )


async def sit(till: Till, of: OnOffer, name: str, number: int | None = None, *, paid: bool = False) -> Slip:
    """Opens a team, or sits down in that one."""
    who = (await people.recognise(till.shop, "webroom", name, name, now=till.clock())).id
    wants, now = [Want("P1-1", Quantity.of(1), "add")], till.clock()
    if number is None:
        slip, _ = await teams.open(till.shop, who, of, wants, now=now)
    else:
        slip, _ = await teams.join(till.shop, who, number, wants, now=now)
    if paid:
        await pay(slip, now=now)
    return slip


async def test_who_opened_it_what_is_free_and_what_to_say(till: Till) -> None:
    of = await a_campaign(till)
    slip = await sit(till, of, "小李", paid=True)
    await sit(till, of, "王<i>姐", 1)
    till.clock.pass_time(minutes=90)
    page = await till.page(f"/t/{of.token}/1")
    text = read(page)
    assert "1号团「橙子&lt;3&gt;」 · 3 人团 · 小*** 开的" in page and "还差 1 人" in text
    assert "小***" in text and "王*** 待付" in text and "空位" in text
    assert "橙子 ¥19.90/箱" in text and "还有 22 小时 30 分 ，明天10:00截" in text
    assert "复制“参团 1”，去群里发" in text
    assert slip.code not in page and "小李" not in page and "王&lt;" not in page


async def test_full_and_complete_it_offers_to_open_another_one(till: Till) -> None:
    of = await a_campaign(till)
    for name, number in (("小李", None), ("王姐", 1), ("大刘", 1)):
        await sit(till, of, name, number, paid=name != "大刘")
    text = read(await till.page(f"/t/{of.token}/1"))
    assert "坐满了，等 1 人付款" in text and "空位" not in text and "复制“开团”" in text
    (_, _, last) = (await teams.standing(1)).members
    await pay((await teams.mine(till.shop, last.person))[0][1], now=till.clock())
    text = read(await till.page(f"/t/{of.token}/1"))
    assert "成团了" in text and "还有" not in text and "复制“开团”" in text


async def test_what_the_shop_took_is_shown_as_the_shops(till: Till) -> None:
    of = await a_campaign(till, fill_from=2)
    await sit(till, of, "小李", paid=True)
    await sit(till, of, "王姐", 1, paid=True)
    await campaigns.close(of.id, now=till.clock())
    assert "这次拼团不收人了" in read(await till.page(f"/t/{of.token}/1"))
    till.clock.pass_time(hours=25)
    await clock.JOBS["end_teams"](till.clock(), None)
    text = read(await till.page(f"/t/{of.token}/1"))
    assert "成团了 2 人付了，店家补足 1 份" in text and "店家补足" in text.partition("王***")[2]


async def test_a_team_that_failed_and_one_that_nobody_is_in(till: Till) -> None:
    of = await a_campaign(till)
    await sit(till, of, "小李", paid=True)
    gone = await sit(till, of, "王姐")
    await teams.quit(till.shop, gone.buyer, now=till.clock())
    assert "散了" in read(await till.page(f"/t/{of.token}/2"))
    await campaigns.cancel(of.id, now=till.clock())
    await clock.JOBS["end_teams"](till.clock(), None)
    text = read(await till.page(f"/t/{of.token}/1"))
    assert "没拼成 橙子&lt;3&gt;取消了" in text and "这次拼团不收人了" in text


@pytest.mark.parametrize("path", ["{token}/2", "{other}/1", "0" * 32 + "/1", "x/1", "%00/1", "{token}/x"])
async def test_another_campaigns_link_and_guessing_find_nothing(till: Till, path: str) -> None:
    of = await a_campaign(till)
    other = await campaigns.set_up(till.shop, Kind.LIST, "香蕉", [NewItem("P2-1")], by=None, now=till.clock())
    await sit(till, of, "小李")
    got = await till.client.get("/t/" + path.format(token=of.token, other=other.token))
    assert got.status == 404 and "橙子" not in await got.text()


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ({"hours": 24}, "24 小时 0 分"),
        ({"minutes": 61, "seconds": 1}, "1 小时 2 分"),
        ({"seconds": 1}, "1 分钟"),
        ({"seconds": -5}, "0 分钟"),
    ],
)
def test_the_time_that_is_left(left: dict[str, float], said: str) -> None:
    assert time_left(after(**left) - after()) == said


@pytest.mark.parametrize("dark", [False, True])
async def test_on_a_phone_the_words_are_copied(till: Till, dark: bool) -> None:
    of = await a_campaign(till, size=5)
    await sit(till, of, "小李", paid=True)
    await sit(till, of, "王姐", 1)
    async with open_browser() as browser, open_page(browser, phone=True, dark=dark) as page:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.goto(str(till.client.make_url(f"/t/{of.token}/1")))
        await expect(page.get_by_role("heading", name="还差 3 人")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.get_by_role("button", name="复制“参团 1”，去群里发").click()
        await expect(page.get_by_role("status")).to_have_text("复制好了，回到群里粘贴发送")
        assert await page.evaluate("navigator.clipboard.readText()") == "参团 1"
