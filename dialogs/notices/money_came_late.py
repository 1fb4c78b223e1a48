"""钱到晚了: money for an order that had ended, or not the sum that was asked; booked, and both sides are told."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people, slips, teams
from shop.events import MoneyCameLate
from shop.kit.ids import OrderId
from shop.kit.money import Money

EVENT = MoneyCameLate
WHY = {
    "late": "到账时这单已经取消了",
    "mismatch": "和应付的对不上",
    "surplus": "这单之前已经付过了",
}
BACK = {
    "late": "钱会退给你；还要就说“老样子”",
    "mismatch": "钱记着，店里核对后找你",
    "surplus": "多付的会退给你",
}
IN_A_TEAM = "钱会原路退给你；还想拼就回“开团”，再开一个"


async def words(event: MoneyCameLate, desk: Desk) -> tuple[Say, ...]:
    slip = await slips.slip(OrderId(event.order))
    buyer = await people.person(slip.buyer)
    came = Money(event.fen)
    back = IN_A_TEAM if event.why == "late" and await teams.of_order(slip.id) else BACK[event.why]
    to_buyer = f"{slip.code} 收到 {came}，{WHY[event.why]}。{back}"
    to_staff = (
        f"{buyer.name} 的 {slip.code} 进了 {came}，{WHY[event.why]}（应付 {slip.payable}），会自动退给他"
    )
    by_itself = event.why != "mismatch"  # of that one an alarm tells
    staff = await people.staff(desk.shop, people.OWNER, people.MANAGER) if by_itself else ()
    return (Say(to_buyer, person=slip.buyer), *(Say(to_staff, person=one) for one in staff))
