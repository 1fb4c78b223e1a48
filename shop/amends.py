"""赔: what an agent may do for a customer in his hands: money back, or the goods once more, and how much alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shop import agents, desk, orders, people, refunds, reships, slips, tickets
from shop.bills import Preview
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.refunds import Case
from shop.refusals import AboveLimit, NoSuchTicket, NothingPaid, QuoteChanged, TicketOver, TicketTaken
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.slips import Slip
from shop.tickets import Request
from shop.transaction import transaction

MOST_ALONE = Money(5_000)  # more needs the owner or a manager


async def about(shop: ShopId, ticket: int, agent: PersonId) -> tuple[Request, Slip]:
    """The ticket, which must be his, and the newest order of its customer that is paid. Raises NoSuchTicket,
    TicketOver, TicketTaken, NothingPaid."""
    request = await tickets.find(shop, ticket)
    if request is None:
        raise NoSuchTicket(ticket)
    if request.closed:
        raise TicketOver(ticket)
    if request.owner != agent:
        raise TicketTaken(ticket, await agents.name_of(request.owner))
    paid = [slip for slip in await slips.recent(shop, request.person) if slip.money_in and slip.payable.fen]
    if not paid:
        raise NothingPaid(await agents.name_of(request.person))
    return request, paid[0]


async def look_at_refund(
    shop: ShopId, ticket: int, agent: PersonId, what: What
) -> tuple[Request, Slip, Money]:
    """How much that would be. Raises AboveLimit, and what `about` and `refunds.preview` raise."""
    request, slip = await about(shop, ticket, agent)
    money = await refunds.preview(slip.id, what, code=slip.code)
    await _within_limit(agent, money)
    return request, slip, money


async def refund(
    shop: ShopId, ticket: int, agent: PersonId, what: What, why: str, *, seal: str, now: datetime
) -> Case:
    """As it was looked at. Raises QuoteChanged when it is another sum by now, and what `look_at_refund` raises."""
    async with transaction():
        request, slip, money = await look_at_refund(shop, ticket, agent, what)
        if seal_of(slip, money) != seal:
            raise QuoteChanged
        case = await refunds.give(slip.id, agent, what, why or request.why[:60], now=now)
        await desk.note(shop, ticket, agent, f"退款 {case.amount}（{slip.code}）", now=now)
        return case


async def look_at_goods(
    shop: ShopId, ticket: int, agent: PersonId, wants: Sequence[Want], *, now: datetime
) -> Preview:
    """What they are worth. Raises AboveLimit, and what `about` and `orders.preview` raise."""
    request, _ = await about(shop, ticket, agent)
    seen = await orders.preview(shop, wants, now=now, buyer=request.person)
    await _within_limit(agent, seen.gross)
    return seen


async def send_goods(
    shop: ShopId, ticket: int, agent: PersonId, wants: Sequence[Want], *, now: datetime
) -> Slip:
    """补发. Raises UnpaidFirst, and what `look_at_goods` and `orders.place` raise."""
    async with transaction():
        await look_at_goods(shop, ticket, agent, wants, now=now)
        request, _ = await about(shop, ticket, agent)
        sent = await reships.send_once_more(shop, request.person, wants, now=now)
        goods = "、".join(f"{line.called}{line.qty}{line.unit}" for line in sent.lines)
        await desk.note(shop, ticket, agent, f"补发 {sent.code}：{goods}", now=now)
        return sent


def seal_of(slip: Slip, money: Money) -> str:
    return f"{slip.code} {money.fen}"


async def _within_limit(agent: PersonId, money: Money) -> None:
    roles = (await people.person(agent)).roles
    if money > MOST_ALONE and not roles & {people.OWNER, people.MANAGER}:
        raise AboveLimit(MOST_ALONE)
