"""分群份额: of what a campaign has, each of its groups has a share of its own: 每群30箱. A piece is counted for the group of
its order, by one statement, after the item itself (shop/quotas.py); the database refuses one more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.kit.ids import RoomId
from shop.kit.quantity import NONE, Quantity
from shop.records.campaigns import CampaignRoomShare
from shop.transaction import run_sql


@dataclass(frozen=True, slots=True)
class Share:
    """What one group has of a campaign, by sku, and how many of its people are in it."""

    people: int
    taken: Mapping[str, Quantity]
    left: Mapping[str, Quantity | None]


async def give(item: int, rooms: Sequence[RoomId], share: Quantity) -> None:
    """Each of these groups has so much of it."""
    for room in rooms:
        await CampaignRoomShare.create(item_id=item, room_id=room, most=share.milli)


async def take(item: int, room: RoomId | None, qty: Quantity) -> bool:
    """False when the group has not so much left, or is none of them. Negative: it is given back."""
    return bool(
        await run_sql(
            "UPDATE campaign_room_share SET taken = taken + ? WHERE item_id = ? AND room_id = ? "
            "AND taken + ? <= most RETURNING id",
            [qty.milli, item, room, qty.milli],
        )
    )


async def left(item: int, room: RoomId | None) -> Quantity:
    rows = await run_sql(
        "SELECT most - taken AS free FROM campaign_room_share WHERE item_id = ? AND room_id = ?", [item, room]
    )
    return Quantity(int(rows[0]["free"])) if rows else NONE


async def of_group(campaign: int, room: RoomId) -> Share:
    items = await run_sql(
        'SELECT sku."key" AS sku, share.taken, share.most FROM campaign_room_share AS share '
        "JOIN campaign_item AS item ON item.id = share.item_id JOIN sku ON sku.id = item.sku_id "
        "WHERE item.campaign_id = ? AND share.room_id = ? ORDER BY item.no",
        [campaign, room],
    )
    (row,) = await run_sql(
        'SELECT count(DISTINCT buyer_id) AS people FROM "order" WHERE campaign_id = ? AND room_id = ? '
        "AND status NOT IN ('cancelled', 'refunded')",
        [campaign, room],
    )
    return Share(
        int(row["people"]),
        {str(one["sku"]): Quantity(int(one["taken"])) for one in items},
        {str(one["sku"]): Quantity(int(one["most"]) - int(one["taken"])) for one in items},
    )
