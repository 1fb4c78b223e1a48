"""What the merchant does to the shelves."""

from __future__ import annotations

from contextlib import suppress

import pytest

from shop import catalogue, orders, seed
from shop.catalogue import NewGoods
from shop.goods import Campaign, CampaignItem, Catalogue, Coupon, Product, Sku, Unit
from shop.kit.ids import ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.refusals import NameTaken, NoSuchGoods, NotSold, SoldOut
from shop.transaction import run_sql, transaction
from tests.support.world import (
    FULL50,
    NOW,
    TODAY,
    a_customer,
    a_product,
    a_room,
    after,
    an_order,
    books,
    happened,
    shelf,
    want,
)


async def menu(shop: ShopId) -> list[tuple[int, str, str, str]]:
    return [
        (line.no, line.name, str(line.price.price), str(line.left))
        for line in await catalogue.menu(shop, TODAY)
    ]


async def moves() -> list[tuple[int, str]]:
    rows = await run_sql("SELECT change, reason FROM stock_move ORDER BY id")
    return [(int(row["change"]), str(row["reason"])) for row in rows]


async def test_the_menu_is_numbered_as_the_goods_came(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90", stock=5)
    await a_product("梨", "12.00", stock=3)
    await an_order(await a_customer(), (oranges, 2))
    assert await menu(shop) == [(1, "橙子", "¥29.90", "3"), (2, "梨", "¥12.00", "3")]


async def test_a_name_is_sold_once(shop: ShopId) -> None:
    await a_product("橙子")
    before = await books()
    with pytest.raises(NameTaken) as no:
        await a_product("橙子", "1.00")
    assert no.value.name == "橙子"
    assert await books() == before


async def test_withdrawn_goods_come_back_with_the_new_price_and_what_was_left(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90", stock=5)
    await catalogue.withdraw(shop, "N001")
    assert await menu(shop) == []
    with pytest.raises(NoSuchGoods):
        await catalogue.withdraw(shop, "N001")
    assert await a_product("橙子", "19.90", stock=2) == oranges
    assert await menu(shop) == [(1, "橙子", "¥19.90", "7")]
    assert await moves() == [(5000, "received"), (2000, "received")]


async def test_a_second_size_of_the_same_goods(shop: ShopId) -> None:
    small = await a_product("橙子", "29.90", unit="箱")
    await catalogue.withdraw(shop, "N001")
    large = await catalogue.put_on_sale(
        shop, NewGoods("橙子", "箱", Money(4990), Quantity.of(1), spec="大果"), now=NOW
    )
    assert (small, large) == ("N001-1", "N001-2")


async def test_taking_goods_off_the_menu_can_be_undone(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90", stock=5)
    await catalogue.withdraw(shop, "N001")
    li = await a_customer()
    with pytest.raises(NotSold):
        await an_order(li, (oranges, 1))
    await catalogue.put_back(shop, "N001")
    assert (await an_order(li, (oranges, 1))).payable == Money(2990)


async def test_a_new_price_gives_the_old_one(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    assert await catalogue.change_price(shop, oranges, Money(1990)) == Money(2990)
    assert await menu(shop) == [(1, "橙子", "¥19.90", "5")]


async def test_restocked_and_sold_the_same_minute(shop: ShopId) -> None:
    oranges = await a_product(stock=0)
    li = await a_customer()
    with pytest.raises(SoldOut):
        await an_order(li, (oranges, 1))
    assert await catalogue.restock(shop, oranges, Quantity.of(20), now=NOW) == Quantity.of(20)
    await an_order(li, (oranges, 1))
    assert await shelf(oranges) == ("20", "1")


async def test_a_restock_is_taken_back_unless_it_was_promised_since(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await catalogue.restock(shop, oranges, Quantity.of(10), now=NOW)
    assert await catalogue.take_out(shop, oranges, Quantity.of(10), now=NOW)
    assert (await shelf(oranges), await moves()) == (
        ("5", "0"),
        [(5000, "received"), (10_000, "received"), (-10_000, "undone")],
    )
    await catalogue.restock(shop, oranges, Quantity.of(10), now=NOW)
    await an_order(await a_customer(), (oranges, 6))
    before = await books()
    assert not await catalogue.take_out(shop, oranges, Quantity.of(10), now=NOW)
    assert await books() == before


async def test_counted_below_what_is_promised_is_told_and_nothing_moves(shop: ShopId) -> None:
    oranges = await a_product(stock=5)
    await an_order(await a_customer(), (oranges, 3))
    before = await books()
    assert await catalogue.count(shop, oranges, Quantity.of(2), now=NOW) is None
    assert await books() == before
    assert await catalogue.count(shop, oranges, Quantity.of(3), now=NOW) == Quantity.of(5)
    assert (await shelf(oranges), (await moves())[-1]) == (("3", "3"), (-2000, "counted"))
    assert await catalogue.count(shop, oranges, Quantity.of(8), now=NOW) == Quantity.of(3)
    assert await shelf(oranges) == ("8", "3")


async def test_specials_are_replaced_and_undone(shop: ShopId) -> None:
    oranges, pears = await a_product("橙子", "29.90"), await a_product("梨", "12.00")
    assert await catalogue.set_specials(shop, {oranges: Money(1990)}, TODAY) == {oranges: None}
    before = await catalogue.set_specials(shop, {oranges: Money(990), pears: Money(600)}, TODAY)
    assert before == {oranges: Money(1990), pears: None}
    assert [price for _, _, price, _ in await menu(shop)] == ["¥9.90", "¥6.00"]
    await catalogue.undo_specials(shop, before, TODAY)
    assert [price for _, _, price, _ in await menu(shop)] == ["¥19.90", "¥12.00"]


async def test_one_unknown_special_leaves_all_as_they_were(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    before = await books()
    with pytest.raises(NoSuchGoods):
        await catalogue.set_specials(shop, {oranges: Money(1), "N999-1": Money(1)}, TODAY)
    assert await books() == before


async def test_for_nothing_today_is_a_special_too(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    await catalogue.set_specials(shop, {oranges: Money(0)}, TODAY)
    assert await menu(shop) == [(1, "橙子", "¥0.00", "5")]


async def test_specials_are_told_to_each_group(shop: ShopId) -> None:
    oranges = await a_product()
    rooms = [(await a_room(name)).id for name in ("水果群", "邻居群")]
    await catalogue.post_specials(rooms, [oranges], TODAY, now=NOW)
    assert await happened() == ["SpecialsPosted", "SpecialsPosted"]


async def test_what_is_not_there(shop: ShopId) -> None:
    for attempt in (
        lambda: catalogue.restock(shop, "N9", Quantity.of(1), now=NOW),
        lambda: catalogue.take_out(shop, "N9", Quantity.of(1), now=NOW),
        lambda: catalogue.count(shop, "N9", Quantity.of(1), now=NOW),
        lambda: catalogue.change_price(shop, "N9", Money(1)),
    ):
        with pytest.raises(NoSuchGoods):
            await attempt()


# ── the shelf that is kept in memory ────────────────────────────────────────────────────────────────────────────


async def test_the_shelf_is_made_anew_only_when_goods_changed(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    first = await catalogue.goods(shop)
    await an_order(await a_customer(), (oranges, 1))
    assert await catalogue.goods(shop) is first
    await catalogue.change_price(shop, oranges, Money(1))
    assert (await catalogue.goods(shop)).version > first.version


async def test_a_price_that_was_rolled_back_is_never_charged(shop: ShopId) -> None:
    """The shelf seen inside a transaction that failed must not answer for the next change."""
    oranges = await a_product("橙子", "29.90")

    class Bug(Exception): ...

    with pytest.raises(Bug):
        async with transaction():
            await catalogue.change_price(shop, oranges, Money(1))
            assert (await catalogue.goods(shop)).price(oranges, TODAY).price == Money(1)
            raise Bug
    await a_product("梨", "12.00")
    assert (await an_order(await a_customer(), (oranges, 1))).payable == Money(2990)


# ── 开张 ────────────────────────────────────────────────────────────────────────────────────────────────────────

FILE = Catalogue(
    "S1",
    "水果群店",
    "Asia/Shanghai",
    None,
    (),
    (Unit("筐", "pack", aliases=("篮",)),),
    (
        Product(
            "P1",
            "橙子",
            (
                Sku("P1-a", "P1", "大果", "筐", Money(4990), True),
                Sku("P1-b", "P1", "小果", "筐", Money(2990)),
            ),
        ),
        Product(
            "P2", "梨", (Sku("P2-a", "P2", "", "斤", Money(600), True),), aliases=("雪梨",), category="水果"
        ),
    ),
    (Campaign("C1", "groupbuy", "今日接龙", "open", None, (CampaignItem(1, "A", "P1-a"),)),),
    (Coupon("NEW5", "新人减5"),),
)


async def test_a_shop_opens_from_a_file_once(shop: ShopId) -> None:
    stock = {"P1-a": Quantity.of(7), "P2-a": Quantity.of("12.5")}
    assert await seed.fill(shop, FILE, now=NOW, stock=stock, promotions=[FULL50]) == 2
    assert await menu(shop) == [
        (1, "橙子", "¥49.90", "7"),
        (2, "橙子", "¥29.90", "100"),
        (3, "梨", "¥6.00", "12.5"),
    ]
    await catalogue.change_price(shop, "P2-a", Money(700))
    assert await seed.fill(shop, FILE, now=after(days=1), stock=stock, promotions=[FULL50]) == 0
    assert await menu(shop) == [
        (1, "橙子", "¥49.90", "7"),
        (2, "橙子", "¥29.90", "100"),
        (3, "梨", "¥7.00", "12.5"),
    ]
    assert [reason for _, reason in await moves()] == ["opening"] * 3
    shelf_now = await catalogue.goods(shop)
    assert shelf_now.catalogue.unit["筐"].aliases == ("篮",)
    assert shelf_now.catalogue.unit["斤"].grams == 500
    assert (shelf_now.catalogue.campaigns, shelf_now.catalogue.coupons) == (FILE.campaigns, FILE.coupons)
    assert len(shelf_now.promotions) == 1
    slip = await orders.place(shop, await a_customer(), [want("P1-a", 1), want("P2-a", "1.5")], now=NOW)
    assert (slip.gross, slip.payable) == (Money(6040), Money(5540))


async def test_opening_again_keeps_the_shop_and_takes_its_new_name(shop: ShopId) -> None:
    assert await seed.open_shop("S1", "水果大店", "Asia/Shanghai", now=after(days=1)) == shop
    assert (await catalogue.goods(shop)).catalogue.shop_name == "水果大店"


async def test_a_promotion_with_wrong_terms_opens_nothing(shop: ShopId) -> None:
    before = await books()
    with pytest.raises(ValueError, match="满减"):
        await seed.fill(shop, FILE, now=NOW, promotions=[{"kind": "spend_save", "steps": [["5", "50"]]}])
    assert await books() == before


async def test_a_transaction_sees_one_shelf_and_its_own_changes(shop: ShopId) -> None:
    oranges = await a_product("橙子", "29.90")
    async with transaction():
        before = await catalogue.goods(shop)
        with suppress(KeyError):
            async with transaction():
                await catalogue.change_price(shop, oranges, Money(1))
                assert (await catalogue.goods(shop)).price(oranges, TODAY).price == Money(1)
                raise KeyError
        assert await catalogue.goods(shop) is before
        await catalogue.change_price(shop, oranges, Money(2))
        assert (await catalogue.goods(shop)).price(oranges, TODAY).price == Money(2)
    assert (await catalogue.goods(shop)).price(oranges, TODAY).price == Money(2)
