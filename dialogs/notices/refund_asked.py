"""有人要退款: the staff decide, with the words to say."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import people, refunds
from shop.events import RefundAsked

EVENT = RefundAsked


async def words(event: RefundAsked, desk: Desk) -> tuple[Say, ...]:
    case = await refunds.case(event.refund)
    buyer = await people.person(case.buyer)
    goods = f"（{voice.returned(case)}）" if case.goods else ""
    why = f"，说：{case.why}" if case.why else ""
    text = f"{buyer.name} 的 {case.code} 想退 {case.amount}{goods}{why}。48 小时不回就当同意"
    choice = (Button("同意退", f"同意退 {case.code}"), Button("不退", f"不退 {case.code}"))
    return tuple(
        Say(text, person=one, buttons=choice)
        for one in await people.staff(desk.shop, people.OWNER, people.MANAGER)
    )
