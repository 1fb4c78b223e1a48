"""35–42, teams: so many pay together, or everybody has his money back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

import pytest

from shop import campaigns, claims, orders, payments, refunds, seats, slips, teams
from shop.campaigns import NewItem
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.on_offer import campaign
from shop.refusals import (
    AlreadyInTeam,
    NoSuchTeam,
    NothingOpen,
    StillTeaming,
    TeamFull,
    TeamOver,
    TeamPaysFirst,
)
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.orders import Status
from shop.rules.refunds import What
from shop.rules.teams import State
from shop.slips import Slip
from shop.teams import Standing
from shop.transaction import unit_of_work
from tests.support.at_once import at_once
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_product,
    after,
    hand_over,
    happened,
    pay,
    shelf,
    want,
)

PRICE = Money(1990)


async def a_campaign(shop: ShopId, sku: str, size: int = 3, **terms: int) -> OnOffer:
    """开团活动 3人团 车厘子 99."""
    item = NewItem(sku, PRICE)
    return await campaigns.set_up(
        shop, Kind.TEAM, "车厘子", [item], by=None, now=NOW, terms={"size": size, **terms}
    )


async def opened(
    shop: ShopId, of: OnOffer, sku: str, name: str = "小李", *, now: datetime = NOW
) -> tuple[Slip, Standing]:
    return await teams.open(shop, await a_customer(name), of, [want(sku)], now=now)


async def joined(shop: ShopId, team: Standing, sku: str, name: str, *, now: datetime = NOW) -> Slip:
    return (await teams.join(shop, await a_customer(name), team.number, [want(sku)], now=now))[0]


async def a_team(
    shop: ShopId, of: OnOffer, sku: str, *names: str, now: datetime = NOW
) -> tuple[Standing, list[Slip]]:
    """Everybody of them is in and has paid."""
    first, team = await opened(shop, of, sku, names[0], now=now)
    placed = [first, *[await joined(shop, team, sku, name, now=now) for name in names[1:]]]
    for slip in placed:
        await pay(slip, now=now)
    return await teams.standing(team.id), placed


async def tick(now: datetime) -> None:
    """What the clock does about teams."""
    await unit_of_work(partial(seats.expire_due, now=now))
    for team in await teams.due(now=now):
        await unit_of_work(partial(teams.end, team, now=now))
    for order in await teams.unsettled(now=now):
        await unit_of_work(partial(teams.settle, order, now=now))
    for order in await orders.due_unpaid(now=now):
        await unit_of_work(partial(orders.expire, order, now=now))


async def statuses(*placed: Slip) -> list[Status]:
    return [(await slips.slip(one.id)).status for one in placed]


async def backs(*placed: Slip) -> list[list[tuple[str, int]]]:
    """What of each goes back: why, and how much."""
    return [[(case.kind, case.amount.fen) for case in await refunds.of_order(one.id)] for one in placed]


async def told_counts(team: Standing) -> tuple[State, int, int, int]:
    now = await teams.standing(team.id)
    return now.state, now.taken, now.paid, now.filled


async def trade_of(slip: Slip, now: datetime = NOW) -> str:
    return (await payments.ask(slip.token, "gateway", now=now)).trade_no


# ── a team, from first to last ──────────────────────────────────────────────────────────────────────────────────


async def test_three_pay_and_only_then_there_are_codes(shop: ShopId) -> None:
    sku = await a_product("车厘子", "128.00", stock=10)
    of = await a_campaign(shop, sku)
    first, team = await opened(shop, of, sku)
    second, third = await joined(shop, team, sku, "王姐"), await joined(shop, team, sku, "大刘")
    for slip in (first, second):
        await pay(slip)
    await tick(NOW)
    assert [one.payable for one in (first, second, third)] == [PRICE] * 3
    assert await statuses(first, second, third) == [Status.WAITING_TEAM, Status.WAITING_TEAM, Status.UNPAID]
    assert [(await slips.slip(one.id)).pickup_code for one in (first, second)] == [None, None]
    assert await told_counts(team) == (State.FORMING, 3, 2, 0)
    await pay(third)
    await tick(NOW)
    assert await told_counts(team) == (State.COMPLETE, 3, 3, 0)
    assert await statuses(first, second, third) == [Status.PREPARING] * 3
    await hand_over(first, await a_clerk())
    assert (await happened()).count("TeamCompleted") == 1


async def test_a_seat_that_is_not_paid_in_ten_minutes_is_free_again(shop: ShopId) -> None:
    sku = await a_product(stock=3)
    of = await a_campaign(shop, sku, size=2)
    first, team = await opened(shop, of, sku)
    await pay(first)
    second = await joined(shop, team, sku, "王姐")
    with pytest.raises(TeamFull):
        await joined(shop, team, sku, "大刘")
    await tick(after(minutes=10))
    assert (await statuses(second), await told_counts(team)) == ([Status.CANCELLED], (State.FORMING, 1, 1, 0))
    third = await joined(shop, team, sku, "大刘", now=after(minutes=11))
    await pay(third, now=after(minutes=12))
    assert await told_counts(team) == (State.COMPLETE, 2, 2, 0)


async def test_a_seat_is_paid_first_and_not_in_part_back(shop: ShopId) -> None:
    sku = await a_product()
    first, _ = await opened(shop, await a_campaign(shop, sku), sku)
    with pytest.raises(TeamPaysFirst):
        await orders.choose_cash(shop, first.buyer, now=NOW)
    await pay(first)
    with pytest.raises(StillTeaming):
        await refunds.give(first.id, first.buyer, What(amount=Money(100)), "坏了", now=NOW)
    for code in (first.code, None):
        with pytest.raises(StillTeaming):
            await orders.cancel(shop, first.buyer, now=NOW, code=code)


async def test_who_says_that_he_has_transferred_keeps_his_seat(shop: ShopId) -> None:
    sku = await a_product()
    first, team = await opened(shop, await a_campaign(shop, sku, size=2), sku)
    await claims.claim(shop, first.buyer, now=after(minutes=5))
    await tick(after(hours=2))
    assert await told_counts(team) == (State.FORMING, 1, 0, 0)
    await payments.confirm_transfer(first.id, await a_clerk(), now=after(hours=3))
    assert await told_counts(team) == (State.FORMING, 1, 1, 0)


async def test_the_nearest_to_full_is_joined(shop: ShopId) -> None:
    sku = await a_product(stock=10)
    of = await a_campaign(shop, sku)
    _, one = await opened(shop, of, sku, "小李")
    _, two = await opened(shop, of, sku, "王姐")
    await joined(shop, two, sku, "大刘")
    assert (await teams.nearest(of, await a_customer("阿花"), now=NOW)).number == two.number
    assert (await teams.nearest(of, await a_customer("大刘"), now=NOW)).number == one.number
    await joined(shop, two, sku, "小红")
    assert (await teams.nearest(of, await a_customer("阿花"), now=NOW)).number == one.number


async def test_forced_by_who_runs_it_the_shop_takes_the_empty_seats(shop: ShopId) -> None:
    sku, boss = await a_product(), await a_clerk()
    first, team = await opened(shop, await a_campaign(shop, sku), sku)
    with pytest.raises(TeamOver):
        await teams.force(shop, team.number, boss, "", now=NOW)
    await pay(first)
    second = await joined(shop, team, sku, "王姐")
    forced = await teams.force(shop, team.number, boss, "老客户", now=after(minutes=1))
    assert (forced.state, forced.taken, forced.paid, forced.filled, forced.why) == (
        State.COMPLETE,
        1,
        1,
        2,
        "老客户",
    )
    await tick(after(minutes=1))
    assert await statuses(first, second) == [Status.PREPARING, Status.CANCELLED]
    with pytest.raises(TeamOver):
        await teams.force(shop, team.number, boss, "", now=after(minutes=2))
    with pytest.raises(NoSuchTeam):
        await teams.force(shop, 99, boss, "", now=NOW)


# ── 35 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_35_the_last_seat_and_two_buyers(shop: ShopId) -> None:
    sku = await a_product(stock=20)
    of = await a_campaign(shop, sku, size=2)
    _, team = await opened(shop, of, sku)
    buyers = [await a_customer(f"客{n}") for n in range(8)]
    came = await at_once(*(partial(teams.join, shop, b, team.number, [want(sku)], now=NOW) for b in buyers))
    assert came == {"done": 1, "TeamFull": 7}
    assert (await told_counts(team), await shelf(sku)) == ((State.FORMING, 2, 0, 0), ("20", "2"))


async def test_35_two_messages_of_one_buyer_are_one_seat(shop: ShopId) -> None:
    sku = await a_product(stock=20)
    of = await a_campaign(shop, sku, size=3)
    _, team = await opened(shop, of, sku)
    wang = await a_customer("王姐")
    came = await at_once(
        *(partial(teams.join, shop, wang, team.number, [want(sku)], now=NOW) for _ in range(2))
    )
    assert came == {"done": 1, "AlreadyInTeam": 1}
    assert (await told_counts(team), await shelf(sku)) == ((State.FORMING, 2, 0, 0), ("20", "2"))


async def test_35_everybody_pays_at_once_and_one_of_them_completes_it(shop: ShopId) -> None:
    sku = await a_product(stock=20)
    of = await a_campaign(shop, sku, size=4)
    first, team = await opened(shop, of, sku)
    placed = [first, *[await joined(shop, team, sku, f"客{n}") for n in range(3)]]
    trades = [await trade_of(slip) for slip in placed]
    came = await at_once(
        *(partial(payments.settle, "gateway", trade, trade, PRICE, now=NOW) for trade in trades)
    )
    await tick(NOW)
    assert came == {"settled": 4}
    assert (await told_counts(team), await statuses(*placed)) == (
        (State.COMPLETE, 4, 4, 0),
        [Status.PREPARING] * 4,
    )
    assert (await happened()).count("TeamCompleted") == 1


# ── 36 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def paid_without_a_seat(shop: ShopId, sku: str, of: OnOffer) -> tuple[Slip, Standing, str]:
    """王姐's seat ran out while her provider was away; her order still waits to hear from it."""
    first, team = await opened(shop, of, sku)
    await pay(first)
    wang = await joined(shop, team, sku, "王姐")
    trade = await trade_of(wang)
    await unit_of_work(partial(seats.expire_due, now=after(minutes=10)))
    assert (await told_counts(team), await statuses(wang)) == ((State.FORMING, 1, 1, 0), [Status.UNPAID])
    return wang, team, trade


async def test_36_paid_in_the_moment_in_which_the_seat_runs_out_it_is_kept(shop: ShopId) -> None:
    """The clock has seen the seat unpaid, and comes to it when the money is in."""
    sku = await a_product()
    of = await a_campaign(shop, sku)
    first, team = await opened(shop, of, sku)
    trade, is_in = await trade_of(first), asyncio.Event()

    async def paid() -> None:
        await pay(first, trade_no=trade, now=after(minutes=10))
        is_in.set()
        await asyncio.sleep(0.2)  # the clock reads meanwhile, where the database lets it

    async def run_out() -> None:
        await is_in.wait()
        await unit_of_work(partial(seats.expire_due, now=after(minutes=10)))

    await asyncio.gather(unit_of_work(paid), run_out())
    assert (await told_counts(team), await statuses(first)) == (
        (State.FORMING, 1, 1, 0),
        [Status.WAITING_TEAM],
    )


async def test_36_paid_after_the_seat_ran_out_and_there_is_still_one(shop: ShopId) -> None:
    sku = await a_product()
    wang, team, trade = await paid_without_a_seat(shop, sku, await a_campaign(shop, sku))
    assert await pay(wang, trade_no=trade, now=after(minutes=11)) == "settled"
    await tick(after(minutes=11))
    assert (await told_counts(team), await statuses(wang)) == (
        (State.FORMING, 2, 2, 0),
        [Status.WAITING_TEAM],
    )


async def test_36_paid_after_the_seat_ran_out_and_the_team_is_full(shop: ShopId) -> None:
    sku = await a_product()
    wang, team, trade = await paid_without_a_seat(shop, sku, await a_campaign(shop, sku, size=2))
    await joined(shop, team, sku, "大刘", now=after(minutes=10))
    assert await pay(wang, trade_no=trade, now=after(minutes=11)) == "settled"
    await tick(after(minutes=11))
    assert (await statuses(wang), await backs(wang)) == ([Status.CANCELLED], [[("team_late", PRICE.fen)]])
    assert (await told_counts(team), (await happened())[-1]) == ((State.FORMING, 2, 1, 0), "TeamOrderBack")


async def test_36_paid_after_the_seat_ran_out_and_the_team_failed(shop: ShopId) -> None:
    sku = await a_product()
    wang, team, trade = await paid_without_a_seat(shop, sku, await a_campaign(shop, sku))
    for id in await teams.due(now=after(hours=24)):
        await teams.end(id, now=after(hours=24))
    assert await pay(wang, trade_no=trade, now=after(hours=24)) == "settled"
    await tick(after(hours=24))
    assert (await statuses(wang), await backs(wang)) == ([Status.CANCELLED], [[("team_late", PRICE.fen)]])
    assert (await told_counts(team))[0] == State.FAILED


# ── 37 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def the_last_one_to_pay(shop: ShopId) -> tuple[Standing, list[Slip], str]:
    sku = await a_product()
    first, team = await opened(shop, await a_campaign(shop, sku, size=2, hours=1), sku)
    await pay(first)
    last = await joined(shop, team, sku, "王姐", now=after(minutes=55))
    return team, [first, last], await trade_of(last, after(minutes=55))


async def test_37_the_money_and_then_the_deadline(shop: ShopId) -> None:
    team, placed, trade = await the_last_one_to_pay(shop)
    await pay(placed[1], trade_no=trade, now=after(hours=1))
    await tick(after(hours=1))
    assert (await told_counts(team), await statuses(*placed)) == (
        (State.COMPLETE, 2, 2, 0),
        [Status.PREPARING] * 2,
    )


async def test_37_the_deadline_and_then_the_money(shop: ShopId) -> None:
    team, placed, trade = await the_last_one_to_pay(shop)
    await teams.end(team.id, now=after(hours=1))
    await pay(placed[1], trade_no=trade, now=after(hours=1))
    await tick(after(hours=1))
    assert (await told_counts(team), await statuses(*placed)) == (
        (State.FAILED, 1, 1, 0),
        [Status.CANCELLED] * 2,
    )
    assert await backs(*placed) == [[("team_failed", PRICE.fen)], [("team_late", PRICE.fen)]]


async def test_37_both_at_once(shop: ShopId) -> None:
    """Whoever is first: all are prepared, or all have their money back."""
    team, placed, trade = await the_last_one_to_pay(shop)
    came = await at_once(
        partial(payments.settle, "gateway", "e1", trade, PRICE, now=after(hours=1)),
        partial(teams.end, team.id, now=after(hours=1)),
    )
    await tick(after(hours=1))
    assert came["settled"] == 1
    full = (await told_counts(team))[0] == State.COMPLETE
    assert await statuses(*placed) == [Status.PREPARING if full else Status.CANCELLED] * 2
    assert [len(back) for back in await backs(*placed)] == [0 if full else 1] * 2


# ── 38 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_38_the_leader_quits_first_and_whoever_paid_first_leads(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    of = await a_campaign(shop, sku, size=4)
    first, team = await opened(shop, of, sku)
    wang, liu = await joined(shop, team, sku, "王姐"), await joined(shop, team, sku, "大刘")
    await pay(liu, now=after(minutes=1))
    await pay(wang, now=after(minutes=2))
    await teams.quit(shop, first.buyer, now=after(minutes=3))
    left = await teams.standing(team.id)
    assert (left.leader, left.taken, left.paid, left.state) == (liu.buyer, 2, 2, State.FORMING)
    assert (await happened()).count("TeamLed") == 1


async def test_38_a_leader_who_has_paid_quits_in_between_and_gets_his_money(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    first, team = await opened(shop, await a_campaign(shop, sku), sku)
    await pay(first)
    wang = await joined(shop, team, sku, "王姐")
    ended, left = await teams.quit(shop, first.buyer, now=after(minutes=1))
    assert (ended.status, await backs(first)) == (Status.CANCELLED, [[("team_quit", PRICE.fen)]])
    assert (left.leader, left.taken, left.paid) == (wang.buyer, 1, 0)
    assert await shelf(sku) == ("9", "1")


async def test_38_a_leader_who_is_alone_ends_it(shop: ShopId) -> None:
    sku = await a_product()
    first, team = await opened(shop, await a_campaign(shop, sku), sku)
    await pay(first)
    _, left = await teams.quit(shop, first.buyer, now=after(minutes=1))
    assert (left.state, left.leader, left.taken) == (State.DISSOLVED, None, 0)
    with pytest.raises(NothingOpen):
        await teams.quit(shop, first.buyer, now=after(minutes=2))
    with pytest.raises(TeamOver):
        await joined(shop, team, sku, "王姐", now=after(minutes=3))


async def test_38_nobody_quits_a_team_that_is_complete(shop: ShopId) -> None:
    sku = await a_product()
    team, placed = await a_team(shop, await a_campaign(shop, sku, size=2), sku, "小李", "王姐")
    with pytest.raises(NothingOpen):
        await teams.quit(shop, placed[1].buyer, now=after(minutes=1), number=team.number)
    await tick(after(minutes=1))
    assert await statuses(*placed) == [Status.PREPARING] * 2


# ── 39 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_39_one_member_sits_once_and_two_accounts_are_two_people(shop: ShopId) -> None:
    """The shop knows people by their accounts: two of them are two members, each with his own money in it."""
    sku = await a_product(stock=9)
    of = await a_campaign(shop, sku)
    first, team = await opened(shop, of, sku, "小李")
    await pay(first)
    with pytest.raises(AlreadyInTeam):
        await joined(shop, team, sku, "小李")
    await pay(await joined(shop, team, sku, "小李的小号"))
    assert await told_counts(team) == (State.FORMING, 2, 2, 0)
    _, other = await opened(shop, of, sku, "小李", now=after(minutes=1))
    with pytest.raises(AlreadyInTeam):  # an unpaid seat at a time
        await opened(shop, of, sku, "小李", now=after(minutes=2))
    assert other.number != team.number


# ── 40 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def three_teams(shop: ShopId, sku: str) -> tuple[OnOffer, list[Standing], list[Slip]]:
    """1 is complete; 2 has one who paid; 3 has one who has not."""
    of = await a_campaign(shop, sku, size=2, hours=2)
    full, placed = await a_team(shop, of, sku, "小李", "王姐")
    paid, second = await opened(shop, of, sku, "大刘")
    await pay(paid)
    unpaid, third = await opened(shop, of, sku, "阿花")
    return of, [full, second, third], [placed[0], paid, unpaid]


async def test_40_paused_nobody_joins_and_who_is_in_goes_on(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    of, (_, second, third), (_, _, unpaid) = await three_teams(shop, sku)
    await campaigns.pause(of.id, now=NOW)
    for name in ("客一", "客二"):
        assert await at_once(partial(joined, shop, second, sku, name)) == {"CampaignOver": 1}
    await pay(unpaid, now=after(minutes=1))
    assert await told_counts(third) == (State.FORMING, 1, 1, 0)
    await campaigns.resume(of.id, now=after(minutes=2))
    await pay(await joined(shop, second, sku, "客一", now=after(minutes=3)), now=after(minutes=3))
    assert (await told_counts(second))[0] == State.COMPLETE


async def test_40_closed_its_teams_run_on_to_their_own_deadline(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    of, three, placed = await three_teams(shop, sku)
    await campaigns.close(of.id, now=NOW)
    assert await at_once(partial(opened, shop, of, sku, "客一")) == {"CampaignOver": 1}
    await pay(placed[2], now=after(minutes=1))
    for order in await campaigns.unsettled(of.id):
        await campaigns.settle_order(order, now=after(minutes=2))
    assert not await campaigns.settled(of.id, now=after(minutes=2))
    await tick(after(hours=2))
    assert [(await told_counts(team))[0] for team in three] == [State.COMPLETE, State.FAILED, State.FAILED]
    assert await statuses(*placed) == [Status.PREPARING, Status.CANCELLED, Status.CANCELLED]
    assert await campaigns.settled(of.id, now=after(hours=2))


async def test_40_called_off_its_teams_fail_and_the_complete_one_stands(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    of, three, placed = await three_teams(shop, sku)
    await campaigns.cancel(of.id, now=after(minutes=1))
    await tick(after(minutes=1))
    assert [(await told_counts(team))[0] for team in three] == [State.COMPLETE, State.FAILED, State.FAILED]
    assert await statuses(*placed) == [Status.PREPARING, Status.CANCELLED, Status.CANCELLED]
    assert await backs(*placed) == [[], [("team_failed", PRICE.fen)], []]
    assert "取消" in (await teams.standing(three[1].id)).why and (await campaign(of.id)).extra["called_off"]


# ── 41, 42 ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_41_the_shop_fills_a_team_of_one(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    first, team = await opened(shop, await a_campaign(shop, sku, fill_from=1), sku)
    await pay(first)
    wang = await joined(shop, team, sku, "王姐", now=after(hours=23, minutes=55))
    await tick(after(hours=24))
    now = await teams.standing(team.id)
    assert (now.state, now.paid, now.filled, [one.person for one in now.members]) == (
        State.COMPLETE,
        1,
        2,
        [first.buyer],
    )
    await tick(after(hours=24, seconds=1))
    assert await statuses(first, wang) == [Status.PREPARING, Status.CANCELLED]


async def test_41_below_what_the_shop_fills_everybody_has_his_money_back(shop: ShopId) -> None:
    sku = await a_product(stock=9)
    first, team = await opened(shop, await a_campaign(shop, sku, fill_from=2), sku)
    await pay(first)
    await tick(after(hours=30))
    assert (await told_counts(team), await statuses(first)) == ((State.FAILED, 1, 1, 0), [Status.CANCELLED])
    assert (await backs(first), await shelf(sku)) == ([[("team_failed", PRICE.fen)]], ("9", "0"))


async def test_42_a_refund_after_the_team_is_complete_leaves_it_complete(shop: ShopId) -> None:
    sku, boss = await a_product(stock=9), await a_clerk()
    team, placed = await a_team(shop, await a_campaign(shop, sku, size=2), sku, "小李", "王姐")
    await tick(NOW)
    await orders.shop_cancel(placed[1].id, boss, "坏果", now=after(hours=1))
    case = await refunds.give(
        placed[0].id, boss, What(units=((sku, Quantity.of(1)),)), "坏果", now=after(hours=1)
    )
    await refunds.submit(case.id, now=after(hours=1))
    await refunds.paid_back(case.number, now=after(hours=1))
    assert await told_counts(team) == (State.COMPLETE, 2, 2, 0)
    assert await statuses(*placed) == [Status.REFUNDED, Status.CANCELLED]
