"""退款去: agreed refunds go to their provider, one number each, until it says that the money is there.

A try is written down before the provider is asked; an answer that is lost is asked for again under the same number, so
that nobody is paid twice. What no provider pays back is left to a person, who is reminded.
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.one_by_one import past_the_stuck
from bot.payments.port import Provider, ProviderAway, RefundFact
from shop import refunds
from shop.alarms import raise_alarm
from shop.refunds import Case
from shop.refusals import NoSuchRefund
from shop.rules.refunds import BY_HAND, MOST_TRIES, State
from shop.transaction import unit_of_work

log = logging.getLogger(__name__)


async def refund_due(now: datetime, provider: Provider | None) -> int:
    """Everything about refunds that is due by now. Gives how many moved on."""
    return await past_the_stuck(
        lambda skip: refunds.due(now=now, skip=skip),
        lambda case: _look_at(case, provider, now),
        what="refund",
    )


async def _look_at(case: Case, provider: Provider | None, now: datetime) -> bool:
    if case.state == State.REQUESTED:
        return await unit_of_work(lambda: refunds.silence_is_a_yes(case.id, now=now))
    if case.state == State.MANUAL:
        return await unit_of_work(lambda: refunds.nudge(case.id, now=now))
    if case.provider in BY_HAND:
        return await unit_of_work(lambda: refunds.submit(case.id, now=now)) is not None
    if provider is None or provider.name != case.provider:
        log.warning("refund %s waits: %s is not the provider of this shop", case.number, case.provider)
        return False
    return await _send(case, provider, now)


async def _send(case: Case, provider: Provider, now: datetime) -> bool:
    was_sent = case.state == State.PROCESSING
    sent = await unit_of_work(lambda: refunds.submit(case.id, now=now))
    if sent is None:
        return False
    try:
        fact = await provider.query_refund(case.number, trade_no=case.trade) if was_sent else None
        if fact is None or fact.may_retry:
            fact = await provider.refund(
                case.number,
                trade_no=case.trade,
                total=case.paid,
                amount=case.amount,
                reason=case.why or "退款",
            )
    except ProviderAway as away:
        log.warning("%s gives no answer about refund %s: %s", provider.name, case.number, away)
        fact = RefundFact(case.number, "failed", may_retry=True, why="没有回音")
    await _heard(sent, fact, now)
    return True


async def _heard(case: Case, fact: RefundFact, now: datetime) -> None:
    if fact.state == "settled":
        await unit_of_work(lambda: refunds.paid_back(case.number, now=now))
    elif fact.state == "failed" and not fact.may_retry:
        await unit_of_work(lambda: refunds.leave_to_a_person(case.id, fact.why, now=now))
    elif case.attempts >= MOST_TRIES:
        facts = f"{case.code} {case.amount} {case.attempts}"
        await unit_of_work(lambda: raise_alarm(case.shop, "refund_stuck", case.number, facts, now=now))


async def take(fact: RefundFact, now: datetime) -> bool:
    """The provider says by itself how it stands. False when nobody asked for a refund of this number."""
    try:
        if fact.state == "settled":
            await unit_of_work(lambda: refunds.paid_back(fact.refund_no, now=now))
        elif fact.state == "failed" and not fact.may_retry:
            case = await refunds.by_number(fact.refund_no)
            await unit_of_work(lambda: refunds.leave_to_a_person(case.id, fact.why, now=now))
    except NoSuchRefund:
        return False
    return True
