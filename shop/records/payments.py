"""钱: what was asked for (intents), what providers told (facts, each once) and whether their day's bill agrees."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.orders import Order
from shop.records.shops import Shop


class PayIntent(Model):
    """One request to pay one amount: created, then paid or closed."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("shop.Order", on_delete=fields.RESTRICT)
    provider = fields.CharField(16)
    trade_no = fields.CharField(32, unique=True)
    amount_fen = fields.BigIntField()
    state = fields.CharField(8)
    made_at = fields.DatetimeField()
    from_group = fields.BooleanField(db_default=False)  # its pages show number and sum, and nothing else

    order_id: int

    class Meta:
        table = "pay_intent"
        constraints = (CheckConstraint("amount_fen > 0", name="ck_intent_amount"),)
        indexes = (Index(fields=("order_id",)),)


class PayLink(Model):
    """付款链接: the one way to pay an order that its group was shown. Neither its token nor the browser that has opened
    it is kept, only what they hash to."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("shop.Order", on_delete=fields.RESTRICT)
    token_hash = fields.CharField(64, unique=True)
    holder_hash = fields.CharField(64, null=True)
    made_at = fields.DatetimeField()

    order_id: int

    class Meta:
        table = "pay_link"
        constraints = (UniqueConstraint(("order_id",), name="uq_pay_link_order"),)


class PayFact(Model):
    """Money that came in. `standing` says what it became: settled, late (order had ended), mismatch, surplus."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("shop.Order", on_delete=fields.RESTRICT)
    provider = fields.CharField(16)
    event = fields.CharField(64)
    trade_no = fields.CharField(32, db_default="")  # the request that it answers, where there was one
    amount_fen = fields.BigIntField()
    standing = fields.CharField(16)
    by_id = fields.BigIntField(null=True)  # the staff member who confirmed cash or a transfer
    at = fields.DatetimeField()

    order_id: int

    class Meta:
        table = "pay_fact"
        constraints = (
            UniqueConstraint(("provider", "event"), name="uq_pay_event"),
            CheckConstraint("amount_fen > 0", name="ck_fact_amount"),
        )
        indexes = (Index(fields=("order_id",)),)


class DayBill(Model):
    """对账: a provider's bill of one day beside our books. `wrong` lists each difference in plain words."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    provider = fields.CharField(16)
    day = fields.DateField()
    ours_fen = fields.BigIntField()
    theirs_fen = fields.BigIntField()
    wrong: Any = fields.JSONField()
    checked_at = fields.DatetimeField()

    class Meta:
        table = "day_bill"
        constraints = (UniqueConstraint(("shop_id", "provider", "day"), name="uq_day_bill"),)
