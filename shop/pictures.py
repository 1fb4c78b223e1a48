"""图片: kept when it was sent, shown to whom its line is for, and forgotten after a month."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from shop.kit.ids import MessageId, PersonId, PictureId
from shop.rules.pictures import Picture
from shop.transaction import run_sql, transaction

KEPT_FOR = timedelta(days=30)
MOST_A_DAY = 60  # of one account; who sends more is filling our disk
AT_ONCE = 200
# Of a message `m`: it is kept and its picture is still being fetched; it is shown when it is there.
ON_ITS_WAY = "(m.state = 'new' AND m.picture IS NULL AND coalesce(cast(m.extra AS text), '') LIKE '%\"picture\": true%')"


async def keep(picture: Picture, *, now: datetime) -> PictureId:
    """The same picture again is the same row, and stays for another month."""
    async with transaction():
        rows = await run_sql(
            "INSERT INTO picture (sha256, kind, body, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (sha256) DO UPDATE SET at = excluded.at RETURNING id",
            [sha256(picture.body).hexdigest(), picture.kind, picture.body, now],
        )
        return PictureId(int(rows[0]["id"]))


async def find(id: int) -> Picture | None:
    """None when it was forgotten."""
    rows = await run_sql("SELECT kind, body FROM picture WHERE id = ?", [id])
    return Picture(bytes(rows[0]["body"]), rows[0]["kind"]) if rows else None


async def is_wanted(channel: str, room: str | None, account: str, *, now: datetime) -> bool:
    """Whether a picture sent there is for the shop: in private, from a customer who asked for a person, or among the
    agents. What neighbours show each other in a group is not fetched."""
    rows = await run_sql(
        "SELECT count(*) AS many FROM message WHERE channel = ? AND account = ? AND kept_at > ? "
        "AND picture IS NOT NULL",
        [channel, account, now - timedelta(days=1)],
    )
    if int(rows[0]["many"]) >= MOST_A_DAY:
        return False
    if room is None:
        return True
    return bool(
        await run_sql(
            "SELECT 1 FROM ticket AS t JOIN handle AS h ON h.person_id = t.person_id "
            "WHERE t.state <> 'closed' AND h.channel = ? AND h.account = ? "
            "UNION ALL SELECT 1 FROM desk_room AS d JOIN room AS r ON r.id = d.room_id "
            "WHERE r.channel = ? AND r.key = ?",
            [channel, account, channel, room],
        )
    )


async def came_with(message: MessageId, picture: PictureId) -> None:
    """This is what was to be seen in the message."""
    async with transaction():
        await run_sql("UPDATE message SET picture = ? WHERE id = ?", [picture, message])


async def sent_by(person: PersonId, *, since: datetime, limit: int) -> tuple[PictureId, ...]:
    """The newest pictures that this person sent to the shop, the oldest of them first."""
    rows = await run_sql(
        "SELECT m.picture FROM message AS m JOIN handle AS h ON h.channel = m.channel AND h.account = m.account "
        "WHERE h.person_id = ? AND m.kept_at >= ? AND m.picture IS NOT NULL ORDER BY m.id DESC LIMIT ?",
        [person, since, limit],
    )
    return tuple(PictureId(int(row["picture"])) for row in reversed(rows))


async def may_be_shown_in(channel: str, room: str) -> bool:
    """A customer's picture is shown among the agents and in no other group."""
    return bool(
        await run_sql(
            "SELECT 1 FROM desk_room AS d JOIN room AS r ON r.id = d.room_id WHERE r.channel = ? AND r.key = ?",
            [channel, room],
        )
    )


async def forget(picture: int) -> None:
    """Who sent it took it back. It stays where somebody else has sent the same."""
    async with transaction():
        await run_sql(
            "DELETE FROM picture WHERE id = ? AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.picture = picture.id) "
            "AND NOT EXISTS (SELECT 1 FROM ticket_line AS line WHERE line.picture = picture.id) "
            "AND NOT EXISTS (SELECT 1 FROM chat_line AS line WHERE line.picture = picture.id)",
            [picture],
        )


async def forget_old(*, now: datetime) -> int:
    """Gives how many are gone; the lines that had them stay."""
    async with transaction():
        rows = await run_sql(
            "DELETE FROM picture WHERE id IN (SELECT id FROM picture WHERE at < ? ORDER BY at LIMIT ?) RETURNING id",
            [now - KEPT_FOR, AT_ONCE],
        )
        return len(rows)
