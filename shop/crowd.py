"""来人: what the guests of a rehearsal do, by the kind of campaign: they join a list or grab, fill teams and pay for their
seats, or cut each other's bargains and buy. By the same verbs as anybody; a refusal is somebody who came too late."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from shop import bargains, orders, payments, seats, teams
from shop.bills import local_day
from shop.catalogue import goods
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.quantity import Quantity
from shop.kit.refusal import Refusal
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.slips import Slip
from shop.transaction import transaction

TILL = "rehearsal"  # no provider has this name
MOST_BARGAINS = 12  # each asks all the others: more would take long and tell nothing new


@dataclass(frozen=True, slots=True)
class Came:
    """`placed` are orders, also those that came to nothing; `teams` those that are complete."""

    guests: int
    placed: tuple[OrderId, ...]
    late: int
    teams: int = 0


async def come(shop: ShopId, of: OnOffer, guests: Sequence[PersonId], *, now: datetime) -> Came:
    """Everybody once. `of` is open."""
    match of.kind:
        case Kind.TEAM:
            return await _fill_teams(shop, of, guests, now)
        case Kind.BARGAIN:
            return await _cut(shop, of, guests[:MOST_BARGAINS], now)
        case _:
            return await _join(shop, of, guests, now)


async def _join(shop: ShopId, of: OnOffer, guests: Sequence[PersonId], now: datetime) -> Came:
    placed = list[OrderId]()
    for n, guest in enumerate(guests):
        room = of.rooms[n % len(of.rooms)] if of.rooms else None
        try:
            slip = await orders.place(shop, guest, _wants(of), now=now, room=room, campaign=of)
            placed.append(slip.id)
        except Refusal:
            continue
    return Came(len(guests), tuple(placed), len(guests) - len(placed))


def _wants(of: OnOffer) -> list[Want]:
    """One of everything, or as much as each may have."""
    return [Want(item.sku, item.each or Quantity.of(1)) for item in of.items]


async def _fill_teams(shop: ShopId, of: OnOffer, guests: Sequence[PersonId], now: datetime) -> Came:
    """Whoever finds no free seat opens a team; at the end each team has come to its own deadline."""
    placed, open_one = list[OrderId](), None
    for guest in guests:
        try:
            if open_one is None:
                slip, team = await teams.open(shop, guest, of, _wants(of), now=now)
            else:
                slip, team = await teams.join(shop, guest, open_one, _wants(of), now=now)
            await _pay(slip, now)
        except Refusal:
            continue
        placed.append(slip.id)
        open_one = team.number if team.free else None
    for team in await teams.forming(of.id):
        await teams.end(team.id, now=team.deadline)
    for order in placed:
        await teams.settle(order, now=now)
    return Came(len(guests), tuple(placed), len(guests) - len(placed), await seats.complete(of.id))


async def _pay(slip: Slip, now: datetime) -> None:
    asked = await payments.ask(slip.token, TILL, now=now)
    await payments.settle(TILL, f"{TILL} {slip.id}", asked.trade_no, asked.amount, now=now)


async def _cut(shop: ShopId, of: OnOffer, guests: Sequence[PersonId], now: datetime) -> Came:
    """Each has his price cut by all the others, as far as they may in a day, and buys at what it came to."""
    day = local_day(now, (await goods(shop)).catalogue)
    placed = list[OrderId]()
    for guest in guests:
        try:
            async with transaction():
                bargain = await bargains.begin(shop, of, guest, of.rooms[0], now=now)
                for helper in guests:
                    with suppress(Refusal):  # himself, or he has helped enough today
                        await bargains.cut(bargain.id, helper, now=now, day=day)
                placed.append((await bargains.buy(bargain.id, now=now)).id)
        except Refusal:
            continue
    return Came(len(guests), tuple(placed), len(guests) - len(placed))
