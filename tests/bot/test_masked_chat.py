"""A transcript of the desk becomes a .chat: it plays as it was, and nobody can be found in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.performance import A_PICTURE, perform, stage
from bot.run import demo_goods
from bot.transcript import parse
from dialogs.agent.masked import as_chat
from shop import people, transcripts
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, appoint, open_street


async def served(street: Street) -> str:
    shop, now = street.shop.shop, street.shop.clock.now()
    await appoint(street.shop, "小美")
    await street.say("王桂芬", "来2箱橙子", ROOM)
    await street.shop.pass_time(timedelta(seconds=40))
    await street.say("王桂芬", "转人工", PRIVATE)
    await street.say("小美", "1 接", PRIVATE)
    await street.say("王桂芬", "我电话13812345678，3栋2单元1201", PRIVATE)
    await street.say("小美", "王桂芬你好，马上补", PRIVATE)
    for who in ("王桂芬", "小美"):
        heard = replace(street.heard(who, "[图片]", PRIVATE), has_picture=True)
        street.channel.pictures[heard.id] = A_PICTURE
        await street.shop.answers(await street.shop.hear(heard))
    await street.say("小美", "1 备注 家住三栋", PRIVATE)
    await street.say("小美", "今天下午送", PRIVATE)
    await street.shop.pass_time(timedelta(minutes=3))
    await street.say("小美", "1 完", PRIVATE)
    await street.say("王桂芬", "5分", PRIVATE)
    buyer = await unit_of_work(
        lambda: people.recognise(shop, street.channel.name, "王桂芬", "王桂芬", now=now)
    )
    return as_chat(await transcripts.said(buyer.id, limit=100), name="王桂芬")


async def test_a_saved_transcript_names_nobody(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        chat = await served(street)
    for secret in ("王桂芬", "小美", "138", "1201", "家住三栋", "http", "0501-001"):
        assert secret not in chat
    assert "小李@水果群: 来2箱橙子" in chat
    assert "客服: 1 小李你好，马上补" in chat
    assert ("小李: [图片]" in chat, "客服: [图片]" in chat) == (True, True)


async def test_a_saved_transcript_plays_as_it_was(sqlite_url: str, postgres_url: str) -> None:
    async with open_street(sqlite_url) as street:
        chat = await served(street)
    async with stage(demo_goods(), postgres_url) as shop:
        assert await perform(shop, parse(chat)) is None, chat
