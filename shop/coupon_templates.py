"""券种: what a coupon gives, to how many, until when; the single ones that are given out: coupons.py.

A template that is running can be had by everybody who says its name or its code. One that is not is only given by the
shop: to somebody, or thrown into a group.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shop.counters import goods_changed
from shop.events import CouponTakenBack
from shop.kit.ids import PersonId, ShopId
from shop.promotions import from_terms
from shop.records.coupons import CouponDrop
from shop.records.goods import CouponTemplate
from shop.refusals import CannotUndo, CodeTaken, CouponNotYet, CouponOver, CouponUnclear
from shop.rows import add, change, read
from shop.rules import coupons as rules
from shop.rules.coupon_titles import read_title
from shop.transaction import run_sql, transaction

DAYS = 30  # for how long, when nobody says
MOST_EACH = 100
NO_LIMIT = 2_000_000_000  # as many as are wanted: what the column holds
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else


@dataclass(frozen=True, slots=True)
class Template:
    id: int
    code: str
    title: str
    left: int | None  # None: as many as are wanted
    days: int | None
    valid_to: datetime | None


async def make_template(
    shop: ShopId,
    code: str,
    title: str,
    *,
    terms: Mapping[str, Any] | None = None,
    total: int | None = None,
    each: int = 1,
    days: int | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    returnable: bool = True,
    in_store_only: bool = False,
    running: bool = True,
) -> Template:
    """A new kind of coupon. Without terms its title says what it gives; where that cannot be read it gives nothing and
    nobody gets one. Raises CodeTaken, ValueError for terms, numbers or times that make no sense."""
    if terms is not None:
        rule_of(terms)  # wrong ones are refused before they are a row
    if (total is not None and not 1 <= total < NO_LIMIT) or not 1 <= each <= MOST_EACH:
        raise ValueError(f"not so many coupons: {total} in all, {each} for one person")
    if (days is not None and days < 1) or (valid_from and valid_to and valid_from >= valid_to):
        raise ValueError("it would be over before it begins")
    row = {
        "shop_id": shop,
        "code": code,
        "title": title,
        "terms": dict(terms) if terms is not None else None,
        "total": total,
        "each": each,
        "days": days,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "returnable": returnable,
        "in_store_only": in_store_only,
        "running": running,
    }
    async with transaction():
        if await read(CouponTemplate, "WHERE shop_id = ? AND code = ?", [shop, code]):
            raise CodeTaken(code)
        (made,) = await add(CouponTemplate, [row])
        await goods_changed(shop)  # its name is heard from now on
        return seen(made)


def new_code() -> str:
    """Five letters and digits by chance, easy to read aloud."""
    return "".join(secrets.choice(_LETTERS) for _ in range(5))


def rule_of(terms: Mapping[str, Any]) -> rules.Coupon:
    """What coupons of these terms do. Raises ValueError when that cannot be read."""
    made = from_terms("coupon", terms)
    assert isinstance(made, rules.Coupon)
    return made


def terms_in(said: str) -> dict[str, str] | None:
    """What these words say that a coupon gives (满30减5); None when nothing that a coupon could (10折)."""
    terms = read_title(said)
    return terms if _sound(terms) else None


def name_of(terms: Mapping[str, Any]) -> str:
    """满30减5: the name that says what it gives."""
    return rule_of(terms).say().removeprefix("券 ")


async def template(id: int) -> Template:
    (row,) = await read(CouponTemplate, "WHERE id = ?", [id])
    return seen(row)


async def open_to(person: PersonId, shop: ShopId, *, now: datetime) -> tuple[Template, ...]:
    """What this person could still claim, newest first."""
    rows = await read(
        CouponTemplate,
        "WHERE shop_id = ? AND running AND (total IS NULL OR issued < total) "
        "AND (valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to > ?) AND each > "
        "(SELECT count(*) FROM coupon WHERE coupon.template_id = coupon_template.id AND coupon.person_id = ?) "
        "ORDER BY id DESC LIMIT 20",
        [shop, now, now, person],
    )
    return tuple(seen(row) for row in rows if gives(row))


async def take_back(id: int, *, now: datetime) -> int:
    """撤销发券: nobody gets one any more, and what was given is void and its owners are told; gives how many that
    were. Raises CannotUndo when one is used or on an order."""
    async with transaction() as tx:
        await change(CouponDrop, "WHERE template_id = ? AND NOT told", [id], until=now, told=True)
        await change(CouponTemplate, "WHERE id = ?", [id], running=False)
        void = await run_sql(
            "UPDATE coupon SET state = 'void' WHERE template_id = ? AND state = 'available' RETURNING id",
            [id],
        )
        on_orders = "SELECT id FROM coupon WHERE template_id = ? AND state IN ('locked', 'used') LIMIT 1"
        if await run_sql(on_orders, [id]):
            raise CannotUndo("已经有人用了")
        for row in void:
            tx.tell(CouponTakenBack(int(row["id"])), at=now)
        return len(void)


async def given_out(shop: ShopId, *, now: datetime) -> tuple[Template, ...]:
    """在发的券: what anybody can have by its name, newest first."""
    rows = await read(
        CouponTemplate,
        "WHERE shop_id = ? AND running AND (total IS NULL OR issued < total) AND (valid_to IS NULL OR valid_to > ?) "
        "ORDER BY id DESC LIMIT 50",
        [shop, now],
    )
    return tuple(seen(row) for row in rows if gives(row))


async def stop(shop: ShopId, id: int) -> bool:
    """停发: nobody gets one any more; who has one keeps it. False when it was stopped already."""
    async with transaction():
        stopped = await change(
            CouponTemplate, "WHERE id = ? AND shop_id = ? AND running", [id, shop], running=False
        )
        await goods_changed(shop)
        return bool(stopped)


async def go_on(shop: ShopId, id: int) -> None:
    """The undo of `stop`."""
    async with transaction():
        await change(CouponTemplate, "WHERE id = ? AND shop_id = ?", [id, shop], running=True)
        await goods_changed(shop)


# ── for the modules beside it ───────────────────────────────────────────────────────────────────────────────────


def seen(row: CouponTemplate) -> Template:
    left = None if row.total is None else row.total - row.issued
    return Template(row.id, row.code, row.title, left, row.days, row.valid_to)


def times(row: CouponTemplate, now: datetime) -> tuple[datetime, datetime]:
    """From when until when a coupon given now can be used. Raises CouponNotYet, CouponOver, CouponUnclear."""
    if row.valid_from and row.valid_from > now:
        raise CouponNotYet(row.title, -(-int((row.valid_from - now).total_seconds()) // 3600))
    if row.valid_to and row.valid_to <= now:
        raise CouponOver(row.title)
    if gives(row) is None:
        raise CouponUnclear(row.title)
    if row.days is None and row.valid_to:
        return now, row.valid_to
    end = now + timedelta(days=row.days or DAYS)
    return now, min(end, row.valid_to) if row.valid_to else end


def gives(row: CouponTemplate) -> rules.Coupon | None:
    """What it does by its terms, or by its title where it has none; None when that cannot be read."""
    return _sound(row.terms if row.terms is not None else read_title(row.title))


def _sound(terms: Mapping[str, Any] | None) -> rules.Coupon | None:
    try:
        return rule_of(terms) if terms else None
    except ValueError:
        return None
