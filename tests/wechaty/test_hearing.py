"""听: what is made of a payload, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechaty.hearing import (
    SHOWN,
    Us,
    can_be_kept,
    is_no_person,
    leavers,
    mentions,
    message_id,
    sent_at,
    words,
)
from dialogs import shown
from dialogs.speech import Quote

OUR = Us("wxid_shop", "邻里鲜果", ("鲜果小助手", "小助手(群里)"))
DASHES = "- - - - - - - - - - - - - - -"
NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ids", "said"),
    [
        ("来2箱橙子", (), ()),
        ("@鲜果小助手\u2005来2箱橙子", ("wxid_shop",), ("@shop",)),
        ("@鲜果小助手\u2005来2箱橙子", (), ("@shop",)),  # gateways forget ids
        ("@小助手(群里)\u2005在吗", (), ("@shop",)),  # a name is no pattern
        ("在吗 @鲜果小助手", (), ("@shop",)),
        ("@邻里鲜果来2箱", (), ("@shop",)),  # typed by hand
        ("@邻里鲜果二店\u2005来2箱", (), ("邻里鲜果二店",)),  # chosen from the list: somebody else
        ("@鲜果小助手2号 来2箱", (), ("鲜果小助手2号",)),
        ("@阿花\u2005帮你订2箱", ("wxid_hua",), ("阿花",)),
        ("@张 三 丰\u2005你要吗", (), ("张 三 丰",)),
        ("@阿花\u2005@鲜果小助手\u2005两箱", (), ("阿花", "@shop")),
        ("@所有人\u2005今天有橙子", ("wxid_shop", "wxid_li"), ("所有人",)),  # nobody in particular
        ("来2箱", ("wxid_shop",), ("@shop",)),  # the gateway knows better than the text
        ("邮箱 a@b.com", (), ("b.com",)),
        ("@", (), ()),
        ("@" * 3000, (), ()),
    ],
)
def test_who_is_mentioned(text: str, ids: tuple[str, ...], said: tuple[str, ...]) -> None:
    assert mentions(text, ids, OUR) == said


@pytest.mark.parametrize(
    ("text", "quote", "rest"),
    [
        (f"「小李：来2箱橙子」\n{DASHES}\n+1", Quote("小李", "来2箱橙子"), "+1"),
        (f"「鲜果小助手：今天有橙子」\n{DASHES}\n来2箱", Quote("邻里鲜果", "今天有橙子"), "来2箱"),
        (f"「邻里鲜果：今天有橙子」\n{DASHES}\n来2箱", Quote("邻里鲜果", "今天有橙子"), "来2箱"),
        (f"「小助手(群里)：好」\n{DASHES}\n好", Quote("邻里鲜果", "好"), "好"),
        (f"「小李：一\n二」\n{DASHES}\n三\n四", Quote("小李", "一\n二"), "三\n四"),
        (f"「小李：「阿花：要」\n{DASHES}\n我也要」\n{DASHES}\n+1", Quote("小李", f"「阿花：要」\n{DASHES}\n我也要"), "+1"),
        (f"「没有名字」\n{DASHES}\n好", Quote("", "没有名字"), "好"),
        (f"「：空」\n{DASHES}\n好", Quote("", "空"), "好"),
        (f"「小李：空回复」\n{DASHES}\n", Quote("小李", "空回复"), ""),
        ("「小李：没有线」\n好", None, "「小李：没有线」\n好"),
        (f"前面「小李：不是引用」\n{DASHES}\n好", None, f"前面「小李：不是引用」\n{DASHES}\n好"),
    ],
)  # fmt: skip
def test_a_quote_is_taken_off_the_text(text: str, quote: Quote | None, rest: str) -> None:
    said = words(7, text, (), OUR)
    assert said is not None
    assert (said.quote, said.text) == (quote, rest)


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("@鲜果小助手\u2005来2箱", "@邻里鲜果 来2箱"),
        ("来2箱 @鲜果小助手", "来2箱 @邻里鲜果"),
        ("来2箱", "来2箱"),
        ("@鲜果小助手2号\u2005来2箱", "@鲜果小助手2号\u2005来2箱"),
    ],
)
def test_we_are_called_by_the_name_of_the_shop(typed: str, heard: str) -> None:
    said = words(7, typed, (), OUR)
    assert said is not None
    assert said.text == heard


@pytest.mark.parametrize(
    ("kind", "text", "heard"),
    [
        (6, "<msg><img/></msg>", "[图片]"),
        (14, "来20箱橙子", "[链接]"),  # the title is the words of somebody else
        (1, "来20箱橙子.xlsx", "[文件]"),
        (10, "#接龙\n1. 小李 2箱", "#接龙\n1. 小李 2箱"),
        (13, "msg-1", "撤回了一句"),
        (16, "朋友圈", None),
        (0, "?", None),
        (99, "?", None),
        (-1, "?", None),
        (7, '<?xml version="1.0"?><msg><appmsg><title>来20箱橙子</title></appmsg></msg>', None),
        (7, '  <sysmsg type="revokemsg">', None),
        (7, "<msgs> 是什么", "<msgs> 是什么"),
    ],
)
def test_what_each_kind_is_heard_as(kind: int, text: str, heard: str | None) -> None:
    said = words(kind, text, (), OUR)
    assert (said.text if said else None) == heard


def test_every_kind_that_is_no_text_has_its_answer_in_the_shop() -> None:
    assert set(SHOWN.values()) - {"[转账]"} == shown.SHOWN | {
        shown.STICKER
    }  # a transfer is a claim to have paid


def test_a_text_that_claims_to_be_a_recall_or_money_is_only_a_text() -> None:
    for claim in ("[转账]", '"小李" 撤回了一条消息', "微信转账 ¥100.00"):
        said = words(7, claim, (), OUR)
        assert said is not None
        assert said.text == claim


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        (1777600800000, datetime(2026, 5, 1, 2, tzinfo=UTC)),
        (1777600800, datetime(2026, 5, 1, 2, tzinfo=UTC)),
        (0, NOW),
        (1, NOW),
        (2**64 - 1, NOW),
        (1777604400000, NOW),  # an hour ahead
    ],
)
def test_when_it_was_said(stamp: int, said: datetime) -> None:
    assert sent_at(stamp, NOW) == said


def test_what_no_table_holds_is_not_kept_and_a_long_id_is_still_known_again() -> None:
    assert can_be_kept("wxid_li", "1@chatroom")
    for bad in ("", "a\x00b", "x" * 129, "a\nb"):
        assert not can_be_kept("wxid_li", bad)
        assert message_id(bad) == message_id(bad)
        assert can_be_kept(message_id(bad))
    assert message_id("x" * 129) != message_id("x" * 130)
    assert message_id("\ud800") != message_id("\ud800x")


def test_programs_are_no_persons() -> None:
    def contact(id: str, type: int = 1) -> SimpleNamespace:
        return SimpleNamespace(id=id, type=type)

    assert is_no_person(contact("gh_news"))
    assert is_no_person(contact("weixin"))
    assert is_no_person(contact("wxid_news", type=2))
    assert not is_no_person(contact("wxid_li"))
    assert not is_no_person(contact("wxid_ghost"))


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        ({"removeeIdList": ["wxid_li"], "removerId": "wxid_li"}, ("wxid_li",)),
        ({"removeeIdList": ["wxid_li", "wxid_wang"]}, ("wxid_li", "wxid_wang")),
        ({"removeeIdList": ["wxid_li"], "removerId": "wxid_boss"}, ()),  # put out
        ({"removeeIdList": "wxid_li"}, ()),
        ({"removeeIdList": [7, None, "wxid_li"], "removerId": ""}, ("wxid_li",)),
        ({}, ()),
    ],
)
def test_who_has_left_by_himself(facts: dict[str, object], gone: tuple[str, ...]) -> None:
    assert leavers(facts) == gone


@given(st.integers(0, 20), st.text(), st.lists(st.text(), max_size=5))
def test_no_text_breaks_the_ear(kind: int, text: str, ids: list[str]) -> None:
    for said_so in (text, f"「{text}」\n{DASHES}\n{text}", f"@{text}\u2005{text}"):
        said = words(kind, said_so, ids, OUR)
        assert said is None or isinstance(said.text, str)


def test_a_giant_text_is_heard_in_no_time_to_speak_of() -> None:
    """Patterns that go back and forth would take hours here."""
    for giant in (
        "「" * 200_000,
        f"「{'：' * 100_000}」\n{DASHES}\n好",
        "- " * 200_000,
        "@a" * 200_000,
        "\n" * 300_000,
    ):
        assert words(7, giant, (), OUR) is not None
