"""够不着: private words for somebody who is no friend wait for him; late answers do not flood a group."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.apart import A_LIST_GATHERS, A_RUSH_GATHERS, GAP, LATE, PATIENCE
from bot.channels.channel import NotSent, Pace, Spoken, Unreachable
from bot.channels.loopback import Loopback
from bot.performance import CHANNEL, stage
from bot.run import demo_goods
from bot.wiring import OpenShop
from dialogs import apart
from dialogs.voice import Links
from shop import pay_links
from shop.kit.money import Money
from shop.transaction import run_sql
from tests.support.street import Street

GROUP = "水果群"


class Shy(Loopback):
    """A channel that writes to friends only."""

    def __init__(self) -> None:
        super().__init__(CHANNEL)
        self.friends = {"店主", "客服", "团长"}
        self.seem_friends = set[str]()  # who is none any more, and nobody knows until it is tried
        self.mute = set[str]()  # groups that take nothing just now

    async def reaches(self, account: str) -> bool:
        return account in self.friends or account in self.seem_friends

    async def speak(self, line: Spoken) -> None:
        if line.account is not None and line.account not in self.friends:
            raise Unreachable(line.account)
        if line.room in self.mute:
            raise NotSent(line.room)
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


async def test_a_stranger_is_asked_to_become_a_friend_where_he_would_be_told_of_private_words(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    """As many lines as somebody gets who can be reached, and no 私聊发你了; when he can be, he gets everything."""
    await street.say("小李", "@邻里鲜果 我的券")
    await street.say("小李", "@邻里鲜果 我的积分")
    await shop.pass_time(timedelta(minutes=1))
    assert shy.said_to(GROUP) == [apart.befriend("小李")] * 2
    shy.friends.add("小李")
    await shop.pass_time(timedelta(minutes=1))
    assert len(shy.said_to("小李")) == 2


async def test_beside_what_the_group_hears_anyway_he_is_asked_once_a_day(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shop.conversation.facts = replace(shop.conversation.facts, pays_online=False)
    for said in ("来2箱橙子", "再来1箱橙子", "来3斤香蕉"):
        await street.say("小李", said)
        await shop.pass_time(timedelta(minutes=1))
    told = shy.said_to(GROUP)
    assert (told[0], told.count(apart.befriend("小李")), len(told)) == (
        "小李：橙子2箱，记下了（0501-001）",
        1,
        4,
    )
    assert "私聊发你" not in "".join(told)


def links(shy: Shy) -> list[str]:
    return [
        link for text in shy.said_to(GROUP) for link in re.findall(r"http://shop.example/once/(\S+)", text)
    ]


async def test_a_bill_is_paid_by_a_link_in_the_group_one_an_order_until_the_slip_reaches_its_buyer(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    await street.say("小李", "来2箱橙子")
    await street.say("小李", "橙子改3箱")
    await shop.pass_time(timedelta(minutes=3))
    (token,) = links(shy)
    address = f"http://shop.example/once/{token}"
    assert shy.said_to(GROUP)[1] == apart.pay_here([apart.Link(1, "小李", address)])
    assert apart.befriend("小李") not in shy.said_to(GROUP)
    assert "/o/" not in "".join(shy.said_to(GROUP)) and "¥" not in "".join(shy.said_to(GROUP))
    look = await pay_links.look(shop.shop, token, "x", now=shop.clock.now())
    assert look.slip is not None and str(look.slip.lines[0].qty) == "3"
    shy.friends.add("小李")
    await shop.pass_time(timedelta(minutes=1))
    (slip,) = shy.said_to("小李")  # the newest of his order
    assert "3箱" in slip
    assert "http://shop.example/o/" in slip


async def test_who_asks_for_it_again_gets_another_at_once_and_the_old_one_opens_nothing(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    await street.say("小李", "来2箱橙子")
    await street.say("小李", "付款")
    first, second = links(shy)
    stands = [
        (await pay_links.look(shop.shop, token, "x", now=shop.clock.now())).stands
        for token in (first, second)
    ]
    assert stands == ["gone", "closed"]
    await shop.pass_time(timedelta(minutes=5))
    assert len(links(shy)) == 2


async def test_nobody_hears_of_a_link_that_would_pay_nothing(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    """An order of another place, one to be paid in cash, one whose time is over before anybody has looked."""
    await street.say("小李", "来2箱橙子", None)
    await street.say("小李", "付款", GROUP)
    assert links(shy) == []
    assert apart.befriend("小李") in shy.said_to(GROUP)
    await street.say("阿花", "来2箱橙子")
    await street.say("阿花", "到店付")
    await shop.pass_time(timedelta(minutes=1))
    assert len(links(shy)) == 1  # of the bill before
    shy.is_up = False
    await street.say("大刘", "来2箱橙子")
    await shop.pass_time(timedelta(minutes=16))
    shy.is_up = True
    await shop.pass_time(timedelta(minutes=1))
    assert len(links(shy)) == 1


async def test_where_phones_do_not_find_the_site_nobody_is_sent_there(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shop.outbox._links = Links("http://127.0.0.1:8000")
    await street.say("小李", "来2箱橙子")
    assert "http" not in "".join(shy.said_to(GROUP))
    assert apart.befriend("小李") in shy.said_to(GROUP)


async def test_a_shop_that_takes_cash_only_sends_nobody_to_pay(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shop.conversation.facts = replace(shop.conversation.facts, pays_online=False)
    await street.say("小李", "来2箱橙子")
    assert links(shy) == []
    assert apart.befriend("小李") in shy.said_to(GROUP)


async def test_a_link_that_could_not_be_said_in_time_is_not_said(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shy.mute.add(GROUP)
    await street.say("小李", "来2箱橙子")
    await shop.pass_time(timedelta(minutes=16))
    shy.mute.clear()
    await shop.pass_time(timedelta(minutes=6))
    assert links(shy) == []


async def test_links_that_wait_together_are_said_together_and_those_that_pay_nothing_are_not(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shy.mute.add(GROUP)
    for who in ("小李", "阿花", "大刘"):
        await street.say(who, "来1箱橙子")
    await street.say("阿花", "取消")
    shy.mute.clear()
    await shop.pass_time(timedelta(minutes=6))
    (line,) = [text for text in shy.said_to(GROUP) if "http" in text]
    first, second = links(shy)
    assert line == apart.pay_here(
        [
            apart.Link(1, "小李", f"http://shop.example/once/{first}"),
            apart.Link(3, "大刘", f"http://shop.example/once/{second}"),
        ]
    )


async def test_many_who_join_a_list_get_their_links_in_one_line(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    for said in ("接龙 草莓 25 晚上8点截", "确认"):
        await street.say("店主", said, None)
    for who in ("小李", "阿花", "大刘", "王姐"):
        await street.say(who, "+1")
        await shop.pass_time(timedelta(seconds=10))
    assert links(shy) == []
    await shop.pass_time(A_LIST_GATHERS)
    assert len(links(shy)) == 4
    assert len([text for text in shy.said_to(GROUP) if "http" in text]) == 1
    await street.say("小李", "付款")
    assert len(links(shy)) == 5


async def test_in_a_rush_links_wait_for_each_other_a_little(street: Street, shop: OpenShop, shy: Shy) -> None:
    for said in ("秒杀 草莓 9.9元 20盒", "确认"):
        await street.say("店主", said, None)
    for who in ("小李", "阿花"):
        await street.say(who, "抢")
    assert links(shy) == []
    await shop.pass_time(A_RUSH_GATHERS)
    assert len(links(shy)) == 2


async def test_a_deposit_is_paid_by_a_link_that_says_what_comes_of_it(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    for said in ("师傅 阿强 10-19", "确认", "预约 烫发 1小时 200元 定金20", "确认"):
        await street.say("店主", said, None)
    await street.say("小李", "@邻里鲜果 预约烫发 明天下午2点")
    (token,) = links(shy)
    noted, line = shy.said_to(GROUP)
    assert (noted, "约好的时间要加我好友" in line) == ("小李：烫发记下了", True)
    look = await pay_links.look(shop.shop, token, "x", now=shop.clock.now())
    assert look.slip is not None and look.slip.payable == Money(2000)
    assert "14:00" not in line and "阿强" not in line
    await street.say("阿花", "预约烫发 明天下午4点", None)
    assert len(links(shy)) == 1  # said in private: no group hears of it


async def test_who_asks_for_a_person_hears_what_is_true_of_him(street: Street, shy: Shy) -> None:
    await street.say("小李", "@邻里鲜果 转人工")
    await street.say("小李", "@邻里鲜果 能开发票吗")
    assert shy.said_to(GROUP) == [
        "小李，店里知道了",
        apart.befriend("小李"),
        "这个我帮你问店里，加我好友，问到了回你",
    ]


async def test_whoever_was_a_friend_until_it_is_tried_is_asked_as_well(
    street: Street, shop: OpenShop, shy: Shy
) -> None:
    shy.seem_friends.add("小李")
    await street.say("小李", "来2箱橙子")
    await shop.pass_time(timedelta(minutes=1))
    assert len(links(shy)) == 1
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
