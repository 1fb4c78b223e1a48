"""What is kept of a message that was not understood, of whom, and what a lesson changes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from json import loads

import pytest

from dialogs.hear.reading import Reading
from dialogs.hear.second import Unclear
from dialogs.learning import guess
from tests.dialogs.hear.shops import fruit_shop
from tests.support.street import PRIVATE, ROOM, Street, open_street, rows

BOSS = "店主"


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with open_street(database_url) as opened:
        yield opened


async def kept() -> list[str]:
    return [str(text) for (text,) in await rows("SELECT text FROM unread ORDER BY id")]


async def told(street: Street, text: str) -> str:
    return "\n".join(answer.text for answer in await street.say(BOSS, text, PRIVATE) if answer.to == BOSS)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("柿饼2盒，我叫王小明 13800001234", "王小明 13800001234"),
        ("我家在3栋2单元501 柿饼两盒", "3栋 501"),
        ("帮王姐带两盒柿饼", "王姐"),
        ("柿饼两盒送到幸福小区12-3-502", "幸福 12-3 502"),
        ("柿饼两盒 482931", "482931"),
        ("柿饼两盒，跟0501-017一起", "0501 017"),
        ("柿饼两盒，微信号abc12345", "abc12345"),
    ],
)
async def test_nothing_private_is_kept(street: Street, text: str, private: str) -> None:
    await street.say("小李", text, PRIVATE)
    (one,) = await kept()
    assert "柿饼" in one
    assert not [word for word in private.split() if word in one]


async def test_a_nickname_is_no_word_to_learn(street: Street) -> None:
    await street.say("account 7", "黑珍珠要两盒黑珍珠", PRIVATE, name="黑珍珠")
    assert "黑珍珠" not in "".join(await kept())
    assert await rows("SELECT id FROM unread WHERE likeness = '黑珍珠'") == []


@pytest.mark.parametrize(
    ("who", "room", "text"),
    [
        ("小李", ROOM, "榴莲一个"),  # said to nobody
        ("小李", ROOM, "我家孩子一天能吃两斤榴莲"),
        ("小李", ROOM, "@小龙 榴莲带两个"),
        ("小李", PRIVATE, "今天天气不错"),
        ("小李", PRIVATE, "昨天吃了两碗饭"),
        ("小李", PRIVATE, "苹果2斤"),
        ("小李", PRIVATE, "香蕉"),
        ("小李", PRIVATE, "谢谢"),
        (BOSS, PRIVATE, "榴莲一个"),
        (BOSS, ROOM, "要两盒黑珍珠"),
        ("客服", PRIVATE, "榴莲一个"),
    ],
)
async def test_what_is_not_kept(street: Street, who: str, room: str | None, text: str) -> None:
    await street.say(who, text, room)
    assert await kept() == []


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (PRIVATE, "榴莲一个"),
        (PRIVATE, "苹果2斤 榴莲1个"),
        (PRIVATE, "榴莲还有吗"),
        (ROOM, "@鲜果1群的店 榴莲一个"),
        (ROOM, "要两盒榴莲"),
    ],
)
async def test_what_is_kept(street: Street, room: str | None, text: str) -> None:
    await street.say("小李", text, room)
    assert await rows("SELECT likeness, times FROM unread") == [("榴莲", 1)]


async def test_a_message_of_many_words_cannot_be_two_lines_of_the_list(street: Street) -> None:
    await street.say("小李", "榴莲一个\n2 假的：“真的”，回“2=苹果”", PRIVATE)
    assert all("\n" not in one for one in await kept())


async def test_the_list_shows_eight_and_says_how_many_more(street: Street) -> None:
    for word in ("榴莲", "柿饼", "龙眼", "荔枝", "山竹", "枇杷", "杨梅", "石榴", "菠萝", "椰子"):
        await street.say("小李", f"{word}一个", PRIVATE)
    listed = (await told(street, "没听懂的")).splitlines()
    assert [line[0] for line in listed[1:9]] == list("12345678")
    assert listed[9] == "还有 2 句，教完再看"


async def test_the_numbers_stay_those_of_the_list_that_was_shown(street: Street) -> None:
    await street.say("小李", "黑珍珠一盒", PRIVATE)
    await told(street, "没听懂的")
    await street.say("阿花", "榴莲一个", PRIVATE)
    await street.say("阿花", "榴莲两个", PRIVATE)  # it would be the first of a new list
    assert "“黑珍珠”就是车厘子" in await told(street, "1=车厘子")


async def test_a_new_lesson_leaves_nothing_of_the_one_before(street: Street) -> None:
    await street.say("小李", "黑珍珠一盒", PRIVATE)
    await told(street, "没听懂的")
    assert "是橙子吗" in await told(street, "1=橙")
    assert "“蛇果”就是红富士苹果" in await told(street, "蛇果=苹果")
    assert await rows("SELECT word FROM learnt_word") == [("蛇果",)]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("紫的", "“紫的”就是蓝莓"),
        ("“紫的”", "“紫的”就是蓝莓"),
        ("富士", "“富士”是常说的词"),
        ("谢谢", "“谢谢”平时聊天也会说"),
    ],
)
async def test_which_word_it_is_may_sound_like_something_else(street: Street, word: str, answer: str) -> None:
    await street.say("小李", "那个紫的给我来两盒", PRIVATE)
    await told(street, "没听懂的")
    assert "哪个词是蓝莓" in await told(street, "1=蓝莓")
    assert answer in await told(street, word)


async def test_a_customers_yes_teaches_nothing_and_the_list_has_the_guess(street: Street) -> None:
    await street.say("小李", "富士3斤", PRIVATE)
    assert "红富士苹果3斤" in "".join(await street.texts("小李", "对", PRIVATE))
    assert await rows("SELECT word FROM learnt_word") == []
    assert "多半是红富士苹果，回“1=红富士苹果”" in await told(street, "没听懂的")


async def test_a_word_that_people_say_is_learnt_after_a_yes(street: Street) -> None:
    assert "常说的词" in await told(street, "手机=苹果")
    assert "记住了" in await told(street, "确认")
    assert "红富士苹果2斤" in "".join(await street.texts("小李", "手机两斤"))


@pytest.mark.parametrize(
    "text",
    [
        "＊＊＊=苹果",
        "{word}=苹果",
        "%=苹果",
        "1=1",
        "=苹果",
        "苹果=",
        "<b>黑</b>=苹果",
        "两斤=苹果",
        "是=苹果",
        "确认=苹果",
        "取消=苹果",
        "a=苹果",
        "黑珍珠" * 9 + "=苹果",
    ],
)
async def test_hostile_words_are_refused_and_nothing_is_learnt(street: Street, text: str) -> None:
    assert await told(street, text)
    assert await rows("SELECT word FROM learnt_word") == []
    assert "红富士苹果2斤" in "".join(await street.texts("小李", "苹果2斤", PRIVATE))


class SomebodyElse:
    """A second reader who takes everything for a look at the menu."""

    async def read(self, unclear: Unclear) -> Reading | None:
        return replace(unclear.first, action="act", intent="catalog.query", clarify=None)

    async def close(self) -> None: ...


async def test_what_only_the_second_reader_understood_is_kept_once(street: Street) -> None:
    street.shop.inbox._second = SomebodyElse()
    assert "今天有" in "".join(await street.texts("小李", "黑珍珠一盒", PRIVATE))
    assert await rows("SELECT likeness, times FROM unread") == [("黑珍珠", 1)]


async def test_why_a_message_was_not_read_says_how_it_is_taught(street: Street) -> None:
    await street.say("小李", "黑珍珠一盒", PRIVATE)
    ((trace,),) = await rows("SELECT trace FROM message")
    rules = (loads(trace) if isinstance(trace, str) else trace)["rules"]
    assert rules[-1] == "不认识“黑珍珠”：店主回“黑珍珠=货名”就教会了"


def test_one_guess_or_none() -> None:
    named = {word: guess(word, fruit_shop()) for word in ("富士", "黑珍珠", "")}
    assert named["富士"] is not None and named["富士"].name == "红富士苹果"
    assert [named["黑珍珠"], named[""]] == [None, None]
