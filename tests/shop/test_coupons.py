"""券: claimed once too often, locked by two, over while it was locked; each on both databases, the races too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from shop import coupon_drops, coupon_templates, coupons, mail, reships, tries
from shop.events import CouponEnding
from shop.invariants import broken
from shop.kit.ids import PersonId, ShopId
from shop.kit.money import Money
from shop.kit.refusal import Refusal
from shop.records.coupons import Coupon, CouponDrop  # the careless verbs write rows by hand
from shop.records.goods import CouponTemplate
from shop.refusals import (
    CannotUndo,
    CodeTaken,
    CouponGone,
    CouponNotYet,
    CouponOver,
    CouponsGone,
    CouponUnclear,
    HaveCoupon,
    NoSuchCoupon,
    ShutOut,
)
from shop.rules.coupon_life import LIFE, State
from shop.transaction import run_sql, unit_of_work
from tests.support.at_once import at_once, whether
from tests.support.world import (
    NOW,
    a_customer,
    a_paid_order,
    a_product,
    a_room,
    a_shop,
    after,
    an_order,
    books,
    happened,
    want,
)


async def a_template(shop: ShopId, title: str = "满30减5", code: str = "C1", **more: Any) -> int:
    return (await coupon_templates.make_template(shop, code, title, **more)).id


async def a_coupon(shop: ShopId, person: PersonId, code: str = "C1", **more: Any) -> int:
    """The only one of its kind, in this person's hands."""
    template = await a_template(shop, code=code, **more)
    (held,) = await coupons.give(template, [person], now=NOW, quietly=True)
    return held.id


async def states() -> list[str]:
    return [str(row["state"]) for row in await run_sql("SELECT state FROM coupon ORDER BY id")]


# ── what a template gives ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_claimed_coupon_is_offered_to_the_basket_with_its_own_time(shop: ShopId) -> None:
    li = await a_customer()
    await a_template(shop, "满30减5", days=3)
    held = await coupons.claim(shop, li, "C1", now=NOW)
    assert (held.title, held.state, held.valid_to) == ("满30减5", State.AVAILABLE, after(days=3))
    (offer,) = await coupons.offered(shop, li, now=NOW)
    assert (offer.id, offer.say(), offer.face, offer.spend) == (
        str(held.id),
        "券 满30减5",
        Money(500),
        Money(3000),
    )
    assert (offer.scope.since, offer.scope.until) == (NOW, after(days=3))
    assert await coupons.offered(shop, await a_customer("阿花"), now=NOW) == ()


@pytest.mark.parametrize("said", ["C1", "c1", "满30减5", "满30元减5元", "满 30 减 5"])
async def test_a_coupon_is_claimed_by_its_code_or_its_name(shop: ShopId, said: str) -> None:
    await a_template(shop)
    assert (await coupons.claim(shop, await a_customer(), said, now=NOW)).title == "满30减5"


async def test_terms_say_more_than_a_title(shop: ShopId) -> None:
    li = await a_customer()
    terms = {"rate": "8.8", "spend": "50", "cap": "20", "goods": ["N001"], "alone": True}
    await a_template(shop, "老朋友券", terms=terms)
    await coupons.claim(shop, li, "老朋友券", now=NOW)
    (offer,) = await coupons.offered(shop, li, now=NOW)
    assert (offer.say(), offer.stacks, offer.scope.goods) == (
        "券 满50打8.8折最多减20",
        False,
        frozenset({"N001"}),
    )


async def test_a_coupon_that_cannot_be_read_gives_nothing_and_is_not_given(shop: ShopId) -> None:
    li = await a_customer()
    template = await a_template(shop, "新人礼")
    with pytest.raises(CouponUnclear):
        await coupons.claim(shop, li, "C1", now=NOW)
    assert (await states(), (await CouponTemplate.get(id=template)).issued) == ([], 0)
    assert await coupon_templates.open_to(li, shop, now=NOW) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": {"off": "5", "rate": "8"}},
        {"terms": {"off": "-5"}},
        {"terms": {"off": "5", "colour": "red"}},
        {"total": 0},
        {"each": 0},
        {"days": 0},
        {"valid_from": NOW, "valid_to": NOW},
    ],
)
async def test_a_template_that_makes_no_sense_is_no_row(shop: ShopId, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        await a_template(shop, **wrong)
    assert not await CouponTemplate.exists()


async def test_a_code_is_one_templates(shop: ShopId) -> None:
    await a_template(shop)
    with pytest.raises(CodeTaken):
        await a_template(shop, "8折")


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def refusal(shop: ShopId, person: PersonId, now: datetime = NOW) -> type[Refusal]:
    before = await books(), await CouponTemplate.all().values()
    with pytest.raises(Refusal) as no:
        await coupons.claim(shop, person, "C1", now=now)
    assert (await books(), await CouponTemplate.all().values()) == before
    return type(no.value)


async def test_why_a_coupon_is_not_to_be_had(shop: ShopId) -> None:
    li, flower = await a_customer(), await a_customer("阿花")
    assert await refusal(shop, li) is NoSuchCoupon
    await a_template(shop, total=1, valid_from=after(hours=2), valid_to=after(days=3))
    assert await refusal(shop, li) is CouponNotYet
    await coupons.claim(shop, li, "C1", now=after(hours=2))
    assert await refusal(shop, li, after(hours=3)) is HaveCoupon
    assert await refusal(shop, flower, after(hours=3)) is CouponsGone
    assert await refusal(shop, flower, after(days=3)) is CouponOver
    await run_sql("UPDATE coupon_template SET running = FALSE")
    assert await refusal(shop, flower, after(hours=3)) is NoSuchCoupon


async def test_another_shops_coupons_are_not_ours(shop: ShopId) -> None:
    await a_template(shop)
    other = await a_shop("S2", "隔壁")
    with pytest.raises(NoSuchCoupon):
        await coupons.claim(other, await a_customer(shop=other), "C1", now=NOW)


async def test_given_to_many_who_have_enough_are_passed_over(shop: ShopId) -> None:
    li, flower, ming = [await a_customer(name) for name in ("小李", "阿花", "小明")]
    template = await a_template(shop, total=2, running=False)
    given = await coupons.give(template, [li, li, flower, ming], now=NOW)
    assert [one.person for one in given] == [li, flower]
    assert (await happened()).count("CouponGiven") == 2


# ── wrong codes ─────────────────────────────────────────────────────────────────────────────────────────────────


async def guess(shop: ShopId, person: PersonId, code: str, now: datetime) -> str:
    """As the chat does it: the refusal undoes the verb, then it is counted."""
    try:
        return (await unit_of_work(partial(coupons.claim, shop, person, code, now=now))).title
    except NoSuchCoupon as no:
        shut = await unit_of_work(partial(tries.wrong, tries.COUPON, person, now=now))
        return f"shut for {shut.minutes}" if shut else type(no).__name__
    except ShutOut as shut:
        return f"shut for {shut.minutes}"


async def test_five_wrong_codes_shut_the_door_for_an_hour_even_for_the_right_one(shop: ShopId) -> None:
    thief, li = await a_customer("贼"), await a_customer()
    await a_template(shop)
    said = [await guess(shop, thief, f"X{n}", after(minutes=n)) for n in range(5)]
    assert said == ["NoSuchCoupon"] * 4 + ["shut for 60"]
    assert await guess(shop, thief, "C1", after(minutes=34)) == "shut for 30"
    assert await guess(shop, thief, "C1", after(minutes=63, seconds=59)) == "shut for 1"
    assert await guess(shop, li, "C1", after(minutes=5)) == "满30减5"
    assert await guess(shop, thief, "C1", after(minutes=64)) == "满30减5"


async def test_wrong_codes_that_are_far_apart_are_no_attack(shop: ShopId) -> None:
    li = await a_customer()
    said = [await guess(shop, li, "X", after(minutes=11 * n)) for n in range(8)]
    assert said == ["NoSuchCoupon"] * 8


async def test_guesses_at_once_are_all_counted(shop: ShopId) -> None:
    thief = await a_customer("贼")
    came = await at_once(*[whether(partial(tries.wrong, tries.COUPON, thief, now=NOW))] * 5)
    assert came == {"nothing": 4, "done": 1}
    with pytest.raises(ShutOut):
        await tries.knock(tries.COUPON, thief, now=NOW)
    await tries.knock(tries.PICKUP, thief, now=NOW)  # another door


# ── with an order ───────────────────────────────────────────────────────────────────────────────────────────────


async def an_unpaid(shop: ShopId, buyer: PersonId) -> int:
    sku = await a_product()
    return (await an_order(buyer, (sku, 1))).id


async def test_a_life_locked_used_given_back_and_used_again(shop: ShopId) -> None:
    li = await a_customer()
    coupon = await a_coupon(shop, li)
    paid = await a_paid_order(li, (await a_product(), 1))
    await coupons.lock(paid.id, coupon, now=NOW)
    assert (await states(), await coupons.offered(shop, li, now=NOW)) == (["locked"], ())
    assert await coupons.use(paid.id, now=NOW)
    assert await coupons.mine(li, now=NOW) == ()
    assert await coupons.give_back(paid.id, now=after(minutes=1))
    (row,) = await Coupon.all()
    assert (row.state, row.order_id, row.used_at, row.returns) == ("available", None, None, 1)
    assert [offer.id for offer in await coupons.offered(shop, li, now=NOW)] == [str(coupon)]


async def test_each_verb_finds_nothing_where_there_is_nothing(shop: ShopId) -> None:
    li = await a_customer()
    coupon = await a_coupon(shop, li)
    order = await an_unpaid(shop, li)
    assert [await verb(order, now=NOW) for verb in (coupons.unlock, coupons.use, coupons.give_back)] == [
        False
    ] * 3
    assert await states() == ["available"]
    await coupons.lock(order, coupon, now=NOW)
    assert not await coupons.give_back(order, now=NOW)
    assert await coupons.unlock(order, now=NOW)
    assert not await coupons.unlock(order, now=NOW)


@pytest.mark.parametrize(("returnable", "now"), [(False, NOW), (True, after(days=30))])
async def test_a_used_coupon_stays_used_when_it_may_not_come_back(
    shop: ShopId, returnable: bool, now: datetime
) -> None:
    li = await a_customer()
    coupon = await a_coupon(shop, li, returnable=returnable)
    paid = await a_paid_order(li, (await a_product(), 1))
    await coupons.lock(paid.id, coupon, now=NOW)
    await coupons.use(paid.id, now=NOW)
    assert not await coupons.give_back(paid.id, now=now)
    assert await states() == ["used"]


async def test_a_coupon_locked_by_two_orders_at_once(shop: ShopId) -> None:
    """The second order is paid, so that one person has two."""
    li = await a_customer()
    coupon = await a_coupon(shop, li)
    sku = await a_product()
    numbers = [(await a_paid_order(li, (sku, 1))).id for _ in range(4)]
    numbers.append((await an_order(li, (sku, 1))).id)
    came = await at_once(*(partial(coupons.lock, n, coupon, now=NOW) for n in numbers))
    assert came == {"done": 1, "CouponGone": 4}
    (row,) = await Coupon.all()
    assert row.order_id in numbers
    if (
        row.order_id != numbers[-1]
    ):  # a paid order has used what it locked: the books are looked at when all is done
        await coupons.use(row.order_id, now=NOW)


async def test_control_read_check_save_locks_one_coupon_twice(shop: ShopId, database: str) -> None:
    """SQLite has one writer, and hides it."""
    li = await a_customer()
    coupon = await a_coupon(shop, li)
    sku = await a_product()
    first, second = [(await a_paid_order(li, (sku, 1))).id for _ in range(2)]
    both = asyncio.Barrier(2 if database == "postgres" else 1)

    async def careless(order: int) -> None:
        if (await Coupon.get(id=coupon)).state != State.AVAILABLE:
            raise CouponGone
        await both.wait()
        await Coupon.filter(id=coupon).update(state=State.USED, order_id=order)

    came = await at_once(partial(careless, first), partial(careless, second))
    assert came == ({"done": 2} if database == "postgres" else {"done": 1, "CouponGone": 1})


async def test_a_coupon_is_its_owners(shop: ShopId) -> None:
    order = await an_unpaid(shop, await a_customer("阿花"))
    coupon = await a_coupon(shop, await a_customer())
    with pytest.raises(CouponGone):
        await coupons.lock(order, coupon, now=NOW)
    assert await states() == ["available"]


async def test_an_order_takes_one_coupon(shop: ShopId) -> None:
    li = await a_customer()
    order = await an_unpaid(shop, li)
    await coupons.lock(order, await a_coupon(shop, li, "C1"), now=NOW)
    with pytest.raises(IntegrityError):
        await coupons.lock(order, await a_coupon(shop, li, "C2"), now=NOW)
    assert await states() == ["locked", "available"]


async def test_what_an_order_holds_is_offered_to_that_order_alone(shop: ShopId) -> None:
    li = await a_customer()
    coupon = await a_coupon(shop, li)
    order = await an_unpaid(shop, li)
    await coupons.lock(order, coupon, now=NOW)
    assert [one.id for one in await coupons.offered(shop, li, now=NOW, order=order)] == [str(coupon)]
    assert await coupons.offered(shop, li, now=NOW, order=order + 1) == ()


async def test_what_is_for_the_store_is_offered_in_the_store(shop: ShopId) -> None:
    li = await a_customer()
    coupon = await a_coupon(shop, li, in_store_only=True)
    assert await coupons.offered(shop, li, now=NOW) == ()
    assert [one.id for one in await coupons.offered(shop, li, now=NOW, in_store=True)] == [str(coupon)]


# ── the clock ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_day_before_the_end_everybody_is_reminded_once(shop: ShopId) -> None:
    li, flower = await a_customer(), await a_customer("阿花")
    await a_template(shop, days=3, each=2)
    for person in (li, li, flower):
        await coupons.claim(shop, person, "C1", now=NOW)
    assert await coupons.remind_due(now=after(days=2, seconds=-1)) == 0
    assert await coupons.remind_due(now=after(days=2)) == 3
    assert await coupons.remind_due(now=after(days=2)) == 0
    told = [event.event for event in await mail.untold()]
    assert told == [CouponEnding(li, (1, 2)), CouponEnding(flower, (3,))]


async def test_who_gets_a_coupon_for_a_day_need_not_be_reminded(shop: ShopId) -> None:
    await a_coupon(shop, await a_customer(), days=1)
    assert await coupons.remind_due(now=after(hours=12)) == 0


async def test_the_jobs_do_so_much_at_a_time(shop: ShopId) -> None:
    template = await a_template(shop, days=3)
    await coupons.give(template, [await a_customer(f"客{n}") for n in range(5)], now=NOW, quietly=True)
    assert [await coupons.remind_due(now=after(days=2), limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [await coupons.expire_due(now=after(days=3), limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert await states() == ["expired"] * 5


# ── thrown into a group ─────────────────────────────────────────────────────────────────────────────────────────


async def a_drop(shop: ShopId, pieces: int, **more: Any) -> tuple[int, Any]:
    room = (await a_room()).id
    template = await a_template(shop, total=pieces, running=False, **more)
    return await coupon_drops.drop(shop, room, template, pieces, now=NOW), room


async def test_ten_coupons_and_fifty_hands(shop: ShopId) -> None:
    drop, room = await a_drop(shop, 10)
    hands = [await a_customer(f"客{n}") for n in range(50)]
    came = await at_once(*(whether(partial(coupon_drops.grab, room, one, now=NOW)) for one in hands))
    assert came == {"done": 10, "nothing": 40}
    assert ((await CouponDrop.get(id=drop)).taken, len(await states())) == (10, 10)
    assert (await happened()).count("CouponDropOver") == 1
    assert await coupon_drops.close_due(now=after(hours=2)) == 0


async def test_one_hand_that_grabs_ten_times_at_once(shop: ShopId) -> None:
    drop, room = await a_drop(shop, 10)
    li = await a_customer()
    came = await at_once(*[whether(partial(coupon_drops.grab, room, li, now=NOW))] * 10)
    assert came == {"done": 1, "nothing": 9}
    assert (await CouponDrop.get(id=drop)).taken == 1


async def test_two_drops_the_older_first(shop: ShopId) -> None:
    first, room = await a_drop(shop, 2)
    other = await a_template(shop, "8折", "C2", total=5, running=False)
    second = await coupon_drops.drop(shop, room, other, 5, now=NOW)
    li = await a_customer()
    got = [await coupon_drops.grab(room, li, now=NOW) for _ in range(3)]
    assert [one.title if one else None for one in got] == ["满30减5", "8折", None]
    assert [(await CouponDrop.get(id=id)).taken for id in (first, second)] == [1, 1]


async def test_a_drop_that_is_over_gives_nothing_and_is_told_once(shop: ShopId) -> None:
    drop, room = await a_drop(shop, 3)
    await coupon_drops.grab(room, await a_customer(), now=NOW)
    assert await coupon_drops.grab(room, await a_customer("阿花"), now=after(hours=1)) is None
    assert [await coupon_drops.close_due(now=after(hours=1)) for _ in range(2)] == [1, 0]
    assert (await happened()).count("CouponDropOver") == 1
    assert (await coupon_drops.seen(drop)).takers == ("小李",)


async def test_more_cannot_be_thrown_than_there_are(shop: ShopId) -> None:
    template = await a_template(shop, total=3)
    with pytest.raises(CouponsGone):
        await coupon_drops.drop(shop, (await a_room()).id, template, 4, now=NOW)


# ── taken back ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_given_by_mistake_is_void_and_the_drop_is_closed(shop: ShopId) -> None:
    drop, room = await a_drop(shop, 3)
    template = (await CouponDrop.get(id=drop)).template_id
    await coupon_drops.grab(room, await a_customer(), now=NOW)
    assert await coupon_templates.take_back(template, now=NOW) == 1
    assert await states() == ["void"]
    assert (await happened()).count("CouponTakenBack") == 1
    assert await coupon_drops.grab(room, await a_customer("阿花"), now=NOW) is None
    assert await coupon_drops.close_due(now=after(hours=1)) == 0


async def test_taken_back_while_twenty_hands_grab(shop: ShopId) -> None:
    """Whoever was faster loses it again, and nobody gets one afterwards."""
    drop, room = await a_drop(shop, 20)
    template = (await CouponDrop.get(id=drop)).template_id
    hands = [
        partial(coupon_drops.grab, room, await a_customer(f"客{n}"), now=NOW + timedelta(seconds=n % 2))
        for n in range(20)
    ]
    await at_once(
        *hands[:10], partial(coupon_templates.take_back, template, now=after(seconds=1)), *hands[10:]
    )
    assert set(await states()) <= {"void"}
    assert await coupon_drops.grab(room, await a_customer("阿花"), now=NOW) is None


async def test_what_was_used_is_not_taken_back(shop: ShopId) -> None:
    li = await a_customer()
    coupon = await a_coupon(shop, li)
    await coupons.lock(await an_unpaid(shop, li), coupon, now=NOW)
    with pytest.raises(CannotUndo):
        await coupon_templates.take_back((await Coupon.get(id=coupon)).template_id, now=NOW)
    assert (await states(), (await CouponTemplate.get()).running) == (["locked"], True)


# ── the table of lives ──────────────────────────────────────────────────────────────────────────────────────────


async def test_every_step_of_the_table_is_taken_by_a_verb(shop: ShopId) -> None:
    """What the statements write is what the table says."""
    soon, later = after(minutes=1), after(minutes=2)
    li = await a_customer()
    sku = await a_product()
    walked = set[tuple[str, str]]()

    async def walk(id: int, verb: Awaitable[Any]) -> None:
        before = (await Coupon.get(id=id)).state
        await verb
        walked.add((before, (await Coupon.get(id=id)).state))

    paid = (await a_paid_order(li, (sku, 1))).id
    unpaid = (await an_order(li, (sku, 1))).id
    one = await a_coupon(shop, li, "C1")
    await walk(one, coupons.lock(unpaid, one, now=NOW))
    await walk(one, coupons.unlock(unpaid, now=NOW))
    await coupons.lock(paid, one, now=NOW)
    await walk(one, coupons.use(paid, now=NOW))
    await walk(one, coupons.give_back(paid, now=NOW))
    await walk(one, coupon_templates.take_back((await Coupon.get(id=one)).template_id, now=NOW))
    two, three = [await a_coupon(shop, li, code, valid_to=soon) for code in ("C2", "C3")]
    await coupons.lock(unpaid, two, now=NOW)
    await walk(two, coupons.unlock(unpaid, now=later))
    await walk(three, coupons.expire_due(now=later))
    assert walked == {(str(step.start), str(step.end)) for step in LIFE.steps}


async def test_the_wait_for_an_end_is_as_long_as_was_said(shop: ShopId) -> None:
    li = await a_customer()
    for code, more, end in (
        ("C1", {}, timedelta(days=30)),
        ("C2", {"days": 3}, timedelta(days=3)),
        ("C3", {"valid_to": after(days=5)}, timedelta(days=5)),
        ("C4", {"days": 9, "valid_to": after(days=5)}, timedelta(days=5)),
    ):
        coupon = await a_coupon(shop, li, code, **more)
        assert (await Coupon.get(id=coupon)).valid_to == NOW + end
    assert await broken(shop) == []


@pytest.mark.parametrize("title", ["减5元", "减30元"])  # the second would pay for all of it
async def test_what_is_sent_once_more_costs_no_coupon(shop: ShopId, title: str) -> None:
    li, sku = await a_customer(), await a_product()
    await a_coupon(shop, li, title=title)
    again = await reships.send_once_more(shop, li, [want(sku)], now=NOW)
    assert (again.payable, bool(again.pickup_code)) == (Money(0), True)
    assert await states() == [State.AVAILABLE]
