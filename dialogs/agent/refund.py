"""退款、补发 by an agent, for the customer in hand: 12 退款 20 坏果, 12 补发 橙子1箱. Shown before it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from dialogs import refunding, voice
from dialogs.agent import card
from dialogs.command import Command, as_money
from dialogs.engine import Data, Done, Question, Slot
from dialogs.turn import Turn
from dialogs.wants import to_want
from shop import desk, orders, refunds, reships, slips
from shop.desk import Request
from shop.kit.money import Money
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import (
    AboveLimit,
    ForWhom,
    NoSuchGoods,
    NoSuchOrder,
    NotAnAmount,
    QuoteChanged,
    TicketOver,
    TicketTaken,
)
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.slips import Slip

MOST_ALONE = Money(5_000)  # what an agent may give back, or send once more, without the owner


def _never(*_: object) -> None:
    """The gate knows it; nothing that is said later changes it."""


class _ForCustomer(Command):
    """About the newest paid order of the customer in hand."""

    roles: ClassVar[frozenset[str]] = frozenset({AGENT, MANAGER, OWNER})
    private_only = False  # the service group too
    ticket = Slot(_never, optional=True)
    rest = Slot(_never, optional=True)


class GiveBack(_ForCustomer):
    id = "desk_refund"
    intents = ()
    starts = ("退给他",)
    examples = ("退给他",)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        request, slip = await _about(turn, data)
        what, _ = _what(turn, str(data.get("rest", "")))
        money = await refunds.preview(slip.id, what, code=slip.code)
        _within_limit(turn, money)
        text = f"#{request.id} {await card.who(request)}：{slip.code} 付了 {slip.payable}，退他 {money}？"
        return _sealed(self.preview(turn, text), f"{slip.code} {money.fen}", data, request)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        request, slip = await _about(turn, data)
        what, why = _what(turn, str(data.get("rest", "")))
        money = await refunds.preview(slip.id, what, code=slip.code)
        if f"{slip.code} {money.fen}" != seal:
            raise QuoteChanged
        case = await refunds.give(slip.id, turn.person.id, what, why or request.why[:60], now=turn.now)
        await desk.note(
            turn.shop, request.id, turn.person.id, f"退款 {case.amount}（{slip.code}）", now=turn.now
        )
        text = f"#{request.id} {slip.code} 退 {case.amount}，{refunding.way(case)}"
        return Done((turn.here(text),), after={"refund": case.number, "fen": case.amount.fen})


class SendOnceMore(_ForCustomer):
    """补发: the same goods again, for nothing; they leave the shelf like any other order."""

    id = "desk_reship"
    intents = ()
    starts = ("补发",)
    examples = ("补发",)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        request, slip = await _about(turn, data)
        wants = await _wants(turn, slip, str(data.get("rest", "")))
        seen = await orders.preview(turn.shop, wants, now=turn.now, buyer=request.person)
        _within_limit(turn, seen.payable)
        text = f"#{request.id} 补发给{await card.who(request)}：{voice.all_goods(seen.lines)}，不收钱？"
        return _sealed(self.preview(turn, text), voice.all_goods(seen.lines), data, request)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        request, slip = await _about(turn, data)
        wants = await _wants(turn, slip, str(data.get("rest", "")))
        sent = await reships.send_once_more(turn.shop, request.person, wants, now=turn.now)
        await desk.note(
            turn.shop,
            request.id,
            turn.person.id,
            f"补发 {sent.code}：{voice.all_goods(sent.lines)}",
            now=turn.now,
        )
        text = f"#{request.id} 补发记下了：{sent.code} {voice.all_goods(sent.lines)}，取货码发他了"
        return Done((turn.here(text),), after={"order": sent.code})


async def _about(turn: Turn, data: Data) -> tuple[Request, Slip]:
    """The ticket, which must be the agent's, and the newest order of its customer that is paid. Raises ForWhom,
    TicketTaken, TicketOver, NoSuchOrder."""
    mine = await desk.owned_by(turn.person.id)
    request = await desk.find(turn.shop, data["ticket"]) if data.get("ticket") else None
    if request is None:
        if len(mine) != 1:
            raise ForWhom(tuple(one.id for one in mine))
        request = mine[0]
    if request.closed:
        raise TicketOver(request.id)
    if request.owner != turn.person.id:
        raise TicketTaken(request.id, await card.owner_name(request))
    paid = [slip for slip in await slips.recent(turn.shop, request.person) if slip.money_in]
    if not paid:
        raise NoSuchOrder(f"{await card.who(request)}付过款的")
    return request, paid[0]


def _what(turn: Turn, said: str) -> tuple[What, str]:
    """20 坏果: so much, and why. Nothing said: everything. Raises NotAnAmount."""
    if not said:
        return What(), ""
    number, _, why = said.partition(" ")
    amount = as_money(number.strip("¥￥元块"))
    if amount is None or not amount.fen:
        raise NotAnAmount(number)
    return What(amount=amount), why.strip()


async def _wants(turn: Turn, slip: Slip, said: str) -> list[Want]:
    """橙子1箱, or the whole order once more."""
    if not said:
        return [Want(line.sku, line.qty) for line in slip.lines]
    lines = turn.read(said).lines
    if not lines:
        raise NoSuchGoods(said[:20])
    return [to_want(line) for line in lines]


def _within_limit(turn: Turn, money: Money) -> None:
    if money > MOST_ALONE and not turn.person.roles & {OWNER, MANAGER}:
        raise AboveLimit(MOST_ALONE)


def _sealed(question: Question, seal: str, data: Data, request: Request) -> Question:
    return replace(question, seal=seal, data={**data, "ticket": request.id})
