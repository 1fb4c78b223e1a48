"""What neighbours type, and what the reader makes of it: thousands of messages, one line each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialogs.hear import Context, Reader
from dialogs.hear.command import as_json, context_from
from tests.dialogs.hear.shops import BUYING, HERE, another_shop, fruit_shop, meaning, misread

FILES = sorted(file for file in HERE.glob("*.txt") if file.stem != "talk")


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_however_it_is_said(file: Path) -> None:
    """One test for a file: a test for each line would take longer to prepare than to read."""
    wrong = misread(file)
    assert not wrong, "\n".join([f"{len(wrong)} are misread", *wrong])


@pytest.mark.parametrize(
    ("file", "reader"),
    [
        ("labelled.jsonl", fruit_shop()),
        ("labelled_fruit.jsonl", fruit_shop()),
        ("labelled_fruit_two.jsonl", fruit_shop()),
        ("labelled_fruit_three.jsonl", fruit_shop()),
        ("labelled_riverside.jsonl", another_shop("riverside")),
        ("labelled_deli.jsonl", another_shop("deli")),
        ("labelled_pantry.jsonl", another_shop("pantry")),
        ("labelled_hotpot.jsonl", another_shop("hotpot")),
    ],
)
def test_a_labelled_message_means_what_its_label_says(file: str, reader: Reader) -> None:
    messages = [json.loads(line) for line in (HERE / file).read_text("utf-8").splitlines()]
    read = [(one, as_json(reader.read(one["text"], context_from(one["context"])))) for one in messages]
    wrong = [f"{one['id']} {one['text']}: {got}" for one, got in read if not _same(got, one["expect"])]
    assert messages
    assert not wrong, "\n".join(wrong)


def _same(got: dict, want: dict) -> bool:
    intents = {got["intent"], want["intent"]} if want["action"] != "ignore" else set()
    is_same = len(intents) < 2 or intents <= BUYING
    return got["action"] == want["action"] and is_same and _lines(got) == _lines(want)


def _lines(reading: dict) -> list[tuple]:
    return sorted(
        (one["sku"], float(one["qty"]), one["op"], one.get("for", "")) for one in reading.get("lines", ())
    )


def test_talk_in_a_group_is_met_with_silence() -> None:
    lines = (HERE / "talk.txt").read_text(encoding="utf-8").splitlines()
    talk = [line for line in lines if not line.startswith("#")]
    heard = [
        f"{text} with {campaigns}: {meaning(reading)}"
        for text in talk
        for campaigns in ((), ("C1",), ("C2",), ("C1", "C2"))
        if (reading := fruit_shop().read(text, Context("group", campaigns=campaigns))).action != "ignore"
    ]
    assert talk
    assert not heard, "\n".join(heard)
