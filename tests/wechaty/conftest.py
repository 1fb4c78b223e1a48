"""One gateway for all tests that do it no harm, empty again for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.channels.wechaty.channel import Wechaty
from tests.wechaty.stand import NodeGateway, a_channel, a_world, connected, one_gateway

__all__ = ["one_gateway"]


@pytest.fixture
async def gateway(one_gateway: NodeGateway) -> NodeGateway:
    await one_gateway.do("reset", **a_world())
    return one_gateway


@pytest.fixture
async def channel(gateway: NodeGateway) -> AsyncIterator[Wechaty]:
    """Connected to the gateway."""
    channel = a_channel(gateway)
    await connected(channel)
    yield channel
    await channel.close()


@pytest.fixture
def mortal_gateway() -> Iterator[NodeGateway]:
    """For a test that kills it."""
    gateway = NodeGateway()
    yield gateway
    gateway.close()
