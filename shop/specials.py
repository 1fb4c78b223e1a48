"""今日特价: prices of one day, posted to the groups and numbered, so that +1 and 2号 mean what was posted until midnight;
what sells out, and what is there again, is told once each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shop import campaigns, catalogue
from shop.events import SpecialGone
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.kit.money import Money
from shop.on_offer import campaign
from shop.records import special_plans as records
from shop.records.campaigns import CampaignItem
from shop.rules.campaigns import Item, Kind, OnOffer, State
from shop.transaction import run_sql, transaction

TITLE = "今日特价"
_FREE = (
    "SELECT i.id FROM campaign_item i JOIN campaign c ON c.id = i.campaign_id "
    "JOIN stock_item s ON s.sku_id = i.sku_id AND s.place_id IS NULL "
    "LEFT JOIN special_gone g ON g.item_id = i.id "
    "WHERE c.kind = ? AND c.status = ? AND (c.deadline IS NULL OR c.deadline > ?) AND "
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What taking it back needs: the specials there were before, and the campaign that numbers them."""

    day: date
    before: Mapping[str, Money | None]
    campaign: int | None


async def post(
    shop: ShopId,
    prices: Mapping[str, Money],
    rooms: Sequence[RoomId],
    *,
    by: PersonId | None,
    day: date,
    tz: str,
    now: datetime,
) -> Posted:
    """These prices hold on this day; the groups hear it and may order by number. Raises NoSuchGoods."""
    async with transaction():
        before = await catalogue.set_specials(shop, prices, day)
        numbered = None
        if rooms:
            midnight = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(tz))
            items = [campaigns.NewItem(sku, price) for sku, price in prices.items()]
            made = await campaigns.set_up(
                shop, Kind.DAILY, TITLE, items, by=by, now=now, rooms=rooms, deadline=midnight, quietly=True
            )
            numbered = made.id
        await catalogue.post_specials(rooms, list(prices), day, now=now)
        return Posted(day, before, numbered)


async def take_back(shop: ShopId, posted: Posted, *, now: datetime) -> None:
    """Undo of it: the prices that were, and nobody orders by number any more. Raises CampaignOver."""
    async with transaction():
        await catalogue.undo_specials(shop, posted.before, posted.day)
        if posted.campaign is not None:
            await campaigns.close(posted.campaign, now=now)


async def of_item(item: int) -> tuple[OnOffer, Item]:
    """The post that this belongs to."""
    row = await CampaignItem.get(id=item)
    of = await campaign(row.campaign_id)
    return of, next(one for one in of.items if one.id == item)


async def tell_gone(*, now: datetime) -> int:
    """Specials of today of which nothing can be promised any more; and those of which something can again."""
    open_now = [Kind.DAILY, State.OPEN, now]
    async with transaction() as tx:
        gone = await run_sql(f"{_FREE} g.id IS NULL AND s.on_hand <= s.held ORDER BY i.id", open_now)
        for row in gone:
            await records.SpecialGone.create(item_id=int(row["id"]), gone_at=now)
            tx.tell(SpecialGone(int(row["id"])), at=now)
        back = await run_sql(
            f"{_FREE} g.id IS NOT NULL AND g.back_at IS NULL AND s.on_hand > s.held ORDER BY i.id", open_now
        )
        for row in back:
            await records.SpecialGone.filter(item_id=int(row["id"])).update(back_at=now)
            tx.tell(SpecialGone(int(row["id"]), back=True), at=now)
        return len(gone) + len(back)
