"""名单: who is in a campaign with what; a list is its orders, in the order in which people came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.ids import PersonId, RoomId
from shop.kit.quantity import Quantity
from shop.rules.orders import Status
from shop.transaction import run_sql

GONE = ("cancelled", "refunded")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's part in it, or what he took for somebody else (`for_whom`)."""

    no: int  # his place, by when he first came
    person: PersonId
    name: str
    for_whom: str | None
    goods: tuple[tuple[str, Quantity], ...]  # sku, how much
    paid: bool
    code: str
    status: Status


async def entries(campaign: int, *, room: RoomId | None = None) -> tuple[Entry, ...]:
    """Everybody in it, first come first; with a room, who came there or in private."""
    here = "AND (o.room_id = ? OR o.room_id IS NULL)" if room is not None else ""
    rows = await run_sql(
        "SELECT o.id, o.code, o.buyer_id, o.paid_at, o.status, person.name, line.sku_key, line.qty, line.for_whom "
        'FROM "order" AS o JOIN person ON person.id = o.buyer_id JOIN line ON line.order_id = o.id '
        f"WHERE o.campaign_id = ? AND o.status NOT IN (?, ?) {here} ORDER BY o.id, line.id",
        [campaign, *GONE, *([room] if room is not None else [])],
    )
    places: dict[int, int] = {}
    gathered: dict[tuple[int, int, str], list[tuple[str, Quantity]]] = {}
    about: dict[tuple[int, int, str], tuple[str, bool, str, str]] = {}
    for row in rows:
        person = int(row["buyer_id"])
        no = places.setdefault(person, len(places) + 1)
        key = (no, int(row["id"]), row["for_whom"] or "")
        gathered.setdefault(key, []).append((str(row["sku_key"]), Quantity(int(row["qty"]))))
        about[key] = (str(row["name"]), row["paid_at"] is not None, str(row["code"]), str(row["status"]))
    of_place = {no: PersonId(person) for person, no in places.items()}
    return tuple(
        Entry(key[0], of_place[key[0]], about[key][0], key[2] or None, tuple(goods), *_state(about[key]))
        for key, goods in sorted(gathered.items(), key=lambda one: (one[0][0], one[0][1]))
    )


def _state(about: tuple[str, bool, str, str]) -> tuple[bool, str, Status]:
    _, paid, code, status = about
    return paid, code, Status(status)


def sums(listed: Sequence[Entry]) -> dict[str, Quantity]:
    """How much of each sku they come to."""
    found: dict[str, Quantity] = {}
    for entry in listed:
        for sku, qty in entry.goods:
            found[sku] = found.get(sku, Quantity(0)) + qty
    return found
