"""对账单: a provider's bill of one day beside our books: what they have and we do not, we have and they do not, and what
both have and call differently.

Both sides know a payment by its trade number and a refund by its refund number; the day is the provider's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, Protocol

from shop import alarms
from shop.kit.ids import ShopId
from shop.kit.money import Money, total
from shop.records.payments import DayBill, PayFact, PayIntent
from shop.records.refunds import Refund
from shop.records.shops import Shop
from shop.rules.refunds import State
from shop.transaction import run_sql, transaction

Kind = Literal["paid", "refunded"]
LOOK_BACK = 7  # days that are still compared when they were missed, and again while something is wrong
MOST_TOLD = 5  # differences of a day that are told one by one
AT_ONCE = 500  # numbers that are looked up by one statement


class Told(Protocol):
    """A line of a provider's bill. `event` is its own number of the payment."""

    @property
    def kind(self) -> Kind: ...
    @property
    def trade_no(self) -> str: ...
    @property
    def refund_no(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def amount(self) -> Money: ...


@dataclass(frozen=True, slots=True)
class Ours:
    """What our books say of one payment or refund; an amount of nothing: asked for, and not booked. A refund that is
    on its way counts: some bills list it when it was asked for."""

    shop: int
    kind: Kind
    number: str
    trade_no: str
    code: str
    amount: Money
    is_on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """`ours` or `theirs` is nothing where one side does not know of it; `code` is empty for money of no order."""

    kind: Kind
    number: str
    trade_no: str
    code: str
    ours: Money
    theirs: Money


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sums of what came in less what went back, and everything in which the two sides differ."""

    ours: Money
    theirs: Money
    differences: tuple[Difference, ...]

    @property
    def missing_there(self) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if not one.theirs)

    def without(self, found: Iterable[Difference]) -> Comparison:
        """These are on another day's bill, so they count for neither side of this one."""
        elsewhere = set(found)
        left = tuple(one for one in self.differences if one not in elsewhere)
        return Comparison(self.ours - _net(elsewhere), self.theirs, left)


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def not_booked(shop: ShopId, provider: str, lines: Sequence[Told]) -> tuple[Told, ...]:
    """Lines about orders of this shop that our books do not have, or not yet: news that never came."""
    known = await _known(provider, lines)
    mine = [(line, known[_key(line)]) for line in lines if _key(line) in known]
    return tuple(line for line, own in mine if own.shop == shop and (own.is_on_its_way or not own.amount))


async def compare(
    shop: ShopId, provider: str, day: date, lines: Sequence[Told], *, zone: tzinfo
) -> Comparison:
    """The provider's lines of this day beside our books as they stand now. `zone` is where its day begins."""
    known = await _known(provider, lines)
    here = [line for line in lines if _key(line) not in known or known[_key(line)].shop == shop]
    theirs = {_key(line): line for line in here}
    ours = {key: known[key] for key in theirs if key in known}
    ours |= {(own.kind, own.number): own for own in await _of_day(shop, provider, day, zone)}
    return Comparison(
        _net(ours.values()),
        total([_signed(line.kind, line.amount) for line in here]),
        tuple(_differences(ours, theirs)),
    )


async def to_compare(shop: ShopId, provider: str, day: date, *, since: datetime) -> tuple[date, ...]:
    """The days up to `day` that have no result yet, or a bad one from before `since`; newest first."""
    row = await Shop.get(id=shop)
    first = max(day - timedelta(days=LOOK_BACK - 1), row.opened_at.date())
    rows = await DayBill.filter(shop_id=shop, provider=provider, day__gte=first, day__lte=day)
    settled = {bill.day for bill in rows if not bill.wrong or bill.checked_at >= since}
    days = [day - timedelta(days=n) for n in range((day - first).days + 1)]
    return tuple(one for one in days if one not in settled)


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def try_now(shop: ShopId, provider: str, *, now: datetime) -> bool:
    """May the provider be asked for its bills? Once an hour, whoever asks."""
    async with transaction():
        hour = int((now - timedelta(minutes=30)).timestamp()) // 3600
        return bool(
            await run_sql(
                "INSERT INTO counter (shop_id, name, value) VALUES (?, ?, ?) ON CONFLICT (shop_id, name) "
                "DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value RETURNING value",
                [shop, f"bill {provider}", hour],
            )
        )


async def keep(
    shop: ShopId, provider: str, day: date, found: Comparison, wrong: Sequence[str], *, now: datetime
) -> None:
    """The result of a day takes the place of an earlier one. `wrong` says each difference in plain words: the owner is
    told of new ones, and those that are gone, or too old to be looked at again, are closed."""
    async with transaction():
        await DayBill.update_or_create(
            defaults={
                "ours_fen": found.ours.fen,
                "theirs_fen": found.theirs.fen,
                "wrong": list(wrong),
                "checked_at": now,
            },
            shop_id=shop,
            provider=provider,
            day=day,
        )
        for words in _told(wrong):
            await alarms.raise_alarm(shop, "bill", words, words, now=now)
        recent = await DayBill.filter(shop_id=shop, day__gt=day - timedelta(days=LOOK_BACK))
        last = {words[:96] for bill in recent for words in _told(bill.wrong)}
        await alarms.close(shop, "bill", but=frozenset(last), now=now)


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _key(line: Told) -> tuple[Kind, str]:
    return line.kind, line.refund_no or line.trade_no


def _signed(kind: Kind, amount: Money) -> Money:
    return amount if kind == "paid" else -amount


def _net(ours: Iterable[Ours | Difference]) -> Money:
    return total([_signed(own.kind, own.amount if isinstance(own, Ours) else own.ours) for own in ours])


def _told(wrong: Sequence[str]) -> list[str]:
    """A bad day is not a hundred messages."""
    if len(wrong) <= MOST_TOLD:
        return list(wrong)
    return [*wrong[: MOST_TOLD - 1], f"{wrong[MOST_TOLD - 1]}，这天一共 {len(wrong)} 处对不上"]


def _differences(
    ours: Mapping[tuple[Kind, str], Ours], theirs: Mapping[tuple[Kind, str], Told]
) -> Iterable[Difference]:
    for key in sorted({*ours, *theirs}):
        own, told = ours.get(key), theirs.get(key)
        mine = own.amount if own else Money(0)
        yours = told.amount if told else Money(0)
        if mine != yours:
            trade = own.trade_no if own else told.trade_no if told else ""
            yield Difference(key[0], key[1], trade, own.code if own else "", mine, yours)


async def _known(provider: str, lines: Sequence[Told]) -> dict[tuple[Kind, str], Ours]:
    """What we know of these lines, whichever shop of ours they are about."""
    trades = sorted({line.trade_no for line in lines if line.kind == "paid"})
    numbers = sorted({line.refund_no for line in lines if line.kind == "refunded"})
    known: dict[tuple[Kind, str], Ours] = {}
    for some in _parts(trades):
        for asked in await PayIntent.filter(provider=provider, trade_no__in=some).select_related("order"):
            no, order = asked.trade_no, asked.order
            known["paid", no] = Ours(order.shop_id, "paid", no, no, order.code, Money(0))
        for fact in await PayFact.filter(provider=provider, trade_no__in=some).select_related("order"):
            known["paid", fact.trade_no] = _payment(fact)
    for some in _parts(numbers):
        for row in await Refund.filter(number__in=some).select_related("order", "fact"):
            known["refunded", row.number] = _refund(row)
    return known


async def _of_day(shop: ShopId, provider: str, day: date, zone: tzinfo) -> list[Ours]:
    """What we booked on that day. What a person paid back by hand is on no bill."""
    start = datetime.combine(day, time(0), zone)
    end = datetime.combine(day + timedelta(days=1), time(0), zone)
    facts = await PayFact.filter(
        order__shop_id=shop, provider=provider, at__gte=start, at__lt=end
    ).select_related("order")
    back = await Refund.filter(
        order__shop_id=shop,
        fact__provider=provider,
        state=State.REFUNDED,
        proof="",
        settled_at__gte=start,
        settled_at__lt=end,
    ).select_related("order", "fact")
    return [*(_payment(fact) for fact in facts), *(_refund(row) for row in back)]


def _payment(fact: PayFact) -> Ours:
    order = fact.order
    return Ours(order.shop_id, "paid", fact.trade_no, fact.trade_no, order.code, Money(fact.amount_fen))


def _refund(row: Refund) -> Ours:
    order, is_on_its_way = row.order, row.state == State.PROCESSING
    amount = Money(row.amount_fen if is_on_its_way or row.state == State.REFUNDED else 0)
    return Ours(order.shop_id, "refunded", row.number, row.fact.trade_no, order.code, amount, is_on_its_way)


def _parts(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    return (numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE))
