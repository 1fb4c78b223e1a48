"""演出: transcripts against a fresh shop each, on a clock that moves only when the transcript says so."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.loopback import Loopback
from bot.clock import MovableClock
from bot.play import BadTranscript, Difference, Transcript, Watch, parse, perform, written
from bot.settings import from_mapping
from bot.wiring import OpenShop, open_shop, opening_of
from shop.goods import Catalogue

CHANNEL = "webroom"
OPENING_DAY = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)  # 10:00 in the shop: order codes begin with 0501


@asynccontextmanager
async def stage(goods: Catalogue, url: str) -> AsyncIterator[OpenShop]:
    """A fresh demo shop on this database with a loopback for a channel and a frozen clock."""
    settings = from_mapping(
        {
            "shop": {"key": goods.shop_id, "name": goods.shop_name, "timezone": goods.tz},
            "database": {"url": url},
            "web": {"public_url": "http://shop.example"},
            "channels": [{"kind": "webroom", "name": CHANNEL, "rooms": ["水果群"]}],
        },
        {},
    )
    clock = MovableClock(OPENING_DAY, frozen=True)
    opening = opening_of(goods)
    async with open_shop(
        settings, clock, lambda _: {CHANNEL: Loopback(CHANNEL)}, opening=opening, is_demo=True
    ) as shop:
        yield shop


async def play_one(
    transcript: Transcript, goods: Catalogue, url: str, watch: Watch | None = None
) -> Difference | None:
    """On an empty database. Gives the first difference."""
    async with stage(goods, url) as shop:
        return await perform(shop, transcript, CHANNEL, watch)


async def perform_all(
    paths: Sequence[Path], goods: Catalogue, *, database: str, show: bool, say: Callable[[str], None]
) -> int:
    """Plays each file and says how it went; gives how many differ. With `show` it writes the transcript as it was
    really said instead of comparing."""
    failed = 0
    watch = (lambda step, got: say(written(step, got))) if show else None
    for n, path in enumerate(paths, start=1):
        try:
            transcript = await asyncio.to_thread(_read, path)
            difference = await _fresh(transcript, goods, database, watch)
        except (BadTranscript, OSError, UnicodeDecodeError) as exc:
            say(f"[{n}/{len(paths)}] ✗ {path}: {exc}")
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


async def _fresh(
    transcript: Transcript, goods: Catalogue, database: str, watch: Watch | None
) -> Difference | None:
    if database:
        return await play_one(transcript, goods, database, watch)
    with tempfile.TemporaryDirectory(prefix="qundian-play-") as folder:
        return await play_one(transcript, goods, f"sqlite:///{folder}/shop.db", watch)
