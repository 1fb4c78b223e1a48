"""Who is who, who works here, and how the owner binds the shop."""

from __future__ import annotations

import pytest

from shop import people
from shop.kit.ids import ShopId
from shop.refusals import WrongPairingCode
from tests.support.world import CHANNEL, NOW, a_clerk, a_customer, a_room, a_shop, after, books, happened


async def test_a_nickname_identifies_nobody(shop: ShopId) -> None:
    first = await people.recognise(shop, CHANNEL, "wx1", "小李", now=NOW)
    twin = await people.recognise(shop, CHANNEL, "wx2", "小李", now=NOW)
    renamed = await people.recognise(shop, CHANNEL, "wx1", "大李", now=after(days=1))
    assert (first.id == twin.id, renamed.id == first.id, renamed.name) == (False, True, "大李")
    assert await people.person(first.id) == people.Person(first.id, "大李")
    assert await people.address(first.id) == people.Address(CHANNEL, "wx1", "大李")


async def test_the_same_account_on_another_channel_is_somebody_else(shop: ShopId) -> None:
    one = await people.recognise(shop, "wechaty", "x", "小李", now=NOW)
    other = await people.recognise(shop, "webroom", "x", "小李", now=NOW)
    assert one.id != other.id


async def test_what_the_account_calls_him_is_kept_and_forgotten_as_it_says(shop: ShopId) -> None:
    him = await people.recognise(shop, CHANNEL, "wx1", "小李", alias="三栋王姐", now=NOW)
    assert (him.name, await people.alias(him.id)) == ("小李", "三栋王姐")
    await people.recognise(shop, CHANNEL, "wx1", "小李", now=NOW)  # by whoever does not know it
    assert await people.alias(him.id) == "三栋王姐"
    await people.recognise(shop, CHANNEL, "wx1", "小李", alias="王姐", now=NOW)
    assert await people.alias(him.id) == "王姐"
    await people.recognise(shop, CHANNEL, "wx1", "小李", alias="", now=NOW)
    assert await people.alias(him.id) == ""


async def test_staff_by_role_longest_serving_first(shop: ShopId) -> None:
    boss, agent = await a_clerk("老板"), await a_clerk("客服", people.AGENT)
    await people.appoint(shop, boss, people.OWNER, now=NOW)  # said twice
    await people.appoint(shop, boss, people.AGENT, now=NOW)
    assert await people.staff(shop) == (boss, agent)
    assert await people.staff(shop, people.OWNER) == (boss,)
    assert await people.staff(shop, people.AGENT) == (agent, boss)
    assert (await people.person(boss)).roles == {people.OWNER, people.AGENT}
    assert not (await people.person(await a_customer())).is_staff
    other = await a_shop("S2", "隔壁")
    assert await people.staff(other) == ()


async def test_a_group_belongs_to_one_shop_and_can_be_muted(shop: ShopId) -> None:
    room = await a_room("水果群")
    assert await a_room("水果群") == room
    head = await a_customer("团长")
    assert (await people.take_over_room(shop, CHANNEL, room.key, "水果群", owner=head)).owner == head
    await people.mute(room.id)
    assert (await people.room_by_id(room.id)).muted
    await people.mute(room.id, muted=False)
    assert not (await people.rooms(shop))[0].muted
    assert await people.room(CHANNEL, "elsewhere") is None


# ── 绑定 ────────────────────────────────────────────────────────────────────────────────────────────────────────


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def try_to_pair(shop: ShopId, code: str, minutes: float = 0) -> bool:
    """As the dialogue does: a refused try is counted."""
    who = await a_customer("老板")
    try:
        await people.pair(shop, who, code, now=after(minutes=minutes))
    except WrongPairingCode:
        await people.count_wrong_pairing(shop)
        return False
    return True


async def test_the_right_code_makes_the_owner_once(shop: ShopId) -> None:
    code = str(await people.pairing_code(shop, now=NOW))
    assert len(code) == 6
    assert await try_to_pair(shop, code, minutes=10)
    boss = await a_customer("老板")
    assert (await people.staff(shop, people.OWNER), await happened()) == ((boss,), ["OwnerPaired"])
    thief = await a_customer("小偷")
    before = await books()
    with pytest.raises(WrongPairingCode):
        await people.pair(shop, thief, code, now=after(minutes=1))
    assert await books() == before
    assert await people.pairing_code(shop, now=NOW) is None


async def test_after_ten_minutes_the_code_is_too_old(shop: ShopId) -> None:
    code = str(await people.pairing_code(shop, now=NOW))
    assert not await try_to_pair(shop, code, minutes=10.01)


async def test_a_new_code_kills_the_old_one(shop: ShopId) -> None:
    old = str(await people.pairing_code(shop, now=NOW))
    new = str(await people.pairing_code(shop, now=NOW))
    if old != new:
        assert not await try_to_pair(shop, old)
    assert await try_to_pair(shop, new)


async def test_four_wrong_tries_are_forgiven_and_five_are_not(shop: ShopId) -> None:
    code = str(await people.pairing_code(shop, now=NOW))
    assert [await try_to_pair(shop, wrong(code)) for _ in range(4)] == [False] * 4
    assert await try_to_pair(shop, code)


async def test_five_wrong_tries_and_the_right_code_is_dead(shop: ShopId) -> None:
    code = str(await people.pairing_code(shop, now=NOW))
    assert [await try_to_pair(shop, wrong(code)) for _ in range(5)] == [False] * 5
    assert not await try_to_pair(shop, code)
    assert await people.staff(shop) == ()


@pytest.mark.parametrize("said", ["", "绑定", "１２３４５６", "123456 "])
async def test_what_is_no_code_is_wrong_and_no_bug(shop: ShopId, said: str) -> None:
    await people.pairing_code(shop, now=NOW)
    assert not await try_to_pair(shop, said)


async def test_no_code_was_ever_made(shop: ShopId) -> None:
    assert not await try_to_pair(shop, "123456")
