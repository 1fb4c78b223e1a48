"""店主页: how an account stands, the code to scan, that it is told to slow down, and what agents did; for the holder of
the link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.channel import Login, Spoken, TooFast
from bot.channels.loopback import Loopback
from bot.meter import SLOW
from bot.performance import CHANNEL, stage
from bot.run import demo_goods, site_of
from bot.web import office
from tests.bot.test_desk_page import Client
from tests.support.browser import open_browser, open_page
from tests.support.street import Street, appoint

SECRET = "a secret of the tests"
CODE = "https://login.example/a?b=<c>"


class Account(Loopback):
    """An account that somebody has to log in, and that says once that it is spoken on too fast."""

    scolds = 0

    def __init__(self) -> None:
        super().__init__(CHANNEL)
        self.stands: Login | None = Login("away")

    async def login(self) -> Login | None:  # type: ignore[override]  # the loopback has none
        return self.stands

    async def speak(self, line: Spoken) -> None:
        if self.scolds:
            self.scolds -= 1
            raise TooFast("操作过于频繁")
        await super().speak(line)


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
async def house(sqlite_url: str, account: Account) -> AsyncIterator[tuple[Street, Client]]:
    async with stage(demo_goods(), sqlite_url, account) as shop:
        app = site_of(shop, shop.settings, SECRET)
        async with TestClient(TestServer(app)) as client:
            yield Street(shop, account), client


async def shown(client: Client) -> str:
    async with client.get(office.path(SECRET)) as answered:
        assert answered.status == 200
        assert "no-store" in answered.headers["Cache-Control"]
        assert answered.headers["Referrer-Policy"] == "no-referrer"
        return await answered.text()


@pytest.mark.parametrize(
    ("login", "words"),
    [
        (Login("up", name="鲜果<小助手>"), "登录着：鲜果&lt;小助手&gt;"),
        (Login("scan", code=CODE), "等扫码登录"),
        (Login("out"), "没登录"),
        (Login("away"), "连不上网关"),
        (None, "没有要登录的微信号"),
    ],
)
async def test_the_page_says_how_it_stands(
    house: tuple[Street, Client], account: Account, login: Login | None, words: str
) -> None:
    account.stands = login
    page = await shown(house[1])
    assert words in page
    assert ("data:image/svg+xml" in page) == (login is not None and login.stands == "scan")
    assert CODE not in page


async def test_without_the_link_there_is_no_such_page(house: tuple[Street, Client], account: Account) -> None:
    account.stands = Login("scan", code=CODE)
    for path in ("/office", "/office/", "/office/x", f"/office/{'0' * 32}", office.path("another secret")):
        async with house[1].get(path) as refused:
            assert refused.status == 404
            assert "svg" not in await refused.text()


async def test_that_it_is_spoken_on_too_fast_is_said_while_it_lasts(
    house: tuple[Street, Client], account: Account
) -> None:
    street, client = house
    account.stands, account.scolds = Login("up", name="鲜果小助手"), 1
    assert "发得太快" not in await shown(client)
    await street.say("小李", "菜单")
    assert "10:00 起：微信嫌发得太快了" in await shown(client)
    assert "不发推广" in await shown(client)
    await street.shop.pass_time(SLOW + timedelta(seconds=1))
    assert "发得太快" not in await shown(client)


async def test_the_code_fits_a_phone_and_can_be_read(house: tuple[Street, Client], account: Account) -> None:
    account.stands = Login("scan", code=CODE)
    async with open_browser() as browser, open_page(browser, phone=True) as page:
        await page.goto(str(house[1].make_url(office.path(SECRET))))
        box = await page.get_by_alt_text("登录用的二维码").bounding_box()
        assert box is not None
        assert 250 <= box["width"] == box["height"]
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate("document.querySelector('img').naturalWidth > 0")


async def test_it_shows_what_the_agents_did_and_fits_a_phone(house: tuple[Street, Client]) -> None:
    street, client = house
    assert "这一周客服还没接过人" in await shown(client)
    await appoint(street.shop, "小美 13812345678")
    await street.say("小李", "转人工", None)
    await street.shop.pass_time(timedelta(seconds=40))
    await street.say("小美 13812345678", "1 在的", None)
    await street.say("小李", "坏了三个", None)
    await street.shop.pass_time(timedelta(minutes=6))
    await street.say("小美 13812345678", "马上补发", None)
    await street.say("小美 13812345678", "1 完", None)
    await street.say("小李", "4分", None)
    async with open_browser() as browser, open_page(browser, phone=True) as page:
        await page.goto(str(client.make_url(office.path(SECRET))))
        cells = page.locator(".figures tbody th, .figures tbody td")
        assert await cells.all_inner_texts() == [
            "小美 ＊＊＊", "1", "40秒", "6分钟", "50%", "100%", "4.0",
        ]  # fmt: skip
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert "小李" not in await page.content()
