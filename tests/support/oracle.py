"""A chat-completion endpoint on loopback that says whatever a test wants: well, wrongly, slowly, with bad intent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Says = Callable[[web.Request], Awaitable[web.StreamResponse]]


def completion(content: Any) -> dict[str, Any]:
    """The envelope around what a model says; anything but a text is written as JSON."""
    words = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": words}}]}


def saying(content: Any) -> Says:
    async def say(_: web.Request) -> web.StreamResponse:
        return web.json_response(completion(content))

    return say


def sending(body: str | bytes, status: int = 200, **headers: str) -> Says:
    """Just these bytes."""

    async def send(_: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(body=raw, status=status, headers=headers)

    return send


NOTHING = saying({"action": "nothing"})


@dataclass
class Oracle:
    says: Says = NOTHING
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)  # the bodies
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    is_let_go: asyncio.Event = field(default_factory=asyncio.Event)  # ends `silence` and `drip`

    async def hear(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(json.loads(await request.text() or "{}"))
        self.keys.append(request.headers.get("Authorization"))
        self.paths.append(request.path)
        return await self.says(request)

    @property
    def told(self) -> str:
        """Everything that ever left the house."""
        return json.dumps(self.asked, ensure_ascii=False)

    async def silence(self, _: web.Request) -> web.StreamResponse:
        await self.is_let_go.wait()
        return web.json_response(completion({"action": "nothing"}))

    async def drip(self, request: web.Request) -> web.StreamResponse:
        """A good answer, a byte now and then."""
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in json.dumps(completion({"action": "nothing"})).encode():
            if self.is_let_go.is_set():
                break
            await response.write(bytes([byte]))
            await asyncio.sleep(0.05)
        return response


@asynccontextmanager
async def open_oracle() -> AsyncIterator[Oracle]:
    oracle = Oracle()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", oracle.hear)
    async with TestServer(app, host="127.0.0.1") as server:
        oracle.url = f"http://127.0.0.1:{server.port}/v1"
        yield oracle
        oracle.is_let_go.set()
