"""Histories of campaigns by chance: people join, change, quit, pay and are late, whoever runs it pauses, closes and calls
off, and the clock ticks in between. After each history the books are right, and everything that ended gave back what
it held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shop import campaigns, on_offer, orders, payments, refunds
from shop.campaigns import NewItem
from shop.invariants import Breach, broken
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.rules.campaigns import OVER, Kind, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip, slip
from shop.transaction import unit_of_work
from tests.support.street import held
from tests.support.world import NOW, a_customer, a_product, want

KINDS = (Kind.LIST, Kind.FLASH, Kind.EVENT)
EVENTS = 25


@dataclass
class History:
    shop: ShopId
    sku: str
    people: list[PersonId]
    chance: Random
    now: datetime = NOW
    placed: list[OrderId] = field(default_factory=list)
    refused: int = 0
    of: OnOffer | None = None

    async def run(self) -> list[Breach]:
        """One campaign from its beginning to its end. Gives what is wrong with the books."""
        self.of = await self._set_up()
        if self.of is not None:
            for _ in range(EVENTS):
                await self._one()
            await self._end()
        return await broken(self.shop)

    async def _set_up(self) -> OnOffer | None:
        c = self.chance
        quota = Quantity.of(c.randint(2, 16)) if c.random() < 0.7 else None
        item = NewItem(
            self.sku,
            Money(c.randint(0, 4000)) if c.random() < 0.8 else None,
            quota,
            Quantity.of(c.randint(2, 5)) if c.random() < 0.4 else None,
            ((Quantity.of(3), Money(900)), (Quantity.of(6), Money(500))) if c.random() < 0.4 else (),
        )
        terms = {"least": c.randint(1, 6) * 1000} if c.random() < 0.4 else {}
        deadline = self.now + timedelta(minutes=c.randint(20, 150)) if c.random() < 0.6 else None
        starts = self.now + timedelta(minutes=1) if c.random() < 0.2 else None
        try:
            return await unit_of_work(
                lambda: campaigns.set_up(
                    self.shop,
                    c.choice(KINDS),
                    "团",
                    [item],
                    by=None,
                    now=self.now,
                    starts_at=starts,
                    deadline=deadline,
                    terms=terms,
                )
            )
        except Refusal:
            return None

    async def _one(self) -> None:
        self.now += timedelta(minutes=self.chance.choice((0, 0, 0, 1, 4, 12)))
        verbs: list[tuple[int, Callable[[], Awaitable[object]]]] = [
            (40, self._join),
            (12, self._edit),
            (10, self._quit),
            (18, self._pay),
            (4, self._cash),
            (2, lambda: campaigns.pause(self._id, now=self.now)),
            (8, lambda: campaigns.resume(self._id, now=self.now)),
            (1, lambda: campaigns.close(self._id, now=self.now)),
            (1, lambda: campaigns.cancel(self._id, now=self.now)),
            (12, self._tick),
        ]
        verb = self.chance.choices([v for _, v in verbs], [w for w, _ in verbs])[0]
        try:
            await unit_of_work(verb)  # type: ignore[arg-type]  # a verb gives what it likes
        except (Refusal, ValueError):
            self.refused += 1

    @property
    def _id(self) -> int:
        assert self.of is not None
        return self.of.id

    async def _known(self) -> OnOffer:
        return await on_offer.campaign(self._id)

    async def _join(self) -> None:
        who, n = self.chance.choice(self.people), self.chance.randint(1, 3)
        whom = "妈妈" if self.chance.random() < 0.2 else None
        placed = await orders.place(
            self.shop, who, [want(self.sku, n, whom=whom)], now=self.now, campaign=await self._known()
        )
        self.placed.append(placed.id)

    async def _edit(self) -> None:
        who, n = self.chance.choice(self.people), self.chance.randint(0, 4)
        op = self.chance.choice(("set", "inc", "dec"))
        await orders.edit(
            self.shop,
            who,
            [want(self.sku, n, op)],  # type: ignore[arg-type]  # one of the ops
            now=self.now,
            campaign=await self._known(),
        )

    async def _quit(self) -> None:
        await orders.cancel(self.shop, self.chance.choice(self.people), now=self.now)

    async def _any(self) -> Slip | None:
        return await slip(self.chance.choice(self.placed)) if self.placed else None

    async def _pay(self) -> None:
        """Also too late, also twice: what is asked for is paid."""
        one = await self._any()
        if one is None:
            return
        asked = await payments.ask(one.token, "gateway", now=self.now)
        if self.chance.random() < 0.2:
            await self._tick()
        await payments.settle(
            "gateway", f"e{self.chance.random()}", asked.trade_no, asked.amount, now=self.now
        )

    async def _cash(self) -> None:
        await orders.choose_cash(self.shop, self.chance.choice(self.people), now=self.now)

    async def _tick(self) -> None:
        await campaigns.start_due(now=self.now)
        await campaigns.close_due(now=self.now)
        for order in await orders.due_unpaid(now=self.now):
            await orders.expire(order, now=self.now)
        for id in await campaigns.closing():
            for order in await campaigns.unsettled(id, self.chance.randint(1, 3)):
                await campaigns.settle_order(order, now=self.now)
            await campaigns.settled(id, now=self.now)

    async def _end(self) -> None:
        """Everything runs out: closed, settled, unpaid orders expired, refunds paid, the rest cancelled by the shop."""
        if (await self._known()).state not in OVER:
            self.now += timedelta(hours=2)
            try:
                await unit_of_work(lambda: campaigns.close(self._id, now=self.now))
            except Refusal:
                await unit_of_work(lambda: campaigns.cancel(self._id, now=self.now))
        for _ in range(3):
            self.now += timedelta(hours=3)
            while await campaigns.closing():
                await unit_of_work(self._tick)
            await unit_of_work(self._tick)
        for case in await refunds.due(now=self.now):
            if await unit_of_work(lambda case=case: refunds.submit(case.id, now=self.now)):  # type: ignore[misc]  # the loop's own case
                await unit_of_work(lambda case=case: refunds.paid_back(case.number, now=self.now))  # type: ignore[misc]  # the loop's own case
        for id in self.placed:
            if (await slip(id)).status in (Status.UNPAID, Status.PREPARING):
                await unit_of_work(lambda id=id: orders.shop_cancel(id, None, "完", now=self.now))  # type: ignore[misc]  # the loop's own order
        assert await held(self.sku) == 0, "the end holds nothing"


async def history(shop: ShopId, seed: int) -> tuple[History, list[Breach]]:
    chance = Random(seed)
    sku = await a_product(f"货{seed}", price="20", stock=chance.randint(6, 30))
    people = [await a_customer(name) for name in ("小李", "王姐", "大刘", "阿花")]
    one = History(shop, sku, people, chance)
    return one, await one.run()
