"""佣金转了: who asked for it hears it."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import commission
from shop.events import PayoutPaid

EVENT = PayoutPaid


async def words(event: PayoutPaid, desk: Desk) -> tuple[Say, ...]:
    owed = await commission.payout(event.payout)
    if event.undone:
        return (Say(f"佣金 {owed.amount} 刚才记错了，还没转，转了再告诉你", person=owed.person),)
    return (Say(f"佣金 {owed.amount} 店里说转给你了，没收到就回一声", person=owed.person),)
