"""今日特价: one post to the group, with numbers, prices and units."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs import voice
from dialogs.notices import Desk
from dialogs.speech import Button, Card, Row, Say
from shop.catalogue import goods
from shop.events import SpecialsPosted
from shop.goods import Sku
from shop.kit.ids import RoomId

EVENT = SpecialsPosted


async def words(event: SpecialsPosted, desk: Desk) -> tuple[Say, ...]:
    shelf = await goods(desk.shop)
    day = date.fromisoformat(event.day)
    skus = [shelf.catalogue.sku[key] for key in event.skus if key in shelf.catalogue.sku]
    if not skus:
        return ()
    rows = []
    for sku in skus:
        offer = shelf.price(sku.id, day)
        rows.append(
            Row(shelf.catalogue.called(sku.id), f"原价 {sku.price}", voice.price(offer.price, sku.unit))
        )
    lines = [f"{n} {row.name} {row.amount}（{row.detail}）" for n, row in enumerate(rows, start=1)]
    first = shelf.catalogue.product[skus[0].product].name
    text = "\n".join(["今日特价，到今晚 24 点", *lines, f"要就直接说，比如“{first}2{skus[0].unit}”"])
    buttons = tuple(_button(shelf.catalogue.product[sku.product].name, sku) for sku in skus[:4])
    card = Card("menu", "今日特价", tuple(rows), note="到今晚 24 点", picture=True)
    return (
        Say(
            text,
            room=RoomId(event.room),
            card=card,
            buttons=buttons,
            lane="promo",
            until=_midnight(day, desk.tz),
        ),
    )


def _button(name: str, sku: Sku) -> Button:
    return Button(f"{name}1{sku.unit}", f"来1{sku.unit}{name}")


def _midnight(day: date, tz: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(tz))
