"""退到了."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import refunds
from shop.events import RefundPaid

EVENT = RefundPaid


async def words(event: RefundPaid, desk: Desk) -> tuple[Say, ...]:
    case = await refunds.case(event.refund)
    return (
        Say(f"{case.code} 的 {case.amount} 退到了，请查收", person=case.buyer, fold=f"refund:{case.number}"),
    )
