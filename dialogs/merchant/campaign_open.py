"""开团, 接龙: 接龙 周五 车厘子 58/盒 起20盒 晚上8点截 → a preview of the very post; confirmed, it goes to the groups."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from dialogs import rolling
from dialogs.command import UNDO_FOR, as_money
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import Leading, parse_each, parse_quota, rooms_for
from dialogs.turn import Turn
from shop import campaigns
from shop.campaigns import NewItem
from shop.kit.quantity import Quantity
from shop.rules.campaigns import Item, Kind, OnOffer, State

_STEP = re.compile(
    r"满?\s*(\d{1,4})\s*[\u4e00-\u9fff]?\s*[:：]?\s*¥?(\d{1,5}(?:\.\d{1,2})?)(?=\s|$|[,，;；元块])"
)
_STEPS = re.compile(r"阶梯\S*\s*(.+)")
_ANONYMOUS = re.compile("匿名")


def parse_items(reading: Reading, old: Any, asked: bool) -> Any:
    """[{"sku", "price"}]; goods named without a price cost what they cost on the shelf."""
    items = reading.slots.get("items")
    return [{"sku": one["sku"], "price": one.get("price")} for one in items] if items else None


def parse_steps(reading: Reading, old: Any, asked: bool) -> Any:
    """阶梯 20盒58 50盒52: [["20", "58"], ["50", "52"]]."""
    found = _STEPS.search(reading.text)
    steps = [list(step) for step in _STEP.findall(found[1])] if found else []
    return steps or None


def parse_least(reading: Reading, old: Any, asked: bool) -> Any:
    said = reading.slots.get("min")
    return str(said) if said and not parse_steps(reading, None, False) else None


class OpenCampaign(Leading):
    id = "campaign_open"
    intents: ClassVar[tuple[str, ...]] = ("admin.groupbuy_create",)
    first_words: ClassVar[tuple[str, ...]] = ("接龙", "开接龙", "团购", "开团")
    reads_as = "开团"
    examples: ClassVar[tuple[str, ...]] = (
        "开团 周五车厘子团：车厘子58 起20盒，晚上8点截",
        "接龙 车厘子 58 晚上8点截",
    )
    undo_for = UNDO_FOR
    items = Slot(parse_items, "接什么、多少钱？比如“接龙 车厘子 58 起20盒 晚上8点截”")
    title = Slot(lambda reading, old, asked: reading.slots.get("title"), optional=True)
    until = Slot(lambda reading, old, asked: reading.slots.get("until"), optional=True)
    least = Slot(parse_least, optional=True)
    quota = Slot(parse_quota, optional=True)
    each = Slot(parse_each, optional=True)
    steps = Slot(parse_steps, optional=True)
    anonymous = Slot(
        lambda reading, old, asked: True if _ANONYMOUS.search(reading.text) else None, optional=True
    )

    async def check(self, turn: Turn, data: Data) -> Question | None:
        rooms = await rooms_for(turn, data)
        if not rooms:
            return Question((turn.here("还没有能发的群。先把我拉进群，再说“接龙 …”"),), asked="items")
        planned = planned_campaign(turn, data, Kind.LIST)
        if planned is None:
            return Question((turn.here("价格或者数没看懂，比如“接龙 车厘子 58 起20盒”"),), asked="items")
        if planned.deadline and planned.deadline <= turn.now:
            return Question((turn.here("截止时间已经过了，换个时间，比如“晚上8点截”"),), asked="until")
        text = f"{post(planned, turn)}\n发到{'、'.join(room.name for room in rooms)}"
        return replace(self.preview(turn, text), data=data | {"rooms": [room.id for room in rooms]})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        planned = planned_campaign(turn, data, Kind.LIST)
        assert planned is not None, "it was read when it was shown"
        rooms = await rooms_for(turn, data)
        made = await campaigns.set_up(
            turn.shop,
            Kind.LIST,
            planned.title,
            new_items(planned),
            by=turn.person.id,
            now=turn.now,
            rooms=[room.id for room in rooms],
            deadline=planned.deadline,
            terms=dict(planned.extra),
        )
        text = f"“{made.title}”接龙开了，发到{'、'.join(room.name for room in rooms)}。截单说“截单”，看名单说“名单”（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"campaign": made.id, "title": made.title}, after=dict(data))

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await campaigns.cancel(undo["campaign"], now=turn.now)
        return f"{undo['title']}取消了，接了的单都退。群里发过的话收不回来"


def planned_campaign(turn: Turn, data: Data, kind: Kind) -> OnOffer | None:
    """What was said, as the campaign that would come of it, so that the preview shows the very post; None for numbers
    that are none."""
    steps = [(_qty(least), as_money(price)) for least, price in data.get("steps", ())]
    if any(not least or not price for least, price in steps):
        return None
    items = []
    for no, said in enumerate(data["items"], start=1):
        price = as_money(said["price"]) if said.get("price") else None
        if said.get("price") and not price:  # nothing is given away by a slip of the finger
            return None
        items.append(
            Item(
                0,
                no,
                campaigns.LETTERS[no - 1] if no <= len(campaigns.LETTERS) else "",
                said["sku"],
                price,
                _qty(data.get("quota")),
                _qty(data.get("each")),
                tuple(sorted((least, low) for least, low in steps if least and low)),
            )
        )
    least = _qty(data.get("least"))
    extra = {"least": least.milli if least else 0, "anonymous": bool(data.get("anonymous"))}
    return OnOffer(
        id=0,
        key="",
        kind=kind,
        title=data.get("title") or _titled(turn, items),
        state=State.OPEN,
        starts_at=None,
        deadline=moment(data.get("until"), turn),
        rooms=(),
        items=tuple(items),
        least=least or Quantity(0),
        extra={key: value for key, value in extra.items() if value},
    )


def new_items(planned: OnOffer) -> list[NewItem]:
    return [NewItem(item.sku, item.price, item.quota, item.each, item.steps) for item in planned.items]


def post(of: OnOffer, turn: Turn) -> str:
    return rolling.post(of, turn.shelf, now=turn.now)


def moment(said: str | None, turn: Turn) -> datetime | None:
    """Times come from the reader as local ISO."""
    if said is None:
        return None
    at = datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(turn.tz))


def _titled(turn: Turn, items: list[Item]) -> str:
    return "、".join(turn.shelf.everything.product_of(item.sku).name for item in items[:3])


def _qty(said: object) -> Quantity | None:
    try:
        qty = Quantity.of(str(said)) if said is not None else None
    except ValueError:
        return None
    return qty if qty and qty.milli > 0 else None
