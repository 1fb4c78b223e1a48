"""有人要提佣金: the staff who pay are asked, with the words to say."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import commission, people
from shop.events import PayoutAsked

EVENT = PayoutAsked


async def words(event: PayoutAsked, desk: Desk) -> tuple[Say, ...]:
    owed = await commission.payout(event.payout)
    done = f"结算 {owed.number} 已转"
    text = f"{owed.name} 提佣金 {owed.amount}（{owed.number}号）。转好回“{done}”"
    return tuple(
        Say(text, person=one, buttons=(Button(done, done),))
        for one in await people.staff(desk.shop, people.OWNER, people.MANAGER)
    )
