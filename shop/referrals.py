"""邀请: a newcomer is bound to the one whose code he says, once and for good; both get the shop's coupon.

The newcomer has his at once. The inviter has his when the newcomer's first order is over for good: accounts that never
buy, or send everything back, bring nothing (docs/decisions/0021).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shop import coupons
from shop.counters import next_number
from shop.events import FriendBought
from shop.kit.ids import OrderId, PersonId, ShopId
from shop.records.people import Person
from shop.records.referrals import Invitation, Inviter
from shop.records.shops import Shop
from shop.refusals import (
    AlreadyInvited,
    CouponNotYet,
    CouponOver,
    InvitedTooLate,
    InvitesInACircle,
    NoSuchInviter,
)
from shop.rows import change, read
from shop.rules.commission import Referral
from shop.settled import settle_rules, shop_rules
from shop.transaction import run_sql, transaction

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
LETTERS = 7


@dataclass(frozen=True, slots=True)
class Invited:
    """One who came by a code; `bought` when his first order was over for good."""

    name: str
    bought: bool


@dataclass(frozen=True, slots=True)
class Top:
    name: str
    came: int
    bought: int


async def code_of(shop: ShopId, person: PersonId) -> str:
    """His own code, the same for good; made when it is first asked for."""
    async with transaction():
        while not (mine := await read(Inviter, "WHERE person_id = ?", [person])):
            code = "".join(secrets.choice(_LETTERS) for _ in range(LETTERS))
            await run_sql(
                "INSERT INTO inviter (shop_id, person_id, code) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [shop, person, code],
            )
        return mine[0].code


async def bind(shop: ShopId, newcomer: PersonId, code: str, *, now: datetime) -> str:
    """邀请 CODE; gives the inviter's name. Raises NoSuchInviter, AlreadyInvited, InvitedTooLate (known for longer than the
    window, or has bought), InvitesInACircle (himself, or somebody whom he brought, at any remove)."""
    rules = (await shop_rules(shop)).referral
    async with transaction():
        # One after the other in a shop: two people who bind each other at once would close a circle unseen.
        await next_number(shop, "invitations")
        found = await read(Inviter, "WHERE shop_id = ? AND code = ?", [shop, code.upper()])
        if not found:
            raise NoSuchInviter
        inviter = PersonId(found[0].person_id)
        if await read(Invitation, "WHERE person_id = ?", [newcomer]):
            raise AlreadyInvited
        if await _is_above(newcomer, inviter):
            raise InvitesInACircle
        who = await Person.get(id=newcomer)
        if who.met_at + timedelta(days=rules.window_days) <= now or await _has_paid(newcomer):
            raise InvitedTooLate(rules.window_days)
        made = await run_sql(
            "INSERT INTO invitation (shop_id, person_id, inviter_id, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (person_id) DO NOTHING RETURNING id",
            [shop, newcomer, inviter, now],
        )
        if not made:
            raise AlreadyInvited
        await _coupon(rules.coupon, newcomer, now)  # the answer says so
        return (await Person.get(id=inviter)).name


async def promote(shop: ShopId, person: PersonId, *, now: datetime) -> str:
    """我要推广: from now on his friends' orders bring him commission. Gives his code."""
    async with transaction():
        code = await code_of(shop, person)
        await change(Inviter, "WHERE person_id = ? AND promotes_at IS NULL", [person], promotes_at=now)
        return code


async def stop_promoting(person: PersonId) -> bool:
    """不推广了: nothing more is earned; what was, stays in the books. False when he did not promote."""
    async with transaction():
        return bool(
            await change(
                Inviter, "WHERE person_id = ? AND promotes_at IS NOT NULL", [person], promotes_at=None
            )
        )


async def thank(order: OrderId, *, now: datetime) -> bool:
    """The first order of a newcomer that cost anything is over for good: his inviter gets the coupon. Inside the order's
    transaction, once."""
    async with transaction() as tx:
        bound = await run_sql(
            "UPDATE invitation SET thanked_at = ? WHERE thanked_at IS NULL AND person_id = "
            '(SELECT buyer_id FROM "order" WHERE id = ? AND payable_fen > 0) RETURNING shop_id, inviter_id',
            [now, order],
        )
        if not bound:
            return False
        shop, inviter = ShopId(int(bound[0]["shop_id"])), PersonId(int(bound[0]["inviter_id"]))
        if await _coupon((await shop_rules(shop)).referral.coupon, inviter, now):
            tx.tell(FriendBought(inviter), at=now)
        return True


# ── what the shop settles ───────────────────────────────────────────────────────────────────────────────────────


async def settle(shop: ShopId, **changes: int) -> Referral:
    """分销, 邀请券: change these of the rules, the others stay."""
    async with transaction():
        row = await Shop.filter(id=shop).select_for_update().get()
        was = (row.rules or {}).get("referral", {})
        return (await settle_rules(shop, {"referral": was | changes})).referral


async def with_rates(shop: ShopId, first_bp: int, second_bp: int) -> Referral:
    """The rules as they would be."""
    return replace((await shop_rules(shop)).referral, first_bp=first_bp, second_bp=second_bp)


# ── views ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def earners(buyer: PersonId) -> tuple[PersonId | None, PersonId | None]:
    """Who earns by what this person buys: his inviter, and that one's own; only those who promote."""
    rows = await run_sql(
        "SELECT first.inviter_id AS one, second.inviter_id AS two FROM invitation AS first "
        "LEFT JOIN invitation AS second ON second.person_id = first.inviter_id WHERE first.person_id = ?",
        [buyer],
    )
    if not rows:
        return None, None
    return await _promoting(rows[0]["one"]), await _promoting(rows[0]["two"])


async def brought(person: PersonId) -> tuple[int, int]:
    """How many came by his code, and how many of them have bought."""
    (row,) = await run_sql(
        "SELECT count(*) AS came, count(thanked_at) AS bought FROM invitation WHERE inviter_id = ?", [person]
    )
    return int(row["came"]), int(row["bought"])


async def invited_by(person: PersonId, *, skip: int = 0, limit: int = 20) -> tuple[Invited, ...]:
    """Who came by his code, the last first, without the first `skip` of them."""
    rows = await run_sql(
        "SELECT person.name, i.thanked_at IS NOT NULL AS bought FROM invitation AS i "
        "JOIN person ON person.id = i.person_id WHERE i.inviter_id = ? ORDER BY i.id DESC LIMIT ? OFFSET ?",
        [person, limit, skip],
    )
    return tuple(Invited(str(row["name"]), bool(row["bought"])) for row in rows)


async def top(shop: ShopId, *, since: datetime, limit: int = 10) -> tuple[Top, ...]:
    """拉新榜: who brought most since then; those who bought count first."""
    rows = await run_sql(
        "SELECT person.name, count(*) AS came, sum(CASE WHEN i.thanked_at IS NULL THEN 0 ELSE 1 END) AS bought "
        "FROM invitation AS i JOIN person ON person.id = i.inviter_id WHERE i.shop_id = ? AND i.at >= ? "
        "GROUP BY person.id, person.name ORDER BY bought DESC, came DESC, person.id LIMIT ?",
        [shop, since, limit],
    )
    return tuple(Top(str(row["name"]), int(row["came"]), int(row["bought"])) for row in rows)


async def inviter_named(shop: ShopId, code: str) -> str | None:
    """Whose code this is; None for nobody's."""
    found = await read(Inviter, "WHERE shop_id = ? AND code = ?", [shop, code.upper()])
    return (await Person.get(id=found[0].person_id)).name if found else None


# ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _is_above(newcomer: PersonId, inviter: PersonId) -> bool:
    """Is the newcomer the inviter himself, or did he bring him, at any remove?"""
    return bool(
        await run_sql(
            "WITH RECURSIVE up (id) AS (SELECT cast(? AS bigint) UNION "
            "SELECT i.inviter_id FROM invitation AS i JOIN up ON i.person_id = up.id) SELECT 1 FROM up WHERE id = ?",
            [inviter, newcomer],
        )
    )


async def _has_paid(person: PersonId) -> bool:
    return bool(
        await run_sql(
            'SELECT 1 FROM "order" WHERE buyer_id = ? AND paid_at IS NOT NULL AND payable_fen > 0 LIMIT 1',
            [person],
        )
    )


async def _promoting(person: int | None) -> PersonId | None:
    rows = await read(Inviter, "WHERE person_id = ? AND promotes_at IS NOT NULL", [person])
    return PersonId(rows[0].person_id) if rows else None


async def _coupon(template: int, person: PersonId, now: datetime) -> bool:
    """In words of its own; False when the shop gives none, or it is over: the invitation stands all the same."""
    if not template:
        return False
    try:
        return bool(await coupons.give(template, [person], now=now, quietly=True))
    except (CouponNotYet, CouponOver):
        return False
