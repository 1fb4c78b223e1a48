"""A walk's refunds: asked for, given, answered or not, sent to a provider that loses answers, paid by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import refunding
from shop import refunds
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refunds import Case
from shop.rules.orders import Status
from shop.rules.refunds import State, What
from shop.slips import Slip
from shop.transaction import run_sql

if TYPE_CHECKING:
    from tests.support.walk import Walk


async def ask(walk: Walk) -> None:
    if slip := await _paid_order(walk):
        what = _what(walk, slip)
        walk.say(f"{slip.buyer} wants of {slip.code} back: {_shown(what)}")
        at_once = Money(walk.rng.choice([0, 0, 0, 2000]))
        await refunds.ask(slip.id, slip.buyer, what, "坏了", at_once=at_once, now=walk.now)


async def give(walk: Walk) -> None:
    if slip := await _paid_order(walk):
        what = _what(walk, slip)
        walk.say(f"the shop gives of {slip.code} back: {_shown(what)}")
        await refunds.give(slip.id, walk.clerk, what, "坏了", now=walk.now)


async def answer(walk: Walk) -> None:
    """The shop or the buyer decides about what was asked; sometimes about what is decided already."""
    states = walk.rng.choice([(State.REQUESTED,), (State.REQUESTED,), tuple(State)])
    if case := await _some_case(walk, *states):
        verb = walk.rng.choice(["agrees", "agrees", "refuses", "buyer does not want it any more"])
        walk.say(f"refund {case.number[-4:]} of {case.code}: {verb}")
        if verb == "agrees":
            await refunds.approve(case.id, walk.clerk, now=walk.now)
        elif verb == "refuses":
            await refunds.reject(case.id, walk.clerk, "没坏", now=walk.now)
        else:
            await refunds.withdraw(case.id, now=walk.now)


async def by_hand(walk: Walk) -> None:
    if case := await _some_case(walk, State.MANUAL):
        await _pay_by_hand(walk, case)


async def _pay_by_hand(walk: Walk, case: Case) -> None:
    walk.say(f"refund {case.number[-4:]} of {case.code}: {case.amount} is paid by hand")
    await refunds.paid_back(case.number, by=walk.clerk, proof="转账了", now=walk.now)
    walk.known.by_hand.add(case.number)


async def told(walk: Walk) -> None:
    """The provider says by itself that a refund has arrived; sometimes once more."""
    if numbers := list(walk.gateway.backs):
        number = walk.rng.choice(numbers)
        case = await refunds.by_number(number)
        walk.say(f"refund {number[-4:]} of {case.code}: the provider says that it has arrived")
        await refunding.take(walk.gateway.settle_back(number), walk.now)
        if await refunds.paid_back(number, now=walk.now):
            walk.wrong(f"refund {number} was booked a second time")


VERBS = [(8, ask), (5, give), (7, answer), (2, by_hand)]
ERRANDS = [(3, told)]


async def check(walk: Walk) -> None:
    """Each refund that a provider paid has one number in the books, and the books believe in none that nobody paid."""
    rows = await run_sql(
        'SELECT r.number, r.amount_fen, r.state FROM refund r JOIN "order" o ON o.id = r.order_id WHERE o.shop_id = ?',
        [walk.shop],
    )
    books = {str(row["number"]): (int(row["amount_fen"]), State(row["state"])) for row in rows}
    for number, back in walk.gateway.backs.items():
        fen, state = books.get(number, (0, State.WITHDRAWN))
        if fen != back.amount.fen or state not in (State.PROCESSING, State.REFUNDED):
            walk.wrong(
                f"the provider gave {back.amount} under {number}, and the books say {fen} fen, {state}"
            )
    done = {number for number, back in walk.gateway.backs.items() if back.done_at}
    believed = {number for number, (_, state) in books.items() if state == State.REFUNDED}
    if odd := believed - done - walk.known.by_hand:
        walk.wrong(f"nobody paid {odd}, and the books say that it is back")
    await _check_shares(walk)


async def _check_shares(walk: Walk) -> None:
    """No unit gives back more than its share of what was paid, to the fen."""
    rows = await run_sql(
        "SELECT o.code, p.fen, p.qty, line.net_fen, line.qty AS bought FROM refund_part p "
        'JOIN line ON line.id = p.line_id JOIN "order" o ON o.id = line.order_id WHERE o.shop_id = ? AND p.qty > 0 '
        "AND p.fen * line.qty > line.net_fen * p.qty + 2 * line.qty",
        [walk.shop],
    )
    if rows:
        walk.wrong(f"a unit gives back more than was paid for it: {dict(rows[0])}")


async def check_end(walk: Walk) -> None:
    for case in await refunds.waiting(
        walk.shop, *(set(State) - {State.REFUNDED, State.REJECTED, State.WITHDRAWN})
    ):
        walk.wrong(f"a week later refund {case.number} is still {case.state}")


async def pay_by_hand_all(walk: Walk) -> None:
    for case in await refunds.waiting(walk.shop, State.MANUAL):
        await _pay_by_hand(walk, case)


# ── what is wanted back ─────────────────────────────────────────────────────────────────────────────────────────


async def _paid_order(walk: Walk) -> Slip | None:
    """Mostly one that is paid."""
    for _ in range(4):
        slip = await walk.some_order(*walk.rng.choice([(Status.PREPARING,), (Status.FULFILLED,), ()]))
        if slip and (slip.money_in or walk.rng.random() < 0.1):
            return slip
    return None


async def _some_case(walk: Walk, *states: State) -> Case | None:
    cases = await refunds.waiting(walk.shop, *states)
    return walk.rng.choice(cases[-6:]) if cases else None


def _what(walk: Walk, slip: Slip) -> What:
    roll = walk.rng.random()
    if roll < 0.25:
        return What()
    if roll < 0.45:
        return What(amount=Money(walk.rng.choice([1, 100, 1234, slip.payable.fen])))
    line = walk.rng.choice(slip.lines)
    return What(units=((line.sku, walk.rng.choice([Quantity.of(1), Quantity.of(1), line.qty])),))


def _shown(what: What) -> str:
    goods = ", ".join(f"{qty} {sku}" for sku, qty in what.units)
    return goods or (str(what.amount) if what.amount is not None else "everything")
