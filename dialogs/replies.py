"""答: what comes of one message: what to say, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogs.hear.second import Unclear
from dialogs.speech import Say
from shop.kit.ids import PersonId
from shop.people import Room


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say, and why. Who said it and where comes with it: whoever sends the answer need not look it up again."""

    says: tuple[Say, ...] = ()
    trace: Mapping[str, Any] = field(default_factory=dict)
    person: PersonId | None = None
    room: Room | None = None
    unclear: Unclear | None = None  # not answered: the second reader is asked first


def silence(**facts: str) -> Reply:
    """Nothing is said; `facts` are why."""
    return Reply(trace={"outcome": "silent", "facts": facts} if facts else {"outcome": "silent"})
