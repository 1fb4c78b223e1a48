"""The real program as a process of its own, and customers who talk to it over HTTP and never give up."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import aiohttp
from itsdangerous import URLSafeTimedSerializer

from bot.web.cleaning import likeness
from bot.web.security import COOKIE
from shop import chatlog
from tests.support.world import NOW

QUNDIAN = str(Path(sys.executable).parent / "qundian")
PATIENCE = (
    60.0  # seconds until a process that does not come up, or an answer that does not come, is a failure
)
STOP_WITHIN = 10.0  # seconds that a stop may take
SECRET = "a secret of the tests, long enough"

CONFIG = """
[shop]
name = "邻里鲜果"
[database]
url = "{url}"
[web]
port = {port}
secret = "{secret}"
[[channels]]
kind = "webroom"
rooms = ["水果群"]
[manners]
hold_seconds = 0.1
[log]
level = "warning"
"""


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def catalogue_file(folder: Path, stock: Mapping[str, str]) -> Path:
    """The demo's goods with this much of some of them."""
    goods = json.loads((files("bot") / "demo.json").read_text(encoding="utf-8"))
    goods["stock"] |= stock
    file = folder / "catalogue.json"
    file.write_text(json.dumps(goods, ensure_ascii=False), encoding="utf-8")
    return file


class Shopkeeper:
    """Starts, kills and stops one `qundian` on one port. The first start is the console script. Later ones are forks
    of a process that has imported everything already: thirty restarts would otherwise be a minute of imports."""

    def __init__(self, command: list[str], port: int, folder: Path) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self._command, self._log = command, folder / "log"
        self._process: subprocess.Popen[bytes] | ForkServerProcess | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None and self._process.pid is not None, "it was not started"
        return self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    async def start(self) -> float:
        """Until it answers; gives the seconds that it took."""
        began = time.monotonic()
        await asyncio.to_thread(self._launch if self._process is None else self._fork)
        while not await self._answers():
            assert self._status() is None, self.log[-2000:]
            assert time.monotonic() - began < PATIENCE, self.log[-2000:]
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def _launch(self) -> None:
        with self._log.open("ab") as out:
            self._process = subprocess.Popen(
                [QUNDIAN, *self._command], stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def _fork(self) -> None:
        self._process = _forks().Process(target=_qundian, args=(self._command, str(self._log)))
        self._process.start()

    def _status(self) -> int | None:
        if isinstance(self._process, ForkServerProcess):
            return self._process.exitcode
        assert self._process is not None
        return self._process.poll()

    async def _answers(self) -> bool:
        try:
            _, door = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        door.close()
        return True

    def memory(self) -> float:
        """Resident, in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 2**20

    async def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        await self._ended(PATIENCE)

    async def stop(self) -> int | None:
        """SIGTERM; gives the exit status, None when it has not ended in the time that a stop may take."""
        os.kill(self.pid, signal.SIGTERM)
        return await self._ended(STOP_WITHIN)

    async def _ended(self, within: float) -> int | None:
        began = time.monotonic()
        while (status := self._status()) is None and time.monotonic() - began < within:  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(0.01)
        return status

    def close(self) -> None:
        if self._process is not None and self._status() is None:
            os.kill(self.pid, signal.SIGKILL)


@cache
def _forks() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["bot.__main__", "bot.run", "bot.upkeep", "asyncpg", "aiosqlite"])
    return context


def _qundian(command: list[str], log: str) -> None:
    """What the console script does, in a process that has imported it."""
    out = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = [QUNDIAN, *command]
    from bot.__main__ import main

    main()


def a_runner(folder: Path, url: str, stock: Mapping[str, str]) -> Shopkeeper:
    """`qundian run` on this database."""
    port = free_port()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(url=url, port=port, secret=SECRET), encoding="utf-8")
    goods = catalogue_file(folder, stock)
    return Shopkeeper(["run", "--config", str(config), "--catalogue", str(goods)], port, folder)


def a_demo(folder: Path, stock: Mapping[str, str]) -> Shopkeeper:
    """`qundian demo` with its own database in the folder."""
    port, goods = free_port(), catalogue_file(folder, stock)
    return Shopkeeper(
        ["demo", "--port", str(port), "--catalogue", str(goods), "--data", str(folder / "data")], port, folder
    )


# ── customers ───────────────────────────────────────────────────────────────────────────────────────────────────


class Customer:
    """A member of the web room with a cookie of his own. What he posts is posted: he retries with the same nonce."""

    def __init__(self, session: aiohttp.ClientSession, address: str, name: str) -> None:
        self._session, self._address = session, address
        self.name = name
        self.posted: list[str] = []
        self.retries = 0

    async def join(self) -> None:
        async with self._session.get(f"{self._address}/room") as page:
            token = re.search(r'name="token" value="([^"]+)"', await page.text())
        assert token is not None
        form = {"token": token[1], "name": self.name}
        async with self._session.post(f"{self._address}/room/join", data=form) as inside:
            assert inside.status == 200, await inside.text()

    async def post(self, text: str, room: str | None = "水果群") -> int:
        """Until the shop says that it has it; gives the line's number."""
        body = {"room": room, "text": text, "nonce": f"{self.name} {len(self.posted)}"}
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    async with self._session.post(f"{self._address}/room/say", json=body) as answer:
                        if answer.status == 200:
                            self.posted.append(text)
                            return int((await answer.json())["id"])
                        assert answer.status in (429, 502, 503), await answer.text()
                except (aiohttp.ClientError, ConnectionError):
                    self.retries += 1
                await asyncio.sleep(0.05)

    async def watch(self) -> int:
        """A page that stays open until the shop ends it; gives how many bytes it got."""
        got = 0
        async with self._session.get(f"{self._address}/room/stream") as stream:
            async for chunk in stream.content.iter_any():
                got += len(chunk)
        return got


@asynccontextmanager
async def customers(address: str, count: int) -> AsyncIterator[list[Customer]]:
    """So many neighbours, all in the room already."""
    sessions = [aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) for _ in range(count)]
    try:
        there = [Customer(session, address, f"邻居{n}") for n, session in enumerate(sessions)]
        for one in there:
            await one.join()
        yield there
    finally:
        for session in sessions:
            await session.close()


@asynccontextmanager
async def old_members(address: str, channel: str, count: int) -> AsyncIterator[list[Customer]]:
    """So many who joined long ago, with their cookies; more than may join in a minute. The database is open."""
    signer = URLSafeTimedSerializer(SECRET, salt="qundian.member")
    async with AsyncExitStack() as stack:
        there = []
        for n in range(count):
            name = f"邻居{n:03d}"
            assert await chatlog.join(channel, account=name, name=name, likeness=likeness(name), at=NOW)
            cookies = {COOKIE: str(signer.dumps(name))}
            session = await stack.enter_async_context(
                aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True))
            )
            there.append(Customer(session, address, name))
        yield there


async def say(session: aiohttp.ClientSession, address: str, who: str, text: str, **more: Any) -> Any:
    """The demo's door: anybody may be anybody. Anything but 200 is a failure."""
    body = {"who": who, "room": "水果群", "text": text} | more
    async with session.post(f"{address}/try/say", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()
