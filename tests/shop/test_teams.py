"""Random histories of teams: open, join, pay, pay late, quit, force, pause, close, call off, in any order; the books are
looked at after each, and at the end nobody waits and no fen is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from bot import clock
from shop import campaigns, claims, orders, payments, refunds, slips, teams
from shop.campaigns import NewItem
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money, total
from shop.kit.refusal import Refusal
from shop.on_offer import campaign
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql, unit_of_work
from tests.support.world import NOW, a_clerk, a_customer, a_product, want

EVENTS, LOOK_EACH = 120, 5
PRICE = Money(1990)
TERMS = (
    {"size": 2, "hours": 1},
    {"size": 3, "hours": 2, "fill_from": 1},
    {"size": 4, "hours": 1, "fill_from": 3},
)


@dataclass
class History:
    """One shop with two campaigns of teams, some people, and what chance makes of them."""

    rng: Random
    shop: ShopId
    boss: PersonId
    people: list[PersonId]
    running: list[OnOffer] = field(default_factory=list)
    placed: list[Slip] = field(default_factory=list)
    trades: dict[int, str] = field(default_factory=dict)
    now: datetime = NOW
    events: int = 0

    async def live(self) -> None:
        often = [self.join, self.join, self.join, self.pay, self.pay, self.pay, self.run, self.run, self.open]
        rare = [self.quit, self.force, self.claim, self.call_off_one, self.change_campaign, self.wait]
        step: Callable[[], Awaitable[object]] = self.rng.choice([*often, *rare])
        with suppress(Refusal):
            await unit_of_work(step)

    async def open(self) -> None:
        of, who = self.rng.choice(self.running), self.rng.choice(self.people)
        await self.asks((await teams.open(self.shop, who, of, [want(of.items[0].sku)], now=self.now))[0])

    async def join(self) -> None:
        who, number = self.rng.choice(self.people), await self.some_team()
        of = await campaign((await teams.numbered(self.shop, number)).campaign)
        wants = [want(of.items[0].sku)]
        await self.asks((await teams.join(self.shop, who, number, wants, now=self.now))[0])

    async def some_team(self) -> int:
        """Most often one that can be joined."""
        forming = [team.number for of in self.running for team in await teams.forming(of.id)]
        return self.rng.choice(forming) if forming and self.rng.random() < 0.9 else self.rng.randint(1, 8)

    async def asks(self, placed: Slip) -> None:
        self.trades[placed.id] = (await payments.ask(placed.token, "gateway", now=self.now)).trade_no
        self.placed.append(placed)

    async def pay(self) -> None:
        """In time, late, or once more."""
        if self.placed:
            slip = self.rng.choice(self.placed[-4:])
            self.events += 1
            await payments.settle("gateway", f"e{self.events}", self.trades[slip.id], PRICE, now=self.now)

    async def quit(self) -> None:
        await teams.quit(self.shop, self.rng.choice(self.people), now=self.now)

    async def force(self) -> None:
        await teams.force(self.shop, await self.some_team(), self.boss, "", now=self.now)

    async def claim(self) -> None:
        who = self.rng.choice(self.people)
        slip = await claims.claim(self.shop, who, now=self.now)
        if self.rng.random() < 0.7:
            await payments.confirm_transfer(slip.id, self.boss, now=self.now)

    async def call_off_one(self) -> None:
        if self.placed and self.rng.random() < 0.5:
            await orders.shop_cancel(self.rng.choice(self.placed).id, self.boss, "没货了", now=self.now)

    async def change_campaign(self) -> None:
        verb = self.rng.choice(
            [campaigns.pause, campaigns.resume, campaigns.resume, campaigns.close, campaigns.cancel]
        )
        if self.rng.random() < 0.1 or verb in (campaigns.pause, campaigns.resume):
            await verb(self.rng.choice(self.running).id, now=self.now)

    async def wait(self) -> None:
        self.now += timedelta(minutes=self.rng.choice([1, 1, 3, 11, 30]))

    async def run(self) -> None:
        """The clock comes by."""
        for job in ("settle_campaigns", "expire_unpaid", "expire_seats", "end_teams"):
            await clock.JOBS[job](self.now, None)

    async def end(self) -> None:
        for of in self.running:
            with suppress(Refusal):
                await campaigns.close(of.id, now=self.now)
        for rest in await run_sql(
            "SELECT id FROM \"order\" WHERE status = 'unpaid' AND claimed_at IS NOT NULL"
        ):
            await payments.confirm_transfer(rest["id"], self.boss, now=self.now)
        self.now += timedelta(hours=3)
        for _ in range(2):
            await self.run()


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_the_books_are_in_order_and_no_fen_is_lost(shop: ShopId, seed: int) -> None:
    rng = Random(seed)
    history = History(rng, shop, await a_clerk(), [await a_customer(f"客{n}") for n in range(6)])
    for name, terms in zip(("橙子", "葡萄"), rng.sample(TERMS, 2), strict=True):
        item = NewItem(await a_product(name, stock=rng.choice([6, 30])), PRICE)
        history.running.append(
            await campaigns.set_up(shop, Kind.TEAM, name, [item], by=None, now=NOW, terms=dict(terms))
        )
    for n in range(EVENTS):
        await history.live()
        assert n % LOOK_EACH or await broken(shop) == []
    await history.end()
    assert await broken(shop) == []
    for of in history.running:
        assert await teams.forming(of.id) == ()
    await no_fen_is_lost(history)


async def no_fen_is_lost(history: History) -> None:
    """Who is prepared has paid once; everybody else has back what he paid."""
    for placed in history.placed:
        slip = await slips.slip(placed.id)
        rows = await run_sql(
            "SELECT coalesce(sum(amount_fen), 0) AS fen FROM pay_fact WHERE order_id = ?", [slip.id]
        )
        back = total([case.amount for case in await refunds.of_order(slip.id)])
        kept = Money(int(rows[0]["fen"])) - back
        assert slip.status in (Status.PREPARING, Status.CANCELLED), slip
        assert kept == (PRICE if slip.status == Status.PREPARING else Money(0)), slip
        assert bool(slip.pickup_code) == (slip.status == Status.PREPARING)


async def test_deadlines_that_fell_due_while_nobody_was_there_are_done_once_in_their_order(
    shop: ShopId,
) -> None:
    """Each with the moment at which it was due."""
    sku, names = await a_product(stock=9), ("小李", "王姐")
    of = await campaigns.set_up(
        shop, Kind.TEAM, "橙子", [NewItem(sku, PRICE)], by=None, now=NOW, terms={"size": 2, "hours": 1}
    )
    placed = []
    for n, name in enumerate(names):
        at = NOW + timedelta(minutes=7 * n)
        slip, _ = await teams.open(shop, await a_customer(name), of, [want(sku)], now=at)
        trade = (await payments.ask(slip.token, "gateway", now=at)).trade_no
        await payments.settle("gateway", f"e{n}", trade, PRICE, now=at)
        placed.append(slip)
    for _ in range(2):
        await clock.JOBS["end_teams"](NOW + timedelta(hours=9), None)
    told = await run_sql("SELECT at FROM event WHERE kind = 'TeamFailed' ORDER BY id")
    assert [str(row["at"])[11:16] for row in told] == ["03:00", "03:07"]
    assert [(await slips.slip(one.id)).status for one in placed] == [Status.CANCELLED] * 2
    assert [len(await refunds.of_order(one.id)) for one in placed] == [1, 1]
