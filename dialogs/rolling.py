"""接龙的样子: how a campaign is posted and how its rolling list reads; nicknames and counts only, never money of a
person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs import voice
from shop.campaigns import Progress
from shop.catalogue import Goods
from shop.kit.ids import RoomId
from shop.kit.quantity import NONE, Quantity
from shop.lists import Entry, mask, sums
from shop.rules import bargains
from shop.rules.campaigns import Item, Kind, OnOffer
from shop.rules.teams import fills_from, own_time

MOST_LINES = 30  # a longer list shows its end and its sum
LAST_SHOWN = 12
LONGEST_NAME = 8
HEAD = {
    Kind.LIST: "接龙",
    Kind.DAILY: "今日特价",
    Kind.EVENT: "报名",
    Kind.FLASH: "秒杀",
    Kind.TEAM: "拼团",
    Kind.BARGAIN: "砍价",
    Kind.BOOKING: "预约",
}


def fold(of: OnOffer, room: RoomId) -> str:
    """The newest list takes the place of the one that was not sent yet."""
    return f"list:{of.key}:{room}"


def day_and_hour(moment: datetime, now: datetime, tz: str) -> str:
    """今晚20:00, 明天10:00, 12月1日 8:00."""
    local, today = moment.astimezone(ZoneInfo(tz)), now.astimezone(ZoneInfo(tz)).date()
    away = (local.date() - today).days
    day = {0: "今天", 1: "明天", 2: "后天"}.get(away, f"{local.month}月{local.day}日 ")
    return f"{day}{local:%H:%M}"


def item_line(item: Item, of: OnOffer, shelf: Goods) -> str:
    """A 车厘子 ¥58.00/盒 限50盒 每人2盒（原价¥68.00）."""
    sku = shelf.everything.sku[item.sku]
    price = item.price or sku.price
    parts = [
        f"{_mark(item, of)}{shelf.everything.called(item.sku)} {voice.price(price, sku.unit)}",
        _how_many(item, sku.unit),
        f"每人限{item.each}" if item.each is not None else "",
        f"原价{sku.price}" if price < sku.price else "",
        "，".join(f"满{least}{sku.unit} {low}" for least, low in item.steps),
    ]
    return " ".join(part for part in parts if part)


def _how_many(item: Item, unit: str) -> str:
    if item.in_room is not None:
        return f"每群{item.in_room}{unit}"
    return f"共{item.quota}{unit}" if item.quota is not None else ""


def _mark(item: Item, of: OnOffer) -> str:
    return f"{item.no}号 " if len(of.items) > 1 else ""


def how_to(of: OnOffer) -> str:
    """What to say to be in it."""
    if of.kind == Kind.FLASH:
        return "要的回“抢”"
    if of.kind == Kind.EVENT:
        return "要来的回“报名”"
    if of.kind == Kind.BARGAIN:
        return "想要的回“帮我砍”，群里的朋友一人帮一刀"
    if of.kind == Kind.TEAM:
        return "要拼的回“开团”，别人开了的回“参团”"
    return "要的回“+1”" if len(of.items) == 1 else "要的回编号和数量，比如“1号+2”"


def team_terms(of: OnOffer) -> str:
    """3人团，开团后 24 小时内凑齐，不够全退."""
    hours, least = int(own_time(of).total_seconds() // 3600), fills_from(of)
    rest = f"到点付满 {least} 人就由店家补足" if least else "不够全退"
    return f"{of.size}人团，开团后 {hours} 小时内凑齐，{rest}"


def bargain_terms(of: OnOffer) -> str:
    _, floor, cuts = bargains.terms(of)
    return f"最低砍到 {floor}，{cuts} 刀到底"


def title(of: OnOffer) -> str:
    return f"{HEAD[of.kind]}｜{of.title}"


def post(of: OnOffer, shelf: Goods, *, now: datetime) -> str:
    """As the group reads it when it begins."""
    lines = [title(of), *(item_line(item, of, shelf) for item in of.items)]
    least = f"满 {of.least} 份成团，不够全退" if of.least > NONE else ""
    if of.kind == Kind.TEAM:
        lines.append(team_terms(of))
    if of.kind == Kind.BARGAIN:
        lines.append(bargain_terms(of))
    when = ends(of, now, shelf.catalogue.tz)
    return "\n".join([*lines, "，".join(part for part in (when, least, how_to(of)) if part)])


def ends(of: OnOffer, now: datetime, tz: str) -> str:
    """今天20:00截, or 后天10:00开始 for what people come to; empty while nobody has said."""
    if of.deadline is None:
        return ""
    return f"{day_and_hour(of.deadline, now, tz)}{'开始' if of.kind == Kind.EVENT else '截'}"


def rolling(
    of: OnOffer, listed: Sequence[Entry], at: Progress, shelf: Goods, *, now: datetime, link: str = ""
) -> str:
    """The whole list as it stands: title, lines, sum, what comes next."""
    lines = [_entry(entry, of, shelf) for entry in listed]
    if len(lines) > MOST_LINES:
        hidden = len(lines) - LAST_SHOWN
        more = f"，全部看 {link}" if link else ""
        lines = [f"…前面 {hidden} 条{more}", *lines[-LAST_SHOWN:]]
    head = title(of)
    if of.deadline:
        head += f"（{ends(of, now, shelf.catalogue.tz)}）"
    no_more = "来不了说“不去了”" if of.kind == Kind.EVENT else "不要了说“退出”"
    foot = f"{how_far(of, at, shelf)}。{how_to(of)}，{no_more}"
    return "\n".join([head, *lines, foot])


def _entry(entry: Entry, of: OnOffer, shelf: Goods, *, private: bool = False) -> str:
    whom = f"（给{short(entry.for_whom)}）" if entry.for_whom else ""
    who = short(entry.name) if private else name(entry, of)
    return f"{entry.no} {who} {' '.join(taken(sku, qty, of, shelf) for sku, qty in entry.goods)}{whom}"


def name(entry: Entry, of: OnOffer) -> str:
    """Whose it is, as the list writes it."""
    return mask(entry.name) if of.extra.get("anonymous") or entry.nameless else short(entry.name)


def taken(sku: str, qty: Quantity, of: OnOffer, shelf: Goods) -> str:
    unit = shelf.everything.sku[sku].unit
    if len(of.items) == 1:
        return f"{qty}{unit}"
    return f"{shelf.everything.called(sku)}{qty}{unit}"


def short(full: str) -> str:
    return full if len(full) <= LONGEST_NAME else f"{full[: LONGEST_NAME - 1]}…"


def how_far(of: OnOffer, at: Progress, shelf: Goods) -> str:
    """3 人 5盒，还差 2 成团，还有 45: the sum, and what is missing."""
    counted = total_words(of, at, shelf)
    parts = [f"{at.people} 人 {counted}" if at.people else "还没有人接"]
    if of.least > NONE and at.total < of.least:
        parts.append(f"还差 {of.least - at.total} 成团")
    if step := _next_step(of, at, shelf):
        parts.append(step)
    left = [qty for qty in at.left.values() if qty is not None]
    gone = "满了，可以“候补”" if of.kind == Kind.EVENT else "抢完了"
    if left and len(of.items) == 1:
        parts.append(gone if not left[0].milli else f"还有 {left[0]}")
    return "，".join(parts)


def _next_step(of: OnOffer, at: Progress, shelf: Goods) -> str:
    """再来3盒就¥52: how far it is to the next price."""
    for item in of.items:
        taken = at.taken.get(item.sku, NONE)
        for least, price in item.steps:
            if taken < least:
                return f"再来 {least - taken}{shelf.everything.sku[item.sku].unit}就 {price}"
    return ""


def total_words(of: OnOffer, at: Progress, shelf: Goods) -> str:
    """How much in all: 23盒, or 车厘子23盒、草莓5盒."""
    return "、".join(taken(sku, qty, of, shelf) for sku, qty in at.taken.items() if qty.milli) or "0 份"


_BUILDING = re.compile(r"(\d{1,3})\s*(?:栋|号楼|幢|座|[-－—#]\s*\d)")
MOST_ON_SHEET = 60
NOWHERE = 999


def sheet(of: OnOffer, listed: Sequence[Entry], at: Progress, shelf: Goods, *, link: str = "") -> str:
    """名单, for who runs it: everybody with what he has and whether he has paid, by building where the names say it,
    and what to get ready."""
    shown = listed[:MOST_ON_SHEET]
    lines, buildings = list[str](), {building(entry) for entry in shown}
    for entry in sorted(shown, key=building) if len(buildings) > 1 else shown:
        if len(buildings) > 1 and f"【{_called(building(entry))}】" not in lines:
            lines.append(f"【{_called(building(entry))}】")
        lines.append(
            f"{_entry(entry, of, shelf, private=True)} {entry.code} {'已付' if entry.paid else '未付'}"
        )
    if len(listed) > len(shown):
        lines.append(f"…还有 {len(listed) - len(shown)} 条")
    goods = "、".join(
        f"{shelf.everything.called(sku)}{qty}{shelf.everything.sku[sku].unit}"
        for sku, qty in sums(listed).items()
    )
    foot = f"{at.people} 人，要备：{goods or '没有'}。已收 {at.paid}，{at.unpaid} 单没付"
    more = [f"打印和导出：{link}"] if link else []
    return "\n".join([title(of), *lines, foot, *more])


def building(entry: Entry) -> int:
    """3 of 3栋小李 and of 3-502 王姐; NOWHERE for who does not say."""
    found = _BUILDING.search(entry.for_whom or "") or _BUILDING.search(entry.name)
    return int(found[1]) if found else NOWHERE


def _called(number: int) -> str:
    return "没写栋" if number == NOWHERE else f"{number}栋"
