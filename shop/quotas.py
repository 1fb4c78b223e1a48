"""名额: the pieces of a campaign, taken in one statement and given back once. Called inside the order's transaction.

With a quota the goods were reserved of the stock when the campaign was set up: an order moves them from there to its
own hold, and the stock does not change. Without one, only the count is kept and the stock decides (shop/stock.py). While
people wait in line (shop/waitlist.py), what comes back is `kept` for them by the very statement that gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shop import flash, shares, waitlist
from shop.kit.ids import PersonId, RoomId
from shop.kit.quantity import Quantity
from shop.refusals import CampaignOver, GroupShareGone, JoinInGroup, QuotaGone, QuotaShared
from shop.rules.campaigns import Item, State
from shop.transaction import run_sql


@dataclass(frozen=True, slots=True)
class Take:
    """More (or, negative, less) of one item for one person."""

    item: Item
    name: str
    unit: str
    more: Quantity


async def take(
    takes: Mapping[int, Take], person: PersonId, room: RoomId | None, title: str, *, now: datetime
) -> None:
    """Take all or nothing, in the order of ids; `room` is the group of the order. Raises CampaignOver, QuotaGone,
    QuotaShared, GroupShareGone, JoinInGroup; then the caller's transaction must not commit."""
    for _, one in sorted(takes.items()):
        if one.more.milli > 0:
            await _take(one, person, room, title, now)
        elif one.more.milli < 0:
            await give_back(one.item.id, person, room, Quantity(-one.more.milli))


async def look(takes: Mapping[int, Take], person: PersonId, room: RoomId | None) -> None:
    """Is it plain that this cannot be taken? Raises what `take` would; locks nothing and promises nothing, so that
    hundreds who come too late hear it without waiting for each other."""
    for _, one in sorted(takes.items()):
        (row,) = await run_sql(
            "SELECT quota, reserved - kept AS free, "
            "(SELECT qty FROM campaign_share AS share WHERE share.item_id = item.id AND share.person_id = ?) AS has, "
            "(SELECT most - taken FROM campaign_room_share AS share WHERE share.item_id = item.id AND share.room_id = ?) "
            "AS here, EXISTS (SELECT 1 FROM waiting WHERE waiting.item_id = item.id AND waiting.person_id = ? "
            "AND waiting.state = 'offered') AS is_offered FROM campaign_item AS item WHERE item.id = ?",
            [person, room, person, one.item.id],
        )
        has, each = Quantity(int(row["has"] or 0)), one.item.each
        if each is not None and has + one.more > each:
            raise QuotaShared(one.name, one.unit, each, has)
        if row["quota"] is not None and int(row["free"]) < one.more.milli and not row["is_offered"]:
            raise QuotaGone(one.name, one.unit, Quantity(int(row["free"])), one.more)
        if one.item.in_room is not None and int(row["here"] or 0) < one.more.milli:
            raise await _not_from_here(one, room)


async def _take(one: Take, person: PersonId, room: RoomId | None, title: str, now: datetime) -> None:
    item, qty = one.item, one.more.milli
    if item.each is not None and not await _share(item, person, qty):
        raise QuotaShared(one.name, one.unit, item.each, await waitlist.share(item.id, person))
    # last: whoever wants a piece waits for COMMIT
    left = await _taken(item, qty, now)
    if left is None and await waitlist.use_offer(item.id, person, one.more, now=now):
        left = await _taken(item, qty, now)
    if left is None:
        raise await _why_not(one, title, now)
    if left == 0:
        await flash.sold_out(item.id, now=now)
    if item.in_room is not None and not await shares.take(item.id, room, one.more):
        raise await _not_from_here(one, room)


async def _taken(item: Item, qty: int, now: datetime) -> int | None:
    """How much anybody may still take after this (-1: there is no quota); None when it could not be taken."""
    rows = await run_sql(
        "UPDATE campaign_item SET taken = taken + ?, "
        "reserved = CASE WHEN quota IS NULL THEN 0 ELSE reserved - ? END "
        "WHERE id = ? AND is_open AND (quota IS NULL OR reserved - kept >= ?) AND EXISTS (SELECT 1 FROM campaign "
        "WHERE campaign.id = campaign_id AND status = 'open' AND (deadline IS NULL OR deadline > ?)) "
        "RETURNING CASE WHEN quota IS NULL THEN -1 ELSE reserved - kept END AS free",
        [qty, qty, item.id, qty, now],
    )
    return int(rows[0]["free"]) if rows else None


async def _share(item: Item, person: PersonId, qty: int) -> bool:
    assert item.each is not None
    if qty > item.each.milli:
        return False
    return bool(
        await run_sql(
            "INSERT INTO campaign_share (item_id, person_id, qty, most) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (item_id, person_id) DO UPDATE SET qty = campaign_share.qty + excluded.qty "
            "WHERE campaign_share.qty + excluded.qty <= campaign_share.most RETURNING id",
            [item.id, person, qty, item.each.milli],
        )
    )


async def _why_not(one: Take, title: str, now: datetime) -> CampaignOver | QuotaGone:
    rows = await run_sql(
        "SELECT reserved - kept AS free, quota, status, deadline > ? AS in_time, deadline FROM campaign_item "
        "JOIN campaign ON campaign.id = campaign_id WHERE campaign_item.id = ?",
        [now, one.item.id],
    )
    row = rows[0]
    if row["status"] != State.OPEN or (row["deadline"] is not None and not row["in_time"]):
        return CampaignOver(title)
    return QuotaGone(one.name, one.unit, Quantity(int(row["free"])), one.more)


async def _not_from_here(one: Take, room: RoomId | None) -> GroupShareGone | JoinInGroup:
    if room is None:
        return JoinInGroup(one.name)
    return GroupShareGone(one.name, one.unit, await shares.left(one.item.id, room))


async def give_back(item: int, person: PersonId, room: RoomId | None, qty: Quantity) -> bool:
    """Pieces that this person does not want after all. True when they are reserved for the campaign again: then the
    stock that the order held stays promised. While somebody waits in line they are nobody else's."""
    rows = await run_sql(
        "UPDATE campaign_item SET taken = taken - ?, "
        "reserved = CASE WHEN is_open AND quota IS NOT NULL THEN reserved + ? ELSE reserved END, "
        "kept = CASE WHEN is_open AND quota IS NOT NULL AND waiting > 0 THEN kept + ? ELSE kept END "
        "WHERE id = ? AND taken >= ? RETURNING is_open, quota, in_room",  # SQLite 3.40 says 1 to `quota IS NOT NULL` here
        [qty.milli, qty.milli, qty.milli, item, qty.milli],
    )
    if not rows:
        raise RuntimeError(f"item {item} of a campaign finds nothing to give back")
    await run_sql(
        "UPDATE campaign_share SET qty = qty - ? WHERE item_id = ? AND person_id = ?",
        [qty.milli, item, person],
    )
    if rows[0]["in_room"] is not None:
        await shares.take(item, room, Quantity(-qty.milli))
    return bool(rows[0]["is_open"]) and rows[0]["quota"] is not None


async def past_the_line(item: int, qty: Quantity) -> None:
    """What was given back a moment ago, in this very transaction, goes to somebody who is known: the line gets nothing."""
    await run_sql(
        "UPDATE campaign_item SET kept = kept - ? WHERE id = ? AND waiting > 0 AND kept >= ?",
        [qty.milli, item, qty.milli],
    )


async def give_all_back(
    order: int, campaign: int, person: PersonId, room: RoomId | None
) -> dict[int, Quantity]:
    """An order of a campaign has ended. Gives what is reserved for the campaign again, by sku row."""
    rows = await run_sql(
        "SELECT item.id, item.sku_id, sum(line.qty) AS qty FROM line JOIN campaign_item AS item "
        "ON item.sku_id = line.sku_id AND item.campaign_id = ? WHERE line.order_id = ? "
        "GROUP BY item.id, item.sku_id ORDER BY item.id",
        [campaign, order],
    )
    again: dict[int, Quantity] = {}
    for row in rows:
        qty = Quantity(int(row["qty"]))
        if await give_back(int(row["id"]), person, room, qty):
            again[int(row["sku_id"])] = qty
    return again
