"""促销: what the merchant's promotions share: taken apart, shown with an example before and after, run, taken back; and how
a promotion is called in the groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from dialogs import promotion_words as words
from dialogs import voice
from dialogs.command import UNDO_FOR, Command
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Pending, Reading
from dialogs.leading import rooms_for
from dialogs.rolling import day_and_hour
from dialogs.turn import Turn
from shop import bills, deals
from shop.catalogue import Goods
from shop.deals import Deal
from shop.kit.money import ZERO, Money
from shop.kit.quantity import Quantity
from shop.promotions import from_terms
from shop.rules.baskets import Want
from shop.rules.orders import MOST_OF_ONE
from shop.rules.pricing import Buyer
from shop.rules.promotions import BasketPromotion, Promotion
from shop.rules.scope import EVERY_DAY, Scope

MOST_NAMED = 4
LOOKED_AT = 200  # goods whose lowest price is reckoned for a preview
NO_ANSWERS = frozenset({"confirm.no", "confirm.yes", "order.cancel", "undo", "help", "history"})


@dataclass(frozen=True, slots=True)
class Plan:
    """A promotion as it was said. Its example is so many pieces of one good, or as many as are worth this much."""

    kind: str
    terms: Mapping[str, Any]
    pieces: tuple[int, ...] = (1,)
    worth: tuple[Money, ...] = ()
    tells: bool = False  # the groups hear of it unless the merchant says no
    notes: tuple[str, ...] = field(default=())


class Afresh(str):
    """An answer to words that cannot be completed: what is said next is the whole of it."""

    __slots__ = ()


def parse_said(reading: Reading, old: Any, asked: bool) -> Any:
    """Everything that was said of it; an answer completes it."""
    if asked and reading.intent in NO_ANSWERS:
        return None
    if old is None:
        return reading.text
    return f"{old} {reading.text}" if asked else None


def parse_tells(reading: Reading, old: Any, asked: bool) -> Any:
    if "悄悄" in reading.text:
        return False
    return True if "发群" in reading.text or "发到" in reading.text else None


class Promoting(Command):
    """A command that makes a promotion. `plan` gives it, or the sentence that asks for what is missing."""

    undo_for = UNDO_FOR
    said = Slot(parse_said, insists=True)
    tells = Slot(parse_tells, optional=True)
    example: ClassVar[str]

    def plan(self, text: str, turn: Turn) -> Plan | str:
        raise NotImplementedError  # each promotion has its own words

    def _plan(self, turn: Turn, data: Data) -> Plan | str:
        first, rest = (*data["said"].split(None, 1), "")[:2]
        text = rest if first in self.first_words else data["said"]
        return self.plan(text, turn) if text.strip() else f"怎么个优惠法？{self.example}"

    async def check(self, turn: Turn, data: Data) -> Question | None:
        plan = self._plan(turn, data)
        if isinstance(plan, str):
            data = {} if isinstance(plan, Afresh) else data
            return unsaid(turn, plan, data)
        instead = await _instead_of(turn, plan)
        shown = _shown(turn, plan, instead)
        if isinstance(shown, str):
            return unsaid(turn, shown, {})
        rooms = await rooms_for(turn, data)
        names = "、".join(room.name for room in rooms)
        if not (data.get("tells", plan.tells) and rooms):
            told = "不发群，要发就说“发群”" if rooms else "还没有群，先不发"
        elif _scope(plan).until:
            told = f"发到{names}：开始说一次，结束前半小时再说一次。不想发就说“悄悄开”"
        else:
            told = f"发到{names}，只发一次"
        text = "\n".join([*shown, *plan.notes, told])
        return replace(self.preview(turn, text), data=data | {"rooms": [room.id for room in rooms]})

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        plan = self._plan(turn, data)
        assert not isinstance(plan, str), "it was read when it was shown"
        instead = await _instead_of(turn, plan)
        rooms = await rooms_for(turn, data) if data.get("tells", plan.tells) else []
        made = await deals.run(
            turn.shop,
            plan.kind,
            plan.terms,
            now=turn.now,
            rooms=[room.id for room in rooms],
            instead_of=[one.id for one in instead],
        )
        text = f"{made.id}号促销开了：{title(made, turn.shelf, turn.now)}。要停说“停 {made.id}”（撤销 2 分钟内有效）"
        undo = {"deal": made.id, "instead": [one.id for one in instead]}
        return Done((turn.here(text),), undo=undo, after={"kind": plan.kind, **plan.terms})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        stopped = await deals.deal(undo["deal"])
        await deals.stop(turn.shop, stopped.id)
        await deals.go_on(turn.shop, undo["instead"])
        back = f"，{'、'.join(f'{id}号' for id in undo['instead'])}接着算" if undo["instead"] else ""
        return f"{stopped.id}号促销停了，没下单的按原价算{back}"


def unsaid(turn: Turn, ask: str, data: Data) -> Question:
    """What is missing, or is to be said anew where the data is empty; 不要 gives it up."""
    return Question((turn.here(ask),), asked="said", data=data, pending=Pending("confirm"))


# ── what it comes to ────────────────────────────────────────────────────────────────────────────────────────────


def _shown(turn: Turn, plan: Plan, instead: Sequence[Deal]) -> list[str] | str:
    """What it is, an example before and after, the lowest price there will be; or why it cannot be."""
    new = from_terms(plan.kind, plan.terms)
    at = _moment(_scope(plan), turn.now)
    if at is None:
        return "这个时间已经过了，换个时间再说一次"
    gone = {one.promotion for one in instead}
    was = tuple(one for one in turn.shelf.promotions if one not in gone)
    now = replace(turn.shelf, promotions=(*was, new))
    who = Buyer(level="会员" if plan.kind == "member" else "", now=at)
    bought = [
        (want, _cost(want, turn.shelf, at, who), _cost(want, now, at, who))
        for sku in _covered(_scope(plan), turn.shelf)[:LOOKED_AT]
        for want in _wants(sku, plan, turn.shelf)
    ]
    if not bought:
        return "菜单上没有这样货"
    if all(after >= before for _, before, after in bought):
        want, before, _ = bought[0]
        return f"没有比现在便宜：{_called(want, turn)}现在就是 {before}。换个数再说一次"
    if any(after <= ZERO for _, _, after in bought):
        want = next(want for want, _, after in bought if after <= ZERO)
        return f"这样{_called(want, turn)}就白送了，换个数再说一次"
    first = max(bought[: max(1, len(plan.pieces), len(plan.worth))], key=lambda one: one[1].fen - one[2].fen)
    least = min(bought, key=lambda one: one[2].fen * 1000 // max(one[1].fen, 1))
    lines = [described(new, turn.shelf, turn.now), f"比如{_example(first, turn)}"]
    if least[0].sku != first[0].sku:
        lines.append(f"让得最多：{_example(least, turn)}")
    if isinstance(new, BasketPromotion):
        lines.append("能和券一起用，不想就加“不叠券”" if new.about.coupons else "不和券一起用")
    lines += [f"代替 {one.id}号 {one.promotion.say()}" for one in instead]
    return lines


def _example(one: tuple[Want, Money, Money], turn: Turn) -> str:
    want, before, after = one
    return f"{_called(want, turn)}：{before} → {after}"


def _called(want: Want, turn: Turn) -> str:
    known = turn.shelf.everything
    return f"{known.called(want.sku)}{want.qty}{known.sku[want.sku].unit}"


def _wants(sku: str, plan: Plan, shelf: Goods) -> list[Want]:
    price = max(shelf.everything.sku[sku].price.fen, 1)
    counts = [-(-worth.fen // price) for worth in plan.worth] or plan.pieces
    return [Want(sku, Quantity.of(count)) for count in counts if Quantity.of(count) <= MOST_OF_ONE]


def _cost(want: Want, shelf: Goods, at: datetime, who: Buyer) -> Money:
    return bills.quote({want.key: want}, shelf, who, now=at).payable


def _covered(scope: Scope, shelf: Goods) -> list[str]:
    return [sku.id for sku in shelf.numbered if scope.covers((sku.id, sku.product))]


def _moment(scope: Scope, now: datetime) -> datetime | None:
    """The next moment at which it holds."""
    begins = max(now, scope.since or now)
    if scope.over(begins):
        return None
    if scope.hours is None or scope.runs(begins):
        return begins
    local = begins.astimezone(ZoneInfo(scope.hours.tz))
    days = (local.date() + timedelta(days=n) for n in range(8))
    starts = (datetime.combine(day, scope.hours.start, local.tzinfo) for day in days)
    return next((start for start in starts if start >= begins and scope.runs(start)), None)


def _scope(plan: Plan) -> Scope:
    return _scope_of(from_terms(plan.kind, plan.terms))


def _scope_of(promotion: Promotion) -> Scope:
    return promotion.about.scope  # type: ignore[union-attr]  # what a merchant says here is never a coupon


async def _instead_of(turn: Turn, plan: Plan) -> list[Deal]:
    """What runs already of this kind, for the same goods at the same time."""
    scope = _scope(plan)
    return [
        one
        for one in await deals.running(turn.shop, now=turn.now)
        if one.kind == plan.kind and one.scope.goods == scope.goods and one.scope.hours == scope.hours
    ]


# ── how it is called ────────────────────────────────────────────────────────────────────────────────────────────


def described(promotion: Promotion, shelf: Goods, now: datetime) -> str:
    """苹果 限时价8折，今天18:00 到 20:00."""
    scope = _scope_of(promotion)
    parts = [f"{goods_shown(scope, shelf)} {promotion.say()}".strip(), when(scope, now, shelf.catalogue.tz)]
    return "，".join(part for part in parts if part)


def title(one: Deal, shelf: Goods, now: datetime) -> str:
    return described(one.promotion, shelf, now)


def goods_shown(scope: Scope, shelf: Goods) -> str:
    known = shelf.everything
    names = dict.fromkeys(
        known.product[key].name if key in known.product else known.called(key)
        for key in sorted(scope.goods)
        if key in known.product or key in known.sku
    )
    some = list(names)[:MOST_NAMED]
    more = f"等 {len(names)} 样" if len(names) > len(some) else ""
    return "、".join(some) + more


def when(scope: Scope, now: datetime, tz: str) -> str:
    """今天18:00 到 20:00; 周一到周五 14:00-16:00; nothing for what has no end."""
    if scope.hours is not None:
        ends = "24:00" if f"{scope.hours.end:%H:%M}" == "00:00" else f"{scope.hours.end:%H:%M}"
        days = words.days_shown(scope.hours.days or EVERY_DAY)
        return f"{days} {scope.hours.start:%H:%M}-{ends}"
    if scope.until is None:
        return ""
    ends = _ends(scope.until, now, tz)
    if scope.since and scope.since > now:
        begins = day_and_hour(scope.since, now, tz)
        same_day = _ends(scope.since, now, tz)[:-5] == ends[:-5]
        return f"{begins} 到 {ends[-5:] if same_day else ends}"
    return f"到{ends}"


def _ends(moment: datetime, now: datetime, tz: str) -> str:
    """Midnight is the end of the day that was, for people."""
    local = moment.astimezone(ZoneInfo(tz))
    if f"{local:%H:%M}" == "00:00":
        return day_and_hour(moment - timedelta(minutes=1), now, tz)[:-5] + "24:00"
    return day_and_hour(moment, now, tz)


def price_lines(one: Deal, shelf: Goods, at: datetime) -> list[str]:
    """What each of its goods costs in it, where it is about single goods: 苹果 ¥4.64/斤（原价 ¥5.80）."""
    if not one.scope.goods:
        return []
    lines = []
    for id in _covered(one.scope, shelf)[:MOST_NAMED]:
        sku = shelf.everything.sku[id]
        cost = bills.quote({id: Want(id, Quantity.of(1))}, shelf, Buyer(now=at), now=at).payable
        if cost < sku.price:
            lines.append(f"{shelf.everything.called(id)} {voice.price(cost, sku.unit)}（原价 {sku.price}）")
    return lines


# ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────


def named_goods(text: str, turn: Turn) -> words.Found[tuple[str, ...]] | str:
    """The goods that were named (none: all of them), or what to say to a name that nobody knows."""
    found = words.goods(text, turn.shelf.catalogue)
    if rest := words.unknown(found.rest):
        return unheard(rest)
    return found


def unheard(rest: str) -> Afresh:
    return Afresh(f"没听懂“{rest}”，菜单上没有这样货。换个说法再说一次")


def only_sku(product: str, turn: Turn, unit: str = "") -> str | None:
    """What it is sold by: by this unit, or usually. None when it is not sold by that."""
    skus = turn.shelf.catalogue.product[product].skus
    fitting = [sku for sku in skus if sku.unit == unit] if unit else list(skus)
    return next((sku.id for sku in fitting if sku.default), fitting[0].id if fitting else None)


def with_goods(products: Sequence[str]) -> dict[str, Any]:
    return {"goods": list(products)} if products else {}
