"""The page of a campaign's list: nicknames and counts for everybody, codes and money for who runs it, nothing for
who guesses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shop import campaigns, lists, orders, people, signups
from shop.campaigns import NewItem
from shop.kit.ids import OrderId, PersonId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Want
from shop.rules.campaigns import Kind, OnOffer
from shop.transaction import run_sql
from tests.support.till import Till, open_till

TAG = re.compile(r"<[^>]*>")


@pytest.fixture
async def till(shop_db: str) -> AsyncIterator[Till]:
    async with open_till() as opened:
        yield opened


def read(page: str) -> str:
    return " ".join(TAG.sub(" ", page.partition("<main")[2]).split())


async def a_list(till: Till, **terms: object) -> OnOffer:
    return await campaigns.set_up(
        till.shop, Kind.LIST, "周五<橙子>", [NewItem("P1-1")], by=None, now=till.clock(), terms=terms
    )


async def join(till: Till, of: OnOffer, name: str, whom: str | None = None) -> str:
    who = await people.recognise(till.shop, "webroom", name, name, now=till.clock())
    wants = [Want("P1-1", Quantity.of(2), "add", whom)]
    return (await orders.place(till.shop, PersonId(who.id), wants, now=till.clock(), campaign=of)).code


async def test_everybody_sees_who_takes_what_and_no_code(till: Till) -> None:
    of = await a_list(till, least=10_000)
    code = await join(till, of, "3栋<i>王姐", "妈妈")
    page = await till.page(f"/l/{of.token}")
    text = read(page)
    assert "周五&lt;橙子&gt;" in page and "3栋&lt;i&gt;王姐（给妈妈）" in page
    assert "1 人 2箱，还差 8 成团" in text and "2箱" in text
    assert code not in page and "未付" not in text and of.sheet_token not in page


async def test_who_does_not_want_to_be_named_is_not(till: Till) -> None:
    of = await a_list(till)
    await join(till, of, "王姐姐")
    code = await join(till, of, "小李子")
    (row,) = await run_sql('SELECT id FROM "order" WHERE code = ?', [code])
    await lists.hide([OrderId(int(row["id"]))])
    page = await till.page(f"/l/{of.token}")
    assert "小李子" not in page and "小***" in page and "王姐姐" in page
    assert "小李子" in await till.page(f"/s/{of.sheet_token}")


async def test_an_event_begins_and_its_slip_speaks_of_a_door(till: Till) -> None:
    of = await signups.open(
        till.shop,
        "品鉴会",
        Quantity.of(3),
        Money(0),
        till.clock() + timedelta(hours=3),
        [],
        by=None,
        now=till.clock(),
    )
    who = await people.recognise(till.shop, "webroom", "小李", "小李", now=till.clock())
    wants = [Want(of.items[0].sku, Quantity.of(1))]
    placed = await orders.place(till.shop, PersonId(who.id), wants, now=till.clock(), campaign=of)
    assert "开始" in read(await till.page(f"/l/{of.token}"))
    slip = read(await till.page(f"/o/{placed.token}"))
    assert "报上了" in slip and "到门口出示这个码" in slip and "取货" not in slip


async def test_a_list_without_names(till: Till) -> None:
    of = await a_list(till, anonymous=True)
    await join(till, of, "王姐姐")
    assert "王姐姐" not in await till.page(f"/l/{of.token}")
    assert "王姐姐" in await till.page(f"/s/{of.sheet_token}")


async def test_who_runs_it_sees_codes_and_what_to_get_ready_and_takes_it_away(till: Till) -> None:
    of = await a_list(till)
    code = await join(till, of, "3栋王姐")
    await join(till, of, "=HYPERLINK(1)")
    text = read(await till.page(f"/s/{of.sheet_token}"))
    assert code in text and "未付" in text and "橙子 4箱" in text and "2 单没付" in text
    got = await till.client.get(f"/s/{of.sheet_token}/sheet.csv")
    rows = list(csv.reader(io.StringIO((await got.read()).decode("utf-8-sig"))))
    assert rows[1] == ["1", "3栋王姐", "", "3", "橙子", "2", "箱", code, "未付"]
    assert rows[2][1] == "'=HYPERLINK(1)"  # a spreadsheet runs nothing


@pytest.mark.parametrize("path", ["/l/{sheet}", "/s/{list}", "/l/" + "0" * 32, "/l/x", "/s/%00/sheet.csv"])
async def test_one_link_is_not_the_other_and_guessing_finds_nothing(till: Till, path: str) -> None:
    of = await a_list(till)
    got = await till.client.get(path.format(sheet=of.sheet_token, list=of.token))
    assert got.status == 404 and "没有找到这份名单" in await got.text()
