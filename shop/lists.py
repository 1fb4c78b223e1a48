"""名单: who is in a campaign with what; a list is its orders, in the order in which people came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.kit.ids import OrderId, PersonId, RoomId
from shop.kit.quantity import Quantity
from shop.rules.orders import Status
from shop.transaction import run_sql, transaction

NAMELESS = "匿名"  # the note of a line whose buyer is not to be named in the group
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
    nameless: bool = False  # in the group only the first character of his name

    @property
    def shown(self) -> str:
        """His name as the group may read it."""
        return mask(self.name) if self.nameless else self.name


def mask(full: str) -> str:
    """小*** says nothing of who it is."""
    return f"{full[:1]}***"


async def hide(orders: Sequence[OrderId]) -> None:
    """匿名: who placed these is not named in the group."""
    if not orders:
        return
    places = ", ".join("?" * len(orders))
    async with transaction():
        await run_sql(f"UPDATE line SET note = ? WHERE order_id IN ({places})", [NAMELESS, *orders])


async def entries(campaign: int, *, room: RoomId | None = None) -> tuple[Entry, ...]:
    """Everybody in it, first come first; with a room, who came there or in private."""
    here = "AND (o.room_id = ? OR o.room_id IS NULL)" if room is not None else ""
    rows = await run_sql(
        "SELECT o.id, o.code, o.buyer_id, o.paid_at, o.status, person.name, line.sku_key, line.qty, line.for_whom, line.note "
        'FROM "order" AS o JOIN person ON person.id = o.buyer_id JOIN line ON line.order_id = o.id '
        f"WHERE o.campaign_id = ? AND o.status NOT IN (?, ?) {here} ORDER BY o.id, line.id",
        [campaign, *GONE, *([room] if room is not None else [])],
    )
    places: dict[int, int] = {}
    gathered: dict[tuple[int, int, str], list[tuple[str, Quantity]]] = {}
    about: dict[tuple[int, int, str], tuple[str, bool, str, str]] = {}
    nameless = {int(row["id"]) for row in rows if row["note"] == NAMELESS}
    for row in rows:
        person = int(row["buyer_id"])
        no = places.setdefault(person, len(places) + 1)
        key = (no, int(row["id"]), row["for_whom"] or "")
        gathered.setdefault(key, []).append((str(row["sku_key"]), Quantity(int(row["qty"]))))
        about[key] = (str(row["name"]), row["paid_at"] is not None, str(row["code"]), str(row["status"]))
    of_place = {no: PersonId(person) for person, no in places.items()}
    return tuple(
        Entry(
            key[0],
            of_place[key[0]],
            about[key][0],
            key[2] or None,
            tuple(goods),
            *_state(about[key]),
            nameless=key[1] in nameless,
        )
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
