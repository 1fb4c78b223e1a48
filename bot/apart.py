"""够不着: what becomes of words that cannot be said where they belong.

A private line to somebody who is no friend waits until he is one. Meanwhile the group in which he spoke hears what the
first rule of INSTEAD has for it: a link that only pays, or that he should add the account.
An answer that comes late, since nobody listened, is not given in the group line by line, but once for all of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot import post
from dialogs import apart
from dialogs.voice import Links
from shop import mail, pay_links, people, slips
from shop.mail import Incoming, NewLetter, Sealed
from shop.slips import Slip

LATE = timedelta(minutes=2)  # words that were heard later than that are answered in private only
GAP = timedelta(minutes=10)  # in which a group is told once that somebody was away
PATIENCE = timedelta(hours=48)  # for a person to become a friend
NEXT_LOOK = timedelta(seconds=30)
A_RUSH_GATHERS, A_LIST_GATHERS = timedelta(seconds=20), timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Missed:
    """A private letter that has not reached whom it answers, and his message in a group."""

    letter: Sealed
    said: Incoming
    room: str
    links: Links


async def wait_for_a_friend(letter: Sealed, links: Links, *, now: datetime) -> None:
    """In one transaction: the letter waits, or is given up, and the group where its message was said is told."""
    if not await mail.wait(letter.id, now + NEXT_LOOK, since=now - PATIENCE):
        return
    if letter.cause is None:
        return
    said = (await mail.message(letter.cause)).message
    if said.room is None or said.channel != letter.channel or said.account != letter.account:
        return
    missed = Missed(letter, said, said.room, links)
    for rule in INSTEAD:
        if (lines := await rule(missed, now)) is not None:
            await mail.write(lines, now=now, cause=letter.cause)
            return


async def as_it_stands(letter: Sealed, *, is_reached: bool, now: datetime) -> Sealed | None:
    """In one transaction, just before a line of a group is said: in the words that are true by now. `is_reached`: the
    private words that it speaks of will reach their man. None: nothing is left to say, and it is put aside."""
    body = dict(letter.body)
    if not is_reached:
        body["text"] = body.pop("unreached")["text"]
    elif "links" in body:
        body |= await _links([apart.Link(*one) for one in body["links"]], now)
    if body == letter.body:
        return letter
    if not body["text"]:
        await mail.put_aside(letter.id, "stale")
        return None
    await mail.reword(letter.id, body)
    return replace(letter, body=body)


async def _a_way_to_pay(missed: Missed, now: datetime) -> list[NewLetter] | None:
    """For the bill of an order of this group: a link that opens once, and shows its number and sum. Once an order, and
    again whenever he asks for it: an answer to that is no newer state of the slip, so it has no fold."""
    letter, said = missed.letter, missed.said
    order = post.pays(letter.body)
    if not missed.links.is_public or order is None:
        return None
    key = f"once {order} {letter.cause if letter.fold is None else 0}"
    if await mail.is_written(key, since=now - PATIENCE):
        return []
    slip, room = await slips.slip(order), await people.room(said.channel, missed.room)
    if room is None or slip.room != room.id or not pay_links.is_to_pay(slip, now):
        return None
    fold = f"once {room.id}"
    before = [one for old in await mail.unsent(fold, said.channel, missed.room) for one in old.body["links"]]
    link = missed.links.once(await pay_links.make(slip.id, now=now))
    new = apart.Link(slip.id, said.name, link, is_deposit=await pay_links.pays_a_deposit(slip))
    told = await _links([*(apart.Link(*one) for one in before if one[0] != slip.id), new], now)
    hold = timedelta(0) if letter.fold is None else _may_gather(slip)
    return [_line(key, said.channel, missed.room, told, now + hold, fold=fold)]


def _may_gather(slip: Slip) -> timedelta:
    """How long a link may wait for those of others, to stand in one line with them: where many buy at once."""
    if slip.campaign is None:
        return timedelta(0)
    return A_LIST_GATHERS if slip.pay_due_at is None else A_RUSH_GATHERS


async def _links(some: Sequence[apart.Link], now: datetime) -> dict[str, Any]:
    """What a line says that names these; without those that pay nothing any more."""
    open_ones = await pay_links.to_pay([one.order for one in some], now=now)
    alive = [one for one in some if one.order in open_ones]
    return {"text": apart.pay_here(alive) if alive else "", "links": [list(astuple(one)) for one in alive]}


async def _a_word_to_befriend(missed: Missed, now: datetime) -> list[NewLetter] | None:
    """Once a day each; and whenever that there are private words was all that the group was to hear."""
    said, cause = missed.said, missed.letter.cause
    assert cause is not None, "it answers a message"
    who = sha256(f"{said.channel} {missed.room} {said.account}".encode()).hexdigest()[:40]
    answers = [one for one, _ in await mail.caused_by(cause) if one.room is not None]
    pointed = any("unreached" in one.body and not one.body["unreached"]["text"] for one in answers)
    key = f"friend {who} {cause if pointed else f'{now:%Y%m%d}'}"
    told = {"text": apart.befriend(said.name)}
    return [_line(key, said.channel, missed.room, told, now)]


# What the group hears where private words do not reach: the first that has something to say, or has said it already.
INSTEAD: tuple[Callable[[Missed, datetime], Awaitable[list[NewLetter] | None]], ...] = (
    _a_way_to_pay,
    _a_word_to_befriend,
)


async def could_not(letter: Sealed, *, now: datetime) -> None:
    """In one transaction: what cannot be done in this group is given up, and who asked for it hears that he can do it on
    the account's phone."""
    await mail.put_aside(letter.id, "dead")
    if letter.cause is None or letter.room is None:
        return
    asked = (await mail.message(letter.cause)).message
    room = await people.room(letter.channel, letter.room)
    text = apart.not_renamed(room.name if room is not None else "", letter.body["topic"])
    told = NewLetter(
        key=f"unable {letter.id}",
        channel=asked.channel,
        room=None,
        account=asked.account,
        lane="reply",
        body={"text": text},
        not_before=now,
    )
    await mail.write([told], now=now, cause=letter.cause)


async def told_once(letters: Sequence[NewLetter], *, late: timedelta, now: datetime) -> list[NewLetter]:
    """The answers to one message, that was heard so late. For a group they become one line, the same for all of this
    gap."""
    if late <= LATE:
        return list(letters)
    kept = [letter for letter in letters if letter.room is None]
    for room in dict.fromkeys((one.channel, one.room) for one in letters if one.room is not None):
        channel, key = room
        kept += await _once(channel, str(key), apart.after_a_gap(), now)
    return kept


async def was_away(channel: str, room: str, *, now: datetime) -> list[NewLetter]:
    """For a group whose words nobody could hear, unless it is told already that they were worked through."""
    return [replace(line, until=now + GAP) for line in await _once(channel, room, apart.after_silence(), now)]


async def _once(channel: str, room: str, text: str, now: datetime) -> list[NewLetter]:
    """The key of its ten minutes makes the line exist once in them; the one before them is asked for."""
    which, turn = (
        sha256(f"{channel} {room}".encode()).hexdigest()[:40],
        int(now.timestamp() // GAP.total_seconds()),
    )
    if await mail.is_written(f"gap {which} {turn - 1}", since=now - GAP):
        return []
    return [_line(f"gap {which} {turn}", channel, room, {"text": text}, now)]


def _line(
    key: str, channel: str, room: str, body: dict[str, Any], at: datetime, *, fold: str | None = None
) -> NewLetter:
    return NewLetter(
        key=key,
        channel=channel,
        room=room,
        account=None,
        lane="reply",
        body=body,
        not_before=at,
        fold=fold,
    )
