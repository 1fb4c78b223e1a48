"""网关, by python-wechaty: the same events and calls as bot/channels/wechaty/gateway.py, through its puppet service.

Only the half of it that talks to a gateway: its bot stops the program's loop when a gateway is away, hears of one login,
and gives every message a task of its own. Reconnecting, order and echoes are the channel's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, ClassVar

from grpclib.const import Cardinality, Status
from grpclib.exceptions import GRPCError

from bot.channels.python_wechaty.repairs import Chunk, Id, PuppetOptions, PuppetService
from bot.channels.wechaty.gateway import (
    CHUNK,
    FILE_SECONDS,
    SECONDS,
    Endpoint,
    Event,
    GatewayAway,
    GatewayFault,
    GatewayTaken,
    GatewayTrouble,
    WrongToken,
)
from shop.transaction import start_task

LOOK_SECONDS = 3.0  # for somebody to open the door at all
# its event: how its payload calls what ours call so. What is not here it does not tell: heartbeats have no facts
FACTS: Mapping[str, Mapping[str, str]] = {
    "message": {"messageId": "message_id"},
    "friendship": {"friendshipId": "friendship_id"},
    "room-invite": {"roomInvitationId": "room_invitation_id"},
    "room-join": {"roomId": "room_id"},
    "room-leave": {
        "roomId": "room_id",
        "removeeIdList": "removed_ids",
        "removerId": "remover_id",
        "timestamp": "timestamp",
    },
    "room-topic": {"roomId": "room_id"},
    "scan": {"qrcode": "qrcode"},
    "login": {"contactId": "contact_id"},
    "logout": {},
    "heartbeat": {},
    "dong": {},
    "ready": {},
    "error": {},
}
KINDS = {  # its names of what a message is, and the gateway's numbers
    "ATTACHMENT": 1,
    "AUDIO": 2,
    "CONTACT": 3,
    "CHAT_HISTORY": 4,
    "EMOTICON": 5,
    "IMAGE": 6,
    "TEXT": 7,
    "LOCATION": 8,
    "MINI_PROGRAM": 9,
    "TRANSFER": 11,
    "RED_ENVELOPE": 12,
    "RECALLED": 13,
    "URL": 14,
    "VIDEO": 15,
}


class PythonGateway:
    """As bot.channels.wechaty.gateway.Gateway. What the library does not know, `call` refuses with GatewayFault."""

    lacks: ClassVar[frozenset[str]] = frozenset(
        {"announcements", "topics"}
    )  # it says that it did, and does not

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._puppet: Any = None
        self._connecting = asyncio.Lock()
        self._is_closed = False
        self._coming: asyncio.Queue[Event | GatewayTrouble] = asyncio.Queue()

    async def events(self) -> AsyncGenerator[Event, None]:
        """Until the gateway, or the library, ends them. Raises GatewayAway, GatewayTaken or WrongToken."""
        puppet = await self._connected()
        for name, facts in FACTS.items():
            puppet.on(name, partial(self._heard, name, facts))
        listening = start_task(self._listen(puppet), name="python-wechaty listens")
        try:
            while isinstance(told := await self._coming.get(), Event):
                yield told
            raise told
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    def hang_up(self) -> None:
        """Give this connection up: its events end with GatewayAway."""
        self._coming.put_nowait(GatewayAway("hung up"))

    async def call(self, name: str, *, within: float = SECONDS, **fields: Any) -> Any:
        """Raises GatewayFault, GatewayAway or WrongToken."""
        if name not in CALLS:
            raise GatewayFault(f"python-wechaty cannot do {name}")
        puppet = await self._connected()
        try:
            async with asyncio.timeout(within):
                return await CALLS[name](puppet, **fields)
        except Exception as fault:
            raise _named(fault) from None
        finally:
            self._close_if_done()

    async def download(self, id: str, *, most: int) -> bytes:
        """As `Gateway.download`."""
        puppet, body = await self._connected(), bytearray()
        try:
            async with asyncio.timeout(FILE_SECONDS):
                async for part in puppet.puppet_stub._unary_stream(
                    "/wechaty.Puppet/Download", Id(id=id), Chunk
                ):
                    body += part.chunk
                    if len(body) > most:
                        raise GatewayFault(f"a file of more than {most} bytes")
        except GatewayFault:
            raise
        except Exception as fault:
            raise _named(fault) from None
        finally:
            self._close_if_done()
        return bytes(body)

    async def upload(self, body: bytes) -> str:
        """As `Gateway.upload`."""
        puppet = await self._connected()
        parts = [Chunk(chunk=body[at : at + CHUNK]) for at in range(0, len(body), CHUNK)]
        try:
            async with asyncio.timeout(FILE_SECONDS):
                kept = await _uploaded(puppet, parts)
        except Exception as fault:
            raise _named(fault) from None
        finally:
            self._close_if_done()
        return str(kept.id)

    async def close(self) -> None:
        self._is_closed = True
        self._close_if_done()

    def _close_if_done(self) -> None:
        """Once more behind every call: the library opens a connection again for whoever was just asking."""
        if self._is_closed and self._puppet is not None and self._puppet.channel is not None:
            self._puppet.channel.close()

    async def _connected(self) -> Any:
        if self._is_closed:
            raise GatewayAway("closed")
        async with self._connecting:
            return self._puppet or await self._connect()

    async def _connect(self) -> Any:
        await self._look()
        options = PuppetOptions()
        options.token, options.end_point = self._endpoint.token, self._endpoint.address
        self._puppet = PuppetService(options)
        try:
            self._puppet._init_puppet()
        except Exception as fault:
            raise GatewayAway(str(fault)) from None
        return self._puppet

    async def _look(self) -> None:
        """The library asks the same and stops the whole program for as long as it takes."""
        host, _, port = self._endpoint.address.rpartition(":")
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                _, writer = await asyncio.open_connection(host, int(port))
        except (OSError, TimeoutError) as fault:
            raise GatewayAway(str(fault)) from None
        writer.close()

    async def _listen(self, puppet: Any) -> None:
        why: GatewayTrouble = GatewayAway("the stream of events has ended")
        try:
            await puppet._listen_for_event()
        except Exception as fault:
            named = _named(fault)  # a fault is what it could not read; another connection may hear more
            why = GatewayAway(str(named)) if isinstance(named, GatewayFault) else named
        finally:
            self._close_if_done()
        self._coming.put_nowait(why)

    def _heard(self, name: str, facts: Mapping[str, str], payload: Any) -> None:
        """In the order of the stream, since nothing is waited for."""
        told = {ours: getattr(payload, its) for ours, its in facts.items()}
        self._coming.put_nowait(Event(name, told))


async def _message(puppet: Any, id: str) -> Any:
    told = await puppet.message_payload(id)
    return SimpleNamespace(
        id=told.id,
        text=told.text,
        timestamp=told.timestamp,
        type=KINDS.get(told.type.name.removeprefix("MESSAGE_TYPE_"), 0),
        talker_id=told.from_id,
        room_id=told.room_id,
        listener_id=told.to_id,
        mention_ids=told.mention_ids,
    )


async def _send_text(puppet: Any, conversation_id: str, text: str) -> Any:
    return SimpleNamespace(id=await puppet.message_send_text(conversation_id, text) or "")


async def _image(puppet: Any, id: str, type: int) -> Any:
    return SimpleNamespace(file_box=(await puppet.puppet_stub.message_image(id=id, type=type)).filebox)


async def _send_file(puppet: Any, conversation_id: str, file_box: str) -> Any:
    sent = await puppet.puppet_stub.message_send_file(conversation_id=conversation_id, filebox=file_box)
    return SimpleNamespace(id=sent.id or "")


async def _uploaded(puppet: Any, parts: Iterable[Chunk]) -> Any:
    """Its stub knows no calls of this form; what it stands on does."""
    way = "/wechaty.Puppet/Upload", Cardinality.STREAM_UNARY, Chunk, Id
    async with puppet.channel.request(*way) as stream:
        for part in parts:
            await stream.send_message(part)
        await stream.end()
        return await stream.recv_message()


async def _members(puppet: Any, id: str) -> Any:
    return SimpleNamespace(member_ids=await puppet.room_members(id))


CALLS: Mapping[str, Callable[..., Awaitable[Any]]] = {
    "Start": lambda puppet: puppet.puppet_stub.start(),
    "Stop": lambda puppet: puppet.puppet_stub.stop(),
    "Ding": lambda puppet, data: puppet.ding(data),
    "MessagePayload": _message,
    "MessageSendText": _send_text,
    "MessageSendFile": _send_file,
    "MessageImage": _image,
    "ContactPayload": lambda puppet, id: puppet.contact_payload(id),
    "RoomPayload": lambda puppet, id: puppet.room_payload(id),
    "RoomMemberList": _members,
    "RoomMemberPayload": lambda puppet, id, member_id: puppet.room_member_payload(id, member_id),
    "FriendshipPayload": lambda puppet, id: puppet.puppet_stub.friendship_payload(id=id),
    "FriendshipAccept": lambda puppet, id: puppet.friendship_accept(id),
    "RoomInvitationAccept": lambda puppet, id: puppet.room_invitation_accept(id),
}
_STATUS = {
    Status.UNAUTHENTICATED: WrongToken,
    Status.ALREADY_EXISTS: GatewayTaken,
    Status.UNAVAILABLE: GatewayAway,
    Status.DEADLINE_EXCEEDED: GatewayAway,
    Status.CANCELLED: GatewayAway,
}


def _named(fault: BaseException) -> GatewayTrouble:
    if isinstance(fault, GRPCError):
        kind = _STATUS.get(fault.status, GatewayFault)
        if kind is WrongToken:  # the message shows the token
            return WrongToken("the gateway does not know this token")
        return kind(f"{fault.status.name}: {(fault.message or '').partition(chr(10))[0][:200]}")
    away = isinstance(fault, OSError | TimeoutError) or type(fault).__module__.startswith(("grpclib", "h2"))
    return (GatewayAway if away else GatewayFault)(f"{type(fault).__name__}: {str(fault)[:200]}")
