"""A seeded walk through days of the shop: random verbs by several people, and after each step the books must be right.

The walk remembers what happened by itself (money that came in, goods that came and went, points given by hand), and the
payment provider has a book of its own, so that a verb that forgets to write is noticed as well as one that writes too
much. Each step draws from a seed of its own: a walk that went wrong goes wrong again, also with other steps left out.

The verbs are in walk_orders, walk_goods, walk_money, walk_refunds, walk_means, walk_referral and walk_delivery, each with
what must hold of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from shop import slips
from shop.database import close_database, open_database, record_modules
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.refusal import Refusal
from shop.rules.orders import Status
from shop.settled import settle_rules
from shop.slips import Slip
from shop.transaction import run_sql, transaction
from tests.support import (
    walk_delivery,
    walk_goods,
    walk_means,
    walk_money,
    walk_orders,
    walk_referral,
    walk_refunds,
)
from tests.support.walk_provider import Gateway
from tests.support.world import FULL50, NOW, a_clerk, a_customer, a_product, a_room, a_shop

UNTIL = (NOW + timedelta(hours=30)).isoformat()
PROMOTIONS: list[dict[str, Any]] = [
    FULL50,
    {"kind": "tier", "steps": [[3, "35"]], "goods": ["N002-1"], "unit": "斤"},
    {"kind": "flash", "price": "1.99", "limit": 2, "goods": ["N003-1"], "until": UNTIL},
    walk_delivery.RULE,
]
SILVER = {"name": "银卡", "from_points": 500, "pays_bp": 9_800}
RULES = {"points": {"per_yuan": 1, "levels": [SILVER]}, "after_sale_hours": 24}

Verb = Callable[["Walk"], Awaitable[None]]
SUBJECTS = (
    walk_orders,
    walk_goods,
    walk_money,
    walk_refunds,
    walk_means,
    walk_referral,
    walk_delivery,
)
VERBS = [pair for subject in SUBJECTS for pair in subject.VERBS]
# What speaks to the provider or has transactions of its own, and is never undone together with something else.
ERRANDS = [pair for subject in (walk_money, walk_refunds) for pair in subject.ERRANDS]

# A refusal leaves all of this as it was.
STANDS = """
    SELECT
      (SELECT coalesce(sum(f.amount_fen), 0) FROM pay_fact f JOIN "order" o ON o.id = f.order_id WHERE o.shop_id = s.id) AS money,
      (SELECT coalesce(sum(i.on_hand * 7 + i.held), 0) FROM stock_item i JOIN sku ON sku.id = i.sku_id WHERE sku.shop_id = s.id) AS goods,
      (SELECT coalesce(sum(o.version * 1000 + 1), 0) FROM "order" o WHERE o.shop_id = s.id) AS orders,
      (SELECT coalesce(sum(b.open_fen * 7 + b.done_fen + b.open_qty * 3 + b.kept_qty), 0) FROM given_back b) AS back,
      (SELECT coalesce(sum(o.delivery_back_fen + coalesce(o.delivery_fen, -1)), 0) FROM "order" o WHERE o.shop_id = s.id) AS fees,
      (SELECT count(*) + coalesce(sum(r.attempts), 0) FROM refund r) AS refunds,
      (SELECT count(*) + coalesce(sum(c.returns * 1000 + coalesce(c.order_id, 0)), 0) FROM coupon c WHERE c.shop_id = s.id) AS coupons,
      (SELECT coalesce(sum(e.amount * e.amount), 0) FROM entry e JOIN transfer t ON t.id = e.transfer_id WHERE t.shop_id = s.id) AS ledger,
      (SELECT count(*) + coalesce(sum(c.back_fen), 0) FROM commission c WHERE c.shop_id = s.id) AS commission,
      (SELECT count(*) + coalesce(sum(p.turns), 0) FROM payout p WHERE p.shop_id = s.id) AS payouts,
      (SELECT count(*) FROM event) AS events
    FROM shop s WHERE s.id = ?
"""


class WentWrong(AssertionError):
    """What is wrong, and how the walk came there."""


class ChangedTheirMind(Exception):
    """Everything since the transaction began is undone."""


@dataclass
class Known:
    """What the walk itself remembers of the world; undone with the verbs."""

    money: Counter[tuple[int, str]] = field(default_factory=Counter)  # fen that came in, by order and way
    shelf: Counter[str] = field(default_factory=Counter)  # thousandths, by sku
    out: dict[int, Counter[tuple[int, str]]] = field(
        default_factory=dict
    )  # gone of each order, by line and sku
    points: Counter[int] = field(default_factory=Counter)  # by hand, by person
    gifts: list[str] = field(default_factory=list)  # the keys of points by hand
    trades: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)  # notices that the shop has taken
    by_hand: set[str] = field(default_factory=set)  # refunds that a person paid


class Walk:
    def __init__(self, seed: int, *, without: Collection[int] = ()) -> None:
        self.seed = seed
        self.without = without
        self.rng = Random(f"{seed}")
        self.now = NOW
        self.known = Known()
        self.gateway = Gateway()
        self.log: list[str] = []
        self.refusals = 0
        self.done = 0

    def gone(self, order: int, goods: list[tuple[int, str, int]]) -> None:
        """So many thousandths of a line and its sku left the shop with this order; less than nothing came back."""
        for line, sku, qty in goods:
            self.known.shelf[sku] -= qty
            self.known.out.setdefault(order, Counter())[line, sku] += qty

    async def open(self) -> None:
        """A shop of this walk's own: three kinds of goods, four buyers, a clerk, a group, coupons and points."""
        self.shop: ShopId = await a_shop(f"walk {self.seed}", promotions=PROMOTIONS)
        await settle_rules(self.shop, RULES)
        self.oranges = await a_product("橙子", "29.90", stock=7, shop=self.shop)
        self.cherries = await a_product("车厘子", "39.80", stock=8, unit="斤", shop=self.shop)
        self.limes = await a_product("青柠", "3.33", stock=20, unit="个", shop=self.shop)
        self.goods = [self.oranges, self.cherries, self.limes]
        self.known.shelf.update({self.oranges: 7_000, self.cherries: 8_000, self.limes: 20_000})
        names = [f"{name}{self.shop}" for name in ("小李", "阿花", "小明", "小红")]
        self.buyers: list[PersonId] = [await a_customer(name, shop=self.shop) for name in names]
        self.clerk = await a_clerk(f"老板{self.shop}", shop=self.shop)
        self.room = await a_room(f"群{self.shop}", shop=self.shop)
        await walk_means.make_coupons(self)
        await walk_means.give_presents(self)
        await walk_referral.bring_friends(self)
        await self.check()

    async def take(self, steps: int) -> None:
        """A whole life: so many steps, then everything that is under way comes to its end."""
        await self.open()
        for n in range(steps):
            if n not in self.without:
                self.rng = Random(f"{self.seed} {n}")
                await self.step()
        await self.guarded(self.close)
        await self.check()

    async def step(self) -> None:
        before, known = self.standing, deepcopy(self.known)
        roll = self.rng.random()
        kind = self.several if roll < 0.08 else self.errand if roll < 0.35 else self.one
        refused = await self.guarded(kind)
        if refused is None:
            self.done += 1
        else:
            self.log[-1] += f" → {type(refused).__name__}"
            self.refusals += 1
            self.known = known
            if (now := await self.stands()) != before:
                self.wrong(f"after a refusal {before} became {now}")
        await self.check()

    async def guarded(self, work: Callable[[], Awaitable[None]]) -> Exception | None:
        """A refusal is a normal answer; anything else that is raised is a defect."""
        try:
            await work()
        except (Refusal, ChangedTheirMind) as no:
            return no
        except WentWrong:
            raise
        except Exception as bug:
            raise WentWrong(f"walk {self.seed}: {bug!r}\n" + "\n".join(self.log)) from bug
        return None

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
        await self.choose(VERBS)(self)

    async def errand(self) -> None:
        await self.choose(ERRANDS)(self)

    def choose(self, verbs: list[tuple[int, Verb]]) -> Verb:
        return self.rng.choices([verb for _, verb in verbs], [weight for weight, _ in verbs])[0]

    async def close(self) -> None:
        """Days go by: what waits for a person is answered, what waits for the clock or the provider is over."""
        self.rng = Random(f"{self.seed} the end")
        self.gateway.is_in_order = True
        for days in (0, 1, 3, 1, 1, 1, 1):
            self.now += timedelta(days=days)
            await walk_money.tell_everything(self)
            await walk_money.look_at_claims(self)
            await walk_refunds.pay_by_hand_all(self)
            await walk_money.clock(self)
        for subject in SUBJECTS:
            await subject.check_end(self)

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────────

    async def stands(self) -> dict[str, int]:
        rows = await run_sql(STANDS, [self.shop])
        return {name: int(value) for name, value in rows[0].items()}

    async def check(self) -> None:
        if breaches := await broken(self.shop):
            self.wrong("; ".join(breach.sentence for breach in breaches))
        for subject in SUBJECTS:
            await subject.check(self)
        self.standing = await self.stands()

    def wrong(self, what: str) -> None:
        raise WentWrong(f"walk {self.seed}: {what}\n" + "\n".join(self.log))

    # ── whom and what it is about ───────────────────────────────────────────────────────────────────────────────

    def say(self, what: str) -> None:
        self.log.append(f"{self.now:%m%d %H:%M} {what}")

    def buyer(self) -> PersonId:
        return self.rng.choice(self.buyers)

    async def some_order(self, *statuses: Status) -> Slip | None:
        """One of the newest, of these statuses where any are named."""
        which = f"AND status IN ({', '.join('?' * len(statuses))})" if statuses else ""
        rows = await run_sql(
            f'SELECT id FROM "order" WHERE shop_id = ? {which} ORDER BY id DESC LIMIT 8',
            [self.shop, *(str(status) for status in statuses)],
        )
        return await slips.slip(self.rng.choice(rows)["id"]) if rows else None

    async def somebody(self) -> tuple[PersonId, Slip | None]:
        """Mostly somebody whose order is open."""
        slip = await self.some_order(Status.UNPAID, Status.PREPARING)
        return (slip.buyer, slip) if slip and self.rng.random() < 0.9 else (self.buyer(), None)


Empty = Callable[[], str]  # makes an empty database with the shop's tables; gives its URL


async def attempt(
    empty: Empty, seed: int, steps: int, *, without: Collection[int] = ()
) -> tuple[Walk, WentWrong | None]:
    """One walk in a database of its own, and what went wrong with it."""
    walk = Walk(seed, without=without)
    url = empty()
    await open_database(url, models=tuple(record_modules()))
    if url.startswith("sqlite"):
        await run_sql("PRAGMA synchronous=OFF")  # losing power is not among the faults of a walk
    try:
        await walk.take(steps)
    except WentWrong as wrong:
        return walk, wrong
    finally:
        await close_database()
    return walk, None
