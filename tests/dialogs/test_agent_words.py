"""What an agent means: whom it is for, and what is never relayed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.agent.grammar import WORDS, Meant, parse

CARD = "#12 小李@水果群 找人：坏了两个\n  最近一单 …"


@pytest.mark.parametrize(
    ("text", "verb", "ticket", "rest"),
    [
        ("12 马上补发", "say", 12, "马上补发"),
        ("#12 马上补发", "say", 12, "马上补发"),
        ("12：马上补发", "say", 12, "马上补发"),
        ("12，在的", "say", 12, "在的"),
        ("12 第一行\n第二行", "say", 12, "第一行\n第二行"),
        ("12 接", "claim", 12, ""),
        ("12接", "claim", 12, ""),
        ("12 完", "end", 12, ""),
        ("12 结束", "end", 12, ""),
        ("12 转 小美", "transfer", 12, "小美"),
        ("12 转", "transfer", 12, ""),
        ("12 备注 老顾客", "note", 12, "老顾客"),
        ("12 备注：老顾客", "note", 12, "老顾客"),
        ("12 补发 橙子1箱", "reship", 12, "橙子1箱"),
        ("12 补发", "reship", 12, ""),
        ("12 退款 20 坏果", "refund", 12, "20 坏果"),
        ("12 退款20", "refund", 12, "20"),
        ("12 /2", "canned", 12, "2"),
        ("12 图", "picture", 12, ""),
        ("12图", "picture", 12, ""),
        ("12 图片在哪", "say", 12, "图片在哪"),
        ("图", "say", None, "图"),
        ("/2", "canned", None, "2"),
        ("#12", "card", 12, ""),
        ("马上补发", "say", None, "马上补发"),
        ("12", "say", None, "12"),
        ("12箱够吗", "say", None, "12箱够吗"),
        ("接", "claim", None, ""),
        ("列表", "list", None, ""),
        ("上班", "on", None, ""),
        ("下班", "off", None, ""),
        ("#备注 老顾客", "unclear", None, ""),
        ("#", "unclear", None, ""),
        ("＃十二 你好", "unclear", None, ""),
        ("12 #3 你好", "unclear", 12, ""),
        ("12 /退款", "unclear", 12, ""),
    ],
)
def test_what_an_agent_means(text: str, verb: str, ticket: int | None, rest: str) -> None:
    meant = parse(text)
    assert (meant.verb, meant.ticket, meant.rest, meant.joined) == (verb, ticket, rest, False)


@pytest.mark.parametrize(
    "text", ["转账收到了", "完全没问题", "接着说", "备注里写了", "补发了", "退款已经退了"]
)
def test_a_word_of_command_that_runs_on_may_be_none(text: str) -> None:
    meant = parse(f"12 {text}")
    assert (meant.ticket, meant.joined, meant.whole) == (12, True, text)


def test_a_quoted_card_says_whom_it_is_for() -> None:
    assert parse("马上补发", CARD) == Meant("say", 12, "马上补发", whole="马上补发", is_certain=True)
    assert parse("完", CARD).verb == "end"
    assert parse("好的", "→#12 小李").ticket == 12
    assert parse("好的", "来2箱橙子").ticket is None
    assert parse("3 好的", CARD).ticket == 12  # what is quoted counts


@given(st.text(max_size=20))
def test_behind_a_hash_only_a_number_opens_a_way_to_a_customer(rest: str) -> None:
    for start in ("#", "＃"):
        meant = parse(f"{start}{rest}")
        assert meant.verb != "say" or meant.ticket is not None


@given(st.sampled_from([*WORDS, "#", "＃", "/"]), st.text(max_size=20))
def test_what_begins_with_a_word_of_command_is_never_simply_said(word: str, rest: str) -> None:
    assert parse(f"12 {word} {rest}").verb != "say"
