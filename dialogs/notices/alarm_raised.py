"""警报: something that the shop found itself and only a person can mend."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people
from shop.events import AlarmRaised

EVENT = AlarmRaised
NEXT = {
    "pay_mismatch": "请核对，退给他或补差价",
    "refund_stuck": "请看看支付后台，退好回“已退”加单号",
    "books": "账对不上，先别动，请把这句话发给管店铺系统的人",
    "bill": "请和支付后台的账单核对",
}


async def words(event: AlarmRaised, desk: Desk) -> tuple[Say, ...]:
    text = f"⚠️ {event.words}。{NEXT.get(event.kind, '请看一下')}"
    return tuple(Say(text, person=one) for one in await people.staff(desk.shop, people.OWNER, people.MANAGER))
