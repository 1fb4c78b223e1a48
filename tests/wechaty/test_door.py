"""敲门: friends, invitations and the code to log in with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from bot.channels.channel import Login
from bot.channels.wechaty import door
from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.gateway import Event, WrongToken
from bot.clock import SystemClock
from bot.run import wechaty_of
from bot.settings import ChannelPart, Knock, Settings
from tests.wechaty.stand import NAME, TOKEN, NodeGateway, a_channel, connected, until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PAUSE", (0.0, 0.01))


async def test_who_asks_becomes_a_friend_and_news_of_a_friendship_are_no_request(
    channel: Wechaty, gateway: NodeGateway
) -> None:
    for id, kind in (("f1", 1), ("f2", 2), ("f3", 3), ("f4", 2)):
        await gateway.do("friendship", id=id, contactId="wxid_stranger", hello="我是路人", type=kind)
    await until(lambda: len(gateway.sent("friendshipAccept")) == 2)
    assert [one["to"] for one in gateway.sent("friendshipAccept")] == ["f2", "f4"]


async def test_an_invitation_is_accepted(channel: Wechaty, gateway: NodeGateway) -> None:
    await gateway.do("invitation", id="i1", inviterId="wxid_boss", topic="三栋团购", memberCount=3)
    await until(lambda: len(gateway.sent("roomInvitationAccept")) == 1)


@pytest.mark.parametrize(
    ("lets_in", "accepted"),
    [((), []), (("friends",), ["FriendshipAccept"]), (("groups",), ["RoomInvitationAccept"])],
)
async def test_whoever_is_not_to_be_let_in_is_left_to_the_phone(
    lets_in: tuple[Knock, ...], accepted: list[str]
) -> None:
    called: list[str] = []

    async def call(name: str, **_: str) -> SimpleNamespace:
        called.append(name)
        return SimpleNamespace(type=2)

    closed = door.Door(call, print, lets_in)
    await closed.answer(Event("friendship", {"friendshipId": "f1"}))
    await closed.answer(Event("room-invite", {"roomInvitationId": "i1"}))
    assert [name for name in called if name.endswith("Accept")] == accepted


async def test_whom_the_config_lets_in(gateway: NodeGateway) -> None:
    part = ChannelPart(kind="wechaty", endpoint=gateway.address, token=SecretStr(TOKEN), lets_in=("groups",))
    channel = wechaty_of(part, Settings(), SystemClock(), print)
    assert isinstance(channel, Wechaty)
    await connected(channel)
    await gateway.do("friendship", id="f1", contactId="wxid_stranger", type=2)
    await gateway.do("invitation", id="i1", inviterId="wxid_boss", topic="三栋团购", memberCount=3)
    await until(lambda: bool(gateway.sent()))
    await channel.close()
    assert [one["method"] for one in gateway.sent()] == ["roomInvitationAccept"]


async def test_the_code_to_log_in_with_is_drawn_once(gateway: NodeGateway) -> None:
    shown: list[str] = []
    channel = a_channel(gateway, show=shown.append)
    await connected(channel)
    for code in ("https://login.example/a", "https://login.example/a", "", "https://login.example/b"):
        await gateway.do("emit", name="scan", payload={"qrcode": code, "status": 2})
    await until(lambda: len(shown) == 2)
    assert shown[0].endswith("https://login.example/a")
    assert len(shown[0].splitlines()) > 10
    assert shown[1].endswith("https://login.example/b")
    await channel.close()


async def test_a_token_that_is_refused_lets_nobody_in_and_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def refuse(name: str, **_: str) -> None:
        raise WrongToken(name)

    await door.Door(refuse, print).answer(Event("room-invite", {"roomInvitationId": "i1"}))
    assert "room-invite was not accepted" in caplog.text


async def test_a_code_that_is_none_is_not_drawn(mortal_gateway: NodeGateway) -> None:
    """On a gateway of its own: one keeps the last code, and shows it to whoever comes."""
    gateway, shown = mortal_gateway, list[str]()
    channel = a_channel(gateway, show=shown.append)
    await connected(channel)
    for code in (7, None, ["x"], "x" * 100_000, "\x00\ud83c"):
        await gateway.do("emit", name="scan", payload={"qrcode": code})
    await gateway.do("friendship", id="f9", contactId="wxid_stranger", type=2)
    await until(lambda: len(gateway.sent("friendshipAccept")) == 1)
    assert shown == []
    await channel.close()


async def test_how_the_account_stands_and_the_code_are_told_to_the_owners_page(
    mortal_gateway: NodeGateway,
) -> None:
    gateway, channel = mortal_gateway, a_channel(mortal_gateway)
    assert await channel.login() == Login("away")
    await connected(channel)
    assert await channel.login() == Login("up", name=NAME)
    await gateway.do("logout", reason="在别处登录")
    await until(lambda: not channel.is_up)
    assert await channel.login() == Login("out")
    await gateway.do("emit", name="scan", payload={"qrcode": "https://login.example/a"})
    await until(lambda: bool(channel._door.code))
    assert await channel.login() == Login("scan", code="https://login.example/a")
    await gateway.do("login")
    await until(lambda: channel.is_up)
    assert await channel.login() == Login("up", name=NAME)
    await channel.close()
