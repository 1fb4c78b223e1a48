"""店里记的积分: added or taken off by hand, with the reason and what there is now."""

from __future__ import annotations

from dialogs.notices import Desk
from dialogs.speech import Say
from shop import points
from shop.events import PointsGiven
from shop.kit.ids import PersonId

EVENT = PointsGiven


async def words(event: PointsGiven, desk: Desk) -> tuple[Say, ...]:
    person = PersonId(event.person)
    now = (await points.balance(desk.shop, person)).spendable
    done = f"给你加了 {event.points}" if event.points > 0 else f"扣了你 {-event.points}"
    left = f"{now}" if now >= 0 else f"−{-now}"
    why = f"（{event.why}）" if event.why else ""
    return (Say(f"店里{done} 积分{why}，现在是 {left} 分", person=person),)
