"""券 by chat: what the transcripts do not show — doors that shut, questions left open, what the shop is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shop import coupon_drops, coupon_templates, coupons, people, tries
from shop.kit.ids import PersonId
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, open_street, rows

BOSS, AGENT = "店主", "客服"


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_street(database_url) as opened:
        yield opened


async def told(street: Street, who: str, text: str, room: str | None = PRIVATE) -> list[tuple[str, str]]:
    """Everything that is said because of this: to whom (the group: 群), and what."""
    return [("群" if one.room else str(one.to), one.text) for one in await street.say(who, text, room)]


async def private(street: Street, who: str, text: str) -> str:
    ((to, said),) = await told(street, who, text)
    assert to == who
    return said


async def person(street: Street, name: str) -> PersonId:
    (found,) = await people.named(street.shop.shop, name)
    return found


async def a_drop(street: Street, pieces: int, **more: int) -> None:
    shop, now = street.shop.shop, street.shop.clock.now()

    async def work() -> None:
        made = await coupon_templates.make_template(
            shop, "D1", "满30减5", total=pieces, running=False, **more
        )
        (room,) = await people.rooms(shop)
        await coupon_drops.drop(shop, room.id, made.id, pieces, now=now)

    await unit_of_work(work)


async def test_who_is_denied_again_and_again_gets_no_answer(street: Street) -> None:
    said = [await told(street, AGENT, "香蕉改3块9") for _ in range(5)]
    assert said == [[(AGENT, "这件事要店主来做")]] * 3 + [[]] * 2
    assert await rows("SELECT count(*) FROM act WHERE outcome = 'denied'") == [(5,)]
    assert "今天还没有单" in await private(street, AGENT, "今日订单")


async def test_a_coupon_that_nobody_can_read_is_not_given_and_the_owner_is_told_once(street: Street) -> None:
    await unit_of_work(lambda: coupon_templates.make_template(street.shop.shop, "NEW88", "新人礼"))
    await street.say(BOSS, "你好", PRIVATE)
    first = await told(street, "小李", "领券 NEW88")
    assert first == [
        ("小李", "新人礼 店里还没设好，已经告诉店里了"),
        (BOSS, "⚠️ 有人领券“新人礼”，看不出减多少，没发给他。请看一下"),
    ]
    assert await told(street, "阿花", "领券 NEW88") == [("阿花", "新人礼 店里还没设好，已经告诉店里了")]
    assert await rows("SELECT count(*) FROM coupon") == [(0,)]


async def test_a_wrong_code_is_remembered_though_the_claim_is_undone(street: Street) -> None:
    await private(street, "小李", "领券 AB23")
    assert await rows("SELECT what, count FROM tries") == [("coupon", 1)]
    assert tries.COUPON.most == 5


async def test_grabbing_leaves_an_open_question_in_the_group_as_it_is(street: Street) -> None:
    await a_drop(street, 2)
    assert "对吗" in (await told(street, "小李", "来35斤香蕉", ROOM))[0][1]
    ((to, said),) = await told(street, "小李", "抢", ROOM)
    assert (to, said[:4]) == ("小李", "抢到了：")
    assert "香蕉35斤" in "".join(text for _, text in await told(street, "小李", "对", ROOM))


async def test_who_may_have_no_more_hears_it_in_private(street: Street) -> None:
    await street.say("小李", "你好", PRIVATE)
    await a_drop(street, 2)
    li, now = await person(street, "小李"), street.shop.clock.now()
    ((template,),) = await rows("SELECT id FROM coupon_template")
    await unit_of_work(lambda: coupons.give(template, [li], now=now, quietly=True))
    assert await told(street, "小李", "抢", ROOM) == [
        ("小李", "满30减5 你已经领过了，下单会自动用。回“我的券”看看")
    ]
    assert await rows("SELECT taken FROM coupon_drop") == [(0,)]


async def test_two_of_one_name_are_not_guessed_between(street: Street) -> None:
    await street.say("wx1", "你好", PRIVATE, name="李姐")
    await street.say("wx2", "你好", PRIVATE, name="李姐")
    said = await private(street, BOSS, "发券 满30减5 @李姐")
    assert said == "叫“李姐”的有 2 位，分不清是谁。让他自己说“领券”更稳"
    assert await rows("SELECT count(*) FROM coupon_template") == [(0,)]


async def test_a_group_that_wants_to_hear_nothing_gets_no_coupons(street: Street) -> None:
    (room,) = await people.rooms(street.shop.shop)
    await unit_of_work(lambda: people.mute(room.id))
    assert "现在没有能发的群" in await private(street, BOSS, "发券 满30减5 x3 水果群")


async def test_ten_zhe_is_no_coupon(street: Street) -> None:
    assert await private(street, "小李", "领券 10折") == (
        "没有这张券。核对一下券名或券码再说一次，比如“领券 满30减5”"
    )
    assert (await private(street, BOSS, "发券 10折 x5")).startswith("什么券、几张、几天？")


async def test_what_is_used_cannot_be_taken_back(street: Street) -> None:
    await private(street, BOSS, "发券 满30减5 x2 3天")
    await private(street, BOSS, "确认")
    await private(street, "小李", "领券")
    await street.say("小李", "橙子1箱", PRIVATE)  # too little for the coupon: it is locked by hand
    ((order,),) = await rows('SELECT id FROM "order"')
    await unit_of_work(lambda: coupons.lock(order, 1, now=street.shop.clock.now()))
    assert await private(street, BOSS, "撤销") == "撤不回来了：已经有人用了"
    assert "用在没付款的单上" in await private(street, "小李", "我的券")
