"""通知: what is said unasked; one event one file, found by walking the folder (a house test finds the missing ones)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from dialogs.speech import Say
from dialogs.turn import ShopFacts
from dialogs.voice import Links
from shop.events import Happening
from shop.kit.ids import ShopId


@dataclass(frozen=True, slots=True)
class Desk:
    """What a notice needs to find its words."""

    shop: ShopId
    facts: ShopFacts
    links: Links
    tz: str
    now: datetime


Words = Callable[[Any, Desk], Awaitable[tuple[Say, ...]]]


@cache
def notices() -> dict[str, Words]:
    """The words for each kind of event, by its name. Each file has EVENT (the class) and `words`."""
    found: dict[str, Words] = {}
    for module in iter_modules(__path__, __name__ + "."):
        file = import_module(module.name)
        found[file.EVENT.__name__] = file.words
    return found


async def words(event: Happening, desk: Desk) -> tuple[Say, ...]:
    """What to say because of this, and to whom. Raises KeyError for an event that has no file."""
    return await notices()[type(event).__name__](event, desk)
