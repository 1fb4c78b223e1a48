"""候补: what comes back is the head's alone for three minutes, then the next one's, and anybody's when nobody waits."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from bot import clock
from shop import campaigns, flash, orders, proxies, waitlist
from shop.campaigns import NewItem
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import AlreadyPaid, CampaignOver, QuotaGone, QuotaShared, SomeLeft
from shop.rules.campaigns import Kind, OnOffer
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.world import NOW, a_customer, a_product, happened, pay, the_shop, want

MINUTE = timedelta(minutes=1)


async def a_flash(
    shop: ShopId, pieces: int, each: int | None = None, *, until: datetime = NOW + 60 * MINUTE
) -> OnOffer:
    sku = await a_product("草莓", "28.00", stock=50, unit="盒")
    limit = Quantity.of(each) if each else None
    item = NewItem(sku, Money(990), Quantity.of(pieces), limit)
    return await campaigns.set_up(shop, Kind.FLASH, "草莓", [item], by=None, now=NOW, deadline=until)


async def grab(of: OnOffer, who: PersonId, n: int = 1, *, now: datetime = NOW) -> Slip:
    return await orders.place(await the_shop(), who, [want(of.items[0].sku, n)], now=now, campaign=of)


async def wait(of: OnOffer, who: PersonId, *, now: datetime = NOW) -> waitlist.Place:
    return await waitlist.wait(of.items[0], "草莓", "盒", who, now=now)


async def free(of: OnOffer) -> int:
    """What anybody may take now."""
    return (await flash.seen(of.id)).left.milli // 1000


async def people(*names: str) -> list[PersonId]:
    return [await a_customer(name) for name in names]


async def test_what_comes_back_is_the_heads_alone(shop: ShopId) -> None:
    of = await a_flash(shop, 1)
    li, wang, liu, chen = await people("小李", "王姐", "大刘", "陈叔")
    await grab(of, li)
    assert [(await wait(of, who)).ahead for who in (wang, liu)] == [0, 1]
    await orders.cancel(shop, li, now=NOW)
    assert await free(of) == 0
    await clock.tick(NOW)
    with pytest.raises(QuotaGone):
        await grab(of, chen)
    with pytest.raises(QuotaGone):
        await grab(of, liu)
    assert (await grab(of, wang)).payable == Money(990)
    assert await broken(shop) == []


async def test_silence_passes_it_on_and_nobody_makes_it_anybodys(shop: ShopId) -> None:
    of = await a_flash(shop, 1)
    li, wang, liu, chen = await people("小李", "王姐", "大刘", "陈叔")
    await grab(of, li)
    await wait(of, wang)
    await wait(of, liu)
    await clock.tick(NOW)
    await orders.cancel(shop, li, now=NOW)
    await clock.tick(NOW)
    for minutes, has_it in ((2, wang), (3, liu), (5, liu)):
        await clock.tick(NOW + minutes * MINUTE)
        offer = await waitlist.offer_to(has_it, now=NOW + minutes * MINUTE)
        assert offer is not None and offer.qty == Quantity.of(1), minutes
        assert await free(of) == 0
    with pytest.raises(QuotaGone):
        await grab(of, wang, now=NOW + 4 * MINUTE)
    await clock.tick(NOW + 6 * MINUTE)
    assert (await free(of), (await happened()).count("FlashFreed")) == (1, 1)
    await grab(of, chen, now=NOW + 6 * MINUTE)
    await clock.tick(NOW + 7 * MINUTE)
    assert [kind for kind in await happened() if kind.startswith("Flash")] == ["FlashSoldOut", "FlashFreed"]
    assert await broken(shop) == []


async def test_a_hold_that_runs_out_is_the_next_ones(shop: ShopId) -> None:
    of = await a_flash(shop, 2)
    li, wang = await people("小李", "王姐")
    await grab(of, li, 2)
    await wait(of, wang)
    await clock.tick(NOW + 5 * MINUTE)
    assert await waitlist.offer_to(wang, now=NOW + 5 * MINUTE) is not None
    assert await free(of) == 1  # he waits for one, the other is anybody's
    assert await broken(shop) == []


async def test_who_has_his_share_cannot_wait_for_more(shop: ShopId) -> None:
    of = await a_flash(shop, 2, each=1)
    li, wang, liu = await people("小李", "王姐", "大刘")
    with pytest.raises(SomeLeft):
        await wait(of, li)
    await pay(await grab(of, li))
    await grab(of, wang)
    with pytest.raises(QuotaShared):
        await wait(of, li)
    assert await wait(of, liu) == await wait(of, liu)
    await campaigns.close(of.id, now=NOW)
    with pytest.raises(CampaignOver):
        await wait(of, wang)


async def test_who_leaves_the_line_leaves_his_offer_to_the_next_one(shop: ShopId) -> None:
    of = await a_flash(shop, 1)
    li, wang, liu = await people("小李", "王姐", "大刘")
    await grab(of, li)
    await wait(of, wang)
    await wait(of, liu)
    await orders.cancel(shop, li, now=NOW)
    await clock.tick(NOW)
    assert await waitlist.leave(of.items[0].id, wang)
    assert not await waitlist.leave(of.items[0].id, wang)
    await clock.tick(NOW)
    assert await waitlist.offer_to(liu, now=NOW) is not None
    assert await waitlist.offer_to(wang, now=NOW) is None
    assert await broken(shop) == []


async def test_the_end_tells_everybody_in_the_line(shop: ShopId) -> None:
    of = await a_flash(shop, 1, until=NOW + 10 * MINUTE)
    li, wang, liu = await people("小李", "王姐", "大刘")
    await grab(of, li)
    await wait(of, wang)
    await wait(of, liu)
    await orders.cancel(shop, li, now=NOW)
    await clock.tick(NOW + 8 * MINUTE)
    offer = await waitlist.offer_to(wang, now=NOW + 8 * MINUTE)
    assert offer is not None and offer.until == NOW + 10 * MINUTE  # never beyond the end
    await clock.tick(NOW + 10 * MINUTE)
    assert (await happened()).count("WaitedInVain") == 2
    with pytest.raises((QuotaGone, CampaignOver)):
        await grab(of, wang, now=NOW + 10 * MINUTE)
    assert await broken(shop) == []


async def test_who_leaves_the_line_after_the_end_leaves_it(shop: ShopId) -> None:
    """Before the clock has told him that it was in vain."""
    of = await a_flash(shop, 1)
    li, wang = await people("小李", "王姐")
    await grab(of, li)
    await wait(of, wang)
    await campaigns.close(of.id, now=NOW)
    assert await waitlist.leave(of.items[0].id, wang)
    await clock.tick(NOW)
    assert "WaitedInVain" not in await happened()
    assert await broken(shop) == []


async def test_what_a_neighbour_takes_over_is_not_passed_to_the_line(shop: ShopId) -> None:
    of = await a_flash(shop, 2)
    li, mum, wang = await people("小李", "妈妈", "王姐")
    await grab(of, li)
    both = await orders.place(shop, li, [want(of.items[0].sku, 1, whom="妈妈")], now=NOW, campaign=of)
    await wait(of, wang)
    mine = await proxies.take_over(shop, mum, proxies.word(both, "妈妈"), now=NOW)
    assert [(line.name, line.qty) for line in mine.lines] == [("草莓", Quantity.of(1))]
    await clock.tick(NOW)
    assert await waitlist.offer_to(wang, now=NOW) is None
    assert await free(of) == 0
    await orders.cancel(shop, li, now=NOW)  # but what he gives back is
    await clock.tick(NOW)
    assert await waitlist.offer_to(wang, now=NOW) is not None
    assert await broken(shop) == []


async def test_an_offer_is_taken_once_and_by_one(shop: ShopId) -> None:
    """要 said twice at once, +1 by somebody else, and the clock, all in the same moment."""
    for n in range(8):
        of = await a_flash_of_its_own(shop, n)
        first, head, other = await people(f"甲{n}", f"乙{n}", f"丙{n}")
        await grab(of, first)
        await wait(of, head)
        await wait(of, other)
        cancelled = await orders.cancel(shop, first, now=NOW)
        await clock.tick(NOW)

        async def try_it(who: PersonId, of: OnOffer = of) -> bool:
            try:
                await unit_of_work(lambda: grab(of, who))
            except QuotaGone:
                return False
            return True

        took = await asyncio.gather(try_it(head), try_it(other), try_it(first), try_it(head), clock.tick(NOW))
        assert cancelled.campaign == of.id
        assert [took[1], took[2]] == [False, False] and took[0] + took[3] == 1, took
        assert await broken(shop) == []


async def a_flash_of_its_own(shop: ShopId, n: int) -> OnOffer:
    sku = await a_product(f"草莓{n}号", "28.00", stock=5, unit="盒")
    item = NewItem(sku, Money(990), Quantity.of(1))
    return await campaigns.set_up(
        shop, Kind.FLASH, f"草莓{n}", [item], by=None, now=NOW, deadline=NOW + 60 * MINUTE
    )


async def test_each_has_his_share_in_a_race_and_over_several_orders(shop: ShopId) -> None:
    of = await a_flash(shop, 40, each=2)
    li, wang = await people("小李", "王姐")

    async def try_it(who: PersonId) -> int:
        try:
            placed = await unit_of_work(lambda: grab(of, who))
        except QuotaShared:
            return 0
        with suppress(AlreadyPaid):  # the second piece joined the first one's bill
            await unit_of_work(lambda: pay(placed))
        return 1

    await asyncio.gather(*(try_it(who) for who in (li, wang) for _ in range(6)))
    rows = await run_sql(
        'SELECT buyer_id, sum(line.qty) AS qty FROM line JOIN "order" AS o ON o.id = line.order_id GROUP BY buyer_id'
    )
    assert sorted((int(row["buyer_id"]), int(row["qty"])) for row in rows) == sorted(
        [(li, 2000), (wang, 2000)]
    )
    assert await broken(shop) == []


async def test_what_fell_due_while_nobody_was_there_is_done_once_in_order_with_its_moment(
    shop: ShopId,
) -> None:
    """Three sales begin and two end while the process is down."""
    for name, start, end in (("一", 20, 40), ("二", 5, 90), ("三", 10, 30)):
        sku = await a_product(name, "28.00", stock=5, unit="盒")
        item = NewItem(sku, Money(990), Quantity.of(2))
        await campaigns.set_up(
            shop, Kind.FLASH, name, [item], by=None, now=NOW,
            starts_at=NOW + start * MINUTE, deadline=NOW + end * MINUTE,
        )  # fmt: skip
    for _ in range(2):  # late, and then once more
        await clock.tick(NOW + 60 * MINUTE)
    rows = await run_sql(
        "SELECT kind, data, at FROM event WHERE kind LIKE 'Campaign%' OR kind LIKE 'Flash%' ORDER BY id"
    )
    moments = [
        row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"]) for row in rows
    ]
    told = [(row["kind"], (at - NOW) // MINUTE) for row, at in zip(rows, moments, strict=True)]
    assert told == [
        ("CampaignOpened", 5),
        ("CampaignOpened", 10),
        ("CampaignOpened", 20),
        ("CampaignClosed", 30),
        ("CampaignClosed", 40),
        ("CampaignSettled", 60),
        ("CampaignSettled", 60),
    ]
    assert await broken(shop) == []


async def test_it_is_announced_once_ten_minutes_before_or_at_once(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    item = NewItem(sku, Money(990), Quantity.of(3))
    await campaigns.set_up(
        shop,
        Kind.FLASH,
        "橙子",
        [item],
        by=None,
        now=NOW,
        starts_at=NOW + 15 * MINUTE,
        deadline=NOW + 60 * MINUTE,
    )
    for minutes, announced in ((4, 0), (5, 1), (6, 1), (15, 1)):
        await clock.tick(NOW + minutes * MINUTE)
        assert (await happened()).count("FlashWarming") == announced, minutes
    assert (await happened()).count("CampaignOpened") == 1
