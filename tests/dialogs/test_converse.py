"""一问一答 on a real fresh database with the real reader: who said what to whom, and what came of it."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from bot.channels.loopback import Loopback
from dialogs.converse import Conversation
from shop import people
from shop.kit.ids import MessageId
from shop.transaction import unit_of_work
from tests.support.street import (
    PRIVATE,
    ROOM,
    Street,
    held,
    open_street,
    orders_by_name,
    rows,
    without_chance,
)

STRAWBERRIES, BANANAS = "F04-1", "F02-1"
BOSS, AGENT = "店主", "客服"


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_street(database_url, {STRAWBERRIES: "6"}) as opened:
        yield opened


async def private(street: Street, who: str, text: str) -> str:
    """What this person alone is told."""
    answers = await street.say(who, text, PRIVATE)
    assert all(answer.room is None for answer in answers if answer.to == who)
    return "\n".join(answer.text for answer in answers if answer.to == who)


async def price(sku: str) -> int:
    return int((await rows('SELECT price_fen FROM sku WHERE "key" = ?', sku))[0][0])


async def stock(sku: str) -> int:
    found = await rows(
        'SELECT on_hand FROM stock_item JOIN sku ON sku.id = stock_item.sku_id WHERE sku."key" = ?', sku
    )
    return int(found[0][0]) // 1000


async def acts() -> list[tuple[str, str]]:
    return [
        (command, outcome) for command, outcome in await rows("SELECT command, outcome FROM act ORDER BY id")
    ]


# ── who and where ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_private_plus_one_is_for_a_list_of_ones_own_group(street: Street) -> None:
    """The newest list runs in another group, which 小李 has never spoken in."""
    await unit_of_work(lambda: people.take_over_room(street.shop.shop, street.channel.name, "二群", "二群"))
    for where, goods in ((ROOM, "草莓 22"), ("二群", "香蕉 3")):
        await street.say(BOSS, f"接龙 {goods}", where)
        await street.say(BOSS, "确认", PRIVATE)
    await street.say("小李", "大家好")
    assert "草莓1盒" in await private(street, "小李", "+1")
    await street.say("阿花", "大家好", "二群")
    assert "香蕉1斤" in await private(street, "阿花", "+1")
    asked = await private(street, "新来的", "+1")  # who only reads may be in both
    assert "草莓" in asked
    assert "香蕉" in asked


async def test_two_people_with_open_questions_do_not_answer_for_each_other(street: Street) -> None:
    assert "对吗" in await private(street, "小李", "来35斤香蕉")
    assert "对吗" in await private(street, "阿花", "来31斤雪梨")
    assert "香蕉35斤" in await private(street, "小李", "确认")
    assert await orders_by_name() == {"小李": "unpaid 35斤香蕉"}
    assert "雪梨31斤" in await private(street, "阿花", "确认")
    assert await orders_by_name() == {"小李": "unpaid 35斤香蕉", "阿花": "unpaid 31斤雪梨"}


async def test_a_question_belongs_to_the_place_where_it_was_asked(street: Street) -> None:
    """The same person in the group, in another group and in private: three places, three questions."""
    await unit_of_work(lambda: people.take_over_room(street.shop.shop, street.channel.name, "二群", "二群"))
    assert "对吗" in "".join(await street.texts("小李", "来35斤香蕉"))
    for elsewhere in ("二群", PRIVATE):
        await street.say("小李", "对", elsewhere)
        assert await orders_by_name() == {}
    await street.say("小李", "对")
    assert await orders_by_name() == {"小李": "unpaid 35斤香蕉"}


async def test_a_neighbour_cannot_say_yes_for_somebody_else(street: Street) -> None:
    await street.say("小李", "来35斤香蕉")
    await street.say("阿花", "对")
    assert await orders_by_name() == {}


async def test_a_room_that_is_not_ours_is_silent_and_nothing_is_remembered_of_it(street: Street) -> None:
    before = await rows("SELECT count(*) FROM person")
    assert await street.say("老周", f"@{street.shop.shop_name} 来2箱橙子", "别人的群") == ()
    assert (await orders_by_name(), await rows("SELECT count(*) FROM person")) == ({}, before)


async def test_the_bot_answers_no_program(street: Street) -> None:
    talk = Conversation(
        street.shop.shop, street.shop.conversation.facts, street.shop.conversation.links, bots=frozenset({"机器人"})
    )  # fmt: skip
    heard = street.heard("机器人", "来2箱橙子", PRIVATE)
    reply = await unit_of_work(lambda: talk.converse(heard, MessageId(1), now=street.shop.clock.now()))
    assert (reply.says, reply.trace) == ((), {"outcome": "silent"})
    assert await orders_by_name() == {}
    assert await street.say("小李", "   ", PRIVATE) == ()


async def test_chatter_in_the_group_is_met_with_silence(street: Street) -> None:
    for text in ("今天天气不错", "哈哈哈", "谁家的猫丢了", "[图片]", "谢谢大家"):
        assert await street.say("小李", text) == (), text


# ── between the preview and the yes ─────────────────────────────────────────────────────────────────────────────


async def test_a_price_that_rose_is_asked_about_again(street: Street) -> None:
    assert "合计 ¥163.00" in await private(street, "小李", "来35斤香蕉")  # 35 × 4.80 − 5
    await street.say(BOSS, "改价 香蕉 5", PRIVATE)
    again = await private(street, "小李", "确认")
    assert "合计 ¥170.00" in again
    assert "确认" in again
    assert await orders_by_name() == {}
    assert "合计 ¥170.00" in await private(street, "小李", "确认")
    assert await orders_by_name() == {"小李": "unpaid 35斤香蕉"}


async def test_a_price_that_fell_is_passed_on(street: Street) -> None:
    await private(street, "小李", "来35斤香蕉")
    await street.say(BOSS, "改价 香蕉 4.2", PRIVATE)
    assert "合计 ¥142.00" in await private(street, "小李", "确认")
    assert await orders_by_name() == {"小李": "unpaid 35斤香蕉"}


async def test_a_yes_said_twice_orders_once(street: Street) -> None:
    await private(street, "小李", "来35斤香蕉")
    await private(street, "小李", "确认")
    await private(street, "小李", "确认")
    assert (await orders_by_name(), await held(BANANAS)) == ({"小李": "unpaid 35斤香蕉"}, 35)


async def test_what_is_gone_by_the_yes_becomes_an_offer_of_what_is_left(street: Street) -> None:
    assert "只剩 6 盒" in await private(street, "阿花", "来40盒草莓")
    await street.say("小李", "来4盒草莓")
    assert "只剩 2 盒" in await private(street, "阿花", "要")
    assert "草莓2盒" in await private(street, "阿花", "要")
    assert await orders_by_name() == {"小李": "unpaid 4盒草莓", "阿花": "unpaid 2盒草莓"}


async def test_a_no_orders_nothing_and_a_question_too_old_is_forgotten(street: Street) -> None:
    await private(street, "小李", "来35斤香蕉")
    assert "先不记" in await private(street, "小李", "不要")
    await private(street, "小李", "来35斤香蕉")
    await street.shop.pass_time(timedelta(minutes=31))
    await private(street, "小李", "确认")
    assert await orders_by_name() == {}


async def test_a_question_in_between_leaves_the_order_waiting(street: Street) -> None:
    await private(street, "小李", "来35斤香蕉")
    assert "¥29.90" in await private(street, "小李", "橙子多少钱")
    await private(street, "小李", "确认")
    assert await orders_by_name() == {"小李": "unpaid 35斤香蕉"}


# ── the shop's own people ───────────────────────────────────────────────────────────────────────────────────────


async def test_each_command_is_taken_back_by_one_word(street: Street) -> None:
    assert "4.80 → 3.90" in await private(street, BOSS, "香蕉改3块9")
    assert await price(BANANAS) == 390
    assert "改回 4.80" in await private(street, BOSS, "撤销")
    assert await price(BANANAS) == 480

    await private(street, BOSS, "补货 草莓50盒")
    assert await stock(STRAWBERRIES) == 56
    assert "撤销了" in await private(street, BOSS, "撤销")
    assert await stock(STRAWBERRIES) == 6

    await private(street, BOSS, "下架 草莓")
    assert "草莓" not in "".join(await street.texts("小李", "菜单", PRIVATE))
    assert "又上架了" in await private(street, BOSS, "撤销")
    assert "草莓" in "".join(await street.texts("小李", "菜单", PRIVATE))

    assert "回“确认”就办" in await private(street, BOSS, "上架 山竹 25/盒 库存80")
    await private(street, BOSS, "确认")
    assert "山竹" in await private(street, "小李", "菜单")
    assert "又下架了" in await private(street, BOSS, "撤销")
    assert "山竹" not in await private(street, "小李", "菜单")

    await private(street, BOSS, "今日特价 草莓22 香蕉2.9")
    await private(street, BOSS, "确认")
    assert "¥2.90/斤" in await private(street, "小李", "香蕉多少钱")
    assert "按原价卖" in await private(street, BOSS, "撤销")
    assert "¥4.80/斤" in await private(street, "小李", "香蕉多少钱")

    await private(street, BOSS, "橙子库存改成15")
    assert await stock("F01-1") == 15
    assert "改回 12" in await private(street, BOSS, "撤销")
    assert await stock("F01-1") == 12
    assert "没有能撤销的" in await private(street, BOSS, "撤销")


@pytest.mark.parametrize(
    "words",
    [
        ("香蕉改3块9",),
        ("补货 草莓50盒",),
        ("下架 草莓",),
        ("上架 山竹 25/盒 库存80", "确认"),
        ("今日特价 草莓22 香蕉2.9", "确认"),
    ],
)
async def test_after_two_minutes_nothing_is_taken_back(words: tuple[str, ...], sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        for text in words:
            await private(street, BOSS, text)
        await street.shop.pass_time(timedelta(minutes=2, seconds=1))
        assert "没有能撤销的" in await private(street, BOSS, "撤销")
        assert [outcome for _, outcome in await acts()] == ["done"]


async def test_a_question_does_not_swallow_the_word_that_takes_back(street: Street) -> None:
    await private(street, BOSS, "香蕉改3块9")
    for question in ("改价", "补货 草莓"):
        assert "？" in await private(street, BOSS, question)
        assert "说" in await private(street, BOSS, "帮助")
    assert "改回 4.80" in await private(street, BOSS, "撤销")
    assert await price(BANANAS) == 480


async def test_whoever_works_here_but_may_not_is_refused_and_written_down(street: Street) -> None:
    assert await private(street, AGENT, "香蕉改3块9") == "这件事要店主来做"
    assert (await price(BANANAS), await acts()) == (480, [("price", "denied")])
    assert "今天还没有单" in await private(street, AGENT, "今日订单")


async def test_to_a_customer_a_command_is_a_customers_word(street: Street) -> None:
    for text in (
        "香蕉改3块9",
        "今日订单",
        "下架 草莓",
        "撤销",
        "收款 0501-001",
        "核销 4829-31",
        "我做过什么",
    ):
        said = await private(street, "小李", text)
        assert "今天" not in said
        assert "没有能撤销的" not in said
    assert (await price(BANANAS), await acts()) == (480, [])


async def test_in_the_group_the_owner_is_a_customer_like_any_other(street: Street) -> None:
    for text in ("今日订单", "下架 草莓", "撤销", "补货 草莓50盒"):
        assert not [one for one in await street.say(BOSS, text) if "改好了" in one.text or "今天" in one.text]
    assert (await price(BANANAS), await acts()) == (480, [])
    await street.say(BOSS, "来2箱橙子")
    assert await orders_by_name() == {BOSS: "unpaid 2箱橙子"}


async def test_a_room_that_wants_no_promotions_gets_none_and_is_served_all_the_same(street: Street) -> None:
    room = await people.room(street.channel.name, ROOM)
    assert room is not None
    await unit_of_work(lambda: people.mute(room.id))
    assert ROOM not in await private(street, BOSS, "今日特价 草莓22")
    answers = await street.say(BOSS, "确认", PRIVATE)
    assert {answer.room for answer in answers} == {None}
    assert "".join(await street.texts("小李", "来2箱橙子")).startswith("小李：橙子2箱")
    assert not [line for line in street.channel.said if line.room and "特价" in line.text]


# ── everybody at once ───────────────────────────────────────────────────────────────────────────────────────────

SCRIPTS = {
    "小李": ["来2箱橙子", "橙子改3箱", "我的订单"],
    "阿花": ["来35斤香蕉", "橙子多少钱", "确认"],
    "王姐": ["苹果要2斤", "再加1斤", "取消"],
    "老周": ["来40斤雪梨", "不要", "来1个西瓜", "到店付"],
}


async def outcome(street: Street, script: list[str], who: str) -> list[list[str]]:
    return [plain([one.text for one in await street.say(who, text, PRIVATE)]) for text in script]


def plain(texts: list[str]) -> list[str]:
    """Order numbers run over everybody, and what is left depends on the others."""
    return [re.sub(r"0501-\d{3}|剩\s?\d+|还有 \d+ \S", "…", without_chance(text)) for text in texts]


alone: dict[str, list[list[str]]] = {}  # what each is told who talks alone; made by the first of these tests


@pytest.mark.parametrize("seed", range(3))
async def test_whoever_talks_across_others_is_told_the_same_as_alone(
    seed: int, empty_file: Callable[[], str]
) -> None:
    for who, script in SCRIPTS.items() if not alone else ():
        async with open_street(empty_file(), {"F01-1": "99", "F11-1": "99"}) as street:
            alone[who] = await outcome(street, script, who)
    together: dict[str, list[list[str]]] = {who: [] for who in SCRIPTS}
    turns = [who for who, script in SCRIPTS.items() for _ in script]
    random.Random(seed).shuffle(turns)
    async with open_street(empty_file(), {"F01-1": "99", "F11-1": "99"}) as street:
        for who in turns:
            text = SCRIPTS[who][len(together[who])]
            together[who] += await outcome(street, [text], who)
    assert together == alone


async def test_nothing_was_said_that_nobody_asked_for(street: Street) -> None:
    """The loopback hears its own shop only through this test: a shop that answered itself would go on for ever."""
    await street.say("小李", "来2箱橙子")
    channel = street.channel
    assert isinstance(channel, Loopback)
    before = len(channel.said)
    await street.shop.outbox.flush()
    assert len(channel.said) == before
