"""积分: what somebody has, what waits, which level that is and how far to the next; always in private."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from dialogs.engine import Data, Dialogue, Done
from dialogs.ordering import edited
from dialogs.turn import Turn
from shop import orders, points, points_clock
from shop.kit.money import BASIS, Money, zhe
from shop.points import Balance, Moved
from shop.refusals import NoPoints
from shop.rules.points import level_after
from shop.rules.trade import Level, Points, TradeRules
from shop.settled import shop_rules

MOST_MOVES = 8
_USE = re.compile(
    "^(?:这单|这次|下单|帮我|给我|我要|就)*(?:全部?)?(?:用|使用|抵|抵掉)(?:掉|上|下)?(?:我的|全部)*积分(?:吧|抵扣?|付款?|了)*$"
    "|^积分(?:抵扣|抵了|抵吧|全?用上|全?用掉|全抵)(?:吧|了)?$"
)
SAVE = (
    "不用积分",
    "别用积分",
    "不要用积分",
    "这单不用积分",
    "先不用积分",
    "积分留着",
    "积分先留着",
    "积分先不用",
    "积分别用",
)
_MOVES = re.compile("明细|记录|流水|哪来|怎么(?:少|没|变)")
_CALLED = {
    points.SPENT: "下单抵了",
    points.SPENT_BACK: "退回来",
    points.RELEASED: "到账",
    points.EARNED_BACK: "退款收回",
    points.GIVEN: "店里记的",
    points.GIVEN_UNDONE: "店里撤销",
    points.RAN_OUT: "过期",
}


class MyPoints(Dialogue):
    id = "points"
    intents = ("points.query",)
    starts = SAVE
    examples = ("我的积分", "用积分", "不用积分", "积分明细")
    is_answer = True

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        if turn.room is not None and not turn.addressed:
            return Done()
        rules = await shop_rules(turn.shop)
        if not rules.points.per_yuan:
            raise NoPoints
        saves = turn.text.strip() in SAVE
        if saves or _USE.search(turn.text):
            slip = await orders.use_points(turn.shop, turn.person.id, not saves, now=turn.now)
            return Done(edited(turn, slip), facts={"积分": slip.code})
        has = await points.balance(turn.shop, turn.person.id, rules.points)
        text = await _moves(turn) if _MOVES.search(turn.text) else _account(has, rules) + await _ending(turn)
        facts = {"积分": has.spendable, "没到账": has.pending, "攒过": has.earned}
        return Done((turn.privately(text), *turn.pointer()), facts=facts)


def _account(has: Balance, rules: TradeRules) -> str:
    hours = int(rules.after_sale.total_seconds()) // 3600
    parts = [_now(has.spendable, rules.points)]
    if has.pending:
        parts.append(f"还有 {has.pending} 分，取货{f'过 {hours} 小时' if hours else ''}到账")
    if rules.points.levels:
        parts.append(_level(has, rules.points))
    if has.spendable > 0:
        parts.append("下单后说“用积分”就抵")
    else:
        parts.append(f"每花 ¥1 得 {rules.points.per_yuan} 分，1 分抵 {rules.points.worth}")
    return "\n".join(parts)


async def _ending(turn: Turn) -> str:
    """Said all the year: nobody is surprised by its end."""
    left = await points_clock.ending(turn.shop, turn.person.id, now=turn.now)
    if left is None:
        return ""
    last = (left[1] - timedelta(seconds=1)).astimezone(ZoneInfo(turn.tz))
    return f"\n其中 {left[0]} 分{last.month}月{last.day}日过期"


def _now(spendable: int, rules: Points) -> str:
    if spendable < 0:
        return f"你的积分是 −{-spendable}，再买就补上"
    if not spendable:
        return "你还没有能用的积分"
    worth = Money(rules.worth.fen * spendable)
    return f"你有 {spendable} 积分，能抵 {worth}{_at_most(rules.most_bp)}"


def _at_most(most_bp: int) -> str:
    """（一单最多抵一半）"""
    if most_bp == BASIS:
        return ""
    part = "一半" if most_bp * 2 == BASIS else f" {most_bp // 100}%"
    return f"（一单最多抵{part}）"


def _level(has: Balance, rules: Points) -> str:
    """等级 普通，再攒 480 分升银卡（9.8折）"""
    ahead = level_after(rules.levels, has.earned)
    now = f"等级 {_named(has.level)}" if has.level else ""
    further = f"再攒 {ahead.from_points - has.earned} 分升{_named(ahead)}" if ahead else ""
    return "，".join(part for part in (now, further) if part)


def _named(level: Level) -> str:
    return f"{level.name}（{zhe(level.pays_bp)}）" if level.pays_bp < BASIS else level.name


async def _moves(turn: Turn) -> str:
    moves = await points.history(turn.person.id, MOST_MOVES)
    return "\n".join(_move(one, turn.tz) for one in moves) or "积分还没动过"


def _move(one: Moved, tz: str) -> str:
    """5月1日 0501-003 到账 +29"""
    day = one.at.astimezone(ZoneInfo(tz))
    change = f"+{one.points}" if one.points > 0 else f"−{-one.points}"
    about = f"{one.code} " if one.code else ""
    return f"{day.month}月{day.day}日 {about}{_CALLED[one.kind]} {change}"
