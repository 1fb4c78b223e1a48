"""对账: a day of buyers and a WeChat Pay at its worst; in the evening its bill and our books agree to the fen."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from bot import clock as clocks
from bot.payments import CHINA
from shop import listings, orders, people, slips
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import unit_of_work
from tests.support.fake_wechat_pay import THIEF, Callback, FakeWeChatPay, open_fake
from tests.support.stands import wechat
from tests.support.till import Clock, Till, open_till

BUYERS = 60
FATES = {  # of a hundred buyers
    "told": 30,  # paid, told once
    "told often": 20,  # paid, told up to four times at once
    "never told": 15,  # paid, the news are lost
    "answer lost": 10,  # the code comes only when asked for again
    "paid too late": 5,  # the order had ended before
    "only lies": 10,  # not paid, but somebody says so
    "walks away": 10,
}


async def an_order(till: Till, name: str, dice: random.Random) -> Slip:
    who = await unit_of_work(lambda: people.recognise(till.shop, "web", name, name, now=till.clock()))
    return await till.order(("P1-1", str(dice.randint(1, 9))), buyer=who.id)


async def live(till: Till, fake: FakeWeChatPay, slip: Slip, fate: str, dice: random.Random) -> list[Callback]:
    """What this buyer does; gives the news that WeChat Pay, or a thief, will bring."""
    if fate == "answer lost":
        fake.next("prepay", *["lose"] * dice.randint(1, 2))
    before = set(fake.trades)
    for _ in range(2):  # the second time because the first may have said that nothing can be paid now
        await till.client.get(f"/pay/{slip.token}")
    (trade,) = set(fake.trades) - before
    if fate == "walks away":
        return []
    if fate == "only lies":
        fake.trades[trade].paid_at = till.clock()
        told = [
            fake.paid_callback(trade, trade_state="SUCCESS", by=THIEF),
            fake.paid_callback(trade, trade_state="NOTPAY"),
        ]
        fake.trades[trade].paid_at = None
        return told
    if fate == "paid too late":
        await unit_of_work(lambda: orders.expire(slip.id, now=slip.pay_due_at or till.clock()))
    fake.pay(trade)
    times = {"told often": dice.randint(2, 4), "never told": 0}.get(fate, 1)
    return [fake.paid_callback(trade) for _ in range(times)]


async def test_after_a_day_of_trouble_bill_and_books_agree_to_the_fen(shop_db: str) -> None:
    dice = random.Random(20260501)
    fates = dice.choices(list(FATES), weights=list(FATES.values()), k=BUYERS)
    assert set(fates) == set(FATES)
    clock = Clock()
    async with (
        open_fake(clock) as fake,
        open_till(make_provider=lambda c: wechat(fake, c), stock={"P1-1": "2000"}) as till,
    ):
        fake.clock = till.clock
        placed = [await an_order(till, f"buyer {n}", dice) for n in range(BUYERS)]
        news = [
            one
            for slip, fate in zip(placed, fates, strict=True)
            for one in await live(till, fake, slip, fate, dice)
        ]
        dice.shuffle(news)
        place = str(till.client.make_url("/pay/callback/wechat"))
        heard = Counter(await asyncio.gather(*(one.send(place) for one in news)))
        assert set(heard) == {200, 400, 401}

        till.clock.pass_time(minutes=31)
        for _ in range(3):
            await clocks.tick(till.clock(), till.provider)

        ended = Counter()
        books: Counter[str] = Counter()
        for slip, fate in zip(placed, fates, strict=True):
            now = await slips.slip(slip.id)
            ended[fate, now.status] += 1
            for one in await listings.money_in(slip.id):
                books[f"{slip.code} {one.amount.fen}"] += 1
        assert ended == Counter(
            (
                fate,
                Status.CANCELLED
                if fate in ("paid too late", "only lies", "walks away")
                else Status.PREPARING,
            )
            for fate in fates
        )

        codes = {trade: known.asked["description"].split()[-1] for trade, known in fake.trades.items()}
        bill = await till.provider.bill(till.clock().astimezone(CHINA).date())
        came = [line for line in bill if line.kind == "paid"]
        assert books == Counter(f"{codes[line.trade_no]} {line.amount.fen}" for line in came)
        assert len(came) == sum(fate not in ("only lies", "walks away") for fate in fates)
        late = {slip.code for slip, fate in zip(placed, fates, strict=True) if fate == "paid too late"}
        went_back = [codes[line.trade_no] for line in bill if line.kind == "refunded"]
        assert sorted(went_back) == sorted(late)  # each once, and nobody else's
        assert all(count == 1 for count in books.values())
        await till.provider.shut_down()


async def test_a_guard_that_is_off_is_noticed(shop_db: str) -> None:
    """The same day for a shop that never asks: the money that it was not told of is missing from the books."""

    clock = Clock()
    async with open_fake(clock) as fake, open_till(make_provider=lambda c: wechat(fake, c)) as till:
        slip = await till.order()
        await till.client.get(f"/pay/{slip.token}")
        (trade,) = fake.trades
        fake.pay(trade)
        till.clock.pass_time(minutes=31)
        await clocks.tick(till.clock(), None)
        assert (await slips.slip(slip.id)).status == Status.CANCELLED
        (line,) = await till.provider.bill(clock().astimezone(CHINA).date())
        assert line.trade_no == trade and not await listings.money_in(slip.id)
        await till.provider.shut_down()
