"""分销: 分销 3% 2% → so much of the goods for who brought the buyer, and for who brought that one; 分销 关 ends it."""

from __future__ import annotations

import re
from typing import Any

from dialogs.command import UNDO_FOR, Command
from dialogs.customer.promote import percent
from dialogs.engine import Data, Done, Question, Slot
from dialogs.hear.reading import Reading
from dialogs.turn import Turn
from shop import referrals
from shop.kit.money import Money
from shop.rules.commission import shares
from shop.settled import shop_rules

_RATE = re.compile(r"(\d{1,2})(?:\.(\d))?\s*(?:%|个?点)?(?![\d.])")
_OFF = re.compile("关|停|不做|取消")
AN_ORDER = Money(10_000)  # ¥100, for the example


def parse_rates(reading: Reading, old: Any, asked: bool) -> Any:
    """Basis points of the two levels; [0, 0] ends it."""
    said = [int(whole) * 100 + int(tenth or 0) * 10 for whole, tenth in _RATE.findall(reading.text)]
    if said and len(said) <= 2 and 0 < said[0] <= 5_000:
        return [said[0], said[1] if len(said) > 1 else 0]
    return [0, 0] if _OFF.search(reading.text) else None


class ReferralRates(Command):
    id = "referral_rates"
    intents = ()
    first_words = ("分销",)
    starts = first_words
    examples = ("分销 3% 2%", "分销 关")
    undo_for = UNDO_FOR
    rates = Slot(parse_rates, "朋友下单给几个点、朋友的朋友给几个点？比如“分销 3% 2%”，不做了说“分销 关”")

    async def check(self, turn: Turn, data: Data) -> Question | None:
        first_bp, second_bp = data["rates"]
        if not first_bp:
            return self.preview(turn, "分销关掉，往后的单不算佣金，已经算的照给")
        rules = await referrals.with_rates(turn.shop, first_bp, second_bp)
        one, two = shares(AN_ORDER, rules)
        second = f"，上面一级得 {two}" if two else ""
        cap = (
            f"\n两级一共最多 {percent(rules.cap_bp)}，超出的从上面一级减"
            if first_bp + second_bp > rules.cap_bp
            else ""
        )
        text = f"每卖 {AN_ORDER} 的货，推广的人得 {one}{second}。单子完成过 {rules.freeze_days} 天能提{cap}"
        return self.preview(turn, text)

    async def done(self, turn: Turn, data: Data, seal: str) -> Done:
        first_bp, second_bp = data["rates"]
        was = (await shop_rules(turn.shop)).referral
        rates = (await referrals.settle(turn.shop, first_bp=first_bp, second_bp=second_bp)).rates
        undo = {"first_bp": was.first_bp, "second_bp": was.second_bp}
        said = f"分销开了：{_said(*rates)}。顾客说“我要推广”就有码" if first_bp else "分销关了"
        return Done(
            (turn.here(f"{said}（撤销 2 分钟内有效）"),),
            undo=undo,
            before=undo,
            after={"rates": data["rates"]},
        )

    async def take_back(self, turn: Turn, undo: Data) -> str:
        return f"分销改回 {_said(*(await referrals.settle(turn.shop, **undo)).rates)}"


def _said(first_bp: int, second_bp: int) -> str:
    if not first_bp:
        return "关着"
    return f"一级 {percent(first_bp)}" + (f"，二级 {percent(second_bp)}" if second_bp else "")
