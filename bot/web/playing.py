"""播放: a .chat text read as steps, so that a sample is said in the room by the people in it and seen by everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

MOST_STEPS = 200

_CLOCK = re.compile(r"\+\s*(\d{1,5})\s*([smhd]|秒|分钟?|小时|天)\s*$")
_SAID = re.compile(r"([^\s@:：>]{1,40})(?:@([^\s:：>]{1,60}))?[:：]\s*(.+)$")
_UNITS = {"s": 1, "秒": 1, "m": 60, "分": 60, "分钟": 60, "h": 3600, "小时": 3600, "d": 86400, "天": 86400}


@dataclass(frozen=True, slots=True)
class Said:
    who: str
    room: str | None
    text: str


def steps(transcript: str) -> list[Said | timedelta]:
    """What people say and how time passes. What the shop is expected to answer is left out: it answers itself."""
    found: list[Said | timedelta] = []
    for line in transcript.splitlines():
        line = line.strip()
        if clock := _CLOCK.match(line):
            found.append(timedelta(seconds=int(clock[1]) * _UNITS[clock[2]]))
        elif (said := _SAID.match(line)) and not line.startswith(("#", ">", "-", "~", "=", "bot")):
            found.append(Said(who=said[1], room=said[2], text=said[3].strip()))
    return found
