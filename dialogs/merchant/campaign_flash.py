"""秒杀: 明早10点秒杀草莓9.9元50盒每人限2 → a preview with the very post, whom it reaches and what it gives away; confirmed,
it waits for its moment."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from dialogs import rolling
from dialogs.command import PRODUCT, SKU, as_money, bare_number, parse_amount, slot_of
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import parse_each, rooms_for
from dialogs.opening import Opening, Unclear, moment, named, new_items, quantity, reach, set_up, unheard
from dialogs.turn import Turn
from shop import campaigns, catalogue, flash
from shop.bills import local_day
from shop.flash import LASTS, WARM_UP
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.people import Room
from shop.refusals import CampaignClash
from shop.rules.campaigns import OVER, Item, Kind, OnOffer, State

_MANY = re.compile(r"(?:一?共|总共|限量|名额|[x×*])\s*(\d{1,5})")
_LIMIT = re.compile(r"限购?\s*(\d{1,3})(?!\d)")
_ENDS = re.compile("截|止|结束|为止")
NOTHING = Money(0)
EXAMPLE = "比如“明早10点秒杀草莓9.9元50盒每人限2”"


def parse_limit(reading: Reading, old: Any, asked: bool) -> Any:
    """每人限2, 限1."""
    found = _LIMIT.search(reading.text)
    return parse_each(reading, old, asked) or (found[1] if found else None)


def parse_pieces(reading: Reading, old: Any, asked: bool) -> Any:
    """50盒, x20; not the 1 of 限1, which the reader may take for it."""
    if asked and (bare := bare_number(reading.text)):
        return bare
    if found := _MANY.search(reading.text):
        return found[1]
    said = reading.slots.get("stock")
    is_limit = said and not re.search(rf"(?<![\d.限购]){said}(?![\d.点:])", reading.text)
    return None if is_limit else said


def parse_start(reading: Reading, old: Any, asked: bool) -> Any:
    """The reader takes a lone moment for the end; of a flash sale it is the beginning. 今晚8点, said to a preview, is
    another beginning."""
    slots = reading.slots
    lone = None if _ENDS.search(reading.text) else slots.get("until")
    return slots.get("from") or lone or (_only_a_moment(reading) if asked or old else None)


def _only_a_moment(reading: Reading) -> str | None:
    said = [token.value for token in reading.tokens]
    if len(said) != 1 or reading.tokens[0].kind != "time" or reading.at is None or not said[0].has_clock:
        return None
    at = said[0].at(reading.at)
    return at.isoformat() if at else None


def parse_end(reading: Reading, old: Any, asked: bool) -> Any:
    until = reading.slots.get("until")
    return until if until and until != parse_start(reading, old, asked) else None


class OpenFlash(Opening):
    id = "campaign_flash"
    intents = ("admin.flash_create",)
    first_words = ("秒杀", "开秒杀")
    reads_as = "秒杀"
    examples = ("明早10点秒杀草莓9.9元50盒每人限2", "秒杀 20:00 草莓 9.9 x20 限1")
    opens = "秒杀 …"
    undone = "{}秒杀取消了，抢到的单都退"
    product = PRODUCT
    unit = Slot(slot_of("unit"), optional=True)
    sku = SKU
    price = Slot(parse_amount, f"秒杀价多少？{EXAMPLE}")
    quota = Slot(parse_pieces, "一共几份？比如“50盒”")
    each = Slot(parse_limit, optional=True)
    begins = Slot(parse_start, optional=True)
    until = Slot(parse_end, optional=True)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        plan = _plan(turn, data)
        if isinstance(plan, Unclear):
            return self.ask_again(turn, data, plan)
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        await campaigns.may_begin(turn.shop, Kind.FLASH, new_items(plan))
        told = [_post(plan, turn), _when(plan, turn), await _reach(rooms, turn), *await _cost(plan, turn)]
        warned = [*_at_night(plan, turn), *await unheard(turn, rooms, at=_warm_up(plan, turn))]
        text = "\n".join([*told, _beside(plan, rooms, turn), *warned])
        return replace(self.preview(turn, text), data=data | {"rooms": [room.id for room in rooms]})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        plan = _plan(turn, data)
        if isinstance(plan, Unclear):
            return self.too_late(turn)
        made, rooms = await set_up(turn, data, plan)
        begun = f"排好了，{_when(made, turn)}" if made.starts_at else "开了"
        told = await reach(turn, rooms, at=_warm_up(made, turn), until=made.deadline)
        return self.opened(turn, data, made, f"{made.title}秒杀{begun}，{told}")


def _plan(turn: Turn, data: Data) -> OnOffer | Unclear:
    """What was said, as the campaign that would come of it, so that the preview shows the very post."""
    price, quota, each = as_money(data["price"]), _whole(data["quota"]), _whole(data.get("each"))
    if price is None or price.fen == 0:
        return Unclear("price", f"秒杀价没看懂，多少钱？{EXAMPLE}")
    if quota is None:
        return Unclear("quota", "一共几份？比如“50盒”")
    starts, until = moment(data.get("begins"), turn), moment(data.get("until"), turn)
    if starts and starts <= turn.now:
        return Unclear("begins", "这个时间已经过了，换个时间，比如“晚上8点”")
    until = until or (starts or turn.now) + LASTS
    if until <= (starts or turn.now):
        return Unclear("until", "结束要在开始以后，几点结束？比如“到晚上9点截”")
    item = Item(0, 1, campaigns.LETTERS[0], data["sku"], price, quota, each)
    title = turn.shelf.everything.product_of(data["sku"]).name
    return OnOffer(0, "", Kind.FLASH, title, State.OPEN, starts, until, (), (item,))


def _warm_up(plan: OnOffer, turn: Turn) -> datetime:
    """When the groups first hear of it."""
    return max(turn.now, (plan.starts_at or turn.now) - WARM_UP)


def _post(plan: OnOffer, turn: Turn) -> str:
    return rolling.post(plan, turn.shelf, now=plan.starts_at or turn.now)


def _when(plan: OnOffer, turn: Turn) -> str:
    if plan.starts_at is None:
        return "马上开抢"
    at = rolling.day_and_hour(plan.starts_at, turn.now, turn.tz)
    minutes = int(WARM_UP.total_seconds() // 60)
    soon = plan.starts_at - turn.now <= WARM_UP
    return f"{at} 开抢，{'马上' if soon else f'前 {minutes} 分钟'}先预告"


def _at_night(plan: OnOffer, turn: Turn) -> list[str]:
    """When the groups hear nothing unasked, they hear neither the beginning nor the end."""
    night, starts, ends = turn.facts.night, plan.starts_at or turn.now, plan.deadline
    assert ends is not None, "a flash sale ends"
    if night is None or night.over(ends) == ends:
        return []
    if night.over(starts) != starts:
        return [f"注意：{night.start:%H:%M} 到 {night.end:%H:%M} 群里不主动发，开抢没人看得到"]
    return [f"结束时群里不主动发了，结果第二天 {night.end:%H:%M} 再发"]


async def _reach(rooms: list[Room], turn: Turn) -> str:
    many = await flash.reach(rooms, now=turn.now)
    return f"发到{named(rooms)}，最近 7 天有 {many} 人说过话"


async def _cost(plan: OnOffer, turn: Turn) -> list[str]:
    """What it gives away, and what it gets in the way of."""
    item = plan.items[0]
    sku = turn.shelf.everything.sku[item.sku]
    assert item.price is not None and item.quota is not None, "they were said"
    free = (await catalogue.left_of(turn.shop, [item.sku]))[item.sku]
    if free < item.quota:
        raise CampaignClash(turn.shelf.everything.called(item.sku), "", free, sku.unit)
    day = local_day(plan.starts_at or turn.now, turn.shelf.catalogue)
    usual = turn.shelf.price(item.sku, day)
    less = sku.price - item.price
    said = [
        f"每{sku.unit}比原价低 {less}，全抢完让利 {less.times(item.quota.milli)}"
        if less > NOTHING
        else f"注意：原价才 {sku.price}，秒杀价没有更低"
    ]
    if usual.price < sku.price:
        cheap = "，比秒杀还低" if usual.price <= item.price else ""
        said.append(f"注意：那天{usual.why}已经是 {usual.price}{cheap}")
    if item.each is None:
        said.append("没说每人限几份，一个人可以全抢走。要限就加上“每人限2”")
    return [*said, f"留出 {item.quota} {sku.unit}以后，平时卖的还剩 {free - item.quota} {sku.unit}"]


def _beside(plan: OnOffer, rooms: list[Room], turn: Turn) -> str:
    """What else runs in these groups at that time: +1 would be asked about."""
    here = {room.id for room in rooms}
    others = [
        rolling.title(one)
        for one in turn.shelf.campaigns
        if one.state not in OVER
        and (not one.rooms or here & set(one.rooms))
        and not (one.deadline and one.deadline <= (plan.starts_at or turn.now))
        and not (one.starts_at and plan.deadline and one.starts_at >= plan.deadline)
    ]
    return f"同时还有：{'、'.join(others)}" if others else "同时没有别的活动"


def _whole(said: object) -> Quantity | None:
    qty = quantity(said)
    return qty if qty and qty.is_whole else None
