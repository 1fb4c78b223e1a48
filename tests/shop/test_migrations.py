"""迁移: the migrations make exactly what the records declare, keep every row on the way, and all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tortoise.context import require_context
from tortoise.exceptions import OperationalError
from tortoise.fields import ForeignKeyField, ForeignKeyRelation
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.executor import MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.operations import AddField, RunSQL
from tortoise.models import Model

import shop.migrations
from shop import database as module
from shop.database import (
    close_database,
    migrate,
    open_database,
    out_of_step,
    pending_migrations,
    record_modules,
)
from shop.transaction import run_sql, transaction
from tests.support.postgres import PostgresServer

NAMES = sorted(file.stem for file in Path(shop.migrations.__path__[0]).glob("[0-9]*.py"))
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def empty_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'shop.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.run("DROP DATABASE IF EXISTS bare WITH (FORCE)", "CREATE DATABASE bare")
    yield server.url("bare")
    server.run("DROP DATABASE bare WITH (FORCE)")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    await open_database(url, models=record_modules())
    try:
        yield
    finally:
        await close_database()


@pytest.fixture
async def bare(empty_url: str) -> AsyncIterator[str]:
    async with opened(empty_url):
        yield empty_url


def models() -> list[type[Model]]:
    apps = require_context().apps
    assert apps is not None
    return list(apps[module.APP].values())


def is_sqlite() -> bool:
    return require_context().db().capabilities.dialect == "sqlite"


# ── what is in a database, asked of the database itself ─────────────────────────────────────────────────────────


async def tables() -> set[str]:
    ask = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if is_sqlite()
        else "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    return {str(row["name"]) for row in await run_sql(ask)} - {"tortoise_migrations"}


async def columns(table: str) -> dict[str, bool]:
    """Each column and whether it may be empty."""
    if is_sqlite():
        found = await run_sql(f'PRAGMA table_info("{table}")')
        return {str(row["name"]): not row["notnull"] and not row["pk"] for row in found}
    found = await run_sql(
        "SELECT column_name, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = ?",
        [table],
    )
    return {str(row["column_name"]): row["is_nullable"] == "YES" for row in found}


async def unique(table: str) -> set[tuple[tuple[str, ...], str]]:
    """What is unique: columns, and the condition in plain words ("" for always); the primary key is left out."""
    return {(found, where) for is_unique, found, where in await indexes(table) if is_unique}


async def indexes(table: str) -> set[tuple[bool, tuple[str, ...], str]]:
    if is_sqlite():
        made = set()
        for row in await run_sql(f'PRAGMA index_list("{table}")'):
            found = tuple(str(one["name"]) for one in await run_sql(f'PRAGMA index_info("{row["name"]}")'))
            text = await run_sql("SELECT sql FROM sqlite_master WHERE name = ?", [row["name"]])
            where = str(text[0]["sql"] or "").partition(" WHERE ")[2] if text else ""
            made.add((bool(row["unique"]), found, plain(where)))
        return made
    rows = await run_sql(
        "SELECT i.indisunique AS is_unique, pg_get_expr(i.indpred, i.indrelid) AS condition, "
        "(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY AS k(col, n) "
        "JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.col) AS columns "
        "FROM pg_index AS i WHERE i.indrelid = CAST(CAST(? AS text) AS regclass) AND NOT i.indisprimary",
        [f'"{table}"'],
    )
    return {
        (bool(row["is_unique"]), tuple(str(row["columns"]).split(",")), plain(row["condition"] or ""))
        for row in rows
    }


async def checks(table: str) -> dict[str, str]:
    """The named CHECKs with their condition in plain words."""
    if is_sqlite():
        text = str((await run_sql("SELECT sql FROM sqlite_master WHERE name = ?", [table]))[0]["sql"])
        return {name: plain(inside) for name, inside in _constraints(text)}
    rows = await run_sql(
        "SELECT conname, pg_get_expr(conbin, conrelid) AS condition FROM pg_constraint "
        "WHERE contype = 'c' AND conrelid = CAST(CAST(? AS text) AS regclass)",
        [f'"{table}"'],
    )
    return {str(row["conname"]): plain(row["condition"]) for row in rows}


def _constraints(sql: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r'CONSTRAINT "(\w+)" CHECK \(', sql):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield match[1], sql[match.end() : end - 1]


def plain(condition: str) -> str:
    """A condition without what each database adds to it: brackets, quotes, casts, spaces, its own word for IN."""
    text = re.sub(r"::[a-z ]+(\[\])?", "", condition.lower())
    text = re.sub(r"=\s*any\s*\(+array\[(.*?)\]\)+", r" in (\1)", text)
    return re.sub(r'[\s()"]', "", text).replace("<>", "!=")


async def foreign_keys(table: str) -> set[tuple[str, str, str]]:
    """Column, the table it points to, and what happens when that row goes."""
    if is_sqlite():
        found = await run_sql(f'PRAGMA foreign_key_list("{table}")')
        return {(str(row["from"]), str(row["table"]), str(row["on_delete"])) for row in found}
    rows = await run_sql(
        "SELECT a.attname AS col, c.confrelid::regclass::text AS target, c.confdeltype::text AS what "
        "FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
        "WHERE c.contype = 'f' AND c.conrelid = CAST(CAST(? AS text) AS regclass)",
        [f'"{table}"'],
    )
    words = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "a": "NO ACTION"}
    return {(str(row["col"]), str(row["target"]).strip('"'), words[row["what"]]) for row in rows}


# ── the tables are what the records declare: `shop_db` is made by the migrations ─────────────────────────────────


async def test_every_table_and_column_of_the_records_is_there_and_no_other(shop_db: str) -> None:
    assert await tables() == {model._meta.db_table for model in models()}
    for model in models():
        declared = {
            str(model._meta.fields_db_projection[name]): bool(field.null)
            for name, field in model._meta.fields_map.items()
            if name in model._meta.fields_db_projection
        }
        assert await columns(model._meta.db_table) == declared, model.__name__


async def test_every_unique_rule_of_the_records_is_kept_by_the_database(shop_db: str) -> None:
    for model in models():
        meta = model._meta
        declared = {
            (tuple(rule.fields), plain(rule.condition or "")) for rule in constraints(model, UniqueConstraint)
        }
        declared |= unique_fields(model)
        assert await unique(meta.db_table) == declared, model.__name__


def unique_fields(model: type[Model]) -> set[tuple[tuple[str, ...], str]]:
    meta = model._meta
    return {
        ((column,), "")
        for name, column in meta.fields_db_projection.items()
        if meta.fields_map[name].unique and not meta.fields_map[name].pk
    }


def constraints(model: type[Model], kind: type[Any]) -> list[Any]:
    return [rule for rule in getattr(model._meta, "constraints", ()) if isinstance(rule, kind)]


async def test_every_check_of_the_records_is_kept_by_the_database(shop_db: str) -> None:
    seen = 0
    for model in models():
        declared = {rule.name: plain(rule.check) for rule in constraints(model, CheckConstraint)}
        assert await checks(model._meta.db_table) == declared, model.__name__
        seen += len(declared)
    assert seen > 10  # or nothing was compared


async def test_every_index_of_the_records_is_there(shop_db: str) -> None:
    seen = 0
    for model in models():
        meta = model._meta
        declared = {
            tuple(str(meta.fields_db_projection.get(name, name)) for name in index.fields)
            for index in meta.indexes
            if not isinstance(index, tuple)
        }
        found = {names for _, names, _ in await indexes(meta.db_table)}
        assert declared <= found, model.__name__
        seen += len(declared)
    assert seen > 5


async def test_every_pointer_points_where_the_record_says(shop_db: str) -> None:
    for model in models():
        declared = set()
        for name in model._meta.fk_fields | model._meta.o2o_fields:
            field: Any = model._meta.fields_map[name]
            declared.add((field.source_field, field.related_model._meta.db_table, str(field.on_delete.value)))
        assert await foreign_keys(model._meta.db_table) == declared, model.__name__


async def test_nobody_has_changed_a_record_without_a_migration(shop_db: str) -> None:
    assert await out_of_step() == []


async def test_a_change_without_a_migration_is_noticed(bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    matters = import_module(f"{module.MIGRATIONS}.0021_matters").Migration
    monkeypatch.setattr(matters, "operations", [])
    kinds = ("AddField", "AlterField", "AddConstraint", "AlterModelOptions")
    assert set(await out_of_step()) == {f"{kind} Ticket" for kind in kinds}


async def test_migrating_twice_does_nothing(bare: str) -> None:
    assert await migrate() == NAMES
    before = await everything()
    assert (await migrate(), await pending_migrations()) == ([], [])
    assert await everything() == before


def test_the_numbers_of_the_migrations_have_no_gap_and_no_twins() -> None:
    assert [int(name.split("_")[0]) for name in NAMES] == list(range(1, len(NAMES) + 1))


# ── on the way nothing is lost ──────────────────────────────────────────────────────────────────────────────────


async def everything() -> Rows:
    """Every row of every table of the shop, and what has been applied."""
    found: Rows = {}
    for table in sorted(await tables() | {"tortoise_migrations"}):
        found[table] = [dict(row) for row in await run_sql(f'SELECT * FROM "{table}"')]
    return found


# A morning of the shop as each migration had it, one row at least in each of its new tables. Whoever adds a table adds
# a row here under the name of his migration; the rows of the older ones stay as they were written.
T = "'2026-05-01 02:00:00+00:00'"
ROWS = {
    "0001_first_tables": f"""
INSERT INTO shop (id, "key", name, tz, units, goods_version, opened_at) VALUES (1, 'S1', '水果店', 'Asia/Shanghai', '{{}}', 3, {T});
INSERT INTO counter (id, name, value, shop_id) VALUES (1, 'orders 2026-05-01', 1, 1);
INSERT INTO pairing (id, code, role, made_at, until, tries, used_at, shop_id) VALUES (1, '493027', 'owner', {T}, {T}, 1, {T}, 1);
INSERT INTO person (id, name, met_at, shop_id) VALUES (1, '店主', {T}, 1), (2, '小李', {T}, 1);
INSERT INTO handle (id, channel, account, name, seen_at, person_id) VALUES (1, 'webroom', 'a1', '店主', {T}, 1), (2, 'webroom', 'a2', '小李', {T}, 2);
INSERT INTO staff (id, role, since, person_id, shop_id) VALUES (1, 'owner', {T}, 1, 1);
INSERT INTO room (id, channel, "key", name, muted, owner_id, shop_id) VALUES (1, 'webroom', '水果群', '水果群', FALSE, 1, 1);
INSERT INTO product (id, "key", name, aliases, category, note, place, on_sale, shop_id) VALUES (1, 'F01', '橙子', '["甜橙"]', '水果', '', 1, TRUE, 1);
INSERT INTO sku (id, "key", spec, unit, price_fen, is_default, product_id, shop_id) VALUES (1, 'F01-1', '10斤装', '箱', 2990, TRUE, 1, 1);
INSERT INTO stock_item (id, on_hand, held, sku_id) VALUES (1, 12000, 2000, 1);
INSERT INTO stock_move (id, change, reason, ref, at, sku_id) VALUES (1, 12000, 'opening', '', {T}, 1);
INSERT INTO special (id, day, price_fen, shop_id, sku_id) VALUES (1, '2026-05-01', 2800, 1, 1);
INSERT INTO promotion (id, kind, terms, running, shop_id) VALUES (1, 'spend_save', '{{"steps":[["50","5"]]}}', TRUE, 1);
INSERT INTO campaign (id, "key", kind, title, status, deadline, items, shop_id) VALUES (1, 'C1', 'groupbuy', '周六车厘子', 'open', {T}, '[{{"no":1,"letter":"A","sku":"F01-1"}}]', 1);
INSERT INTO coupon_template (id, code, title, shop_id) VALUES (1, 'NEW5', '新人减5', 1);
INSERT INTO "order" (id, day, number, code, token, status, pay_mode, gross_fen, payable_fen, nearly, version, placed_at, paid_at, ended_why, buyer_id, room_id, shop_id)
  VALUES (1, '2026-05-01', 1, '0501-001', '058fdcb5f3510da4e8fb530880fa4568', 'preparing', 'prepay', 5980, 5480, '[]', 2, {T}, {T}, '', 2, 1, 1);
INSERT INTO line (id, sku_key, name, spec, called, unit, price_fen, price_why, qty, gross_fen, net_fen, cuts, order_id, sku_id)
  VALUES (1, 'F01-1', '橙子', '10斤装', '橙子', '箱', 2990, '', 2000, 5980, 5480, '[{{"rule":"spend_save","why":"满50减5","fen":500}}]', 1, 1);
INSERT INTO hold (id, qty, state, line_id, sku_id) VALUES (1, 2000, 'active', 1, 1);
INSERT INTO pay_intent (id, provider, trade_no, amount_fen, state, made_at, order_id) VALUES (1, 'sandbox', 't1', 5480, 'paid', {T}, 1);
INSERT INTO pay_fact (id, provider, event, amount_fen, standing, at, order_id) VALUES (1, 'sandbox', 'e1', 5480, 'settled', {T}, 1);
INSERT INTO pickup (id, code, state, ready_at, shop_id, order_id) VALUES (1, '709963', 'ready', {T}, 1, 1);
INSERT INTO ticket (id, why, state, opened_at, person_id, room_id, shop_id) VALUES (1, '转人工; 坏了', 'open', {T}, 2, 1, 1);
INSERT INTO act (id, command, said, outcome, before, after, undo, undo_until, at, person_id, shop_id) VALUES (1, 'price', '橙子改29块9', 'done', '{{}}', '{{}}', '{{"fen":3000}}', {T}, {T}, 1, 1);
INSERT INTO message (id, channel, channel_id, room, account, name, text, sent_at, kept_at, state, attempts, trace) VALUES (1, 'webroom', 'm1', '水果群', 'a2', '小李', '来2箱橙子', {T}, {T}, 'done', 0, '{{}}');
INSERT INTO letter (id, "key", channel, room, lane, fold, body, cause, written_at, not_before, state, attempts, sent_at) VALUES (1, 'm1.0', 'webroom', '水果群', 'reply', 'f', '{{"text":"记下了"}}', 1, {T}, {T}, 'sent', 1, {T});
INSERT INTO event (id, kind, data, cause, at, told) VALUES (1, 'OrderPaid', '{{"order":1}}', 1, {T}, TRUE);
INSERT INTO talk (id, place, person_id, state, until) VALUES (1, 1, 2, '{{}}', {T});
INSERT INTO chat_line (id, channel, room, who, name, text, buttons, handed, at) VALUES (1, 'webroom', '水果群', 'a2', '小李', '来2箱橙子', '[]', TRUE, {T});
INSERT INTO chat_member (id, channel, account, name, likeness, joined_at) VALUES (1, 'webroom', 'a2', '小李', '小李', {T});
""",
    "0002_exact_trade": f"""
INSERT INTO refund (id, number, kind, amount_fen, state, why, asked_by, decided_by, attempts, asked_at, settled_at, proof, order_id, fact_id) VALUES (1, 'R1-1', 'goods', 2740, 'refunded', '坏了; 两个', 2, 1, 1, {T}, {T}, '', 1, 1);
INSERT INTO refund_part (id, qty, fen, refund_id, line_id) VALUES (1, 1000, 2740, 1, 1);
INSERT INTO given_back (id, net_fen, qty, open_fen, open_qty, done_fen, done_qty, line_id) VALUES (1, 5480, 2000, 0, 0, 2740, 1000, 1);
INSERT INTO transfer (id, kind, "key", order_id, at, shop_id) VALUES (1, 'payment', 'sandbox e1', 1, {T}, 1);
INSERT INTO entry (id, account, unit, amount, transfer_id) VALUES (1, 'cash:sandbox', 'fen', 5480, 1), (2, 'order:1', 'fen', -5480, 1);
INSERT INTO points_account (id, person_id, balance, pending, earned, shop_id) VALUES (1, 2, -5, 27, 54, 1);
INSERT INTO coupon_drop (id, pieces, taken, dropped_at, until, told, room_id, template_id, shop_id) VALUES (1, 5, 1, {T}, {T}, FALSE, 1, 1, 1);
INSERT INTO coupon (id, serial, most, nth, most_each, state, order_id, valid_from, valid_to, got_at, returns, reminded, drop_id, person_id, template_id, shop_id) VALUES (1, 1, 50, 1, 1, 'used', 1, {T}, {T}, {T}, 0, TRUE, 1, 2, 1, 1);
INSERT INTO unread (id, likeness, text, in_group, times, first_at, last_at, state, shop_id) VALUES (1, '车离子两箱', '车离子两箱', FALSE, 2, {T}, {T}, 'open', 1);
INSERT INTO learnt_word (id, word, taught_at, by_id, product_id, shop_id) VALUES (1, '平果', {T}, 1, 1, 1);
INSERT INTO wish (id, wished_at, person_id, sku_id) VALUES (1, {T}, 2, 1);
INSERT INTO day_bill (id, provider, day, ours_fen, theirs_fen, wrong, checked_at, shop_id) VALUES (1, 'sandbox', '2026-05-01', 5480, 5480, '[]', {T}, 1);
INSERT INTO alarm (id, kind, subject, words, times, opened_at, shop_id) VALUES (1, 'books', 'paid is what was asked', '差 5 分', 1, {T}, 1);
INSERT INTO tries (id, what, count, since, shut_until, person_id) VALUES (1, 'coupon', 3, {T}, {T}, 2);
""",
    "0003_campaigns": """
INSERT INTO campaign_room (id, campaign_id, room_id) VALUES (1, 1, 1);
INSERT INTO campaign_share (id, item_id, person_id, qty, most) VALUES (1, (SELECT id FROM campaign_item), 2, 1000, 2000);
""",
    "0004_handover": f"""
INSERT INTO ticket_line (id, kind, text, at, ticket_id, person_id) VALUES (1, 'note', '老顾客', {T}, 1, 1);
INSERT INTO desk_agent (id, on_duty, most, skills, given_at, person_id, shop_id) VALUES (1, TRUE, 8, '["售后"]', {T}, 1, 1);
INSERT INTO desk_hours (id, weekly, holidays, shop_id) VALUES (1, '["1-5 09:00-21:00"]', '[]', 1);
INSERT INTO desk_room (id, room_id, shop_id) VALUES (1, 1, 1)
""",
    "0005_waitlist": f"""
INSERT INTO waiting (id, item_id, person_id, qty, state, asked_at, until) VALUES (1, (SELECT id FROM campaign_item), 2, 1000, 'offered', {T}, {T});
""",
    "0006_teams": f"""
INSERT INTO team (id, number, size, status, taken, paid, filled, opened_at, deadline, ended_at, ended_why, campaign_id, room_id, leader_id, shop_id) VALUES (1, 1, 3, 'complete', 1, 1, 2, {T}, {T}, {T}, '老客户', 1, 1, 2, 1);
INSERT INTO team_seat (id, state, since, paid_at, team_id, order_id, person_id) VALUES (1, 'paid', {T}, {T}, 1, 1, 2);
""",
    "0007_manners": f"""
INSERT INTO complaint (id, room_id, person_id, kind, at, taken_back) VALUES (1, 1, 2, 'said', {T}, FALSE);
""",
    "0008_promotions": f"""
INSERT INTO special_plan (id, shop_id, minute, lines, rooms, made_by_id, running, done_on) VALUES (1, 1, 480, '[[1,"F01-1",2200]]', '[1]', 1, TRUE, '2026-05-01');
INSERT INTO special_gone (id, item_id, gone_at, back_at) VALUES (1, (SELECT id FROM campaign_item), {T}, {T});
""",
    "0009_votes_and_bargains": f"""
INSERT INTO vote (id, title, choices, opened_at, until, closed_at, made_by_id, shop_id) VALUES (1, '下周进什么', '["榴莲","山竹"]', {T}, {T}, {T}, 1, 1);
INSERT INTO vote_room (id, vote_id, room_id) VALUES (1, 1, 1);
INSERT INTO ballot (id, vote_id, person_id, choice, at) VALUES (1, 1, 2, 2, {T});
INSERT INTO bargain (id, number, status, start_fen, floor_fen, cuts, seed, shares, helped, opened_at, campaign_id, person_id, room_id, order_id, shop_id) VALUES (1, 1, 'ordered', 2990, 1990, 2, 7, '[400,600]', 1, {T}, 1, 2, 1, 1, 1);
INSERT INTO bargain_cut (id, no, fen, at, bargain_id, helper_id) VALUES (1, 1, 400, {T}, 1, 1);
INSERT INTO bargain_day (id, helper_id, day, cuts) VALUES (1, 1, '2026-05-01', 1);
""",
    "0010_day_wishes": """
INSERT INTO day_wish (id, day, what, told, person_id, shop_id) VALUES (1, '2026-05-02', '草莓', FALSE, 2, 1);
""",
    "0011_parcels": f"""
INSERT INTO parcel (id, number, state, by, packed_at, order_id) VALUES (1, 1, 'sent', 2, {T}, 1);
INSERT INTO parcel_part (id, qty, line_id, parcel_id) VALUES (1, 1000, 1, 1);
""",
    "0012_places": """
INSERT INTO place (id, name, shop_id) VALUES (1, '东门', 1);
INSERT INTO stock_item (id, on_hand, sku_id, place_id) VALUES (1000, 5000, 1, 1);
""",
    "0013_pictures": f"""
INSERT INTO picture (id, sha256, kind, body, at) VALUES (1, 'ab', 'gif', CAST('GIF89a' AS BYTES), {T});
""",
    "0014_group_shares": """
INSERT INTO campaign_room_share (id, item_id, room_id, taken, most) VALUES (1, (SELECT id FROM campaign_item), 1, 1000, 3000);
""",
    "0017_referral": f"""
INSERT INTO inviter (id, person_id, code, promotes_at, shop_id) VALUES (1, 1, 'K7M3QXA', {T}, 1);
INSERT INTO invitation (id, at, inviter_id, person_id, shop_id) VALUES (1, {T}, 1, 2, 1);
INSERT INTO payout (id, person_id, number, fen, state, turns, asked_at, paid_at, shop_id) VALUES (1, 1, 1, 164, 'paid', 1, {T}, {T}, 1);
INSERT INTO commission (id, order_id, person_id, level, net_fen, cap_bp, fen, back_fen, state, freeze_days, due_at, line_id, payout_id, shop_id)
  VALUES (1, 1, 1, 1, 5480, 1000, 164, 0, 'paid', 7, {T}, 1, 1, 1);
INSERT INTO commission_account (id, person_id, frozen, available, asked, paid, told_on, shop_id) VALUES (1, 1, 0, 0, 0, 164, '2026-05-01', 1);
""",
    "0018_booking": f"""
INSERT INTO resource (id, name, hours, shop_id) VALUES (1, '阿强', '["1-7 10:00-19:00"]', 1);
INSERT INTO service (id, name, minutes, price_fen, shop_id) VALUES (1, '剪发', 30, 3800, 1);
INSERT INTO slot (id, resource_id, starts_at, capacity, booked) VALUES (1, 1, {T}, 1, 1);
INSERT INTO absence (id, resource_id, starts_at, ends_at) VALUES (1, 1, '2026-05-02 02:00:00+00:00', '2026-05-03 02:00:00+00:00');
INSERT INTO appointment (id, state, starts_at, ends_at, made_at, shop_id, person_id, service_id, resource_id)
  VALUES (1, 'booked', {T}, '2026-05-01 02:30:00+00:00', {T}, 1, 2, 1, 1);
""",
    "0019_delivery": """
INSERT INTO address (id, text, order_id) VALUES (1, '3栋2单元501', 1);
""",
    "0020_pay_links": f"""
INSERT INTO pay_link (id, token_hash, holder_hash, made_at, order_id) VALUES (1, 'h1', 'h2', {T}, 1);
""",
    "0021_matters": f"""
INSERT INTO ticket (id, why, state, opened_at, due_at, alarm_id, shop_id) VALUES (2, '差 5 分', 'open', {T}, {T}, 1, 1);
""",
}
# What a migration made into something else, by table.
BECAME = {"campaign": {"items", "kind"}}


async def migrate_to(name: str) -> None:
    """Up to this migration and no further, as a shop has it that was set up at that time."""
    executor = module._executor()
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    if is_sqlite():
        await run_sql("PRAGMA foreign_keys=OFF")  # as `migrate` does, and says why
    async with transaction():
        executor = module._executor()  # one that speaks inside the transaction
        await executor.migrate([MigrationTarget(app_label=module.APP, name=name)], direction="forward")
    if is_sqlite():
        assert await run_sql("PRAGMA foreign_key_check") == []
        await run_sql("PRAGMA foreign_keys=ON")


async def fill(name: str) -> None:
    for statement in ROWS.get(name, "").split(";\n"):
        if statement.strip():
            await run_sql(statement.replace("AS BYTES", "AS BLOB" if is_sqlite() else "AS bytea"))


def kept(before: Rows, after: Rows) -> None:
    """Every row is there with everything that was in it; columns that were added do not count."""
    for table, rows in before.items():
        if table == "tortoise_migrations":
            continue
        now = {row["id"]: row for row in after[table]}
        moved = BECAME.get(table, set())
        for row in rows:
            stays = {column: value for column, value in row.items() if column not in moved}
            assert {column: now[row["id"]].get(column, "gone") for column in stays} == stays, table


async def test_every_step_keeps_every_row_whatever_the_shop_began_with(bare: str) -> None:
    """From each migration on: the shop of that day is filled, then walks to the newest one, a step at a time."""
    for name in NAMES:
        await migrate_to(name)
        await fill(name)
        before = await everything()
        for later in NAMES[NAMES.index(name) + 1 :][:1]:
            await migrate_to(later)
            kept(before, await everything())
    before = await everything()
    assert (await migrate(), await out_of_step()) == ([], [])
    kept(before, await everything())
    assert {table for table, rows in before.items() if not rows} == set(), "a new table needs a row in ROWS"
    await what_a_campaign_sold_became_rows()
    await the_rows_are_whole_for_the_records_of_today()


async def what_a_campaign_sold_became_rows() -> None:
    assert await run_sql("SELECT kind FROM campaign") == [{"kind": "list"}]
    rows = await run_sql("SELECT campaign_id, sku_id, no, letter FROM campaign_item")
    assert rows == [{"campaign_id": 1, "sku_id": 1, "no": 1, "letter": "A"}]


async def the_rows_are_whole_for_the_records_of_today() -> None:
    for model in models():
        row = await model.all().first()
        assert row is not None, model.__name__
        await row.save()  # every CHECK and UNIQUE still holds


async def test_a_new_shop_has_the_very_tables_that_the_steps_lead_to(bare: str) -> None:
    """A new database gets today's tables at once (shop/database._furnish); an old one walks there."""
    await migrate_to(NAMES[0])
    assert await migrate() == NAMES[1:]
    walked = await _drawn()
    for table in [*walked, "tortoise_migrations"]:
        await run_sql(f'DROP TABLE "{table}"' + ("" if is_sqlite() else " CASCADE"))
    assert await migrate() == NAMES
    assert await _drawn() == walked
    assert (await pending_migrations(), await out_of_step()) == ([], [])


async def _drawn() -> dict[str, object]:
    """All that a table is, in no order."""
    return {
        table: (
            await columns(table),
            await indexes(table),
            await checks(table),
            await foreign_keys(table),
            await defaults(table),
        )
        for table in sorted(await tables())
    }


async def defaults(table: str) -> dict[str, str]:
    """What a column has when nobody says; ids count by themselves."""
    if is_sqlite():
        found = await run_sql(f'PRAGMA table_info("{table}")')
        return {str(row["name"]): str(row["dflt_value"]) for row in found}
    found = await run_sql(
        "SELECT column_name, column_default, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = ?",
        [table],
    )
    return {str(row["column_name"]): f"{row['data_type']} {row['column_default']}" for row in found}


# ── all or nothing ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_migration_that_fails_leaves_nothing_behind(
    bare: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate_to(NAMES[0])
    before = await tables()
    last = import_module(f"{module.MIGRATIONS}.{NAMES[-1]}").Migration
    with monkeypatch.context() as patch:
        patch.setattr(last, "operations", [*last.operations, RunSQL("INSERT INTO nowhere VALUES (1)")])
        with pytest.raises(OperationalError, match="nowhere"):
            await migrate()
    assert (await tables(), await pending_migrations()) == (before, NAMES[1:])
    assert await migrate() == NAMES[1:]


async def test_a_step_that_points_to_nowhere_is_refused(bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrate_to(NAMES[0])
    nowhere: ForeignKeyRelation[Any] = ForeignKeyField("shop.Nowhere", null=True)
    second = import_module(f"{module.MIGRATIONS}.{NAMES[1]}").Migration
    monkeypatch.setattr(second, "operations", [AddField("Person", "nowhere", nowhere)])
    with pytest.raises(RuntimeError, match=r"Person points to shop\.Nowhere"):
        await migrate()


async def test_a_failing_step_of_a_shop_that_lives_changes_none_of_its_rows(
    bare: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate_to(NAMES[0])
    await fill(NAMES[0])
    await migrate()
    before = await everything()

    class Migration(import_module(f"{module.MIGRATIONS}.{NAMES[-1]}").Migration):  # type: ignore[misc]  # as tortoise makes them
        dependencies = [(module.APP, NAMES[-1])]
        initial = False
        operations = [
            RunSQL("UPDATE person SET name = 'x'"),
            RunSQL("DELETE FROM chat_line"),
            RunSQL("INSERT INTO nowhere VALUES (1)"),
        ]

    from_disk = MigrationLoader.load_disk

    def with_one_more(self: MigrationLoader) -> None:
        from_disk(self)
        key = MigrationKey(app_label=module.APP, name="9999_fails")
        self.disk_migrations[key] = Migration("9999_fails", module.APP)

    with monkeypatch.context() as patch:
        patch.setattr(MigrationLoader, "load_disk", with_one_more)
        assert await pending_migrations() == ["9999_fails"]
        with pytest.raises(OperationalError, match="nowhere"):
            await migrate()
    assert await everything() == before
    assert (await pending_migrations(), await migrate()) == ([], [])
