"""积分: an account is its entries."""

from __future__ import annotations

from shop.checks.check import Check


def _points(account: str, kept: str, which: str = "") -> str:
    """The accounts of points that are not what their entries say, by their name in the ledger."""
    return f"""
    SELECT account AS what, -sum(amount) AS figure FROM (
      SELECT e.account, e.amount FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id
      WHERE e.unit = 'pts' AND e.account LIKE '{account}:%' {which} AND t.shop_id = ?
      UNION ALL
      SELECT '{account}:' || a.person_id, -a.{kept} FROM points_account AS a WHERE a.shop_id = ?
    ) AS moves GROUP BY account HAVING sum(amount) <> 0
    """


# What stands for good: released by orders and not taken back, given by hand and not by mistake.
EARNED_FOR_GOOD = """
    AND (t.kind IN ('points_released', 'points_earned_back')
      OR (t.kind = 'points_given' AND e.amount > 0) OR (t.kind = 'points_given_undone' AND e.amount < 0))
"""

CHECKS = (
    Check(
        "points are their entries",
        "{what} stands {figure} above its entries",
        _points("points", "balance"),
    ),
    Check(
        "pending points are their entries",
        "{what} stands {figure} above its entries",
        _points("pending", "pending"),
    ),
    Check(
        "a level is what was earned for good",
        "{what} counts {figure} more for its level than was earned",
        _points("points", "earned", EARNED_FOR_GOOD),
    ),
    Check(
        "an order that is over has no pending points",
        "order {what} is over, and {figure} points of it still wait",
        'SELECT o.code AS what, sum(e.amount) AS figure FROM "order" AS o JOIN transfer AS t ON t.order_id = o.id '
        "JOIN entry AS e ON e.transfer_id = t.id WHERE e.account LIKE 'pending:%' "
        "AND o.status IN ('completed', 'refunded') AND o.shop_id = ? GROUP BY o.id, o.code HAVING sum(e.amount) <> 0",
    ),
    Check(
        "an order that was cancelled keeps no points",
        "order {what} was cancelled and keeps {figure} points of its buyer",
        'SELECT o.code AS what, -sum(e.amount) AS figure FROM "order" AS o JOIN transfer AS t ON t.order_id = o.id '
        "JOIN entry AS e ON e.transfer_id = t.id WHERE t.kind IN ('points_spent', 'points_spent_back') "
        "AND e.account LIKE 'points:%' AND o.status = 'cancelled' AND o.shop_id = ? "
        "GROUP BY o.id, o.code HAVING sum(e.amount) <> 0",
    ),
)
