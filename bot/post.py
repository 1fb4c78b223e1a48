"""信封: what is to be said becomes letters with an address and an hour; the manners of speaking unasked are here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from dialogs.speech import Button, Card, Row, Say
from shop import people, quiet
from shop.kit.ids import OrderId, PersonId
from shop.mail import NewLetter
from shop.rules.night import Night

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manners:
    """When the shop may speak: `quiet` in local time; replies are never held back by it."""

    tz: str
    quiet_from: time = time(22)
    quiet_to: time = time(8)
    hold: timedelta = timedelta(0)
    list_gap: timedelta = timedelta(seconds=4)  # between two states of a list that many people change
    promotions_a_day: int = 3

    def not_before(self, say: Say, now: datetime) -> datetime:
        if say.lane == "reply":
            return now + self.hold if say.fold else now
        return self.end_of_quiet(now)

    def end_of_quiet(self, now: datetime) -> datetime:
        """Now, or the moment at which this quiet time ends."""
        return Night(self.tz, self.quiet_from, self.quiet_to).over(now)


async def letters(
    says: Sequence[Say],
    *,
    key: str,
    channel: str | None,
    manners: Manners,
    now: datetime,
    sender: tuple[PersonId, str] | None = None,
    room: people.Room | None = None,
) -> list[NewLetter]:
    """Address what is to be said. `channel` is where it was heard: a person is answered there if possible. Somebody
    who cannot be reached and a group that wants no promotions get nothing, and the log says so. The sender (with his
    account on that channel) and the room of the message that is answered are known and not looked up again."""
    made = []
    for n, say in enumerate(says):
        address: Address | None
        if sender is not None and channel is not None and say.person == sender[0]:
            address = channel, None, sender[1]
        elif room is not None and say.room == room.id and say.lane != "promo":
            address = room.channel, room.key, None
        else:
            address = await _address(say, channel, manners, now)
        if address is None:
            continue
        to_channel, to_room, account = address
        body = to_body(say)
        if say.unreached is not None and sender is not None:
            body["unreached"] = {"account": sender[1], "text": say.unreached}
        made.append(
            NewLetter(
                key=f"{key}.{n}",
                channel=to_channel,
                room=to_room,
                account=account,
                lane=say.lane,
                body=body,
                not_before=manners.not_before(say, now),
                fold=say.fold,
                ends=say.ends,
                until=say.until.astimezone(UTC) if say.until else None,
            )
        )
    return made


Address = tuple[str, str | None, str | None]  # channel, room, account


async def _address(say: Say, channel: str | None, manners: Manners, now: datetime) -> Address | None:
    if say.room is not None:
        room = await people.room_by_id(say.room)
        if say.lane == "promo" and not await _may_promote(room, manners, now):
            return None
        return room.channel, room.key, None
    assert say.person is not None
    found = await people.address(say.person, prefer=channel)
    if found is None:
        log.warning("person %s cannot be reached on any channel", say.person)
        return None
    return found.channel, None, found.account


async def _may_promote(room: people.Room, manners: Manners, now: datetime) -> bool:
    """The day that counts is the one on which it will be said: what waits through the night is tomorrow's."""
    at = manners.end_of_quiet(now)
    if await quiet.may_post(room, manners.promotions_a_day, at=at, tz=manners.tz, now=now):
        return True
    log.warning("room %s has had its promotions of the day, or wants none", room.name)
    return False


# ── the body of a letter, as JSON ───────────────────────────────────────────────────────────────────────────────


def to_body(say: Say) -> dict[str, Any]:
    body: dict[str, Any] = {"text": say.text}
    if say.card is not None:
        body["card"] = asdict(say.card)
    if say.buttons:
        body["buttons"] = [asdict(button) for button in say.buttons]
    if say.picture is not None:
        body["picture"] = say.picture
    if say.announces:
        body["announces"] = True
    if say.topic:
        body["topic"] = say.topic
    if say.pays is not None:
        body["pays"] = say.pays
    return body


def pays(body: dict[str, Any]) -> OrderId | None:
    """The order that is paid by what this letter holds."""
    order = body.get("pays") or (body.get("card") or {}).get("pays")
    return OrderId(order) if order is not None else None


def card_of(body: dict[str, Any]) -> Card | None:
    card = body.get("card")
    if card is None:
        return None
    rows, cuts = (tuple(Row(**row) for row in card[part]) for part in ("rows", "cuts"))
    return Card(**{**card, "rows": rows, "cuts": cuts})


def buttons_of(body: dict[str, Any]) -> tuple[Button, ...]:
    return tuple(Button(**button) for button in body.get("buttons", ()))
