"""A dialogue's examples are its promise: each reaches exactly that dialogue, through the real reader."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.run import demo_goods
from dialogs.hear import Context, Line, Reader
from dialogs.register import by_intent, dialogues

GOODS = demo_goods()
READER = Reader(GOODS)
HAS = (Line("F05-2", Decimal(2), "箱"), Line("F02-1", Decimal(3), "斤"))
EXAMPLES = [(dialogue.id, example) for dialogue in dialogues().values() for example in dialogue.examples]


@pytest.mark.parametrize(("id", "example"), EXAMPLES)
def test_an_example_reaches_its_dialogue(id: str, example: str) -> None:
    dialogue = dialogues()[id]
    chat = "admin" if dialogue.roles else "private"
    reading = READER.read(example, Context(chat=chat, cart=HAS, last_order=HAS))  # type: ignore[arg-type]  # one of two words
    said_alone = example in (*dialogue.starts, *dialogue.group_words)
    said_alone = said_alone or dialogue.is_begun_by(example.split()[0])
    found = dialogue if said_alone else by_intent(dialogues()).get(reading.intent)
    assert found is not None, reading.intent
    assert found.id == id


def test_every_file_of_the_folders_holds_a_dialogue() -> None:
    import dialogs.customer
    import dialogs.merchant

    known = {type(dialogue).__module__ for dialogue in dialogues().values()}
    for package in (dialogs.customer, dialogs.merchant):
        for file in Path(package.__path__[0]).glob("*.py"):
            assert file.stem == "__init__" or f"{package.__name__}.{file.stem}" in known
