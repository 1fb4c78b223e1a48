"""开店: which groups are the shop's, and by whose word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shop import people
from tests.support.street import ROOM, Street, open_street

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


# ── 团长 ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def leader(street: Street, room: str) -> str | None:
    """What who leads this group is called."""
    known = await people.room(street.channel.name, room)
    assert known is not None
    return (await people.person(known.owner)).name if known.owner is not None else None


async def says(street: Street, who: str, text: str, owner: str, room: str = NEW) -> None:
    """In a group that is this account's, as its channel has it."""
    heard = replace(street.heard(who, text, room), room_owner=owner)
    await street.shop.answers(await street.shop.hear(heard))


async def test_whoever_owns_the_group_leads_it_as_soon_as_he_is_known(database_url: str) -> None:
    async with open_street(database_url) as street:
        await says(street, "店主", "开店", "王姐")
        assert await leader(street, NEW) is None
        await says(street, "小李", "来1箱橙子", "王姐")
        assert await leader(street, NEW) is None
        await says(street, "王姐", "菜单", "王姐")
        assert await leader(street, NEW) == "王姐"
        assert "草莓" in (await street.texts("王姐", "接龙 草莓 25 今晚8点截", NEW))[0]
        await says(street, "小李", "菜单", "小李")  # she gave the group away
        assert await leader(street, NEW) == "小李"
        await says(street, "小李", "菜单", "大刘")  # of whom nobody has heard
        assert await leader(street, NEW) is None
        await says(street, "小李", "菜单", "")  # a channel that does not know changes nothing
        await street.say("大刘", "来1箱橙子", None)
        await says(street, "小李", "菜单", "大刘")
        assert await leader(street, NEW) == "大刘"
        await says(street, "小李", "菜单", "@shop")  # it is our own account's
        assert await leader(street, NEW) is None


async def test_who_opens_his_own_group_or_that_of_somebody_known_has_its_leader_at_once(
    database_url: str,
) -> None:
    async with open_street(database_url) as street:
        await says(street, "店主", "开店", "店主")
        assert await leader(street, NEW) == "店主"
        await street.say("小李", "来1箱橙子", None)
        await says(street, "店主", "开店", "小李", "20003@chatroom")
        assert await leader(street, "20003@chatroom") == "小李"


async def test_whom_the_merchant_has_named_leads_whoever_owns_the_group(database_url: str) -> None:
    async with open_street(database_url) as street:
        await says(street, "店主", "开店", "王姐")
        await says(street, "小李", "来1箱橙子", "王姐")
        await says(street, "王姐", "菜单", "王姐")
        await street.say("店主", f"团长 {NEW} 小李", None)
        await street.say("店主", "确认", None)
        for owner in ("王姐", "阿花", "@shop"):
            await says(street, "王姐", "菜单", owner)
            assert await leader(street, NEW) == "小李"
        await street.say("店主", "撤销", None)
        await says(street, "小李", "菜单", "王姐")
        assert await leader(street, NEW) == "王姐"


async def test_the_demos_leader_was_named_and_stays(database_url: str) -> None:
    async with open_street(database_url) as street:
        before = await leader(street, ROOM)
        await says(street, "小李", "菜单", "小李", ROOM)
        assert (before, await leader(street, ROOM)) == ("团长", "团长")
