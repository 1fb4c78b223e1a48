"""Pages of docs that are drawn from tables of the code: `python -m tests.support.drawings` writes them anew."""

from __future__ import annotations

from pathlib import Path

from shop.rules.orders import FIRST, LAST, LIFE, SHOWN, WAITS, Status

LIVES = Path(__file__).parents[2] / "docs" / "lives.md"


def lives() -> str:
    """docs/lives.md: the life of an order as a drawing and as a table."""
    return "\n".join(
        [
            "# The life of an order",
            "",
            "Drawn from `LIFE` in `shop/rules/orders.py` by `python -m tests.support.drawings`; a test compares the two.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {status.name}: {SHOWN[status]}" for status in Status),
            f"    [*] --> {FIRST.name}",
            *(
                f"    {s.start.name} --> {s.end.name}: {s.event}{f' [{s.only_if}]' if s.only_if else ''}"
                for s in LIFE
            ),
            *(f"    {status.name} --> [*]" for status in Status if status in LAST),
            "```",
            "",
            "| from | what happens | only if | to |",
            "|---|---|---|---|",
            *(f"| {SHOWN[s.start]} | {s.event} | {s.only_if or '–'} | {SHOWN[s.end]} |" for s in LIFE),
            "",
            "What is waited for: "
            + "; ".join(f"{SHOWN[status]}: `{what}`" for status, what in WAITS.items())
            + ".",
            "An order ends with " + " or ".join(SHOWN[status] for status in Status if status in LAST) + ".",
            "",
        ]
    )


if __name__ == "__main__":
    LIVES.write_text(lives(), encoding="utf-8")
