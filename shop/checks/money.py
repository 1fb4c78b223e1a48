"""钱: what was paid, what went back, and the ledger of both."""

from __future__ import annotations

from shop.checks.check import BILL, Check

INTENT = """
    SELECT o.code, o.status, o.paid_at, o.payable_fen, i.amount_fen, i.trade_no
    FROM "order" AS o JOIN pay_intent AS i ON i.order_id = o.id WHERE i.state = 'created' AND o.shop_id = ?
"""

CHECKS = (
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
          SELECT r.number, r.amount_fen, r.delivery_fen +
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
        "the delivery fee gives back what its refunds say",
        "the delivery of order {what} gave back {figure} fen more than its refunds say",
        """
        SELECT code AS what, back - fen AS figure FROM (
          SELECT o.code, o.delivery_back_fen AS back,
            (SELECT coalesce(sum(r.delivery_fen), 0) FROM refund AS r
              WHERE r.order_id = o.id AND r.state NOT IN ('rejected', 'withdrawn')) AS fen
          FROM "order" AS o WHERE o.shop_id = ?
        ) AS fees WHERE back <> fen
        """,
    ),
    Check(
        "delivery brought what was paid for it",
        "the books of order {what} differ from its delivery by {figure} fen",
        """
        SELECT code AS what, booked - fen AS figure FROM (
          SELECT o.code,
            (SELECT coalesce(-sum(e.amount), 0) FROM entry AS e JOIN transfer AS t ON t.id = e.transfer_id
              WHERE t.order_id = o.id AND e.account = 'delivery_income') AS booked,
            CASE WHEN EXISTS (SELECT 1 FROM pay_fact AS f WHERE f.order_id = o.id AND f.standing = 'settled')
              THEN coalesce(o.delivery_fen, 0) ELSE 0 END
            - (SELECT coalesce(sum(r.delivery_fen), 0) FROM refund AS r
              WHERE r.order_id = o.id AND r.state = 'refunded') AS fen
          FROM "order" AS o WHERE o.shop_id = ?
        ) AS fees WHERE booked <> fen
        """,
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
)
