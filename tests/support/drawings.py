"""Pages of docs that are drawn from tables of the code: `python -m tests.support.drawings` writes them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shop.rules import coupon_life, orders, refunds
from shop.rules.life import Life

LIVES = Path(__file__).parents[2] / "docs" / "lives.md"
ALL: tuple[Life[Any], ...] = (orders.LIFE, refunds.LIFE, coupon_life.LIFE)


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


if __name__ == "__main__":
    LIVES.write_text(lives(), encoding="utf-8")
