"""What a mutant is: a verb of the shop, exchanged for one with a defect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Scene = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Mutant:
    """`place.name` becomes `defect`. A scene is played where chance would meet the defect only among many buyers at
    once; it passes in the shop as it is and raises AssertionError with the defect. Otherwise walks look for it."""

    says: str
    place: Any
    name: str
    defect: Any
    scene: Scene | None = None
