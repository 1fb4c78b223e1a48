"""够不着: private words for somebody who is no friend wait for him; late answers do not flood a group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.apart import GAP, LATE, PATIENCE
from bot.channels.channel import Pace, Spoken, Unreachable
from bot.channels.loopback import Loopback
from bot.performance import CHANNEL, stage
from bot.run import demo_goods
from bot.wiring import OpenShop
from dialogs import apart
from shop.transaction import run_sql
from tests.support.street import Street

GROUP = "水果群"


class Shy(Loopback):
    """A channel that writes to friends only."""

    abilities = replace(Loopback.abilities, strangers=False)

    def __init__(self) -> None:
        super().__init__(CHANNEL)
        self.friends = {"店主", "客服", "团长"}
        self.seem_friends = set[str]()  # who is none any more, and nobody knows until it is tried

    async def reaches(self, account: str) -> bool:
        return account in self.friends or account in self.seem_friends

    async def speak(self, line: Spoken) -> None:
        if line.account is not None and line.account not in self.friends:
            raise Unreachable(line.account)
        await super().speak(line)

    def said_to(self, place: str) -> list[str]:
        return [line.text for line in self.said if place in (line.room, line.account)]


@pytest.fixture
async def shy() -> Shy:
    return Shy()


@pytest.fixture
async def shop(database_url: str, shy: Shy) -> AsyncIterator[OpenShop]:
    async with stage(demo_goods(), database_url, shy) as shop:
        yield shop


@pytest.fixture
def street(shop: OpenShop, shy: Shy) -> Street:
    return Street(shop, shy)


async def test_a_stranger_is_asked_once_a_day_to_become_a_friend_and_gets_everything_then(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    await street.say("小李", "来2箱橙子")
    await street.say("小李", "橙子改3箱")
    await shop.pass_time(timedelta(minutes=1))
    asked = [text for text in shy.said_to(GROUP) if text == apart.befriend("小李")]
    assert len(asked) == 1
    assert "http" not in "".join(shy.said_to(GROUP)), "the link of one was shown to all"
    shy.friends.add("小李")
    await shop.pass_time(timedelta(minutes=1))
    (slip,) = shy.said_to("小李")  # the newest of his order
    assert "3箱" in slip
    assert "http://shop.example" in slip


async def test_whoever_was_a_friend_until_it_is_tried_is_asked_as_well(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shy.seem_friends.add("小李")
    await street.say("小李", "来2箱橙子")
    await shop.pass_time(timedelta(minutes=1))
    assert apart.befriend("小李") in shy.said_to(GROUP)
    assert shy.said_to("小李") == []


async def test_strangers_who_are_waited_for_take_nobodys_turn(database_url: str) -> None:
    shy = Shy()
    shy.friends.add("小李")
    shy.abilities = replace(shy.abilities, pace=Pace(per_minute=3))
    async with stage(demo_goods(), database_url, shy) as shop:
        street = Street(shop, shy)
        for stranger in ("阿花", "大刘", "王姐"):
            await street.say(stranger, "菜单", None)
        assert await street.texts("小李", "菜单", None) != []


async def test_who_never_becomes_a_friend_is_given_up_after_two_days(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    await street.say("小李", "菜单", None)
    await shop.pass_time(PATIENCE + timedelta(minutes=1))
    states = {
        row["state"]
        for row in await run_sql("SELECT state FROM letter WHERE account = '小李' AND cause IS NOT NULL")
    }
    assert states == {"dead"}
    shy.friends.add("小李")
    await shop.pass_time(timedelta(minutes=1))
    assert shy.said_to("小李") == []


async def test_who_asks_in_private_only_is_not_shown_to_any_group(street: Street, shy: Shy) -> None:
    await street.say("小李", "来2箱橙子", None)
    assert shy.said_to(GROUP) == []


async def test_what_was_said_while_nobody_listened_is_done_and_the_group_is_told_once(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shy.friends |= {"小李", "阿花", "大刘"}
    long_ago = shop.clock.now() - LATE - timedelta(seconds=1)
    for who, text in (
        ("小李", "来2箱橙子"),
        ("阿花", "来1箱橙子"),
        ("大刘", "今天天气不错"),
        ("小李", "菜单"),
    ):
        heard = replace(street.heard(who, text), sent_at=long_ago)
        await shop.answers(await shop.hear(heard))
    assert shy.said_to(GROUP) == [apart.after_a_gap()]
    assert "2箱" in shy.said_to("小李")[0]
    assert "1箱" in shy.said_to("阿花")[0]
    assert shy.said_to("大刘") == []


async def test_what_is_late_by_less_is_answered_as_ever_and_the_next_gap_is_told_again(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    async def menu(late: timedelta) -> None:
        heard = replace(street.heard("小李", "菜单"), sent_at=shop.clock.now() - late)
        await shop.answers(await shop.hear(heard))

    await menu(LATE)
    assert "橙子" in shy.said_to(GROUP)[0]
    await menu(LATE * 2)
    await shop.pass_time(GAP)
    await menu(LATE * 2)
    assert shy.said_to(GROUP)[1:] == [apart.after_a_gap()] * 2


async def test_words_that_are_worked_through_over_some_minutes_have_one_line(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    """Also over the turn of the ten minutes by which gaps are told apart."""
    await shop.pass_time(timedelta(minutes=9))
    for text in ("菜单", "菜单"):
        heard = replace(street.heard("小李", text), sent_at=shop.clock.now() - LATE * 2)
        await shop.answers(await shop.hear(heard))
        await shop.pass_time(timedelta(minutes=1))
    assert shy.said_to(GROUP) == [apart.after_a_gap()]
