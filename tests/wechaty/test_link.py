"""连线: whatever happens to the gateway, the account or the other process, the channel is back."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.channels.channel import MaybeSent, NotSent, Refused
from bot.channels.wechaty import link
from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.gateway import Connect, Endpoint, Gateway, GatewayAway
from bot.clock import SystemClock
from bot.memory import InProcess
from bot.redis_memory import RedisMemory
from tests.support.redis import RedisServer
from tests.support.servers import PATIENCE, none_here
from tests.wechaty.stand import ROOM, TOKEN, NodeGateway, a_channel, connected, until
from tests.wechaty.test_channel import a_line, heard


async def test_a_gateway_that_is_away_at_the_start_is_waited_for(
    mortal_gateway: NodeGateway, connect: Connect
) -> None:
    mortal_gateway.kill()
    channel = a_channel(mortal_gateway, connect=connect)
    channel.connect()
    with pytest.raises(NotSent):
        await channel.speak(a_line("记下了", room=ROOM))
    mortal_gateway.start()
    await until(lambda: channel.is_up)
    await mortal_gateway.say("wxid_li", "来2箱橙子", room=ROOM)
    assert [one.text for one in await heard(channel, 1)] == ["来2箱橙子"]
    await channel.close()


async def test_a_gateway_that_is_killed_and_comes_back(mortal_gateway: NodeGateway, connect: Connect) -> None:
    channel = a_channel(mortal_gateway, connect=connect)
    await connected(channel)
    for n in range(3):
        mortal_gateway.kill()
        await until(lambda: not channel.is_up)
        mortal_gateway.start()
        await until(lambda: channel.is_up)
        await mortal_gateway.say("wxid_li", f"第{n}次", room=ROOM)
        assert [one.text for one in await heard(channel, 1)] == [f"第{n}次"]
        await channel.speak(a_line(f"第{n}次", room=ROOM))
    assert mortal_gateway.said() == [(ROOM, f"第{n}次") for n in range(3)]
    await channel.close()


async def test_a_gateway_that_hangs_is_given_up_and_found_again(
    mortal_gateway: NodeGateway, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PULSE", 0.05)
    monkeypatch.setattr(link, "PATIENCE", 0.5)
    monkeypatch.setattr(link, "LONGEST_PAUSE", 0.2)
    channel = a_channel(mortal_gateway, connect=connect)
    await connected(channel)
    mortal_gateway.freeze()
    try:
        await until(lambda: not channel.is_up)
    finally:
        mortal_gateway.thaw()
    monkeypatch.setattr(link, "PATIENCE", PATIENCE)
    await until(lambda: channel.is_up)
    await mortal_gateway.say("wxid_li", "来2箱橙子", room=ROOM)
    assert [one.text for one in await heard(channel, 1)] == ["来2箱橙子"]
    await channel.close()


async def test_an_answer_that_is_lost_is_not_said_twice(
    mortal_gateway: NodeGateway, connect: Connect
) -> None:
    """The text went out and the gateway died before it could say so; but its echo was heard."""
    channel = a_channel(mortal_gateway, connect=connect)
    await connected(channel)
    await mortal_gateway.do("mute", method="text")
    speaking = asyncio.create_task(channel.speak(a_line("记下了", room=ROOM)))
    await until(lambda: channel._echoes.count > 0)
    mortal_gateway.kill()
    with pytest.raises(MaybeSent):
        await speaking
    mortal_gateway.start()
    await until(lambda: channel.is_up)
    for _ in range(2):  # and again, when the next part of its letter has failed
        await channel.speak(a_line("记下了", room=ROOM))
    assert mortal_gateway.said() == [(ROOM, "记下了")]
    await channel.speak(a_line("记下了", room=ROOM, letter=2))  # the same words, in another letter
    assert mortal_gateway.said() == [(ROOM, "记下了")] * 2
    await channel.close()


async def test_a_connection_that_is_closed_in_the_middle_of_a_call_cancels_nobody(
    gateway: NodeGateway,
) -> None:
    """The outbox ended silently with it: a task that is cancelled begins no new round."""
    await gateway.do("mute", method="text")
    one = Gateway(Endpoint(gateway.address, TOKEN))
    calling = asyncio.create_task(one.call("MessageSendText", conversation_id=ROOM, text="记下了"))
    await until(lambda: gateway.said() != [])
    await one.close()
    with pytest.raises(GatewayAway):
        await calling


async def test_a_wrong_token_is_said_and_not_tried_for_ever(gateway: NodeGateway, connect: Connect) -> None:
    channel = a_channel(gateway, token="insecure_wrong", connect=connect)
    with pytest.raises(Refused, match="refuses the token") as refused:
        async with asyncio.timeout(PATIENCE):
            async for _ in channel.listen():
                pass
    assert "insecure_wrong" not in str(refused.value)
    await channel.close()


async def test_of_two_processes_one_serves_the_account_and_the_other_takes_over(
    gateway: NodeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "LEASE_PAUSE", 0.02)
    shared = _Shared()
    endpoint = Endpoint(gateway.address, TOKEN)
    first, second = (
        Wechaty(endpoint, shop_name="邻里鲜果", now=SystemClock().now, memory=shared, is_shared=True)
        for _ in range(2)
    )
    await connected(first)
    second.connect()
    await asyncio.sleep(0.2)
    assert (first.is_up, second.is_up) == (True, False)
    await first.close()
    await until(lambda: second.is_up)
    await gateway.say("wxid_li", "来2箱橙子", room=ROOM)
    assert [one.text for one in await heard(second, 1)] == ["来2箱橙子"]
    await second.close()


async def test_of_two_gateways_of_one_account_one_is_served_and_the_other_takes_over(
    gateway: NodeGateway,
    mortal_gateway: NodeGateway,
    redis_server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(link, "LEASE_PAUSE", 0.05)
    first, second = (
        Wechaty(
            Endpoint(one.address, TOKEN),
            shop_name="邻里鲜果",
            now=SystemClock().now,
            memory=RedisMemory(redis_server.url),
            is_shared=True,
        )
        for one in (gateway, mortal_gateway)
    )
    await connected(first)
    second.connect()
    await until(lambda: "another gateway serves this account" in caplog.text)
    await mortal_gateway.say("wxid_li", "来1箱橙子", room=ROOM)
    assert (first.is_up, second.is_up) == (True, False)
    await gateway.do("logout", reason="the phone said so")
    await until(lambda: second.is_up)
    await mortal_gateway.say("wxid_li", "来2箱橙子", room=ROOM)
    assert [one.text for one in await heard(second, 1)] == ["来2箱橙子"]
    await gateway.do("login")
    await until(lambda: first._link.sessions > 1)
    assert (first.is_up, second.is_up) == (False, True)
    await second.close()
    await until(lambda: first.is_up)
    await first.close()


async def test_without_a_shared_memory_the_second_waits_and_ends_nobody(
    channel: Wechaty, gateway: NodeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "FIRST_PAUSE", 0.01)
    second = a_channel(gateway)
    second.connect()
    await until(lambda: second._link._taken > link.TAKEN_TIMES)
    assert (channel.is_up, second.is_up) == (True, False)
    await channel.close()
    await until(lambda: second.is_up)
    await second.close()


async def test_the_stream_of_a_dead_process_is_ended_by_the_one_that_holds_the_lease(
    gateway: NodeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the stream and listens no more, as a machine does that lost its network."""
    monkeypatch.setattr(link, "FIRST_PAUSE", 0.01)
    endpoint = Endpoint(gateway.address, TOKEN)
    dead = Gateway(endpoint)
    assert (await anext(dead.events())).name == "heartbeat"
    heir = Wechaty(endpoint, shop_name="邻里鲜果", now=SystemClock().now, memory=InProcess(), is_shared=True)
    heir.connect()
    await until(lambda: heir.is_up)
    await heir.close()
    await dead.close()


async def test_a_token_that_is_refused_when_the_dead_are_to_be_ended_ends_nothing_else(
    gateway: NodeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "TAKEN_TIMES", 1)
    wrong = Endpoint(gateway.address, "insecure_wrong")
    line = link.Link(wrong, InProcess(), may_stop=True)
    await line._end_the_dead()
    assert "could not be ended" in line._said


async def test_over_tls_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    certificate, key = a_certificate(tmp_path, "gateway.shop.example")
    gateway = NodeGateway(tls=(certificate, key))
    try:
        stranger = a_channel(gateway, tls=True, server_name="gateway.shop.example")
        stranger.connect()
        channel = a_channel(gateway, tls=True, ca=str(certificate), server_name="gateway.shop.example")
        await connected(channel)
        assert not stranger.is_up, "a certificate that nobody vouches for was trusted"
        await channel.speak(a_line("记下了", room=ROOM))
        assert gateway.said() == [(ROOM, "记下了")]
        await channel.close()
        await stranger.close()
    finally:
        gateway.close()


def a_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        none_here("openssl")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -addext subjectAltName=DNS:{name}"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return certificate, key


class _Shared(InProcess):
    """One memory for two processes, which neither of them closes."""

    async def close(self) -> None:
        pass
