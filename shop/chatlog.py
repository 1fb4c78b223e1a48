"""聊天记录: what was said in the web room, kept before it is shown; line ids are its one sequence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from json import dumps
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from shop.records.chatlog import ChatLine, ChatMember
from shop.transaction import one_statement, unit_of_work

BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in the log."""

    id: int
    room: str | None
    account: str | None  # whose private chat it is
    who: str  # "" is the shop
    name: str
    text: str
    card: Mapping[str, Any] | None = field(hash=False)
    buttons: tuple[Mapping[str, str], ...] = field(hash=False)
    reply_to: int | None
    letter: int | None
    nonce: str | None
    at: datetime
    picture: int | None = None

    @property
    def is_from_shop(self) -> bool:
        return self.who == ""


@dataclass(frozen=True, slots=True)
class Member:
    account: str
    name: str


async def post(
    channel: str,
    *,
    room: str | None,
    who: str,
    name: str,
    text: str,
    nonce: str,
    reply_to: int | None = None,
    picture: int | None = None,
    at: datetime,
) -> Line:
    """A member says something; the same nonce again gives the line that is already there."""
    row = ChatLine(
        channel=channel,
        room=room,
        account=who if room is None else None,
        who=who,
        name=name,
        text=text,
        buttons=[],
        reply_to=reply_to,
        picture=picture,
        nonce=nonce,
        handed=False,
        at=at,
    )
    return await _write_once(row, who=who, nonce=nonce)


async def spoken(
    channel: str,
    *,
    room: str | None,
    account: str | None,
    name: str,
    text: str,
    card: Mapping[str, Any] | None = None,
    buttons: Sequence[Mapping[str, str]] = (),
    picture: int | None = None,
    letter: int,
    at: datetime,
) -> Line:
    """The shop says something; the same letter again gives the line that is already there."""
    row = ChatLine(
        channel=channel,
        room=room,
        account=account,
        who="",
        name=name,
        text=text,
        card=dict(card) if card is not None else None,
        buttons=[dict(button) for button in buttons],
        picture=picture,
        letter=letter,
        handed=True,
        at=at,
    )
    return await _write_once(row, letter=letter)


async def line(channel: str, line_id: int) -> Line | None:
    row = await ChatLine.get_or_none(channel=channel, id=line_id)
    return _line(row) if row is not None else None


async def lines_for(
    channel: str, viewer: str | None, *, rooms: Sequence[str], after: int | None, limit: int
) -> tuple[Line, ...]:
    """What the viewer may see: these rooms and his own private chat (None sees every chat: the demo's table).

    With `after` the next lines. Without it the latest of each chat, so that a busy group does not push out
    yesterday's pick-up code. Oldest first either way."""
    if after is None and viewer is not None:
        chats = [(room, None) for room in rooms] + [(None, viewer)]
        latest = [
            await lines_before(channel, room=r, account=a, before=BIGGEST_ID, limit=limit) for r, a in chats
        ]
        return tuple(sorted((line for lines in latest for line in lines), key=lambda line: line.id))
    may_see = ChatLine.filter(channel=channel)
    if viewer is not None:
        may_see = may_see.filter(Q(room__in=list(rooms)) | Q(account=viewer))
    if after is None:
        return tuple(_line(row) for row in reversed(await may_see.order_by("-id").limit(limit)))
    return tuple(_line(row) for row in await may_see.filter(id__gt=after).order_by("id").limit(limit))


async def lines_before(
    channel: str, *, room: str | None, account: str | None, before: int, limit: int
) -> tuple[Line, ...]:
    """One chat backwards from a line: a room's, or an account's private one. Oldest first."""
    of_the_chat = {"room": room} if room is not None else {"account": account}
    rows = await ChatLine.filter(channel=channel, **of_the_chat, id__lt=before).order_by("-id").limit(limit)
    return tuple(_line(row) for row in reversed(rows))


async def said_after(channel: str, after: int, *, limit: int) -> tuple[Line, ...]:
    """What the shop said after this line, to anybody."""
    rows = await ChatLine.filter(channel=channel, who="", id__gt=after).order_by("id").limit(limit)
    return tuple(_line(row) for row in rows)


async def unhanded(channel: str, *, limit: int) -> tuple[Line, ...]:
    """Lines that nobody has taken to the inbox yet; the log is the queue, so a crash loses none."""
    rows = await ChatLine.filter(channel=channel, handed=False).order_by("id").limit(limit)
    return tuple(_line(row) for row in rows)


async def hand_over(channel: str, line_ids: Iterable[int]) -> None:
    handed = list(line_ids)
    places = ", ".join("?" * len(handed))
    await one_statement(
        f"UPDATE chat_line SET handed = TRUE WHERE channel = ? AND id IN ({places})", [channel, *handed]
    )


async def last_id(channel: str) -> int:
    newest = await ChatLine.filter(channel=channel).order_by("-id").first()
    return newest.id if newest is not None else 0


async def forget(channel: str) -> None:
    """The demo begins again; a real room never calls this."""

    async def work() -> None:
        await ChatLine.filter(channel=channel).delete()
        await ChatMember.filter(channel=channel).delete()

    await unit_of_work(work)


async def join(channel: str, *, account: str, name: str, likeness: str, at: datetime) -> Member | None:
    """Take the name for this account; None when somebody else has it (or one that looks the same)."""
    row = ChatMember(channel=channel, account=account, name=name, likeness=likeness, joined_at=at)
    try:
        await unit_of_work(lambda: row.save(force_create=True))
    except IntegrityError:
        there = await member(channel, account)
        return there if there is not None and there.name == name else None
    return Member(account, name)


async def member(channel: str, account: str) -> Member | None:
    row = await ChatMember.get_or_none(channel=channel, account=account)
    return Member(row.account, row.name) if row is not None else None


async def members(channel: str) -> tuple[Member, ...]:
    return tuple(
        Member(row.account, row.name) for row in await ChatMember.filter(channel=channel).order_by("id")
    )


async def _write_once(row: ChatLine, **known_by: Any) -> Line:
    """The unique constraint decides, not a look beforehand: two taps in the same moment still make one line. Everybody who
    looks on waits for this, so it is one statement."""
    written = await one_statement(
        "INSERT INTO chat_line (channel, room, account, who, name, text, card, buttons, picture, reply_to, letter, nonce, "
        f"handed, at) VALUES ({', '.join('?' * 14)}) ON CONFLICT DO NOTHING RETURNING id",
        [
            row.channel,
            row.room,
            row.account,
            row.who,
            row.name,
            row.text,
            dumps(row.card) if row.card is not None else None,
            dumps(row.buttons),
            row.picture,
            row.reply_to,
            row.letter,
            row.nonce,
            row.handed,
            row.at,
        ],
    )
    if not written:
        return _line(await ChatLine.get(channel=row.channel, **known_by))
    row.id = int(written[0]["id"])
    return _line(row)


def _line(row: ChatLine) -> Line:
    return Line(
        id=row.id,
        room=row.room,
        account=row.account,
        who=row.who,
        name=row.name,
        text=row.text,
        card=row.card,
        buttons=tuple(row.buttons),
        reply_to=row.reply_to,
        letter=row.letter,
        nonce=row.nonce,
        at=row.at,
        picture=row.picture,
    )
