"""A real Wechaty gateway on this machine, with an account behind it that does what the test says.

Node and the packages of `gateway/package-lock.json` are needed; here the packages are installed when they are missing.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from bot.channels.wechaty.channel import Wechaty
from bot.channels.wechaty.gateway import Connect, Endpoint, Gateway
from bot.channels.wechaty.members import UNKNOWN, Past
from bot.clock import SystemClock
from bot.memory import InProcess
from tests.support.servers import PATIENCE, launch, none_here, wait_until

PROGRAM = Path(__file__).parent / "gateway"
TOKEN = "insecure_7d8f2c1a-5b1e-4c3f-9a77-0f6f2f1f5e0d"
US, NAME = "wxid_shop", "鲜果小助手"  # the account, and what it is called: not as the shop is
ROOM, TOPIC = "10001@chatroom", "水果群"


def contact(id: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "name": name, **more}


PEOPLE = [
    contact("wxid_li", "小李"),
    contact("wxid_hua", "阿花"),
    contact("wxid_boss", "店主"),
    contact("wxid_leader", "团长"),
    contact("wxid_stranger", "路人", friend=False),
    contact("gh_news", "生活号", type=2),
]


def a_world(**more: Any) -> dict[str, Any]:
    members = [US, *(one["id"] for one in PEOPLE)]
    room = {"id": ROOM, "topic": TOPIC, "ownerId": "wxid_leader", "memberIdList": members}
    return {"self": US, "contacts": [contact(US, NAME), *PEOPLE], "rooms": [room], **more}


class NodeGateway:
    """Started when it is made; `kill` and `start` again keep the ports."""

    def __init__(
        self, world: Mapping[str, Any] | None = None, *, tls: tuple[Path, Path] | None = None
    ) -> None:
        install()
        self.folder = Path(tempfile.mkdtemp(prefix="qundian-wechaty-"))
        self._tls = [str(file) for file in tls or ()]
        self.port, self._control = _free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        (self.folder / "world.json").write_text(json.dumps(world or a_world()), "utf-8")
        (self.folder / "sent.jsonl").touch()
        self.start()

    def start(self) -> None:
        log = self.folder / "log"
        command = ["node", str(PROGRAM / "gateway.mjs"), str(self.folder), str(self.port), str(self._control)]
        self._process = launch([*command, TOKEN, *self._tls], log=log, farewell=signal.SIGKILL, as_us=True)
        wait_until(self._is_listening, self._process, log)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def do(self, what: str, /, **facts: Any) -> Any:
        """One of the acts of gateway.mjs."""
        url = f"http://127.0.0.1:{self._control}/{what}"
        said = BytesIO(json.dumps(facts).encode())
        async with aiohttp.ClientSession() as http, http.post(url, data=said) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json(content_type=None)

    async def say(self, who: str, text: str = "", *, room: str | None = None, **more: Any) -> str:
        """Somebody writes; gives the id of the message."""
        ids = await self.do("hear", messages=[{"talkerId": who, "to": room or US, "text": text, **more}])
        return str(ids[0])

    async def show(self, who: str, body: bytes, *, room: str | None = None, **more: Any) -> str:
        """Somebody sends a picture; gives the id of the message."""
        id = more.pop("id", f"picture-{uuid4().hex}")
        await self.do("file", id=id, name="1.jpg", base64=b64encode(body).decode())
        return await self.say(who, room=room, id=id, type=6, **more)

    def shown(self) -> list[tuple[str, str]]:
        """The pictures that the account sent: to whom, and the digest of each."""
        return [(one["to"], one["sha256"]) for one in self.sent("file")]

    def sent(self, *methods: str) -> list[dict[str, Any]]:
        """What the account did, in order; of these methods only, if any are named."""
        lines = (self.folder / "sent.jsonl").read_text("utf-8").splitlines()
        return [one for one in map(json.loads, lines) if not methods or one["method"] in methods]

    def said(self) -> list[tuple[str, str]]:
        return [(one["to"], one["text"]) for one in self.sent("text")]

    def _is_listening(self) -> bool:
        with socket.socket() as there:
            return there.connect_ex(("127.0.0.1", self._control)) == 0


@pytest.fixture(scope="session")
def one_gateway() -> Iterator[NodeGateway]:
    """For all tests that do it no harm; `reset` empties it."""
    gateway = NodeGateway()
    yield gateway
    gateway.close()


def a_channel(
    gateway: NodeGateway,
    *,
    shop_name: str = "邻里鲜果",
    now: Callable[[], datetime] | None = None,
    show: Callable[[str], None] = print,
    connect: Connect = Gateway,
    past: Past = UNKNOWN,
    **more: Any,
) -> Wechaty:
    """A channel to this gateway; `more` of the endpoint's settings."""
    endpoint = Endpoint(**{"address": gateway.address, "token": TOKEN, **more})
    clock = now or SystemClock().now
    memory = InProcess()
    return Wechaty(
        endpoint, shop_name=shop_name, now=clock, memory=memory, show=show, connect=connect, past=past
    )


async def connected(channel: Wechaty) -> None:
    channel.connect()
    await until(lambda: channel.is_up)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.005)


def install() -> None:
    """The packages as they are locked; once, however many tests ask at the same time."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        none_here("node with npm")
    with (PROGRAM / ".installing").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not _is_installed():
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=PROGRAM, check=True, env=os.environ | {"CI": "true"})


def _is_installed() -> bool:
    """Whether what npm says it has put there is what the lock asks for; without what this machine has no use for."""
    there = PROGRAM / "node_modules" / ".package-lock.json"
    if not there.exists():
        return False
    wanted, has = (
        {
            name: one["version"]
            for name, one in json.loads(file.read_text("utf-8"))["packages"].items()
            if name
        }
        for file in (PROGRAM / "package-lock.json", there)
    )
    return has.items() <= wanted.items() and len(wanted) - len(has) < 30


def _free_ports(count: int) -> Sequence[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
