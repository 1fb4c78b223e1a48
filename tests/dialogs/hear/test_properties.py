"""What holds for every text: it never breaks, the words are those typed, and noise sells nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.hear import Context, Pending, explain
from dialogs.hear.gate import STAFF
from dialogs.hear.normalise import normalise
from tests.dialogs.hear.shops import another_shop, fruit_shop

ORDERLY = st.text(
    "苹果香蕉虾鸡蛋两三半斤箱个一+12x*AB来要不改换加少都各和也 ，。\n（）🍎①号楼上还有吗多少钱取消0.-",
    max_size=24,
)
FOREIGN = st.text(st.characters(codec="utf-8", exclude_categories=("Lo", "Nd", "Cs")), max_size=40)
CHATS = st.sampled_from(["group", "private", "admin"])
CAMPAIGNS = st.sampled_from([(), ("C1",), ("C2",), ("C1", "C2"), ("no such",)])


@settings(max_examples=300, deadline=None)
@given(ORDERLY, CHATS, CAMPAIGNS)
def test_no_order_like_jumble_breaks_it(text: str, chat: str, campaigns: tuple[str, ...]) -> None:
    reading = fruit_shop().read(text, Context(chat, campaigns=campaigns))  # type: ignore[arg-type]  # sampled from the three chats
    assert (reading.action == "clarify") == (
        reading.clarify is not None and reading.intent != "choose.option"
    ) or reading.intent in ("choose.option", "confirm.yes")
    assert reading.action == "act" or not reading.lines
    assert all(0 <= line.qty <= 400 for line in reading.lines)  # at most 200 of one sku a wish
    assert explain(reading)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), CAMPAIGNS)
def test_tokens_are_the_typed_text(text: str, campaigns: tuple[str, ...]) -> None:
    for token in fruit_shop().read(text, Context("private", campaigns=campaigns)).tokens:
        assert text[token.span.start : token.span.end] == token.text


@settings(max_examples=200, deadline=None)
@given(FOREIGN, CHATS)
def test_noise_sells_nothing(text: str, chat: str) -> None:
    for reader in (fruit_shop(), another_shop("corner")):
        reading = reader.read(text, Context(chat))  # type: ignore[arg-type]  # sampled from the three chats
        assert not reading.lines


def test_signs_thrown_together_are_no_order_no_question_and_no_complaint() -> None:
    dice, reader = random.Random(7), fruit_shop()
    for _ in range(3_000):
        signs = [chr(dice.randrange(0x4E00, 0x9FA6)) for _ in range(dice.randint(8, 30))]
        text = "".join(sign + dice.choice(("", "", "", dice.choice("3A①?，x "))) for sign in signs)
        context = Context(
            dice.choice(("group", "private")), campaigns=dice.choice(((), ("C1",), ("C1", "C2")))
        )
        assert reader.read(text, context).action != "act", text


@settings(max_examples=200, deadline=None)
@given(
    ORDERLY,
    st.sampled_from(
        [
            "confirm_order",
            "clarify_spec",
            "clarify_unit",
            "clarify_qty",
            "clarify_product",
            "clarify_line",
            "?",
        ]
    ),
    st.lists(st.sampled_from(["P01-1", "P01-2", "P05", "3", "?"]), max_size=4),
)
def test_no_answer_to_no_question_breaks_it(text: str, kind: str, options: list[str]) -> None:
    fruit_shop().read(text, Context("private", pending=Pending(kind, tuple(options), product="P01")))


@given(st.text(max_size=80))
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    typed = normalise(text)
    assert len(typed.starts) == len(typed.ends) == len(typed.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(typed.starts, typed.ends, strict=True))
    assert list(typed.starts) == sorted(typed.starts)


PAGES = {
    "orders": "香蕉三斤，",
    "an order a line": "香蕉三斤\n",
    "numerals": "一二三四五六七八九十",
    "digits": "1",
    "amounts": "+1x2*3",
    "money": "5块5",
    "halves": "半",
    "fruit, drawn": "🍎🍌",
    "signs nobody sees": "苹\u200b果\u200b",
    "written from the right": "\u202e苹果2箱\u202c",
    "brackets": "（香蕉[",
    "mentions": "@店",
    "questions": "多少钱？",
    "changes": "不对，不要",
    "places": "3栋2单元501",
}


@pytest.mark.parametrize("piece", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("size", [1_999, 20_000])
def test_a_page_of_anything_is_no_order(piece: str, size: int) -> None:
    """Some of these were tried from each sign to each other: 2,000 took seconds, 20,000 would not have ended."""
    page = (piece * size)[:size]
    for context in (Context("private"), Context("group", campaigns=("C1", "C2"))):
        for text in (page, f"{page}\n\n"):
            assert fruit_shop().read(text, context).action == "ignore"


def test_a_page_in_a_list_is_nobody_s_order_and_the_others_stand() -> None:
    page = "小 李 " * 5_000
    listed = f"#接龙\n1. {page} 香蕉3斤\n2. 小王 苹果1箱"
    lines = fruit_shop().read(listed, Context("group", campaigns=("C1",))).lines
    assert [line.for_whom for line in lines] == ["小王"]


def test_a_long_order_is_an_order() -> None:
    reading = fruit_shop().read("，".join(["香蕉三斤", "鸡蛋2板"] * 40), Context("private"))
    assert {line.sku: line.qty for line in reading.lines} == {"P05-1": 120, "P16-1": 80}


def test_a_list_may_be_long() -> None:
    listed = "#接龙\n周六水果团\n" + "\n".join(f"{n}. 邻居{n} 苹果1箱" for n in range(1, 201))
    reading = fruit_shop().read(listed, Context("group", campaigns=("C1",)))
    assert (reading.intent, len(reading.lines)) == ("jielong.post", 200)


def test_a_command_that_nearly_is_one_is_given_up_at_once() -> None:
    """Each of these words could end in as many ways as it has dots, and all of them were tried with all the others: the
    answer never came. Now a longer text is only longer."""
    hostile = "今日特价" + (" 草莓" + "." * 60) * 40 + "!"
    for text in (hostile, hostile.replace("草莓", "草莓2"), f"{hostile}\n\n" * 20):
        assert STAFF.match(text) is None
        assert not fruit_shop().read(text, Context("private")).lines
    assert STAFF.match("今日特价 草莓22 香蕉2.9") is not None
