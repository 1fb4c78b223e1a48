"""在办的活动: campaigns read from their rows as the shelf keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.kit.quantity import Quantity
from shop.records.campaigns import Campaign, CampaignItem, CampaignRoom
from shop.rules.campaigns import OVER, Item, Kind, OnOffer, State

STILL_KNOWN = 20  # of those that are over: 导出 and 名单 are asked for afterwards


async def on_offer(shop: ShopId) -> tuple[OnOffer, ...]:
    """All that are not over and the last that are, oldest first."""
    alive = await Campaign.filter(shop_id=shop).exclude(status__in=list(OVER)).order_by("id")
    ended = await Campaign.filter(shop_id=shop, status__in=list(OVER)).order_by("-id").limit(STILL_KNOWN)
    return await _with_items(sorted([*alive, *ended], key=lambda row: row.id))


async def campaign(id: int) -> OnOffer:
    return (await _with_items([await Campaign.get(id=id)]))[0]


async def by_token(shop: ShopId, token: str) -> OnOffer | None:
    """The campaign whose list has this link."""
    rows = await Campaign.filter(shop_id=shop, token=token).limit(1)
    return (await _with_items(rows))[0] if rows else None


async def by_sheet_token(shop: ShopId, token: str) -> OnOffer | None:
    """The campaign whose sheet has this link."""
    rows = await Campaign.filter(shop_id=shop, sheet_token=token).limit(1)
    return (await _with_items(rows))[0] if rows else None


async def _with_items(rows: list[Campaign]) -> tuple[OnOffer, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    items: dict[int, list[Item]] = {id: [] for id in ids}
    for item in await CampaignItem.filter(campaign_id__in=ids).order_by("no").select_related("sku"):
        items[item.campaign_id].append(_item(item))
    rooms: dict[int, list[RoomId]] = {id: [] for id in ids}
    for room in await CampaignRoom.filter(campaign_id__in=ids).order_by("id"):
        rooms[room.campaign_id].append(RoomId(room.room_id))
    return tuple(_on_offer(row, tuple(items[row.id]), tuple(rooms[row.id])) for row in rows)


def _item(row: CampaignItem) -> Item:
    return Item(
        id=row.id,
        no=row.no,
        letter=row.letter or "",
        sku=row.sku.key,
        price=Money(row.price_fen) if row.price_fen is not None else None,
        quota=Quantity(row.quota) if row.quota is not None else None,
        each=Quantity(row.each) if row.each is not None else None,
        steps=tuple((Quantity(least), Money(fen)) for least, fen in row.steps or ()),
        in_room=Quantity(row.in_room) if row.in_room is not None else None,
    )


def _on_offer(row: Campaign, items: tuple[Item, ...], rooms: tuple[RoomId, ...]) -> OnOffer:
    terms: Mapping[str, Any] = row.terms or {}
    return OnOffer(
        id=row.id,
        key=row.key,
        kind=Kind(row.kind),
        title=row.title,
        state=State(row.status),
        starts_at=row.starts_at,
        deadline=row.deadline,
        rooms=rooms,
        items=items,
        token=row.token or "",
        sheet_token=row.sheet_token or "",
        made_by=PersonId(row.made_by_id) if row.made_by_id is not None else None,
        least=Quantity(int(terms.get("least", 0))),
        size=int(terms.get("size", 0)),
        extra=terms,
    )
