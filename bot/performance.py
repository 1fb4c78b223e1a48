"""演出: transcripts against a fresh shop each, on a clock that moves only when the transcript says so."""

from __future__ import annotations

import asyncio
import tempfile
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import upkeep
from bot.channels.channel import Channel
from bot.channels.loopback import Loopback
from bot.clock import MovableClock
from bot.payments import Sandbox
from bot.settings import from_mapping
from bot.shopfront import Answer
from bot.transcript import (
    BadTranscript,
    Difference,
    Step,
    Transcript,
    codes_in,
    compare,
    parse,
    with_codes,
    written,
)
from bot.wiring import OpenShop, open_shop, opening_of
from dialogs import refusals, shown
from dialogs.speech import Heard, Whom
from shop.goods import Catalogue
from shop.kit.ids import MessageId
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.rules.pictures import Picture
from shop.transaction import run_sql

CHANNEL = "webroom"
A_PICTURE = Picture(  # of one point
    b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    ),
    "png",
)
OPENING_DAY = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)  # 10:00 in the shop: order codes begin with 0501


@asynccontextmanager
async def stage(goods: Catalogue, url: str, channel: Channel | None = None) -> AsyncIterator[OpenShop]:
    """A fresh demo shop on this database with a loopback for a channel (or this one) and a frozen clock."""
    settings = from_mapping(
        {
            "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
            "database": {"url": url},
            "web": {"public_url": "http://shop.example"},
            "payments": {"provider": "sandbox"},
            "channels": [{"kind": "webroom", "name": CHANNEL, "rooms": ["水果群"]}],
        },
        {},
    )
    clock = MovableClock(OPENING_DAY, frozen=True)
    opening = opening_of(goods)
    async with open_shop(
        settings,
        clock,
        lambda _: {CHANNEL: channel or Loopback(CHANNEL)},
        opening=opening,
        is_demo=True,
        provider=Sandbox(secret="stage", clock=clock.now),
    ) as shop:
        yield shop


@dataclass
class Stage:
    """What is remembered while a transcript plays."""

    shop: OpenShop
    channel: str = CHANNEL
    said: dict[str, Heard] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    count: int = 0
    last: int = 0  # the newest letter that was seen: what was said before is not said again

    async def act(self, step: Step) -> tuple[Answer, ...]:
        """Do one step in the running shop; gives what it newly said because of it."""
        got = tuple(answer for answer in await self._act(step) if answer.letter > self.last)
        self.last = max((answer.letter for answer in got), default=self.last)
        return got

    async def _act(self, step: Step) -> tuple[Answer, ...]:
        if step.kind == "pass":
            return await self.shop.pass_time(step.by)
        if step.kind == "until":
            return await self.shop.pass_time(self._until(step.at))
        if step.kind in ("ask", "pay"):
            return await self.shop.direct(step.who, step.kind)
        if step.kind in ("stranger", "friend"):
            await self.befriend(step.who, is_friend=step.kind == "friend")
            return ()
        if step.kind == "hand":
            return await self.shop.answers(await self.hear(self._by_hand(step)))
        if step.kind == "meddle":
            await self._meddle(*step.text.split())
            return ()
        if step.kind == "leave":
            return await self.shop.answers(await self.hear(replace(self._words(step), left=True)))
        if step.kind == "say":
            self.said[step.who] = self._words(step)
        elif step.who not in self.said:
            raise BadTranscript(f"line {step.line}: {step.who} has not said anything yet")
        heard = self.said[step.who]
        if step.kind == "recall":
            heard = self._recall(heard)
        return await self.shop.answers(await self.hear(heard))

    async def hear(self, heard: Heard) -> MessageId:
        return await self.shop.hear(heard)

    async def befriend(self, who: str, *, is_friend: bool) -> None:
        channel = self.shop.channels[self.channel]
        if not isinstance(channel, Loopback):
            raise BadTranscript(f"{who} cannot become a stranger on {self.channel}")
        (channel.strangers.discard if is_friend else channel.strangers.add)(who)

    def _words(self, step: Step) -> Heard:
        self.count += 1
        text, now = with_codes(step.text, self.codes), self.shop.clock.now()
        mentions = ("@shop",) if f"@{self.shop.shop_name}" in text else ()
        id, is_picture = f"play {self.count}", text == shown.PICTURE
        channel = self.shop.channels[self.channel]
        if is_picture and isinstance(channel, Loopback):
            channel.pictures[id] = A_PICTURE
        return Heard(
            self.channel, id, step.room, step.who, step.who, text, now, mentions, has_picture=is_picture
        )

    def _recall(self, heard: Heard) -> Heard:
        self.count += 1
        id, now = f"play {self.count}", self.shop.clock.now()
        return Heard(self.channel, id, heard.room, heard.who, heard.name, "撤回了一句", now, recalls=heard.id)

    def _by_hand(self, step: Step) -> Heard:
        self.count += 1
        id, us, now = f"play {self.count}", "店里的微信", self.shop.clock.now()
        return Heard(self.channel, id, None, us, us, step.text, now, to=Whom(step.who, step.who))

    async def _meddle(self, goods: str, by: str) -> None:
        """No verb of the shop puts its books out of order: this is done behind its back."""
        await run_sql(
            "UPDATE stock_item SET on_hand = on_hand + ? WHERE sku_id IN (SELECT sku.id FROM sku "
            "JOIN product AS p ON p.id = sku.product_id WHERE p.shop_id = ? AND p.name = ?)",
            [Quantity.of(by).milli, self.shop.shop, goods],
        )

    def _until(self, at: time) -> timedelta:
        local = self.shop.clock.now().astimezone(ZoneInfo(self.shop.settings.shop.timezone))
        return datetime.combine(local.date() + timedelta(days=1), at, local.tzinfo) - local


Watch = Callable[[Step, Sequence[Answer]], None]


async def perform(
    shop: OpenShop, transcript: Transcript, watch: Watch | None = None, *, on_stage: Stage | None = None
) -> Difference | None:
    """Play it all; gives the first difference, or None when everything was said as written. With `watch`, each step
    is shown with what was said, and differences are not looked for."""
    on_stage = on_stage or Stage(shop)
    for step in transcript.steps:
        try:
            got = await on_stage.act(step)
        except Refusal as no:
            raise BadTranscript(f"line {step.line}: {refusals.words(no)}") from no
        if step.kind in ("again", "recall"):
            step = replace(step, room=on_stage.said[step.who].room)
        if watch:
            watch(step, got)
        for answer in got:
            on_stage.codes |= codes_in(answer.text)
        if not watch and (difference := compare(step, got)):
            return difference
    return None


async def play_one(
    transcript: Transcript, goods: Catalogue, url: str, watch: Watch | None = None
) -> Difference | None:
    """On an empty database. Gives the first difference."""
    async with stage(goods, url) as shop:
        return await perform(shop, transcript, watch)


async def perform_all(
    paths: Sequence[Path], goods: Catalogue, *, database: str, show: bool, say: Callable[[str], None]
) -> int:
    """Plays each file and says how it went; gives how many differ. With `show` it writes the transcript as it was
    really said instead of comparing. The tables are made once and emptied after each file."""
    with tempfile.TemporaryDirectory(prefix="qundian-play-") as folder:
        url = database or f"sqlite:///{folder}/shop.db"
        from_mapping({"database": {"url": url}}, {})
        await upkeep.nobodys(url)
        watch = (lambda step, got: say(written(step, got))) if show else None
        return await _one_by_one(paths, goods, url, watch, say)


async def _one_by_one(
    paths: Sequence[Path], goods: Catalogue, url: str, watch: Watch | None, say: Callable[[str], None]
) -> int:
    failed = 0
    for n, path in enumerate(paths, start=1):
        try:
            transcript = await asyncio.to_thread(_read, path)
            difference = await _swept(transcript, goods, url, watch)
        except (BadTranscript, OSError, UnicodeDecodeError) as exc:
            why = exc.strerror if isinstance(exc, OSError) and exc.strerror else exc
            say(f"[{n}/{len(paths)}] ✗ {path}: {why}")
            failed += 1
            continue
        if difference is None:
            say(f"[{n}/{len(paths)}] ✓ {path}")
            continue
        failed += 1
        say(
            f"[{n}/{len(paths)}] ✗ {path}:{difference.line}\n  应该: {difference.wanted}\n  实际: {difference.got}"
        )
    say(f"{len(paths) - failed} passed, {failed} failed")
    return failed


def _read(path: Path) -> Transcript:
    return parse(path.read_text(encoding="utf-8"))


async def _swept(
    transcript: Transcript, goods: Catalogue, url: str, watch: Watch | None
) -> Difference | None:
    try:
        return await play_one(transcript, goods, url, watch)
    finally:
        await upkeep.sweep(url)
