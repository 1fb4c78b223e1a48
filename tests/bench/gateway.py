"""python -m tests.bench.gateway: WeChat through a real gateway: how fast, how steady, and how it stands being killed.

With `--python-wechaty PYTHON` (an interpreter that has it; `make bench-gateway` names ours) the same work is done by python-wechaty
on the same gateway, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.channels.channel import Spoken
from shop.invariants import broken
from shop.kit.ids import LetterId
from tests.wechaty.stand import ROOM, TOKEN, NodeGateway, a_channel, a_world, connected
from tests.wechaty.storm import a_storm

TALKERS = ["wxid_li", "wxid_hua", "wxid_boss", "wxid_leader"]
AT_ONCE = 2_000
ANSWERS = 8  # under way at the same time; python-wechaty has one for each message that it has heard
PATIENCE = 300.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gateway", description=__doc__)
    parser.add_argument("--messages", type=int, default=AT_ONCE)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--flat", type=int, default=50_000, help="messages over which memory is watched")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--only", choices=("speed", "memory", "kills"), help="this part alone")
    parser.add_argument("--python-wechaty", type=os.path.abspath, help="an interpreter that has it")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    parts = {
        "speed": lambda: speed(given.messages, given.rounds, given.python_wechaty),
        "memory": lambda: memory(given.flat),
        "kills": lambda: kills(given.kills),
    }
    for name, part in parts.items():
        if given.only in (None, name):
            asyncio.run(part())


async def speed(messages: int, rounds: int, other: str | None) -> None:
    gateway = NodeGateway()
    try:
        for work in ("receive", "answer"):
            faster, cheaper = list[float](), list[float]()
            for n in range(rounds):
                mine = await ours(gateway, messages, work)
                line = f"{work} {messages:,}, round {n + 1}: ours {mine.told(messages)}"
                if other is not None:
                    its = await theirs(other, gateway, messages, work)
                    faster.append(its.wall / mine.wall)
                    cheaper.append(its.cpu / mine.cpu)
                    line += f", python-wechaty {its.told(messages)}: {_times(faster[-1], cheaper[-1])}"
                print(line, flush=True)
            if faster:
                print(f"{work}, the middle of {rounds}: {_times(median(faster), median(cheaper))}")
    finally:
        gateway.close()


def _times(faster: float, cheaper: float) -> str:
    return f"{faster:.1f} times as fast, {cheaper:.1f} times for the same processor time"


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall, which are everybody's on a busy machine, and of this process alone on a processor."""

    wall: float
    cpu: float

    def told(self, messages: int) -> str:
        return f"{messages / self.wall:,.0f}/s ({1_000 * self.cpu / messages:.2f} ms of processor each)"


async def ours(gateway: NodeGateway, messages: int, work: str) -> Took:
    """From the burst to the last message handed over (and answered). In order and each once, or it counts for
    nothing."""
    await gateway.do("reset", **a_world())
    channel = a_channel(gateway)
    await connected(channel)
    began, worked = time.monotonic(), time.process_time()
    burst = asyncio.create_task(gateway.do("burst", count=messages, talkers=TALKERS, rooms=[ROOM], text=""))
    found = list[str]()
    free = asyncio.Semaphore(ANSWERS)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as answers:
        async for heard in channel.listen():
            if work == "answer":
                await free.acquire()
                answer = Spoken(LetterId(len(found)), heard.room, None, "收到")
                answers.create_task(channel.speak(answer)).add_done_callback(lambda _: free.release())
            found.append(heard.text)
            if len(found) == messages:
                break
    took = Took(time.monotonic() - began, time.process_time() - worked)
    await burst
    assert found == [str(n) for n in range(messages)]
    assert len(gateway.said()) == (messages if work == "answer" else 0)
    await channel.close()
    return took


async def theirs(python: str, gateway: NodeGateway, messages: int, work: str) -> Took:
    await gateway.do("reset", **a_world())
    program = Path(__file__).with_name("python_wechaty.py")
    with tempfile.TemporaryDirectory(prefix="qundian-python-wechaty-") as folder:
        bot = await asyncio.create_subprocess_exec(
            *(python, str(program), str(gateway.port), TOKEN, str(messages), work),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,  # it writes files where it stands
        )
        try:
            assert bot.stdout is not None
            async with asyncio.timeout(PATIENCE):
                assert await bot.stdout.readline() == b"ready\n"
                began = time.time()
                await gateway.do("burst", count=messages, talkers=TALKERS, rooms=[ROOM], text="")
                done, cpu = map(float, (await bot.stdout.readline()).split())
                return Took(done - began, cpu)
        finally:
            bot.kill()
            await bot.wait()


async def memory(messages: int) -> None:
    gateway = NodeGateway()
    channel = a_channel(gateway)
    await connected(channel)
    listening = channel.listen()
    used = list[float]()
    for _ in range(0, messages, AT_ONCE):
        await gateway.do("burst", count=AT_ONCE, talkers=TALKERS, rooms=[ROOM], text="来2箱橙子")
        for _ in range(AT_ONCE):
            await anext(listening)
        gc.collect()
        used.append(resident())
    await channel.close()
    gateway.close()
    warm = used[min(2, len(used) - 1)]
    print(f"memory over {messages:,} messages: {warm:.1f} MiB after the first, {used[-1]:.1f} MiB at the end")


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


async def kills(count: int) -> None:
    gateway = NodeGateway()
    try:
        with tempfile.TemporaryDirectory(prefix="qundian-storm-") as folder:
            async with a_storm(f"sqlite:///{folder}/shop.db", gateway, "fifty kills") as storm:
                await storm.blow(count)
                faults = await storm.faults() + [str(one) for one in await broken(storm.shop.shop)]
                print(
                    f"{count} kills: {len(storm.said)} messages taken by the gateway, {len(gateway.said())} lines said, "
                    f"{storm.channel.unsure} of unknown fate, {storm.twice} said twice; back after {max(storm.back):.1f} s at most; "
                    f"faults: {faults or 'none'}"
                )
    finally:
        gateway.close()


if __name__ == "__main__":
    main()
