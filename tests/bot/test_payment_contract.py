"""收款口的约定: the same promises by the sandbox, by WeChat Pay and by Alipay, each against its own world."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from bot.payments import CHINA, LONGEST_CALLBACK, BadCallback, PaidFact, RefundFact, TradeClosed, Visitor
from shop.kit.money import Money
from tests.support.stands import Stand, an_intent, open_stand


@pytest.fixture(params=["sandbox", "wechat", "alipay"])
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    async with open_stand(request.param) as opened:
        yield opened


# ── money in ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_asked_again_it_is_the_same_payment(stand: Stand) -> None:
    intent = an_intent()
    first = await stand.provider.begin(intent, Visitor())
    assert await stand.provider.begin(intent, Visitor()) == first


async def test_what_is_not_paid_is_nothing(stand: Stand) -> None:
    assert await stand.provider.query("0" * 32) is None
    assert await stand.provider.query((await stand.begun()).trade_no) is None


async def test_the_callback_and_the_answer_tell_the_same_fact(stand: Stand) -> None:
    intent = await stand.paid("69.20")
    asked = await stand.provider.query(intent.trade_no)
    assert asked is not None
    assert asked == PaidFact(asked.event, intent.trade_no, Money(6920))
    for _ in range(3):  # told again, it has the same number
        assert stand.provider.verify(*stand.callback(intent)) == asked


async def test_a_closed_number_takes_no_money_and_a_paid_one_stays_paid(stand: Stand) -> None:
    closed, paid = await stand.begun(), await stand.paid()
    for intent in (closed, paid):
        await stand.provider.close(intent.trade_no)
        await stand.provider.close(intent.trade_no)
    await stand.provider.close("0" * 32)
    with pytest.raises(TradeClosed):
        stand.pay(closed)
    assert await stand.provider.query(closed.trade_no) is None
    assert await stand.provider.query(paid.trade_no) is not None


# ── callbacks that are none ─────────────────────────────────────────────────────────────────────────────────────


async def test_another_key_signs_nothing(stand: Stand) -> None:
    with pytest.raises(BadCallback) as refused:
        stand.provider.verify(*stand.callback(await stand.paid(), forged=True))
    assert refused.value.status == 401


async def test_too_long_empty_and_unsigned(stand: Stand) -> None:
    headers, body = stand.callback(await stand.paid())
    for given, status in [
        ((headers, body + b" " * LONGEST_CALLBACK), 413),
        (({}, body[:60]), 400),
        (({}, b""), 400),
    ]:
        with pytest.raises(BadCallback) as refused:
            stand.provider.verify(*given)
        assert refused.value.status == status


async def test_no_change_of_a_callback_is_believed_and_none_breaks_anything(stand: Stand) -> None:
    dice = random.Random(20260501)
    intent = await stand.paid()
    fact, refused = await stand.provider.query(intent.trade_no), 0
    for _ in range(2000):
        headers, body = stand.callback(intent)
        spot, kind = dice.randrange(len(body)), dice.randrange(3)
        if kind == 0:
            body = body[:spot] + bytes([body[spot] ^ 1 << dice.randrange(8)]) + body[spot + 1 :]
        elif kind == 1:
            body = body[:spot]
        else:
            body = body[:spot] + bytes(dice.randrange(256) for _ in range(3)) + body[spot:]
        try:
            assert stand.provider.verify(headers, body) == fact  # %e9 is %E9: another letter, the same word
        except BadCallback as bad:
            assert 400 <= bad.status < 500
            refused += 1
    assert refused > 1960


async def test_what_goes_back_says_whether_it_is_to_be_told_again(stand: Stand) -> None:
    taken = stand.provider.reply(taken=True, sentence="settled")
    again = stand.provider.reply(taken=False, sentence="no such trade")
    assert taken != again and taken.text and again.text


# ── money back ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_refund_is_taken_then_settled_and_told(stand: Stand) -> None:
    intent = await stand.paid("69.20")
    assert await stand.provider.query_refund("R1", trade_no=intent.trade_no) is None
    first = await stand.refund("R1", intent, "29.90")
    assert first.state in ("accepted", "settled") and first.amount == Money(2990)
    stand.settle("R1")
    settled = RefundFact("R1", "settled", Money(2990))
    assert await stand.provider.query_refund("R1", trade_no=intent.trade_no) == settled
    told = stand.provider.verify(*stand.refund_callback("R1"))
    assert isinstance(told, RefundFact) and told.refund_no == "R1"
    assert told == settled or (told.state, told.amount) == ("accepted", None)


async def test_one_number_is_paid_back_once(stand: Stand) -> None:
    intent = await stand.paid("69.20")
    for _ in range(3):
        assert (await stand.refund("R1", intent, "29.90")).state != "failed"
    stand.settle("R1")
    assert await returned(stand) == [("R1", 2990)]


async def test_refunds_add_up_to_what_came_in_and_not_to_a_fen_more(stand: Stand) -> None:
    intent = await stand.paid("69.20")
    assert (await stand.refund("R1", intent, "29.90")).state != "failed"
    assert (await stand.refund("R2", intent, "39.30")).state != "failed"
    over = await stand.refund("R3", intent, "0.01")
    assert (over.state, over.may_retry) == ("failed", False) and over.why
    stand.settle("R1")
    stand.settle("R2")
    assert await returned(stand) == [("R1", 2990), ("R2", 3930)]
    assert await stand.provider.query(intent.trade_no) is not None  # it was paid, whatever went back


async def test_a_lost_answer_is_asked_for_with_the_same_number_and_pays_once(stand: Stand) -> None:
    intent = await stand.paid()
    stand.lose_the_next_answer()
    lost = await stand.refund("R1", intent, "29.90")
    assert (lost.state, lost.may_retry) == ("failed", True)
    again = await stand.refund("R1", intent, "29.90")
    assert again.state != "failed" or again.may_retry
    stand.settle("R1")
    assert await returned(stand) == [("R1", 2990)]


async def test_no_answer_at_all_may_be_asked_again_and_nothing_has_happened(stand: Stand) -> None:
    intent = await stand.paid()
    stand.is_away()
    fact = await stand.refund("R1", intent, "29.90")
    assert (fact.state, fact.may_retry) == ("failed", True)
    assert await stand.provider.query_refund("R1", trade_no=intent.trade_no) is None


async def test_an_empty_account_is_for_a_person(stand: Stand) -> None:
    intent = await stand.paid()
    stand.has_no_money()
    fact = await stand.refund("R1", intent, "29.90")
    assert (fact.state, fact.may_retry) == ("failed", False) and fact.why


# ── the day's bill ──────────────────────────────────────────────────────────────────────────────────────────────


async def returned(stand: Stand) -> list[tuple[str, int]]:
    lines = await stand.provider.bill(today(stand))
    return [(line.refund_no, line.amount.fen) for line in lines if line.kind == "refunded"]


def today(stand: Stand) -> date:
    return stand.clock().astimezone(CHINA).date()


async def test_the_bill_of_a_day_has_every_payment_and_every_refund_once(stand: Stand) -> None:
    one, two = await stand.paid("69.20"), await stand.paid("0.01")
    await stand.begun()
    await stand.refund("R1", one, "29.90")
    stand.settle("R1")
    event = {}
    for intent in (one, two):
        fact = await stand.provider.query(intent.trade_no)
        assert fact is not None
        event[intent.trade_no] = fact.event
    lines = await stand.provider.bill(today(stand))
    assert [(line.kind, line.trade_no, line.refund_no, line.event, line.amount.fen) for line in lines] == [
        ("paid", one.trade_no, "", event[one.trade_no], 6920),
        ("paid", two.trade_no, "", event[two.trade_no], 1),
        ("refunded", one.trade_no, "R1", event[one.trade_no], 2990),
    ]
    assert all(abs(line.at - stand.clock()) < timedelta(minutes=5) for line in lines)


async def test_a_day_without_business_has_an_empty_bill(stand: Stand) -> None:
    await stand.paid()
    assert not await stand.provider.bill(today(stand) - timedelta(days=1))
