"""对话: one pure step for every dialogue, as tables of what is open, what is read and what happens next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.run import demo_goods
from dialogs.customer.edit import Edit
from dialogs.customer.order import Order
from dialogs.engine import (
    LONGEST_SAID,
    Dialogue,
    Slot,
    State,
    begin,
    chosen,
    from_json,
    step,
    to_json,
    until,
)
from dialogs.hear.reading import Line, Pending, Reading
from dialogs.merchant.price import SetGoods
from dialogs.merchant.restock import Restock
from dialogs.register import by_intent, dialogues
from tests.support.world import NOW

GOODS = demo_goods()
OTHERS = by_intent(dialogues())


class Parcel(Dialogue):
    """Two things to know and one that may be said."""

    id = "parcel"
    intents = ("parcel",)
    examples = ("寄一下",)
    what = Slot(lambda reading, old, asked: reading.slots.get("what"), "寄什么？")
    where = Slot(
        lambda reading, old, asked: (
            reading.slots.get("where") or (reading.slots.get("bare") if asked else None)
        ),
        "寄到哪？",
    )
    note = Slot(lambda reading, old, asked: reading.slots.get("note"), optional=True)


PARCEL = Parcel()


def read(intent: str = "parcel", action: str = "act", text: str = "话", **slots: Any) -> Reading:
    return Reading(action, intent, slots=slots, text=text)  # type: ignore[arg-type]  # one of three words


def lines(*goods: tuple[str, int, str]) -> tuple[Line, ...]:
    return tuple(Line(sku, Decimal(qty), unit) for sku, qty, unit in goods)


EMPTY = State("parcel", {}, "寄一下", asked="what", prompt="寄什么？", fails=1)
HALF = State("parcel", {"what": "书"}, "寄书", asked="where", prompt="寄到哪？", fails=1)
FULL = State(
    "parcel",
    {"what": "书", "where": "北京"},
    "寄书到北京",
    asked="confirm",
    prompt="寄书到北京，对吗？",
    seal="s1",
    pending=Pending("confirm"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("reading", "next", "slot", "data"),
    [
        (read(), "ask", "what", {}),
        (read(what="书"), "ask", "where", {"what": "书"}),
        (read(where="北京"), "ask", "what", {"where": "北京"}),
        (read(what="书", where="北京"), "check", "", {"what": "书", "where": "北京"}),
        (
            read(what="书", where="北京", note="急"),
            "check",
            "",
            {"what": "书", "where": "北京", "note": "急"},
        ),
        (read(bare="北京"), "ask", "what", {}),  # nobody asked for it
    ],
)
def test_a_message_that_begins(reading: Reading, next: str, slot: str, data: dict[str, str]) -> None:
    move = begin(PARCEL, reading, GOODS, "寄")
    assert (move.next, move.slot, move.state) == (next, slot, State("parcel", data, "寄"))


@pytest.mark.parametrize(
    ("state", "reading", "next", "slot", "data"),
    [
        # the slot that was asked for
        (HALF, read(bare="北京"), "check", "", {"what": "书", "where": "北京"}),
        (EMPTY, read(what="书"), "ask", "where", {"what": "书"}),
        # more than was asked for, and something else than was asked for
        (EMPTY, read(what="书", where="北京"), "check", "", {"what": "书", "where": "北京"}),
        (HALF, read(note="急"), "ask", "where", {"what": "书", "note": "急"}),
        # a correction while another slot is asked, and at the last question
        (HALF, read(what="报纸"), "ask", "where", {"what": "报纸"}),
        (FULL, read(where="上海"), "check", "", {"what": "书", "where": "上海"}),
        # yes and no
        (FULL, read("confirm.yes"), "do", "", FULL.data),
        (FULL, read("confirm.no"), "drop", "", FULL.data),
        (HALF, read("confirm.no"), "drop", "", HALF.data),
        (HALF, read("order.cancel"), "drop", "", HALF.data),
        (replace(HALF, asked=""), read("order.cancel"), "leave", "", HALF.data),
        (HALF, read("confirm.yes"), "leave", "", HALF.data),  # yes to what?
        # something else
        (HALF, read("stock.query", what="茶"), "leave", "", HALF.data),
        (HALF, read("order.add"), "leave", "", HALF.data),
        (HALF, read("chat.none"), "leave", "", HALF.data),
        # nothing that could be read
        (HALF, read("chat.none", "ignore"), "again", "", HALF.data),
        (replace(HALF, prompt=""), read("chat.none", "ignore"), "leave", "", HALF.data),  # nothing was asked
        (FULL, read("chat.none", "ignore"), "again", "", FULL.data),
        # the same once more is no news
        (HALF, read(what="书"), "leave", "", HALF.data),
    ],
)
def test_a_message_that_meets_a_question(
    state: State, reading: Reading, next: str, slot: str, data: dict[str, str]
) -> None:
    before = json.dumps(to_json(state))
    move = step(PARCEL, state, reading, GOODS, OTHERS)
    assert (move.next, move.slot, move.state.data) == (next, slot, data)
    assert step(PARCEL, state, reading, GOODS, OTHERS) == move  # the same in, the same out
    assert json.dumps(to_json(state)) == before  # and what went in is as it was


def test_an_answer_forgets_the_failures_and_the_old_question_but_not_the_words() -> None:
    state = step(PARCEL, FULL, read(where="上海", text="改成上海"), GOODS, OTHERS).state
    assert state == State("parcel", {"what": "书", "where": "上海"}, "寄书到北京 改成上海")
    assert (state.asked, state.seal, state.pending, state.fails) == ("", "", None, 0)


def test_failures_are_counted_and_nothing_else_is_touched() -> None:
    move = step(PARCEL, HALF, read("chat.none", "ignore"), GOODS, OTHERS)
    assert move.state == replace(HALF, fails=2)


def test_a_yes_is_for_the_very_quote_that_was_shown() -> None:
    assert step(PARCEL, FULL, read("confirm.yes"), GOODS, OTHERS).state.seal == "s1"
    changed = step(PARCEL, FULL, read(where="上海"), GOODS, OTHERS)
    assert (changed.next, changed.state.seal) == ("check", "")  # shown anew before it can be done


def test_the_words_that_are_kept_have_an_end() -> None:
    state = replace(HALF, said="字" * LONGEST_SAID)
    assert (
        len(step(PARCEL, state, read(what="报", text="话" * 500), GOODS, OTHERS).state.said) == LONGEST_SAID
    )


# ── real dialogues ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_new_order_takes_the_place_of_what_was_asked_about() -> None:
    old = [{"sku": "F01-1", "qty": "40", "unit": "箱", "op": "add"}]
    state = State("order", {"lines": old, "unsure": True}, "来40箱橙子", asked="confirm", seal="s")
    move = step(
        Order(), state, Reading("act", "order.add", lines=lines(("F02-1", 3, "斤")), text="香蕉3斤"), GOODS, OTHERS
    )  # fmt: skip
    assert (move.next, move.state.seal) == ("check", "")
    assert [line["sku"] for line in move.state.data["lines"]] == ["F02-1"]


def test_a_question_of_price_leaves_an_open_order_as_it_is() -> None:
    state = State("order", {"lines": []}, asked="confirm", seal="s")
    move = step(Order(), state, Reading("act", "price.query", slots={"product": "F01"}), GOODS, OTHERS)
    assert (move.next, move.state) == ("leave", state)


@pytest.mark.parametrize("number", [1, 2])
def test_a_number_takes_what_was_offered_under_it(number: int) -> None:
    pending = Pending("clarify_spec", ("F05-1", "F05-2"), product="F05")
    reading = read("choose.option", option=number)
    assert chosen(reading, pending).slots["chosen"] == pending.options[number - 1]
    state = State("restock", {"product": "F05", "qty": "30"}, "补货 苹果 30", asked="sku", pending=pending)
    move = step(Restock(), state, reading, GOODS, OTHERS)
    assert (move.next, move.state.data["sku"]) == ("check", pending.options[number - 1])


@pytest.mark.parametrize("number", [0, 3, -1, 99, "2", None])
def test_a_number_that_was_not_offered_chooses_nothing(number: Any) -> None:
    pending = Pending("clarify_spec", ("F05-1", "F05-2"), product="F05")
    reading = read("choose.option", option=number)
    assert "chosen" not in chosen(reading, pending).slots
    assert "chosen" not in chosen(reading, None).slots
    state = State("restock", {"product": "F05", "qty": "30"}, asked="sku", pending=pending)
    assert step(Restock(), state, reading, GOODS, OTHERS).state.data == state.data


def test_a_product_with_one_sku_needs_no_question() -> None:
    reading = read("admin.product_set", product="F02", price="3.9")
    move = begin(SetGoods(), reading, GOODS)
    assert (move.next, move.state.data["sku"]) == ("check", "F02-1")
    two = begin(SetGoods(), read("admin.product_set", product="F05", price="3.9"), GOODS)
    assert (two.next, two.slot) == ("ask", "sku")
    by_unit = begin(SetGoods(), read("admin.product_set", product="F05", price="3.9", unit="箱"), GOODS)
    assert (by_unit.next, by_unit.state.data["sku"]) == ("check", "F05-2")


@pytest.mark.parametrize("id", sorted(dialogues()))
def test_no_answers_drop_and_chatter_is_never_an_answer_in_any_dialogue(id: str) -> None:
    dialogue = dialogues()[id]
    begun = {
        name: "促销" for name in ("said", "words_said", "service") if name in dialogue.slots()
    }  # it began with
    state = State(id, begun, asked="confirm", prompt="？")
    assert step(dialogue, state, read("confirm.no"), GOODS, OTHERS).next == "drop"
    assert step(dialogue, state, read("confirm.yes"), GOODS, OTHERS).next == "do"
    assert step(dialogue, state, read("chat.none", "ignore", text="哈哈"), GOODS, OTHERS).next == "again"


def test_a_question_is_remembered_for_a_while_and_a_preview_for_longer() -> None:
    order = Order()
    assert until(order, State("order", asked="lines"), NOW) == NOW + timedelta(minutes=10)
    assert until(order, State("order", asked="confirm"), NOW) == NOW + timedelta(minutes=30)
    assert until(Edit(), State("edit", asked="confirm"), NOW) == NOW + timedelta(minutes=30)


# ── as JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────

text = st.text(max_size=12)
maybe = st.none() | text
values = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
quantities = st.decimals(min_value=0, max_value=1000, places=3)
some_lines = st.builds(
    Line, text, quantities, text, st.sampled_from(("add", "inc", "dec", "set", "remove")),
    st.none() | st.text(min_size=1, max_size=5), st.none() | st.text(min_size=1, max_size=5), st.none(),
)  # fmt: skip
pendings = st.builds(
    Pending,
    text,
    st.lists(text, max_size=4).map(tuple),
    st.lists(some_lines, max_size=3).map(tuple),
    maybe,
    st.none() | quantities,
    maybe,
    st.sampled_from(("add", "set")),
)
states = st.builds(
    State,
    dialogue=text,
    data=st.dictionaries(text, values, max_size=4),
    said=text,
    asked=text,
    prompt=text,
    pending=st.none() | pendings,
    seal=text,
    fails=st.integers(0, 9),
)


@given(states)
@settings(deadline=None, derandomize=True, database=None, max_examples=150)
def test_a_state_is_the_same_after_a_night_in_the_database(state: State) -> None:
    assert from_json(json.loads(json.dumps(to_json(state)))) == state
