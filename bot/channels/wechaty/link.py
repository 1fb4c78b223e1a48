"""连线: a connection to the gateway that comes back by itself, whatever happens to either side.

One program at a time serves a gateway, and one gateway an account: whoever has not got both leases waits and says so.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Any

from bot.channels.channel import Refused
from bot.channels.wechaty.gateway import (
    Connect,
    Connection,
    Endpoint,
    Event,
    Gateway,
    GatewayAway,
    GatewayFault,
    GatewayTaken,
    GatewayTrouble,
    WrongToken,
)
from bot.duty import Duty
from bot.memory import Memory
from shop.transaction import start_task

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds before the next try, half as much or as long again
GREETING = 5.0  # seconds that a gateway has for its first event
PULSE, PATIENCE = 3.0, 8.0  # how often it is asked whether it lives, and how long it may think
LEASE_PAUSE = 3.0
TAKEN_TIMES = 3  # how often a stream may be found taken before the dead one is ended


class _Served(Exception):
    """Our account is logged in at another gateway as well, and somebody serves it there."""


class Link:
    """`events` until `close`. `account` is our own account while it is logged in, else empty; `us` is what it was last."""

    def __init__(
        self, endpoint: Endpoint, memory: Memory, *, may_stop: bool, connect: Connect = Gateway
    ) -> None:
        """`memory` holds the leases; `may_stop`: for all programs, so a stream that is taken belongs to a dead one."""
        self._endpoint = endpoint
        self._connect = connect
        self._memory = memory
        self._duty = Duty(memory, f"wechaty {endpoint.address}")
        self._account_duty: Duty | None = None  # of the account that is logged in
        self._may_stop = may_stop
        self._gateway: Connection | None = None
        self._was_heard = False
        self._taken = 0
        self._said = ""
        self._connected = asyncio.Event()
        self.account = ""
        self.us = ""
        self.sessions = 0

    async def events(self) -> AsyncGenerator[Event, None]:
        """In the order in which the gateway tells them, over all interruptions. Raises Refused when the token was wrong
        from the beginning."""
        pause = FIRST_PAUSE
        while True:
            if not await self._duty.is_mine():
                self._say("another process of this shop serves this account; waiting for it to end")
                await asyncio.sleep(LEASE_PAUSE)
                continue
            try:
                async with aclosing(self._session()) as session:
                    async for event in session:
                        pause = FIRST_PAUSE
                        yield event
            except WrongToken:
                if not self._was_heard:
                    raise Refused(f"the gateway at {self._endpoint.address} refuses the token") from None
                self._say("the gateway refuses the token that it took before; tried again")
            except _Served:
                self._say("another gateway serves this account; waiting for it to end")
                pause = LEASE_PAUSE
            except GatewayTaken:
                await self._end_the_dead()
            except GatewayAway as why:
                self._say(f"the gateway is away, tried again and again: {why}")
            except Exception:
                log.exception("the connection to the gateway broke, tried again")
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, LONGEST_PAUSE)

    @property
    def is_connected(self) -> bool:
        return self._connected.is_set()

    async def call(self, name: str, **fields: Any) -> Any:
        """Raises GatewayAway at once where there is no connection."""
        if self._gateway is None:
            raise GatewayAway("not connected")
        return await self._gateway.call(name, **fields)

    async def download(self, id: str, *, most: int) -> bytes:
        """Raises what `Gateway.download` raises."""
        if self._gateway is None:
            raise GatewayAway("not connected")
        return await self._gateway.download(id, most=most)

    async def upload(self, body: bytes) -> str:
        """Raises what `Gateway.upload` raises."""
        if self._gateway is None:
            raise GatewayAway("not connected")
        return await self._gateway.upload(body)

    async def connected(self, within: float) -> None:
        """Wait for a connection. Raises GatewayAway when there is none by then."""
        try:
            await asyncio.wait_for(self._connected.wait(), within)
        except TimeoutError:
            raise GatewayAway("not connected") from None

    async def close(self) -> None:
        """Whoever reads the events was cancelled before."""
        await self._leave_account()
        await self._duty.hand_over()

    async def _session(self) -> AsyncGenerator[Event, None]:
        self._gateway = gateway = self._connect(self._endpoint)
        greeted = asyncio.Event()
        dog = start_task(self._watch(gateway, greeted), name="watch the gateway")
        try:
            async with aclosing(gateway.events()) as told:
                async for event in told:
                    if not greeted.is_set():
                        greeted.set()
                        self._begun()
                    await self._note(event)
                    yield event
        finally:
            dog.cancel()
            self._gateway, self.account = None, ""
            self._connected.clear()
            await gateway.close()

    def _begun(self) -> None:
        self._was_heard, self._taken = True, 0
        self._connected.set()
        self.sessions += 1
        self._say("connected to the gateway")

    async def _note(self, event: Event) -> None:
        """Raises _Served."""
        if event.name == "login" and event.text("contactId"):
            await self._take_account(event.text("contactId"))
            self._say("the account is logged in")
        elif event.name == "logout":
            await self._leave_account()
            self._say("the account is logged out")

    async def _take_account(self, account: str) -> None:
        if account != self.us or self._account_duty is None:
            await self._leave_account()
            self._account_duty = Duty(self._memory, f"wechaty account {account}")
        if not await self._account_duty.is_mine():
            await self._leave_account()
            self.us = ""  # what is said here is heard elsewhere
            raise _Served
        self.account = self.us = account

    async def _leave_account(self) -> None:
        self.account = ""
        if self._account_duty is not None:
            await self._account_duty.hand_over()
            self._account_duty = None

    async def _is_mine(self) -> bool:
        account = self._account_duty
        return await self._duty.is_mine() and (account is None or await account.is_mine())

    async def _watch(self, gateway: Connection, greeted: asyncio.Event) -> None:
        """A connection that is cut in the middle shows no error: it is asked, and given up when it gives no answer."""
        try:
            await _within(GREETING, greeted.wait())
            await _lives(gateway)
            await gateway.call("Start")
            while await self._is_mine():
                await _lives(gateway)
                await asyncio.sleep(PULSE)
            self._say("another process has taken this account over")
        except GatewayTrouble as why:
            self._say(f"the gateway gives no answer: {why}")
        gateway.hang_up()

    async def _end_the_dead(self) -> None:
        self._taken += 1
        self._say("another client holds this gateway's stream; waiting for it to end")
        if self._may_stop and self._taken >= TAKEN_TIMES:
            gateway = self._connect(self._endpoint)
            try:
                await gateway.call("Stop")
                self._taken = 0
            except GatewayTrouble as why:
                self._say(f"the dead client's stream could not be ended: {why}")
            finally:
                await gateway.close()

    def _say(self, what: str) -> None:
        """Each news once, however often it is tried."""
        if what != self._said:
            self._said = what
            log.warning("wechaty at %s: %s", self._endpoint.address, what)


async def _lives(gateway: Connection) -> None:
    """Raises GatewayAway when it does not. An account that cannot be rung answers, too."""
    try:
        await gateway.call("Ding", within=PATIENCE, data="qundian")
    except GatewayFault:
        return


async def _within(seconds: float, what: Awaitable[Any]) -> None:
    try:
        await asyncio.wait_for(what, seconds)
    except TimeoutError:  # some gateways greet nobody
        return
