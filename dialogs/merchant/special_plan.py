"""每日特价: 每天8点特价 周一草莓22 香蕉2.9；周二 … or a pasted table, written once; 特价计划 shows it, 停特价计划 stops it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dialogs import promotion_words as words
from dialogs import voice
from dialogs.command import UNDO_FOR, Command, as_money, usual_sku
from dialogs.engine import Data, Done, Question, Slot
from dialogs.promoting import parse_said, unsaid
from dialogs.turn import Turn
from shop import people, special_plans
from shop.goods import Catalogue
from shop.kit.money import ZERO
from shop.special_plans import EVERY_DAY, Line, Plan

_HEAD = re.compile(r"\s*每[天日]\s*(?P<when>[^\n]{0,12}?)\s*(?:的|发)?特价[:,，]?")
_ITEM = re.compile(
    r"([^\d\s|,，、:¥]+)[\s|,，、:]*¥?(\d{1,6}(?:\.\d{1,2})?)\s*(?:元|块)?(?:\s*[/每]\s*[\u4e00-\u9fff])?"
)
_TABLE_HEAD = re.compile("品名|名称|商品|价格|价钱|星期")
_WEEKDAY = re.compile(r"(?:每?(?:周|星期|礼拜))[一二三四五六日天]|工作日|周末|每天")
EXAMPLE = "比如“每天8点特价 周一草莓22 香蕉2.9；周二西瓜20”，也可以一行一样贴过来：名字 价格"
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class Table:
    """What was read, and what could not be."""

    lines: tuple[Line, ...]
    unheard: tuple[str, ...]


def read_table(text: str, catalogue: Catalogue) -> Table:
    """Pieces are parted by ； or lines. A day before goods counts until the next such day; a day behind them for this
    line only; no day at all is every day."""
    lines, unheard, current = list[Line](), list[str](), frozenset[int]()
    for piece in re.split(r"[;；\n]", text):
        if not piece.strip() or (_TABLE_HEAD.search(piece) and not re.search(r"\d", piece)):
            continue
        leads = _WEEKDAY.match(piece.strip()) is not None
        found = words.weekdays(piece.replace("每天", " ") if leads else piece)
        if leads:
            current = found.what
        days = found.what or current or {EVERY_DAY}
        items = _ITEM.findall(found.rest)
        rest = words.unknown(_ITEM.sub(" ", found.rest))
        if rest or (not items and not leads):
            unheard.append(piece.strip())
        for name, price in items:
            sku, money = _sku(name, catalogue), as_money(price)
            if sku is None or money is None or money <= ZERO:
                unheard.append(f"{name} {price}")
            else:
                lines += [Line(day, sku, money) for day in sorted(days)]
    return Table(tuple(lines[:MOST_LINES]), tuple(unheard))


def _sku(name: str, catalogue: Catalogue) -> str | None:
    found = words.goods(name, catalogue)
    if len(found.what) != 1 or words.unknown(found.rest):
        return None
    return usual_sku(found.what[0], catalogue)


class PlanSpecials(Command):
    id = "special_plan"
    intents = ()
    examples = ("每天8点特价 周一草莓22 香蕉2.9；周二西瓜20",)
    undo_for = UNDO_FOR
    said = Slot(parse_said, insists=True)

    @classmethod
    def is_begun_by(cls, word: str) -> bool:
        return re.match("每[天日].{0,8}特价|每[天日]$|每[天日].{0,6}[点:]", word) is not None

    async def check(self, turn: Turn, data: Data) -> Question | None:
        minute, table = _read(data["said"], turn.shelf.catalogue)
        if table is None:
            return unsaid(turn, f"要每天自动发特价？{EXAMPLE}", {})
        if table.unheard:
            text = f"这几样没看懂或者没在卖：{'、'.join(table.unheard[:5])}。改好整段再发一次"
            return unsaid(turn, text, {})
        if minute is None:
            return unsaid(turn, "每天几点发？连着内容再说一次，比如“每天8点特价 草莓22”", {})
        if not table.lines:
            return unsaid(turn, f"特价什么、多少钱？{EXAMPLE}", {})
        rooms = [room.name for room in await people.rooms(turn.shop) if room.name in data["said"]]
        old = [one for one in await special_plans.running(turn.shop) if one.minute == minute]
        text = "\n".join(
            [
                f"每天 {_clock(minute)} 发特价，从{_first_day(minute, turn)}起：",
                *shown(table.lines, turn),
                f"发到{'、'.join(rooms) or '所有群'}。没货和下架的那天不发，会告诉你",
                *(["代替现在这个点的特价计划"] if old else []),
            ]
        )
        return self.preview(turn, text)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        minute, table = _read(data["said"], turn.shelf.catalogue)
        assert minute is not None and table is not None, "it was read when it was shown"
        rooms = [room.id for room in await people.rooms(turn.shop) if room.name in data["said"]]
        old = [one.id for one in await special_plans.running(turn.shop) if one.minute == minute]
        made = await special_plans.make(
            turn.shop,
            minute,
            table.lines,
            by=turn.person.id,
            tz=turn.tz,
            now=turn.now,
            rooms=rooms,
            instead_of=old,
        )
        text = f"记下了，{_first_day(minute, turn)} {_clock(minute)} 发第一次。看说“特价计划”，停说“停特价计划”（撤销 2 分钟内有效）"
        return Done((turn.here(text),), undo={"plan": made.id, "old": old})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await special_plans.stop(turn.shop, [undo["plan"]])
        await special_plans.go_on(turn.shop, undo["old"])
        return "特价计划没了" + ("，原来那个接着发" if undo["old"] else "")


class ShowPlans(Command):
    id = "special_plan_show"
    intents = ()
    first_words = ("特价计划", "看特价计划")
    starts = first_words
    examples = ("特价计划",)
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        some = await special_plans.running(turn.shop)
        if not some:
            return Done((turn.here(f"还没有特价计划。{EXAMPLE}"),))
        lines = [
            line for one in some for line in (f"每天 {_clock(one.minute)} 发：", *shown(one.lines, turn))
        ]
        return Done((turn.here("\n".join([*lines, "不发了说“停特价计划”"])),))


class StopPlans(Command):
    id = "special_plan_stop"
    intents = ()
    first_words = ("停特价计划", "取消特价计划")
    starts = first_words
    examples = ("停特价计划",)
    undo_for = UNDO_FOR

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        some: tuple[Plan, ...] = await special_plans.running(turn.shop)
        if not some:
            return Done((turn.here("没有在发的特价计划"),))
        ids = [one.id for one in some]
        await special_plans.stop(turn.shop, ids)
        return Done((turn.here("特价计划停了，今天发过的照算（撤销 2 分钟内有效）"),), undo={"plans": ids})

    async def take_back(self, turn: Turn, undo: Data) -> str:
        await special_plans.go_on(turn.shop, undo["plans"])
        return "特价计划接着发"


def _read(said: str, catalogue: Catalogue) -> tuple[int | None, Table | None]:
    head = _HEAD.match(said)
    if head is None:
        return None, None
    rest = re.sub(r"(?:，|,|。)?\s*发到\S+", "", said[head.end() :])
    return words.clock(head["when"]).what, read_table(rest, catalogue)


def shown(lines: Iterable[Line], turn: Turn) -> list[str]:
    """周一：草莓 28.00 → ¥22.00/盒、…, a line for each day that has the same."""
    known = turn.shelf.everything
    by_day: dict[int, list[str]] = {}
    for line in lines:
        sku = known.sku[line.sku]
        dear = "" if line.price < sku.price else "（没比原价低）"
        told = f"{known.called(line.sku)} {sku.price.yuan} → {voice.price(line.price, sku.unit)}{dear}"
        by_day.setdefault(line.day, []).append(told)
    same: dict[str, list[int]] = {}
    for day in sorted(by_day):
        same.setdefault("、".join(by_day[day]), []).append(day)
    return [f"{_days(days)}：{told}" for told, days in same.items()]


def _days(days: list[int]) -> str:
    return "每天" if EVERY_DAY in days else words.days_shown(days)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _first_day(minute: int, turn: Turn) -> str:
    at = Plan(0, minute, (), (), None).at(turn.day, turn.tz)
    return "今天" if at > turn.now else "明天"
