"""佣金到账: what can be drawn now; once a day at most."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import commission
from shop.events import CommissionFreed
from shop.kit.ids import PersonId
from shop.settled import shop_rules

EVENT = CommissionFreed


async def words(event: CommissionFreed, desk: Desk) -> tuple[Say, ...]:
    person = PersonId(event.person)
    has = (await commission.account(desk.shop, person)).available
    least = (await shop_rules(desk.shop)).referral.least
    if has.fen <= 0:
        return ()
    then = "回“提现”就转给你" if has >= least else f"满 {least} 能提"
    return (Say(f"有佣金到账，现在可提 {has}，{then}", person=person),)
