"""师傅休息: whoever had an appointment then is asked to move it; nothing is dropped behind his back."""

from __future__ import annotations

from dialogs import appointing
from dialogs.notices import Desk
from dialogs.speech import Button, Say
from shop import appointments, bookings
from shop.events import AppointmentHit
from shop.rules.bookings import LIVE

EVENT = AppointmentHit


async def words(event: AppointmentHit, desk: Desk) -> tuple[Say, ...]:
    one = await appointments.appointment(event.appointment)
    if one.state not in LIVE or one.starts <= desk.now or one.hit == event.is_on:
        return ()
    if event.is_on:
        return (Say(f"{appointing.what(one, desk.now)}照旧，不用改了", person=one.person),)
    near = await bookings.nearest(desk.shop, one.service, one.starts, now=desk.now)
    free = f"有空的：{appointing.times(near, desk.now)}。" if near else ""
    back = "，定金全退" if one.order else ""
    text = (
        f"不好意思，{appointing.what(one, desk.now)}，师傅来不了。{free}"
        f"改时间说“预约改到…”，不约了说“取消预约”{back}"
    )
    return (Say(text, person=one.person, buttons=(Button("取消预约", "取消预约"),), until=one.starts),)
