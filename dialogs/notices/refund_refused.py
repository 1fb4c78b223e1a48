"""没同意退: with the reason, and the way to a person."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import refunds
from shop.events import RefundRefused

EVENT = RefundRefused


async def words(event: RefundRefused, desk: Desk) -> tuple[Say, ...]:
    case = await refunds.case(event.refund)
    why = f"：{event.why}" if event.why else ""
    text = f"{case.code} 退 {case.amount} 店里没同意{why}。想再说说就回“转人工”"
    return (Say(text, person=case.buyer),)
