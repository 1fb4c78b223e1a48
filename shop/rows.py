"""行: rows of a table as its model, by statements that are written instead of built.

tortoise builds the SQL of a query anew each time, which costs more than the query. What every message asks and writes
is said here and there in SQL; everything else stays with the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from json import dumps, loads
from typing import Any, TypeVar

from tortoise.connection import get_connection
from tortoise.models import Model

from shop.transaction import CONNECTION, run_sql

M = TypeVar("M", bound=Model)


async def read(model: type[M], which: str, values: Sequence[Any] = (), *, lock: str = "") -> list[M]:
    """The rows of this table that `which` (WHERE … ORDER BY … LIMIT …) names. `lock` (FOR UPDATE) is said where rows
    can be locked; on SQLite an open transaction is alone anyway."""
    wait = f" {lock}" if lock and is_postgres() else ""
    rows = await run_sql(f"SELECT {_columns(model)} FROM {_table(model)} {which}{wait}", values)
    return [model._init_from_db(**row) for row in rows]


async def add(model: type[M], rows: Sequence[Mapping[str, Any]], *, then: str = "") -> list[M]:
    """Write rows by one statement (each says the same columns); gives them as they stand now, in their order. `then`
    (INSERT … SELECT … FROM {written}) is done with them, on the same way to the server where that can be."""
    if not rows:
        return []
    row = f"({', '.join('?' * len(rows[0]))})"
    values = [_plain(value) for row in rows for value in row.values()]
    insert = (
        f"INSERT INTO {_table(model)} ({_quoted(rows[0])}) VALUES {', '.join([row] * len(rows))} "
        f"RETURNING {_columns(model)}"
    )
    if then and is_postgres():
        more = then.format(written="written")
        written = await run_sql(f"WITH written AS ({insert}), more AS ({more}) SELECT * FROM written", values)
    else:
        written = await run_sql(insert, values)
        if then:
            these = f"{_table(model)} WHERE id IN ({', '.join(str(int(one['id'])) for one in written)})"
            await run_sql(then.format(written=these))
    made = [model._init_from_db(**row) for row in written]
    return sorted(made, key=lambda one: int(one.pk))  # RETURNING promises no order; the numbers grow in it


async def change(model: type[Model], which: str, values: Sequence[Any], /, **columns: Any) -> int:
    """Set columns of the rows that `which` (WHERE …) names; gives how many there were."""
    setting = ", ".join(f'"{column}" = ?' for column in columns)
    changed = await run_sql(
        f"UPDATE {_table(model)} SET {setting} {which} RETURNING id",
        [*(_plain(value) for value in columns.values()), *values],
    )
    return len(changed)


def as_moment(value: Any) -> datetime:
    """A moment of a bare row: SQLite gives text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def as_json(value: Any) -> Any:
    """JSON of a bare row: SQLite always gives text, PostgreSQL where it was cast."""
    return loads(value) if isinstance(value, str) else value


def is_postgres() -> bool:
    """It locks rows, has sequences, and writes to several tables in one statement; SQLite has one writer at a time."""
    return get_connection(CONNECTION).capabilities.dialect == "postgres"


def _plain(value: Any) -> Any:
    """What is kept as JSON, as the text that both databases take."""
    return dumps(value) if isinstance(value, list | dict) else value


@cache
def _columns(model: type[Model]) -> str:
    return _quoted(model._meta.fields_db_projection.values())


def _table(model: type[Model]) -> str:
    return f'"{model._meta.db_table}"'


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
