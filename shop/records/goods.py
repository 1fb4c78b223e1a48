"""货: products, what they are sold by, and today's special prices."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.shops import Shop


class Product(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    key = fields.CharField(64)
    name = fields.CharField(64)
    aliases: Any = fields.JSONField()
    category = fields.CharField(32, db_default="")
    note = fields.TextField(db_default="")
    place = fields.IntField(db_default=0)  # order on the menu
    on_sale = fields.BooleanField(db_default=True)

    skus: fields.ReverseRelation[Sku]

    class Meta:
        table = "product"
        constraints = (UniqueConstraint(("shop_id", "key"), name="uq_product_key"),)


class Sku(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "shop.Product", related_name="skus", on_delete=fields.RESTRICT
    )
    key = fields.CharField(64)
    spec = fields.CharField(64, db_default="")
    unit = fields.CharField(16)
    price_fen = fields.BigIntField()
    member_fen = fields.BigIntField(null=True)  # 会员价
    is_default = fields.BooleanField(db_default=False)

    product_id: int

    class Meta:
        table = "sku"
        constraints = (
            UniqueConstraint(("shop_id", "key"), name="uq_sku_key"),
            CheckConstraint("price_fen >= 0", name="ck_sku_price"),
        )


class Special(Model):
    """今日特价: one price for one day."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    day = fields.DateField()
    price_fen = fields.BigIntField()

    sku_id: int

    class Meta:
        table = "special"
        constraints = (
            UniqueConstraint(("sku_id", "day"), name="uq_special_day"),
            CheckConstraint("price_fen >= 0", name="ck_special_price"),
        )


class CouponTemplate(Model):
    """券: what a coupon gives, to how many people and for how long. Each one given out is a row of records/coupons.py."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    code = fields.CharField(64)
    title = fields.CharField(128)
    terms: Any = fields.JSONField(
        null=True
    )  # face or rate, threshold, scope, as shop/promotions/coupon.py reads it
    total = fields.IntField(null=True)  # None: as many as are wanted
    issued = fields.IntField(db_default=0)
    each = fields.IntField(db_default=1)  # to one person
    days = fields.IntField(null=True)  # valid so long after it was given
    valid_from = fields.DatetimeField(null=True)
    valid_to = fields.DatetimeField(null=True)
    returnable = fields.BooleanField(db_default=True)
    in_store_only = fields.BooleanField(db_default=False)
    running = fields.BooleanField(db_default=True)

    shop_id: int

    class Meta:
        table = "coupon_template"
        constraints = (UniqueConstraint(("shop_id", "code"), name="uq_coupon_template_code"),)


class Promotion(Model):
    """促销: which promotions run, in the words of their file in shop/promotions (kind, terms)."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    kind = fields.CharField(32)
    terms: Any = fields.JSONField()
    running = fields.BooleanField(db_default=True)
    rooms: Any = fields.JSONField(null=True)  # which groups hear of it; none: nobody is told
    post_at = fields.DatetimeField(null=True)  # when they hear of it; None: they have, or never will
    call_at = fields.DatetimeField(null=True)  # when its end is called, as above
    ends_at = fields.DatetimeField(null=True)

    shop_id: int

    class Meta:
        table = "promotion"
