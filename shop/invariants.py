"""对账: what must always be true of the books, asked of the rows themselves; an empty answer is the good one.

Run at the end of every test of the trade, every night (shop/audit.py) and when the merchant says 对账. Each check is a
SELECT that finds the rows that are wrong: `what` names one, `figure` says by how much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.kit.ids import ShopId
from shop.rows import as_json
from shop.transaction import run_sql


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong: the name of the rule, by how much, a sentence for the person who must look, and `what`
    it is about."""

    name: str
    figure: int
    sentence: str
    what: str


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    sentence: str  # with {what} and {figure}
    wrong: str  # the SELECT; every ? is the shop


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
# What each item of a campaign counts, and what its orders have.
PIECES = """
    SELECT c."key", c.status, item.taken, item.reserved, item.quota, (SELECT coalesce(sum(line.qty), 0)
      FROM line JOIN "order" AS o ON o.id = line.order_id
      WHERE o.campaign_id = c.id AND line.sku_id = item.sku_id AND o.status <> 'cancelled') AS ordered
    FROM campaign AS c JOIN campaign_item AS item ON item.campaign_id = c.id WHERE c.shop_id = ?
"""
# Who waits in line for an item of a campaign that runs, and what is offered to them.
LINES = """
    SELECT c."key", item.waiting, item.kept,
      (SELECT count(*) FROM waiting AS w WHERE w.item_id = item.id AND w.state = 'waiting') AS waits,
      (SELECT coalesce(sum(w.qty), 0) FROM waiting AS w WHERE w.item_id = item.id AND w.state = 'offered') AS offered
    FROM campaign AS c JOIN campaign_item AS item ON item.campaign_id = c.id
    WHERE c.status IN ('scheduled', 'open', 'paused') AND c.shop_id = ?
"""
# Each bargain with the cuts that people made, and what its order asks for one.
BARGAINS = """
    SELECT b.*, (SELECT count(*) FROM bargain_cut AS cut WHERE cut.bargain_id = b.id) AS made,
      (SELECT coalesce(sum(cut.fen), 0) FROM bargain_cut AS cut WHERE cut.bargain_id = b.id) AS off,
      (SELECT coalesce(max(line.price_fen), 0) FROM line WHERE line.order_id = b.order_id) AS asked
    FROM bargain AS b WHERE b.shop_id = ?
"""
# Each half hour of somebody with the appointments that have it: only who cancels gives it back.
SLOTS = """
    SELECT resource.name, slot.booked, slot.capacity, (SELECT count(*) FROM appointment AS a
      WHERE a.resource_id = slot.resource_id AND a.state <> 'cancelled'
      AND a.starts_at <= slot.starts_at AND a.ends_at > slot.starts_at) AS booking
    FROM slot JOIN resource ON resource.id = slot.resource_id WHERE resource.shop_id = ?
"""
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
# Each line with what of it lies in parcels.
PARTS = """
    SELECT o.code, o.status, hold.gone, hold.parcelled,
      (SELECT coalesce(sum(part.qty), 0) FROM parcel_part AS part JOIN parcel AS p ON p.id = part.parcel_id
        WHERE part.line_id = line.id AND p.state IN ('sent', 'done')) AS out,
      (SELECT coalesce(sum(part.qty), 0) FROM parcel_part AS part JOIN parcel AS p ON p.id = part.parcel_id
        WHERE part.line_id = line.id AND p.state <> 'void') AS packed
    FROM "order" AS o JOIN line ON line.order_id = o.id JOIN hold ON hold.line_id = line.id WHERE o.shop_id = ?
"""
PROMISE = """
    SELECT o.code, o.status, line.qty - coalesce(back.kept_qty, 0) AS qty, line.sku_id AS goods,
      hold.qty AS held, hold.gone, hold.sku_id, hold.state
    FROM "order" AS o JOIN line ON line.order_id = o.id LEFT JOIN hold ON hold.line_id = line.id
      LEFT JOIN given_back AS back ON back.line_id = line.id WHERE o.shop_id = ?
"""
INTENT = """
    SELECT o.code, o.status, o.paid_at, o.payable_fen, i.amount_fen, i.trade_no
    FROM "order" AS o JOIN pay_intent AS i ON i.order_id = o.id WHERE i.state = 'created' AND o.shop_id = ?
"""


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
    # ── stock
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
    # ── orders
    Check(
        "an order is its lines",
        "order {what} asks {figure} fen more than its lines",
        f"SELECT b.code AS what, b.payable_fen - b.lines_net AS figure FROM ({BILL}) AS b "
        "WHERE b.payable_fen <> b.lines_net OR b.gross_fen <> b.lines_gross",
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
    Check(
        "numbers of a day have no gap",
        "the orders of {what} miss {figure} numbers",
        """
        SELECT name AS what, value - taken AS figure FROM (
          SELECT c.name, c.value, coalesce(placed.taken, 0) AS taken FROM counter AS c LEFT JOIN (
            SELECT 'orders ' || o.day AS name, count(*) AS taken FROM "order" AS o WHERE o.shop_id = ? GROUP BY o.day
          ) AS placed ON placed.name = c.name
          WHERE c.name LIKE 'orders %' AND c.shop_id = ?
        ) AS days WHERE value <> taken
        """,
    ),
    # ── money
    Check(
        "paid is what was asked",
        "order {what} is paid, and its settled money differs from it by {figure} fen",
        f"SELECT b.code AS what, b.settled - b.payable_fen AS figure FROM ({BILL}) AS b "
        "WHERE b.paid_at IS NOT NULL AND b.settled <> b.payable_fen",
    ),
    Check(
        "settled money makes an order paid",
        "order {what} counts as not paid, and {figure} fen are settled on it",
        f"SELECT b.code AS what, b.settled AS figure FROM ({BILL}) AS b "
        "WHERE b.paid_at IS NULL AND b.settlements > 0",
    ),
    Check(
        "an order is settled once",
        "order {what} is settled {figure} times",
        f"SELECT b.code AS what, b.settlements AS figure FROM ({BILL}) AS b WHERE b.settlements > 1",
    ),
    Check(
        "money is in before goods go out",
        "order {what} was handed over and {figure} fen are missing",
        f"SELECT b.code AS what, b.payable_fen AS figure FROM ({BILL}) AS b "
        "WHERE b.status IN ('fulfilled', 'completed') AND b.paid_at IS NULL",
    ),
    Check(
        "an order that came to nothing keeps no money",
        "order {what} came to nothing, and {figure} fen are neither back nor on their way",
        f"SELECT b.code AS what, b.settled - b.given AS figure FROM ({BILL}) AS b "
        "WHERE b.status IN ('cancelled', 'refunded') AND b.settled <> b.given",
    ),
    Check(
        "a refunded order has given everything back",
        "order {what} counts as refunded, and {figure} fen are not back",
        f"SELECT b.code AS what, b.settled - b.returned AS figure FROM ({BILL}) AS b "
        "WHERE b.status = 'refunded' AND b.settled <> b.returned",
    ),
    Check(
        "money that nobody asked for goes back",
        "of {what}, {figure} fen are neither back nor on their way",
        """
        SELECT code || ' ' || event AS what, amount_fen - given AS figure FROM (
          SELECT o.code, f.event, f.amount_fen,
            (SELECT coalesce(sum(r.amount_fen), 0) FROM refund AS r WHERE r.fact_id = f.id) AS given
          FROM pay_fact AS f JOIN "order" AS o ON o.id = f.order_id
          WHERE f.standing IN ('late', 'surplus') AND o.shop_id = ?
        ) AS facts WHERE amount_fen <> given
        """,
    ),
    Check(
        "a refund is its parts",
        "refund {what} differs from its parts by {figure} fen",
        """
        SELECT number AS what, amount_fen - parts AS figure FROM (
          SELECT r.number, r.amount_fen,
            (SELECT coalesce(sum(p.fen), 0) FROM refund_part AS p WHERE p.refund_id = r.id) AS parts
          FROM refund AS r JOIN pay_fact AS f ON f.id = r.fact_id JOIN "order" AS o ON o.id = r.order_id
          WHERE f.standing = 'settled' AND o.shop_id = ?
        ) AS refunds WHERE amount_fen <> parts
        """,
    ),
    Check(
        "what a line gave back is what its refunds say",
        "line {what} says {figure} fen more than its refunds",
        """
        SELECT cast(line_id AS text) AS what, done_fen + open_fen - fen AS figure FROM (
          SELECT back.*,
            (SELECT coalesce(sum(p.fen), 0) FROM refund_part AS p JOIN refund AS r ON r.id = p.refund_id
              WHERE p.line_id = back.line_id AND r.state NOT IN ('rejected', 'withdrawn')) AS fen,
            (SELECT coalesce(sum(p.qty), 0) FROM refund_part AS p JOIN refund AS r ON r.id = p.refund_id
              WHERE p.line_id = back.line_id AND r.state NOT IN ('rejected', 'withdrawn')) AS units,
            (SELECT coalesce(sum(p.fen), 0) FROM refund_part AS p JOIN refund AS r ON r.id = p.refund_id
              WHERE p.line_id = back.line_id AND r.state = 'refunded') AS back_fen
          FROM given_back AS back JOIN line ON line.id = back.line_id JOIN "order" AS o ON o.id = line.order_id
          WHERE o.shop_id = ?
        ) AS backs WHERE done_fen + open_fen <> fen OR done_qty + open_qty <> units OR done_fen <> back_fen
        """,
    ),
    Check(
        "a line gives back no more than it cost",
        "line {what} gives back {figure} fen more than it cost",
        "SELECT cast(line.id AS text) AS what, back.open_fen + back.done_fen - line.net_fen AS figure "
        "FROM given_back AS back JOIN line ON line.id = back.line_id "
        'JOIN "order" AS o ON o.id = line.order_id WHERE o.shop_id = ? '
        "AND (back.open_fen + back.done_fen > line.net_fen OR back.open_qty + back.done_qty > line.qty)",
    ),
    Check(
        "what the scale did not show is given back",
        "line {what} charges {figure} thousandths more than was weighed",
        """
        SELECT cast(id AS text) AS what, qty - weighed - units AS figure FROM (
          SELECT line.id, line.qty, line.weighed,
            (SELECT coalesce(sum(p.qty), 0) FROM refund_part AS p JOIN refund AS r ON r.id = p.refund_id
              WHERE p.line_id = line.id AND r.state NOT IN ('rejected', 'withdrawn')) AS units
          FROM line JOIN "order" AS o ON o.id = line.order_id WHERE line.weighed IS NOT NULL AND o.shop_id = ?
        ) AS scales WHERE weighed + units < qty
        """,
    ),
    # ── the ledger
    Check(
        "every transfer is in balance",
        "the transfer {what} is off by {figure}",
        "SELECT t.kind || ' ' || t.\"key\" AS what, sum(e.amount) AS figure FROM transfer AS t "
        "JOIN entry AS e ON e.transfer_id = t.id WHERE t.shop_id = ? "
        'GROUP BY t.id, t.kind, t."key", e.unit HAVING sum(e.amount) <> 0',
    ),
    Check(
        "the tills hold what came in less what went back",
        "the tills differ from the facts by {figure} fen",
        """
        SELECT 'tills' AS what, booked - counted AS figure FROM (
          SELECT
            (SELECT coalesce(sum(e.amount), 0) FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id
              WHERE t.shop_id = s.id AND e.account LIKE 'cash:%') AS booked,
            (SELECT coalesce(sum(f.amount_fen), 0) FROM pay_fact AS f JOIN "order" AS o ON o.id = f.order_id
              WHERE o.shop_id = s.id)
            - (SELECT coalesce(sum(r.amount_fen), 0) FROM refund AS r JOIN "order" AS o ON o.id = r.order_id
              WHERE o.shop_id = s.id AND r.state = 'refunded') AS counted
          FROM shop AS s WHERE s.id = ?
        ) AS tills WHERE booked <> counted
        """,
    ),
    Check(
        "the books of an order say what its facts say",
        "the books of order {what} differ by {figure} fen",
        """
        SELECT code AS what, booked - counted AS figure FROM (
          SELECT o.code,
            (SELECT coalesce(sum(e.amount), 0) FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id
              WHERE t.order_id = o.id AND e.account LIKE 'cash:%') AS booked,
            (SELECT coalesce(sum(f.amount_fen), 0) FROM pay_fact AS f WHERE f.order_id = o.id)
            - (SELECT coalesce(sum(r.amount_fen), 0) FROM refund AS r
              WHERE r.order_id = o.id AND r.state = 'refunded') AS counted
          FROM "order" AS o WHERE o.shop_id = ?
        ) AS books WHERE booked <> counted
        """,
    ),
    Check(
        "a buyer owes nothing that was settled",
        "{what} stands at {figure} fen after the sale was booked",
        "SELECT e.account AS what, sum(e.amount) AS figure FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id "
        "WHERE e.account LIKE 'order:%' AND t.shop_id = ? GROUP BY e.account HAVING sum(e.amount) <> 0",
    ),
    Check(
        "an unpaid order has no money",
        "order {what} waits for money that is there",
        f"SELECT b.code AS what, b.settled AS figure FROM ({BILL}) AS b "
        "WHERE b.status = 'unpaid' AND b.paid_at IS NOT NULL",
    ),
    Check(
        "each fact is booked once",
        "{what} is booked {figure} times",
        "SELECT f.provider || ' ' || f.event AS what, count(*) AS figure FROM pay_fact AS f "
        'JOIN "order" AS o ON o.id = f.order_id WHERE o.shop_id = ? GROUP BY f.provider, f.event HAVING count(*) > 1',
    ),
    Check(
        "what is asked for is owed",
        "an open request of order {what} does not ask for what is owed ({figure} fen off)",
        f"SELECT i.code AS what, i.amount_fen - i.payable_fen AS figure FROM ({INTENT}) AS i "
        "WHERE i.amount_fen <> i.payable_fen OR i.paid_at IS NOT NULL OR i.status NOT IN ('unpaid', 'preparing')",
    ),
    Check(
        "one open request at a time",
        "order {what} has {figure} open requests to pay",
        f"SELECT i.code AS what, count(*) AS figure FROM ({INTENT}) AS i GROUP BY i.code HAVING count(*) > 1",
    ),
    # ── pick-ups
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
    # ── coupons
    Check(
        "an order takes one coupon",
        "{figure} coupons stand on order {what}",
        "SELECT cast(c.order_id AS text) AS what, count(*) AS figure FROM coupon AS c "
        "WHERE c.state IN ('locked', 'used') AND c.shop_id = ? GROUP BY c.order_id HAVING count(*) > 1",
    ),
    Check(
        "no more coupons than there are",
        "of the coupon {what} {figure} are out that are not counted",
        """
        SELECT code AS what, given - issued AS figure FROM (
          SELECT t.code, t.total, t.issued, (SELECT count(*) FROM coupon AS c WHERE c.template_id = t.id) AS given
          FROM coupon_template AS t WHERE t.shop_id = ?
        ) AS counted WHERE given <> issued OR issued > total
        """,
    ),
    Check(
        "nobody has more coupons than one may",
        "{what} has {figure} coupons of one kind",
        "SELECT person.name AS what, count(*) AS figure FROM coupon AS c JOIN person ON person.id = c.person_id "
        "WHERE c.shop_id = ? GROUP BY c.template_id, person.id, person.name HAVING count(*) > max(c.most_each)",
    ),
    Check(
        "a coupon is where its order is",
        "coupon {what} is locked, used or free, and order {figure} says otherwise",
        """
        SELECT cast(c.id AS text) AS what, coalesce(c.order_id, 0) AS figure
        FROM coupon AS c LEFT JOIN "order" AS o ON o.id = c.order_id
        WHERE c.shop_id = ? AND (
          (c.state = 'locked' AND (o.id IS NULL OR o.paid_at IS NOT NULL OR o.status NOT IN ('unpaid', 'preparing')))
          OR (c.state = 'used' AND (o.id IS NULL OR o.paid_at IS NULL))
          OR (c.state IN ('available', 'expired', 'void') AND c.order_id IS NOT NULL)
          OR o.buyer_id <> c.person_id)
        """,
    ),
    Check(
        "what was grabbed was given",
        "drop {what} gave {figure} coupons more than were grabbed",
        """
        SELECT cast(id AS text) AS what, given - taken AS figure FROM (
          SELECT d.id, d.taken, (SELECT count(*) FROM coupon AS c WHERE c.drop_id = d.id) AS given
          FROM coupon_drop AS d WHERE d.shop_id = ?
        ) AS drops WHERE given <> taken
        """,
    ),
    # ── campaigns
    Check(
        "a campaign gave what its orders took",
        "campaign {what} counts {figure} thousandths more than its orders have",
        f'SELECT p."key" AS what, p.taken - p.ordered AS figure FROM ({PIECES}) AS p WHERE p.taken <> p.ordered',
    ),
    Check(
        "a campaign keeps to its quota",
        "campaign {what} went {figure} thousandths beyond its quota, or reserves after its end",
        f'SELECT p."key" AS what, p.taken + p.reserved - coalesce(p.quota, 0) AS figure FROM ({PIECES}) AS p '
        "WHERE p.taken + p.reserved > p.quota OR (p.quota IS NULL AND p.reserved > 0) "
        "OR (p.reserved > 0 AND p.status IN ('closing', 'settled', 'cancelled'))",
    ),
    Check(
        "nobody has more of a campaign than his share",
        "{what} has {figure} thousandths more of a campaign than are counted",
        """
        SELECT person.name AS what, has - qty AS figure FROM (
          SELECT share.person_id, share.qty, share.most, (SELECT coalesce(sum(line.qty), 0)
            FROM line JOIN "order" AS o ON o.id = line.order_id
            WHERE o.campaign_id = item.campaign_id AND o.buyer_id = share.person_id AND line.sku_id = item.sku_id
            AND o.status <> 'cancelled') AS has
          FROM campaign_share AS share JOIN campaign_item AS item ON item.id = share.item_id
        ) AS shares JOIN person ON person.id = person_id
        WHERE person.shop_id = ? AND (has <> qty OR qty > most)
        """,
    ),
    Check(
        "no group has more of a campaign than its share",
        "{what} has {figure} thousandths more of a campaign than are counted",
        """
        SELECT room.name AS what, has - taken AS figure FROM (
          SELECT share.room_id, share.taken, share.most, (SELECT coalesce(sum(line.qty), 0)
            FROM line JOIN "order" AS o ON o.id = line.order_id
            WHERE o.campaign_id = item.campaign_id AND o.room_id = share.room_id AND line.sku_id = item.sku_id
            AND o.status <> 'cancelled') AS has
          FROM campaign_room_share AS share JOIN campaign_item AS item ON item.id = share.item_id
        ) AS shares JOIN room ON room.id = room_id
        WHERE room.shop_id = ? AND (has <> taken OR taken > most)
        """,
    ),
    Check(
        "a line is as long as it is counted",
        "the line of campaign {what} counts {figure} people more than wait",
        f'SELECT l."key" AS what, l.waiting - l.waits AS figure FROM ({LINES}) AS l WHERE l.waiting <> l.waits',
    ),
    Check(
        "what is offered to a line is kept for it",
        "campaign {what} has offered {figure} thousandths more than it keeps",
        f'SELECT l."key" AS what, l.offered - l.kept AS figure FROM ({LINES}) AS l WHERE l.offered > l.kept',
    ),
    # ── bargains
    Check(
        "a bargain counts the cuts that people made",
        "bargain {what} counts {figure} cuts more than people made",
        f"SELECT b.number AS what, b.helped - b.made AS figure FROM ({BARGAINS}) AS b WHERE b.helped <> b.made "
        "OR EXISTS (SELECT 1 FROM bargain_cut AS cut WHERE cut.bargain_id = b.id AND cut.helper_id = b.person_id)",
    ),
    Check(
        "no bargain goes below its floor",
        "bargain {what} is {figure} fen away from where its cuts may lead",
        f"SELECT b.number AS what, b.floor_fen - (b.start_fen - b.off) AS figure FROM ({BARGAINS}) AS b "
        "WHERE b.start_fen - b.off < b.floor_fen OR (b.helped = b.cuts) <> (b.start_fen - b.off = b.floor_fen)",
    ),
    Check(
        "a bargain is bought for what it came to",
        "the order of bargain {what} asks {figure} fen more than it came to",
        f"SELECT b.number AS what, b.asked - (b.start_fen - b.off) AS figure FROM ({BARGAINS}) AS b "
        "WHERE (b.status = 'ordered') <> (b.order_id IS NOT NULL) "
        "OR (b.order_id IS NOT NULL AND b.asked > b.start_fen - b.off)",
    ),
    # ── appointments
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
    # ── teams
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
    # ── points
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
    # ── commission
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
    # ── people and the post
    Check(
        "one open request for a person",
        "person {what} has {figure} open requests",
        "SELECT cast(t.person_id AS text) AS what, count(*) AS figure FROM ticket AS t "
        "WHERE t.state <> 'closed' AND t.shop_id = ? GROUP BY t.person_id HAVING count(*) > 1",
    ),
    Check(
        "whoever is served is served by somebody",
        "request {what} is in nobody's hands, or in somebody's without being served",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND ((t.state IN ('active', 'waiting')) <> (t.owner_id IS NOT NULL) AND t.state <> 'closed')",
    ),
    Check(
        "no request is forgotten",
        "request {what} waits and no clock looks at it",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND (t.state <> 'closed') <> (t.due_at IS NOT NULL)",
    ),
    Check(
        "a request that ended has its moment",
        "request {what} ended without a moment, or has one without an end",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND (t.state = 'closed') <> (t.closed_at IS NOT NULL AND t.ended <> '')",
    ),
    Check(
        "what waits for an answer is in hands",
        "request {what} owes an answer and nobody has it, or is owed none and waits for one",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND (t.state = 'active') <> (t.owed_since IS NOT NULL)",
    ),
    Check(
        "an account is one person's",
        "{what} is {figure} people",
        "SELECT h.channel || ' ' || h.account AS what, count(*) AS figure FROM handle AS h "
        "JOIN person ON person.id = h.person_id WHERE person.shop_id = ? "
        "GROUP BY h.channel, h.account HAVING count(*) > 1",
    ),
    Check(
        "a message is heard once",
        "message {what} was kept {figure} times",
        "SELECT m.channel || ' ' || m.channel_id AS what, count(*) AS figure FROM message AS m "
        "GROUP BY m.channel, m.channel_id HAVING count(*) > 1",
    ),
    Check(
        "letters come from what was worked through",
        "message {what} is not done and {figure} letters answer it",
        "SELECT cast(m.id AS text) AS what, count(*) AS figure FROM message AS m JOIN letter ON letter.cause = m.id "
        "WHERE m.state = 'new' AND letter.event IS NULL GROUP BY m.id",
    ),
    Check(
        "a letter exists once",
        "letter {what} exists {figure} times",
        'SELECT l."key" AS what, count(*) AS figure FROM letter AS l GROUP BY l."key" HAVING count(*) > 1',
    ),
    Check(
        "a letter that was sent has its moment",
        "letter {what} says that it was sent and when in different words",
        "SELECT l.\"key\" AS what, 1 AS figure FROM letter AS l WHERE (l.state = 'sent') <> (l.sent_at IS NOT NULL)",
    ),
    Check(
        "an event that was not told has no letters",
        "event {what} is still to be told and {figure} letters tell it",
        "SELECT cast(e.id AS text) AS what, count(*) AS figure FROM event AS e JOIN letter ON letter.event = e.id "
        "WHERE NOT e.told GROUP BY e.id",
    ),
)


CUTS = "every fen taken off has a reason"
NAMES = (*(check.name for check in CHECKS), CUTS)


async def broken(shop: ShopId) -> list[Breach]:
    """Everything that is wrong with the books of this shop, in the order of NAMES."""
    rows = await run_sql(_QUESTION, [shop] * _QUESTION.count("?"))
    found = [_breach(CHECKS[int(row["place"])], row) for row in rows]
    return found + await _cuts(shop)


async def look(shop: ShopId, name: str) -> list[Breach]:
    """What one check finds, alone: a long look at the books is made of short ones."""
    if name == CUTS:
        return await _cuts(shop)
    check = CHECKS[NAMES.index(name)]
    rows = await run_sql(_ask(check), [shop] * check.wrong.count("?"))
    return [_breach(check, row) for row in rows]


def _breach(check: Check, row: Mapping[str, Any]) -> Breach:
    figure, what = int(row["figure"]), str(row["what"])
    return Breach(check.name, figure, check.sentence.format(what=what, figure=figure), what)


def _ask(check: Check) -> str:
    return (
        f"SELECT cast(c.what AS text) AS what, cast(c.figure AS bigint) AS figure FROM ({check.wrong}) AS c"
    )


# All checks in one statement, so that they see the books at one moment and cost one question.
_QUESTION = "\nUNION ALL\n".join(
    f"SELECT {place} AS place, a.* FROM ({_ask(check)}) AS a" for place, check in enumerate(CHECKS)
)


async def _cuts(shop: ShopId) -> list[Breach]:
    """The cuts are JSON, which each database reads in its own way, so they are added up here."""
    rows = await run_sql(
        "SELECT o.code, line.gross_fen - line.net_fen AS saved, line.cuts FROM line "
        'JOIN "order" AS o ON o.id = line.order_id WHERE o.shop_id = ? '
        "AND (line.gross_fen <> line.net_fen OR length(cast(line.cuts AS text)) > 2) ORDER BY line.id",
        [shop],
    )
    wrong = []
    for row in rows:
        off = int(row["saved"]) - sum(int(cut["fen"]) for cut in as_json(row["cuts"]))
        if off:
            sentence = f"a line of order {row['code']} is {off} fen cheaper than its cuts say"
            wrong.append(Breach(CUTS, off, sentence, str(row["code"])))
    return wrong
