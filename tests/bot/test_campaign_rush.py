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
from shop import mail
from shop.database import close_database, open_database, record_modules
from shop.kit.ids import ShopId
from shop.records.mail import Letter
from shop.transaction import set_event_writer, unit_of_work
from tests.support import rush
from tests.support.rush import STOCK, STRAWBERRIES
from tests.support.shopkeeper import Customer, a_runner, customers
from tests.support.street import rows
from tests.support.world import NOW

PEOPLE, PIECES = 150, 30
FEW, THEIRS = 20, 8  # each with a page of his own, where the shop is killed
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
    keeper, dice = a_runner(tmp_path, database_url, {STRAWBERRIES: STOCK}), random.Random(9)
    try:
        await keeper.start()
        await open_database(database_url, models=record_modules())
        set_event_writer(mail.write_events)
        shop = ShopId((await rows("SELECT id FROM shop"))[0][0])
        await unit_of_work(lambda: rush.a_sale(shop, THEIRS, now=NOW))
        async with customers(keeper.address, FEW) as there:

            async def shout(customer: Customer) -> None:
                await asyncio.sleep(dice.uniform(0, 0.5))
                await customer.post(dice.choice(rush.WORDS))

            async def kill() -> None:
                for _ in range(2):
                    await asyncio.sleep(dice.uniform(0.1, 0.3))
                    await keeper.kill()
                    await keeper.start()

            await asyncio.gather(kill(), *(shout(customer) for customer in there))
            async with asyncio.timeout(60):
                while await _is_under_way():  # noqa: ASYNC110 - another process works
                    await asyncio.sleep(0.1)
        assert await keeper.stop() == 0
        await rush.check_books(shop, THEIRS)
        await _everybody_knows()
    finally:
        await close_database()
        keeper.close()


async def _is_under_way() -> bool:
    """Something is still to be done or told; what nobody asked for (the post, the result) may wait for the morning."""
    left = await rows(
        "SELECT (SELECT count(*) FROM chat_line WHERE NOT handed) "
        "+ (SELECT count(*) FROM message WHERE state = 'new') + (SELECT count(*) FROM event WHERE NOT told) "
        "+ (SELECT count(*) FROM letter WHERE state IN ('new', 'sending') AND lane = 'reply') "
        "+ (SELECT count(*) FROM campaign WHERE sold_out_at IS NULL)"
    )
    return bool(left[0][0])


async def _everybody_knows() -> None:
    group = await rows("SELECT id FROM letter WHERE room IS NOT NULL AND state = 'sent'")
    assert len(group) <= rush.MOST_MESSAGES
    assert (await rows("SELECT count(*) FROM event WHERE kind = 'FlashSoldOut'")) == [(1,)]
    unheard = "SELECT count(*) FROM message AS m WHERE NOT EXISTS (SELECT 1 FROM letter WHERE cause = m.id)"
    assert (await rows(unheard)) == [(0,)], "somebody was left without a word"
    twice = "SELECT letter FROM chat_line WHERE letter IS NOT NULL GROUP BY letter HAVING count(*) > 1"
    assert (await rows(twice)) == []
