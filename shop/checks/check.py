"""A check, and what several parts of the shop ask about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    sentence: str  # with {what} and {figure}
    wrong: str  # the SELECT that finds the rows that are wrong; every ? is the shop


# Every order with what its lines and its money come to.
BILL = """
    SELECT o.*,
      (SELECT coalesce(sum(r.amount_fen), 0) FROM refund AS r JOIN pay_fact AS f ON f.id = r.fact_id
        WHERE r.order_id = o.id AND f.standing = 'settled' AND r.state NOT IN ('rejected', 'withdrawn')) AS given,
      (SELECT coalesce(sum(r.amount_fen), 0) FROM refund AS r JOIN pay_fact AS f ON f.id = r.fact_id
        WHERE r.order_id = o.id AND f.standing = 'settled' AND r.state = 'refunded') AS returned,
      (SELECT coalesce(sum(line.qty - coalesce(back.kept_qty, 0)), 0)
        FROM line LEFT JOIN given_back AS back ON back.line_id = line.id WHERE line.order_id = o.id) AS to_hand_over,
      (SELECT count(*) FROM line WHERE line.order_id = o.id) AS lines,
      (SELECT coalesce(sum(line.gross_fen), 0) FROM line WHERE line.order_id = o.id) AS lines_gross,
      (SELECT coalesce(sum(line.net_fen), 0) FROM line WHERE line.order_id = o.id) AS lines_net,
      (SELECT coalesce(sum(f.amount_fen), 0) FROM pay_fact AS f
        WHERE f.order_id = o.id AND f.standing = 'settled') AS settled,
      (SELECT count(*) FROM pay_fact AS f WHERE f.order_id = o.id AND f.standing = 'settled') AS settlements,
      (SELECT count(*) FROM pickup AS p WHERE p.order_id = o.id AND p.state = 'ready') AS ready,
      (SELECT count(*) FROM pickup AS p WHERE p.order_id = o.id AND p.state = 'done') AS done
    FROM "order" AS o WHERE o.shop_id = ?
"""
