"""预约 as it is spoken: in the group only when we are called, taken back by 撤销, and never in the way of other words."""

from __future__ import annotations

import pytest

from shop.transaction import run_sql
from tests.support.street import PRIVATE, ROOM, Street

BARBER = ("师傅 阿强 10-19", "预约 剪发 30分钟 38元")


async def a_barbershop(street: Street, *more: str) -> None:
    for said in (*BARBER, *more):
        await street.say("店主", said, PRIVATE)
        await street.say("店主", "确认", PRIVATE)


async def states() -> list[str]:
    return [str(row["state"]) for row in await run_sql("SELECT state FROM appointment ORDER BY id")]


async def test_in_the_group_the_time_is_nobodys_business(street: Street) -> None:
    await a_barbershop(street)
    said = await street.say("大刘", f"@{street.shop.shop_name} 预约 剪发 明天下午5点", ROOM)
    assert [(one.room, one.text) for one in said] == [
        (ROOM, "大刘：剪发记下了，时间私聊发你"),
        (None, "约好了：剪发 明天17:00（阿强）。到店付 ¥38.00，来不了说“取消预约”"),
    ]
    assert await street.texts("大刘", f"@{street.shop.shop_name} 取消预约", ROOM) == [
        "预约的事私聊我说，时间只有你看得到"
    ]
    assert await states() == ["booked"]


@pytest.mark.parametrize(
    "said", ["预约 剪发 明天下午5点", "约明天剪发", "改到4点", "我约了人剪发", "取消预约"]
)
async def test_in_the_group_nobody_is_answered_who_did_not_call_us(street: Street, said: str) -> None:
    await a_barbershop(street)
    assert (await street.texts("大刘", said, ROOM), await states()) == ([], [])


async def test_goods_are_ordered_beside_it(street: Street) -> None:
    """预约两箱橙子 names goods and an amount: an order, as ever."""
    await a_barbershop(street)
    answers = await street.texts("小李", "预约2箱橙子", PRIVATE)
    assert "橙子2箱" in answers[-1] and await states() == []


async def test_who_is_asked_which_and_when_may_say_anything(street: Street) -> None:
    await a_barbershop(street, "预约 烫发 1小时 200元 定金20")
    assert await street.texts("小李", "预约", PRIVATE) == [
        "约哪一样？\n剪发 30分钟 ¥38.00\n烫发 60分钟 ¥200.00，定金 ¥20.00"
    ]
    assert "最近有空" in (await street.texts("小李", "剪发吧", PRIVATE))[-1]
    assert "约不上" in (await street.texts("小李", "今天凌晨3点", PRIVATE))[-1]
    assert "约好了：剪发 明天10:00" in (await street.texts("小李", "明天10点", PRIVATE))[-1]


@pytest.mark.parametrize(
    "said", ["99月99日25点", "9" * 400, "剪发" * 300, "'; DROP TABLE slot; --", "\u202e下午"]
)
async def test_whatever_is_said_for_a_time_books_nothing_and_breaks_nothing(
    street: Street, said: str
) -> None:
    await a_barbershop(street)
    await street.say("小李", "预约 剪发", PRIVATE)
    await street.say("小李", said, PRIVATE)
    await street.say("小李", f"预约改到{said}", PRIVATE)
    assert await states() == []


async def test_several_are_told_apart_by_number(street: Street) -> None:
    await a_barbershop(street)
    for said in ("预约 剪发 明天10点", "预约 剪发 明天11点"):
        await street.say("小李", said, PRIVATE)
    (asked,) = await street.texts("小李", "取消预约", PRIVATE)
    assert asked == "哪一个？回数字\n1 剪发 明天10:00（阿强）\n2 剪发 明天11:00（阿强）"
    await street.say("小李", "2", PRIVATE)
    assert await states() == ["booked", "cancelled"]


async def test_what_was_offered_and_the_leave_are_taken_back(street: Street) -> None:
    await a_barbershop(street)
    await street.say("小李", "预约 剪发 明天下午3点", PRIVATE)
    await street.say("店主", "休息 阿强 明天下午", PRIVATE)
    await street.say("店主", "确认", PRIVATE)
    assert await street.texts("店主", "撤销", PRIVATE) == [
        "撤销了：不休息了，照常预约。通知过的顾客，会再告诉他们照旧",
        "剪发 明天15:00（阿强）照旧，不用改了",
    ]
    await street.say("店主", "预约 修眉 15分钟 20元", PRIVATE)
    await street.say("店主", "确认", PRIVATE)
    assert await street.texts("店主", "撤销", PRIVATE) == ["撤销了：修眉不再预约。约好的照旧"]
    assert await street.texts("阿花", "预约 剪发 明天下午4点", PRIVATE) == [
        "约好了：剪发 明天16:00（阿强）。到店付 ¥38.00，来不了说“取消预约”"
    ]


async def test_a_name_that_comes_twice_is_asked_for_with_its_hour(street: Street) -> None:
    await a_barbershop(street)
    for said in ("预约 剪发 今天11点", "预约 剪发 今天15点"):
        await street.say("小李", said, PRIVATE)
    (asked,) = await street.texts("店主", "到了 小李", PRIVATE)
    assert asked.startswith("“小李”有 2 个预约") and "到了 小李 11:00" in asked
    assert await street.texts("店主", "到了 小李 15:00", PRIVATE) == [
        "小李 剪发来了，到店付 ¥38.00（撤销 2 分钟内有效）"
    ]
    assert await states() == ["booked", "done"]
    assert await street.texts("店主", "撤销", PRIVATE) == ["撤销了：小李 剪发 今天15:00（阿强）还约着"]
    assert await states() == ["booked", "booked"]


@pytest.mark.parametrize(
    "said", ["预约 剪发 9小时 38元", "预约 剪发 30分钟 38元 定金50", "师傅 阿强 19-10", "师傅 阿强 25-30"]
)
async def test_what_makes_no_sense_is_asked_for_again(street: Street, said: str) -> None:
    (asked,) = await street.texts("店主", said, PRIVATE)
    assert "比如“" in asked
    assert await run_sql("SELECT id FROM service UNION ALL SELECT id FROM resource") == []


async def test_a_customer_is_no_barber(street: Street) -> None:
    for said in (*BARBER, "休息 阿强 明天", "到了 小李"):
        await street.say("小李", said, PRIVATE)
        await street.say("小李", "确认", PRIVATE)
    assert await run_sql("SELECT id FROM service UNION ALL SELECT id FROM resource") == []
