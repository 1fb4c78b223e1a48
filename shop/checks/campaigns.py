"""活动: what a campaign counts is what its orders took; a line waits for what is kept; a bargain is its cuts."""

from __future__ import annotations

from shop.checks.check import Check

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

CHECKS = (
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
)
