"""The same work by python-wechaty, in an interpreter of its own that has it: receive, or receive and answer.

python python_wechaty.py PORT TOKEN COUNT receive|answer — says "ready", then the moment at which it was done.
Without the repairs at the top it does not import on Python 3.11.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

PORT, TOKEN, COUNT, WORK = sys.argv[1:]
os.environ |= {
    "WECHATY_PUPPET_SERVICE_ENDPOINT": f"127.0.0.1:{PORT}",
    "WECHATY_PUPPET_SERVICE_TOKEN": TOKEN,
    "WECHATY_LOG": "error",
}

import pyee  # noqa: E402 - the environment first
import pyee.asyncio  # noqa: E402 - as above
import urllib3  # noqa: E402 - as above

pyee.AsyncIOEventEmitter = pyee.asyncio.AsyncIOEventEmitter  # moved in pyee 12
urllib3.get_host = lambda url: tuple(urllib3.util.parse_url(url))[:4:2]  # gone in urllib3 2

from wechaty_puppet.schemas import puppet  # noqa: E402 - after the repairs

puppet.PuppetOptions.__hash__ = object.__hash__  # used as a key

from wechaty import Message, Wechaty, WechatyOptions  # noqa: E402 - after the repairs


class Bot(Wechaty):
    done = 0

    async def on_login(self, _: object) -> None:
        print("ready", flush=True)

    async def on_message(self, message: Message) -> None:
        if message.is_self():
            return
        place = message.room() or message.talker()
        if WORK == "answer":
            await place.say("收到")
        self.done += 1
        if self.done == int(COUNT):
            print(time.time(), flush=True)


asyncio.run(Bot(WechatyOptions(puppet="wechaty-puppet-service")).start())
