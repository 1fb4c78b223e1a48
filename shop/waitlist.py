"""候补: who came too late waits in line. What comes back is offered to its head alone, in private and for three
minutes; only when nobody waits may anybody take it.

The pieces that are kept for the line are counted by the item itself (shop/quotas.py), so that no moment exists in which
somebody else could take them. Whoever changes the line holds the item's row first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.events import PieceOffered, WaitedInVain
from shop.kit.ids import PersonId
from shop.kit.quantity import NONE, Quantity
from shop.records.campaigns import CampaignItem
from shop.records.waitlist import Waiting
from shop.refusals import CampaignOver, GroupShareGone, QuotaShared, SomeLeft
from shop.rules.campaigns import OVER, Item, State
from shop.transaction import run_sql, transaction

OFFER_FOR = timedelta(minutes=3)
ONE = Quantity.of(1)


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in a line. `ahead` are those who are asked before him; `until` is the end of his offer."""

    person: PersonId
    campaign: int
    sku: str
    qty: Quantity
    ahead: int
    until: datetime | None = None


# ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def wait(item: Item, name: str, unit: str, person: PersonId, *, now: datetime) -> Place:
    """候补: at the end of the line, once. Raises SomeLeft when anybody may take one, QuotaShared when this person has
    his share, GroupShareGone where each group has its own, CampaignOver."""
    async with transaction():
        row = await _locked(item.id)
        if (standing := await place(item.id, person)) is not None:
            return standing
        if row.campaign.status != State.OPEN or row.quota is None:
            raise CampaignOver(name)
        if item.in_room is not None:
            raise GroupShareGone(name, unit, NONE)  # what comes back is its group's, and on its list
        if row.reserved > row.kept:
            raise SomeLeft(name, unit, Quantity(row.reserved - row.kept))
        has = await share(item.id, person)
        if item.each is not None and has + ONE > item.each:
            raise QuotaShared(name, unit, item.each, has)
        await Waiting.create(item_id=item.id, person_id=person, qty=ONE.milli, state="waiting", asked_at=now)
        await CampaignItem.filter(id=item.id).update(waiting=row.waiting + 1)
        made = await place(item.id, person)
        assert made is not None, "it was written just now"
        return made


async def leave(item: int, person: PersonId) -> bool:
    """不候补了: his place, or what he was offered, is the next one's. False when he was not in the line."""
    async with transaction():
        row = await _locked(item)
        waited = await Waiting.filter(item_id=item, person_id=person, state="waiting").update(state="passed")
        offered = Waiting.filter(item_id=item, person_id=person, state="offered")
        declined = await offered.update(state="passed", until=None)
        if State(row.campaign.status) not in OVER:  # the end has counted everybody out
            await CampaignItem.filter(id=item).update(waiting=row.waiting - waited)
        return bool(waited or declined)


async def use_offer(item: int, person: PersonId, qty: Quantity, *, now: datetime) -> bool:
    """Inside the order that takes it: what was kept for this person is free for him. What he does not take of it goes to
    the next one. False when nothing is offered to him now."""
    here = "item_id = ? AND person_id = ? AND state = 'offered' AND until > ?"
    if not await run_sql(f"SELECT id FROM waiting WHERE {here}", [item, person, now]):
        return False  # hundreds come too late: they lock nothing
    await _hold(item)
    rows = await run_sql(
        f"UPDATE waiting SET state = 'taken', until = NULL WHERE {here} RETURNING qty", [item, person, now]
    )
    for row in rows:
        less = min(int(row["qty"]), qty.milli)
        await run_sql("UPDATE campaign_item SET kept = kept - ? WHERE id = ?", [less, item])
    return bool(rows)


# ── by the clock ────────────────────────────────────────────────────────────────────────────────────────────────


async def items_with_a_line() -> tuple[int, ...]:
    """The items that somebody waits for, or that keep something for a line."""
    rows = await run_sql(
        "SELECT item_id AS id FROM waiting WHERE state IN ('waiting', 'offered') "
        "UNION SELECT id FROM campaign_item WHERE kept > 0 ORDER BY 1"
    )
    return tuple(int(row["id"]) for row in rows)


async def pass_on(item: int, *, now: datetime) -> int:
    """Offers that ran out go to the next ones; what nobody waits for is anybody's. Gives how many were asked or told."""
    async with transaction():
        row = await _locked(item)
        if State(row.campaign.status) in OVER:
            return await _told_in_vain(item, now)
        lapsed = Waiting.filter(item_id=item, state="offered", until__lte=now)
        ran_out = await lapsed.update(state="passed", until=None)
        deadline = row.campaign.deadline
        if row.campaign.status != State.OPEN or (deadline and deadline <= now):
            return ran_out
        return ran_out + await _offer(row, now)


async def _offer(row: CampaignItem, now: datetime) -> int:
    offered = sum([one.qty for one in await Waiting.filter(item_id=row.id, state="offered")])
    spare, asked = row.kept - offered, 0
    until = min(now + OFFER_FOR, row.campaign.deadline or now + OFFER_FOR)
    async with transaction() as tx:
        for head in await Waiting.filter(item_id=row.id, state="waiting").order_by("id").limit(100):
            if spare <= 0:
                break
            qty = min(head.qty, spare)
            await Waiting.filter(id=head.id).update(state="offered", qty=qty, until=until)
            tx.tell(PieceOffered(head.id), at=now)
            spare, asked = spare - qty, asked + 1
        left = row.waiting - asked
        nobodys = spare if left == 0 else 0
        await CampaignItem.filter(id=row.id).update(waiting=left, kept=row.kept - nobodys)
    return asked + (nobodys > 0)


async def _told_in_vain(item: int, now: datetime) -> int:
    async with transaction() as tx:
        rows = await Waiting.filter(item_id=item, state__in=["waiting", "offered"]).order_by("id")
        for row in rows:
            await Waiting.filter(id=row.id).update(state="over", until=None)
            tx.tell(WaitedInVain(row.id), at=now)
        return len(rows)


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def place(item: int, person: PersonId) -> Place | None:
    """Where this person stands in the line of this item."""
    open_ones = Waiting.filter(item_id=item, person_id=person, state__in=["waiting", "offered"])
    row = await open_ones.select_related("item__sku").first()
    return await _place(row) if row else None


async def seen(id: int) -> Place:
    """By the number that the events carry."""
    return await _place(await Waiting.filter(id=id).select_related("item__sku").get())


async def offer_to(person: PersonId, *, now: datetime) -> Place | None:
    """What is offered to this person now."""
    rows = Waiting.filter(person_id=person, state="offered", until__gt=now).order_by("id")
    row = await rows.select_related("item__sku").first()
    return await _place(row) if row else None


async def share(item: int, person: PersonId) -> Quantity:
    """How much this person has of an item that is limited for each."""
    rows = await run_sql("SELECT qty FROM campaign_share WHERE item_id = ? AND person_id = ?", [item, person])
    return Quantity(int(rows[0]["qty"])) if rows else NONE


async def _place(row: Waiting) -> Place:
    ahead = 0
    if row.state == "waiting":
        ahead = await Waiting.filter(item_id=row.item_id, state="waiting", id__lt=row.id).count()
    item = row.item
    return Place(PersonId(row.person_id), item.campaign_id, item.sku.key, Quantity(row.qty), ahead, row.until)


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _locked(item: int) -> CampaignItem:
    await _hold(item)
    return await CampaignItem.filter(id=item).select_related("campaign").get()


async def _hold(item: int) -> None:
    """Nobody else changes this line, or takes one of its pieces, until the transaction ends."""
    await run_sql("UPDATE campaign_item SET waiting = waiting WHERE id = ? RETURNING id", [item])
