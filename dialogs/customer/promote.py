"""推广: 我要推广 makes somebody a promoter; 佣金 says what his friends' orders brought, 提现 asks for it. Always in private."""

from __future__ import annotations

from dialogs.engine import Data, Dialogue, Done
from dialogs.turn import Turn
from shop import commission, referrals
from shop.kit.money import ZERO
from shop.refusals import NoCommission
from shop.rules.commission import Referral
from shop.settled import shop_rules


class Promote(Dialogue):
    id = "promote"
    intents = ()
    starts = ("我要推广", "我想推广", "怎么推广", "做推广")
    private_only = True
    examples = ("我要推广",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        rules = await _rules(turn)
        code = await referrals.promote(turn.shop, turn.person.id, now=turn.now)
        text = (
            f"好，你的推广码 {code}，朋友私聊我说“邀请 {code}”就算你的\n{terms(rules)}\n{turn.links.invite(code)}\n"
            "看钱回“佣金”，不想做了回“不推广了”"
        )
        return Done((turn.privately(text),))


class StopPromoting(Dialogue):
    id = "stop_promoting"
    intents = ()
    starts = ("不推广了", "不做推广了")
    private_only = True
    examples = ("不推广了",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        stopped = await referrals.stop_promoting(turn.person.id)
        text = (
            "好，往后的单不再算佣金，已经有的还是你的。想看回“佣金”"
            if stopped
            else "你现在没在推广。想做回“我要推广”"
        )
        return Done((turn.privately(text),))


class MyCommission(Dialogue):
    id = "commission"
    intents = ()
    starts = ("佣金", "我的佣金", "查佣金")
    private_only = True
    examples = ("佣金",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        has = await commission.account(turn.shop, turn.person.id)
        if not (has.frozen or has.available or has.asked or has.paid):
            rules = await _rules(turn)
            return Done((turn.privately(f"还没有佣金。{terms(rules)}\n拿码回“我要推广”"),))
        least = (await shop_rules(turn.shop)).referral.least
        parts = [
            f"可提 {has.available}"
            if has.available >= ZERO
            else f"退款多收回了 {-has.available}，后面的佣金先补上"
        ]
        parts += [f"待结算 {has.frozen}"] if has.frozen else []
        parts += [f"店里正在转 {has.asked}"] if has.asked else []
        parts += [f"已提 {has.paid}"] if has.paid else []
        can = has.available >= least and not has.asked
        then = "回“提现”就转给你" if can else f"满 {least} 能提"
        return Done((turn.privately(f"佣金：{'，'.join(parts)}\n{then}"),))


class Draw(Dialogue):
    id = "draw"
    intents = ()
    starts = ("提现", "佣金提现", "我要提现")
    private_only = True
    examples = ("提现",)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        owed = await commission.draw(turn.shop, turn.person.id, now=turn.now)
        text = f"收到，提现 {owed.amount}（{owed.number}号），店里转好了告诉你"
        return Done((turn.privately(text),), facts={"提现": owed.amount.fen})


async def _rules(turn: Turn) -> Referral:
    rules = (await shop_rules(turn.shop)).referral
    if not rules.pays:
        raise NoCommission
    return rules


def terms(rules: Referral) -> str:
    """朋友买货你得 3%，朋友的朋友 2%…"""
    first_bp, second_bp = rules.rates
    second = f"，朋友的朋友买你得 {percent(second_bp)}" if second_bp else ""
    days = f"过 {rules.freeze_days} 天" if rules.freeze_days else ""
    return f"朋友买货你得 {percent(first_bp)}{second}（不算运费）；单子完成{days}能提，满 {rules.least} 起，退款的收回"


def percent(basis_points: int) -> str:
    return f"{basis_points / 100:g}%"
