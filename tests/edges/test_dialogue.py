"""81 and 87–90, dialogues: whatever somebody is being asked, money is told of, commands stay the shop's, and talk ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.shopfront import Answer
from shop import coupon_drops, coupon_templates, people
from shop.transaction import unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, held, orders_by_name, rows

BOSS, AGENT = "店主", "客服"
ORANGES, BANANAS = "F01-1", "F02-1"


def to(who: str, answers: tuple[Answer, ...]) -> list[str]:
    return [one.text for one in answers if one.to == who]


# ── 81 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_81_the_money_comes_while_something_else_is_asked(street: Street) -> None:
    """The code is sent at once, the question stays open, and its yes makes a second order of it, not a larger first."""
    await street.say("小李", "来2箱橙子", PRIVATE)
    await street.shop.direct("小李", "ask")
    assert "对吗" in "".join(to("小李", await street.say("小李", "来35斤香蕉", PRIVATE)))
    (paid,) = to("小李", await street.shop.direct("小李", "pay"))
    assert paid.startswith("0501-001 收到 ¥54.80。取货码")
    (second,) = to("小李", await street.say("小李", "对", PRIVATE))
    assert second.startswith("0501-002  香蕉35斤 ¥168.00")
    assert await rows('SELECT code, status, payable_fen FROM "order" ORDER BY id') == [
        ("0501-001", "preparing", 5480),
        ("0501-002", "unpaid", 16_300),
    ]
    assert (await held(ORANGES), await held(BANANAS)) == (2, 35)


async def test_81_the_shop_is_told_of_a_transfer_in_the_middle_of_a_command(street: Street) -> None:
    await street.say("小李", "来2箱橙子", PRIVATE)
    assert "回“确认”就办" in "".join(to(BOSS, await street.say(BOSS, "上架 山竹 25/盒 库存80", PRIVATE)))
    (told,) = to(BOSS, await street.say("小李", "已付", PRIVATE))
    assert told == "小李 说 0501-001 转了 ¥54.80（橙子2箱）。看到钱回“收款 0501-001”"
    answers = await street.say(BOSS, "收款 0501-001", PRIVATE)
    assert (len(to(BOSS, answers)), len(to("小李", answers))) == (1, 1)
    assert await rows('SELECT status FROM "order"') == [("preparing",)]
    assert await rows("SELECT count(*) FROM product WHERE name = ?", "山竹") == [(0,)]


async def test_81_the_time_to_pay_ends_under_an_open_question(street: Street) -> None:
    await street.say("小李", "来2箱橙子", PRIVATE)
    await street.say("小李", "来35斤香蕉", PRIVATE)
    (ended,) = to("小李", await street.shop.pass_time(timedelta(minutes=16)))
    assert ended == "0501-001 过了15分钟没付款，货先放回去了。还要就说“老样子”"
    (second,) = to("小李", await street.say("小李", "对", PRIVATE))
    assert second.startswith("0501-002  香蕉35斤 ¥168.00")
    assert (await held(ORANGES), await held(BANANAS)) == (0, 35)


# ── 88 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Program = Callable[[str], str]


def parrot(said: str) -> str:
    return said


def a_parrot_with_a_name(said: str) -> str:
    return f"「小助手」：\n{said}"


def away(said: str) -> str:
    return "您好，我现在有事不在，一会儿再和您联系。"


async def rounds(street: Street, program: Program, first: str, room: str | None) -> int:
    """Another program answers everything that is said to it; gives how often until the shop is silent."""
    answers = await street.say("小助手", first, room)
    for n in range(12):
        heard = [one.text for one in answers if (one.room if room else one.to == "小助手")]
        if not heard:
            return n
        answers = tuple(
            [answer for text in heard for answer in await street.say("小助手", program(text), room)]
        )
    return 12


@pytest.mark.parametrize(("program", "most"), [(parrot, 1), (a_parrot_with_a_name, 1), (away, 5)])
@pytest.mark.parametrize("first", ["来2箱橙子", "橙子还有吗", "菜单", "听不懂的话一句"])
async def test_88_talk_with_another_program_ends(
    street: Street, program: Program, most: int, first: str
) -> None:
    """What repeats us is not answered, nor taken for an order; what says the same for ever is asked three times what it
    means, then left to a person, and heard not once in the group."""
    for room in (ROOM, PRIVATE):
        assert await rounds(street, program, first, room) <= (most if room is None else 1)
    boxes = 4 if first == "来2箱橙子" else 0  # it was ordered twice, in two places, and never by a repetition
    assert await held(ORANGES) == boxes


async def test_88_who_works_here_may_pass_on_what_he_was_told(street: Street) -> None:
    await street.say("小李", "来2箱橙子", PRIVATE)
    (told,) = to(AGENT, await street.say(AGENT, "今日订单", PRIVATE))
    assert "0501-001" in told
    assert to(AGENT, await street.say(AGENT, told, PRIVATE)) != []


# ── 89 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

COMMANDS = (
    "香蕉改3块9",
    "今日订单",
    "下架 草莓",
    "补货 橙子20箱",
    "上架 红颜草莓 25/盒 库存80",
    "发券 满30减5 x3",
    "今日特价 草莓22 香蕉3.9",
    "盘点 橙子 1",
    "称重 0501-001 香蕉 1.86",
    "核销 4829-31",
    "收款 0501-001",
    "退单 0501-001",
    "同意退 0501-001",
    "对账",
    "撤销",
)
NOT_TO_BE_MOVED = ("sku", "product", "stock_item", "stock_move", "order", "coupon_template", "refund", "act")


async def there() -> dict[str, list[tuple[object, ...]]]:
    return {table: await rows(f'SELECT * FROM "{table}" ORDER BY id') for table in NOT_TO_BE_MOVED}


@pytest.mark.parametrize("who", ["王姐", AGENT, BOSS])
async def test_89_a_command_in_the_group_does_nothing(street: Street, who: str) -> None:
    """Neither from a customer nor from the staff: who may, does it in private, where nobody looks on."""
    await street.say("小李", "来2箱橙子", PRIVATE)
    before = await there()
    for text in COMMANDS:
        answers = await street.say(who, text)
        assert [one for one in answers if one.to != who and not one.room] == [], text
        assert not [one for one in answers if "¥" in one.text or "0501-001" in one.text], text
    assert await there() == before


@pytest.mark.parametrize("place", ["called by its name", "in private"])
async def test_89_nor_does_a_customers_command_when_the_shop_must_answer(street: Street, place: str) -> None:
    """It is no order either: 盘点 橙子 1 buys nothing."""
    await street.say("小李", "来2箱橙子", PRIVATE)
    before = await there()
    for text in COMMANDS:
        if place == "in private":
            await street.say("王姐", text, PRIVATE)
        else:
            await street.say("王姐", f"@{street.shop.shop_name} {text}")
    assert await there() == before
    assert await orders_by_name() == {"小李": "unpaid 2箱橙子"}


# ── 90 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_90_what_ends_at_half_past_eleven_is_told_to_the_group_in_the_morning(street: Street) -> None:
    """It ends when it ends; the group hears of it at eight, once. Who is asked for money hears at once: he is awake."""
    await street.shop.pass_time(timedelta(hours=11, minutes=30))  # 21:30
    shop, now = street.shop.shop, street.shop.clock.now()
    (room,) = await people.rooms(shop)

    async def throw() -> None:
        made = await coupon_templates.make_template(shop, "D1", "满30减5", total=3, running=False)
        await coupon_drops.drop(shop, room.id, made.id, 3, now=now, until=now + timedelta(hours=2))

    await unit_of_work(throw)
    await street.say("小李", "抢")
    await street.shop.pass_time(timedelta(hours=1, minutes=46))  # 23:16
    await street.say("阿花", "来2箱橙子", PRIVATE)
    in_the_group = [line.text for line in street.channel.said if line.room]
    assert in_the_group == ["3 张 满30减5，说“抢”就有，每人 1 张，到 23:30 为止"]

    told = await street.shop.pass_time(timedelta(minutes=15))  # 23:31
    assert to("阿花", told) == ["0501-001 过了15分钟没付款，货先放回去了。还要就说“老样子”"]
    assert await street.say("大刘", "抢") == ()
    assert await held(ORANGES) == 0
    await street.shop.pass_time(timedelta(hours=8, minutes=28))  # 7:59
    assert [line.text for line in street.channel.said if line.room] == in_the_group

    for _ in range(2):  # 8:00 and 8:01
        await street.shop.pass_time(timedelta(minutes=1))
        assert [line.text for line in street.channel.said if line.room][1:] == [
            "3 张 满30减5 时间到了，还剩 2 张：小李。券在各自的“我的券”里"
        ]


async def test_90_what_is_thrown_in_at_night_falls_in_the_morning_and_lies_there_as_long(
    street: Street,
) -> None:
    await street.shop.pass_time(timedelta(hours=12, minutes=30))  # 22:30, it would be over at 23:30
    (shown,) = to(BOSS, await street.say(BOSS, "发券 满30减5 x3 水果群", PRIVATE))
    assert shown.startswith("明天08:00 水果群抢券：3 张 满30减5")
    (done,) = to(BOSS, await street.say(BOSS, "确认", PRIVATE))
    assert done.startswith("明天08:00 发到水果群：3 张 满30减5")
    heard = []
    for hours in (9.5, 0.99, 0.01):  # 8:00, one minute before and at 9:00
        await street.shop.pass_time(timedelta(hours=hours))
        heard.append([line.text for line in street.channel.said if line.room])
    thrown = "3 张 满30减5，说“抢”就有，每人 1 张，到 09:00 为止"
    assert heard == [[thrown], [thrown], [thrown, "满30减5 的券时间到了，没人抢，下次再来"]]
