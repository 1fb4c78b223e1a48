"""没听懂: an example, then choices, then a person comes; and it begins anew when something is understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs import repair
from shop import tickets
from tests.support.street import PRIVATE, Street, open_street, orders_by_name

NONSENSE = ("嘀嘀咕咕", "稀里糊涂", "叽里呱啦", "呜噜呜噜", "咕噜咕噜")
EXAMPLE = "橙子2箱"
SAID = [
    f"这句没看懂。要买什么直接说，比如“{EXAMPLE}”；看货回“菜单”",
    f"还是没看懂。可以说“菜单”“我的订单”“{EXAMPLE}”，找人说“转人工”",
    "没看懂你的意思，请店里的人来看。已经告诉店里了，很快来回你",
    "记下了，客服来了先看这句",
    "",
]


async def heard_by(street: Street, text: str) -> list[str]:
    """What 小李 himself is told, whom nobody serves yet."""
    said = await street.say("小李", text, PRIVATE)
    return [one.text for one in said if one.account == "小李"]


async def test_the_first_failures_get_an_example_and_choices_then_a_person_comes(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        said = ["".join(await heard_by(street, text)) for text in NONSENSE]
        assert said == SAID
        (waiting,) = await tickets.living(street.shop.shop)
        assert (waiting.why, waiting.in_hands) == (NONSENSE[2], False)
        assert (await street.say("阿花", NONSENSE[0], PRIVATE))[0].text == SAID[0]  # each is counted alone


async def test_the_buttons_say_what_the_sentence_says(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        offered = []
        for text in NONSENSE[:2]:
            (answer,) = await street.say("小李", text, PRIVATE)
            offered.append([button.says for button in answer.buttons])
            assert all(says in answer.text for says in offered[-1])
        assert offered == [["菜单"], ["菜单", "转人工"]]


@pytest.mark.parametrize(("failures", "said"), [(1, SAID[2:]), (2, [SAID[0], *SAID[2:4]])])
async def test_a_person_comes_as_early_as_the_shop_says(
    failures: int, said: list[str], sqlite_url: str
) -> None:
    async with open_street(sqlite_url) as street:
        facts = street.shop.conversation.facts
        street.shop.conversation.facts = replace(facts, calls=replace(facts.calls, failures=failures))
        assert ["".join(await heard_by(street, text)) for text in NONSENSE[:3]] == said


@pytest.mark.parametrize("text", ["菜单", "来1箱橙子", "橙子多少钱"])
async def test_what_is_understood_begins_anew(text: str, sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        for nonsense in NONSENSE[:2]:
            await street.say("小李", nonsense, PRIVATE)
        assert "没看懂" not in "".join(await street.texts("小李", text, PRIVATE))
        assert await street.texts("小李", NONSENSE[2], PRIVATE) == [SAID[0]]


async def test_after_ten_minutes_the_failures_are_forgotten(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        for nonsense in NONSENSE[:2]:
            await street.say("小李", nonsense, PRIVATE)
        await street.shop.pass_time(timedelta(minutes=10, seconds=1))
        assert await street.texts("小李", NONSENSE[2], PRIVATE) == [SAID[0]]
        assert repair.until(street.shop.clock.now()) - street.shop.clock.now() == timedelta(minutes=10)


async def test_an_open_question_is_said_again_twice_and_then_a_person_comes(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        (question,) = await street.texts("小李", "来35斤香蕉", PRIVATE)
        said = ["".join(await heard_by(street, text)) for text in NONSENSE[:3]]
        assert said == [f"没看懂。{question}", f"{question}\n不要了回“取消”，找人说“转人工”", SAID[2]]
        await street.say("小李", "确认", PRIVATE)  # and it is still open
        assert await orders_by_name() == {"小李": "unpaid 35斤香蕉"}


async def test_in_the_group_what_is_not_understood_is_chatter_unless_the_shop_is_meant(
    sqlite_url: str,
) -> None:
    async with open_street(sqlite_url) as street:
        assert await street.say("小李", NONSENSE[0]) == ()
        (answer,) = await street.say("小李", f"@{street.shop.shop_name} {NONSENSE[0]}")
        assert (answer.room is not None, answer.text) == (True, SAID[0])
        await street.say("阿花", "来35斤香蕉")
        assert await street.say("小李", NONSENSE[1]) == ()  # one failure does not make him speak to the shop
        assert await street.say("阿花", "今天天气不错") == ()  # an open question in the group bears chatter
        await street.say("阿花", "对")
        assert await orders_by_name() == {"阿花": "unpaid 35斤香蕉"}


@pytest.mark.parametrize("text", ["谢谢", "嗯嗯", "哈哈哈！"])
async def test_what_wants_nothing_needs_no_answer_and_no_person(text: str, sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        for _ in range(5):
            assert await street.say("小李", text, PRIVATE) == ()
        assert await tickets.living(street.shop.shop) == ()


async def test_nobody_is_fetched_for_who_works_in_the_shop(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        for text in NONSENSE:
            await street.say("店主", text, PRIVATE)
        assert await tickets.living(street.shop.shop) == ()


async def test_a_no_is_answered_shortly_and_names_what_stays(sqlite_url: str) -> None:
    async with open_street(sqlite_url) as street:
        await street.say("小李", "来35斤香蕉", PRIVATE)
        assert await street.texts("小李", "不要", PRIVATE) == ["好，先不记。要什么直接说"]
        await street.say("小李", "来1箱橙子", PRIVATE)
        await street.say("小李", "来35斤香蕉", PRIVATE)
        assert await street.texts("小李", "不要", PRIVATE) == [
            "好，这句不记，0501-001 不变。整单不要就说“取消”"
        ]
        await street.say("店主", "上架 山竹 25/盒 库存80", PRIVATE)
        assert await street.texts("店主", "不要", PRIVATE) == ["好，先不办了"]
