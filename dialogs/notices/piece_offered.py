"""轮到你了: the head of the line has a piece to himself for three minutes, and hears it in private."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import waitlist
from shop.catalogue import goods
from shop.events import PieceOffered
from shop.on_offer import campaign

EVENT = PieceOffered


async def words(event: PieceOffered, desk: Desk) -> tuple[Say, ...]:
    offer = await waitlist.seen(event.waiting)
    if offer.until is None:
        return ()
    of, shelf = await campaign(offer.campaign), await goods(desk.shop)
    unit = shelf.everything.sku[offer.sku].unit
    price = of.item[offer.sku].price or shelf.everything.sku[offer.sku].price
    text = (
        f"轮到你了：{shelf.everything.called(offer.sku)} {voice.price(price, unit)} 给你留了 {offer.qty} {unit}，"
        f"{voice.clock(offer.until, desk.tz)} 前回“要”，过了就给下一位"
    )
    buttons = (Button("要", "要"), Button("不要", "不候补了"))
    return (Say(text, person=offer.person, buttons=buttons, until=offer.until),)
