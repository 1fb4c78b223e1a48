"""开团活动: 开团 3人团 车厘子 99 24小时 → a preview of the very post; from then on customers open teams of three and join
them. 店家补足 says from how many paid members the shop takes the empty seats when the time is over."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dialogs.command import UNDO_FOR
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.numbers import parse
from dialogs.hear.reading import Reading
from dialogs.leading import rooms_for
from dialogs.merchant.campaign_open import OpenCampaign, new_items, planned_campaign, post
from dialogs.turn import Turn
from shop import campaigns
from shop.rules.campaigns import Kind, OnOffer
from shop.rules.teams import FEWEST, MOST

_FIRST = re.compile(r"^/?(?:开团活动|拼团活动|开个?团|拼团)")
_SIZE = re.compile(r"(\d{1,3}|[二两三四五六七八九十])\s*人\s*(?:成?团|拼团?|成团)")
_HOURS = re.compile(r"(\d{1,3})\s*(?:个)?小时(?:内)?")
_FILL = re.compile(r"(?:[满够]\s*(\d{1,2})\s*人?\s*)?(?:店家|店里|商家)?\s*(?:补足|补齐)")
EXAMPLE = "开团 3人团 车厘子 39 24小时"


def parse_size(reading: Reading, old: Any, asked: bool) -> Any:
    """3人团, 三人成团."""
    found = _SIZE.search(reading.text)
    return int(parse(found[1]) or 0) if found else None


def parse_hours(reading: Reading, old: Any, asked: bool) -> Any:
    found = _HOURS.search(reading.text)
    return int(found[1]) if found else None


def parse_fill(reading: Reading, old: Any, asked: bool) -> Any:
    """满2人店家补足: 2; 店家补足 alone: 1."""
    found = _FILL.search(reading.text)
    return int(found[1] or 1) if found else None


class OpenTeams(OpenCampaign):
    id = "campaign_team"
    intents = ()
    first_words = ("开团活动", "拼团活动")
    examples = ("开团活动 3人团 车厘子 39 24小时", "开团活动 2人团 草莓 25 12小时 店家补足")
    undo_for = UNDO_FOR
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
        for pattern in (_SIZE, _HOURS, _FILL):
            rest = pattern.sub(" ", rest)
        return f"开团 {' '.join(rest.split())}"

    async def check(self, turn: Turn, data: Data) -> Question | None:
        rooms = await rooms_for(turn, data)
        if not rooms:
            return Question((turn.here(f"还没有能发的群。先把我拉进群，再说“{EXAMPLE}”"),), asked="items")
        planned = _planned(turn, data)
        if planned is None:
            return Question((turn.here(f"没看懂，一样货、一个价、几个人，比如“{EXAMPLE}”"),), asked="items")
        if not FEWEST <= planned.size <= MOST:
            return Question((turn.here(f"{FEWEST} 到 {MOST} 人才能成一个团，几个人？"),), asked="size")
        usual, together = turn.shelf.everything.sku[planned.items[0].sku].price, planned.items[0].price
        if together is None or together >= usual:
            text = f"拼团价 {together} 不比平时的 {usual} 便宜，没人会拼。改个价再说一遍，比如“{EXAMPLE}”"
            return Question((turn.here(text),), asked="items")
        text = f"{post(planned, turn)}\n发到{'、'.join(room.name for room in rooms)}"
        return replace(self.preview(turn, text), data=data | {"rooms": [room.id for room in rooms]})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        planned = _planned(turn, data)
        assert planned is not None, "it was read when it was shown"
        rooms = await rooms_for(turn, data)
        made = await campaigns.set_up(
            turn.shop,
            Kind.TEAM,
            planned.title,
            new_items(planned),
            by=turn.person.id,
            now=turn.now,
            rooms=[room.id for room in rooms],
            deadline=planned.deadline,
            terms=dict(planned.extra),
        )
        text = (
            f"{made.title}拼团开了，发到{'、'.join(room.name for room in rooms)}。"
            "不再开新团说“结团”，等不及说“强制成团 编号”（撤销 2 分钟内有效）"
        )
        return Done((turn.here(text),), undo={"campaign": made.id, "title": made.title}, after=dict(data))


def _planned(turn: Turn, data: Data) -> OnOffer | None:
    """None unless it is one kind of goods with one price."""
    planned = planned_campaign(turn, data, Kind.TEAM)
    if planned is None or len(planned.items) != 1 or planned.items[0].price is None:
        return None
    size = int(data["size"])
    fill = min(int(data.get("fill_from", 0)), size - 1)
    terms = {"size": size, "hours": data.get("hours"), "fill_from": fill}
    return replace(planned, size=size, extra={key: value for key, value in terms.items() if value})
