"""佣金: an account is its entries, and below the cap."""

from __future__ import annotations

from shop.checks.check import Check


def _commission(kept: str) -> str:
    """The accounts of commission that are not what their entries say."""
    return f"""
    SELECT account AS what, -sum(amount) AS figure FROM (
      SELECT e.account, e.amount FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id
      WHERE e.unit = 'fen' AND e.account LIKE 'commission_{kept}:%' AND t.shop_id = ?
      UNION ALL
      SELECT 'commission_{kept}:' || a.person_id, -a.{kept} FROM commission_account AS a WHERE a.shop_id = ?
    ) AS moves GROUP BY account HAVING sum(amount) <> 0
    """


CHECKS = (
    *(
        Check(
            f"{kept} commission is its entries",
            "{what} stands {figure} fen above its entries",
            _commission(kept),
        )
        for kept in ("frozen", "available", "asked", "paid")
    ),
    Check(
        "commission goes back with what was paid",
        "line {what} keeps {figure} fen of commission that went back with its money",
        """
        SELECT cast(c.line_id AS text) AS what, CASE WHEN back.done_fen >= c.net_fen THEN c.fen
          ELSE c.fen * back.done_fen / c.net_fen END - c.back_fen AS figure
        FROM commission AS c JOIN given_back AS back ON back.line_id = c.line_id WHERE c.shop_id = ?
          AND CASE WHEN back.done_fen >= c.net_fen THEN c.fen ELSE c.fen * back.done_fen / c.net_fen END <> c.back_fen
        """,
    ),
    Check(
        "commission is what its lines bring",
        "{what} has {figure} fen more of commission than lines brought him",
        """
        SELECT 'person ' || a.person_id AS what, a.frozen + a.available + a.asked + a.paid - (SELECT
          coalesce(sum(c.fen - c.back_fen), 0) FROM commission AS c
          WHERE c.shop_id = a.shop_id AND c.person_id = a.person_id) AS figure
        FROM commission_account AS a WHERE a.shop_id = ? AND a.frozen + a.available + a.asked + a.paid <> (SELECT
          coalesce(sum(c.fen - c.back_fen), 0) FROM commission AS c
          WHERE c.shop_id = a.shop_id AND c.person_id = a.person_id)
        """,
    ),
    Check(
        "commission stays below its cap",
        "line {what} brings {figure} fen more than its cap",
        "SELECT cast(c.line_id AS text) AS what, sum(c.fen) - min(c.net_fen * c.cap_bp / 10000) AS figure "
        "FROM commission AS c WHERE c.shop_id = ? GROUP BY c.line_id "
        "HAVING sum(c.fen) > min(c.net_fen * c.cap_bp / 10000)",
    ),
)
