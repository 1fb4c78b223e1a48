"""券: each is with one person or on one order, and no more are out than there are."""

from __future__ import annotations

from shop.checks.check import Check

CHECKS = (
    Check(
        "an order takes one coupon",  # for its goods, and one for bringing them
        "{figure} coupons stand on order {what}",
        "SELECT cast(c.order_id AS text) AS what, count(*) AS figure FROM coupon AS c "
        "WHERE c.state IN ('locked', 'used') AND c.shop_id = ? GROUP BY c.order_id, c.for_delivery HAVING count(*) > 1",
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
)
