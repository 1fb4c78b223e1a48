"""对账 by chat: which day is meant, who may ask, and what is said when something is wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from dialogs.merchant.books import day_said
from shop import audit
from shop.alarms import raise_alarm
from shop.daybills import Comparison, keep
from shop.kit.money import Money
from shop.transaction import run_sql, unit_of_work
from tests.support.street import PRIVATE, ROOM, Street, open_street

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", date(2026, 3, 2)),
        ("昨天的", date(2026, 3, 1)),
        ("前日", date(2026, 2, 28)),
        ("3月1日", date(2026, 3, 1)),
        ("3月1号", date(2026, 3, 1)),
        ("3-1", date(2026, 3, 1)),
        ("3.1", date(2026, 3, 1)),
        ("0301", date(2026, 3, 1)),
        ("2025-12-31", date(2025, 12, 31)),
        ("2025年12月31日", date(2025, 12, 31)),
        ("12月31日", date(2025, 12, 31)),
        ("2月29日", date(2024, 2, 29)),
        ("2号", date(2026, 3, 2)),
        ("3号", date(2026, 2, 3)),
        ("31号", None),
        ("13月1日", None),
        ("2月30日", None),
        ("2027-01-01", date(2027, 1, 1)),
        ("0-0", None),
        ("99999", None),
        ("上半年", None),
    ],
)
def test_which_day_is_meant(said: str, day: date | None) -> None:
    assert day_said(said, TODAY) == day


async def spoil() -> None:
    await run_sql("UPDATE stock_item SET on_hand = on_hand + 500 WHERE id <= 5")


async def mend() -> None:
    await run_sql("UPDATE stock_item SET on_hand = on_hand - 500 WHERE id <= 5")


async def books(
    street: Street, who: str = "店主", said: str = "对账", room: str | None = PRIVATE
) -> list[str]:
    return [line for text in await street.texts(who, said, room) for line in text.splitlines()]


async def test_books_that_are_wrong_are_not_called_right(database_url: str) -> None:
    async with open_street(database_url) as street:
        await spoil()
        said = await books(street)
        assert said[:2] == ["5月1日 账不平 ✗ 5 处", "这天没有单"]
        assert len([line for line in said if line.endswith("的库存和进出记录差 0.5")]) == 3
        assert said[-2:] == ["还有 2 处", "账先别动，请把这条发给管店铺系统的人"]
        await mend()
        assert await books(street) == ["5月1日 账是平的 ✓", "这天没有单"]


async def test_a_shop_with_many_orders_is_told_what_the_night_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_AT_ONCE", 0)
    async with open_street(database_url) as street:
        now, shop = street.shop.clock.now(), street.shop.shop
        assert (await books(street))[0] == "5月1日 账是平的 ✓"  # no order is not many
        await street.say("小李", "来2箱橙子")
        await spoil()
        assert (await books(street))[0] == "5月1日 账是平的 ✓"
        await unit_of_work(lambda: raise_alarm(shop, "books", "x", "N001 的库存不对", now=now))
        said = await books(street)
        assert said[0] == "5月1日 账不平 ✗ 1 处"
        assert said[-2:] == ["⚠️ N001 的库存不对", "账先别动，请把这条发给管店铺系统的人"]
        await mend()


async def compared(street: Street, now: datetime, *wrong: str) -> None:
    found, day = Comparison(Money(0), Money(1), ()), (now - timedelta(days=1)).date()
    await unit_of_work(lambda: keep(street.shop.shop, "wechat", day, found, wrong, now=now))


async def test_a_bill_that_differs_and_what_else_waits_for_a_person(database_url: str) -> None:
    async with open_street(database_url) as street:
        now, shop = street.shop.clock.now(), street.shop.shop
        await compared(street, now, "4月30日微信账单：差 1 分")
        await unit_of_work(lambda: raise_alarm(shop, "refund_stuck", "1", "0430-001 的退款退不了", now=now))
        assert await books(street, said="对账 昨天") == [
            "4月30日 账不平 ✗ 1 处",
            "这天没有单",
            "微信账单：1 处对不上",
            "⚠️ 4月30日微信账单：差 1 分",
            "⚠️ 0430-001 的退款退不了",
            "请和支付后台核对",
        ]
        assert await books(street) == [
            "5月1日 账是平的 ✓",
            "这天没有单",
            "⚠️ 4月30日微信账单：差 1 分",
            "⚠️ 0430-001 的退款退不了",
        ]
        await compared(street, now)
        assert (await books(street, said="对账 昨天"))[2:] == ["微信账单：对上了", "⚠️ 0430-001 的退款退不了"]


async def test_the_books_are_the_owners_and_never_a_groups(database_url: str) -> None:
    async with open_street(database_url) as street:
        for who in ("小李", "客服", "团长"):
            assert "账" not in "".join(await books(street, who))
        for room_said in ("对账", f"@{street.shop.shop_name} 对账"):
            assert "账" not in "".join(await books(street, "店主", room_said, ROOM))
