"""约好了: the deposit is in; who booked hears when and with whom."""

from __future__ import annotations

from dialogs import appointing
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import appointments
from shop.events import AppointmentBooked
from shop.rules.bookings import State

EVENT = AppointmentBooked


async def words(event: AppointmentBooked, desk: Desk) -> tuple[Say, ...]:
    one = await appointments.appointment(event.appointment)
    if one.state != State.BOOKED:
        return ()
    paid = f"收到定金 {one.service.deposit}，"
    return (Say(paid + appointing.told(one, None, desk.links, desk.now, 0), person=one.person),)
