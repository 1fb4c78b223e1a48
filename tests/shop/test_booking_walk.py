"""A barber's days by chance keep the books right after every step, and every kind of step was taken."""

from __future__ import annotations

from collections import Counter

from shop.kit.ids import ShopId
from tests.support.booking_walk import history

HISTORIES = 12


async def test_histories_of_appointments_keep_the_books(shop: ShopId) -> None:
    done: Counter[str] = Counter()
    refused = 0
    for seed in range(HISTORIES):
        one, wrong = await history(shop, seed)
        assert wrong == [], f"seed {seed}"
        done, refused = done + Counter(one.done), refused + one.refused
    assert set(done) == {
        "book", "move", "pay", "cancel", "rest", "work", "tick", "give_back", "came", "missed", "not_said", "change",
    }  # fmt: skip
    assert done["book"] > HISTORIES and refused > HISTORIES  # they were histories
