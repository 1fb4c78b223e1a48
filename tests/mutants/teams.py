"""Defects of teams, with a scene for each: the people of a walk buy alone."""

from __future__ import annotations

from typing import Any

from shop import campaigns, orders, payments, refunds, seats, slips, teams
from shop.campaigns import NewItem
from shop.invariants import broken
from shop.kit.ids import OrderId
from shop.kit.money import Money
from shop.records.payments import PayFact
from shop.records.teams import Team, TeamSeat
from shop.refusals import TeamFull
from shop.rules.campaigns import Kind
from shop.rules.orders import Status
from shop.rules.teams import Seat, State
from shop.slips import Slip
from shop.teams import Standing
from tests.mutants.mutant import Mutant
from tests.mutants.scenes import refused_with
from tests.support.world import NOW, a_clerk, a_customer, a_product, a_shop, after, pay, want

PRICE = Money(1990)


async def _opened(*names: str, size: int) -> tuple[Standing, list[Slip], str]:
    """A team in which all of these sit and have paid."""
    shop, sku = await a_shop(), await a_product(stock=20)
    of = await campaigns.set_up(
        shop, Kind.TEAM, "橙子", [NewItem(sku, PRICE)], by=None, now=NOW, terms={"size": size}
    )
    first, team = await teams.open(shop, await a_customer(names[0]), of, [want(sku)], now=NOW)
    placed = [first]
    for name in names[1:]:
        placed.append((await teams.join(shop, await a_customer(name), team.number, [want(sku)], now=NOW))[0])
    for slip in placed:
        await pay(slip)
    return await teams.standing(team.id), placed, sku


async def _settled(*, now: Any) -> None:
    for team in await teams.due(now=now):
        await teams.end(team, now=now)
    for order in await teams.unsettled(now=now):
        await teams.settle(order, now=now)


# ── scenes ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def the_last_seat_twice() -> None:
    """Somebody asks for a seat of a team in which all are taken."""
    team, placed, sku = await _opened("小李", "王姐", size=3)
    shop = placed[0].shop
    await teams.join(shop, await a_customer("大刘"), team.number, [want(sku)], now=NOW)
    late = teams.join(shop, await a_customer("阿花"), team.number, [want(sku)], now=NOW)
    assert await refused_with(TeamFull, late), "a team of three has four members"
    assert not await broken(shop), "a team counts more than its seats"


async def nobody_comes() -> None:
    """Two of three have paid when the time is over: each has his money back."""
    _, placed, _ = await _opened("小李", "王姐", size=3)
    await _settled(now=after(hours=24))
    wrong = await broken(placed[0].shop)
    assert not wrong, wrong[0].sentence
    for one in placed:
        back = sum(case.amount.fen for case in await refunds.of_order(one.id))
        assert back == PRICE.fen, f"{one.code} paid {PRICE}, and {Money(back)} goes back"
        status = (await slips.slip(one.id)).status
        assert status == Status.CANCELLED, f"{one.code} is {status}"


async def one_of_a_full_team_is_called_off() -> None:
    """The shop cannot keep its word to one of them: the others have their team all the same."""
    team, placed, _ = await _opened("小李", "王姐", size=2)
    await _settled(now=NOW)
    await orders.shop_cancel(placed[0].id, await a_clerk(), "坏果", now=after(hours=1))
    wrong = await broken(placed[0].shop)
    assert not wrong, wrong[0].sentence
    assert (await teams.standing(team.id)).state == State.COMPLETE, "a team that was complete is not any more"


async def paid_twice_in_a_team_that_fails() -> None:
    """The second payment goes back by itself; the team's end gives back the first one, and no more."""
    _, placed, _ = await _opened("小李", size=2)
    trade = (await PayFact.get(order_id=placed[0].id)).trade_no
    assert await payments.settle("gateway", "again", trade, PRICE, now=NOW) == "surplus"
    await _settled(now=after(hours=24))
    back = sum(case.amount.fen for case in await refunds.of_order(placed[0].id))
    assert back == 2 * PRICE.fen, f"{Money(2 * PRICE.fen)} came in, and {Money(back)} goes back"
    assert not await broken(placed[0].shop), "the books say more than came in"


# ── defects ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def _count_without_looking(team: int, now: Any) -> bool:
    row = await Team.get(id=team)
    await Team.filter(id=team).update(taken=row.taken + 1)
    return True


async def _end_without_refund(id: OrderId, event: str, why: str, *, kind: str, now: Any) -> Money:
    """As it was written in one shop: the order is closed, the money forgotten."""
    return Money(0) if kind == teams.FAILED else await _give_up(id, event, why, kind=kind, now=now)


async def _leave_whatever_became_of_it(order: int, *, now: Any) -> bool:
    seat = await TeamSeat.filter(order_id=order).select_related("team").first()
    if seat is None or seat.team.status != State.COMPLETE:
        return await _leave(order, now=now)
    await TeamSeat.filter(id=seat.id).update(state=Seat.GONE)
    left = {"taken": seat.team.taken - 1, "paid": seat.team.paid - 1}
    await Team.filter(id=seat.team_id).update(status=State.FORMING, ended_at=None, **left)
    return True


async def _give_back_all_that_came_in(id: OrderId, event: str, why: str, *, kind: str, now: Any) -> Money:
    order = await orders.Order.get(id=id)
    for fact in await PayFact.filter(order_id=id, standing="surplus"):
        await refunds.owe(order, fact.id, Money(fact.amount_fen), kind, now=now)
    return await _give_up(id, event, why, kind=kind, now=now)


_give_up, _leave = orders.give_up, seats.leave

MUTANTS = (
    Mutant("no seat guard", seats, "_count_one", _count_without_looking, the_last_seat_twice),
    Mutant("a failed team without refund", orders, "give_up", _end_without_refund, nobody_comes),
    Mutant(
        "a completed team is un-completed",
        seats,
        "leave",
        _leave_whatever_became_of_it,
        one_of_a_full_team_is_called_off,
    ),
    Mutant(
        "a failed team refunds all money that came in",
        orders,
        "give_up",
        _give_back_all_that_came_in,
        paid_twice_in_a_team_that_fails,
    ),
)
