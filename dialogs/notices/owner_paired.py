"""绑定了: every owner hears of a new owner; a stranger in that list is noticed at once."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import people
from shop.events import OwnerPaired
from shop.kit.ids import PersonId

EVENT = OwnerPaired


async def words(event: OwnerPaired, desk: Desk) -> tuple[Say, ...]:
    new = await people.person(PersonId(event.person))
    others = [one for one in await people.staff(desk.shop) if one != new.id]
    return tuple(Say(f"{new.name} 成了店主。不是你认识的人，马上告诉店里", person=one) for one in others)
