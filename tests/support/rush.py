"""A rush for a flash sale: what the crowd says, and what must be true of the shop when it is over."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.channels.channel import Spoken
from dialogs.speech import Heard
from shop import campaigns, people
from shop.campaigns import NewItem
from shop.invariants import broken
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.campaigns import Kind, OnOffer
from tests.support.street import rows

STRAWBERRIES, STOCK = "F04-1", "1000"
ROOM = "水果群"
WORDS = ("+1", "抢", "抢！", "1", "抢1个", "我抢", "＋１")
MOST_MESSAGES = 6  # in the group, from the first to the last


async def a_sale(shop: ShopId, pieces: int, *, now: datetime) -> OnOffer:
    """So many boxes, one for each, from now on."""
    rooms = [room.id for room in await people.rooms(shop)]
    item = NewItem(STRAWBERRIES, Money(990), Quantity.of(pieces), Quantity.of(1))
    return await campaigns.set_up(shop, Kind.FLASH, "草莓", [item], by=None, now=now, rooms=rooms)


def crowd(size: int) -> list[str]:
    return [f"邻居{n:03d}" for n in range(size)]


def shouts(names: Sequence[str], dice: random.Random) -> list[tuple[str, str]]:
    """Who says what: everybody once, and one in ten a second time, because nothing happened yet."""
    once = [(who, dice.choice(WORDS)) for who in names]
    twice = [(who, dice.choice(WORDS)) for who in dice.sample(list(names), len(names) // 10)]
    return dice.sample([*once, *twice], len(once) + len(twice))


def heard(channel: str, n: int, who: str, text: str, at: datetime) -> Heard:
    return Heard(channel, f"rush {n}", ROOM, who, who, text, at)


async def check_books(shop: ShopId, pieces: int) -> None:
    """Exactly so many were taken, one by each; nothing else moved."""
    taken = await rows('SELECT o.buyer_id, line.qty FROM line JOIN "order" AS o ON o.id = line.order_id')
    assert len({buyer for buyer, _ in taken}) == len(taken) == pieces, "a piece too many, or two for one"
    assert {qty for _, qty in taken} == {1000}
    assert await rows("SELECT taken, reserved, kept FROM campaign_item") == [(pieces * 1000, 0, 0)]
    assert set(await rows("SELECT state FROM message")) == {("done",)}
    assert await broken(shop) == []


async def check_words(said: Sequence[Spoken], names: Sequence[str], pieces: int) -> None:
    """The group heard little and the result once; everybody heard in private what became of him."""
    group = [line.text for line in said if line.room is not None]
    assert len(group) <= MOST_MESSAGES, group
    assert [f"等 {pieces} 位" in text for text in group].count(True) == 1, group
    buyers = {
        who
        for (who,) in await rows(
            'SELECT DISTINCT p.name FROM "order" AS o JOIN person AS p ON p.id = o.buyer_id'
        )
    }
    slips = Counter(line.account for line in said if line.room is None and "分钟内付款" in line.text)
    late = {line.account for line in said if line.room is None and "抢完了" in line.text}
    assert slips == Counter(dict.fromkeys(buyers, 1))
    assert late >= set(names) - buyers and not {line.account for line in said if line.room is None} - set(
        names
    )
