"""行: rows of a table as its model, by a statement that is written instead of built.

tortoise builds the SQL of a query anew each time, which costs more than the query. What every message asks is
written out here and there in SQL; everything else stays with the models.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from tortoise.connection import get_connection
from tortoise.models import Model

from shop.transaction import CONNECTION, run_sql

M = TypeVar("M", bound=Model)


async def read(model: type[M], which: str, values: Sequence[Any] = (), *, lock: str = "") -> list[M]:
    """The rows of this table that `which` (WHERE … ORDER BY … LIMIT …) names. `lock` (FOR UPDATE) is said where rows
    can be locked; on SQLite an open transaction is alone anyway."""
    wait = f" {lock}" if lock and has_row_locks() else ""
    rows = await run_sql(f"{_select(model)} {which}{wait}", values)
    return [model._init_from_db(**row) for row in rows]


def has_row_locks() -> bool:
    return get_connection(CONNECTION).capabilities.dialect == "postgres"


@cache
def _select(model: type[Model]) -> str:
    columns = ", ".join(f'"{column}"' for column in model._meta.fields_db_projection.values())
    return f'SELECT {columns} FROM "{model._meta.db_table}"'
