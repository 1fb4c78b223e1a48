"""为什么: the trace of one turn, JSON, kept with the message: heard → tokens → intent and score → rules → facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogs.hear.missed import lessons
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from dialogs.wants import line_to_json


def of_reading(reading: Reading) -> dict[str, Any]:
    return {
        "normalised": reading.text,
        "tokens": [
            {"kind": t.kind, "text": t.text, "value": _plain(t.value), "source": t.source}
            for t in reading.tokens
        ],
        "action": reading.action,
        "intent": reading.intent,
        "score": round(reading.score, 3),
        "slots": {key: _plain(value) for key, value in reading.slots.items()},
        "rules": [*reading.evidence, *lessons(reading)],
    }


def of_turn(turn: Turn, dialogue: str, outcome: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """`outcome` is said, asked, refused by name, silent, …; `facts` are the figures that the answer used."""
    goods = turn.shelf.everything
    lines = [
        line_to_json(line) | ({"name": goods.called(line.sku)} if line.sku in goods.sku else {})
        for line in turn.reading.lines or turn.reading.completes
    ]
    told = {"lines": lines, "dialogue": dialogue, "outcome": outcome, "facts": _plain(dict(facts))}
    return of_reading(turn.reading) | told


def _plain(value: Any) -> Any:
    """JSON values only; anything else by its text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
