"""同意退了: the buyer hears it, and where the money will come."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import refunds
from shop.events import RefundAgreed
from shop.rules.refunds import BY_HAND

EVENT = RefundAgreed


async def words(event: RefundAgreed, desk: Desk) -> tuple[Say, ...]:
    case = await refunds.case(event.refund)
    what = voice.returned(case)
    goods = f"（{what}）" if what else ""
    way = "店里会转给你" if case.provider in BY_HAND else "原路退回，一般几分钟就到"
    if case.kind == "weight":
        text = f"{case.code} 的{case.why}，少的 {case.amount} 退你，{way}"
        return (Say(text, person=case.buyer, fold=f"refund:{case.number}"),)
    if case.kind == "steps":
        goods = f"（{case.why}）"
    text = f"{case.code} 退你 {case.amount}{goods}，{way}"
    return (Say(text, person=case.buyer, fold=f"refund:{case.number}"),)
