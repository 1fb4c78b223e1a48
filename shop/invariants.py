"""对账: what must always be true of the books, asked of the rows themselves; an empty answer is the good one.

Run at the end of every test of the trade, every night (shop/audit.py) and when the merchant says 对账. Each check is a
SELECT that finds the rows that are wrong: `what` names one, `figure` says by how much. They stand in shop/checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.checks import (
    bookings,
    campaigns,
    commission,
    coupons,
    money,
    orders,
    pickups,
    points,
    stock,
    talk,
    teams,
)
from shop.checks.check import Check
from shop.kit.ids import ShopId
from shop.rows import as_json
from shop.transaction import run_sql


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong: the name of the rule, by how much, a sentence for the person who must look, and `what`
    it is about."""

    name: str
    figure: int
    sentence: str
    what: str


CHECKS: tuple[Check, ...] = (
    *stock.CHECKS,
    *orders.CHECKS,
    *money.CHECKS,
    *pickups.CHECKS,
    *coupons.CHECKS,
    *campaigns.CHECKS,
    *bookings.CHECKS,
    *teams.CHECKS,
    *points.CHECKS,
    *commission.CHECKS,
    *talk.CHECKS,
)
CUTS = "every fen taken off has a reason"
NAMES = (*(check.name for check in CHECKS), CUTS)


async def broken(shop: ShopId) -> list[Breach]:
    """Everything that is wrong with the books of this shop, in the order of NAMES."""
    rows = await run_sql(_QUESTION, [shop] * _QUESTION.count("?"))
    found = [_breach(CHECKS[int(row["place"])], row) for row in rows]
    return found + await _cuts(shop)


async def look(shop: ShopId, name: str) -> list[Breach]:
    """What one check finds, alone: a long look at the books is made of short ones."""
    if name == CUTS:
        return await _cuts(shop)
    check = CHECKS[NAMES.index(name)]
    rows = await run_sql(_ask(check), [shop] * check.wrong.count("?"))
    return [_breach(check, row) for row in rows]


def _breach(check: Check, row: Mapping[str, Any]) -> Breach:
    figure, what = int(row["figure"]), str(row["what"])
    return Breach(check.name, figure, check.sentence.format(what=what, figure=figure), what)


def _ask(check: Check) -> str:
    return (
        f"SELECT cast(c.what AS text) AS what, cast(c.figure AS bigint) AS figure FROM ({check.wrong}) AS c"
    )


# All checks in one statement, so that they see the books at one moment and cost one question.
_QUESTION = "\nUNION ALL\n".join(
    f"SELECT {place} AS place, a.* FROM ({_ask(check)}) AS a" for place, check in enumerate(CHECKS)
)


async def _cuts(shop: ShopId) -> list[Breach]:
    """The cuts are JSON, which each database reads in its own way, so they are added up here."""
    rows = await run_sql(
        "SELECT o.code, line.gross_fen - line.net_fen AS saved, line.cuts FROM line "
        'JOIN "order" AS o ON o.id = line.order_id WHERE o.shop_id = ? '
        "AND (line.gross_fen <> line.net_fen OR length(cast(line.cuts AS text)) > 2) ORDER BY line.id",
        [shop],
    )
    wrong = []
    for row in rows:
        off = int(row["saved"]) - sum(int(cut["fen"]) for cut in as_json(row["cuts"]))
        if off:
            sentence = f"a line of order {row['code']} is {off} fen cheaper than its cuts say"
            wrong.append(Breach(CUTS, off, sentence, str(row["code"])))
    return wrong
