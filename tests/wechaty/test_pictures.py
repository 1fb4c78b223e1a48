"""图: pictures through the real gateway, both ways, whatever form it gives them; what is none comes to nothing."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.channel import NoPicture, NotSent, Spoken
from bot.channels.wechaty import pictures
from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.gateway import GatewayFault
from dialogs.speech import Card, Heard, Row
from shop.kit.ids import LetterId
from shop.rules.pictures import MOST_BYTES, Picture
from tests.wechaty.stand import ROOM, US, NodeGateway

PNG = b"\x89PNG\r\n\x1a\n"
LI = "wxid_li"


def a_picture(size: int) -> Picture:
    return Picture(PNG + bytes(n * n % 251 for n in range(size - len(PNG))), "png")


def digest(picture: Picture) -> str:
    return sha256(picture.body).hexdigest()


async def heard(channel: Wechaty) -> Heard:
    async with asyncio.timeout(20):
        return await anext(channel.listen())


@pytest.mark.parametrize("size", [100, 30_000, MOST_BYTES])
async def test_what_somebody_shows_comes_over_byte_for_byte(
    channel: Wechaty, gateway: NodeGateway, size: int
) -> None:
    shown = a_picture(size)
    await gateway.show(LI, shown.body)
    came = await heard(channel)
    assert (came.who, came.text, came.has_picture) == (LI, "[图片]", True)
    assert await channel.picture(came) == shown


@pytest.mark.parametrize(
    "body", [PNG + bytes(MOST_BYTES), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"GIF", b""]
)
async def test_what_is_no_picture_or_too_big_is_none(
    channel: Wechaty, gateway: NodeGateway, body: bytes
) -> None:
    await gateway.show(LI, body)
    came = await heard(channel)
    with pytest.raises(NoPicture):
        await channel.picture(came)
    await gateway.say(LI, "还在吗")
    assert (await heard(channel)).text == "还在吗"


async def test_a_picture_that_the_account_cannot_get_is_none(channel: Wechaty, gateway: NodeGateway) -> None:
    await gateway.show(LI, PNG)
    await gateway.do("fail", method="messageImage", times=9, error="image expired")
    came = await heard(channel)
    with pytest.raises(NoPicture, match="image expired"):
        await channel.picture(came)


async def test_a_picture_goes_out_after_its_words_and_once(channel: Wechaty, gateway: NodeGateway) -> None:
    shown = a_picture(MOST_BYTES)
    line = Spoken(LetterId(1), None, LI, "客服：是这样的吗", picture=shown)
    for _ in range(2):
        await channel.speak(line)
    assert [one["method"] for one in gateway.sent()] == ["text", "file"]
    assert gateway.said() == [(LI, "客服：是这样的吗")]
    assert gateway.shown() == [(LI, digest(shown))]


class Slow:
    """A gateway that says that it has a picture, and writes it down a piece at each look; or never to its end."""

    def __init__(self, pieces: int, *, ever: bool = True) -> None:
        self.pieces, self.ever, self.looks, self.body = pieces, ever, 0, b""

    async def upload(self, body: bytes) -> str:
        self.body = body
        return "n1"

    async def download(self, id: str, *, most: int) -> bytes:
        self.looks += 1
        known = len(self.body) * self.looks // self.pieces
        return self.body[: min(known, len(self.body) - (not self.ever))]


async def test_a_picture_is_sent_when_the_gateway_has_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PAUSE", 0)
    link = Slow(3)
    box = json.loads(await pictures.hand_over(link, a_picture(900)))  # type: ignore[arg-type]  # it answers as a link does
    assert (box["uuid"], box["size"], link.looks) == ("n1", 900, 3)
    with pytest.raises(GatewayFault, match="not all of the picture"):
        await pictures.hand_over(Slow(3, ever=False), a_picture(900))  # type: ignore[arg-type]  # as above


async def test_words_that_went_out_are_not_said_again_with_a_picture_that_did_not(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    line = Spoken(LetterId(1), None, LI, "客服发来一张图", picture=a_picture(500))
    await gateway.do("fail", method="file", times=1, error="cdn upload failed")
    with pytest.raises(NotSent, match="cdn upload failed"):
        await channel.speak(line)
    await channel.speak(line)
    assert (len(gateway.said()), len(gateway.shown())) == (1, 1)


async def test_a_card_that_is_drawn_stands_for_its_text_and_the_text_for_a_card_that_is_not_taken(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    card = Card("menu", "今日特价", (Row("草莓", "原价 ¥28.00", "¥22.00/盒"),), picture=True)
    drawn = a_picture(40_000)
    await channel.speak(Spoken(LetterId(1), None, LI, "今日特价…", card, picture=drawn))
    assert (gateway.said(), gateway.shown()) == ([], [(LI, digest(drawn))])
    await gateway.do("fail", method="file", times=1, error="no pictures for new accounts")
    for _ in range(2):
        await channel.speak(Spoken(LetterId(2), None, LI, "明天的特价…", card, picture=drawn))
    assert gateway.said() == [(LI, "明天的特价…")]


# ── what the gateway may answer ─────────────────────────────────────────────────────────────────────────────────


class Gate:
    """Answers what it is told to."""

    def __init__(self, box: str) -> None:
        self.box = box

    async def call(self, name: str, **fields: Any) -> Any:
        return type("File", (), {"file_box": self.box})

    async def download(self, id: str, *, most: int) -> bytes:
        raise GatewayFault("no such file")


@pytest.mark.parametrize(
    "box",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        '{"type": 1}',
        '{"type": 1, "base64": "***"}',
        '{"type": 1, "base64": 5}',
        '{"type": "1", "base64": "iVBORw0KGgo="}',
        '{"type": 3, "qrCode": "x"}',
        '{"type": 7, "uuid": "x"}',
        '{"type": 7, "uuid": ["x"]}',
        '{"type": 2, "url": "file:///etc/passwd"}',
        '{"type": 2, "url": "http://"}',
        '{"type": 2, "url": "http://[::1/x"}',
        '{"type": 2, "url": "http://127.0.0.1:1/a.png"}',
        '{"type": 2, "url": "http://[::1]:1/a.png"}',
        '{"type": 2, "url": "http://169.254.169.254/latest"}',
        '{"type": 2, "url": "http://10.0.0.1/a.png"}',
        '{"type": 2, "url": "http://localhost:1/a.png"}',
    ],
)
async def test_a_dirty_answer_is_no_picture(box: str) -> None:
    with pytest.raises(NoPicture):
        await pictures.fetch(Gate(box), "1")  # type: ignore[arg-type]  # it answers as a link does


@pytest.fixture
async def elsewhere(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestServer]:
    """A server of pictures that counts as one of the public internet."""

    async def good(request: web.Request) -> web.Response:
        return web.Response(body=PNG)

    async def moved(request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/")

    async def endless(request: web.Request) -> web.Response:
        return web.Response(body=PNG + bytes(MOST_BYTES))

    app = web.Application()
    app.add_routes([web.get("/a.png", good), web.get("/moved", moved), web.get("/endless", endless)])
    monkeypatch.setattr(pictures, "_is_inside", lambda host: False)
    async with TestServer(app) as server:
        yield server


async def test_a_picture_at_an_address_is_fetched_and_no_other_address_is_followed(
    elsewhere: TestServer,
) -> None:
    async def at(path: str) -> Picture:
        box = json.dumps({"type": 2, "url": str(elsewhere.make_url(path))})
        return await pictures.fetch(Gate(box), "1")  # type: ignore[arg-type]  # it answers as a link does

    assert (await at("/a.png")).body == PNG
    for path in ("/moved", "/endless", "/none"):
        with pytest.raises(NoPicture):
            await at(path)


async def test_a_small_picture_may_be_in_the_answer_itself() -> None:
    box = json.dumps({"boxType": 1, "base64": base64.b64encode(PNG).decode()})
    assert (await pictures.fetch(Gate(box), "1")).kind == "png"  # type: ignore[arg-type]  # as above


# ── typed on the account's own phone, and taken back ────────────────────────────────────────────────────────────


async def test_what_a_person_types_on_the_account_s_phone_is_heard_as_his(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    await channel.speak(Spoken(LetterId(1), None, LI, "0501-001 橙子2箱"))
    await gateway.say(US, "稍等，我看下", room=LI)
    await gateway.say(US, "大家早", room=ROOM)  # to nobody
    await gateway.say(US, "@阿花\u2005你的到了", room=ROOM, mentionIdList=["wxid_hua"])
    await gateway.say(US, "", room=LI, type=6)
    await gateway.say(US, "记事", room="filehelper")
    await gateway.say(LI, "好的")
    listening = channel.listen()
    mine, named, shown, answer = [await anext(listening) for _ in range(4)]
    assert [(one.who, one.to and one.to.account, one.room) for one in (mine, named, shown)] == [
        (US, LI, None),
        (US, "wxid_hua", ROOM),
        (US, LI, None),
    ]
    assert (mine.text, mine.to.name if mine.to else "") == ("稍等，我看下", "小李")
    assert (shown.text, shown.has_picture) == ("[图片]", True)
    assert (answer.who, answer.to) == (LI, None)


async def test_what_somebody_takes_back_is_named_by_its_id(channel: Wechaty, gateway: NodeGateway) -> None:
    id = await gateway.say(LI, "来2箱橙子")
    await gateway.say(LI, id, type=13)
    notice = f"<sysmsg type='revokemsg'><revokemsg><newmsgid>{id}</newmsgid></revokemsg></sysmsg>"
    await gateway.say(LI, notice, type=13)
    await gateway.say(LI, "<sysmsg/>", type=13)  # does not say what
    await gateway.say(LI, "", type=13)
    await gateway.say(LI, "好")
    listening = channel.listen()
    came = [await anext(listening) for _ in range(4)]
    assert [one.recalls for one in came] == ["", id, id, ""]
    assert [one.text for one in came] == ["来2箱橙子", "撤回了一句", "撤回了一句", "好"]
    assert isinstance(came[1].sent_at, datetime)
