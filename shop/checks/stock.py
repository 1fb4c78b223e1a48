"""货: what is on the shelf, what is promised and what went out."""

from __future__ import annotations

from shop.checks.check import Check

# What a shop has promised and given away, per sku and place; only what lies in the shop itself is promised.
HELD = """
    SELECT sku.id, sku."key" || coalesce(' ' || place.name, '') AS "key", item.on_hand, item.held,
      CASE WHEN item.place_id IS NULL THEN (SELECT coalesce(sum(hold.qty - hold.gone), 0) FROM hold
        WHERE hold.sku_id = sku.id AND hold.state = 'active')
        + (SELECT coalesce(sum(reserved), 0) FROM campaign_item WHERE campaign_item.sku_id = sku.id)
        ELSE 0 END AS active,
      (SELECT coalesce(sum(move.change), 0) FROM stock_move AS move
        WHERE move.sku_id = sku.id AND coalesce(move.place_id, 0) = coalesce(item.place_id, 0)) AS moved
    FROM sku JOIN stock_item AS item ON item.sku_id = sku.id LEFT JOIN place ON place.id = item.place_id
    WHERE sku.shop_id = ?
"""
PROMISE = """
    SELECT o.code, o.status, line.qty - coalesce(back.kept_qty, 0) AS qty, line.sku_id AS goods,
      hold.qty AS held, hold.gone, hold.sku_id, hold.state
    FROM "order" AS o JOIN line ON line.order_id = o.id LEFT JOIN hold ON hold.line_id = line.id
      LEFT JOIN given_back AS back ON back.line_id = line.id WHERE o.shop_id = ?
"""
# Each line with what of it lies in parcels.
PARTS = """
    SELECT o.code, o.status, hold.gone, hold.parcelled,
      (SELECT coalesce(sum(part.qty), 0) FROM parcel_part AS part JOIN parcel AS p ON p.id = part.parcel_id
        WHERE part.line_id = line.id AND p.state IN ('sent', 'done')) AS out,
      (SELECT coalesce(sum(part.qty), 0) FROM parcel_part AS part JOIN parcel AS p ON p.id = part.parcel_id
        WHERE part.line_id = line.id AND p.state <> 'void') AS packed
    FROM "order" AS o JOIN line ON line.order_id = o.id JOIN hold ON hold.line_id = line.id WHERE o.shop_id = ?
"""

CHECKS = (
    Check(
        "promised is what orders hold",
        "{what} is promised {figure} thousandths more than orders and campaigns hold",
        f'SELECT h."key" AS what, h.held - h.active AS figure FROM ({HELD}) AS h WHERE h.held <> h.active',
    ),
    Check(
        "never more promised than there is",
        "{what} is promised {figure} thousandths that are not there",
        f'SELECT h."key" AS what, h.held - h.on_hand AS figure FROM ({HELD}) AS h WHERE h.held > h.on_hand',
    ),
    Check(
        "nothing below zero on the shelf",
        "{what} stands at {figure} thousandths",
        f'SELECT h."key" AS what, CASE WHEN h.held < h.on_hand THEN h.held ELSE h.on_hand END AS figure '
        f"FROM ({HELD}) AS h WHERE h.held < 0 OR h.on_hand < 0",
    ),
    Check(
        "every change of stock is a move",
        "{what} differs from its moves by {figure} thousandths",
        f'SELECT h."key" AS what, h.on_hand - h.moved AS figure FROM ({HELD}) AS h WHERE h.on_hand <> h.moved',
    ),
    Check(
        "goods have a place on the shelf",
        "{what} has no stock row",
        'SELECT sku."key" AS what, 1 AS figure FROM sku LEFT JOIN stock_item AS item ON item.sku_id = sku.id '
        "AND item.place_id IS NULL WHERE item.id IS NULL AND sku.shop_id = ?",
    ),
    Check(
        "what left one place came to another",
        "{what} was moved, and {figure} thousandths came out of it more than went in",
        'SELECT sku."key" AS what, sum(move.change) AS figure FROM stock_move AS move JOIN sku ON sku.id = move.sku_id '
        "WHERE move.reason = 'moved' AND sku.shop_id = ? GROUP BY sku.\"key\" HAVING sum(move.change) <> 0",
    ),
    Check(
        "an ended order holds nothing",
        "order {what} has ended and still holds {figure} thousandths",
        f"SELECT p.code AS what, p.held AS figure FROM ({PROMISE}) AS p "
        "WHERE p.status NOT IN ('unpaid', 'waiting_team', 'preparing') AND p.state = 'active'",
    ),
    Check(
        "a living line holds what it promises",
        "order {what} promises {figure} thousandths more than it holds",
        f"SELECT p.code AS what, p.qty - coalesce(p.held, 0) AS figure FROM ({PROMISE}) AS p "
        "WHERE p.status IN ('unpaid', 'waiting_team', 'preparing') AND (p.qty > 0 OR p.state = 'active') "
        "AND (p.state IS NULL OR (p.state <> 'active' AND (p.state <> 'consumed' OR p.gone < p.held)) "
        "OR p.held <> p.qty OR p.sku_id <> p.goods)",
    ),
    Check(
        "what was handed over was consumed",
        "order {what} was handed over, but {figure} thousandths were not taken from the shelf",
        f"SELECT p.code AS what, p.qty AS figure FROM ({PROMISE}) AS p "
        "WHERE p.status IN ('fulfilled', 'completed') AND p.qty > 0 "
        "AND (p.state IS NULL OR p.state <> 'consumed' OR p.held <> p.qty OR p.gone <> p.qty)",
    ),
    Check(
        "what was cancelled was given back",
        "order {what} was cancelled, but {figure} thousandths left the shelf",
        f"SELECT p.code AS what, p.qty AS figure FROM ({PROMISE}) AS p "
        "WHERE p.status = 'cancelled' AND (p.state = 'consumed' OR p.gone > 0)",
    ),
    Check(
        "sold is what was handed over",
        "the moves of order {what} differ from its lines by {figure} thousandths",
        """
        SELECT code AS what, sold - ordered AS figure FROM (
          SELECT o.id, o.code, coalesce(moved.sold, 0) AS sold,
            (SELECT coalesce(sum(hold.gone), 0) FROM hold JOIN line ON line.id = hold.line_id
              WHERE line.order_id = o.id) AS ordered
          FROM "order" AS o LEFT JOIN (
            SELECT own.id, -sum(m.change) AS sold FROM stock_move AS m JOIN sku ON sku.id = m.sku_id
              JOIN "order" AS own ON own.shop_id = sku.shop_id AND own.code = m.ref
                AND m.at >= own.placed_at AND m.at <= coalesce(own.ended_at, m.at)
            WHERE sku.shop_id = ? GROUP BY own.id
          ) AS moved ON moved.id = o.id
          WHERE o.shop_id = ?
        ) AS handed WHERE sold <> ordered
        """,
    ),
    Check(
        "what went in parts went in parcels",
        "of order {what} {figure} thousandths are gone that no parcel took",
        f"SELECT p.code AS what, p.gone - p.out AS figure FROM ({PARTS}) AS p WHERE p.parcelled <> p.packed "
        "OR (p.gone <> p.out AND (p.packed > 0 OR p.status NOT IN ('fulfilled', 'completed', 'refunded')))",
    ),
    Check(
        "a parcel is where its order is",
        "order {what} has {figure} parcels that say otherwise",
        """
        SELECT o.code AS what, count(*) AS figure FROM "order" AS o JOIN parcel AS p ON p.order_id = o.id
        WHERE ((o.status <> 'preparing' AND p.state IN ('packed', 'sent'))
          OR (o.status IN ('unpaid', 'waiting_team', 'cancelled') AND p.state = 'done')) AND o.shop_id = ?
        GROUP BY o.code
        """,
    ),
)
