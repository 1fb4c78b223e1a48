"""Orders, joins, changes, answers and commands along each axis of how they are said: the grammar, not the sentences."""

from __future__ import annotations

import pytest

from tests.dialogs.hear.shops import HERE, Labelled, agrees, another_shop, fruit_shop, meaning, written

CAMPAIGNS = {"fruit": "C", "market": "M", "tea": "K"}
SAID = [
    (shop, said)
    for shop in CAMPAIGNS
    for what in ("buying", "commands", "fresh", "exam")
    if (HERE / f"{what}_{shop}.txt").exists()
    for said in written(f"{what}_{shop}.txt")
]


@pytest.mark.parametrize(("shop", "said"), SAID, ids=lambda one: getattr(one, "text", one)[:24])
def test_however_it_is_said(shop: str, said: Labelled) -> None:
    reader = fruit_shop() if shop == "fruit" else another_shop(shop)
    reading = reader.read(said.text, said.context(CAMPAIGNS[shop]))
    assert agrees(reading, said.meaning), meaning(reading)
