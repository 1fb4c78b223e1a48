"""A question of the bot and the short answer to it make an order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogs.hear import Context, Pending, Reader, Reading
from tests.dialogs.hear.shops import another_shop, fruit_shop

PRIVATE = Context("private")
GROUP = Context("group", campaigns=("C1",))


def answered(reader: Reader, asked: str, answer: str, context: Context = PRIVATE) -> Reading:
    first = reader.read(asked, context)
    assert first.clarify is not None, first
    return reader.read(answer, replace(context, pending=Pending.after(first.clarify)))


def order(reading: Reading) -> list[str]:
    return [f"{line.sku}×{line.qty}" for line in reading.completes]


@pytest.mark.parametrize("answer", ["2", "第二个", "10斤的", "大的", "要大箱", "后面那个", "选2", "②"])
def test_choosing_keeps_the_amount_and_the_clear_lines(answer: str) -> None:
    reading = answered(fruit_shop(), "香蕉3斤 苹果一箱", answer)
    assert (reading.intent, reading.slots["option"]) == ("choose.option", 2)
    assert order(reading) == ["P05-1×3", "P01-3×1"]


@pytest.mark.parametrize(
    ("answer", "sku"),
    [("8寸的", "K1-8"), ("8寸", "K1-8"), ("六寸", "K1-6"), ("最大的", "K1-10"), ("3", "K1-10")],
)
def test_a_size_is_chosen_by_its_name(answer: str, sku: str) -> None:
    reading = answered(another_shop("corner"), "蛋糕两个", answer)
    assert (reading.intent, order(reading)) == ("choose.option", [f"{sku}×2"])


@pytest.mark.parametrize(("asked", "answer", "line"), [("来点葡萄", "三斤", "P31-1×3"), ("来点葡萄", "2", "P31-1×2"), ("来点豆腐", "三块", "P38-1×3"), ("两三斤土豆", "3", "P11-1×3"), ("青提要一盒", "一串", "P30-1×1"), ("车厘子1000箱", "10", "P07-2×10")])  # fmt: skip
def test_an_amount_completes_the_order(asked: str, answer: str, line: str) -> None:
    reading = answered(fruit_shop(), asked, answer)
    assert (reading.action, reading.intent) == ("act", "order.add")
    assert order(reading) == [line] == [f"{one.sku}×{one.qty}" for one in reading.lines]


@pytest.mark.parametrize("answer", ["对的", "好", "要", "嗯", "是的", "👌", "没错"])
def test_yes_completes_what_was_read_back(answer: str) -> None:
    reading = answered(fruit_shop(), "🍎2斤🍌3斤", answer)
    assert (reading.intent, order(reading)) == ("confirm.yes", ["P01-1×2", "P05-1×3"])


@pytest.mark.parametrize("answer", ["不是", "都不是", "不对", "算了", "不要了"])
def test_no_completes_nothing(answer: str) -> None:
    reading = answered(fruit_shop(), "🍎2斤🍌3斤", answer)
    assert (reading.action, reading.intent, order(reading)) == ("act", "confirm.no", [])


def test_yes_to_the_only_product_offered() -> None:
    assert order(answered(fruit_shop(), "pingguo 2斤", "对")) == ["P01-1×2"]


def test_other_goods_take_the_amount_over() -> None:
    assert order(answered(fruit_shop(), "火龙果3斤", "香蕉")) == ["P05-1×3"]


def test_a_full_new_order_beats_the_question() -> None:
    reading = answered(fruit_shop(), "大米一袋", "先不管那个，给我3盒草莓")
    assert (reading.intent, [line.sku for line in reading.lines]) == ("order.add", ["P15-1"])


def test_a_choice_without_an_amount_asks_for_it() -> None:
    reading = answered(another_shop("corner"), "蛋糕", "8寸的")
    assert (reading.intent, order(reading)) == ("choose.option", [])
    assert reading.clarify is not None and (reading.clarify.slot, reading.clarify.options) == (
        "qty",
        ("K1-8",),
    )


def test_a_unit_that_two_boxes_have_asks_again_between_the_two() -> None:
    reading = answered(fruit_shop(), "苹果x2", "箱")
    assert reading.clarify is not None and reading.clarify.options == ("P01-2", "P01-3")


@pytest.mark.parametrize(
    ("answer", "sku"), [("B", "P07-2"), ("2号", "P07-2"), ("车厘子", "P07-2"), ("4", "P16-1")]
)
def test_an_item_of_the_campaign_is_chosen(answer: str, sku: str) -> None:
    assert order(answered(fruit_shop(), "+2", answer, GROUP)) == [f"{sku}×2"]


def test_an_amended_order_is_complete_again() -> None:
    assert order(answered(fruit_shop(), "🍎2斤🍌3斤", "香蕉改成5斤")) == ["P01-1×2", "P05-1×5"]


def test_money_is_confirmed_or_turned_into_an_amount() -> None:
    assert order(answered(fruit_shop(), "买50块钱的老姜", "好")) == ["P43-1×5.1"]
    assert order(answered(fruit_shop(), "买50块钱的老姜", "五斤")) == ["P43-1×5"]
