"""到货了: whoever asked to be told, with the price and what to say; it holds nothing for them."""

from __future__ import annotations

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop.bills import local_day
from shop.catalogue import goods, left_of
from shop.events import BackInStock
from shop.kit.ids import PersonId
from shop.kit.quantity import NONE

EVENT = BackInStock


async def words(event: BackInStock, desk: Desk) -> tuple[Say, ...]:
    shelf = await goods(desk.shop)
    sku = shelf.everything.sku[event.sku]
    name = shelf.everything.called(event.sku)
    left = (await left_of(desk.shop, [event.sku])).get(event.sku, NONE)
    if left <= NONE or event.sku not in shelf.catalogue.sku:
        text = f"{name}到货了，可又卖完了。下次还要叫你，回“{shelf.everything.product_of(event.sku).name}到货叫我”"
        return (Say(text, person=PersonId(event.person)),)
    price = shelf.price(event.sku, local_day(desk.now, shelf.catalogue)).price
    order = f"来1{sku.unit}{name}"
    text = f"{name}到货了，{voice.price(price, sku.unit)}，{voice.left(left, sku.unit)}。要就说“{order}”，先到先得"
    return (Say(text, person=PersonId(event.person), buttons=(Button(order, order),)),)
