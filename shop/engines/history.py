"""旧样: the tables as they were before and after each step of a migration, each drawn when a step asks for it.

tortoise makes nearly every model of the shop anew around every step, ready for questions to the database. A step asks for
one table, its columns and where they point: a shop of twenty steps ago opened in eleven seconds, and opens in one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationGraph, MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

from shop.engines.schema import PostgresEditor, SqliteEditor

Key = tuple[str, str]  # app and model


class Executor(MigrationExecutor):
    """Walks the steps. tortoise chooses the SQL dialect by the name of the engine's module and does not know ours."""

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        is_sqlite = self.connection.capabilities.dialect == "sqlite"
        editor = SqliteEditor if is_sqlite else PostgresEditor
        return editor(self.connection, atomic=atomic, collect_sql=collect_sql)

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        assert upto is None, "the shop walks forwards"
        return await _after(self.loader.graph, (key for key in self._full_plan() if key in applied))


class Detector(MigrationAutodetector):
    """Compares where the steps lead with the models of today."""

    async def _project_state(self) -> State:
        return await _after(self.loader.graph, self._full_plan())


async def _after(graph: MigrationGraph, steps: Iterable[MigrationKey]) -> State:
    state = _History({})
    for key in steps:
        step = graph.nodes[key]
        assert isinstance(step, Migration), f"{key} is on the disk"
        await step.apply(state, dry_run=True)
    return state


class _History(State):
    """What the steps so far have made."""

    def __init__(self, models: dict[Key, ModelState]) -> None:
        super().__init__(models, _Drawn(models))

    def reload_model(self, app_label: str, model_name: str) -> None:
        """Nothing is kept that could be outdated."""

    def reload_models(self, model_tuples: Iterable[Key]) -> None:
        """Nothing is kept that could be outdated."""

    def clone(self) -> State:
        """Steps put one field in the place of another and change none, so the fields are shared."""
        return _History(
            {
                key: replace(model, options=dict(model.options), fields=dict(model.fields))
                for key, model in self.models.items()
            }
        )


class _Drawn(StateApps):
    """Models to read columns from; nobody asks the database through them."""

    def __init__(self, models: dict[Key, ModelState]) -> None:
        super().__init__()
        self._models = models

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        """With those that it points to. Raises RuntimeError when no step before this one has made them all."""
        key = self.split_reference(app_label) if model_name is None else (app_label, model_name)
        around = StateApps()
        for app, name in {key, *_targets(self._models[key])}:
            if (app, name) not in self._models:
                raise RuntimeError(f"{key[1]} points to {app}.{name}, which no step has made")
            around.register_model(app, self._models[app, name].render(around))
        around._init_relations()
        return around.get_model(*key)


def _targets(model: ModelState) -> set[Key]:
    """The models that its rows point to."""
    pointers = (field for field in model.fields.values() if isinstance(field, ForeignKeyFieldInstance))
    names = (str(pointer.model_name).partition(".") for pointer in pointers)
    return {(app, name) for app, _, name in names}
