"""A few kills for every day; `python -m tests.bench.gateway --only kills` blows harder."""

from __future__ import annotations

from shop.invariants import broken
from tests.wechaty.stand import NodeGateway
from tests.wechaty.storm import BACK_WITHIN, a_storm

KILLS = 3


async def test_a_gateway_that_is_killed_again_and_again_loses_no_letter_and_doubles_none(
    sqlite_url: str, mortal_gateway: NodeGateway
) -> None:
    async with a_storm(sqlite_url, mortal_gateway, "three kills") as storm:
        await storm.blow(KILLS)
        assert await storm.faults() == []
        assert await broken(storm.shop.shop) == []
        assert len(mortal_gateway.said()) > KILLS
        assert max(storm.back) < BACK_WITHIN
