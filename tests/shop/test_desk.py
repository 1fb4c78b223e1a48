"""Asking for a person, and what the staff did by chat."""

from __future__ import annotations

from datetime import timedelta

from shop import acts, desk, tickets
from shop.kit.ids import ShopId
from tests.support.world import NOW, a_clerk, a_customer, a_room, after, happened


async def test_asking_twice_is_one_request_and_the_staff_are_told_once(shop: ShopId) -> None:
    li, room = await a_customer(), await a_room()
    first = await desk.want_person(shop, li, "烂了三个", room=room.id, now=NOW)
    again = await desk.want_person(shop, li, "人呢", room=None, now=after(minutes=5))
    assert (first.is_new, again.is_new, again.id, again.why) == (True, False, first.id, "烂了三个")
    assert (first.person, first.room, first.opened_at) == (li, room.id, NOW)
    assert await tickets.request(first.id) == first
    assert await happened() == ["PersonWanted"]


async def test_a_long_complaint_is_cut_and_kept(shop: ShopId) -> None:
    asked = await desk.want_person(shop, await a_customer(), "坏" * 500, room=None, now=NOW)
    assert asked.why == "坏" * 200


async def test_the_last_act_can_be_taken_back_once_and_in_time(shop: ShopId) -> None:
    boss = await a_clerk()
    minute = timedelta(minutes=5)
    await acts.record(
        shop, boss, "restock", "补货橙子20", "done", now=NOW, undo={"sku": "N001-1"}, undo_for=minute
    )
    second = await acts.record(
        shop, boss, "price", "橙子改价1", "done", now=NOW, undo={"price": 2990}, undo_for=minute
    )
    await acts.record(shop, boss, "count", "盘点", "done", now=NOW)
    await acts.record(
        shop, boss, "price", "橙子改价-1", "refused", now=NOW, undo={"price": 1}, undo_for=minute
    )
    last = await acts.last_undoable(shop, boss, now=after(minutes=1))
    assert last is not None and (last.id, last.undo, last.command) == (second, {"price": 2990}, "price")
    assert await acts.mark_undone(second, 99)
    assert not await acts.mark_undone(second, 100)
    first = await acts.last_undoable(shop, boss, now=after(minutes=1))
    assert first is not None and first.command == "restock"
    assert await acts.last_undoable(shop, boss, now=after(minutes=5)) is None
    assert [act.command for act in await acts.history(shop, boss, limit=2)] == ["price", "count"]


async def test_nobody_takes_back_what_somebody_else_did(shop: ShopId) -> None:
    boss, clerk = await a_clerk("老板"), await a_clerk("店员")
    await acts.record(
        shop, boss, "price", "改价", "done", now=NOW, undo={"price": 1}, undo_for=timedelta(hours=1)
    )
    assert await acts.last_undoable(shop, clerk, now=NOW) is None


async def test_denied_tries_are_counted_for_ten_minutes(shop: ShopId) -> None:
    thief = await a_customer("小偷")
    for minute in (0, 5, 9):
        await acts.record(shop, thief, "price", "改价", "denied", now=after(minutes=minute))
    assert await acts.denied_lately(thief, now=after(minutes=9)) == 3
    assert await acts.denied_lately(thief, now=after(minutes=10)) == 2
