"""存成剧本: a customer's transcript as a .chat that can be played, without anything that says who it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dialogs.privacy import mask_for_room
from dialogs.shown import PICTURE
from shop.transcripts import Said

CUSTOMER, AGENT, ROOM = "小李", "客服", "水果群"
_CHANCE = (
    (re.compile(r"https?://\S+"), "<链接>"),
    (re.compile(r"(?<!\d)\d{4}-\d{2}(?!\d)"), "<取货码>"),
    (re.compile(r"(?<!\d)\d{4}-\d{3}(?!\d)"), "…"),
    (re.compile(r"\b[A-Z0-9]{5}\b"), "…"),
    (re.compile(r"\d{7,}"), "…"),
)


def as_chat(said: Sequence[Said], *, name: str) -> str:
    """`name` is the customer's; his and the agents' are replaced, as are links, codes, numbers and addresses. Notes
    stay in the shop."""
    agents = {
        one.name for one in said if one.kind in ("agent", "note", "event") and one.name not in ("", name)
    }
    writer = _Writer(name, agents)
    for one in said:
        writer.add(one)
    return "\n".join(["# 从客服台存下来的一段", *writer.lines, ""])


class _Writer:
    """Line by line; remembers the clock and which ticket of the play it is."""

    def __init__(self, name: str, agents: set[str]) -> None:
        self.lines: list[str] = []
        self._name, self._agents = name, agents
        self._last: datetime | None = None
        self._ticket = 0
        self._in_hands = self._has_answered = False

    def add(self, said: Said) -> None:
        if said.kind in ("customer", "agent") or (said.kind == "event" and said.text in ("接了", "结束了")):
            self._pass_time(said.at)
        match said.kind:
            case "customer":
                self._say(f"{CUSTOMER}{f'@{ROOM}' if said.room else ''}: ", said.text)
            case "bot" if not said.held_back:
                self._say(f"bot@{ROOM if said.room else CUSTOMER}> ", said.text)
            case "agent":
                self._answer(said.text)
            case "event":
                self._event(said.text)

    def _event(self, text: str) -> None:
        if text == "接了":
            self._ticket, self._has_answered = self._ticket + (not self._in_hands), False
            self._in_hands = True
            self.lines += [f"{AGENT}: {self._ticket} 接", "bot> …"]
        elif text == "结束了":
            self._in_hands = False
            self.lines += [f"{AGENT}: {self._ticket} 完", "bot> …"]

    def _answer(self, text: str) -> None:
        if text == PICTURE:  # it has no words to stand a number before
            self.lines += [f"{AGENT}: {PICTURE}", "bot> …", f"bot@{CUSTOMER}> {AGENT}发来一张图"]
            self._has_answered = True
            return
        self._say(f"{AGENT}: {self._ticket} ", text)
        if not self._has_answered:
            self.lines.append("bot> …")  # →#1
        self._has_answered = True
        self._say(f"bot@{CUSTOMER}> ", f"{AGENT}：{text}")

    def _pass_time(self, at: datetime) -> None:
        passed = int((at - self._last).total_seconds()) if self._last else 0
        if passed > 0:
            self.lines.append(f"+{min(passed, 999_999)}s")
        self._last = at

    def _say(self, head: str, text: str) -> None:
        first, *more = [line for line in self._masked(text).splitlines() if line.strip()] or ["…"]
        self.lines.append(f"{head}{first}")
        self.lines += [f"  {line}" for line in more]

    def _masked(self, text: str) -> str:
        text, _ = mask_for_room(text.replace(self._name, CUSTOMER))
        for agent in self._agents:
            text = text.replace(agent, AGENT)
        for pattern, instead in _CHANCE:
            text = pattern.sub(instead, text)
        return text
