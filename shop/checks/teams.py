"""拼团: a team counts its seats, and a seat stands for an order."""

from __future__ import annotations

from shop.checks.check import Check

# Each team with the people who really sit there.
TEAMS = """
    SELECT team.*,
      (SELECT count(*) FROM team_seat AS s WHERE s.team_id = team.id AND s.state <> 'gone') AS sitting,
      (SELECT count(*) FROM team_seat AS s WHERE s.team_id = team.id AND s.state = 'paid') AS paying
    FROM team WHERE team.shop_id = ?
"""
# Each order of a campaign with its seat and its team, where it has one.
SEATS = """
    SELECT o.code, o.status, c.kind, seat.state, team.status AS team
    FROM "order" AS o JOIN campaign AS c ON c.id = o.campaign_id
      LEFT JOIN team_seat AS seat ON seat.order_id = o.id LEFT JOIN team ON team.id = seat.team_id
    WHERE o.shop_id = ?
"""

CHECKS = (
    Check(
        "a team counts its seats",
        "team {what} counts {figure} seats more than are taken or paid, or more than it has",
        f"SELECT t.number AS what, abs(t.taken - t.sitting) + abs(t.paid - t.paying) AS figure FROM ({TEAMS}) AS t "
        "WHERE t.taken <> t.sitting OR t.paid <> t.paying OR t.taken > t.size OR t.paid > t.taken",
    ),
    Check(
        "a team is complete when all its seats are paid or the shop's",
        "team {what} is {figure} seats away from what its state says",
        f"SELECT t.number AS what, t.size - t.paid - t.filled AS figure FROM ({TEAMS}) AS t "
        "WHERE (t.status = 'complete') <> (t.paid + t.filled = t.size) OR (t.status <> 'complete' AND t.filled > 0) "
        "OR (t.status = 'dissolved' AND t.taken > 0)",
    ),
    Check(
        "nothing is prepared for a team that is not full",
        "order {what} is prepared, and its team is not complete, or it has no seat there",
        f"SELECT s.code AS what, 1 AS figure FROM ({SEATS}) AS s WHERE s.kind = 'team' "
        "AND s.status IN ('preparing', 'fulfilled', 'completed') "
        "AND (s.team IS NULL OR s.team <> 'complete' OR s.state <> 'paid')",
    ),
    Check(
        "a seat stands for a living order",
        "order {what} has a seat in a team, and its money says otherwise",
        f"SELECT s.code AS what, 1 AS figure FROM ({SEATS}) AS s WHERE s.team = 'forming' AND "
        "((s.state = 'held' AND s.status <> 'unpaid') OR (s.state = 'paid' AND s.status <> 'waiting_team'))",
    ),
)
