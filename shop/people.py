"""人与群: who speaks, in which group, and who works here. Identity is the channel account, never the nickname."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from tortoise.expressions import F

from shop.events import OwnerPaired, RoomNameGiven
from shop.kit.ids import PersonId, RoomId, ShopId
from shop.records import people as records
from shop.records.shops import Pairing
from shop.refusals import WrongPairingCode
from shop.rows import is_postgres, read
from shop.transaction import run_sql, transaction

OWNER, MANAGER, AGENT = "owner", "manager", "agent"
LEADER = "leader"  # 团长: owns a group; a customer otherwise
PAIRING_MINUTES, PAIRING_TRIES = 10, 5


@dataclass(frozen=True, slots=True)
class Person:
    id: PersonId
    name: str
    roles: frozenset[str] = frozenset()
    leads: bool = False

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    @property
    def may(self) -> frozenset[str]:
        """The roles, and that of a group owner."""
        return self.roles | {LEADER} if self.leads else self.roles


@dataclass(frozen=True, slots=True)
class Room:
    id: RoomId
    shop: ShopId
    channel: str
    key: str
    name: str
    owner: PersonId | None = None
    muted: bool = False
    follows: str | None = ""  # the account that owns it; None: the merchant has said who leads it


@dataclass(frozen=True, slots=True)
class Address:
    """Where a private line reaches a person."""

    channel: str
    account: str
    name: str


async def recognise(
    shop: ShopId, channel: str, account: str, name: str, *, alias: str | None = None, now: datetime
) -> Person:
    """Who this account is; a stranger becomes a customer. A changed nickname is kept, the person stays. `alias`: what
    the shop's own account calls him, where that is known."""
    known = await _known(channel, account)
    if not known:
        async with transaction():
            if met := await _meet(shop, channel, account, name, alias or "", now):
                return met
        known = await _known(channel, account)
    person = PersonId(int(known[0]["person_id"]))
    if known[0]["name"] != name:
        async with transaction():
            await records.Handle.filter(channel=channel, account=account).update(name=name, seen_at=now)
            await records.Person.filter(id=person).update(name=name)
    if alias is not None and known[0]["alias"] != alias:
        async with transaction():
            await records.Handle.filter(channel=channel, account=account).update(alias=alias)
    return _person(known, name)


async def known(channel: str, account: str) -> Person | None:
    """Who this account is, if anybody; under the name that he had."""
    rows = await _known(channel, account)
    return _person(rows, str(rows[0]["name"])) if rows else None


def _person(rows: Sequence[Mapping[str, Any]], name: str) -> Person:
    roles = frozenset(str(row["role"]) for row in rows if row["role"])
    return Person(PersonId(int(rows[0]["person_id"])), name, roles, bool(rows[0]["leads"]))


async def hold(*persons: PersonId) -> None:
    """Inside a transaction: what these people do at the same moment waits. People are locked before anything of theirs,
    and before goods."""
    if persons and is_postgres():
        places = ", ".join("?" * len(persons))
        await run_sql(
            f"SELECT id FROM person WHERE id IN ({places}) ORDER BY id FOR NO KEY UPDATE", list(persons)
        )


async def _known(channel: str, account: str) -> list[Mapping[str, Any]]:
    """A row for each role, one without a role for a customer, none for a stranger."""
    return await run_sql(
        "SELECT handle.person_id, handle.name, handle.alias, staff.role, "
        "EXISTS (SELECT 1 FROM room WHERE room.owner_id = handle.person_id) AS leads FROM handle "
        "LEFT JOIN staff ON staff.person_id = handle.person_id WHERE handle.channel = ? AND handle.account = ?",
        [channel, account],
    )


async def _meet(
    shop: ShopId, channel: str, account: str, name: str, alias: str, now: datetime
) -> Person | None:
    """None when somebody else met this account in the same moment (its first words in two groups at once)."""
    person = await records.Person.create(shop_id=shop, name=name, met_at=now)
    met = await run_sql(
        "INSERT INTO handle (person_id, channel, account, name, alias, seen_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (channel, account) DO NOTHING RETURNING id",
        [person.id, channel, account, name, alias, now],
    )
    if met:
        return Person(PersonId(person.id), name)
    await records.Person.filter(id=person.id).delete()
    return None


async def _roles(person: PersonId) -> frozenset[str]:
    rows = await records.Staff.filter(person_id=person).values_list("role", flat=True)
    return frozenset(str(role) for role in rows)


async def person(id: PersonId) -> Person:
    row = await records.Person.get(id=id)
    return Person(PersonId(row.id), row.name, await _roles(PersonId(row.id)))


async def alias(person: PersonId) -> str:
    """What the shop's own account calls him, newest first; empty where it has no name of its own for him. For staff."""
    found = (
        await records.Handle.filter(person_id=person)
        .exclude(alias="")
        .order_by("-seen_at", "-id")
        .first()
        .values_list("alias", flat=True)
    )
    return str(found or "")


async def named(shop: ShopId, name: str) -> tuple[PersonId, ...]:
    """Who goes by this name today; a name may be several people's."""
    found = (
        await records.Person.filter(shop_id=shop, name=name)
        .order_by("id")
        .limit(20)
        .values_list("id", flat=True)
    )
    return tuple(PersonId(int(str(id))) for id in found)


async def address(person: PersonId, *, prefer: str | None = None) -> Address | None:
    """The channel account to write to: the preferred channel if the person is there, else where last seen."""
    rows = await read(records.Handle, "WHERE person_id = ? ORDER BY seen_at DESC, id DESC", [person])
    rows.sort(key=lambda row: row.channel != prefer)
    return Address(rows[0].channel, rows[0].account, rows[0].name) if rows else None


async def staff(shop: ShopId, *roles: str) -> tuple[PersonId, ...]:
    """The people with one of these roles (all staff when none is named), longest-serving first."""
    rows = records.Staff.filter(shop_id=shop).order_by("id")
    found = await (rows.filter(role__in=roles) if roles else rows).values_list("person_id", flat=True)
    return tuple(dict.fromkeys(PersonId(int(str(id))) for id in found))


async def appoint(shop: ShopId, person: PersonId, role: str, *, now: datetime) -> None:
    async with transaction():
        if not await records.Staff.filter(shop_id=shop, person_id=person, role=role).exists():
            await records.Staff.create(shop_id=shop, person_id=person, role=role, since=now)


async def dismiss(shop: ShopId, person: PersonId, role: str) -> None:
    """He does not have this role any more; what he did stays his."""
    async with transaction():
        await records.Staff.filter(shop_id=shop, person_id=person, role=role).delete()


# ── groups ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def room(channel: str, key: str) -> Room | None:
    rows = await read(records.Room, 'WHERE channel = ? AND "key" = ?', [channel, key])
    return _room(rows[0]) if rows else None


async def room_by_id(id: RoomId) -> Room:
    (row,) = await read(records.Room, "WHERE id = ?", [id])
    return _room(row)


async def rooms(shop: ShopId) -> tuple[Room, ...]:
    """Where things are sold; the groups of the agents are none of them."""
    which = "WHERE shop_id = ? AND id NOT IN (SELECT room_id FROM desk_room) ORDER BY id"
    return tuple(_room(row) for row in await read(records.Room, which, [shop]))


async def rooms_on(channel: str) -> tuple[str, ...]:
    """Every group that is served there, that of the agents too, by the channel's own ids."""
    rows = await run_sql('SELECT "key" FROM room WHERE channel = ? ORDER BY id', [channel])
    return tuple(str(row["key"]) for row in rows)


async def rooms_of(person: PersonId) -> frozenset[RoomId]:
    """The groups that this person is known to be in: he has spoken there, or owns it. Who only reads is in none."""
    rows = await run_sql(
        'SELECT id FROM room WHERE owner_id = ? OR (channel, "key") IN (SELECT message.channel, message.room '
        "FROM handle JOIN message ON message.channel = handle.channel AND message.account = handle.account "
        "WHERE handle.person_id = ? AND message.room IS NOT NULL)",
        [person, person],
    )
    return frozenset(RoomId(int(row["id"])) for row in rows)


async def take_over_room(
    shop: ShopId, channel: str, key: str, name: str, *, owner: PersonId | None = None
) -> Room:
    """The shop serves this group from now on, led by `owner` where nobody leads it yet."""
    async with transaction():
        row = await records.Room.filter(channel=channel, key=key).first()
        if row is None:
            row = await records.Room.create(shop_id=shop, channel=channel, key=key, name=name, follows="")
        if owner is not None and row.owner_id is None:
            await lead(RoomId(row.id), owner)
            row.owner_id, row.follows = owner, None
        return _room(row)


async def lead(room: RoomId, leader: PersonId | None) -> None:
    """团长: the merchant says who leads this group, whoever owns it on its channel; None: who owns it does, as soon as
    that is heard."""
    async with transaction():
        follows = "" if leader is None else None
        await records.Room.filter(id=room).update(owner_id=leader, follows=follows)


async def follow(room: Room, account: str, leader: PersonId | None) -> Room:
    """群主: this account owns the group on its channel, and so he leads it; nobody, while we do not know him. Not where
    the merchant has said who does."""
    if (room.follows, room.owner) == (account, leader):
        return room
    async with transaction():
        led = {"owner_id": leader, "follows": account}
        if await records.Room.filter(id=room.id, follows__not_isnull=True).update(**led):
            return replace(room, owner=leader, follows=account)
        return await room_by_id(room.id)


async def name_room(id: RoomId, name: str, *, now: datetime) -> None:
    """群名: what this group is to be called. It is, once its channel has done it and calls it so (rename_room)."""
    async with transaction() as tx:
        tx.tell(RoomNameGiven(id, name), at=now)


async def rename_room(id: RoomId, name: str) -> None:
    """What it is called today."""
    async with transaction():
        await records.Room.filter(id=id).update(name=name)


async def mute(room: RoomId, *, muted: bool = True) -> None:
    """别发了: nothing unasked goes to this group any more."""
    async with transaction():
        await records.Room.filter(id=room).update(muted=muted)


def _room(row: records.Room) -> Room:
    owner = PersonId(row.owner_id) if row.owner_id is not None else None
    id, shop = RoomId(row.id), ShopId(row.shop_id)
    return Room(id, shop, row.channel, row.key, row.name, owner, row.muted, row.follows)


# ── pairing ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def pairing_code(shop: ShopId, *, now: datetime) -> str | None:
    """A fresh code while the shop has no owner, else None. Older codes stop working."""
    async with transaction():
        if await staff(shop, OWNER):
            return None
        await Pairing.filter(shop_id=shop, used_at=None).delete()
        code = f"{secrets.randbelow(1_000_000):06d}"
        await Pairing.create(
            shop_id=shop, code=code, role=OWNER, made_at=now, until=now + timedelta(minutes=PAIRING_MINUTES)
        )
        return code


async def pair(shop: ShopId, who: PersonId, code: str, *, now: datetime) -> None:
    """绑定: the sender of the right code becomes the owner. Raises WrongPairingCode (also when it is too old, was
    used, or was guessed at too often); each wrong try counts even though the caller is refused."""
    async with transaction() as tx:
        row = await Pairing.filter(
            shop_id=shop, used_at=None, until__gte=now, tries__lt=PAIRING_TRIES
        ).first()
        if row is None or not compare_digest(row.code.encode(), code.encode()):
            raise WrongPairingCode
        won = await Pairing.filter(id=row.id, used_at=None).update(used_at=now)
        if not won:
            raise WrongPairingCode
        await appoint(shop, who, OWNER, now=now)
        tx.tell(OwnerPaired(who), at=now)


async def count_wrong_pairing(shop: ShopId) -> None:
    """Called after a refused `pair`, outside what the refusal undid."""
    async with transaction():
        await Pairing.filter(shop_id=shop, used_at=None).update(tries=F("tries") + 1)
