"""A merchant teaches words: what he may say, what a word was missed, and which words are too ordinary."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.hear import Context, Pending, Reading
from dialogs.hear.missed import is_lost, unknown_words
from dialogs.hear.ordinary import is_everyday, is_ordinary
from tests.dialogs.hear.shops import fruit_shop

LISTED = Pending("unread", ("17", "18"))
APPLES = "P01"


def said(text: str, *, listed: bool = False) -> Reading:
    return fruit_shop().read(text, Context("admin", pending=LISTED if listed else None))


def slots(text: str, *, listed: bool = False) -> dict[str, Any]:
    return dict(said(text, listed=listed).slots)


@pytest.mark.parametrize("text", ["没听懂的", "没看懂的", "哪些没听懂", "没懂的话", "没识别的"])
def test_what_was_not_understood(text: str) -> None:
    assert said(text).intent == "admin.unread"


@pytest.mark.parametrize("text", ["学过的", "学过的词", "学会了哪些", "教过的"])
def test_what_was_learnt(text: str) -> None:
    assert said(text).intent == "admin.words"


@pytest.mark.parametrize("text", ["忘掉 蛇果", "忘掉蛇果", "忘掉“蛇果”", "蛇果忘掉"])
def test_a_word_to_forget(text: str) -> None:
    assert (said(text).intent, slots(text)) == ("admin.word_forget", {"word": "蛇果"})


@pytest.mark.parametrize(
    "text",
    [
        "蛇果=苹果",
        "蛇果＝苹果",
        "蛇果 = 苹果",
        "教 蛇果 苹果",
        "记住 蛇果 苹果",
        "蛇果是苹果",
        "蛇果就是苹果",
        "苹果=蛇果",
        "“蛇果”=“苹果”",
    ],
)
def test_a_word_to_learn(text: str) -> None:
    reading = said(text)
    assert (reading.action, reading.intent) == ("act", "admin.word_teach")
    assert reading.slots["word"] == "蛇果"
    assert fruit_shop().catalogue.product[reading.slots["product"]].name == "红富士苹果"


@pytest.mark.parametrize("text", ["2=苹果", "2＝苹果", "2 苹果", "2苹果", "第2条=苹果", "2是苹果"])
def test_a_line_of_the_list_that_was_shown(text: str) -> None:
    assert slots(text, listed=True)["line"] == {"no": 2, "unread": 18}


def test_a_number_without_a_list_in_view_is_no_message() -> None:
    assert slots("2=苹果")["line"] == {"no": 2, "unread": None}
    assert slots("3=苹果", listed=True)["line"] == {"no": 3, "unread": None}
    assert said("2 苹果").intent == "order.add"


@pytest.mark.parametrize("text", ["算了 2", "2算了", "2 不用管"])
def test_a_line_to_let_go(text: str) -> None:
    assert slots(text, listed=True) == {"dropped": [{"no": 2, "unread": 18}]}


def test_several_lines_to_let_go() -> None:
    assert [one["unread"] for one in slots("算了 1、2", listed=True)["dropped"]] == [17, 18]


def test_goods_that_are_not_clear_are_asked_about() -> None:
    reading = said("蛇果=火星石")
    assert (reading.action, reading.intent) == ("clarify", "admin.word_teach")
    assert reading.clarify is not None and reading.clarify.heard == "火星石"


@pytest.mark.parametrize(
    "text",
    [
        "1+1=2",
        "这个是苹果",
        "a=b=c",
        "12:30截团",
        "12:30 苹果特价",
        "1是多少",
        "1 苹果 2 香蕉",
        "补货 苹果 +50",
        "没听懂你说什么",
    ],
)
def test_what_teaches_nothing(text: str) -> None:
    assert not said(text, listed=True).evidence[-1].startswith("由“lesson”")


@pytest.mark.parametrize("text", ["没听懂的", "蛇果=苹果", "学过的", "忘掉 蛇果", "算了 1"])
@pytest.mark.parametrize("chat", ["private", "group"])
def test_nobody_else_teaches(text: str, chat: Any) -> None:
    assert not fruit_shop().read(text, Context(chat)).intent.startswith("admin.")


@pytest.mark.parametrize("text", ["1号2箱", "1号一份2号两份"])
@pytest.mark.parametrize("pending", [LISTED, Pending("clarify_qty", ("2", "3"), product=APPLES)])
def test_what_was_offered_and_is_no_goods_is_not_ordered_by_number(text: str, pending: Pending) -> None:
    assert fruit_shop().read(text, Context("private", pending=pending)).completes == ()


# ── what was missed ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("柿饼两盒", ("柿饼",)),
        ("来两盒柿饼，电话13800001234", ("柿饼",)),
        ("柿饼 两盒 香蕉2斤", ("柿饼",)),
        ("那个王姐说的柿饼两盒", ("柿饼",)),
        ("柿饼怎么卖", ("柿饼",)),
        ("香蕉两斤", ()),
        ("香蕉", ()),
        ("多少钱", ()),
        ("谢谢", ()),
        ("今天天气不错", ()),
    ],
)
def test_the_words_that_were_missed(text: str, missed: tuple[str, ...]) -> None:
    assert unknown_words(fruit_shop().read(text, Context("private"))) == missed


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("那个紫的给我来两盒", True),
        ("隔壁班借走了图书馆两本宇航员画册", False),
        ("今天吃了两碗饭", False),
        ("今天天气不错", False),
        ("香蕉两斤", False),
    ],
)
def test_a_message_that_was_missed_as_a_whole(text: str, lost: bool) -> None:
    assert is_lost(fruit_shop().read(text, Context("private"))) == lost


@pytest.mark.parametrize(
    "word",
    [
        "谢谢",
        "两斤",
        "来两斤",
        "菜单",
        "明天",
        "撤销",
        "好的",
        "不要",
        "取消",
        "下架",
        "转人工",
        "哈哈",
        "楼上",
        "老板",
        "地址",
        "多少钱",
        "早上好",
        "确认",
        "3栋",
        "孩子",
        "大家",
        "下班",
    ],
)
def test_ordinary_words(word: str) -> None:
    assert is_ordinary(word, fruit_shop())


@pytest.mark.parametrize(
    "word", ["平果", "蛇果", "大樱桃", "柿饼", "小毛桃", "黑珍珠", "冰糖心", "紫皮", "jjc", "手机", "天气"]
)
def test_words_that_may_be_a_name(word: str) -> None:
    assert not is_ordinary(word, fruit_shop())
    assert is_everyday(word) == (word in ("手机", "天气"))
