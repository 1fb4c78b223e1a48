"""Campaign histories by chance keep the books right; `python -m tests.bench.campaigns` takes thousands of them."""

from __future__ import annotations

from shop.kit.ids import ShopId
from tests.support.campaign_walk import history

HISTORIES = 25


async def test_histories_of_campaigns_keep_the_books(shop: ShopId) -> None:
    placed = refused = 0
    for seed in range(HISTORIES):
        one, wrong = await history(shop, seed)
        assert wrong == [], f"seed {seed}"
        placed, refused = placed + len(one.placed), refused + one.refused
    assert placed > 2 * HISTORIES and refused > HISTORIES  # they were histories
