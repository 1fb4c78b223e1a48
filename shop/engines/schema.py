"""表结构: tortoise's schema editors, taught to make the CHECK and UNIQUE constraints of a new table.

tortoise 1.1.9 writes a model's constraints into the migration but forgets them when it creates the table, and knows no
partial unique index on SQLite; both databases must refuse the same things.
"""

from __future__ import annotations

from typing import Any

from tortoise.fields import Field
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.models import Model

Constraint = CheckConstraint | UniqueConstraint


class _Constrained(BaseSchemaEditor):
    """Puts constraints into CREATE TABLE, and partial unique indexes right behind it."""

    _of_this_table: list[str] = []

    async def create_model(self, model: type[Model]) -> None:
        constraints: tuple[Constraint, ...] = tuple(getattr(model._meta, "constraints", ()))
        self._of_this_table = [clause(c) for c in constraints if not _is_partial(c)]
        await super().create_model(model)
        self._of_this_table = []
        for constraint in constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.condition:
                await self._run_sql(_partial_index(model._meta.db_table, constraint))

    def _get_inner_statements(self) -> list[str]:
        return [*super()._get_inner_statements(), *self._of_this_table]

    def _get_table_comment_sql(self, table: str, comment: str) -> str:
        return ""  # the docstring is for people who read the code; a semicolon in it would cut the statement in two


class SqliteEditor(_Constrained, SqliteSchemaEditor):
    async def remove_field(self, model: type[Model], field: Field[Any]) -> None:
        """By SQLite itself: tortoise copies the table without its constraints."""
        await self._run_sql(
            f'ALTER TABLE "{model._meta.db_table}" DROP COLUMN "{field.source_field or field.model_field_name}"'
        )

    async def add_constraint(self, model: type[Model], constraint: Constraint) -> None:
        if isinstance(constraint, UniqueConstraint) and _is_partial(constraint):
            await self._run_sql(_partial_index(model._meta.db_table, constraint))
            return
        await self._write_anew(model)

    async def remove_constraint(self, model: type[Model], constraint: Constraint) -> None:
        if _is_partial(constraint):
            await self._run_sql(f'DROP INDEX "{constraint.name}"')
            return
        declared = model._meta.constraints
        model._meta.constraints = tuple(one for one in declared if one.name != constraint.name)
        await self._write_anew(model)
        model._meta.constraints = declared

    async def _write_anew(self, model: type[Model]) -> None:
        """SQLite changes no constraint of a table: a new one takes the rows, and then the name."""
        table = model._meta.db_table
        self.collect_sql, self.collected_sql = True, []
        await self.create_model(model)
        self.collect_sql, written = False, ";".join(self.collected_sql)
        create, *indexes = [one for one in map(str.strip, written.split(";")) if one]
        columns = ", ".join(f'"{column}"' for column in model._meta.fields_db_projection.values())
        await self._run_sql("PRAGMA defer_foreign_keys = ON")  # who points here finds the rows again
        await self._run_sql(create.replace(f'"{table}"', f'"new__{table}"', 1))
        await self._run_sql(f'INSERT INTO "new__{table}" ({columns}) SELECT {columns} FROM "{table}"')
        await self._run_sql(f'DROP TABLE "{table}"')
        await self._run_sql(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
        for index in indexes:
            await self._run_sql(index)


class PostgresEditor(_Constrained, AsyncpgSchemaEditor):
    pass


def clause(constraint: Constraint) -> str:
    if isinstance(constraint, CheckConstraint):
        return f'CONSTRAINT "{constraint.name}" CHECK ({constraint.check})'
    return f'CONSTRAINT "{constraint.name}" UNIQUE ({_columns(constraint)})'


def _is_partial(constraint: Constraint) -> bool:
    return isinstance(constraint, UniqueConstraint) and constraint.condition is not None


def _partial_index(table: str, constraint: UniqueConstraint) -> str:
    where = f" WHERE {constraint.condition}" if constraint.condition else ""
    return f'CREATE UNIQUE INDEX "{constraint.name}" ON "{table}" ({_columns(constraint)}){where}'


def _columns(constraint: UniqueConstraint) -> str:
    return ", ".join(f'"{column}"' for column in constraint.fields)
