"""砍价: 砍价 榴莲 199→99 10刀 24小时 → a preview with the very post; confirmed, members of its groups may have theirs cut."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from dialogs import rolling
from dialogs.command import SKU, as_money
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.leading import parse_quota, rooms_for
from dialogs.opening import HOURS, LONGEST, Opening, Unclear, parse_hours, quantity, reach, set_up
from dialogs.turn import Turn
from shop import campaigns
from shop.goods import Catalogue
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.rules.bargains import FEWEST, MOST
from shop.rules.campaigns import Item, Kind, OnOffer, State

EXAMPLE = "砍价 榴莲 199→99 10刀 24小时"
LASTS = 24  # hours, unless it is said
_HEAD = re.compile(r"^/?(?:开|发起)?砍价\s*")
_AMOUNT = r"¥?(\d{1,6}(?:\.\d{1,2})?)\s*[元块]?"
_PRICES = re.compile(rf"{_AMOUNT}\s*(?:→|[-—－=]+>|[-~～—]+|砍?到)\s*{_AMOUNT}")
_CUTS = re.compile(r"(\d{1,4})\s*刀")


def parse_prices(reading: Reading, old: Any, asked: bool) -> Any:
    """199→99: [from, to]."""
    found = _PRICES.search(reading.text)
    return [found[1], found[2]] if found else None


def parse_cuts(reading: Reading, old: Any, asked: bool) -> Any:
    found = _CUTS.search(reading.text) or (re.fullmatch(r"\s*(\d{1,4})\s*", reading.text) if asked else None)
    return int(found[1]) if found else None


def parse_goods(reading: Reading, old: Any, asked: bool) -> Any:
    """What is left of the words when the numbers are gone."""
    if not (_HEAD.match(reading.text) or asked):
        return None
    rest = _HEAD.sub("", reading.text)
    for pattern in (_PRICES, _CUTS, HOURS):
        rest = pattern.sub(" ", rest)
    return next(iter(rest.split()), None)


class OpenBargain(Opening):
    id = "campaign_bargain"
    intents = ()
    first_words = ("砍价", "开砍价", "发起砍价")
    starts = ("砍价",)
    examples = (EXAMPLE,)
    opens = "砍价 …"
    undone = "{}砍价取消了，没付的单都退"
    goods = Slot(parse_goods, f"砍哪样货？比如“{EXAMPLE}”")
    sku = SKU
    prices = Slot(parse_prices, "从多少砍到多少？比如“199→99”")
    cuts = Slot(parse_cuts, "几刀砍到底？比如“10刀”")
    hours = Slot(parse_hours, optional=True)
    quota = Slot(parse_quota, optional=True)

    def settle(self, data: Data, catalogue: Catalogue) -> Data:
        """The goods by their name; what is sold by one sku needs no question."""
        said = data.get("goods")
        named = next((one for one in catalogue.products if said in (one.name, *one.aliases)), None)
        if named is None:
            return {key: value for key, value in data.items() if key not in ("goods", "product")}
        return super().settle(data | {"product": named.id}, catalogue)

    async def check(self, turn: Turn, data: Data) -> Question | None:
        plan = _plan(turn, data)
        if isinstance(plan, Unclear):
            return self.ask_again(turn, data, plan)
        rooms = await rooms_for(turn, data)
        if not rooms:
            return self.no_group(turn)
        return await self.shown(
            turn, data, rooms, rolling.post(plan, turn.shelf, now=turn.now), _cost(plan, turn)
        )

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        plan = _plan(turn, data)
        if isinstance(plan, Unclear):
            return self.too_late(turn)
        made, rooms = await set_up(turn, data, plan)
        told = await reach(turn, rooms, at=turn.now, until=made.deadline)
        text = f"{made.title}砍价开了，{told}。提前停说“截单”"
        return self.opened(turn, data, made, text)


def _plan(turn: Turn, data: Data) -> OnOffer | Unclear:
    """What was said, as the campaign that would come of it."""
    start, floor = (as_money(said) for said in data["prices"])
    cuts, hours = int(data["cuts"]), int(data.get("hours", LASTS))
    if start is None or floor is None or floor >= start or not floor.fen:
        return Unclear("prices", "价格要从高砍到低，最低也要收一点钱，比如“199→99”")
    usual = turn.shelf.everything.sku[data["sku"]].price
    if start > usual:
        return Unclear("prices", f"原价才 {usual}，不能从更高的价砍起。从多少砍到多少？")
    if not FEWEST <= cuts <= MOST or cuts > (start - floor).fen:
        return Unclear("cuts", f"要 {FEWEST} 到 {MOST} 刀，每刀至少一分钱，几刀砍到底？")
    if not 1 <= hours <= LONGEST:
        return Unclear("hours", f"开 1 小时到 {LONGEST // 24} 天，开多久？比如“24小时”")
    quota = quantity(data.get("quota"))
    item = Item(0, 1, campaigns.LETTERS[0], data["sku"], start, quota, Quantity.of(1))
    title = turn.shelf.everything.product_of(data["sku"]).name
    ends = (turn.now + timedelta(hours=hours)).replace(second=0, microsecond=0)
    extra = {"floor": floor.fen, "cuts": cuts}
    return OnOffer(0, "", Kind.BARGAIN, title, State.OPEN, None, ends, (), (item,), extra=extra)


def _cost(plan: OnOffer, turn: Turn) -> str:
    """What it gives away at most."""
    item = plan.items[0]
    usual, floor = turn.shelf.everything.sku[item.sku].price, Money(int(str(plan.extra["floor"])))
    many = f"最多卖 {item.quota} 份" if item.quota is not None else "没限份数，要限就加上“共20份”"
    return f"砍到底比原价低 {usual - floor}，{many}"
