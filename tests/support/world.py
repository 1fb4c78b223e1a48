"""A small shop for tests, built through the verbs that the shop itself uses: nothing here writes a row by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from shop import catalogue, mail, orders, payments, people, pickups, refunds, seed
from shop.goods import Catalogue
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.baskets import Op, Want
from shop.rules.refunds import What
from shop.slips import Slip, slip
from shop.transaction import run_sql, set_event_writer

NOW = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
TODAY = date(2026, 5, 1)
CHANNEL = "street"
FULL50 = {"kind": "spend_save", "steps": [["50", "5"], ["100", "12"]]}  # 满50减5, 满100减12
NO_GOODS = Catalogue("S1", "水果群店", "Asia/Shanghai", None, (), (), ())

_events = count(1)


def after(**time: float) -> datetime:
    """A moment after the morning on which every test begins: after(minutes=16)."""
    return NOW + timedelta(**time)


async def a_shop(
    key: str = "S1",
    name: str = "水果群店",
    *,
    tz: str = "Asia/Shanghai",
    promotions: Sequence[Mapping[str, Any]] = (),
) -> ShopId:
    """An open shop with empty shelves; its events are written down as in the real house."""
    set_event_writer(mail.write_events)
    catalogue.forget()
    shop = await seed.open_shop(key, name, tz, now=NOW)
    await seed.fill(shop, NO_GOODS, now=NOW, promotions=promotions)
    return shop


async def the_shop() -> ShopId:
    """The first shop of this database."""
    rows = await run_sql("SELECT id FROM shop ORDER BY id LIMIT 1")
    return ShopId(int(rows[0]["id"]))


async def a_product(
    name: str = "橙子",
    price: str = "29.90",
    stock: int | str = 5,
    unit: str = "箱",
    *,
    spec: str = "",
    category: str = "水果",
    shop: ShopId | None = None,
) -> str:
    """Goods on the shelf; gives the sku."""
    new = catalogue.NewGoods(name, unit, Money.parse(price), Quantity.of(stock), spec, category)
    return await catalogue.put_on_sale(shop or await the_shop(), new, now=NOW)


async def a_customer(name: str = "小李", *, shop: ShopId | None = None) -> PersonId:
    """Somebody in the street; the same name is the same person."""
    found = await people.recognise(shop or await the_shop(), CHANNEL, f"account of {name}", name, now=NOW)
    return found.id


async def a_clerk(name: str = "老板", role: str = people.OWNER, *, shop: ShopId | None = None) -> PersonId:
    """Somebody who works here."""
    shop = shop or await the_shop()
    clerk = await a_customer(name, shop=shop)
    await people.appoint(shop, clerk, role, now=NOW)
    return clerk


async def a_room(name: str = "水果群", *, shop: ShopId | None = None) -> people.Room:
    return await people.take_over_room(shop or await the_shop(), CHANNEL, f"room {name}", name)


def want(
    sku: str, qty: int | str = 1, op: Op = "add", whom: str | None = None, note: str | None = None
) -> Want:
    return Want(sku, Quantity.of(qty), op, whom, note)


async def an_order(
    buyer: PersonId,
    *wants: tuple[str, int | str] | Want,
    now: datetime = NOW,
    shop: ShopId | None = None,
) -> Slip:
    """来2箱橙子: placed and not paid."""
    basket = [one if isinstance(one, Want) else want(*one) for one in wants]
    return await orders.place(shop or await the_shop(), buyer, basket, now=now)


async def a_paid_order(
    buyer: PersonId, *wants: tuple[str, int | str] | Want, now: datetime = NOW, shop: ShopId | None = None
) -> Slip:
    """Placed, and paid through the gateway to the fen."""
    placed = await an_order(buyer, *wants, now=now, shop=shop)
    await pay(placed, now=now)
    return await slip(placed.id)


async def a_cash_order(
    buyer: PersonId, *wants: tuple[str, int | str] | Want, now: datetime = NOW, shop: ShopId | None = None
) -> Slip:
    """Placed, to be paid at the counter."""
    placed = await an_order(buyer, *wants, now=now, shop=shop)
    return await orders.choose_cash(placed.shop, buyer, now=now)


async def pay(
    placed: Slip,
    amount: Money | None = None,
    *,
    now: datetime = NOW,
    trade_no: str | None = None,
    event: str | None = None,
) -> str:
    """The gateway says that this much came in (to the fen unless said otherwise); gives what it became."""
    if trade_no is None:
        trade_no = (await payments.ask(placed.token, "gateway", now=now)).trade_no
    name = event or f"notice {next(_events)}"
    return await payments.settle("gateway", name, trade_no, amount or placed.payable, now=now)


async def a_refund(paid: Slip, sku: str, qty: int | str = 1, *, now: datetime = NOW) -> str:
    """The shop gives money back for these goods, and the gateway pays it; gives the refund's number."""
    what = What(units=((sku, Quantity.of(qty)),))
    case = await refunds.give(paid.id, paid.buyer, what, "坏了", now=now)
    await refunds.submit(case.id, now=now)
    await refunds.paid_back(case.number, now=now)
    return case.number


async def hand_over(placed: Slip, clerk: PersonId, *, now: datetime = NOW) -> OrderId:
    """The buyer is at the counter and says the code; what is still owed is paid in cash."""
    code = (await slip(placed.id)).pickup_code
    assert code is not None, f"{placed.code} has no pick-up code"
    waiting = await pickups.look_up(placed.shop, code)
    return await pickups.redeem(placed.shop, code, clerk, cash=waiting.to_collect, now=now)


# ── what the books say ──────────────────────────────────────────────────────────────────────────────────────────


async def shelf(sku: str) -> tuple[str, str]:
    """On hand and promised, as people write quantities."""
    rows = await run_sql(
        "SELECT on_hand, held FROM stock_item JOIN sku ON sku.id = stock_item.sku_id WHERE sku.key = ?", [sku]
    )
    return str(Quantity(int(rows[0]["on_hand"]))), str(Quantity(int(rows[0]["held"])))


async def facts() -> list[tuple[int, str]]:
    """Every fen that came in, in order, and what it became."""
    rows = await run_sql("SELECT amount_fen, standing FROM pay_fact ORDER BY id")
    return [(int(row["amount_fen"]), str(row["standing"])) for row in rows]


async def happened() -> list[str]:
    """The events that were written down, in order."""
    rows = await run_sql("SELECT kind FROM event ORDER BY id")
    return [str(row["kind"]) for row in rows]


TABLES = (
    "order", "line", "hold", "stock_item", "stock_move", "pay_intent", "pay_fact", "pickup", "counter", "event",
    "letter", "message", "ticket", "refund", "refund_part", "given_back", "transfer", "entry", "points_account", "alarm", "pairing", "staff", "special", "product", "sku", "handle", "person",
)  # fmt: skip


async def books() -> dict[str, list[dict[str, Any]]]:
    """Every row of the trade: after a refusal it must be what it was before."""
    return {
        table: [dict(row) for row in await run_sql(f'SELECT * FROM "{table}" ORDER BY id')]
        for table in TABLES
    }
