"""对账: is everything right, what came in and went back that day, what is in the till, and what somebody must look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from dialogs import alarms, books
from dialogs.command import Command
from dialogs.engine import Data, Done, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import audit, daybooks, invariants
from shop.daybooks import Bill, Day, Ways
from shop.kit.money import total

SHOWN = 3  # of what is wrong
DAYS = {"今": 0, "昨": 1, "前": 2}
_NEAR = re.compile("(今|昨|前)[天日儿]")
_DATE = re.compile(r"(?<!\d)(?:(\d{4})[年/.-])?(\d{1,2})[月/.-](\d{1,2})(?!\d)|(?<!\d)(\d{2})(\d{2})(?!\d)")
_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})[号日]")


def parse_day(reading: Reading, old: Any, asked: bool) -> Any:
    """The words for a day, if there are any; which day it is depends on today."""
    if reading.action == "ignore":
        return None
    return reading.text.removeprefix("对账").strip() or None


class Books(Command):
    id = "books"
    intents = ("admin.books",)
    starts = ("对账",)
    examples = ("对账", "对账 昨天", "对账 5月1日")
    is_answer = True
    day = Slot(parse_day, optional=True)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        day = day_said(data.get("day", "今天"), turn.day)
        if day is None or day > turn.day:
            return Done((turn.here("哪天的账？说“对账 昨天”“对账 5月1日”，不说就是今天"),))
        seen = await daybooks.of_day(turn.shop, day, turn.tz)
        wrong = await _wrong(turn, seen)
        lines = [_result(day, seen, wrong), *_money(seen), *_bills(seen, is_today=day == turn.day)]
        return Done((turn.here("\n".join([*lines, *_to_do(seen, wrong)])),), facts={"不对": len(wrong)})


async def _wrong(turn: Turn, seen: Day) -> Sequence[str]:
    """Looked up now; in a shop with so many orders that it takes long, what last night's look found."""
    if await audit.is_small(turn.shop):
        called = books.names(turn.shelf)
        return [books.breach(one, called) for one in await invariants.broken(turn.shop)]
    return seen.broken


# ── which day ───────────────────────────────────────────────────────────────────────────────────────────────────


def day_said(text: str, today: date) -> date | None:
    """昨天, 5月1日, 5-1, 0501, 2026-05-01, 1号: the newest such day that is not after today; None: no day."""
    if near := _NEAR.search(text):
        return today - timedelta(days=DAYS[near[1]])
    if found := _DATE.search(text):
        year, month, day = found[1], int(found[2] or found[4]), int(found[3] or found[5])
        return _exact(int(year), month, day) if year else _newest(today, month, day)
    if number := _OF_MONTH.search(text):
        before = today.replace(day=1) - timedelta(days=1)
        same = [_exact(one.year, one.month, int(number[1])) for one in (today, before)]
        return next((one for one in same if one is not None and one <= today), None)
    return None


def _newest(today: date, month: int, day: int) -> date | None:
    """Within eight years, so that a 29th of February is found."""
    same = (_exact(today.year - n, month, day) for n in range(9))
    return next((one for one in same if one is not None and one <= today), None)


def _exact(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _result(day: date, seen: Day, wrong: Sequence[str]) -> str:
    differs = sum(len(bill.wrong or ()) for bill in seen.bills)
    if wrong or differs:
        return f"{books.day_of(day)} 账不平 ✗ {len(wrong) + differs} 处"
    return f"{books.day_of(day)} 账是平的 ✓"


def _money(seen: Day) -> Iterator[str]:
    yield f"{seen.orders} 单 {seen.ordered}" if seen.orders else "这天没有单"
    if seen.came:
        yield f"收到 {total(seen.came.values())}：{_by_way(seen.came)}"
    if seen.back:
        yield f"退了 {total(seen.back.values())}：{_by_way(seen.back)}"
    if seen.delivery:
        yield f"其中配送费 {seen.delivery}"
    if any(seen.tills.values()):
        yield f"账上累计：{_by_way(seen.tills)}"
    if seen.refunds[0]:
        yield f"还有 {seen.refunds[0]} 笔退款没退完，{seen.refunds[1]}"
    if seen.unclaimed:
        yield f"收多了还没处理的 {seen.unclaimed}"


def _by_way(ways: Ways) -> str:
    return "、".join(f"{books.way(name)} {amount}" for name, amount in ways.items() if amount)


def _bills(seen: Day, *, is_today: bool) -> Iterator[str]:
    for bill in seen.bills:
        yield f"{books.way(bill.provider)}账单：{_state(bill, is_today=is_today)}"


def _state(bill: Bill, *, is_today: bool) -> str:
    if bill.wrong is None:
        return "明天上午对" if is_today else "还没对上，账单来了就对"
    return f"{len(bill.wrong)} 处对不上" if bill.wrong else "对上了"


def _to_do(seen: Day, wrong: Sequence[str]) -> list[str]:
    """What is wrong, and what to do about it."""
    theirs = [words for bill in seen.bills for words in bill.wrong or ()]
    told = [alarms.words(kind, said) for kind, said in zip(seen.kinds, seen.alarms, strict=True)]
    others = [words for words in told if words not in theirs]
    lines = [line for part in (wrong, theirs, others) for line in _some(part)]
    if wrong:
        return [*lines, "账先别动，请把这条发给管店铺系统的人"]
    return [*lines, "请和支付后台核对"] if theirs else lines


def _some(words: Sequence[str]) -> list[str]:
    more = [f"还有 {len(words) - SHOWN} 处"] if len(words) > SHOWN else []
    return [*(f"⚠️ {one}" for one in words[:SHOWN]), *more]
