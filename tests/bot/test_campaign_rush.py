"""A rush for a flash sale, through the real inbox and outbox: exactly what there is is sold, the group hears a handful of
messages, everybody hears in private. A smaller crowd than the five hundred of `python -m tests.bench.flash`."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.channels.loopback import Loopback
from bot.clock import MovableClock, tick
from bot.performance import CHANNEL, stage
from bot.run import demo_goods
from shop.records.mail import Letter
from shop.transaction import unit_of_work
from tests.support import rush, rush_killed
from tests.support.rush import STOCK, STRAWBERRIES

PEOPLE, PIECES = 150, 30
SEEN, THEIRS = 100, 20  # each with a page of his own, where the shop is killed
SECOND = timedelta(seconds=1)


async def test_a_crowd_and_a_few_boxes(database_url: str) -> None:
    goods = demo_goods()
    goods = replace(goods, stock={**goods.stock, STRAWBERRIES: STOCK})
    channel, dice, names = Loopback(CHANNEL), random.Random(37), rush.crowd(PEOPLE)
    async with stage(goods, database_url, channel) as shop:
        clock = shop.clock
        assert isinstance(clock, MovableClock)
        await unit_of_work(lambda: rush.a_sale(shop.shop, PIECES, now=clock.now()))
        await shop.pass_time(SECOND)
        said = list(enumerate(rush.shouts(names, dice)))
        for part in (said[::2], said[1::2]):  # within two seconds by the shop's clock
            came = [rush.heard(CHANNEL, n, who, text, clock.now()) for n, (who, text) in part]
            await asyncio.gather(*(shop.hear(one) for one in came), tick(clock.now()))
            await shop.pass_time(SECOND)
        over = clock.now()
        for _ in range(10):
            await shop.pass_time(SECOND)
        await rush.check_books(shop.shop, PIECES)
        await rush.check_words(channel.said, names, PIECES)
        last = await Letter.filter(room__isnull=False, state="sent").order_by("-sent_at").first()
        assert last is not None and last.sent_at is not None and last.sent_at <= over + 5 * SECOND


async def test_kill_9_in_the_middle_of_it(database_url: str, tmp_path: Path) -> None:
    dice = random.Random(9)
    await rush_killed.lived(database_url, tmp_path, SEEN, THEIRS, dice=dice, within=1.0, kills=2)
