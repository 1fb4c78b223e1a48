"""开团活动: 开团 3人团 车厘子 99 24小时 → a preview of the very post; from then on customers open teams of three and join
them. 店家补足 says from how many paid members the shop takes the empty seats when the time is over."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dialogs import opening, rolling
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.numbers import parse
from dialogs.hear.reading import Reading
from dialogs.leading import rooms_for
from dialogs.opening import LONGEST, Unclear, parse_hours, reach, set_up
from dialogs.planning import OfGoods, planned
from dialogs.turn import Turn
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.teams import FEWEST, HOURS, MOST

_FIRST = re.compile(r"^/?(?:开团活动|拼团活动|开个?团|拼团)")
_SIZE = re.compile(r"(\d{1,3}|[二两三四五六七八九十])\s*人\s*(?:成?团|拼团?|成团)")
_FILL = re.compile(r"(?:[满够]\s*(\d{1,2})\s*人?\s*)?(?:店家|店里|商家)?\s*(?:补足|补齐)")
EXAMPLE = "开团 3人团 车厘子 39 24小时"


def parse_size(reading: Reading, old: Any, asked: bool) -> Any:
    """3人团, 三人成团."""
    found = _SIZE.search(reading.text)
    return int(parse(found[1]) or 0) if found else None


def parse_fill(reading: Reading, old: Any, asked: bool) -> Any:
    """满2人店家补足: 2; 店家补足 alone: 1."""
    found = _FILL.search(reading.text)
    return int(found[1] or 1) if found else None


class OpenTeams(OfGoods):
    id = "campaign_team"
    intents = ()
    first_words = ("开团活动", "拼团活动")
    reads_as = "开团"
    examples = ("开团活动 3人团 车厘子 39 24小时", "开团活动 2人团 草莓 25 12小时 店家补足")
    opens = EXAMPLE
    size = Slot(parse_size, f"几个人成团？比如“{EXAMPLE}”")
    hours = Slot(parse_hours, optional=True)
    fill_from = Slot(parse_fill, optional=True)

    def is_meant(self, turn: Turn) -> bool:
        said = turn.text.strip()
        named = said.lstrip("/").startswith(self.first_words)
        return bool(_FIRST.match(said)) and (named or bool(_SIZE.search(said)))

    def retold(self, said: str) -> str:
        """The 3 of 3人团 is no price, and 24小时 no hour of the day."""
        rest = _FIRST.sub("", said.strip(), count=1)
        for pattern in (_SIZE, opening.HOURS, _FILL):
            rest = pattern.sub(" ", rest)
        return f"开团 {' '.join(rest.split())}"

    async def check(self, turn: Turn, data: Data) -> Question | None:
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        plan = _planned(turn, data)
        if isinstance(plan, Unclear):
            return self.ask_again(turn, data, plan)
        return await self.shown(turn, data, rooms, rolling.post(plan, turn.shelf, now=turn.now))

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        plan = _planned(turn, data)
        if isinstance(plan, Unclear):
            return self.too_late(turn)
        made, rooms = await set_up(turn, data, plan)
        told = await reach(turn, rooms, at=turn.now, until=made.deadline)
        text = f"{made.title}拼团开了，{told}。不再开新团说“结团”，等不及说“强制成团 编号”"
        return self.opened(turn, data, made, text)


def _planned(turn: Turn, data: Data) -> OnOffer | Unclear:
    """One kind of goods with one price, lower than when bought alone."""
    plan = planned(turn, data, Kind.TEAM)
    if isinstance(plan, Unclear) and plan.slot == "until":
        return plan
    if isinstance(plan, Unclear) or len(plan.items) != 1 or plan.items[0].price is None:
        return Unclear("items", f"没看懂，一样货、一个价、几个人，比如“{EXAMPLE}”")
    size, hours = int(data["size"]), int(data.get("hours", HOURS))
    if not FEWEST <= size <= MOST:
        return Unclear("size", f"{FEWEST} 到 {MOST} 人才能成一个团，几个人？比如“3人团”")
    if not 1 <= hours <= LONGEST:
        return Unclear("hours", f"1 小时到 {LONGEST // 24} 天凑齐，给多久？比如“24小时”")
    usual, together = turn.shelf.everything.sku[plan.items[0].sku].price, plan.items[0].price
    if together >= usual:
        text = f"拼团价 {together} 不比平时的 {usual} 便宜，没人会拼。改个价再说一遍，比如“{EXAMPLE}”"
        return Unclear("items", text)
    fill = min(int(data.get("fill_from", 0)), size - 1)
    terms = {"size": size, "hours": data.get("hours"), "fill_from": fill}
    return replace(plan, size=size, extra={key: value for key, value in terms.items() if value})
