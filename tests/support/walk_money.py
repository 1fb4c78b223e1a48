"""A walk's money: asked for, paid in time, late, twice or wrongly, told once, again or never; and the clock's jobs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from bot.clock import JOBS
from bot.payments import PaidFact
from shop import orders, payments, slips
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.rules.orders import Status
from shop.transaction import run_sql
from tests.support.walk_provider import Impossible

if TYPE_CHECKING:
    from tests.support.walk import Walk


async def ask(walk: Walk) -> None:
    if slip := await walk.some_order(*walk.rng.choice([(), (Status.UNPAID,), (Status.UNPAID,)])):
        await _ask(walk, slip)


async def _ask(walk: Walk, slip: slips.Slip) -> None:
    walk.say(f"{slip.code} is to be paid")
    asked = await payments.ask(slip.token, walk.gateway.name, now=walk.now)
    walk.gateway.begin(asked.trade_no, asked.order, asked.amount)
    if asked.trade_no not in walk.known.trades:
        walk.known.trades.append(asked.trade_no)


async def pay(walk: Walk) -> None:
    """Somebody pays at the provider, mostly what was asked for; whether the shop hears of it is another matter."""
    if walk.rng.random() < 0.5 and (slip := await walk.some_order(Status.UNPAID)):
        await _ask(walk, slip)
    numbers = [one for one in walk.known.trades[-6:] if not walk.gateway.trades[one].is_closed]
    if not numbers:
        return
    number = walk.rng.choice(numbers[-2:] if walk.rng.random() < 0.5 else numbers)
    trade = walk.gateway.trades[number]
    if trade.paid and walk.rng.random() < 0.85:
        return
    amount = Money(max(1, trade.asks.fen + walk.rng.choice([0, 0, 0, 0, 0, 0, -1, 1, 5000])))
    walk.say(f"{amount} is paid for order {trade.order}")
    fact = walk.gateway.pay(number, amount)
    if walk.rng.random() < 0.6:
        await hear(walk, fact)


async def notice(walk: Walk) -> None:
    """The provider tells of a payment: at last, or once more."""
    again = walk.rng.random() < 0.3
    facts = [fact for fact in walk.gateway.payments() if (fact.event in walk.known.told) == again]
    facts = [fact for fact in facts if fact.trade_no in walk.known.trades]
    if facts:
        await hear(walk, walk.rng.choice(facts))


async def hear(walk: Walk, fact: PaidFact) -> None:
    order = walk.gateway.trades[fact.trade_no].order
    walk.say(f"the provider tells of {fact.amount} for order {order}")
    try:
        became = await payments.settle(
            walk.gateway.name, fact.event, fact.trade_no, fact.amount, now=walk.now
        )
    except Refusal as no:
        walk.wrong(f"money came in and was refused: {no!r}")
    walk.log[-1] += f" ({became})"
    if (became == "seen") != (fact.event in walk.known.told):
        walk.wrong(f"a notice that was told before: {fact.event in walk.known.told}, and it became {became}")
    walk.known.told.add(fact.event)


async def confirm(walk: Walk) -> None:
    if slip := await walk.some_order(*walk.rng.choice([(Status.UNPAID, Status.PREPARING), ()])):
        await _confirm(walk, slip)


async def _confirm(walk: Walk, slip: slips.Slip) -> None:
    walk.say(f"the clerk has seen the transfer of {slip.code}")
    await payments.confirm_transfer(slip.id, walk.clerk, now=walk.now)
    if slip.payable:
        walk.known.money[slip.id, "transfer"] += slip.payable.fen


async def clock(walk: Walk) -> None:
    """Time goes by, mostly minutes; then everything that is due is done, as the clock of the house does it."""
    if not walk.gateway.is_in_order:
        walk.now += timedelta(minutes=walk.rng.choice([1, 1, 5, 5, 10, 14, 15, 16, 60, 60 * 13, 60 * 50]))
        walk.gateway.dice = Random(f"{walk.seed} {walk.now}")
    walk.gateway.now = walk.now
    walk.say("time goes by")
    paid = await _paid_in_secret(walk)
    for job in JOBS.values():
        try:
            await job(walk.now, walk.gateway)  # type: ignore[arg-type]  # of a provider these jobs need no more
        except Impossible as no:
            walk.wrong(str(no))
    await heard_by_asking(walk)
    for order in paid:
        slip = await slips.slip(order)
        if slip.ended_why == "not_paid_in_time" and slip.ended_at == walk.now:
            walk.wrong(f"{slip.code} was paid, and ran out of time because nobody asked the provider")


async def _paid_in_secret(walk: Walk) -> list[OrderId]:
    """The orders whose open request is paid, and the shop has not heard."""
    rows = await run_sql(
        'SELECT i.trade_no, i.order_id FROM pay_intent i JOIN "order" o ON o.id = i.order_id '
        "WHERE o.shop_id = ? AND i.state = 'created' ORDER BY i.id",
        [walk.shop],
    )
    trades = [(walk.gateway.trades.get(str(row["trade_no"])), int(row["order_id"])) for row in rows]
    return [
        OrderId(order)
        for trade, order in trades
        if trade and trade.paid and trade.paid[0].amount == trade.asks
    ]


async def heard_by_asking(walk: Walk) -> None:
    """What the shop has found out by itself."""
    rows = await run_sql("SELECT event FROM pay_fact WHERE provider = ?", [walk.gateway.name])
    walk.known.told |= {str(row["event"]) for row in rows} & {f.event for f in walk.gateway.payments()}


VERBS = [(5, ask), (7, notice), (4, confirm)]
ERRANDS = [(20, pay), (7, clock)]


async def check(walk: Walk) -> None:
    """Each order has the money that came in for it, by each way."""
    rows = await run_sql(
        "SELECT f.order_id, f.provider, sum(f.amount_fen) AS fen FROM pay_fact f "
        'JOIN "order" o ON o.id = f.order_id WHERE o.shop_id = ? GROUP BY f.order_id, f.provider',
        [walk.shop],
    )
    booked: dict[Any, int] = {(int(row["order_id"]), str(row["provider"])): int(row["fen"]) for row in rows}
    came = Counter(walk.known.money)
    for fact in walk.gateway.payments():
        if fact.event in walk.known.told:
            came[walk.gateway.trades[fact.trade_no].order, walk.gateway.name] += fact.amount.fen
    if booked != dict(came):
        walk.wrong(f"booked is {booked}, and what came in is {dict(came)}")


async def check_end(walk: Walk) -> None:
    """All that the provider has taken is in the books; where it took nothing twice on one number, every bill of a day
    says so, too."""
    if lost := [f for f in walk.gateway.payments() if f.event not in walk.known.told]:
        walk.wrong(f"the shop never heard of {lost}")
    once = all(len(trade.paid) < 2 for trade in walk.gateway.trades.values())
    bills = await run_sql("SELECT day, wrong FROM day_bill WHERE shop_id = ?", [walk.shop])
    if once and (odd := [dict(bill) for bill in bills if bill["wrong"] not in ("[]", [])]):
        walk.wrong(f"an honest bill is not like the books: {odd}")


# ── the end of a walk ───────────────────────────────────────────────────────────────────────────────────────────


async def tell_everything(walk: Walk) -> None:
    for fact in walk.gateway.payments():
        if fact.event not in walk.known.told:
            await hear(walk, fact)


async def look_at_claims(walk: Walk) -> None:
    """The staff look at the transfers that buyers have spoken of: some are there, some are not."""
    rows = await run_sql(
        "SELECT id FROM \"order\" WHERE shop_id = ? AND status = 'unpaid' AND claimed_at IS NOT NULL ORDER BY id",
        [walk.shop],
    )
    for row in rows:
        slip = await slips.slip(row["id"])
        if walk.rng.random() < 0.5:
            await _confirm(walk, slip)
        else:
            walk.say(f"nothing came for {slip.code}")
            await orders.shop_cancel(slip.id, walk.clerk, "没有收到", now=walk.now)
