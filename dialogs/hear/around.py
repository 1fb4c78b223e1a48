"""旁: what stands around the goods — address, telephone, a time to fetch or to bring — as slots."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from dialogs.hear.scene import Scene
from dialogs.hear.times import Moment

FETCH = re.compile(r"拿|取|自提|来提|提货|过来|过去|到店|去店")
BRING = re.compile(r"送|到家|配送|寄")


def slots_around(scene: Scene) -> dict[str, Any]:
    slots: dict[str, Any] = {}
    for piece in scene.pieces:
        if piece.kind == "place":
            slots["address"] = {**slots.get("address", {}), **piece.value}
        elif piece.kind == "phone":
            slots["phone"] = piece.value
    moment = moment_said(scene)
    at = said_at(moment, scene.now) if moment else None
    if moment and at:
        slots[_use(scene, moment)] = at
    return slots


def moment_said(scene: Scene) -> Moment | None:
    """The time with a clock or a part of the day; a bare day says too little."""
    moments = [piece.value for piece in scene.pieces if piece.kind == "time"]
    return next((moment for moment in moments if moment.has_clock or moment.part), None)


def said_at(moment: Moment, now: datetime | None) -> str | None:
    at = moment.at(now) if now else None
    return iso(at) if at else None


def iso(at: datetime) -> str:
    """Local time to the minute: 2026-11-22T15:00."""
    return at.strftime("%Y-%m-%dT%H:%M")


def _use(scene: Scene, moment: Moment) -> str:
    if BRING.search(scene.text) and not FETCH.search(scene.text.replace("送过来", "").replace("送过去", "")):
        return "before" if moment.side == "before" and re.search("吗|么|不|嘛", scene.text) else "deliver_at"
    return "pickup_at"
