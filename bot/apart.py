"""够不着: what becomes of words that cannot be said where they belong.

A private line to somebody who is no friend waits until he is one, and the group in which he spoke is told once a day. Its
link is never put into the group instead: whoever taps first would have it.
An answer that comes late, since nobody listened, is not given in the group line by line, but once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from dialogs import apart
from shop import mail
from shop.mail import NewLetter, Sealed

LATE = timedelta(minutes=2)  # words that were heard later than that are answered in private only
GAP = timedelta(minutes=10)  # in which a group is told once that somebody was away
PATIENCE = timedelta(hours=48)  # for a person to become a friend
NEXT_LOOK = timedelta(seconds=30)


async def wait_for_a_friend(letter: Sealed, *, now: datetime) -> None:
    """In one transaction: the letter waits, or is given up, and the group where its message was said is told."""
    if not await mail.wait(letter.id, now + NEXT_LOOK, since=now - PATIENCE):
        return
    if letter.cause is None:
        return
    said = (await mail.message(letter.cause)).message
    if said.room is None or said.channel != letter.channel or said.account != letter.account:
        return
    who = sha256(f"{said.channel} {said.room} {said.account}".encode()).hexdigest()[:40]
    ask = _line(f"friend {who} {now:%Y%m%d}", said.channel, said.room, apart.befriend(said.name), now)
    await mail.write([ask], now=now)


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
    return [_line(f"gap {which} {turn}", channel, room, text, now)]


def _line(key: str, channel: str, room: str, text: str, now: datetime) -> NewLetter:
    return NewLetter(
        key=key, channel=channel, room=room, account=None, lane="reply", body={"text": text}, not_before=now
    )
