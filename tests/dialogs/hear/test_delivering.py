"""送货: which words want an order brought, which address is in them, and which only ask or fetch."""

from __future__ import annotations

import pytest

from dialogs.hear.delivering import LONGEST, alone, beside, is_bare, is_fetched, is_wanted, where

HEARD = {"building": 3, "unit": 2, "room": 501}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("送到3栋2单元501", "3栋2单元501"),
        ("帮我送货到 阳光花园 3号楼 1202。", "阳光花园 3号楼 1202"),
        ("改送到五栋101", "五栋101"),
        ("送货 3-2-501", "3-2-501"),
        ("@店 送到小区东门", "小区东门"),
        ("送到了吗", ""),
        ("送到哪了", ""),
        ("送到3栋要多少钱", ""),
        ("送到3栋吗", ""),
        ("送两箱橙子", ""),
        ("送到5点", ""),
    ],
)
def test_the_address_is_as_it_was_said(text: str, address: str) -> None:
    assert where(text) == address


@pytest.mark.parametrize("text", ["送货", "我要送货", "帮我送", "送货上门。", "@店 配送吧"])
def test_a_bare_word_wants_it_brought(text: str) -> None:
    assert is_bare(text)


@pytest.mark.parametrize("text", ["送", "送吧", "送货吗", "配送费", "送我一箱", "想要" * 400 + "x"])
def test_other_words_do_not(text: str) -> None:
    assert not is_bare(text)


@pytest.mark.parametrize(
    "text", ["自提", "我自己来拿", "不送了，我自己来拿", "不用送了", "别送了", "我没说要送"]
)
def test_what_is_fetched(text: str) -> None:
    assert is_fetched(text)


@pytest.mark.parametrize("text", ["自提点在哪", "不送了吗", "送货", "自己来拿的苹果坏了", "不要了"])
def test_what_is_not_fetched(text: str) -> None:
    assert not is_fetched(text)


def test_beside_goods_the_address_is_found_or_told_from_what_was_heard() -> None:
    assert beside("来2箱橙子 送到阳光3栋2单元501，谢谢", HEARD) == "阳光3栋2单元501"
    assert beside("3栋 2单元 501 来2箱橙子", HEARD) == "3栋2单元501"
    assert beside("来2箱橙子 送货", {}) == ""
    assert is_wanted("橙子2箱 送货") and not is_wanted("橙子2箱 送到3栋2单元501")


def test_an_answer_is_taken_whole_and_not_without_end() -> None:
    assert alone("我家是3栋501。") == "3栋501"
    assert len(alone("东" * 500)) == LONGEST


def test_a_place_that_is_put_right_is_the_second_one() -> None:
    assert alone("不是4栋是5栋") == "5栋"
    assert alone("不是4栋，是5栋2单元") == "5栋2单元"
    assert where("别送3栋了送5栋") == "5栋"
    assert alone("不锈钢厂宿舍3栋") == "不锈钢厂宿舍3栋"


@pytest.mark.parametrize("text", ["写错了", "怎么写", "没说要送啊", "等下再说", "哪里都行吗"])
def test_talk_is_no_place(text: str) -> None:
    assert alone(text) == ""
