"""网页群 as a channel: in order, once, nothing lost, and nobody waits for a slow browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.channel import Channel, Spoken
from bot.channels.webroom import HANDED_AT_ONCE, VIEWER_HOLDS, Viewer, WebRoom, mentions_in
from bot.web.room import written
from dialogs.speech import Button, Card, Heard, Quote, Row
from shop import chatlog
from shop.chatlog import Line
from shop.kit.ids import LetterId
from shop.transaction import run_sql
from tests.support.fake_shopfront import Clock

AT = datetime(2026, 5, 1, 2, tzinfo=UTC)


@pytest.fixture
async def room(shop_db: str) -> AsyncIterator[WebRoom]:
    await unique_keys()
    webroom = a_room()
    yield webroom
    await webroom.close()


async def unique_keys() -> None:
    """What the migration has: tortoise's generate_schemas leaves unique constraints out."""
    for name, columns in (
        ("letter", "chat_line (channel, letter)"),
        ("nonce", "chat_line (channel, who, nonce)"),
        ("account", "chat_member (channel, account)"),
        ("likeness", "chat_member (channel, likeness)"),
    ):
        await run_sql(f"CREATE UNIQUE INDEX IF NOT EXISTS uq_test_{name} ON {columns}")


def a_room() -> WebRoom:
    return WebRoom(shop_name="小满果铺", rooms=["水果群", "蔬菜群"], now=Clock(AT))


async def hear(room: WebRoom, count: int) -> list[Heard]:
    """The next messages, as a shop that takes each of them and then asks for more."""
    heard: list[Heard] = []
    async with asyncio.timeout(5), aclosing(room.listen()) as coming:
        async for one in coming:
            heard.append(one)
            if len(heard) == count:
                break
    return heard


async def silent(room: WebRoom) -> bool:
    try:
        async with asyncio.timeout(0.2):
            async for _ in room.listen():
                return False
    except TimeoutError:
        return True
    return True


def a_letter(number: int, text: str, *, room: str | None = None, account: str | None = None) -> Spoken:
    return Spoken(LetterId(number), room, account, text)


async def texts(viewer: Viewer) -> list[str]:
    seen = []
    while (what := await viewer.next(0.05)) is not None:
        assert isinstance(what, Line)
        seen.append(what.text)
    return seen


async def test_it_is_a_channel(room: WebRoom) -> None:
    channel: Channel = room
    assert (channel.name, channel.abilities.cards, channel.abilities.buttons) == ("webroom", True, True)


async def test_what_is_said_is_heard_in_its_order(room: WebRoom) -> None:
    await room.post("水果群", "a1", "小李", "来2箱橙子", "n1")
    await room.post(None, "a2", "阿花", "菜单", "n1")
    await room.post("水果群", "a1", "小李", "改成3箱", "n2")
    heard = await hear(room, 3)
    assert [(one.room, one.who, one.name, one.text) for one in heard] == [
        ("水果群", "a1", "小李", "来2箱橙子"),
        (None, "a2", "阿花", "菜单"),
        ("水果群", "a1", "小李", "改成3箱"),
    ]
    assert [int(one.id) for one in heard] == sorted(int(one.id) for one in heard)
    assert {(one.channel, one.sent_at) for one in heard} == {("webroom", AT)}


async def test_a_listener_that_waits_hears_the_next_line(room: WebRoom) -> None:
    waiting = asyncio.ensure_future(hear(room, 1))
    await asyncio.sleep(0.02)
    await room.post("水果群", "a1", "小李", "在吗")
    assert [one.text for one in await waiting] == ["在吗"]


async def test_a_double_tap_is_one_line(room: WebRoom) -> None:
    with room.watch("a1") as viewer:
        first, second = await asyncio.gather(
            room.post("水果群", "a1", "小李", "来2箱橙子", "tap"),
            room.post("水果群", "a1", "小李", "来2箱橙子", "tap"),
        )
        other = await room.post("水果群", "a2", "阿花", "来2箱橙子", "tap")  # a nonce is one's own
        assert first.id == second.id != other.id
        assert await texts(viewer) == ["来2箱橙子", "来2箱橙子"]


async def test_without_a_nonce_the_same_words_are_two_lines(room: WebRoom) -> None:
    first = await room.post("水果群", "a1", "小李", "+1")
    assert (await room.post("水果群", "a1", "小李", "+1")).id != first.id


async def test_a_letter_that_comes_twice_is_seen_once(room: WebRoom) -> None:
    with room.watch("a1") as viewer:
        for _ in range(3):
            await room.speak(a_letter(7, "记下了", room="水果群"))
        assert await texts(viewer) == ["记下了"]
    assert len(await room.said_after(0)) == 1


async def test_the_shop_does_not_hear_itself(room: WebRoom) -> None:
    await room.speak(a_letter(1, "今天特价", room="水果群"))
    assert await silent(room)


async def test_what_nobody_took_is_heard_after_a_restart(room: WebRoom) -> None:
    await room.post("水果群", "a1", "小李", "来2箱橙子")
    await room.close()
    assert [one.text for one in await hear(a_room(), 1)] == ["来2箱橙子"]


async def test_what_was_being_taken_when_the_process_died_is_heard_again(room: WebRoom) -> None:
    await room.post("水果群", "a1", "小李", "来2箱橙子")
    await hear(room, 1)  # the listener went away with the message in its hands
    assert [one.text for one in await hear(a_room(), 1)] == ["来2箱橙子"]


async def test_what_was_taken_is_not_heard_again(room: WebRoom) -> None:
    many = HANDED_AT_ONCE + 3
    for number in range(many):
        await room.post("水果群", "a1", "小李", f"第{number}句")
    heard: list[str] = []

    async def take() -> None:
        async for one in room.listen():
            heard.append(one.text)

    taking = asyncio.ensure_future(take())
    async with asyncio.timeout(10):
        while await chatlog.unhanded(room.name, limit=1):  # noqa: ASYNC110  # the log is the only thing to look at
            await asyncio.sleep(0.01)
    await room.close()
    await taking  # closing ends it
    assert heard == [f"第{number}句" for number in range(many)]
    assert await silent(a_room())


async def test_a_log_that_cannot_be_read_for_a_moment_ends_nothing(
    room: WebRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, failed = chatlog.unhanded, []

    async def fails_once(channel: str, *, limit: int) -> tuple[Line, ...]:
        if not failed:
            failed.append(channel)
            raise ConnectionError("the database restarts")
        return await read(channel, limit=limit)

    monkeypatch.setattr("bot.channels.webroom.PAUSE", 0.01)
    monkeypatch.setattr(chatlog, "unhanded", fails_once)
    await room.post("水果群", "a1", "小李", "来2箱橙子")
    assert ([one.text for one in await hear(room, 1)], failed) == (["来2箱橙子"], [room.name])


async def test_everybody_sees_the_group_and_only_oneself_the_private_chat(room: WebRoom) -> None:
    with room.watch("a1") as one, room.watch("a2") as two, room.watch(None) as table:
        await room.post("水果群", "a1", "小李", "群里")
        await room.post(None, "a1", "小李", "私聊")
        await room.speak(a_letter(1, "给小李", account="a1"))
        await room.speak(a_letter(2, "给大家", room="蔬菜群"))
        assert await texts(one) == ["群里", "私聊", "给小李", "给大家"] == await texts(table)
        assert await texts(two) == ["群里", "给大家"]
    assert [line.text for line in await room.lines_for("a2", after=None)] == ["群里", "给大家"]
    assert [line.text for line in await room.lines_for("a1", after=None, limit=1)] == [
        "群里",
        "给小李",
        "给大家",
    ]


async def test_a_viewer_that_comes_back_reads_on_where_it_stopped(room: WebRoom) -> None:
    first = await room.post("水果群", "a1", "小李", "一")
    await room.post("水果群", "a1", "小李", "二")
    with room.watch("a2") as viewer:
        await room.post("水果群", "a1", "小李", "三")
        before = [line.text for line in await room.lines_for("a2", after=first.id)]
        assert (before, await texts(viewer)) == (["二", "三"], ["三"])  # the overlap is told apart by its id


async def test_a_slow_viewer_is_dropped_and_nobody_waits_for_it(room: WebRoom) -> None:
    with room.watch("slow") as slow, room.watch("quick") as quick:
        for number in range(VIEWER_HOLDS + 1):
            await room.speak(a_letter(number, f"{number}", room="水果群"))
            assert isinstance(await quick.next(1), Line)
        assert (slow.is_dropped, quick.is_dropped) == (True, False)
        assert await slow.next(1) is None
        await room.speak(a_letter(999, "还在", room="水果群"))
        assert await texts(quick) == ["还在"]


async def test_while_a_viewer_waits_a_line_goes_straight_to_its_page_and_a_signal_wakes_it(
    room: WebRoom,
) -> None:
    with room.watch("a2") as viewer:
        shown: list[str] = []
        await room.post("水果群", "a1", "小李", "一")
        first = await viewer.next(5, lambda line: shown.append(line.text))
        waiting = asyncio.ensure_future(viewer.next(5, lambda line: shown.append(line.text)))
        await asyncio.sleep(0)
        await room.post("水果群", "a1", "小李", "二")
        room.signal({"event": "clock"})
        await room.post("水果群", "a1", "小李", "三")  # behind the signal, so it does not pass it by
        assert isinstance(first, Line)
        assert (first.text, shown, await waiting) == ("一", ["二"], {"event": "clock"})
        assert await texts(viewer) == ["三"]


async def test_many_at_once_are_shown_in_the_order_of_their_ids(room: WebRoom) -> None:
    with room.watch(None) as viewer:
        lines = await asyncio.gather(*(room.post("水果群", f"a{n}", f"客{n}", "+1") for n in range(60)))
        shown = [await viewer.next(1) for _ in lines]
        ids = [line.id for line in shown if isinstance(line, Line)]
        assert ids == sorted(line.id for line in lines)


async def test_closing_ends_the_viewers(room: WebRoom) -> None:
    with room.watch("a1") as viewer:
        waiting = asyncio.ensure_future(viewer.next(5))
        await asyncio.sleep(0)
        await room.close()
        assert await waiting is None
        assert viewer.is_dropped
    with room.watch("a1") as late:
        assert late.is_dropped


async def test_a_card_and_its_buttons_are_kept(room: WebRoom) -> None:
    card = Card("order", "订单 0501-017", rows=(Row("橙子", "2箱", "¥59.80"),), total="¥59.80", qr="QD:1")
    said = await room.say(Spoken(LetterId(1), None, "a1", "橙子2箱 ¥59.80", card, (Button("取消", "取消"),)))
    kept = await room.line(said.id)
    assert kept is not None and kept.card is not None and kept.is_from_shop
    assert (kept.card["title"], kept.card["rows"][0]["amount"], kept.card["qr"]) == (
        "订单 0501-017",
        "¥59.80",
        "QD:1",
    )
    assert kept.buttons == ({"label": "取消", "says": "取消"},)


async def test_a_quoted_line_is_heard_with_the_words(room: WebRoom) -> None:
    list_ = await room.say(a_letter(1, "周六车厘子 58/盒", room="水果群"))
    await room.post("水果群", "a1", "小李", "2盒", reply_to=list_.id)
    (heard,) = await hear(room, 1)
    assert heard.quote == Quote(who="小满果铺", text="周六车厘子 58/盒")


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("@小满果铺 来2箱橙子", ("@shop",)),
        ("@小满果铺\u2005来2箱橙子", ("@shop",)),  # the space that WeChat puts there
        ("＠小满果铺来2箱橙子", ("@shop",)),
        ("来2箱橙子 @小满果铺", ("@shop",)),
        ("@王姐 你要的到了", ("王姐",)),
        ("@王姐，@小满果铺：还有吗 @王姐", ("王姐", "@shop")),
        ("邮箱 a@b", ("b",)),
        ("@ 都在吗", ()),
        ("橙子还有吗", ()),
    ],
)
def test_mentions(text: str, mentions: tuple[str, ...]) -> None:
    assert mentions_in(text, shop_name="小满果铺") == mentions


async def test_a_name_is_taken_once_however_it_is_written(room: WebRoom) -> None:
    assert await room.join("a1", "小李A", likeness="小李a") is not None
    assert await room.join("a2", "小李Ａ", likeness="小李a") is None
    again = await room.join("a1", "小李A", likeness="小李a")  # the answer was lost and he tried again
    assert again == await room.member("a1")
    assert [one.name for one in await room.members()] == ["小李A"]


async def test_forgetting_empties_the_chat_and_tells_the_pages(room: WebRoom) -> None:
    await room.post("水果群", "a1", "小李", "一")
    with room.watch(None) as viewer:
        await room.forget()
        assert await viewer.next(1) == {"event": "reset"}
        await room.post("水果群", "a1", "小李", "二")
        assert await texts(viewer) == ["二"]
    assert [line.text for line in await room.lines_for(None, after=None)] == ["二"]


def test_a_line_of_the_group_is_written_once_for_all_who_read_along() -> None:
    line = Line(7, "水果群", None, "", "小店", "还有9箱", {"title": "橙子"}, (), None, None, None, AT)
    again = replace(line, card={"title": "橙子"})
    assert written(line, None, False) is written(again, None, False)
    assert b'"mine": true' in written(line, None, True).plain  # but for whoever said it
    assert "香蕉".encode() in written(replace(line, card={"title": "香蕉"}), None, False).plain
