"""通道: one contract over all of them. What cannot apply to one of them is said in the table, not skipped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.channels import terminal
from bot.channels.channel import Channel, NoPicture, NotSent, Spoken
from bot.channels.loopback import Loopback
from bot.channels.python_wechaty.gateway import PythonGateway
from bot.channels.terminal import Terminal
from bot.channels.webroom import WebRoom
from bot.channels.wechaty.gateway import Connect, Gateway
from dialogs.speech import Button, Card, Heard, Row
from shop.kit.ids import LetterId
from shop.rules.pictures import Picture
from tests.support.world import NOW
from tests.wechaty.stand import (
    US,
    NodeGateway,
    a_channel,
    a_world,
    connected,
    contact,
    one_gateway,  # noqa: F401 - a fixture
    until,
)

ROOT = Path(__file__).parents[2]
SHOP, ROOM = "水果群店", "水果群"
GENEROUS = 20.0  # seconds within which something must happen


@dataclass
class Place:
    """A channel with somebody at its other end."""

    channel: Channel
    say: Callable[[str, str | None, str], Awaitable[None]]  # who, room, text
    seen: Callable[[], Awaitable[list[tuple[str, str]]]]  # where, text: what people can read
    break_link: Callable[[], Awaitable[None]] | None = None
    show: Callable[[str, Picture], Awaitable[None]] | None = None  # who, in private
    shown: Callable[[], Awaitable[list[tuple[str, str]]]] | None = None  # where, the digest of a picture


# What a channel cannot do, and why; everything else is asked of each.
CANNOT = {
    ("webroom", "down"): "its log is the shop's own database; a database that is away is a fault of the shop",
    ("webroom", "taken once"): "what its listener did not come back for is handed over again",
    ("terminal", "said twice"): "what is printed is printed; only a crash makes the outbox print it again",
    ("terminal", "pictures"): "it has words only, and says so in its abilities",
    ("loopback", "said twice"): "it keeps what it was given, so that tests can count",
}


@asynccontextmanager
async def a_loopback(_: pytest.FixtureRequest) -> AsyncIterator[Place]:
    channel = Loopback("loopback")
    ids = iter(range(1000))

    async def say(who: str, room: str | None, text: str) -> None:
        mentions = ("@shop",) if f"@{SHOP}" in text else ()
        await channel.put(Heard("loopback", str(next(ids)), room, who, who, text, NOW, mentions))

    async def seen() -> list[tuple[str, str]]:
        return [(line.room or line.account or "", line.text) for line in channel.said]

    async def break_link() -> None:
        channel.is_down = True

    async def show(who: str, picture: Picture) -> None:
        id = str(next(ids))
        channel.pictures[id] = picture
        await channel.put(Heard("loopback", id, None, who, who, "[图片]", NOW, has_picture=True))

    async def shown() -> list[tuple[str, str]]:
        return [(one.room or one.account or "", digest(one.picture)) for one in channel.said if one.picture]

    yield Place(channel, say, seen, break_link, show, shown)


@asynccontextmanager
async def a_terminal(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    typed_out, typed_in = os.pipe()
    shown_out, shown_in = os.pipe()
    keyboard, screen = os.fdopen(typed_in, "wb", 0), os.fdopen(shown_out, "rb", 0)
    os.set_blocking(shown_out, False)
    stdin, stdout = os.fdopen(typed_out, "r", encoding="utf-8"), os.fdopen(shown_in, "w", encoding="utf-8")
    channel = Terminal(lambda: NOW, shop_name=SHOP, who="小李", room=None, name="terminal")
    said = b""

    async def say(who: str, room: str | None, text: str) -> None:
        keyboard.write(f"{who}{f'@{room}' if room else ''}: {text}\n".encode())

    async def seen() -> list[tuple[str, str]]:
        nonlocal said
        said += screen.read(65536) or b""
        rows = said.decode().replace("\n          ", "\n").split(f"{SHOP}@")[1:]
        return [(row.split("> ", 1)[0], row.split("> ", 1)[1].rstrip("\n")) for row in rows]

    async def break_link() -> None:
        screen.close()

    with patch.context() as here:
        # in the module only: pytest puts its own stdout back between the fixture and the test
        here.setattr(terminal, "sys", SimpleNamespace(stdin=stdin, stdout=stdout))
        yield Place(channel, say, seen, break_link)
    keyboard.close()  # the thread that reads what is typed ends with it
    if channel._reader is not None:
        await asyncio.to_thread(channel._reader.join, GENEROUS)
    stdin.close()
    screen.close()
    with contextlib.suppress(BrokenPipeError):
        stdout.close()


@asynccontextmanager
async def a_webroom(_: pytest.FixtureRequest) -> AsyncIterator[Place]:
    channel = WebRoom(shop_name=SHOP, rooms=(ROOM,), now=lambda: NOW)

    async def say(who: str, room: str | None, text: str) -> None:
        await channel.post(room, who, who, text)

    async def seen() -> list[tuple[str, str]]:
        lines = await channel.lines_for(None, after=0)
        return [(line.room or line.account or "", line.text) for line in lines if line.letter is not None]

    async def show(who: str, picture: Picture) -> None:
        await channel.post(None, who, who, "[图片]", picture=picture)

    async def shown() -> list[tuple[str, str]]:
        lines = [line for line in await channel.lines_for(None, after=0) if line.letter is not None]
        found = [(line, await channel.picture_of(line)) for line in lines]
        return [(line.room or line.account or "", digest(one)) for line, one in found if one is not None]

    yield Place(channel, say, seen, show=show, shown=shown)


@asynccontextmanager
async def a_wechaty(request: pytest.FixtureRequest, connect: Connect = Gateway) -> AsyncIterator[Place]:
    """Through a real gateway; people and groups there have their names for ids."""
    gateway: NodeGateway = request.getfixturevalue("one_gateway")
    people = [contact(name, name) for name in ("小李", "阿花")]
    group = {"id": ROOM, "topic": ROOM, "memberIdList": [US, "小李", "阿花"]}
    await gateway.do("reset", **a_world(contacts=[contact(US, SHOP), *people], rooms=[group]))
    channel = a_channel(gateway, shop_name=SHOP, now=lambda: NOW, connect=connect)
    await connected(channel)

    async def say(who: str, room: str | None, text: str) -> None:
        await gateway.say(who, text, room=room, timestamp=int(NOW.timestamp() * 1000))

    async def seen() -> list[tuple[str, str]]:
        return gateway.said()

    async def break_link() -> None:
        await gateway.do("logout")
        await until(lambda: not channel.is_up)

    async def show(who: str, picture: Picture) -> None:
        await gateway.show(who, picture.body, timestamp=int(NOW.timestamp() * 1000))

    async def shown() -> list[tuple[str, str]]:
        return gateway.shown()

    if connect is PythonGateway:
        channel.name = "python-wechaty"
    yield Place(channel, say, seen, break_link, show, shown)


def a_python_wechaty(request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Place]:
    return a_wechaty(request, PythonGateway)


MAKERS = {
    "loopback": a_loopback,
    "terminal": a_terminal,
    "webroom": a_webroom,
    "wechaty": a_wechaty,
    "python-wechaty": a_python_wechaty,
}


@pytest.fixture(params=sorted(MAKERS))
async def place(request: pytest.FixtureRequest, shop_db: str) -> AsyncIterator[Place]:
    async with MAKERS[request.param](request) as made:
        yield made
        await made.channel.close()


def digest(picture: Picture) -> str:
    return sha256(picture.body).hexdigest()


def can(place: Place, what: str) -> bool:
    return (place.channel.name, what) not in CANNOT


async def hear(place: Place, count: int) -> list[Heard]:
    heard: list[Heard] = []
    async with asyncio.timeout(GENEROUS), aclosing(place.channel.listen()) as coming:
        async for one in coming:
            heard.append(one)
            if len(heard) == count:
                break
    return heard


def a_line(
    number: int, text: str, *, room: str | None = None, account: str | None = None, **more: Any
) -> Spoken:
    return Spoken(LetterId(number), room, account, text, **more)


async def test_what_is_said_is_heard_in_its_order_by_whom_and_where(place: Place) -> None:
    spoken = [
        ("小李", ROOM, "来2箱橙子"),
        ("小李", None, "我的订单"),
        ("阿花", ROOM, "8:30能取吗"),
        ("阿花", None, "橙子：2箱"),
        ("小李", ROOM, "好"),
    ]
    for one in spoken:
        await place.say(*one)
    heard = await hear(place, len(spoken))
    assert [(one.who, one.room, one.text) for one in heard] == spoken
    assert {one.channel for one in heard} == {place.channel.name}
    assert len({one.id for one in heard}) == len(spoken)
    assert {one.sent_at for one in heard} == {NOW}


async def test_the_shop_is_mentioned_by_its_name(place: Place) -> None:
    await place.say("小李", ROOM, f"@{SHOP} 在吗")
    await place.say("小李", ROOM, "@阿花 在吗")
    first, second = await hear(place, 2)
    assert "@shop" in first.mentions
    assert "@shop" not in second.mentions


async def test_what_was_said_while_nobody_listened_is_heard_later(place: Place) -> None:
    for n in range(3):
        await place.say("小李", None, f"第{n}句")
    await hear(place, 1)
    later = await hear(place, 2 if can(place, "taken once") else 3)
    assert [one.text for one in later][-2:] == ["第1句", "第2句"]


async def test_what_the_shop_says_appears_where_it_is_said_in_its_order(place: Place) -> None:
    await place.channel.speak(a_line(1, "今天有：\n1 橙子\n2 香蕉", room=ROOM))
    await place.channel.speak(a_line(2, "0501-001 取货码 4829-31", account="小李"))
    await place.channel.speak(a_line(3, "记下了", room=ROOM))
    assert await place.seen() == [
        (ROOM, "今天有：\n1 橙子\n2 香蕉"),
        ("小李", "0501-001 取货码 4829-31"),
        (ROOM, "记下了"),
    ]


async def test_what_the_shop_says_is_not_heard_by_the_shop(place: Place) -> None:
    await place.channel.speak(a_line(1, "记下了", room=ROOM))
    await place.say("小李", ROOM, "好")
    assert [one.text for one in await hear(place, 1)] == ["好"]


async def test_private_stays_private(place: Place) -> None:
    await place.channel.speak(a_line(1, "取货码 4829-31", account="小李"))
    assert [where for where, _ in await place.seen()] == ["小李"]
    if isinstance(place.channel, WebRoom):
        of_a_neighbour = await place.channel.lines_for("阿花", after=0)
        assert of_a_neighbour == ()
        with place.channel.watch("阿花") as neighbour, place.channel.watch("小李") as himself:
            await place.channel.speak(a_line(2, "取货码 1111-11", account="小李"))
            assert await himself.next(GENEROUS) is not None
            assert await neighbour.next(0.01) is None


async def test_cards_and_buttons_are_taken_everywhere_and_the_text_stands_alone(place: Place) -> None:
    card = Card("order", "0501-001 · 待付款", (Row("橙子", "2箱", "¥59.80"),), qr="482931")
    await place.channel.speak(
        a_line(1, "0501-001 橙子2箱", account="小李", card=card, buttons=(Button("取消", "取消"),))
    )
    assert await place.seen() == [("小李", "0501-001 橙子2箱")]


async def test_pictures_go_both_ways_where_the_channel_has_them(place: Place) -> None:
    if place.show is None or place.shown is None:
        assert not can(place, "pictures")
        assert not place.channel.abilities.pictures
        heard = Heard(place.channel.name, "1", None, "小李", "小李", "[图片]", NOW, has_picture=True)
        with pytest.raises(NoPicture):
            await place.channel.picture(heard)
        return
    assert place.channel.abilities.pictures
    rotten, fresh = (Picture(b"\xff\xd8\xff" + bytes([n]) * 30_000, "jpeg") for n in (1, 2))
    await place.show("小李", rotten)
    (heard,) = await hear(place, 1)
    assert (heard.who, heard.text, heard.has_picture) == ("小李", "[图片]", True)
    assert await place.channel.picture(heard) == rotten
    await place.channel.speak(a_line(1, "客服：是这样的吗", account="小李", picture=fresh))
    assert await place.seen() == [("小李", "客服：是这样的吗")]
    assert await place.shown() == [("小李", digest(fresh))]


async def test_a_letter_said_again_is_shown_once_where_the_channel_can_tell(place: Place) -> None:
    for _ in range(2):
        await place.channel.speak(a_line(7, "记下了", room=ROOM))
    assert await place.seen() == [(ROOM, "记下了")] * (1 if can(place, "said twice") else 2)


async def test_the_close_ends_the_listening_even_when_nobody_says_anything(place: Place) -> None:
    async def listen() -> list[Heard]:
        return [one async for one in place.channel.listen()]

    listening = asyncio.create_task(listen())
    for _ in range(5):
        await asyncio.sleep(0)
    await place.channel.close()
    async with asyncio.timeout(GENEROUS):
        assert await listening == []


async def test_what_is_closed_stays_closed_and_may_be_closed_again(place: Place) -> None:
    await place.channel.close()
    await place.channel.close()
    async with asyncio.timeout(GENEROUS):
        assert [one async for one in place.channel.listen()] == []
        assert [one async for one in place.channel.listen()] == []


async def test_a_channel_that_is_down_says_so(place: Place) -> None:
    if place.break_link is None:
        assert not can(place, "down")
        return
    await place.break_link()
    with pytest.raises(NotSent):
        await place.channel.speak(a_line(1, "记下了", room=ROOM))
        await place.channel.speak(a_line(2, "记下了", room=ROOM))


def test_the_table_of_what_cannot_be_names_channels_that_exist_and_gives_reasons() -> None:
    assert {name for name, _ in CANNOT} <= set(MAKERS)
    assert all(len(reason) > 20 for reason in CANNOT.values())


# ── the terminal alone ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "who", "room", "text"),
    [
        ("来2箱橙子", "小李", None, "来2箱橙子"),
        ("阿花: 菜单", "阿花", None, "菜单"),
        ("阿花：菜单", "阿花", None, "菜单"),
        ("阿花:3斤香蕉", "阿花", None, "3斤香蕉"),
        ("1号楼: 菜单", "1号楼", None, "菜单"),
        ("邻居2: 菜单", "邻居2", None, "菜单"),
        ("阿花@水果群: 菜单", "阿花", ROOM, "菜单"),
        ("阿花@水果群：8:30来取", "阿花", ROOM, "8:30来取"),
        ("8:30来取", "小李", None, "8:30来取"),
        ("明天10:00能取吗", "小李", None, "明天10:00能取吗"),
        ("http://shop.example/o/1", "小李", None, "http://shop.example/o/1"),
        ("阿花:", "小李", None, "阿花:"),
        (": 菜单", "小李", None, ": 菜单"),
    ],
)
def test_who_speaks_in_a_terminal(typed: str, who: str, room: str | None, text: str) -> None:
    here = Terminal(lambda: NOW, shop_name=SHOP, who="小李", room=None, name="terminal")
    heard = here._heard(here._change_speaker(typed))
    assert (heard.who, heard.room, heard.text) == (who, room, text)


async def test_the_terminal_takes_whatever_bytes_come_and_ends_with_the_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, into = os.pipe()
    with os.fdopen(into, "wb", 0) as keyboard:
        keyboard.write("小李: 橙\n\n   \n".encode() + b"\xff\xfe\r\n" + "没有换行的最后一句".encode())
    with os.fdopen(out, "r") as stdin, monkeypatch.context() as patch:
        patch.setattr(terminal, "sys", SimpleNamespace(stdin=stdin))
        typed = Terminal(lambda: NOW, shop_name=SHOP, who="阿花", room=None, name="terminal")
        async with asyncio.timeout(GENEROUS):
            heard = [one.text async for one in typed.listen()]
    assert heard == ["橙", "\ufffd\ufffd", "没有换行的最后一句"]


def test_a_terminal_where_nobody_types_does_not_hold_up_the_end_of_the_program() -> None:
    """It once waited in a thread that the end of the program waits for: SIGTERM did nothing until somebody typed."""
    program = """
import asyncio
from bot.channels.terminal import Terminal
async def main():
    terminal = Terminal(lambda: None, shop_name="店", who="小李", room=None, name="terminal")
    async def listen():
        async for _ in terminal.listen():
            pass
    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.1)
    await terminal.close()
    await listening
    print("ended")
asyncio.run(main())
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as ran:
        assert ran.stdout is not None
        assert ran.stdout.read() == b"ended\n"
        assert ran.wait(GENEROUS) == 0
