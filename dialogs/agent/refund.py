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
from shop import amends, tickets
from shop.people import AGENT, MANAGER, OWNER
from shop.refusals import ForWhom, NoSuchGoods, NotAnAmount
from shop.rules.baskets import Want
from shop.rules.refunds import What
from shop.slips import Slip


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
        ticket = await _ticket(turn, data)
        what, _ = _what(data)
        request, slip, money = await amends.look_at_refund(turn.shop, ticket, turn.person.id, what)
        text = f"#{ticket} {await card.who(request)}：{slip.code} 付了 {slip.payable}，退他 {money}？"
        asked = self.preview(turn, text)
        return replace(asked, seal=amends.seal_of(slip, money), data={**data, "ticket": ticket})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        what, why = _what(data)
        case = await amends.refund(
            turn.shop, data["ticket"], turn.person.id, what, why, seal=seal, now=turn.now
        )
        text = f"#{data['ticket']} {case.code} 退 {case.amount}，{refunding.way(case)}"
        return Done((turn.here(text),), after={"refund": case.number, "fen": case.amount.fen})


class SendOnceMore(_ForCustomer):
    """补发: the same goods again, for nothing; they leave the shelf like any other order."""

    id = "desk_reship"
    intents = ()
    starts = ("补发",)
    examples = ("补发",)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        ticket = await _ticket(turn, data)
        request, slip = await amends.about(turn.shop, ticket, turn.person.id)
        wants = _wants(turn, slip, str(data.get("rest", "")))
        seen = await amends.look_at_goods(turn.shop, ticket, turn.person.id, wants, now=turn.now)
        text = f"#{ticket} 补发给{await card.who(request)}：{voice.all_goods(seen.lines)}，不收钱？"
        return replace(self.preview(turn, text), seal=slip.code, data={**data, "ticket": ticket})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        _, slip = await amends.about(turn.shop, data["ticket"], turn.person.id)
        wants = _wants(turn, slip, str(data.get("rest", "")))
        sent = await amends.send_goods(turn.shop, data["ticket"], turn.person.id, wants, now=turn.now)
        text = f"#{data['ticket']} 补发记下了：{sent.code} {voice.all_goods(sent.lines)}，取货码发他了"
        return Done((turn.here(text),), after={"order": sent.code})


async def _ticket(turn: Turn, data: Data) -> int:
    """The one that was said, or the only one in hand. Raises ForWhom."""
    if data.get("ticket"):
        return int(data["ticket"])
    mine = await tickets.owned_by(turn.person.id)
    if len(mine) != 1:
        raise ForWhom(tuple(one.id for one in mine))
    return mine[0].id


def _what(data: Data) -> tuple[What, str]:
    """20 坏果: so much, and why. Nothing said: everything. Raises NotAnAmount."""
    number, _, why = str(data.get("rest", "")).partition(" ")
    if not number:
        return What(), ""
    amount = as_money(number.strip("¥￥元块"))
    if amount is None or not amount.fen:
        raise NotAnAmount(number)
    return What(amount=amount), why.strip()


def _wants(turn: Turn, slip: Slip, said: str) -> list[Want]:
    """橙子1箱, or the whole order once more. Raises NoSuchGoods."""
    if not said:
        return [Want(line.sku, line.qty) for line in slip.lines]
    lines = turn.read(said).lines
    if not lines:
        raise NoSuchGoods(said[:20])
    return [to_want(line) for line in lines]
