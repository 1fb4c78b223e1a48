"""The same work by python-wechaty, in an interpreter of its own that has it: receive, or receive and answer.

python python_wechaty.py PORT TOKEN COUNT receive|answer — says "ready", then the moment at which it was done, and the seconds of processor it took.
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

import bot.channels.python_wechaty.repairs  # noqa: E402, F401 - the environment first

# isort: split
from wechaty import Message, Wechaty, WechatyOptions  # noqa: E402 - after the repairs


class Bot(Wechaty):
    done, worked = 0, 0.0

    async def on_login(self, _: object) -> None:
        self.worked = time.process_time()
        print("ready", flush=True)

    async def on_message(self, message: Message) -> None:
        if message.is_self():
            return
        place = message.room() or message.talker()
        if WORK == "answer":
            await place.say("收到")
        self.done += 1
        if self.done == int(COUNT):
            print(time.time(), time.process_time() - self.worked, flush=True)


asyncio.run(Bot(WechatyOptions(puppet="wechaty-puppet-service")).start())
