"""What neighbours type, and what the reader makes of it: hundreds of messages, one line each."""

from __future__ import annotations

import json

import pytest

from dialogs.hear import Context
from dialogs.hear.command import as_json, context_from
from tests.dialogs.hear.shops import (
    BUYING,
    HERE,
    Labelled,
    agrees,
    another_shop,
    corner_shop,
    fruit_shop,
    meaning,
    written,
)

FRUIT = [*written("messages.txt"), *written("regressions.txt")]
CORNER = [*written("corner_shop.txt")]
LABELLED = [json.loads(line) for line in (HERE / "labelled.jsonl").read_text(encoding="utf-8").splitlines()]
CAMPAIGNS = {"fruit": "C", "bakery": "D", "grocer": "E", "hardware": "G", "florist": "M"}
UNSEEN = [(shop, said) for shop in CAMPAIGNS for said in written(f"unseen_{shop}.txt")]
TALK = [
    line for line in (HERE / "talk.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]


@pytest.mark.parametrize("said", FRUIT, ids=lambda said: f"{said.where[:4]} {said.text[:24]}")
def test_the_fruit_shop_understands(said: Labelled) -> None:
    reading = fruit_shop().read(said.text, said.context("C"))
    assert agrees(reading, said.meaning), meaning(reading)


@pytest.mark.parametrize("said", CORNER, ids=lambda said: f"{said.where[:4]} {said.text[:24]}")
def test_another_shop_is_understood_as_well(said: Labelled) -> None:
    reading = corner_shop().read(said.text, said.context("T"))
    assert agrees(reading, said.meaning), meaning(reading)


@pytest.mark.parametrize(("shop", "said"), UNSEEN, ids=lambda one: getattr(one, "text", one)[:24])
def test_what_no_reader_had_seen_is_understood_in_any_shop(shop: str, said: Labelled) -> None:
    reader = fruit_shop() if shop == "fruit" else another_shop(shop)
    reading = reader.read(said.text, said.context(CAMPAIGNS[shop]))
    assert agrees(reading, said.meaning), meaning(reading)


@pytest.mark.parametrize("message", LABELLED, ids=lambda message: message["id"])
def test_a_labelled_message_means_what_its_label_says(message: dict) -> None:
    got = as_json(fruit_shop().read(message["text"], context_from(message["context"])))
    want = message["expect"]
    assert got["action"] == want["action"]
    if want["action"] != "ignore":
        assert got["intent"] == want["intent"] or {got["intent"], want["intent"]} <= BUYING
    assert _lines(got) == _lines(want)


def _lines(reading: dict) -> list[tuple]:
    return sorted(
        (one["sku"], float(one["qty"]), one["op"], one.get("for", "")) for one in reading.get("lines", ())
    )


@pytest.mark.parametrize("text", TALK)
def test_talk_in_a_group_is_met_with_silence(text: str) -> None:
    for campaigns in ((), ("C1",), ("C2",), ("C1", "C2")):
        reading = fruit_shop().read(text, Context("group", campaigns=campaigns))
        assert reading.action == "ignore", (campaigns, meaning(reading))
