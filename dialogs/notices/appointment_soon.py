"""快到时间了: the day before, or two hours before; not in the night."""

from __future__ import annotations

from dialogs import appointing
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import appointments
from shop.events import AppointmentSoon
from shop.rules.bookings import State

EVENT = AppointmentSoon


async def words(event: AppointmentSoon, desk: Desk) -> tuple[Say, ...]:
    one = await appointments.appointment(event.appointment)
    if one.state != State.BOOKED or one.starts <= desk.now:
        return ()
    said_at = desk.facts.night.over(desk.now) if desk.facts.night else desk.now
    text = f"提醒一下：{appointing.what(one, said_at)}。改时间说“预约改到…”，来不了说“取消预约”"
    return (Say(text, person=one.person, lane="list", until=one.starts),)
