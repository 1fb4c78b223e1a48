"""Histories of campaigns by chance, of every kind: people join, change, quit, pay and are late, sit down in teams, cut each
other's prices and wait in line; whoever runs it pauses, moves its end, closes and calls off, and the clock ticks in
between. After each history the books are right, everything that ended gave back what it held, and no fen is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from shop import (
    bargains,
    campaigns,
    claims,
    flash,
    on_offer,
    orders,
    payments,
    people,
    refunds,
    seats,
    teams,
    waitlist,
)
from shop.campaigns import NewItem
from shop.invariants import Breach, broken
from shop.kit.ids import OrderId, PersonId, RoomId, ShopId
from shop.kit.money import Money, total
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.rules.campaigns import OVER, Kind, OnOffer
from shop.rules.orders import Status
from shop.slips import Slip, slip
from shop.transaction import run_sql, unit_of_work
from tests.support.street import held
from tests.support.world import NOW, TODAY, a_customer, a_product, a_room, want

KINDS = (Kind.LIST, Kind.FLASH, Kind.EVENT, Kind.TEAM, Kind.BARGAIN)
SHARED = frozenset({Kind.LIST, Kind.FLASH, Kind.EVENT})  # these may give each group a share of its own
EVENTS = 40
Move = Callable[[], Awaitable[object]]


@dataclass
class History:
    shop: ShopId
    sku: str
    people: list[PersonId]
    rooms: list[people.Room]
    chance: Random
    day: int  # helpers of a bargain cut three times a day: each history has a day of its own
    now: datetime = NOW
    kind: Kind = Kind.LIST
    placed: list[OrderId] = field(default_factory=list)
    refused: int = 0
    did: Counter[str] = field(default_factory=Counter)  # campaigns by kind, and moves that were made
    of: OnOffer | None = None

    async def run(self) -> list[Breach]:
        """One campaign from its beginning to its end. Gives what is wrong with the books."""
        self.kind = self.chance.choice(KINDS)
        try:
            self.of = await unit_of_work(self._set_up)
        except Refusal:
            return await broken(self.shop)
        self.did[self.kind] += 1
        moves = self._moves()
        for _ in range(EVENTS):
            self.now += timedelta(minutes=self.chance.choice((0, 0, 0, 1, 4, 12)))
            move = self.chance.choices([one for _, one in moves], [often for often, _ in moves])[0]
            try:
                await unit_of_work(move)  # type: ignore[arg-type]  # a move gives what it likes
                self.did[getattr(move, "__name__", "run")] += 1
            except (Refusal, ValueError):
                self.refused += 1
        await self._end()
        return await broken(self.shop)

    async def _set_up(self) -> OnOffer:
        c, kind = self.chance, self.kind
        shared = kind in SHARED and c.random() < 0.3
        price = (
            Money(c.randint(1000, 4000)) if kind in (Kind.TEAM, Kind.BARGAIN) else Money(c.randint(0, 4000))
        )
        item = NewItem(
            self.sku,
            price if kind in (Kind.TEAM, Kind.BARGAIN) or c.random() < 0.8 else None,
            Quantity.of(c.randint(1, 3 if kind == Kind.FLASH else 16))
            if not shared and c.random() < 0.7
            else None,
            Quantity.of(1 if kind == Kind.BARGAIN else c.randint(2, 5)) if c.random() < 0.4 else None,
            ((Quantity.of(3), Money(900)), (Quantity.of(6), Money(500)))
            if kind in SHARED and c.random() < 0.4
            else (),
            Quantity.of(c.randint(1, 4)) if shared else None,
        )
        self.did["shares"] += shared
        return await campaigns.set_up(
            self.shop,
            kind,
            "团",
            [item],
            by=None,
            now=self.now,
            rooms=[room.id for room in self.rooms] if shared or c.random() < 0.3 else (),
            starts_at=self.now + timedelta(minutes=1) if c.random() < 0.2 else None,
            deadline=self.now + timedelta(minutes=c.randint(20, 150)) if c.random() < 0.6 else None,
            terms=self._terms(price),
        )

    def _terms(self, price: Money) -> dict[str, Any]:
        c = self.chance
        if self.kind == Kind.TEAM:
            return {"size": c.randint(2, 4), "hours": 1, "fill_from": c.choice((0, 0, 1, 2))}
        if self.kind == Kind.BARGAIN:
            return {"floor": price.fen - c.randint(4, 900), "cuts": c.randint(2, 4)}
        return {"least": c.randint(1, 6) * 1000} if c.random() < 0.4 else {}

    def _moves(self) -> list[tuple[int, Move]]:
        """How often, and what: that of all, and that of this kind alone."""
        of_all: list[tuple[int, Move]] = [
            (12, self._edit),
            (10, self._quit),
            (18, self._pay),
            (4, self._cash),
            (2, self._claim),
            (2, lambda: campaigns.pause(self._id, now=self.now)),
            (8, lambda: campaigns.resume(self._id, now=self.now)),
            (1, self._move_deadline),
            (1, lambda: campaigns.close(self._id, now=self.now)),
            (1, lambda: campaigns.cancel(self._id, now=self.now)),
            (1, self._called_off),
            (12, self._tick),
        ]
        if self.kind == Kind.TEAM:
            return [*of_all, (20, self._open), (60, self._sit_down), (6, self._leave_team), (1, self._force)]
        if self.kind == Kind.BARGAIN:
            return [*of_all, (30, self._begin), (70, self._cut), (10, self._buy)]
        if self.kind == Kind.FLASH:
            return [*of_all, (50, self._join), (40, self._wait), (4, self._leave_line)]
        return [*of_all, (50, self._join)]

    @property
    def _id(self) -> int:
        assert self.of is not None
        return self.of.id

    async def _known(self) -> OnOffer:
        return await on_offer.campaign(self._id)

    def _somebody(self) -> PersonId:
        return self.chance.choice(self.people)

    async def _buyer(self) -> PersonId:
        """Most often somebody who has an order."""
        one = await self._any() if self.chance.random() < 0.7 else None
        return one.buyer if one else self._somebody()

    def _somewhere(self) -> RoomId | None:
        return self.chance.choice([None, *(room.id for room in self.rooms)])

    # ── in every kind ───────────────────────────────────────────────────────────────────────────────────────────

    async def _join(self) -> None:
        n, whom = self.chance.randint(1, 3), "妈妈" if self.chance.random() < 0.2 else None
        placed = await orders.place(
            self.shop,
            self._somebody(),
            [want(self.sku, n, whom=whom)],
            now=self.now,
            room=self._somewhere(),
            campaign=await self._known(),
        )
        self.placed.append(placed.id)

    async def _edit(self) -> None:
        who, n = await self._buyer(), self.chance.randint(0, 4)
        op = self.chance.choice(("set", "inc", "dec"))
        changed = [want(self.sku, n, op)]  # type: ignore[arg-type]  # one of the ops
        await orders.edit(self.shop, who, changed, now=self.now, campaign=await self._known())

    async def _quit(self) -> None:
        await orders.cancel(self.shop, await self._buyer(), now=self.now)

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
        await orders.choose_cash(self.shop, await self._buyer(), now=self.now)

    async def _claim(self) -> None:
        """我转了: sometimes it is seen at once, sometimes only after the end."""
        claimed = await claims.claim(self.shop, await self._buyer(), now=self.now)
        if self.chance.random() < 0.6:
            await payments.confirm_transfer(claimed.id, self.people[0], now=self.now)

    async def _called_off(self) -> None:
        one = await self._any()
        if one is not None:
            await orders.shop_cancel(one.id, None, "没货了", now=self.now)

    async def _move_deadline(self) -> None:
        minutes = self.chance.choice((None, 5, 60))
        end = self.now + timedelta(minutes=minutes) if minutes else None
        await campaigns.move_deadline(self._id, end, now=self.now)

    # ── 拼团 ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _open(self) -> None:
        placed, _ = await teams.open(
            self.shop,
            self._somebody(),
            await self._known(),
            [want(self.sku)],
            now=self.now,
            room=self._somewhere(),
        )
        self.placed.append(placed.id)

    async def _sit_down(self) -> None:
        """In a team that he named, or the one nearest to full."""
        who, forming = self._somebody(), await teams.forming(self._id)
        near = partial(teams.nearest, await self._known(), who, now=self.now)
        one = self.chance.choice(forming) if forming and self.chance.random() < 0.5 else await near()
        placed, _ = await teams.join(
            self.shop, who, one.number, [want(self.sku)], now=self.now, room=self._somewhere()
        )
        self.placed.append(placed.id)

    async def _leave_team(self) -> None:
        await teams.quit(self.shop, await self._buyer(), now=self.now)

    async def _force(self) -> None:
        if forming := await teams.forming(self._id):
            await teams.force(
                self.shop, self.chance.choice(forming).number, self.people[0], "等急了", now=self.now
            )

    # ── 砍价 ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _begin(self) -> None:
        room = self.chance.choice(self.rooms).id
        await bargains.begin(self.shop, await self._known(), self._somebody(), room, now=self.now)

    async def _cut(self) -> None:
        helper, room = self._somebody(), self.chance.choice(self.rooms).id
        one = await bargains.to_cut(room, helper)
        await bargains.cut(one, helper, now=self.now, day=TODAY + timedelta(days=self.day))

    async def _buy(self) -> None:
        own = await bargains.mine(self.shop, self._somebody(), *bargains.LIVE)
        if own:  # of an earlier campaign, it is refused
            self.placed.append((await bargains.buy(own[0].id, now=self.now)).id)

    # ── 候补 ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _wait(self) -> None:
        item = (await self._known()).items[0]
        await waitlist.wait(item, "货", "箱", self._somebody(), now=self.now)

    async def _leave_line(self) -> None:
        await waitlist.leave((await self._known()).items[0].id, self._somebody())

    # ── the clock, and the end ──────────────────────────────────────────────────────────────────────────────────

    async def _tick(self) -> None:
        now = self.now
        await campaigns.start_due(now=now)
        await campaigns.call_due(now=now)
        await campaigns.close_due(now=now)
        for order in await orders.due_unpaid(now=now):
            await orders.expire(order, now=now)
        for item in await waitlist.items_with_a_line():
            await waitlist.pass_on(item, now=now)
        await flash.tell_freed(now=now)
        await seats.expire_due(now=now)
        for team in await teams.due(now=now):
            await teams.end(team, now=now)
        for order in await teams.unsettled(now=now):
            await teams.settle(order, now=now)
        await bargains.give_back_due(now=now)
        await bargains.expire_due(now=now)
        for id in await campaigns.closing():
            for order in await campaigns.unsettled(id, self.chance.randint(1, 3)):
                await campaigns.settle_order(order, now=now)
            await campaigns.settled(id, now=now)

    async def _end(self) -> None:
        """Everything runs out: closed, transfers seen, settled, unpaid orders expired, the rest cancelled by the shop, all
        refunds paid."""
        if (await self._known()).state not in OVER:
            self.now += timedelta(hours=2)
            try:
                await unit_of_work(lambda: campaigns.close(self._id, now=self.now))
            except Refusal:
                await unit_of_work(lambda: campaigns.cancel(self._id, now=self.now))
        for id in self.placed:
            if (await slip(id)).status == Status.UNPAID:
                with suppress(Refusal):  # nobody said that a transfer was coming
                    await unit_of_work(partial(payments.confirm_transfer, id, self.people[0], now=self.now))
        for _ in range(3):
            self.now += timedelta(hours=3)
            while await campaigns.closing():
                await unit_of_work(self._tick)
            await unit_of_work(self._tick)
        for id in self.placed:
            if (await slip(id)).status in (Status.UNPAID, Status.PREPARING):
                await unit_of_work(partial(orders.shop_cancel, id, None, "完", now=self.now))
        for case in await refunds.due(now=self.now):
            if await unit_of_work(partial(refunds.submit, case.id, now=self.now)):
                await unit_of_work(partial(refunds.paid_back, case.number, now=self.now))
        assert await held(self.sku) == 0, "the end holds nothing"
        for id in self.placed:
            await self._nothing_is_kept(id)

    async def _nothing_is_kept(self, id: OrderId) -> None:
        """Every order has ended without its goods: what was paid for it went back, once. A sum that nobody asked for any
        more (the price fell while it was on its way) is no payment of it: it waits for the shop to decide."""
        (row,) = await run_sql(
            "SELECT coalesce(sum(amount_fen), 0) AS fen FROM pay_fact WHERE order_id = ? AND standing <> 'mismatch'",
            [id],
        )
        back = total([case.amount for case in await refunds.of_order(id)])
        assert Money(int(row["fen"])) == back, (
            f"{(await slip(id)).code}: {row['fen']} came in, {back} went back"
        )


async def history(shop: ShopId, seed: int) -> tuple[History, list[Breach]]:
    chance = Random(seed)
    sku = await a_product(f"货{seed}", price="20", stock=chance.randint(6, 30))
    people = [await a_customer(name) for name in ("小李", "王姐", "大刘", "阿花")]
    rooms = [await a_room(name) for name in ("水果群", "一号群")]
    one = History(shop, sku, people, rooms, chance, seed)
    return one, await one.run()
