"""Campaign histories by chance keep the books right; `python -m tests.bench.campaigns` takes thousands of them."""

from __future__ import annotations

from collections import Counter

from shop.kit.ids import ShopId
from tests.support.campaign_walk import KINDS, history

HISTORIES = 30


async def test_histories_of_campaigns_keep_the_books(shop: ShopId) -> None:
    placed = refused = 0
    did = Counter[str]()
    for seed in range(HISTORIES):
        one, wrong = await history(shop, seed)
        assert wrong == [], f"seed {seed}"
        placed, refused, did = placed + len(one.placed), refused + one.refused, did + one.did
    assert placed > 2 * HISTORIES and refused > HISTORIES  # they were histories
    assert min(did[what] for what in (*KINDS, "shares", "_sit_down", "_cut", "_buy", "_wait")) > 0, did
