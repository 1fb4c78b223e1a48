"""Pages of docs that are drawn from tables of the code: `python -m tests.support.drawings` writes them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dialogs.books import SENTENCES
from shop.audit import NAMES, RULES, Rule, rule_of
from shop.rules import (
    bargains,
    bookings,
    campaigns,
    commission,
    coupon_life,
    orders,
    parcels,
    refunds,
    teams,
    tickets,
)
from shop.rules.life import Life

DOCS = Path(__file__).parents[2] / "docs"
LIVES, AUDIT = DOCS / "lives.md", DOCS / "audit.md"
ALL: tuple[Life[Any], ...] = (
    orders.LIFE,
    parcels.LIFE,
    refunds.LIFE,
    coupon_life.LIFE,
    campaigns.LIFE,
    teams.LIFE,
    tickets.LIFE,
    bargains.LIFE,
    commission.LIFE,
    bookings.LIFE,
)


def lives() -> str:
    """docs/lives.md: each life as a drawing and as a table."""
    head = [
        "# Lives",
        "",
        "Drawn from the tables in `shop/rules` by `python -m tests.support.drawings`; a test compares the two.",
        "",
    ]
    return "\n".join([*head, *(line for life in ALL for line in drawn(life))])


def drawn(life: Life[Any]) -> list[str]:
    return [
        f"## The life of {life.of}",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {state.name}: {word}" for state, word in life.shown.items()),
        f"    [*] --> {life.first.name}",
        *(
            f"    {s.start.name} --> {s.end.name}: {s.event}{f' [{s.only_if}]' if s.only_if else ''}"
            for s in life.steps
        ),
        *(f"    {state.name} --> [*]" for state in life.states if state in life.last),
        "```",
        "",
        "| from | what happens | only if | to |",
        "|---|---|---|---|",
        *(
            f"| {life.shown[s.start]} | {s.event} | {s.only_if or '–'} | {life.shown[s.end]} |"
            for s in life.steps
        ),
        "",
        "What is waited for: "
        + "; ".join(f"{life.shown[state]}: {what}" for state, what in life.waits.items())
        + ".",
        "It ends with " + " or ".join(life.shown[s] for s in life.states if s in life.last) + ".",
        "",
    ]


def audit() -> str:
    """docs/audit.md: the seventeen rules, and every check with the rule that it guards."""
    return "\n".join(
        [
            "# What must be true of the books",
            "",
            "Drawn from `shop/audit.py`, `shop/invariants.py` and `dialogs/books.py` by `python -m tests.support.drawings`;",
            "a test compares them. The checks are questions in SQL that find what is wrong. They are asked after every",
            "test of the trade, of the live database every night after three (what is wrong becomes a ticket), when the",
            "merchant says 对账, and by hand: `qundian audit`. Each of them is broken on purpose in",
            "`tests/shop/test_invariants.py` and `tests/bot/test_audit.py`.",
            "",
            "| | must be true | checks |",
            "|---|---|---|",
            *(f"| {n} | {rule.sentence} | {_guards(rule)} |" for n, rule in enumerate(RULES, start=1)),
            "",
            "| check | what the merchant reads when it is broken | rule |",
            "|---|---|---|",
            *(f"| {name} | {SENTENCES[name]} | {rule_of(name) or '–'} |" for name in NAMES),
            "",
        ]
    )


def _guards(rule: Rule) -> str:
    return str(len(rule.checks)) if rule.checks else f"none yet: {rule.waits} is not built"


if __name__ == "__main__":
    LIVES.write_text(lives(), encoding="utf-8")
    AUDIT.write_text(audit(), encoding="utf-8")
