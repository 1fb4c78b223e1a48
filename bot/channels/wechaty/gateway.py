"""网关: one connection to a Wechaty gateway: its events in their order, and the calls, each with a time limit.

Knows nothing of shops. What goes wrong is one of four things, told apart because each has another remedy.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from google.protobuf.message import DecodeError

from bot.channels.wechaty import frames, http2
from bot.channels.wechaty.wire import CALLS, EVENTS, MESSAGES
from bot.settings import ChannelPart

SECONDS, LOOK_SECONDS = 15.0, 3.0  # for one call
FILE_SECONDS, CHUNK = 25.0, 256 << 10  # for one file, and bytes of one part of it
LARGEST = 8 << 20  # bytes of one answer


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

    lacks: ClassVar[frozenset[str]]  # abilities of a gateway that this way to it has not

    def __init__(self, endpoint: Endpoint) -> None: ...

    def events(self) -> AsyncGenerator[Event, None]: ...

    def hang_up(self) -> None: ...

    async def call(self, name: str, *, within: float = SECONDS, **fields: Any) -> Any: ...

    async def download(self, id: str, *, most: int) -> bytes: ...

    async def upload(self, body: bytes) -> str: ...

    async def close(self) -> None: ...


Connect = type[Connection]


class Gateway:
    lacks: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._headers: dict[str, bytes] = {}  # of each call
        self._line: http2.Line | None = None
        self._connecting = asyncio.Lock()
        self._is_closed = False

    async def events(self) -> AsyncGenerator[Event, None]:
        """Until the gateway ends them. Raises GatewayAway, GatewayTaken or WrongToken."""
        told = (await self._connected()).listen(self._to("Event"), b"")
        try:
            async with aclosing(told):
                async for one in told:
                    if event := _event(one):
                        yield event
        except frames.Status as fault:
            raise _named(fault) from None
        raise GatewayAway("the stream of events has ended")

    def hang_up(self) -> None:
        """Give this connection up: its events end with GatewayAway."""
        self._is_closed = True
        if self._line is not None:
            self._line.close("hung up")

    async def call(self, name: str, *, within: float = SECONDS, **fields: Any) -> Any:
        """One call of `wire.CALLS`. Raises GatewayFault, GatewayAway or WrongToken."""
        asked, answered = CALLS[name]
        body = MESSAGES[asked](**fields).SerializeToString()
        try:
            return MESSAGES[answered].FromString(await self._ask(name, [body], within))
        except DecodeError as fault:
            raise _named(fault) from None

    async def download(self, id: str, *, most: int) -> bytes:
        """A file that the gateway keeps under this number. Raises what `call` raises, and GatewayFault for one of more
        than `most` bytes."""
        body = bytearray()
        parts = (await self._connected()).listen(
            self._to("Download"), MESSAGES["Id"](id=id).SerializeToString()
        )
        try:
            async with asyncio.timeout(FILE_SECONDS), aclosing(parts):
                async for part in parts:
                    body += MESSAGES["Chunk"].FromString(part).chunk
                    if len(body) > most:
                        raise GatewayFault(f"a file of more than {most} bytes")
        except (frames.Status, DecodeError, TimeoutError) as fault:
            raise _named(fault) from None
        return bytes(body)

    async def upload(self, body: bytes) -> str:
        """Gives the number under which the gateway keeps it now. Raises what `call` raises."""
        parts = (
            MESSAGES["Chunk"](chunk=body[at : at + CHUNK]).SerializeToString()
            for at in range(0, len(body), CHUNK)
        )
        try:
            return str(MESSAGES["Id"].FromString(await self._ask("Upload", parts, FILE_SECONDS)).id)
        except DecodeError as fault:
            raise _named(fault) from None

    async def close(self) -> None:
        self.hang_up()

    async def _ask(self, name: str, bodies: Iterable[bytes], within: float) -> bytes:
        try:
            return await (await self._connected()).ask(self._to(name), bodies, within=within)
        except frames.Status as fault:
            raise _named(fault) from None

    def _to(self, name: str) -> bytes:
        if name not in self._headers:
            to = self._endpoint
            self._headers[name] = frames.request_headers(
                f"/wechaty.Puppet/{name}",
                authority=to.server_name or to.address,
                is_secure=to.tls,
                more=[("authorization", f"Wechaty {to.token}")],
            )
        return self._headers[name]

    async def _connected(self) -> http2.Line:
        if self._line is not None and not self._line.is_lost:
            return self._line
        async with self._connecting:
            if self._is_closed:
                raise GatewayAway("closed")
            if self._line is None or self._line.is_lost:
                self._line = await _connect(self._endpoint)
                if self._is_closed:  # meanwhile
                    self._line.close()
            return self._line


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


async def _connect(endpoint: Endpoint) -> http2.Line:
    """Raises GatewayAway."""
    host, _, port = endpoint.address.rpartition(":")
    try:
        trusted = ssl.create_default_context(cafile=endpoint.ca or None) if endpoint.tls else None
        if trusted is not None:
            trusted.set_alpn_protocols(["h2"])
        async with asyncio.timeout(LOOK_SECONDS):
            return await http2.connect(
                host.strip("[]"),
                int(port),
                largest=LARGEST,
                trusted=trusted,
                server_name=endpoint.server_name,
            )
    except (OSError, TimeoutError) as why:
        raise GatewayAway(str(why) or "no connection in time") from None


def _event(said: bytes) -> Event | None:
    """None for what cannot be read, or is of a kind that we do not know. A payload that is no JSON object is an empty
    one."""
    try:
        told = MESSAGES["Event"].FromString(said)
    except DecodeError:
        return None
    if (name := EVENTS.get(told.type)) is None:
        return None
    try:
        facts = json.loads(told.payload or "{}")
    except (ValueError, RecursionError):
        facts = {}
    return Event(name, facts if isinstance(facts, dict) else {})


_KINDS = {
    frames.UNAUTHENTICATED: WrongToken,
    frames.ALREADY_EXISTS: GatewayTaken,
    frames.UNAVAILABLE: GatewayAway,
    frames.DEADLINE_EXCEEDED: GatewayAway,
    frames.CANCELLED: GatewayAway,
}


def _named(fault: frames.Status | DecodeError | TimeoutError) -> GatewayTrouble:
    """Of a fault's details only the first line: the rest is a list of the gateway's own calls."""
    if isinstance(fault, TimeoutError):
        return GatewayAway("no answer in time")
    if isinstance(fault, DecodeError):
        return GatewayFault("an answer that cannot be read")
    kind = _KINDS.get(fault.code, GatewayFault)
    if kind is WrongToken:  # the details show the token
        return WrongToken("the gateway does not know this token")
    return kind(f"{fault.details.partition(chr(10))[0][:200]} ({fault.code})")
