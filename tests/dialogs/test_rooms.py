"""开店: which groups are the shop's, and by whose word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop import people
from tests.support.street import open_street

NEW = "20002@chatroom"


@pytest.mark.parametrize("word", ["@邻里鲜果 开店", "@邻里鲜果\u2005开店！", "开店"])
async def test_the_owner_opens_a_group(database_url: str, word: str) -> None:
    async with open_street(database_url) as street:
        assert await street.texts("小李", "来2箱橙子", NEW) == []
        heard = replace(street.heard("店主", word, NEW), room_name="三栋团购")
        answers = await street.shop.answers(await street.shop.hear(heard))
        assert [(one.room, one.text[:7]) for one in answers] == [(NEW, "邻里鲜果开张了")]
        assert "橙子2箱" in (await street.texts("小李", "来2箱橙子", NEW))[0]
        room = await people.room(street.channel.name, NEW)
        assert room is not None
        assert room.name == "三栋团购"


@pytest.mark.parametrize(
    ("who", "word"),
    [("小李", "@邻里鲜果 开店"), ("客服", "开店"), ("店主", "今天开店吗"), ("店主", "@别家店 开店")],
)
async def test_nobody_else_and_no_other_word_does(database_url: str, who: str, word: str) -> None:
    async with open_street(database_url) as street:
        assert await street.texts(who, word, NEW) == []
        assert await people.room(street.channel.name, NEW) is None


async def test_a_group_that_is_called_otherwise_today_is_known_by_its_new_name(database_url: str) -> None:
    async with open_street(database_url) as street:
        heard = replace(street.heard("小李", "菜单"), room_name="水果群（三栋）")
        await street.shop.answers(await street.shop.hear(heard))
        room = await people.room(street.channel.name, "水果群")
        assert room is not None
        assert room.name == "水果群（三栋）"
        await street.say("小李", "菜单")  # a channel that knows no names changes none
        room = await people.room(street.channel.name, "水果群")
        assert room is not None
        assert room.name == "水果群（三栋）"
