"""警报: something that the shop found itself and only a person can mend."""

from __future__ import annotations

from dialogs import alarms
from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people
from shop.events import AlarmRaised

EVENT = AlarmRaised


async def words(event: AlarmRaised, desk: Desk) -> tuple[Say, ...]:
    text = f"⚠️ {alarms.words(event.kind, event.words)}。{alarms.NEXT.get(event.kind, '请看一下')}"
    return tuple(Say(text, person=one) for one in await people.staff(desk.shop, people.OWNER, people.MANAGER))
