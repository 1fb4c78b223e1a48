"""The pages: fixed words for programs, clear sentences for wrong ones, one's own chat and nobody else's, a real browser."""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Page, expect

from bot.channels.channel import Spoken
from bot.channels.webroom import WebRoom
from bot.web.app import DemoPerson, web_app
from bot.web.cleaning import clean_name, clean_text, is_good_name, likeness
from dialogs.speech import Card, Row
from shop import database
from shop.database import close_database, open_database
from shop.kit.ids import LetterId
from shop.transaction import unit_of_work
from tests.bot.test_webroom import unique_keys
from tests.support.browser import open_browser, open_page
from tests.support.fake_shopfront import Clock, FakeShopfront

SAMPLE = """# 两位顾客
小李@水果群: 来2箱橙子
bot> 小李：橙子2箱，记下了
阿花@水果群: 今天天气不错
+31m
小李: 付了但没收到取货码
"""
PEOPLE = (DemoPerson("小李"), DemoPerson("阿花"), DemoPerson("店主", "店主"))


@dataclass
class Street:
    """The site as it runs: its server, its room, the shop behind it and a client with cookies of its own."""

    room: WebRoom
    shop: FakeShopfront
    server: TestServer
    client: TestClient[web.Request, web.Application]

    async def json(self, method: str, path: str, **how: Any) -> tuple[int, dict[str, Any]]:
        async with self.client.request(method, path, **how) as answer:
            return answer.status, await answer.json()

    async def say(self, who: str, room: str | None, text: str) -> dict[str, Any]:
        status, answer = await self.json("POST", "/try/say", json={"who": who, "room": room, "text": text})
        assert status == 200, answer
        return answer

    @asynccontextmanager
    async def visitor(self, name: str) -> AsyncIterator[aiohttp.ClientSession]:
        """Somebody who joined the shop's room in a browser of his own."""
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address without a name
        async with aiohttp.ClientSession(self.server.make_url("/"), cookie_jar=jar) as browser:
            assert await join(browser, name) == (200, True)
            yield browser


async def join(
    client: TestClient[Any, Any] | aiohttp.ClientSession, name: str, **form: str
) -> tuple[int, bool]:
    async with client.get("/") as page:
        found = re.search(r'name="token" value="([^"]+)"', await page.text())
        assert found
    async with client.post("/room/join", data={"token": found[1], "name": name, **form}) as answer:
        return answer.status, "data-boot" in await answer.text()


@asynccontextmanager
async def open_street(*, is_demo: bool) -> AsyncIterator[Street]:
    await unique_keys()
    clock = Clock(datetime(2026, 5, 1, 2, tzinfo=UTC))
    room = WebRoom(shop_name="小满果铺", rooms=["水果群", "蔬菜群"], now=clock)
    shop = FakeShopfront(room, clock, is_demo=is_demo)

    async def take() -> None:
        async for heard in room.listen():
            await shop.hear(heard)

    app = web_app(
        shop,
        room,
        secret="a secret of the tests",
        public_url="http://shop.example",
        people=PEOPLE,
        samples={"两位顾客": SAMPLE},
    )
    taking = asyncio.ensure_future(take())
    async with TestServer(app) as server, TestClient(server) as client:
        yield Street(room, shop, server, client)
    async with asyncio.timeout(5):
        await taking  # closing the site ends the listener


@pytest.fixture
async def demo(shop_db: str) -> AsyncIterator[Street]:
    async with open_street(is_demo=True) as street:
        yield street


@pytest.fixture
async def real(shop_db: str) -> AsyncIterator[Street]:
    async with open_street(is_demo=False) as street:
        yield street


# -- the fixed words of the demo


async def test_saying_gives_what_the_shop_said_because_of_it(demo: Street) -> None:
    answer = await demo.say("小李", "水果群", "来2箱橙子")
    said = [(one["to"], one["room"], one["text"]) for one in answer["said"]]
    assert said == [
        (None, "水果群", "小李：橙子2箱、香蕉3斤，记下了（0501-017）。付款和取货码私聊发你"),
        ("小李", None, "0501-017 橙子2箱 ¥59.80 · 香蕉3斤 ¥14.40，合计 ¥69.20"),
        ("店主", None, "新订单 0501-017（小李）¥69.20"),
    ]
    assert answer["said"][1]["card"]["total"] == "¥69.20"
    assert answer["said"][1]["buttons"][1] == {"label": "取消", "says": "取消"}
    ids = [answer["id"], *(one["id"] for one in answer["said"])]
    assert ids == sorted(set(ids))


async def test_silence_is_an_answer(demo: Street) -> None:
    assert (await demo.say("阿花", "水果群", "今天天气不错"))["said"] == []


async def test_anybody_new_is_a_customer_at_the_first_word(demo: Street) -> None:
    await demo.say("王大锤", None, "菜单")
    assert [(one.who, one.name, one.room) for one in demo.shop.heard] == [("王大锤", "王大锤", None)]


async def test_plain_json_from_any_program_will_do(demo: Street) -> None:
    body = json.dumps({"who": "小李", "room": None, "text": "菜单"})
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "application/json"):
        status, _ = await demo.json("POST", "/try/say", data=body, headers={"Content-Type": content_type})
        assert status == 200


async def test_heard_is_everything_the_shop_said_since(demo: Street) -> None:
    first = await demo.say("小李", "水果群", "橙子还有吗")
    _, all_of_it = await demo.json("GET", "/try/heard")
    assert [one["text"] for one in all_of_it["said"]] == ["还有 12 箱，¥29.90/箱"]
    assert all_of_it["last"] == first["said"][0]["id"]
    _, nothing = await demo.json("GET", f"/try/heard?after={all_of_it['last']}")
    assert nothing == {"said": [], "last": all_of_it["last"]}
    await demo.say("小李", None, "橙子还有吗")
    _, more = await demo.json("GET", f"/try/heard?after={all_of_it['last']}")
    assert [(one["to"], one["room"]) for one in more["said"]] == [("小李", None)]


async def test_the_clock_moves_by_minutes_and_to_a_time_on_the_wall(demo: Street) -> None:
    _, later = await demo.json("POST", "/try/clock", json={"minutes": 31})
    assert later["now"] == "2026-05-01T10:31:00+08:00"
    assert [one["to"] for one in later["said"]] == ["店主"]
    _, morning = await demo.json("POST", "/try/clock", json={"until": "08:00"})
    assert morning["now"] == "2026-05-02T08:00:00+08:00"
    _, tomorrow = await demo.json(
        "POST", "/try/clock", json={"until": "08:00"}
    )  # the next such time, not this one
    assert tomorrow["now"] == "2026-05-03T08:00:00+08:00"


async def test_a_sample_is_said_by_its_people_where_everybody_sees_it(demo: Street) -> None:
    status, played = await demo.json("POST", "/try/play", json={"sample": "两位顾客"})
    assert (status, played["played"]) == (200, 4)
    _, seen = await demo.json("GET", "/try/lines?as=小李")
    said = [(line["name"], line["room"]) for line in seen["lines"] if not line["shop"]]
    assert said == [("小李", "水果群"), ("阿花", "水果群"), ("小李", None)]
    assert demo.shop.heard[2].sent_at == datetime(2026, 5, 1, 2, 31, tzinfo=UTC)


async def test_stage_directions_are_the_shop_s_and_the_code_that_was_seen_can_be_said(demo: Street) -> None:
    script = "小李@水果群: 早\n（小李再发一遍）\n（小李付款）\n次日8:00\n店主: 核销 <取货码>"
    status, _ = await demo.json("POST", "/try/play", json={"text": script})
    assert (status, demo.shop.directed) == (200, [("小李", "pay")])
    assert [(one.who, one.text) for one in demo.shop.heard] == [("小李", "早"), ("店主", "核销 4829-31")]
    assert demo.shop.heard[1].sent_at == datetime(2026, 5, 2, 0, 0, tzinfo=UTC)


async def test_again_from_the_start(demo: Street) -> None:
    await demo.say("小李", "水果群", "菜单")
    status, _ = await demo.json("POST", "/try/reset", json={})
    _, seen = await demo.json("GET", "/try/lines")
    assert (status, seen["lines"]) == (200, [])


async def test_why_shows_the_trace_behind_a_line_of_the_shop(demo: Street) -> None:
    answer = await demo.say("小李", "水果群", "来2箱橙子")
    status, trace = await demo.json("GET", f"/try/why?line={answer['said'][0]['id']}")
    assert (status, trace["why"]["intent"]) == (200, "order")
    for line in (answer["id"], 999_999):
        status, no = await demo.json("GET", f"/try/why?line={line}")
        assert (status, no) == (404, {"error": "没有这条店里说的话"})


async def test_two_hundred_at_once_are_all_answered(demo: Street) -> None:
    answers = await asyncio.gather(*(demo.say(f"客{n}", "水果群", "橙子还有吗") for n in range(200)))
    assert all(len(answer["said"]) == 1 for answer in answers)
    assert len({answer["id"] for answer in answers}) == 200 == len(demo.shop.heard)
    assert [int(one.id) for one in demo.shop.heard] == sorted(int(one.id) for one in demo.shop.heard)


WRONG: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/try/say", "{", 400, "JSON"),
    ("POST", "/try/say", b"\xff\xfe", 400, "UTF-8"),
    ("POST", "/try/say", "[" * 100_000, 400, "JSON"),
    ("POST", "/try/say", [], 400, "对象"),
    ("POST", "/try/say", {}, 400, "who"),
    ("POST", "/try/say", {"who": "小李", "text": "菜单"}, 400, "room"),
    ("POST", "/try/say", {"who": "小李", "room": None}, 400, "text"),
    ("POST", "/try/say", {"who": 7, "room": None, "text": "菜单"}, 400, "who"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": ["菜单"]}, 400, "text"),
    ("POST", "/try/say", {"who": "小李", "room": 7, "text": "菜单"}, 400, "room"),
    ("POST", "/try/say", {"who": "小李", "room": "海鲜群", "text": "菜单"}, 400, "水果群、蔬菜群"),
    ("POST", "/try/say", {"who": "小李", "room": "\ud800", "text": "菜单"}, 400, "水果群、蔬菜群"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": " \n\u0000"}, 400, "空"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": "橙" * 100_000}, 413, "100000"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": "橙" * 800_000}, 413, "太大"),
    ("POST", "/try/say", {"who": "\u200b\u3164", "room": None, "text": "菜单"}, 400, "who"),
    ("POST", "/try/say", {"who": "李" * 21, "room": None, "text": "菜单"}, 400, "20"),
    ("POST", "/try/say", {"who": "小满果铺", "room": None, "text": "菜单"}, 400, "店自己"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": "菜单", "nonce": 7}, 400, "nonce"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": "菜单", "reply_to": True}, 400, "reply_to"),
    ("POST", "/try/say", {"who": "小李", "room": None, "text": "菜单", "reply_to": 2**63}, 400, "reply_to"),
    ("GET", "/try/say", None, 405, "这样用"),
    ("GET", "/try/heard?after=-1", None, 400, "after"),
    ("GET", "/try/heard?after=" + "9" * 30, None, 400, "after"),
    ("GET", "/try/heard?after=²", None, 400, "after"),
    ("GET", "/try/why", None, 400, "line"),
    ("GET", "/try/stream?after=x", None, 400, "after"),
    ("GET", "/try/qr/1.svg", None, 404, "二维码"),
    ("GET", "/try/picture/1.png", None, 404, "图"),
    ("POST", "/try/clock", {}, 400, "minutes"),
    ("POST", "/try/clock", {"minutes": True}, 400, "minutes"),
    ("POST", "/try/clock", {"minutes": 0}, 400, "minutes"),
    ("POST", "/try/clock", {"minutes": 1e308}, 400, "60 天"),
    ("POST", "/try/clock", '{"minutes": NaN}', 400, "minutes"),
    ("POST", "/try/clock", {"until": "25:00"}, 400, "08:00"),
    ("POST", "/try/clock", {"until": 8}, 400, "08:00"),
    ("POST", "/try/play", {"sample": "没有"}, 400, "两位顾客"),
    ("POST", "/try/play", {"text": "天气不错"}, 400, "小李@群名"),
    ("POST", "/try/play", {"text": "# 只有题目"}, 400, "小李@群名"),
    ("POST", "/try/play", {"text": "（小李再发一遍）"}, 400, "小李"),
    ("POST", "/try/play", {"text": "小李: 菜单\n" * 201}, 413, "200"),
    ("POST", "/try/play", {"sample": "两位顾客", "pace": "慢"}, 400, "pace"),
    ("GET", "/nowhere", None, 404, "没有"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "word"), WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_said_in_a_sentence_and_changes_nothing(
    demo: Street, method: str, path: str, body: Any, status: int, word: str
) -> None:
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    how = {} if body is None else {"data": io.BytesIO(data)}
    got, answer = await demo.json(method, path, **how)
    assert (got, list(answer)) == (status, ["error"])
    assert word in answer["error"]
    assert demo.shop.heard == []
    assert await demo.room.last_id() == 0


async def test_a_page_of_another_site_may_not_use_the_demo(demo: Street) -> None:
    body = {"who": "小李", "room": None, "text": "菜单"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        status, _ = await demo.json("POST", "/try/say", json=body, headers=headers)
        assert status == 403
    assert demo.shop.heard == []


async def test_what_nobody_can_see_is_not_kept(demo: Street) -> None:
    await demo.say(" 小\u200b李 ", "水果群", "来2箱\u0000橙子\u202e\r\n谢谢 👨‍👩‍👧")
    (heard,) = demo.shop.heard
    assert (heard.name, heard.text) == ("小李", "来2箱橙子\n谢谢 👨‍👩‍👧")


# -- the shop's own room


async def test_the_demo_is_not_there_outside_the_demo(real: Street) -> None:
    for method, path in [
        ("GET", "/try"),
        ("POST", "/try/say"),
        ("GET", "/try/heard"),
        ("POST", "/try/clock"),
        ("POST", "/try/play"),
        ("POST", "/try/reset"),
        ("GET", "/try/why?line=1"),
        ("GET", "/try/stream"),
        ("GET", "/try/lines"),
    ]:
        assert (await real.json(method, path))[0] == 404, path


async def test_one_joins_under_a_name_and_talks_as_oneself(real: Street) -> None:
    async with real.visitor("3栋小李") as xiaoli, real.visitor("王姐") as wang:
        async with xiaoli.post("/room/say", json={"room": None, "text": "菜单", "who": "王姐"}) as answer:
            assert answer.status == 200
        async with xiaoli.post(
            "/room/say", json={"room": "水果群", "text": "橙子还有吗", "nonce": "n"}
        ) as answer:
            first = (await answer.json())["id"]
        async with xiaoli.post(
            "/room/say", json={"room": "水果群", "text": "橙子还有吗", "nonce": "n"}
        ) as answer:
            assert (await answer.json())["id"] == first
        async with asyncio.timeout(5):
            while len(await real.room.said_after(0)) < 2:  # noqa: ASYNC110  # the log is the only thing to look at
                await asyncio.sleep(0.01)
        async with xiaoli.get("/room/lines") as answer:
            own = [(line["name"], line["mine"], line["to"]) for line in (await answer.json())["lines"]]
        async with wang.get("/room/lines") as answer:
            other = [(line["name"], line["mine"], line["to"]) for line in (await answer.json())["lines"]]
    assert set(own) == {
        ("3栋小李", True, "3栋小李"),
        ("3栋小李", True, None),
        ("小满果铺", False, "3栋小李"),
        ("小满果铺", False, None),
    }
    assert other == [("3栋小李", False, None), ("小满果铺", False, None)]
    assert {one.name for one in real.shop.heard} == {"3栋小李"}
    (account,) = {one.who for one in real.shop.heard}
    assert account != "3栋小李" and len(account) >= 16


@pytest.mark.parametrize(
    "name",
    ["小满果铺", "小 满 果 铺", "小满果铺客服", "客服小王", "王姐", "王 姐", "", " \u200b ", "李" * 21],
)
async def test_a_name_that_is_taken_or_none_is_asked_again(real: Street, name: str) -> None:
    async with real.visitor("王姐"):
        status, is_in = await join(real.client, name)
        assert (status in (400, 409), is_in) == (True, False)
        assert len(await real.room.members()) == 1


async def test_a_stranger_and_a_forged_cookie_get_nothing(real: Street) -> None:
    async with real.visitor("王姐") as wang:
        (cookie,) = [one for one in wang.cookie_jar if one.key == "qundian"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    account, _, signature = cookie.value.rpartition(".")
    for forged in ("", "x", cookie.value[:-2] + "AA", f"Im1lIg.{signature}", account):
        for method, path in (("POST", "/room/say"), ("GET", "/room/lines"), ("GET", "/room/stream")):
            body = {"json": {"room": None, "text": "菜单"}} if method == "POST" else {}
            got = await real.json(method, path, headers={"Cookie": f"qundian={forged}"}, **body)
            assert got == (401, {"error": "请先进群"})
        async with real.client.get("/", headers={"Cookie": f"qundian={forged}"}) as page:
            assert (page.status, "进群" in await page.text()) == (200, True)
    assert real.shop.heard == []


async def test_a_form_of_another_site_joins_nobody(real: Street) -> None:
    assert await join(real.client, "小李", token="x") == (403, False)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        async with real.client.post("/room/join", data={"name": "小李"}, headers=headers) as answer:
            assert answer.status == 403
    async with real.visitor("王姐") as wang:
        text = json.dumps({"room": None, "text": "取消"})
        for headers, status in (
            ({"Content-Type": "text/plain"}, 415),
            ({"Content-Type": "application/json", "Origin": "https://evil.example"}, 403),
        ):
            async with wang.post("/room/say", data=text, headers=headers) as answer:
                assert answer.status == status
        async with wang.post(
            "/room/say",
            data=text,
            headers={"Content-Type": "application/json", "Origin": "http://shop.example"},
        ) as answer:
            assert answer.status == 200  # behind a proxy the public name is ours
    assert len(await real.room.members()) == 1


async def test_nobody_quotes_what_he_cannot_see(real: Street) -> None:
    secret = await real.room.post(None, "somebody", "阿花", "我的电话")
    async with real.visitor("王姐") as wang:
        for room in (None, "水果群"):
            body = {"room": room, "text": "看", "reply_to": secret.id}
            async with wang.post("/room/say", json=body) as answer:
                assert answer.status == 400
        async with wang.get(f"/room/qr/{secret.id}.svg") as answer:
            assert answer.status == 404


async def test_specials_are_a_picture_for_those_who_see_the_post(real: Street) -> None:
    card = Card(
        "menu", "今日特价", (Row("草莓", "原价 ¥28.00", "¥22.00/盒"),), note="到今晚 24 点", picture=True
    )
    posted = await real.room.say(Spoken(LetterId(901), "水果群", None, "今日特价", card))
    plain = await real.room.say(Spoken(LetterId(902), "水果群", None, "好的"))
    async with real.client.get(f"/room/picture/{posted.id}.png") as answer:
        assert answer.status == 401
    async with real.visitor("王姐") as wang:
        async with wang.get(f"/room/picture/{posted.id}.png") as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert (await answer.read()).startswith(b"\x89PNG")
        async with wang.get(f"/room/picture/{plain.id}.png") as answer:
            assert answer.status == 404


async def test_a_busy_group_does_not_push_out_the_private_chat(real: Street) -> None:
    async with real.visitor("王姐") as wang:
        async with wang.post("/room/say", json={"room": None, "text": "我的取货码"}) as answer:
            assert answer.status == 200
        for number in range(250):
            await real.room.post("水果群", "somebody", "阿花", f"{number}")
        async with wang.get("/room/lines") as answer:
            seen = [line["text"] for line in (await answer.json())["lines"]]
        assert seen == ["我的取货码", *(f"{number}" for number in range(50, 250))]
        first = (await real.room.lines_for("somebody", after=None))[0].id
        async with wang.get(f"/room/earlier?room=水果群&before={first}") as answer:
            page = await answer.json()
        assert ([line["text"] for line in page["lines"]], page["more"]) == (
            [f"{n}" for n in range(50)],
            False,
        )
        async with wang.get("/room/earlier") as answer:
            assert [line["text"] for line in (await answer.json())["lines"]] == ["我的取货码"]
        async with wang.get("/room/earlier?room=海鲜群") as answer:
            assert answer.status == 400


async def test_who_floods_has_to_wait(real: Street) -> None:
    async with real.visitor("王姐") as wang:
        seen = []
        for number in range(21):
            async with wang.post("/room/say", json={"room": None, "text": f"{number}"}) as answer:
                seen.append(answer.status)
    assert seen == [200] * 20 + [429]


# -- live lines


async def events(answer: aiohttp.ClientResponse, count: int) -> list[tuple[str, str]]:
    """(id, text) of the next lines in a stream, and ("", "ready") for the mark between the log and live."""
    found: list[tuple[str, str]] = []
    number, kind = "", ""
    async with asyncio.timeout(5):
        async for raw in answer.content:
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if name == "id":
                number = value
            elif name == "event":
                kind = value
            elif name == "data":
                found.append((number, json.loads(value)["text"]) if kind == "line" else ("", kind))
                if len(found) == count:
                    break
    return found


async def test_a_stream_begins_with_the_log_and_goes_on_live(demo: Street) -> None:
    first = await demo.say("阿花", "水果群", "早")
    async with demo.client.get("/try/stream?as=小李") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert await events(answer, 2) == [(str(first["id"]), "早"), ("", "ready")]
        await demo.say("阿花", None, "悄悄话")
        last = await demo.say("阿花", "水果群", "两行\n字")
        assert await events(answer, 1) == [(str(last["id"]), "两行\n字")]
    async with demo.client.get("/try/stream?as=小李", headers={"Last-Event-ID": str(first["id"])}) as answer:
        assert await events(answer, 2) == [(str(last["id"]), "两行\n字"), ("", "ready")]
    async with demo.client.get("/try/stream") as answer:  # the table sees all
        assert [text for _, text in await events(answer, 4)] == ["早", "悄悄话", "两行\n字", "ready"]


async def test_a_stream_goes_on_after_a_reset(demo: Street) -> None:
    """The lines count from one again, and what was seen before the reset hides none of them."""
    for text in ("早", "早啊", "吃了没"):
        await demo.room.post("水果群", "阿花", "阿花", text)
    async with demo.client.get("/try/stream") as answer:
        await events(answer, 4)
        await unit_of_work(database.empty)  # as the real shop does, ids and all
        await demo.json("POST", "/try/reset", json={})
        assert await events(answer, 1) == [("", "reset")]
        await demo.room.post("水果群", "阿花", "阿花", "又来了")
        assert await events(answer, 1) == [("1", "又来了")]


async def test_a_page_that_is_older_than_the_shop_begins_anew(demo: Street) -> None:
    """The demo was stopped and started again while the page stayed open."""
    await demo.room.post("水果群", "阿花", "阿花", "早")
    async with demo.client.get("/try/stream", headers={"Last-Event-ID": "17"}) as answer:
        assert await events(answer, 3) == [("", "reset"), ("1", "早"), ("", "ready")]


async def test_a_long_log_is_caught_up_with_completely(demo: Street) -> None:
    for number in range(450):
        await demo.room.post("水果群", "阿花", "阿花", f"{number}")
    async with demo.client.get("/try/stream?after=0") as answer:
        seen = await events(answer, 451)
    assert [text for _, text in seen] == [*(f"{number}" for number in range(450)), "ready"]


async def test_closing_the_site_ends_the_streams(shop_db: str) -> None:
    async with open_street(is_demo=True) as street:
        answer = await street.client.get("/try/stream")
        await events(answer, 1)
        closing = asyncio.ensure_future(street.server.close())
        async with asyncio.timeout(3):
            assert await answer.content.read() == b"\n"  # the end of the ready event, and of the stream
            await closing


async def test_a_quiet_stream_is_kept_alive(demo: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.live.PING_AFTER", 0.05)
    async with demo.client.get("/try/stream") as answer, asyncio.timeout(3):
        while await answer.content.readline() != b": ping\n":
            pass


# -- headers, pages, pictures


async def test_every_answer_carries_the_headers(demo: Street) -> None:
    for path in ("/", "/healthz", "/static/chat.css", "/static/try.js", "/nowhere", "/qr.svg", "/try/heard"):
        async with demo.client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("template", sorted(Path("bot/web/templates").glob("*.html")))
def test_no_page_needs_an_exception_from_the_policy(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:|\|\s*safe\b", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("script", sorted(Path("bot/web/static").glob("*.js")))
def test_no_script_makes_elements_of_words(script: Path) -> None:
    code = re.sub(r"//.*", "", script.read_text())
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", code)


async def test_the_counter_has_a_code_to_scan_and_health_says_ok(real: Street) -> None:
    async with real.client.get("/qr.svg") as answer:
        assert (answer.content_type, "<svg" in await answer.text()) == ("image/svg+xml", True)
    async with real.client.get("/counter") as answer:
        poster = await answer.text()
    assert "http://shop.example" in poster and "手机扫不了" not in poster
    assert await real.json("GET", "/healthz") == (200, {"ok": True, "last": 0})


async def test_a_person_gets_a_page_where_a_program_gets_json(real: Street) -> None:
    async with real.client.get("/nowhere", headers={"Accept": "text/html"}) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "没有这个页面" in await answer.text()


# -- small readers


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("小李", "小李"),
        (" 3栋\u200b小李\u202e ", "3栋小李"),
        ("a\tb\nc", "a b c"),
        ("\u3164\u2800", ""),
        ("👍", "👍"),
    ],
)
def test_names_are_cleaned(typed: str, name: str) -> None:
    assert clean_name(typed) == name
    assert is_good_name(name) == (name != "")


def test_text_keeps_its_lines_and_loses_what_is_not_text() -> None:
    assert clean_text(" 一\r\n二\u0000\ud800\t三 ") == "一\n二\t三"
    assert likeness("Ａ 小李") == likeness("a小李")


# -- in a real browser, on one database


@pytest.fixture
async def one_db(template: Callable[[str, tuple[str, ...]], str], tmp_path: Path) -> AsyncIterator[None]:
    models = ("shop.records.chatlog",)
    shutil.copyfile(template("sqlite", models), tmp_path / "shop.db")
    await open_database(f"sqlite:///{tmp_path / 'shop.db'}", models=models)
    yield
    await close_database()


async def say_in(page: Page, pane: str, text: str) -> None:
    await page.fill(f"#{pane}-text", text)
    await page.press(f"#{pane}-text", "Enter")


async def test_two_pages_are_live_and_html_stays_text(one_db: None) -> None:
    async with open_street(is_demo=False) as street, open_browser() as browser:
        address = str(street.server.make_url("/"))
        async with open_page(browser) as wide, open_page(browser, phone=True, dark=True) as phone:
            for page, name in ((wide, "3栋小李"), (phone, "王姐")):
                await page.goto(address)
                await page.fill("#name", name)
                await page.click("button[type=submit]")
                await page.wait_for_selector("#group .log[aria-busy=false]")
            await say_in(wide, "group", "<img src=x onerror=alert(1)> @小满果铺 橙子还有吗")
            bubble = phone.locator("#group .line:not(.mine) .bubble").first
            await expect(bubble).to_have_text("<img src=x onerror=alert(1)> @小满果铺 橙子还有吗")
            await expect(phone.locator("#group .bubble").nth(1)).to_have_text("还有 12 箱，¥29.90/箱")
            await expect(wide.locator("#group .line.mine:not(.is-pending) .bubble")).to_have_count(1)
            assert await phone.locator(".log img").count() == 0

            await say_in(wide, "private", "只给店里")
            await say_in(phone, "group", "收到")
            await expect(wide.locator("#group .bubble", has_text="收到")).to_be_visible()
            assert await phone.get_by_text("只给店里").count() == 0

            await phone.reload()  # the log is the same after coming back
            await expect(phone.locator("#group .bubble")).to_have_count(3)
            assert await phone.evaluate("document.documentElement.scrollWidth") <= 390


async def test_the_table_of_the_demo(one_db: None) -> None:
    async with open_street(is_demo=True) as street, open_browser() as browser, open_page(browser) as page:
        await page.goto(str(street.server.make_url("/")))
        await page.click("#group .chip:has-text('来2箱橙子')")  # a suggestion says the words
        await expect(page.locator("#group .line.mine .bubble")).to_have_text("来2箱橙子 香蕉3斤")
        await expect(page.locator("#private .card .total b")).to_have_text("¥69.20")
        await expect(page.locator(".person:has-text('店主') .dot")).to_be_visible()  # 店主 was told

        await page.click("#private .chip:has-text('取消')")  # a button says the words, where it stands
        await expect(page.locator("#private .line.mine:not(.is-pending) .bubble")).to_have_text("取消")
        assert street.shop.heard[-1].room is None

        await page.click("#group .why")
        await expect(page.locator("#why .why-step")).to_have_count(7)
        await page.keyboard.press("Escape")

        await page.click(".person:has-text('店主')")
        await expect(page.locator("#private .bubble")).to_have_text("新订单 0501-017（小李）¥69.20")
        await expect(page.locator(".person .dot")).to_have_count(0)

        await page.click("[data-until]")
        await expect(page.locator(".now")).to_contain_text("08:00")
        await page.click("[data-opens=play]")
        await page.click("[data-sample]")
        await expect(page.locator("#group .bubble", has_text="今天天气不错")).to_be_visible()
        await expect(page.locator(".toast")).to_have_text("播放完了，4 句")

        await page.click("[data-opens=reset]")
        await page.click("#reset-now")
        await expect(page.locator("#group .empty .chip")).to_have_count(3)
        await expect(page.locator(".now")).to_contain_text("10:00")


async def test_a_menu_says_one_of_each_and_shift_enter_is_a_new_line(one_db: None) -> None:
    async with (
        open_street(is_demo=True) as street,
        open_browser() as browser,
        open_page(browser, phone=True) as page,
    ):
        await page.goto(str(street.server.make_url("/")))
        await say_in(page, "group", "菜单")
        await page.click("#group .card.menu .chip >> nth=1")
        await expect(page.locator("#group .line.mine .bubble").last).to_have_text("来1斤香蕉")
        await expect(page.locator("[data-shows=private] .dot")).to_be_visible()
        await page.locator("#group .card.menu .chip").last.click()  # 榴莲 is gone: it has no button
        await expect(page.locator("#group .line.mine .bubble").last).to_have_text("来1箱红富士苹果5斤装")
        await page.click("[data-shows=private]")
        await expect(page.locator("#private .card.order").last).to_be_visible()
        await expect(page.locator("[data-shows=private] .dot")).to_be_hidden()
        assert not await page.locator("#group").is_visible()

        await page.fill("#private-text", "第一行")
        await page.press("#private-text", "Shift+Enter")
        await page.type("#private-text", "第二行")
        await page.press("#private-text", "Enter")
        await expect(page.locator("#private .line.mine .bubble")).to_have_text("第一行\n第二行")
        box = await page.locator("#private .send").bounding_box()
        assert box is not None and box["y"] + box["height"] <= 844 and box["height"] >= 44
        assert (
            await page.evaluate("getComputedStyle(document.querySelector('#private-text')).fontSize")
            == "16px"
        )


async def test_what_was_not_sent_says_so_and_is_sent_once_when_tried_again(one_db: None) -> None:
    async with open_street(is_demo=False) as street, open_browser() as browser, open_page(browser) as page:
        await page.goto(str(street.server.make_url("/")))
        await page.fill("#name", "小李")
        await page.click("button[type=submit]")
        await page.wait_for_selector("#group .log[aria-busy=false]")

        async def never_arrives(route: Any) -> None:
            await route.fulfill(status=200, body="<p>请登录无线网</p>", content_type="text/html")

        async def answer_is_lost(route: Any) -> None:
            await route.fetch()
            await never_arrives(route)

        await page.route("**/room/say", never_arrives)
        await say_in(page, "group", "一")
        await expect(page.locator("#group .is-failed .bubble")).to_have_text("一")
        await page.unroute("**/room/say")
        await page.click("#group .retry")
        await expect(page.locator("#group .line.mine:not(.is-pending):not(.is-failed)")).to_have_count(1)

        await page.route("**/room/say", answer_is_lost)
        await say_in(page, "group", "二")
        await expect(page.locator("#group .line.mine:not(.is-pending):not(.is-failed) .bubble")).to_have_text(
            ["一", "二"]
        )
        assert [one.text for one in await street.room.lines_for(None, after=None)] == ["一", "二"]


async def test_a_page_comes_back_after_somebody_else_answered_for_the_shop(one_db: None) -> None:
    async with open_street(is_demo=True) as street, open_browser() as browser, open_page(browser) as page:

        async def not_now(route: Any) -> None:
            await route.fulfill(status=204)  # a browser takes this, like a 502, as the end for good

        await street.room.post("水果群", "阿花", "阿花", "之前")
        await page.route("**/try/stream*", not_now)
        await page.goto(str(street.server.make_url("/")))
        await expect(page.locator(".off[role=status]")).to_be_visible()
        await page.unroute("**/try/stream*")
        await expect(page.locator("#group .bubble")).to_have_text(["之前"])
        await expect(page.locator(".off[role=status]")).to_be_hidden()


async def test_one_reads_back_as_far_as_one_likes(one_db: None) -> None:
    async with open_street(is_demo=False) as street, open_browser() as browser, open_page(browser) as page:
        for number in range(270):
            await street.room.post("水果群", "somebody", "阿花", f"第{number}句")
        await page.goto(str(street.server.make_url("/")))
        await page.fill("#name", "小李")
        await page.click("button[type=submit]")
        await expect(page.locator("#group .bubble")).to_have_count(200)
        await page.locator("#group .earlier").click()
        await expect(page.locator("#group .bubble")).to_have_count(270)
        await expect(page.locator("#group .bubble").first).to_have_text("第0句")
        await expect(page.locator("#group .bubble", has_text="第70句")).to_be_in_viewport()
        await expect(page.locator("#group .earlier")).to_have_count(0)


async def test_a_new_line_does_not_pull_a_reader_down(one_db: None) -> None:
    async with open_street(is_demo=True) as street, open_browser() as browser, open_page(browser) as page:
        for number in range(60):
            await street.room.post("水果群", "阿花", "阿花", f"第{number}句")
        await page.goto(str(street.server.make_url("/")))
        log = page.locator("#group .log")
        await expect(page.locator("#group .bubble").last).to_be_in_viewport()
        await log.evaluate("log => { log.scrollTop = 0; }")
        await street.room.post("水果群", "阿花", "阿花", "新的")
        pill = page.locator("#group .new-pill")
        await expect(pill).to_be_visible()
        assert await log.evaluate("log => log.scrollTop") == 0
        await pill.click()
        await expect(page.locator("#group .bubble").last).to_be_in_viewport()
        await expect(pill).to_be_hidden()
