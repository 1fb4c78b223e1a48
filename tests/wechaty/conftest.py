"""One gateway for all tests that do it no harm, empty again for each of them; spoken to by our client and by python-wechaty.

What python-wechaty cannot do is named here with its reason; everything else that asks for `connect` is asked of both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

from bot.channels.python_wechaty.gateway import PythonGateway
from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.gateway import Connect, Gateway
from tests.wechaty.stand import NodeGateway, a_channel, a_world, connected, one_gateway

__all__ = ["one_gateway"]


@pytest.fixture
async def gateway(one_gateway: NodeGateway) -> NodeGateway:
    await one_gateway.do("reset", **a_world())
    return one_gateway


CONNECTIONS: Mapping[str, Connect] = {"ours": Gateway, "python-wechaty": PythonGateway}
NO_NEWS = "it is not told that somebody or a group has changed; a new name is known after the next connection"
NO_BOARD = "it writes an announcement where gateways have not read it since 2022, and says that it made one"
CANNOT: Mapping[str, str] = {
    "test_the_owner_of_a_group_hangs_it_up_there": NO_BOARD,
    "test_a_group_is_called_otherwise_and_nothing_is_said": "it writes a name where gateways have not read it since 2022",
    "test_a_member_is_called_by_the_name_in_this_group_and_a_new_name_is_known_at_once": NO_NEWS,
    "test_the_account_is_renamed_and_still_knows_when_it_is_called": NO_NEWS,
    "test_whose_group_it_is_is_heard_and_when_that_changes": NO_NEWS,
    "test_a_stranger_cannot_be_written_to_until_he_is_a_friend_or_writes_himself": NO_NEWS,
    "test_an_event_that_is_none_changes_nothing": "an event that it cannot read ends its stream of them: what is said "
    "until it is connected again, half a second later, nobody hears",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "connect" in metafunc.fixturenames:
        names = ["ours"] if metafunc.function.__name__ in CANNOT else list(CONNECTIONS)
        metafunc.parametrize("connect", [CONNECTIONS[name] for name in names], ids=names)


@pytest.fixture
async def channel(gateway: NodeGateway, connect: Connect) -> AsyncIterator[Wechaty]:
    """Connected to the gateway."""
    channel = a_channel(gateway, connect=connect)
    await connected(channel)
    yield channel
    await channel.close()


@pytest.fixture
def mortal_gateway() -> Iterator[NodeGateway]:
    """For a test that kills it."""
    gateway = NodeGateway()
    yield gateway
    gateway.close()
