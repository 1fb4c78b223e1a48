"""一天的账: what was ordered, what came in and went back, what stands in the tills at the end of the day, what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shop import ledger
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.records.desk import Alarm
from shop.records.orders import Order
from shop.records.payments import DayBill, PayFact
from shop.records.refunds import Refund
from shop.rules.orders import Status
from shop.rules.refunds import BY_HAND, OPEN, State
from shop.till import SETTLED
from shop.transaction import run_sql

BOOKS = "books"  # the alarms of an audit
Ways = Mapping[str, Money]  # provider, cash or transfer → money; nothing is left out


@dataclass(frozen=True, slots=True)
class Bill:
    """A provider's bill of that day; `wrong` is None while it was not compared."""

    provider: str
    wrong: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Day:
    """`refunds` (how many, how much), `unclaimed` (money that nobody asked for and no refund gives back), `alarms` (what
    only a person can mend) and `broken` (what the nightly look at the books found) are what is open now."""

    orders: int
    ordered: Money
    delivery: Money  # what bringing orders brought that day, less what went back of it
    came: Ways
    back: Ways
    tills: Ways
    refunds: tuple[int, Money]
    unclaimed: Money
    bills: tuple[Bill, ...]
    alarms: tuple[str, ...]
    kinds: tuple[str, ...]  # of the alarms, in their order
    broken: tuple[str, ...]


async def of_day(shop: ShopId, day: date, tz: str) -> Day:
    """From midnight to midnight where the shop is."""
    zone = ZoneInfo(tz)
    start, end = (
        datetime.combine(day, time(0), zone),
        datetime.combine(day + timedelta(days=1), time(0), zone),
    )
    placed = await Order.filter(shop_id=shop, day=day).exclude(status=Status.CANCELLED).values("payable_fen")
    facts = await PayFact.filter(order__shop_id=shop, at__gte=start, at__lt=end).values_list(
        "provider", "amount_fen"
    )
    back = await Refund.filter(
        order__shop_id=shop, state=State.REFUNDED, settled_at__gte=start, settled_at__lt=end
    ).values_list("fact__provider", "amount_fen")
    waiting = await Refund.filter(order__shop_id=shop, state__in=list(OPEN)).values_list(
        "fact__standing", "amount_fen"
    )
    given_back = sum(fen for standing, fen in waiting if standing != SETTLED)
    came = _ways(facts)
    alarms = await Alarm.filter(shop_id=shop, closed_at=None).order_by("id")
    return Day(
        orders=len(placed),
        ordered=Money(sum(row["payable_fen"] for row in placed)),
        delivery=await _delivery(shop, start, end),
        came=came,
        back=_ways(back),
        tills=await _tills(shop, end),
        refunds=(len(waiting), Money(sum(fen for _, fen in waiting))),
        unclaimed=Money(-await ledger.balance(shop, "suspense") - given_back),
        bills=await _bills(shop, day, came),
        alarms=tuple(alarm.words for alarm in alarms if alarm.kind != BOOKS),
        kinds=tuple(alarm.kind for alarm in alarms if alarm.kind != BOOKS),
        broken=tuple(alarm.words for alarm in alarms if alarm.kind == BOOKS),
    )


def _ways(rows: Iterable[tuple[str, int]]) -> Ways:
    sums: Counter[str] = Counter()
    for name, fen in rows:
        sums[name] += fen
    return {name: Money(fen) for name, fen in sorted(sums.items())}


async def _tills(shop: ShopId, end: datetime) -> Ways:
    rows = await run_sql(
        "SELECT e.account, sum(e.amount) AS fen FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
        "WHERE t.shop_id = ? AND e.account LIKE 'cash:%' AND t.at < ? GROUP BY e.account ORDER BY e.account",
        [shop, end],
    )
    return {str(row["account"]).removeprefix("cash:"): Money(int(row["fen"])) for row in rows}


async def _delivery(shop: ShopId, start: datetime, end: datetime) -> Money:
    rows = await run_sql(
        "SELECT coalesce(-sum(e.amount), 0) AS fen FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
        "WHERE t.shop_id = ? AND e.account = 'delivery_income' AND t.at >= ? AND t.at < ?",
        [shop, start, end],
    )
    return Money(int(rows[0]["fen"]))


async def _bills(shop: ShopId, day: date, came: Ways) -> tuple[Bill, ...]:
    """Of each provider that has a bill of this day, or should have one."""
    compared = {bill.provider: tuple(bill.wrong) for bill in await DayBill.filter(shop_id=shop, day=day)}
    return tuple(Bill(name, compared.get(name)) for name in sorted({*compared, *came} - BY_HAND))
