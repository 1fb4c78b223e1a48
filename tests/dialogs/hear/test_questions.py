"""Questions, complaints, praise and small talk as neighbours of 25, 45 and 70 years type them, in seven shops."""

from __future__ import annotations

import pytest

from tests.dialogs.hear.shops import Labelled, agrees, another_shop, fruit_shop, meaning, written

CAMPAIGNS = {
    "fruit": "C",
    "market": "M",
    "tea": "K",
    "bakery": "D",
    "florist": "M",
    "grocer": "E",
    "hardware": "G",
}
ASKED = [(shop, said) for shop in CAMPAIGNS for said in written(f"questions_{shop}.txt")]


@pytest.mark.parametrize(("shop", "said"), ASKED, ids=lambda one: getattr(one, "text", one)[:24])
def test_however_it_is_asked(shop: str, said: Labelled) -> None:
    reader = fruit_shop() if shop == "fruit" else another_shop(shop)
    reading = reader.read(said.text, said.context(CAMPAIGNS[shop]))
    assert agrees(reading, said.meaning), meaning(reading)
