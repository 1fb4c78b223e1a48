"""拉新榜: who brought most newcomers lately; 拉新榜 7天 for another time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from dialogs.command import Command
from dialogs.engine import Data, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import referrals

DAYS = 30
_DAYS = re.compile(r"(\d{1,3})\s*天")


def parse_days(reading: Reading, old: Any, asked: bool) -> Any:
    found = _DAYS.search(reading.text)
    return int(found[1]) or None if found else None


class ReferralTop(Command):
    id = "referral_top"
    intents = ()
    first_words = ("拉新榜",)
    starts = first_words
    examples = ("拉新榜", "拉新榜 7天")
    days = Slot(parse_days, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        days = data.get("days", DAYS)
        some = await referrals.top(turn.shop, since=turn.now - timedelta(days=days))
        if not some:
            return Done((turn.here(f"{days} 天里还没有人拉新。顾客说“邀请”就有码"),))
        lines = [
            f"{n}. {one.name} 带来 {one.came} 位，{one.bought} 位买过" for n, one in enumerate(some, start=1)
        ]
        return Done((turn.here("\n".join([f"最近 {days} 天拉新：", *lines])),))
