"""单: an order is its lines, and its status is what happened to it."""

from __future__ import annotations

from shop.checks.check import BILL, Check

CHECKS = (
    Check(
        "an order is its lines",
        "order {what} asks {figure} fen more than its lines and what bringing them costs",
        "SELECT b.code AS what, b.payable_fen - b.lines_net - coalesce(b.delivery_fen, 0) AS figure "
        f"FROM ({BILL}) AS b WHERE b.payable_fen <> b.lines_net + coalesce(b.delivery_fen, 0) "
        "OR b.gross_fen <> b.lines_gross",
    ),
    Check(
        "an order has something on it",
        "order {what} has {figure} lines",
        f"SELECT b.code AS what, b.lines AS figure FROM ({BILL}) AS b WHERE b.lines = 0",
    ),
    Check(
        "a status is a word of the table",
        "order {what} has a status that nobody knows",
        f"SELECT b.code AS what, 1 AS figure FROM ({BILL}) AS b "
        "WHERE b.status NOT IN ('unpaid', 'waiting_team', 'preparing', 'fulfilled', 'completed', 'cancelled', "
        "'refunded')",
    ),
    Check(
        "an unpaid order waits for something",
        "order {what} is unpaid, and neither the clock nor its campaign nor a claimed transfer will end that",
        f"SELECT b.code AS what, 1 AS figure FROM ({BILL}) AS b "
        "WHERE b.status = 'unpaid' AND b.pay_due_at IS NULL AND b.claimed_at IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM campaign AS c WHERE c.id = b.campaign_id AND c.status IN ('open', 'paused', 'closing'))",
    ),
    Check(
        "an end has its moment",
        "order {what} says that it has ended and when it ended in different words",
        f"SELECT b.code AS what, 1 AS figure FROM ({BILL}) AS b "
        "WHERE (b.status IN ('unpaid', 'waiting_team', 'preparing')) <> (b.ended_at IS NULL)",
    ),
)
