"""查账: `qundian audit` as a person types it, and the nightly look: each check once a night, alarms that come and go."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.auditing import audit_nightly
from shop import audit, daybooks, mail, tickets
from shop.database import close_database, open_database, record_modules
from shop.events import MatterRaised
from shop.kit.ids import ShopId
from shop.transaction import run_sql, transaction, unit_of_work
from tests.bot.test_cli import config, qundian
from tests.support.world import TODAY, a_clerk, a_customer, a_paid_order, a_product, a_shop, after, happened

MANY = len(audit.NAMES)
THREE = after(hours=17)  # three in the night, in Shanghai


def audited(folder: Path, url: str, *words: str) -> tuple[int, str, str]:
    config(folder, f'[database]\nurl = "{url}"\n')
    return qundian("audit", *words, cwd=folder)


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def a_small_shop() -> ShopId:
    shop = await a_shop()
    await a_paid_order(await a_customer(), (await a_product(), 2))
    return shop


async def test_books_in_order_are_said_to_be_check_by_check(shop_db: str, tmp_path: Path) -> None:
    await a_small_shop()
    await close_database()
    status, said, complained = audited(tmp_path, shop_db)
    lines = said.splitlines()
    assert (status, complained) == (0, "")
    assert lines[0] == "水果群店（S1）"
    assert lines[1:-1] == [f"[{n}/{MANY}] {name} — 好" for n, name in enumerate(audit.NAMES, start=1)]
    assert lines[-1] == f"✓ {MANY} checks, the books are in order"


async def test_what_is_broken_is_said_with_its_figure(shop_db: str, tmp_path: Path) -> None:
    await a_small_shop()
    await a_product("苹果")
    other = await a_shop("S2", "隔壁")
    for n in range(10):
        await a_product(f"货{n}", shop=other)
    await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
    await close_database()
    status, said, complained = audited(tmp_path, shop_db)
    lines = said.splitlines()
    assert (status, complained) == (1, "")
    at = audit.NAMES.index("every change of stock is a move") + 1
    head = f"[{at}/{MANY}] every change of stock is a move — ✗ 500: "
    assert lines[at] == f"{head}N001-1 differs from its moves by 500 thousandths"
    assert lines[at + 1] == "  ✗ 500: N002-1 differs from its moves by 500 thousandths"
    assert lines[at + 2].endswith("— 好")
    next_door = lines[lines.index("隔壁（S2）") :]
    assert next_door[at].startswith(head)
    assert next_door[at + 5] == "  and 5 more"
    told = f"✗ 2 of {2 * MANY} checks found something; 2 new at the desk. The books were not changed"
    assert lines[-1] == told
    assert audited(tmp_path, shop_db)[1].splitlines()[-1] == told.replace("2 new", "0 new")


async def test_who_only_looks_opens_nothing(shop_db: str, tmp_path: Path) -> None:
    shop = await a_small_shop()
    await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
    status, said, _ = audited(tmp_path, shop_db, "--look")
    assert (status, said.splitlines()[-1]) == (
        1,
        f"✗ 1 of {MANY} checks found something; 0 new at the desk. The books were not changed",
    )
    assert await tickets.living(shop) == ()
    audited(tmp_path, shop_db)
    (matter,) = await tickets.living(shop)
    assert matter.why == "橙子的库存和进出记录差 0.5"
    assert audited(tmp_path, shop_db, "--look")[0] == 1
    await run_sql("UPDATE stock_item SET on_hand = on_hand - 500")
    assert audited(tmp_path, shop_db)[0] == 0
    assert await tickets.living(shop) == ()


async def test_for_machines_one_object_a_line(shop_db: str, tmp_path: Path) -> None:
    await a_small_shop()
    await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
    await close_database()
    status, said, complained = audited(tmp_path, shop_db, "--json")
    told: list[dict[str, Any]] = [json.loads(line) for line in said.splitlines()]
    assert (status, complained) == (1, "")
    assert [one["check"] for one in told[:-1]] == list(audit.NAMES)
    assert [one for one in told[:-1] if one["wrong"]] == [
        {
            "shop": "S1",
            "check": "every change of stock is a move",
            "rule": 6,
            "wrong": [
                {
                    "what": "N001-1",
                    "figure": 500,
                    "sentence": "N001-1 differs from its moves by 500 thousandths",
                }
            ],
        }
    ]
    assert told[-1] == {"shops": 1, "checks": MANY, "broken": 1, "tickets": 1}


async def test_an_audit_of_books_in_order_changes_nothing(shop_db: str, tmp_path: Path) -> None:
    await a_small_shop()
    tables = ("order", "event", "letter", "counter", "alarm", "ticket", "stock_item", "entry")
    before = {name: await run_sql(f'SELECT * FROM "{name}" ORDER BY id') for name in tables}
    assert audited(tmp_path, shop_db)[0] == 0  # while the shop is open
    assert {name: await run_sql(f'SELECT * FROM "{name}" ORDER BY id') for name in tables} == before


async def test_a_database_that_has_no_books(shop_db: str, tmp_path: Path) -> None:
    assert audited(tmp_path, shop_db) == (1, "", "there is no shop in this database yet\n")
    rows = await run_sql("SELECT app, name, applied_at FROM tortoise_migrations ORDER BY id")
    await run_sql("DELETE FROM tortoise_migrations")
    await close_database()
    status, said, complained = audited(tmp_path, shop_db)
    await open_database(shop_db, models=record_modules())
    for row in rows:  # the next test has the same database
        values = [row["app"], row["name"], row["applied_at"]]
        await run_sql("INSERT INTO tortoise_migrations (app, name, applied_at) VALUES (?, ?, ?)", values)
    assert (status, said) == (1, "")
    assert complained.endswith("migrations are waiting: qundian migrate\n")


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    status, said, complained = audited(tmp_path, "sqlite:///away/shop.db")
    assert (status, said) == (1, "")
    assert complained.startswith("there is no database away/shop.db: `qundian run` makes one")
    assert not (tmp_path / "away").exists()
    (tmp_path / "other.db").write_bytes(b"no database" * 100)
    assert audited(tmp_path, "sqlite:///other.db") == (1, "", "other.db is no SQLite database\n")
    status, said, complained = audited(tmp_path, "postgres://li:x@127.0.0.1:1/shop")
    assert (status, said, complained) == (1, "", "no PostgreSQL is running at 127.0.0.1:1\n")
    (tmp_path / "config.toml").write_text("[databas]", encoding="utf-8")
    assert qundian("audit", cwd=tmp_path)[0] == 2


# ── at night ────────────────────────────────────────────────────────────────────────────────────────────────────


async def tonight(now: datetime = THREE, ticks: int = MANY) -> int:
    return sum([await audit_nightly(now + timedelta(seconds=n), None) for n in range(ticks)])


async def begun(shop: ShopId) -> int:
    rows = await run_sql("SELECT value FROM counter WHERE shop_id = ? AND name = 'audit'", [shop])
    return int(rows[0]["value"]) % audit.NIGHT if rows else 0


async def raised() -> list[tuple[str, bool]]:
    """What was told, and whether a ticket of it stood already."""
    events = [one.event for one in await mail.untold()]
    return [(event.words, event.again) for event in events if isinstance(event, MatterRaised)]


async def open_alarms() -> list[tuple[str, str]]:
    rows = await run_sql("SELECT kind, subject FROM alarm WHERE closed_at IS NULL ORDER BY id")
    return [(row["kind"], row["subject"]) for row in rows]


async def test_not_before_three_in_the_shops_night(shop_db: str) -> None:
    shop = await a_shop()
    assert await tonight(THREE - timedelta(minutes=5), ticks=5) == 0
    assert await begun(shop) == 0
    await tonight(ticks=1)
    assert await begun(shop) == 1


async def test_each_check_is_done_once_a_night_whoever_ticks(
    shop_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await a_shop()
    done: list[str] = []
    look = audit.look

    async def watched(shop: ShopId, name: str, *, now: datetime) -> Any:
        done.append(name)
        return await look(shop, name, now=now)

    monkeypatch.setattr(audit, "look", watched)
    await tonight(ticks=MANY + 20)  # and a restart in between loses nothing: what was done is in the database
    assert done == list(audit.NAMES)
    assert await begun(shop) == MANY
    await tonight(THREE + timedelta(hours=20), ticks=2)
    assert len(done) == MANY
    await tonight(THREE + timedelta(days=1), ticks=3)
    assert done[MANY:] == list(audit.NAMES[:3])


async def test_two_processes_share_the_night(shop_db: str) -> None:
    await a_shop()
    (shop,) = await audit.shops()
    given = [await unit_of_work(lambda: audit.next_of_tonight(shop, now=THREE)) for _ in range(MANY + 5)]
    assert given == [*audit.NAMES, *[None] * 5]


async def test_what_is_wrong_is_told_once_and_closed_when_it_is_mended(shop_db: str) -> None:
    await a_small_shop()
    await a_clerk()
    async with transaction():
        await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
        await run_sql("UPDATE entry SET amount = amount + 1 WHERE account = 'sales'")
    assert await tonight() == 2
    told = [("橙子的库存和进出记录差 0.5", False), ("sale 1 这笔账两边差 1", False)]
    assert await raised() == told
    assert await tonight(THREE + timedelta(days=1)) == 0
    assert await raised() == told
    async with transaction():
        await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
    assert await tonight(THREE + timedelta(days=2)) == 0  # worse: told, under the same ticket
    assert await raised() == [*told, ("橙子的库存和进出记录差 1", True)]
    await run_sql("UPDATE stock_item SET on_hand = on_hand - 1000")
    await tonight(THREE + timedelta(days=3))
    assert await open_alarms() == [("books", "every transfer is in balance")]
    await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
    assert await tonight(THREE + timedelta(days=4)) == 1  # broken anew, told anew


async def test_several_of_a_kind_are_one_ticket(shop_db: str) -> None:
    await a_small_shop()
    await a_product("苹果")
    await run_sql("UPDATE stock_item SET on_hand = on_hand - 500")
    assert await tonight() == 1
    assert await raised() == [("橙子的库存和进出记录差 -0.5，这样的一共 2 处", False)]


async def test_a_letter_that_nobody_sends_is_found(shop_db: str) -> None:
    shop = await a_shop()
    letter = mail.NewLetter("m1/0", "street", "g1", None, "reply", {"text": "好"}, after())
    async with transaction():
        id, _ = await mail.keep(
            mail.Incoming("street", "m1", "g1", "wx1", "小李", "+1", after()), now=after()
        )
        await mail.finish(id, [letter], {}, now=after())
    assert await audit.look(shop, audit.LATE, now=after(minutes=59)) == []
    (late,) = await audit.look(shop, audit.LATE, now=after(minutes=61))
    assert (late.figure, late.sentence) == (1, "letter m1/0 should be out and is still new")


async def test_the_clock_does_it(shop_db: str) -> None:
    shop = await a_small_shop()
    await run_sql("UPDATE stock_item SET on_hand = on_hand + 500")
    at = audit.NAMES.index("every change of stock is a move") + 1
    for n in range(at):
        assert "MatterRaised" not in await happened()
        await clock.tick(THREE + timedelta(seconds=n))
    assert (await happened()).count("MatterRaised") == 1
    assert (
        await daybooks.of_day(shop, TODAY, "Asia/Shanghai")
    ).alarms == ()  # 对账 looks at the books itself
