"""A rush in which the shop is killed with kill -9 and started again: the real program, a page for each person. What must be
true of it is the same as of a rush in which nothing happened."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from shop import mail
from shop.database import close_database, open_database, record_modules
from shop.kit.ids import ShopId
from shop.transaction import set_event_writer, unit_of_work
from tests.support import rush
from tests.support.shopkeeper import Customer, a_runner, old_members
from tests.support.street import rows
from tests.support.world import NOW

PATIENCE = 300.0  # seconds, until a rush that is not worked through is a failure


async def lived(
    url: str, folder: Path, people: int, pieces: int, *, dice: random.Random, within: float, kills: int
) -> float:
    """Everybody speaks once within so many seconds, and in them the shop is killed so often. Raises AssertionError when
    too few or too many were taken, or somebody was left without a word. Gives when the group's last message came, in
    seconds from the last word of the crowd."""
    keeper = a_runner(folder, url, {rush.STRAWBERRIES: rush.STOCK})
    try:
        await keeper.start()
        await open_database(url, models=record_modules())
        set_event_writer(mail.write_events)
        shop = ShopId((await rows("SELECT id FROM shop"))[0][0])
        await unit_of_work(lambda: rush.a_sale(shop, pieces, now=NOW))
        async with old_members(keeper.address, "webroom", people) as there:

            async def shout(customer: Customer) -> None:
                await asyncio.sleep(dice.uniform(0, within))
                await customer.post(dice.choice(rush.WORDS))

            async def kill() -> None:
                for _ in range(kills):
                    await asyncio.sleep(dice.uniform(0.2, 0.8) * within / kills)
                    await keeper.kill()
                    await keeper.start()

            await asyncio.gather(kill(), *(shout(customer) for customer in there))
            async with asyncio.timeout(PATIENCE):
                while await _is_under_way():  # noqa: ASYNC110 - another process works
                    await asyncio.sleep(0.1)
            names = [customer.name for customer in there]
        assert await keeper.stop() == 0
        await rush.check_books(shop, pieces)
        await _everybody_knows(names)
        return await _last_in_the_group()
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


async def _everybody_knows(names: list[str]) -> None:
    """The group heard little and the result once; each buyer has one slip, everybody else heard that there are none."""
    group = await rows("SELECT id FROM letter WHERE room IS NOT NULL AND state = 'sent'")
    assert len(group) <= rush.MOST_MESSAGES
    assert (await rows("SELECT count(*) FROM event WHERE kind = 'FlashSoldOut'")) == [(1,)]
    buyers = [
        who for (who,) in await rows('SELECT p.name FROM "order" AS o JOIN person AS p ON p.id = o.buyer_id')
    ]
    assert await _heard("分钟内付款") == Counter(buyers)
    assert set(await _heard("抢完了")) == set(names) - set(buyers)
    twice = "SELECT letter FROM chat_line WHERE letter IS NOT NULL GROUP BY letter HAVING count(*) > 1"
    assert (await rows(twice)) == []


async def _heard(words: str) -> Mapping[str, int]:
    """In private, by name, how often."""
    said = await rows(
        "SELECT member.name FROM chat_line AS line JOIN chat_member AS member ON member.account = line.account "
        "AND member.channel = line.channel WHERE line.letter IS NOT NULL AND line.text LIKE ?",
        f"%{words}%",
    )
    return Counter(name for (name,) in said)


async def _last_in_the_group() -> float:
    ((told, over),) = await rows(
        "SELECT (SELECT max(at) FROM chat_line WHERE room IS NOT NULL AND letter IS NOT NULL) AS told, "
        "(SELECT max(at) FROM chat_line WHERE who <> '') AS over_at"
    )
    return (datetime.fromisoformat(str(told)) - datetime.fromisoformat(str(over))).total_seconds()
