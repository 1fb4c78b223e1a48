"""Angry words in a group that has not called the shop: whose are for the shop, and whose are talk among neighbours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.speech import Quote
from shop import tickets
from tests.support.street import PRIVATE, ROOM, Street, open_street

FROM_ANYBODY = (
    "你们店是骗子",
    "你们店服务太差了，我要投诉",
    "我要给你们店差评",
    "老板，我要投诉！",
    "你们店卖的东西坏了",
    "你们家的水果都烂了",
)
FROM_A_BUYER = (
    "我要投诉",
    "我要投诉你们",
    "必须给你们差评",
    "我打12315了",
    "曝光你们",
    "你们卖假货",
    "吃了你们的橙子拉肚子",
)
FROM_NOBODY = (
    "投诉",
    "骗子",
    "大家小心骗子",
    "隔壁店是骗子",
    "拼多多商家骗人",
    "我要投诉物业",
    "物业太差了我要投诉",
    "我要投诉老板",
    "要曝光了哈哈",
    "报警了",
    "孩子拉肚子了",
    "你们家电梯坏了吗",
    "你们店冰箱坏了吗",
    "3栋2单元电梯坏了",
    "听说你们店是骗子",
    "举报",
)


@pytest.fixture
async def street(sqlite_url: str) -> AsyncIterator[Street]:
    async with open_street(sqlite_url) as opened:
        yield opened


async def test_who_names_the_shop_is_written_to_by_a_person_and_the_group_hears_nothing(
    street: Street,
) -> None:
    for n, words in enumerate((*FROM_ANYBODY, *FROM_A_BUYER, *FROM_NOBODY)):
        told = [one for one in await street.say(f"邻居{n}", words) if one.account == f"邻居{n}"]
        assert len(told) == (words in FROM_ANYBODY), words
        assert not [one for one in street.channel.said if one.room], words
    assert len(await tickets.living(street.shop.shop)) == len(FROM_ANYBODY)


async def test_of_a_buyer_a_complaint_is_enough(street: Street) -> None:
    for n, words in enumerate((*FROM_A_BUYER, *FROM_NOBODY)):
        await street.say(f"买家{n}", "香蕉1斤", PRIVATE)
        told = [one for one in await street.say(f"买家{n}", words) if one.account == f"买家{n}"]
        assert [one.text.startswith("抱歉") for one in told] == [True] * (words in FROM_A_BUYER), words
        assert await street.texts(f"买家{n}", words) == [] or words not in FROM_A_BUYER, "he is told once"
        assert not [one for one in street.channel.said if one.room], words


async def test_what_is_said_to_a_neighbour_or_long_after_the_last_order_is_not_for_the_shop(
    street: Street,
) -> None:
    await street.say("小李", "香蕉1斤", PRIVATE)
    answer = replace(street.heard("小李", "我要投诉", ROOM), quote=Quote("王姐", "电梯又坏了"))
    to_her = replace(street.heard("小李", "@王姐 我要投诉", ROOM), mentions=("王姐",))
    for heard in (answer, to_her):
        assert await street.shop.answers(await street.shop.hear(heard)) == ()
    await street.shop.pass_time(timedelta(days=61))
    assert await street.say("小李", "我要投诉", ROOM) == ()
