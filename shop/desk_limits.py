"""柜台的规矩: the limits and goals of a shop's desk, as its config says them; without a word those of the rules."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from json import dumps
from typing import Any

from shop.kit.ids import ShopId
from shop.records.desk import DeskHours
from shop.rows import as_json, read
from shop.rules.tickets import Limits
from shop.transaction import run_sql, transaction


async def limits_of(shop: int) -> Limits:
    rows = await read(DeskHours, "WHERE shop_id = ?", [shop])
    kept = as_json(rows[0].limits) if rows else None
    return Limits(**{name: _from_json(value) for name, value in kept.items()}) if kept else Limits()


async def set_limits(shop: ShopId, limits: Limits) -> None:
    kept = dumps({one.name: _to_json(getattr(limits, one.name)) for one in fields(limits)})
    async with transaction():
        await run_sql(
            "INSERT INTO desk_hours (shop_id, weekly, holidays, limits) VALUES (?, '[]', '[]', ?) "
            "ON CONFLICT (shop_id) DO UPDATE SET limits = excluded.limits",
            [shop, kept],
        )


def _to_json(value: Any) -> Any:
    """A count stays a number, a time says its unit, several times are a list of seconds."""
    if isinstance(value, tuple):
        return [one.total_seconds() for one in value]
    return {"seconds": value.total_seconds()} if isinstance(value, timedelta) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(timedelta(seconds=one) for one in value)
    return timedelta(**value) if isinstance(value, dict) else value
