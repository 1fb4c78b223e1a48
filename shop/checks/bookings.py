"""预约: a time has the appointments that it counts."""

from __future__ import annotations

from shop.checks.check import Check

# Each half hour of somebody with the appointments that have it: only who cancels gives it back.
SLOTS = """
    SELECT resource.name, slot.booked, slot.capacity, (SELECT count(*) FROM appointment AS a
      WHERE a.resource_id = slot.resource_id AND a.state <> 'cancelled'
      AND a.starts_at <= slot.starts_at AND a.ends_at > slot.starts_at) AS booking
    FROM slot JOIN resource ON resource.id = slot.resource_id WHERE resource.shop_id = ?
"""

CHECKS = (
    Check(
        "a time counts its appointments",
        "{what} has a time that counts {figure} appointments more than it has",
        f"SELECT s.name AS what, s.booked - s.booking AS figure FROM ({SLOTS}) AS s WHERE s.booked <> s.booking",
    ),
    Check(
        "no time has more appointments than places",
        "{what} has a time with {figure} appointments too many",
        f"SELECT s.name AS what, s.booking - s.capacity AS figure FROM ({SLOTS}) AS s "
        "WHERE s.booking > s.capacity OR s.booked > s.capacity",
    ),
    Check(
        "every appointment has its time",
        "{what} has {figure} appointments without a time",
        "SELECT resource.name AS what, count(*) AS figure FROM appointment AS a "
        "JOIN resource ON resource.id = a.resource_id WHERE a.state <> 'cancelled' AND a.shop_id = ? "
        "AND NOT EXISTS (SELECT 1 FROM slot WHERE slot.resource_id = a.resource_id "
        "AND slot.starts_at = a.starts_at AND slot.booked > 0) GROUP BY resource.name",
    ),
    Check(
        "an appointment stands as its deposit does",
        "the appointment of order {what} stands otherwise than its deposit",
        'SELECT o.code AS what, 1 AS figure FROM appointment AS a JOIN "order" AS o ON o.id = a.order_id '
        "WHERE a.shop_id = ? AND ((a.state = 'held') <> (o.status = 'unpaid') "
        "OR (a.state = 'booked' AND o.status <> 'preparing'))",
    ),
)
