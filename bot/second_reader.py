"""第二读者: any OpenAI-compatible endpoint behind the reader's port; slow, broken and lying ones change nothing.

He is asked only within the budget, gets one try and little time, and is left alone for a minute after five faults in
a row. What he answers is judged in dialogs/hear/second.py.
"""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from bot.clock import Clock
from bot.memory import Memory
from bot.settings import SecondReaderPart
from dialogs.hear.asked import INSTRUCTIONS, question
from dialogs.hear.reading import Reading
from dialogs.hear.second import NotUsable, Unclear, understood
from shop.kit.ids import PersonId

LONGEST_ANSWER = 64 * 1024  # bytes
MOST_FAULTS, REST = 5, timedelta(minutes=1)
A_DAY, AN_HOUR = 90_000.0, 3_600.0  # seconds; a day with a changed clock has 25 hours

log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The endpoint gave none; the message is the sentence to log, without address and key."""


class HttpSecondReader:
    def __init__(self, part: SecondReaderPart, memory: Memory, clock: Clock, zone: ZoneInfo) -> None:
        self._endpoint = Endpoint(part)
        self._part = part
        self._memory = memory
        self._clock = clock
        self._zone = zone
        self._faults = 0
        self._rests_until: datetime | None = None

    async def read(self, unclear: Unclear) -> Reading | None:
        if len(unclear.first.text) > self._part.longest_text or self._rests():
            return None
        if not await self._may_spend(unclear.who):
            return None
        try:
            answer = await self._endpoint.ask(INSTRUCTIONS, question(unclear))
        except NoAnswer as why:
            self._failed(why)
            return None
        self._faults = 0
        try:
            return understood(answer, unclear)
        except NotUsable as why:
            log.warning("the second reader's answer is not used: %s", why)
            return None

    async def close(self) -> None:
        await self._endpoint.close()

    async def _may_spend(self, who: PersonId) -> bool:
        """Nobody can use up the day for the others: who has had his share does not count."""
        local = self._clock.now().astimezone(self._zone)
        part, key = self._part, "second reader"
        mine = await self._memory.count(f"{key} {who} {local:%Y-%m-%d %H}", AN_HOUR)
        if mine > part.calls_per_person_an_hour:
            return False
        return await self._memory.count(f"{key} {local:%Y-%m-%d}", A_DAY) <= part.calls_a_day

    def _rests(self) -> bool:
        return self._rests_until is not None and self._clock.now() < self._rests_until

    def _failed(self, why: NoAnswer) -> None:
        self._faults += 1
        log.warning("the second reader gave no answer: %s", why)
        if self._faults >= MOST_FAULTS:
            self._rests_until = self._clock.now() + REST
            log.warning("the second reader is not asked for a minute: %d faults in a row", self._faults)


class Endpoint:
    """POST {url}/chat/completions. One try, no redirect, no cookie, no more than `timeout_seconds` in all."""

    def __init__(self, part: SecondReaderPart) -> None:
        self._part = part
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    async def ask(self, instructions: str, words: str) -> str:
        """What the model says. Raises NoAnswer."""
        try:
            async with asyncio.timeout(self._part.timeout_seconds):
                return content_of(await self._post(self._body(instructions, words)))
        except TimeoutError:
            raise NoAnswer(f"it took longer than {self._part.timeout_seconds:g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise NoAnswer(f"it cannot be spoken with ({type(fault).__name__})") from None

    async def close(self) -> None:
        self._is_closed = True
        if self._session is not None:
            await self._session.close()

    def _body(self, instructions: str, words: str) -> dict[str, Any]:
        return {
            "model": self._part.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": words},
            ],
            "temperature": 0,
            "max_tokens": 400,
            "response_format": {"type": "json_object"},  # wants the word JSON among the instructions
        }

    async def _post(self, body: dict[str, Any]) -> bytes:
        if self._is_closed:
            raise NoAnswer("the shop is closing")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept-Encoding": "identity"},
                auto_decompress=False,  # a small answer stays small
            )
        key = {"Authorization": f"Bearer {self._part.key}"} if self._part.key else {}
        address = f"{self._part.url.rstrip('/')}/chat/completions"
        async with self._session.post(address, json=body, headers=key, allow_redirects=False) as answer:
            if answer.status != 200:
                raise NoAnswer(f"it answered {answer.status}")
            return await _read(answer.content)


async def _read(stream: aiohttp.StreamReader) -> bytes:
    told = bytearray()
    async for chunk in stream.iter_any():
        told += chunk
        if len(told) > LONGEST_ANSWER:
            raise NoAnswer(f"its answer is longer than {LONGEST_ANSWER // 1024} KB")
    return bytes(told)


def content_of(body: bytes) -> str:
    """The words of the model in a chat completion. Raises NoAnswer."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        content = None
    if not isinstance(content, str):
        raise NoAnswer("its answer is no chat completion")
    return content


async def look(part: SecondReaderPart) -> str | None:
    """One question, for `qundian check`; the sentence when no answer comes."""
    endpoint = Endpoint(part)
    try:
        await endpoint.ask('只回这个 JSON：{"action":"nothing"}', "{}")
        return None
    except NoAnswer as why:
        return f"{why}. The shop runs without it"
    finally:
        await endpoint.close()
