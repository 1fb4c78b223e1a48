"""取货: a code hands goods over once."""

from __future__ import annotations

from shop.checks.check import BILL, Check

CHECKS = (
    Check(
        "what is prepared can be picked up",
        "order {what} is being prepared and has {figure} codes",
        f"SELECT b.code AS what, b.ready AS figure FROM ({BILL}) AS b WHERE b.status = 'preparing' AND b.ready <> 1",
    ),
    Check(
        "a code stands for a living order",
        "order {what} cannot be picked up and has {figure} codes that say so",
        f"SELECT b.code AS what, b.ready AS figure FROM ({BILL}) AS b WHERE b.status <> 'preparing' AND b.ready > 0",
    ),
    Check(
        "an order is handed over once",
        "order {what} was handed over {figure} times",
        f"SELECT b.code AS what, b.done AS figure FROM ({BILL}) AS b "
        "WHERE b.done > 1 OR (b.status <> 'refunded' "
        "AND b.done <> CASE WHEN b.status IN ('fulfilled', 'completed') THEN 1 ELSE 0 END)",
    ),
    Check(
        "a waiting code is one order's",
        "the code {what} opens {figure} orders",
        "SELECT p.code AS what, count(*) AS figure FROM pickup AS p WHERE p.state = 'ready' AND p.shop_id = ? "
        "GROUP BY p.code HAVING count(*) > 1",
    ),
)
