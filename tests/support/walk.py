"""A seeded walk through a day of the shop: random verbs by several people, and after each step the books must be right.

The walk knows three sums of its own (money that came in, goods that came in, goods that went out), so that a verb that
forgets to write is noticed as well as one that writes too much.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from shop import catalogue, desk, orders, payments, pickups, slips
from shop.invariants import broken
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.rules.baskets import Op, Want
from shop.rules.orders import Status
from shop.slips import Slip
from shop.transaction import run_sql, transaction
from tests.support.world import FULL50, NOW, TODAY, a_clerk, a_customer, a_product, a_shop

OPS: tuple[Op, ...] = ("add", "add", "inc", "dec", "set", "remove")
STANDS = """
    SELECT
      (SELECT coalesce(sum(f.amount_fen), 0) FROM pay_fact f JOIN "order" o ON o.id = f.order_id WHERE o.shop_id = ?) AS money,
      (SELECT count(*) FROM pay_fact f JOIN "order" o ON o.id = f.order_id WHERE o.shop_id = ?) AS facts,
      (SELECT coalesce(sum(i.on_hand), 0) FROM stock_item i JOIN sku ON sku.id = i.sku_id WHERE sku.shop_id = ?) AS goods,
      (SELECT coalesce(sum(i.held), 0) FROM stock_item i JOIN sku ON sku.id = i.sku_id WHERE sku.shop_id = ?) AS held,
      (SELECT count(*) FROM "order" o WHERE o.shop_id = ?) AS orders,
      (SELECT coalesce(sum(o.version), 0) FROM "order" o WHERE o.shop_id = ?) AS versions,
      (SELECT count(*) FROM event) AS events
"""


EVENING = NOW + timedelta(hours=13)  # a walk stays within one day of the shop


class WentWrong(AssertionError):
    """What is wrong, and how the walk came there."""


class ChangedTheirMind(Exception):
    """Everything since the transaction began is undone."""


@dataclass
class Known:
    """What the walk itself remembers of the world."""

    money: int = 0  # fen that came in, by whatever way
    goods: int = 0  # thousandths on the shelf
    trades: list[tuple[str, OrderId]] = field(default_factory=list)
    notices: dict[str, tuple[str, int]] = field(default_factory=dict)


class Walk:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.now = NOW
        self.known = Known()
        self.log: list[str] = []
        self.refusals = 0
        self.done = 0

    async def open(self) -> None:
        """A shop of this walk's own: two kinds of goods, four buyers, a clerk."""
        self.shop: ShopId = await a_shop(f"walk {self.seed}", promotions=[FULL50])
        self.oranges = await a_product("橙子", "29.90", stock=7, shop=self.shop)
        self.cherries = await a_product("车厘子", "39.80", stock=8, unit="斤", shop=self.shop)
        self.known.goods = 15_000
        names = [f"{name}{self.shop}" for name in ("小李", "阿花", "小明", "小红")]
        self.buyers: list[PersonId] = [await a_customer(name, shop=self.shop) for name in names]
        self.clerk = await a_clerk(f"老板{self.shop}", shop=self.shop)
        await self.check()

    async def take(self, steps: int) -> None:
        await self.open()
        for _ in range(steps):
            await self.step()

    async def step(self) -> None:
        before, known = self.standing, deepcopy(self.known)
        try:
            await (self.several() if self.rng.random() < 0.1 else self.one())
            self.done += 1
        except (Refusal, ChangedTheirMind) as no:
            self.log[-1] += f" → {type(no).__name__}"
            self.refusals += 1
            self.known = known
            if (now := await self.stands()) != before:
                self.wrong(f"after a refusal {before} became {now}")
        except WentWrong:
            raise
        except Exception as bug:
            raise WentWrong(f"walk {self.seed}: {bug!r}\n" + "\n".join(self.log)) from bug
        await self.check()

    async def several(self) -> None:
        """Several verbs in one transaction: a refused part is undone alone, a change of mind undoes all."""
        self.log.append("together:")
        async with transaction():
            for _ in range(self.rng.randint(2, 3)):
                known = deepcopy(self.known)
                try:
                    await self.one()
                except Refusal as no:
                    self.log[-1] += f" → {type(no).__name__}"
                    self.known = known
            if self.rng.random() < 0.3:
                raise ChangedTheirMind

    async def one(self) -> None:
        verbs: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (18, self.place), (18, self.edit), (7, self.cancel), (6, self.choose_cash), (3, self.claim),
            (5, self.confirm), (14, self.ask), (16, self.settle), (14, self.redeem), (3, self.take_back), (6, self.clock),
            (3, self.receive), (1, self.take_out), (1, self.count), (1, self.menu), (3, self.price), (1, self.wanted),
        ]  # fmt: skip
        (verb,) = self.rng.choices([verb for _, verb in verbs], [weight for weight, _ in verbs])
        await verb()

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────

    async def stands(self) -> dict[str, int]:
        rows = await run_sql(STANDS, [self.shop] * 6)
        return {name: int(value) for name, value in rows[0].items()}

    async def check(self) -> None:
        if breaches := await broken(self.shop):
            self.wrong("; ".join(breach.sentence for breach in breaches))
        self.standing = await self.stands()
        if (self.standing["money"], self.standing["goods"]) != (self.known.money, self.known.goods):
            self.wrong(
                f"{self.standing} where {self.known.money} fen and {self.known.goods} thousandths came in"
            )

    def wrong(self, what: str) -> None:
        raise WentWrong(f"walk {self.seed}: {what}\n" + "\n".join(self.log))

    # ── buyers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def say(self, what: str) -> None:
        self.log.append(f"{self.now:%d %H:%M:%S} {what}")

    def buyer(self) -> PersonId:
        return self.rng.choice(self.buyers)

    async def somebody(self) -> tuple[PersonId, Slip | None]:
        """Mostly somebody whose order is open."""
        slip = await self.some_order(Status.UNPAID, Status.PREPARING)
        return (slip.buyer, slip) if slip and self.rng.random() < 0.9 else (self.buyer(), None)

    def want(self, *ops: Op, whom: str | None = None) -> Want:
        sku = self.rng.choice([self.oranges, self.cherries])
        halves = self.rng.choice([500, 1000, 1500]) if sku == self.cherries else 1000
        amount = (
            self.rng.choice([0, -1]) if self.rng.random() < 0.04 else self.rng.choice([1, 1, 1, 2, 2, 3, 5])
        )
        return Want(sku, Quantity(halves * amount), self.rng.choice(ops or OPS), whom)

    def change(self, slip: Slip | None) -> Want:
        """Mostly of what stands on the order."""
        if slip is None or self.rng.random() < 0.3:
            return self.want(whom=self.rng.choice([None, "奶奶"]))
        old = self.rng.choice(slip.wants)
        return replace(self.want(), sku=old.sku, for_whom=old.for_whom)

    def wants(self, *ops: Op) -> list[Want]:
        return [
            self.want(*ops, whom=self.rng.choice([None, None, "奶奶"]))
            for _ in range(self.rng.choice([1, 1, 2]))
        ]

    async def place(self) -> None:
        buyer, wants = self.buyer(), self.wants("add")
        self.say(f"{buyer} places {_shown(wants)}")
        seal = ""
        if self.rng.random() < 0.3:
            seal = (await orders.preview(self.shop, wants, now=self.now)).seal
            if self.rng.random() < 0.3:
                await self.price()
        await orders.place(self.shop, buyer, wants, now=self.now, seal=seal)

    async def edit(self) -> None:
        buyer, slip = await self.somebody()
        changes = [self.change(slip) for _ in range(self.rng.choice([1, 1, 2]))]
        self.say(f"{buyer} edits {_shown(changes)}")
        await orders.edit(self.shop, buyer, changes, now=self.now)

    async def cancel(self) -> None:
        buyer, slip = await self.somebody()
        code = self.rng.choice([None, slip.code if slip else str(self.rng.randint(1, 9))])
        self.say(f"{buyer} cancels {code or ''}")
        await orders.cancel(self.shop, buyer, now=self.now, code=code)

    async def choose_cash(self) -> None:
        buyer, _ = await self.somebody()
        self.say(f"{buyer} will pay at the counter")
        await orders.choose_cash(self.shop, buyer, now=self.now)

    async def claim(self) -> None:
        buyer, _ = await self.somebody()
        self.say(f"{buyer} says it is paid")
        await orders.claim_transfer(self.shop, buyer, now=self.now)

    async def wanted(self) -> None:
        buyer = self.buyer()
        self.say(f"{buyer} wants a person")
        await desk.want_person(self.shop, buyer, "人呢", room=None, now=self.now)

    # ── money ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def some_order(self, *statuses: Status) -> Slip | None:
        found = await slips.of_day(self.shop, TODAY)
        if statuses:
            found = tuple(slip for slip in found if slip.status in statuses)
        return self.rng.choice(found) if found else None

    async def ask(self) -> None:
        if slip := await self.some_order(*self.rng.choice([(), (Status.UNPAID,), (Status.UNPAID,)])):
            self.say(f"{slip.code} is to be paid")
            asked = await payments.ask(slip.token, "gateway", now=self.now)
            self.known.trades.append((asked.trade_no, asked.order))
            if self.rng.random() < 0.3:
                await self.notice(asked.trade_no, asked.amount)

    async def settle(self) -> None:
        """A notice: of a new payment or an old one again, right or wrong, in time or late."""
        if not self.known.trades:
            return
        if self.known.notices and self.rng.random() < 0.25:
            event, (trade, fen) = self.rng.choice(list(self.known.notices.items()))
            self.say(f"{event} again")
            if await payments.settle("gateway", event, trade, Money(fen), now=self.now) != "seen":
                self.wrong(f"{event} was booked twice")
            return
        trade, order = self.rng.choice(self.known.trades[-5:])
        owed = (await slips.slip(order)).payable.fen
        await self.notice(trade, Money(max(1, owed + self.rng.choice([0, 0, 0, -1, 1, 5000]))))

    async def notice(self, trade: str, amount: Money) -> None:
        event = f"E{self.seed}-{len(self.known.notices)}"
        self.say(f"{event}: {amount} came in")
        self.known.notices[event] = (trade, amount.fen)
        self.log[-1] += f" ({await payments.settle('gateway', event, trade, amount, now=self.now)})"
        self.known.money += amount.fen

    async def confirm(self) -> None:
        if slip := await self.some_order():
            self.say(f"the clerk has seen the transfer of {slip.code}")
            await payments.confirm_transfer(slip.id, self.clerk, now=self.now)
            self.known.money += slip.payable.fen

    async def redeem(self) -> None:
        slip = await self.some_order(
            Status.PREPARING, *self.rng.choice([(), (), (Status.FULFILLED, Status.CANCELLED)])
        )
        if slip is None:
            return
        rows = await run_sql("SELECT code FROM pickup WHERE order_id = ?", [slip.id])
        if rows:
            owed = Money(0) if slip.money_in else slip.payable
            cash = self.rng.choice([owed, owed, owed, Money(0), owed + Money(1)])
            self.say(f"{slip.code} is picked up with {cash}")
            await pickups.redeem(self.shop, str(rows[0]["code"]), self.clerk, cash=cash, now=self.now)
            self.known.money += cash.fen
            self.known.goods -= sum(line.qty.milli for line in slip.lines)
            if cash != owed or slip.status != Status.PREPARING:
                self.wrong(f"{slip.code} ({slip.status}) was handed over for {cash}, owed was {owed}")

    async def take_back(self) -> None:
        if slip := await self.some_order(Status.FULFILLED):
            self.say(f"{slip.code} was not handed over after all")
            await pickups.take_back(slip.id, now=self.now)
            self.known.goods += sum(line.qty.milli for line in slip.lines)

    # ── the clock and the merchant ──────────────────────────────────────────────────────────────────────────────

    async def clock(self) -> None:
        """Time goes by; mostly the orders that are over expire, as the clock of the house has it."""
        self.now = min(self.now + timedelta(minutes=self.rng.choice([1, 5, 14, 15, 16])), EVENING)
        self.say("time goes by")
        if self.rng.random() < 0.7:
            await self.expire()

    async def expire(self) -> None:
        for id in await orders.due_unpaid(now=self.now):
            if (await slips.slip(id)).shop != self.shop:
                continue
            self.say(f"order {id} is over")
            if not await orders.expire(id, now=self.now):
                self.wrong(f"order {id} was due and did not expire")
            if await orders.expire(id, now=self.now):
                self.wrong(f"order {id} expired twice")

    async def receive(self) -> None:
        sku, qty = self.rng.choice([self.oranges, self.cherries]), Quantity.of(self.rng.randint(1, 6))
        self.say(f"{qty} of {sku} come in")
        await catalogue.restock(self.shop, sku, qty, now=self.now)
        self.known.goods += qty.milli

    async def take_out(self) -> None:
        sku, qty = self.rng.choice([self.oranges, self.cherries]), Quantity.of(self.rng.randint(1, 6))
        self.say(f"{qty} of {sku} are taken out")
        if await catalogue.take_out(self.shop, sku, qty, now=self.now):
            self.known.goods -= qty.milli

    async def count(self) -> None:
        sku, qty = self.rng.choice([self.oranges, self.cherries]), Quantity.of(self.rng.randint(0, 12))
        self.say(f"{qty} of {sku} are counted")
        was = await catalogue.count(self.shop, sku, qty, now=self.now)
        if was is not None:
            self.known.goods += qty.milli - was.milli

    async def price(self) -> None:
        sku, price = (
            self.rng.choice([self.oranges, self.cherries]),
            Money(self.rng.choice([0, 1, 1990, 2990, 9999])),
        )
        self.say(f"{sku} costs {price}")
        if self.rng.random() < 0.5:
            await catalogue.change_price(self.shop, sku, price)
        else:
            await catalogue.set_specials(self.shop, {sku: price}, TODAY)

    async def menu(self) -> None:
        self.say("oranges come off the menu or back on it")
        shelf = await catalogue.goods(self.shop)
        product = shelf.everything.sku[self.oranges].product
        if self.oranges in shelf.catalogue.sku and self.rng.random() < 0.5:
            await catalogue.withdraw(self.shop, product)
        else:
            await catalogue.put_back(self.shop, product)


def _shown(wants: list[Want]) -> str:
    return ", ".join(
        f"{want.op} {want.qty} {want.sku}{' ' + want.for_whom if want.for_whom else ''}" for want in wants
    )


async def walks(first: int, many: int, steps: int) -> tuple[int, int]:
    """Take many walks; how many steps were done and how many refused."""
    done = refused = 0
    for seed in range(first, first + many):
        walk = Walk(seed)
        await walk.take(steps)
        done, refused = done + walk.done, refused + walk.refusals
    return done, refused
