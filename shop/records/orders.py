"""订单: one buyer, lines with frozen prices, a life told by rules/orders.py."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.campaigns import Campaign
from shop.records.goods import Sku
from shop.records.people import Person, Room
from shop.records.shops import Shop


class Order(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    buyer: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "shop.Room", null=True, on_delete=fields.RESTRICT
    )
    campaign: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "shop.Campaign", null=True, on_delete=fields.RESTRICT
    )
    campaign_done = fields.BooleanField(db_default=False)  # its end was settled for this order
    day = fields.DateField()
    number = fields.IntField()
    code = fields.CharField(16)  # 0501-017, what people say
    token = fields.CharField(32, unique=True)  # 128 bits, what a link carries
    status = fields.CharField(16)
    pay_mode = fields.CharField(8)  # prepay, cod
    gross_fen = fields.BigIntField()
    payable_fen = fields.BigIntField()
    nearly: Any = fields.JSONField(null=True)  # near misses of the quote
    unused: Any = fields.JSONField(null=True)  # coupons that were not taken, and why
    coupon_id = fields.BigIntField(null=True)
    keeps_coupons = fields.BooleanField(db_default=False)  # 不用券: the buyer saves them for another time
    points = fields.BigIntField(db_default=0)  # spent on it
    points_fen = fields.BigIntField(db_default=0)  # what they were worth
    adjust_fen = fields.BigIntField(db_default=0)  # the merchant's change, less than nothing is off
    delivery_fen = fields.BigIntField(null=True)  # what is paid for bringing it; null: the buyer fetches it
    delivery: Any = fields.JSONField(null=True)  # by which rule, and what a coupon took off: rules/frozen.py
    delivery_coupon_id = fields.BigIntField(null=True)
    delivery_back_fen = fields.BigIntField(db_default=0)  # of it, what went back or is promised
    version = fields.IntField(db_default=1)  # grows with every edit; a stale writer stops
    placed_at = fields.DatetimeField()
    pay_due_at = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)  # the buyer says the transfer is made
    paid_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_why = fields.CharField(32, db_default="")
    after_sale_until = fields.DatetimeField(null=True)  # then it is over for good and its points can be spent

    shop_id: int
    buyer_id: int
    room_id: int | None
    campaign_id: int | None
    lines: fields.ReverseRelation[Line]

    class Meta:
        table = "order"
        constraints = (
            UniqueConstraint(("shop_id", "day", "number"), name="uq_order_number"),
            CheckConstraint("payable_fen >= 0", name="ck_order_payable"),
            CheckConstraint("payable_fen <= gross_fen + coalesce(delivery_fen, 0)", name="ck_order_cut"),
            CheckConstraint(
                "delivery_back_fen >= 0 AND delivery_back_fen <= coalesce(delivery_fen, 0)",
                name="ck_order_delivery",
            ),
        )
        indexes = (
            Index(fields=("status", "pay_due_at")),
            Index(fields=("status", "after_sale_until")),
            Index(fields=("buyer_id", "id")),
            Index(fields=("shop_id", "code")),
            Index(fields=("campaign_id", "id")),
        )


class Line(Model):
    """One kind of goods on an order, with the price it was ordered at and each cut with its reason."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "shop.Order", related_name="lines", on_delete=fields.RESTRICT
    )
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    sku_key = fields.CharField(64)
    name = fields.CharField(64)
    spec = fields.CharField(64, db_default="")
    called = fields.CharField(140)  # in talk: the spec only where the unit does not tell two apart
    unit = fields.CharField(16)
    price_fen = fields.BigIntField()  # what one unit cost when it was ordered
    price_why = fields.CharField(32, db_default="")  # 今日特价, or empty for the list price
    qty = fields.BigIntField()
    gross_fen = fields.BigIntField()
    net_fen = fields.BigIntField()
    cuts: Any = fields.JSONField()  # [{"rule", "why", "fen"}], sums to gross - net
    for_whom = fields.CharField(64, null=True)
    note = fields.CharField(128, null=True)
    over = fields.BooleanField(db_default=False)  # what goes beyond the limit of an offer, at the usual price
    points = fields.BigIntField(db_default=0)  # spent on it
    earned = fields.BigIntField(db_default=0)
    offers: Any = fields.JSONField(
        null=True
    )  # what one unit might have cost then, where that was more than one price
    weighed = fields.BigIntField(null=True)  # what the scale said, for goods by weight

    order_id: int
    sku_id: int

    class Meta:
        table = "line"
        constraints = (
            CheckConstraint("qty > 0", name="ck_line_qty"),
            CheckConstraint("net_fen >= 0", name="ck_line_net"),
            CheckConstraint("net_fen <= gross_fen", name="ck_line_cut"),
        )
        indexes = (Index(fields=("order_id",)),)
