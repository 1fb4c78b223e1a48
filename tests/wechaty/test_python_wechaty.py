"""python-wechaty as the other way to a gateway: what it cannot do is said, and does no harm."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot import run
from bot.channels.python_wechaty.gateway import CALLS, PythonGateway
from bot.channels.wechaty.gateway import Endpoint, GatewayAway, GatewayFault
from bot.channels.wechaty.wire import CALLS as OURS
from bot.settings import BadSettings, from_mapping
from bot.upkeep import Fault
from tests.wechaty import test_board, test_channel, test_pictures
from tests.wechaty.conftest import CANNOT
from tests.wechaty.stand import ROOM, TOKEN, NodeGateway, a_channel, connected, until
from tests.wechaty.test_channel import a_line, heard


def test_what_it_cannot_do_is_named_by_tests_that_exist() -> None:
    assert set(CANNOT) <= set(vars(test_channel)) | set(vars(test_pictures)) | set(vars(test_board))


def test_it_has_every_call_that_a_shop_needs_but_those_for_what_stands_at_the_top_of_a_group() -> None:
    assert set(OURS) - set(CALLS) == {"RoomAnnounce", "RoomTopic"}
    assert set(CALLS) <= set(OURS)


async def test_a_call_that_it_does_not_know_is_refused(gateway: NodeGateway) -> None:
    with pytest.raises(GatewayFault, match="cannot do RoomTopic"):
        await PythonGateway(Endpoint(gateway.address, TOKEN)).call("RoomTopic", id=ROOM)


async def test_where_nobody_listens_it_says_so_and_stops_nothing() -> None:
    with pytest.raises(GatewayAway):
        await PythonGateway(Endpoint("127.0.0.1:9", TOKEN)).call("Ding", data="")


async def test_an_event_that_it_cannot_read_ends_no_more_than_its_connection(gateway: NodeGateway) -> None:
    channel = a_channel(gateway, connect=PythonGateway)
    await connected(channel)
    await gateway.do("emit", name="error", payload={"data": "x", "gerror": "y"})
    await until(lambda: channel._link.sessions == 2 and channel.is_up)
    await gateway.say("wxid_li", "还在吗", room=ROOM)
    assert [one.text for one in await heard(channel, 1)] == ["还在吗"]
    await channel.speak(a_line("在的", room=ROOM))
    assert gateway.said() == [(ROOM, "在的")]
    await channel.close()


async def test_a_kind_of_message_that_is_newer_than_it_is_left_out(gateway: NodeGateway) -> None:
    channel = a_channel(gateway, connect=PythonGateway)
    await connected(channel)
    await gateway.say("wxid_li", "新的一种", type=16)
    await gateway.say("wxid_li", "来2箱橙子")
    assert [one.text for one in await heard(channel, 1)] == ["来2箱橙子"]
    await channel.close()


async def test_it_writes_no_file_and_no_token(
    gateway: NodeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    channel = a_channel(gateway, connect=PythonGateway)
    await connected(channel)
    await channel.close()
    assert os.listdir(tmp_path) == []
    assert TOKEN not in "".join(capfd.readouterr())


def test_it_is_refused_where_the_gateway_speaks_tls() -> None:
    part = {"kind": "python-wechaty", "endpoint": "127.0.0.1:18788", "token": TOKEN}
    assert from_mapping({"channels": [part]}, {}).channels[0].is_wechat
    with pytest.raises(BadSettings, match="speaks no TLS"):
        from_mapping({"channels": [part | {"tls": True}]}, {})


def test_where_it_is_not_installed_one_sentence_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bot.channels.python_wechaty.gateway", None)
    with pytest.raises(Fault, match=r"pip install '\.\[wechaty\]'"):
        run._python_gateway()
