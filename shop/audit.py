"""查账: all that must be true of the books, one check after the other, by hand or at night; and the rules they guard.

A night's look is made of many short ones: each tick of the clock does the next check, whoever ticks, until all are done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shop import invariants
from shop.invariants import Breach
from shop.kit.ids import ShopId
from shop.transaction import run_sql, transaction

FROM_HOUR = 3  # of the shop's own night
MOST_LATE = timedelta(hours=1)
LATE = "a letter is sent, given up or young"
NAMES = (*invariants.NAMES, LATE)
MOST_AT_ONCE = 3000  # orders whose books are looked through while somebody waits: half a second
NIGHT = 1000  # a counter holds night × NIGHT + checks begun


@dataclass(frozen=True, slots=True)
class Audited:
    """A shop whose books are looked at; `tz` says when it is night there."""

    id: ShopId
    key: str
    name: str
    tz: str


async def shops() -> tuple[Audited, ...]:
    """Every shop of this database."""
    rows = await run_sql('SELECT id, "key", name, tz FROM shop ORDER BY id')
    return tuple(Audited(ShopId(int(row["id"])), row["key"], row["name"], row["tz"]) for row in rows)


async def look(shop: ShopId, name: str, *, now: datetime) -> list[Breach]:
    """What the check of this name finds; nothing is the good answer."""
    return await _late(now) if name == LATE else await invariants.look(shop, name)


async def is_small(shop: ShopId) -> bool:
    """May everything be looked at in one go, while a message waits for its answer?"""
    rows = await run_sql(
        f'SELECT count(*) AS many FROM (SELECT 1 FROM "order" WHERE shop_id = ? LIMIT {MOST_AT_ONCE + 1}) AS few',
        [shop],
    )
    return int(rows[0]["many"]) <= MOST_AT_ONCE


async def is_due(shop: Audited, *, now: datetime) -> bool:
    """Is there still a check to do tonight?"""
    if now.astimezone(ZoneInfo(shop.tz)).hour < FROM_HOUR:
        return False
    return await _begun(shop) < _night(shop, now) + len(NAMES)


async def next_of_tonight(shop: Audited, *, now: datetime) -> str | None:
    """The check to do next, None when all were done. Each is given out once, to whoever asks: after a restart the rest
    goes on."""
    night = _night(shop, now)
    async with transaction():
        rows = await run_sql(
            "INSERT INTO counter (shop_id, name, value) VALUES (?, 'audit', ?) "
            "ON CONFLICT (shop_id, name) DO UPDATE SET value = "
            "CASE WHEN counter.value < excluded.value THEN excluded.value ELSE counter.value + 1 END "
            f"WHERE counter.value < excluded.value + {len(NAMES) - 1} RETURNING value",
            [shop.id, night + 1],
        )
        return NAMES[int(rows[0]["value"]) - night - 1] if rows else None


def _night(shop: Audited, now: datetime) -> int:
    return now.astimezone(ZoneInfo(shop.tz)).toordinal() * NIGHT


async def _begun(shop: Audited) -> int:
    rows = await run_sql("SELECT value FROM counter WHERE shop_id = ? AND name = 'audit'", [shop.id])
    return int(rows[0]["value"]) if rows else 0


async def _late(now: datetime) -> list[Breach]:
    """Letters that should be out by now: nobody sends, or their channel is gone."""
    rows = await run_sql(
        "SELECT l.\"key\", l.state FROM letter AS l WHERE l.state IN ('new', 'sending') AND l.not_before < ? "
        "ORDER BY l.id",
        [now - MOST_LATE],
    )
    sentence = "letter {} should be out and is still {}"
    return [Breach(LATE, 1, sentence.format(row["key"], row["state"]), str(row["key"])) for row in rows]


# ── what is guarded ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the seventeen things that must be true, with the checks that look at it. Without any, what it is about
    (`waits`) is not built yet."""

    sentence: str
    checks: tuple[str, ...] = ()
    waits: str = ""


RULES = (
    Rule(
        "What came in less what went back is what the tills hold, and every entry has its counterpart.",
        (
            "the tills hold what came in less what went back",
            "every transfer is in balance",
            "each fact is booked once",
            "delivery brought what was paid for it",
        ),
    ),
    Rule(
        "An order is paid by exactly the money that it asked for, once, and its books say the same.",
        (
            "the books of an order say what its facts say",
            "paid is what was asked",
            "settled money makes an order paid",
            "an order is settled once",
            "a buyer owes nothing that was settled",
            "an unpaid order has no money",
            "money is in before goods go out",
            "what is asked for is owed",
            "one open request at a time",
        ),
    ),
    Rule(
        "An order that came to nothing keeps no money; money that nobody asked for goes back.",
        (
            "an order that came to nothing keeps no money",
            "a refunded order has given everything back",
            "money that nobody asked for goes back",
        ),
    ),
    Rule(
        "A line gives back at most what it cost, counting what is promised.",
        (
            "a line gives back no more than it cost",
            "what a line gave back is what its refunds say",
            "what the scale did not show is given back",
            "a refund is its parts",
            "the delivery fee gives back what its refunds say",
        ),
    ),
    Rule(
        "What was taken off a price has its reasons, to the fen.",
        (invariants.CUTS, "an order is its lines"),
    ),
    Rule(
        "What is on the shelf is what came in less what went out.",
        (
            "every change of stock is a move",
            "what left one place came to another",
            "sold is what was handed over",
            "what was handed over was consumed",
            "what was cancelled was given back",
            "what went in parts went in parcels",
            "nothing below zero on the shelf",
            "goods have a place on the shelf",
        ),
    ),
    Rule(
        "What is promised is what living orders hold, and it is there.",
        (
            "promised is what orders hold",
            "never more promised than there is",
            "an ended order holds nothing",
            "a living line holds what it promises",
        ),
    ),
    Rule(
        "A coupon is on one living order at most; no more are out than there are, or than one person may have.",
        (
            "an order takes one coupon",
            "a coupon is where its order is",
            "no more coupons than there are",
            "nobody has more coupons than one may",
            "what was grabbed was given",
        ),
    ),
    Rule(
        "A team has no more members than seats, and nothing is prepared for one that is not full.",
        (
            "a team counts its seats",
            "a team is complete when all its seats are paid or the shop's",
            "nothing is prepared for a team that is not full",
            "a seat stands for a living order",
        ),
    ),
    Rule(
        "A flash sale sells no more than its quota, nor more to one person than allowed.",
        (
            "a campaign gave what its orders took",
            "a campaign keeps to its quota",
            "nobody has more of a campaign than his share",
            "no group has more of a campaign than its share",
        ),
    ),
    Rule(
        "Points are the sum of their entries.",
        (
            "points are their entries",
            "pending points are their entries",
            "a level is what was earned for good",
            "an order that is over has no pending points",
            "an order that was cancelled keeps no points",
        ),
    ),
    Rule(
        "Commission is the sum of its entries; a line that was refunded whole has none.",
        (
            "frozen commission is its entries",
            "available commission is its entries",
            "asked commission is its entries",
            "paid commission is its entries",
            "commission goes back with what was paid",
            "commission is what its lines bring",
        ),
    ),
    Rule("The commission of a line stays below its cap.", ("commission stays below its cap",)),
    Rule(
        "A time slot has no more appointments than places.",
        (
            "a time counts its appointments",
            "no time has more appointments than places",
            "every appointment has its time",
            "an appointment stands as its deposit does",
        ),
    ),
    Rule(
        "A pick-up code hands goods over once.",
        (
            "what is prepared can be picked up",
            "a code stands for a living order",
            "an order is handed over once",
            "a parcel is where its order is",
            "a waiting code is one order's",
        ),
    ),
    Rule(
        "A message leads to one answer.",
        ("a message is heard once", "letters come from what was worked through"),
    ),
    Rule(
        "Every letter is sent, given up or younger than an hour.",
        (
            LATE,
            "a letter exists once",
            "a letter that was sent has its moment",
            "an event that was not told has no letters",
        ),
    ),
)


def rule_of(name: str) -> int:
    """The number of the rule that this check guards, from 1; 0 for one beside them."""
    return next((n for n, rule in enumerate(RULES, start=1) if name in rule.checks), 0)
