"""网关: one connection to a Wechaty gateway: its events in their order, and the calls, each with a time limit.

Knows nothing of shops. What goes wrong is one of four things, told apart because each has another remedy.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import grpc
import grpc.aio

from bot.channels.wechaty.wire import CALLS, EVENTS, MESSAGES
from bot.settings import ChannelPart

SECONDS, LOOK_SECONDS = 15.0, 3.0  # for one call
FILE_SECONDS, CHUNK = 25.0, 256 << 10  # for one file, and bytes of one part of it
LARGEST = 8 << 20  # bytes of one answer
OPTIONS = [("grpc.max_receive_message_length", LARGEST), ("grpc.enable_retries", 0)]


class GatewayTrouble(Exception):
    """Any of the four."""


class GatewayFault(GatewayTrouble):
    """The gateway answered that it cannot: the account behind it said no."""


class GatewayAway(GatewayTrouble):
    """No answer. Whether the call was carried out nobody can tell."""


class GatewayTaken(GatewayTrouble):
    """Another program holds this gateway's one event stream."""


class WrongToken(GatewayTrouble):
    """The gateway does not know this token; trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a gateway is. `ca`: a file of certificates to trust; `server_name`: what its certificate says."""

    address: str
    token: str
    tls: bool = False
    ca: str = ""
    server_name: str = ""


def endpoint_of(part: ChannelPart) -> Endpoint:
    return Endpoint(
        part.endpoint, part.token.get_secret_value(), tls=part.tls, ca=part.ca, server_name=part.server_name
    )


@dataclass(frozen=True, slots=True)
class Event:
    """What the gateway tells: a name of `wire.EVENTS` and its JSON object, unchecked."""

    name: str
    facts: dict[str, Any]

    def text(self, key: str) -> str:
        value = self.facts.get(key)
        return value if isinstance(value, str) else ""


class Connection(Protocol):
    """What a link needs of one connection; ours is `Gateway`."""

    has_files: ClassVar[bool]  # whether pictures go through it

    def __init__(self, endpoint: Endpoint) -> None: ...

    def events(self) -> AsyncGenerator[Event, None]: ...

    def hang_up(self) -> None: ...

    async def call(self, name: str, *, within: float = SECONDS, **fields: Any) -> Any: ...

    async def download(self, id: str, *, most: int) -> bytes: ...

    async def upload(self, body: bytes) -> str: ...

    async def close(self) -> None: ...


Connect = type[Connection]


class Gateway:
    has_files: ClassVar[bool] = True

    def __init__(self, endpoint: Endpoint) -> None:
        self._token = (("authorization", f"Wechaty {endpoint.token}"),)
        self._channel = _channel(endpoint)
        self._calls = {
            name: self._channel.unary_unary(
                f"/wechaty.Puppet/{name}",
                request_serializer=MESSAGES[asked].SerializeToString,
                response_deserializer=MESSAGES[answered].FromString,
            )
            for name, (asked, answered) in CALLS.items()
        }
        self._download = self._channel.unary_stream(
            "/wechaty.Puppet/Download",
            request_serializer=MESSAGES["Id"].SerializeToString,
            response_deserializer=MESSAGES["Chunk"].FromString,
        )
        self._upload = self._channel.stream_unary(
            "/wechaty.Puppet/Upload",
            request_serializer=MESSAGES["Chunk"].SerializeToString,
            response_deserializer=MESSAGES["Id"].FromString,
        )
        self._stream: Any = None
        self._is_hung_up = False
        self._events = self._channel.unary_stream(
            "/wechaty.Puppet/Event",
            request_serializer=MESSAGES["Nothing"].SerializeToString,
            response_deserializer=MESSAGES["Event"].FromString,
        )

    async def events(self) -> AsyncGenerator[Event, None]:
        """Until the gateway ends them. Raises GatewayAway, GatewayTaken or WrongToken."""
        self._stream = self._events(MESSAGES["Nothing"](), metadata=self._token)
        try:
            async for told in self._stream:
                if event := _event(told):
                    yield event
        except grpc.aio.AioRpcError as fault:
            raise _named(fault) from None
        except asyncio.CancelledError:
            if not self._is_hung_up or _is_cancelled():
                raise
        finally:
            self._stream.cancel()
        raise GatewayAway("the stream of events has ended")

    def hang_up(self) -> None:
        """Give this connection up: its events end with GatewayAway. (A stream that is cancelled raises CancelledError in
        whoever reads it, as if the reader had been cancelled.)"""
        self._is_hung_up = True
        if self._stream is not None:
            self._stream.cancel()

    async def call(self, name: str, *, within: float = SECONDS, **fields: Any) -> Any:
        """One call of `wire.CALLS`. Raises GatewayFault, GatewayAway or WrongToken."""
        asked = MESSAGES[CALLS[name][0]](**fields)
        try:
            return await self._calls[name](asked, timeout=within, metadata=self._token)
        except grpc.aio.AioRpcError as fault:
            raise _named(fault) from None
        except grpc.aio.UsageError as closed:
            raise GatewayAway(str(closed)) from None
        except asyncio.CancelledError:  # ours, or that of a connection which was closed in the middle
            if _is_cancelled():
                raise
            raise GatewayAway("the connection was closed before the answer came") from None

    async def download(self, id: str, *, most: int) -> bytes:
        """A file that the gateway keeps under this number. Raises what `call` raises, and GatewayFault for one of more
        than `most` bytes."""
        body = bytearray()
        stream = self._download(MESSAGES["Id"](id=id), timeout=FILE_SECONDS, metadata=self._token)
        try:
            async for part in stream:
                body += part.chunk
                if len(body) > most:
                    raise GatewayFault(f"a file of more than {most} bytes")
        except grpc.aio.AioRpcError as fault:
            raise _named(fault) from None
        except grpc.aio.UsageError as closed:
            raise GatewayAway(str(closed)) from None
        finally:
            stream.cancel()
        return bytes(body)

    async def upload(self, body: bytes) -> str:
        """Gives the number under which the gateway keeps it now. Raises what `call` raises."""
        parts = [MESSAGES["Chunk"](chunk=body[at : at + CHUNK]) for at in range(0, len(body), CHUNK)]
        try:
            kept = await self._upload(iter(parts), timeout=FILE_SECONDS, metadata=self._token)
        except grpc.aio.AioRpcError as fault:
            raise _named(fault) from None
        except grpc.aio.UsageError as closed:
            raise GatewayAway(str(closed)) from None
        return str(kept.id)

    async def close(self) -> None:
        await self._channel.close()


async def look(endpoint: Endpoint) -> str | None:
    """One sentence when this gateway cannot be used."""
    gateway = Gateway(endpoint)
    try:
        await gateway.call("Ding", within=LOOK_SECONDS, data="qundian")
    except WrongToken:
        return "the gateway refuses the token"
    except GatewayAway as why:
        return f"the gateway gives no answer: {why}"
    except GatewayFault:  # an account that cannot be rung; the gateway is there
        return None
    finally:
        await gateway.close()
    return None


def _channel(endpoint: Endpoint) -> grpc.aio.Channel:
    if not endpoint.tls:
        return grpc.aio.insecure_channel(endpoint.address, OPTIONS)
    trusted = Path(endpoint.ca).read_bytes() if endpoint.ca else None
    name = [("grpc.ssl_target_name_override", endpoint.server_name)] if endpoint.server_name else []
    return grpc.aio.secure_channel(endpoint.address, grpc.ssl_channel_credentials(trusted), [*OPTIONS, *name])


def _event(told: Any) -> Event | None:
    """None for what is of a kind that we do not know. A payload that is no JSON object is an empty one."""
    name = EVENTS.get(told.type)
    if name is None:
        return None
    try:
        facts = json.loads(told.payload or "{}")
    except (ValueError, RecursionError):
        facts = {}
    return Event(name, facts if isinstance(facts, dict) else {})


def _is_cancelled() -> bool:
    """Whether somebody wants this very task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


_CODES = {
    grpc.StatusCode.UNAUTHENTICATED: WrongToken,
    grpc.StatusCode.ALREADY_EXISTS: GatewayTaken,
    grpc.StatusCode.UNAVAILABLE: GatewayAway,
    grpc.StatusCode.DEADLINE_EXCEEDED: GatewayAway,
    grpc.StatusCode.CANCELLED: GatewayAway,
}


def _named(fault: grpc.aio.AioRpcError) -> Exception:
    """Of a fault's details only the first line: the rest is a list of the gateway's own calls."""
    kind = _CODES.get(fault.code(), GatewayFault)
    if kind is WrongToken:  # the details show the token
        return WrongToken("the gateway does not know this token")
    return kind(f"{fault.code().name}: {(fault.details() or '').partition(chr(10))[0][:200]}")
