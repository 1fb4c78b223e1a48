"""分几次到: what of the order is with the buyer, on its way or back in the shop, and what is still to come."""

from __future__ import annotations

from dialogs import parting, voice
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import parcels, slips
from shop.events import ParcelMoved
from shop.parcels import Sent

EVENT = ParcelMoved


async def words(event: ParcelMoved, desk: Desk) -> tuple[Say, ...]:
    parcel = await parcels.parcel_of(event.parcel)
    slip = await slips.slip(parcel.order)
    goods, here = parting.goods(parcel.goods), parting.still_here(await parcels.left(parcel.order))
    code = f"，取货码 {voice.code(slip.pickup_code)} 接着用" if slip.pickup_code else ""
    rest = f"还有 {here} 在店里给你留着{code}" if here else "这单的货都齐了"
    begun = "先给你送 " if here else "剩下的也出发了：" if await _follows(parcel) else "出发了："
    text = {
        "handed_over": f"取走了：{goods}。{rest}",
        "sent": f"{begun}{goods}，在路上了{f'。还有 {here} 在店里{code}' if here else ''}",
        "arrived": f"送到了：{goods}。{rest}。有不好的说一声，谢谢",
        "by_time": f"{goods} 应该送到了。没收到就说“转人工”",
        "came_back": f"{goods} 没送成，拿回店里了，给你留着{code}。要再送一次跟店里说一声",
    }[event.how]
    return (Say(f"{slip.code} {text}", person=slip.buyer),)


async def _follows(parcel: Sent) -> bool:
    """Has another part of the order left before it?"""
    return any(one.is_out and one.id != parcel.id for one in await parcels.of_order(parcel.order))
