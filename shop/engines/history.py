"""旧样: the tables as they were before each step of a migration, drawn only when a step asks for them.

tortoise makes all models of the shop anew before and after every step, ready for questions; most steps only want to know
the columns. That was two thirds of the time in which a fresh shop opens.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


def lazy(state: State) -> State:
    """The same state, which makes what it says only when it is asked."""
    apps = _Drawn(state.apps._default_connections, state.apps._connections)
    apps.apps.update(state.apps.apps)
    return _LazyState(models=state.models, apps=apps)


class _Drawn(StateApps):
    """Models to read columns from; nobody asks the database through them."""

    def _build_initial_querysets(self) -> None:
        pass


class _LazyState(State):
    def clone(self) -> State:
        models = {key: model.clone() for key, model in self.models.items()}
        return State(models=models, apps=cast(StateApps, _Before(self.apps, models)))


class _Before:
    """Stands for the models of a moment, which are made at the first question, whole."""

    def __init__(self, after: StateApps, models: dict[tuple[str, str], ModelState]) -> None:
        self._made_like, self._models = StateApps(after._default_connections, after._connections), models

    @cached_property
    def _made(self) -> StateApps:
        return self._made_like.clone(model_states=self._models)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)
