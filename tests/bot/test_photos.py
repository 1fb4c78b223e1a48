"""图: photos in the web room and at the desk: who may send one, who sees it, and what is refused."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import expect

from bot.performance import A_PICTURE
from shop.rules.pictures import MOST_BYTES
from tests.bot.test_desk_page import a_house, press, say
from tests.bot.test_web_pages import Street, open_street
from tests.support.browser import open_browser, open_page

PNG, AS_PNG = A_PICTURE.body, {"Content-Type": "image/png"}
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
ROOM = "水果群"


@pytest.fixture
async def real(shop_db: str) -> AsyncIterator[Street]:
    async with open_street(is_demo=False) as street:
        yield street


async def send(
    who: aiohttp.ClientSession, body: bytes = PNG, *, headers: dict[str, str] | None = None, **asked: str
) -> tuple[int, dict[str, Any]]:
    data = io.BytesIO(body)
    async with who.post("/room/show", params=asked, data=data, headers=headers or AS_PNG) as answer:
        return answer.status, await answer.json()


async def test_a_photo_in_private_is_seen_by_nobody_else_and_one_in_a_group_by_the_group(
    real: Street,
) -> None:
    async with real.visitor("小李") as li, real.visitor("阿花") as hua:
        for asked, others in (({}, 404), ({"room": ROOM}, 200)):
            status, line = await send(li, **asked)
            assert status == 200
            async with li.get(f"/room/photo/{line['id']}") as shown:
                assert (shown.status, await shown.read()) == (200, PNG)
                assert shown.headers["Content-Type"] == "image/png"
                assert shown.headers["X-Content-Type-Options"] == "nosniff"
            assert (await hua.get(f"/room/photo/{line['id']}")).status == others
        assert (await real.client.get("/room/photo/1")).status == 401
        assert (await li.get("/room/photo/99")).status == 404
        lines = (await (await li.get("/room/lines")).json())["lines"]
        assert [(one["text"], one["photo"], one["room"]) for one in lines if not one["shop"]] == [
            ("[图片]", True, None),
            ("[图片]", True, ROOM),
        ]
    heard = [one for one in real.shop.heard if one.has_picture]
    assert [one.room for one in heard] == [None, ROOM]
    assert await real.room.picture(heard[0]) == A_PICTURE


async def test_what_is_no_photo_is_refused_with_a_sentence(real: Street) -> None:
    async with real.visitor("小李") as li:
        for body, headers, status, words in (
            (SVG, {"Content-Type": "image/svg+xml"}, 415, "JPG"),
            (SVG, AS_PNG, 415, "JPG"),
            (b"", AS_PNG, 415, "JPG"),
            (PNG, {"Content-Type": "text/plain"}, 415, "图片"),
            (PNG + bytes(MOST_BYTES), AS_PNG, 413, "5 MB"),
            (PNG, AS_PNG | {"Origin": "https://elsewhere.example"}, 403, "本站"),
        ):
            got, answer = await send(li, body, headers=headers)
            assert (got, words in answer["error"]) == (status, True)
        assert (await send(li, room="别的群"))[0] == 400
        assert (await (await li.get("/room/lines")).json())["lines"] == []
        async with real.client.post("/room/show", data=io.BytesIO(PNG), headers=AS_PNG) as stranger:
            assert stranger.status == 401


async def test_a_photo_sent_twice_is_one_line_and_nobody_sends_a_hundred(real: Street) -> None:
    async with real.visitor("小李") as li:
        first = await send(li, nonce="a")
        assert await send(li, nonce="a") == first
        assert [(await send(li))[0] for _ in range(8)] == [200] * 7 + [429]


async def test_only_an_agent_sees_a_picture_and_only_with_the_customer_it_belongs_to(sqlite_url: str) -> None:
    async with a_house(sqlite_url, is_demo=True) as (shop, client):
        await say(client, "小李", "转人工")
        await say(client, "阿花", "菜单")
        data = io.BytesIO(PNG)
        async with client.post("/try/show", params={"who": "小李"}, data=data, headers=AS_PNG) as sent:
            assert sent.status == 200
        rows = (await (await client.get("/desk/rows")).json())["rows"]
        person = {row["name"]: row["person"] for row in rows}
        lines = (await (await client.get(f"/desk/customer/{person['小李']}")).json())["lines"]
        (number,) = [line["picture"] for line in lines if line["picture"]]
        async with client.get(f"/desk/customer/{person['小李']}/picture/{number}") as shown:
            assert (await shown.read(), shown.headers["X-Content-Type-Options"]) == (PNG, "nosniff")
        assert (await client.get(f"/desk/customer/{person['阿花']}/picture/{number}")).status == 404
        for ticket, body, status in (("1", SVG, 415), ("7", PNG, 409), ("0", PNG, 400), ("x", PNG, 400)):
            asked = {"ticket": ticket}
            async with client.post(
                "/desk/picture", params=asked, data=io.BytesIO(body), headers=AS_PNG
            ) as no:
                assert no.status == status
        assert shop.outbox is not None
    async with a_house(sqlite_url.replace(".db", "-2.db"), is_demo=False) as (_, client):
        assert (await client.get("/desk/customer/1/picture/1")).status == 401
        async with client.post("/desk/picture?ticket=1", data=io.BytesIO(PNG), headers=AS_PNG) as no:
            assert no.status == 401


async def test_photos_go_both_ways_between_a_customer_and_an_agent_in_their_browsers(
    sqlite_url: str, tmp_path: Path
) -> None:
    rotten, fresh = tmp_path / "rotten.png", tmp_path / "fresh.jpg"
    Image.new("RGB", (3000, 1500), (120, 80, 40)).save(rotten)
    Image.new("RGB", (400, 300), (250, 140, 20)).save(fresh)
    async with (
        a_house(sqlite_url, is_demo=True) as (_, client),
        open_browser() as browser,
        open_page(browser) as desk,
        open_page(browser) as table,
    ):
        await table.goto(str(client.make_url("/")))
        await say(client, "小李", "转人工")
        await desk.goto(str(client.make_url("/desk")))
        await desk.get_by_role("tab", name="待接").click()
        await desk.locator(".row-of", has_text="小李").click()
        await press(desk, "接")
        await table.locator("#private input[type=file]").set_input_files(rotten)
        shown = desk.locator(".line.customer .photo img")
        await expect(shown).to_have_js_property("naturalWidth", 2048)
        await desk.locator("input[type=file]").set_input_files(fresh)
        await expect(desk.locator(".line.agent .photo img")).to_have_js_property("naturalWidth", 400)
        answered = table.locator("#private .line:not(.mine) .photo img")
        await expect(answered).to_have_js_property("naturalWidth", 400)
        await expect(table.locator("#private .line.mine .photo img")).to_have_js_property(
            "naturalWidth", 2048
        )
        await desk.screenshot(path=tmp_path / "desk.png")
        await table.screenshot(path=tmp_path / "table.png")
