"""花名册: every dialogue, found by walking the folders; a plain dict that can be printed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import dialogs.agent
import dialogs.customer
import dialogs.merchant
from dialogs.engine import Dialogue


@cache
def dialogues() -> dict[str, Dialogue]:
    """By id. Two dialogues with one id, or one intent in two dialogues, is a mistake of ours: raises ValueError."""
    found: dict[str, Dialogue] = {}
    for package in (dialogs.customer, dialogs.merchant, dialogs.agent):
        for module in iter_modules(package.__path__, package.__name__ + "."):
            for made in vars(import_module(module.name)).values():
                if _is_dialogue(made, module.name):
                    if made.id in found:
                        raise ValueError(f"two dialogues are called {made.id}")
                    found[made.id] = made()
    by_intent(found)
    return found


def by_intent(known: dict[str, Dialogue]) -> dict[str, Dialogue]:
    table: dict[str, Dialogue] = {}
    for dialogue in known.values():
        for intent in dialogue.intents:
            if intent in table:
                raise ValueError(f"{intent} starts both {table[intent].id} and {dialogue.id}")
            table[intent] = dialogue
    return table


def _is_dialogue(made: object, module: str) -> bool:
    return (
        isinstance(made, type)
        and issubclass(made, Dialogue)
        and made.__module__ == module
        and "id" in vars(made)
    )
