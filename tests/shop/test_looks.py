"""What is covered at the desk is shown to the agent who asks, of this customer and of nobody else, and it is kept that he
looked."""

from __future__ import annotations

import pytest

from shop import acts, addresses, deskviews, looks, mail, people
from shop.kit.ids import OrderId, PersonId, ShopId
from tests.support.world import (
    NOW,
    a_clerk,
    a_customer,
    a_paid_order,
    a_product,
    a_shop,
    an_order,
)

HOME = "望京花园3号楼502 13812345678"


@pytest.fixture
async def mei(shop: ShopId) -> PersonId:
    return await a_clerk("小美", people.AGENT)


async def looked(shop: ShopId, agent: PersonId) -> list[str]:
    return [act.said for act in await acts.history(shop, agent)]


async def test_a_code_and_an_address_are_shown_once_asked_for_and_each_look_is_kept(
    shop: ShopId, mei: PersonId
) -> None:
    li = await a_customer()
    paid = await a_paid_order(li, (await a_product(), 1))
    await addresses.keep(paid.id, HOME)
    glance = await deskviews.glance(shop, li)
    assert glance.brought == {paid.id}
    assert await looked(shop, mei) == []
    assert await looks.at_order(shop, mei, li, paid.id, "code", now=NOW) == paid.pickup_code
    assert await looks.at_order(shop, mei, li, paid.id, "address", now=NOW) == HOME
    assert await looked(shop, mei) == [f"看了小李 {paid.code} 的地址", f"看了小李 {paid.code} 的取货码"]


async def test_where_there_is_nothing_nothing_is_kept(shop: ShopId, mei: PersonId) -> None:
    li, flower = await a_customer(), await a_customer("阿花")
    unpaid = await an_order(li, (await a_product(), 1))
    other = await a_shop("S2", "隔壁")
    for customer, order in ((li, unpaid.id), (flower, unpaid.id), (li, OrderId(10**9))):
        for what in looks.WORDS:
            assert await looks.at_order(shop, mei, customer, order, what, now=NOW) == ""
    await addresses.keep(unpaid.id, HOME)
    assert await looks.at_order(shop, mei, flower, unpaid.id, "address", now=NOW) == ""
    assert await looks.at_order(other, mei, li, unpaid.id, "address", now=NOW) == ""
    assert await looked(shop, mei) == []


async def test_a_line_is_shown_whole_to_the_agents_of_its_shop(shop: ShopId, mei: PersonId) -> None:
    li, other = await a_customer(), await a_shop("S2", "隔壁")
    words = f"送到{HOME}"
    heard = mail.Incoming("street", "m1", None, "account of 小李", "小李", words, NOW)
    id, _ = await mail.keep(heard, now=NOW)
    assert await looks.at_line(shop, mei, li, f"m{id}", now=NOW) == words
    for where, customer, key in (
        (shop, await a_customer("阿花"), f"m{id}"),
        (other, li, f"m{id}"),
        (shop, li, f"l{id}"),
    ):
        assert await looks.at_line(where, mei, customer, key, now=NOW) == ""
    assert await looked(shop, mei) == [f"看了小李 一句话（m{id}）"]
