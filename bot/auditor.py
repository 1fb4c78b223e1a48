"""查一次账: `qundian audit`: every check of every shop in a database, one line each. What is wrong is a ticket at the desk,
as after a nightly look, unless one only looks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot import auditing
from bot.settings import Settings
from bot.upkeep import Fault, opened
from shop import audit, database
from shop.audit import Audited
from shop.invariants import Breach
from shop.transaction import run_sql

SHOWN = 5  # of what one check finds

Say = Callable[[str], None]


async def audit_all(settings: Settings, *, say: Say, as_json: bool, only_look: bool, now: datetime) -> int:
    """Says each check as soon as it is done; gives how many found something. Raises Fault when there are no books."""
    file = database.file_of(settings.database.url)
    if file is not None and not file.exists():
        raise Fault(f"there is no database {file}: `qundian run` makes one, --config names another")
    async with opened(settings.database.url):
        if pending := await database.pending_migrations():
            raise Fault(f"{len(pending)} migrations are waiting: qundian migrate")
        if file is not None and only_look:
            await run_sql("PRAGMA query_only=ON")
        shops = await audit.shops()
        if not shops:
            raise Fault("there is no shop in this database yet")
        shown = _as_json if as_json else _as_text
        counts = [
            await _one_shop(shop, shown(shop, say), None if only_look else auditing.report, now)
            for shop in shops
        ]
    broken, fresh = sum(one[0] for one in counts), sum(one[1] for one in counts)
    say(_last(len(shops), broken, fresh, as_json=as_json))
    return broken


Show = Callable[[int, str, Sequence[Breach]], None]
Report = Callable[..., Awaitable[bool]]


async def _one_shop(shop: Audited, show: Show, report: Report | None, now: datetime) -> tuple[int, int]:
    """How many checks found something, and how many tickets were opened for it."""
    broken = opened = 0
    for n, name in enumerate(audit.NAMES, start=1):
        found = await audit.look(shop.id, name, now=now)
        show(n, name, found)
        broken += bool(found)
        opened += report is not None and await report(shop.id, name, found, now=now)
    return broken, opened


def _as_text(shop: Audited, say: Say) -> Show:
    say(f"{shop.name}（{shop.key}）")

    def show(n: int, name: str, found: Sequence[Breach]) -> None:
        head = f"[{n}/{len(audit.NAMES)}] {name} — "
        if not found:
            say(f"{head}好")
            return
        say(f"{head}✗ {found[0].figure}: {found[0].sentence}")
        for one in found[1:SHOWN]:
            say(f"  ✗ {one.figure}: {one.sentence}")
        if len(found) > SHOWN:
            say(f"  and {len(found) - SHOWN} more")

    return show


def _as_json(shop: Audited, say: Say) -> Show:
    def show(n: int, name: str, found: Sequence[Breach]) -> None:
        wrong = [{"what": one.what, "figure": one.figure, "sentence": one.sentence} for one in found]
        line = {"shop": shop.key, "check": name, "rule": audit.rule_of(name), "wrong": wrong}
        say(json.dumps(line, ensure_ascii=False))

    return show


def _last(shops: int, broken: int, fresh: int, *, as_json: bool) -> str:
    done = shops * len(audit.NAMES)
    if as_json:
        return json.dumps({"shops": shops, "checks": done, "broken": broken, "tickets": fresh})
    if broken:
        return f"✗ {broken} of {done} checks found something; {fresh} new at the desk. The books were not changed"
    return f"✓ {done} checks, the books are in order"
