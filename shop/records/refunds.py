"""退款: money that goes back; one row is one payment to the buyer under one number, for good."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.orders import Line, Order
from shop.records.payments import PayFact


class Refund(Model):
    """A life as rules/refunds.py tells it. `number` is what a provider knows it by, the same at every try."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("shop.Order", on_delete=fields.RESTRICT)
    fact: fields.ForeignKeyRelation[PayFact] = fields.ForeignKeyField(
        "shop.PayFact", on_delete=fields.RESTRICT
    )  # the money that it is paid back from
    number = fields.CharField(40, unique=True)
    kind = fields.CharField(16)  # goods, delivery, cancelled, late, surplus, mismatch, weight
    amount_fen = fields.BigIntField()
    delivery_fen = fields.BigIntField(db_default=0)  # of it, what is no goods but the fee for bringing them
    state = fields.CharField(12)
    why = fields.CharField(200, db_default="")
    asked_by = fields.BigIntField(null=True)
    decided_by = fields.BigIntField(null=True)
    attempts = fields.IntField(db_default=0)
    asked_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)  # when somebody or something must look again
    settled_at = fields.DatetimeField(null=True)
    proof = fields.CharField(200, db_default="")  # how it was paid by hand

    order_id: int
    fact_id: int

    class Meta:
        table = "refund"
        constraints = (
            CheckConstraint("amount_fen > 0", name="ck_refund_amount"),
            CheckConstraint("delivery_fen >= 0 AND delivery_fen <= amount_fen", name="ck_refund_delivery"),
        )
        indexes = (Index(fields=("order_id",)), Index(fields=("state", "due_at")))


class RefundPart(Model):
    """What of a line a refund gives back: units and their stored share of the money."""

    id = fields.BigIntField(primary_key=True)
    refund: fields.ForeignKeyRelation[Refund] = fields.ForeignKeyField(
        "shop.Refund", related_name="parts", on_delete=fields.RESTRICT
    )
    line: fields.ForeignKeyRelation[Line] = fields.ForeignKeyField("shop.Line", on_delete=fields.RESTRICT)
    qty = fields.BigIntField()
    fen = fields.BigIntField()

    refund_id: int
    line_id: int

    class Meta:
        table = "refund_part"
        constraints = (
            UniqueConstraint(("refund_id", "line_id"), name="uq_refund_part"),
            CheckConstraint("qty >= 0", name="ck_part_qty"),
            CheckConstraint("fen >= 0", name="ck_part_fen"),
        )


class GivenBack(Model):
    """How much of a line is refunded or about to be: never more than it cost, whoever asks at the same moment."""

    id = fields.BigIntField(primary_key=True)
    line: fields.OneToOneRelation[Line] = fields.OneToOneField("shop.Line", on_delete=fields.RESTRICT)
    net_fen = fields.BigIntField()  # of the line, so that the database can compare
    qty = fields.BigIntField()
    open_fen = fields.BigIntField(db_default=0)
    open_qty = fields.BigIntField(db_default=0)
    done_fen = fields.BigIntField(db_default=0)
    done_qty = fields.BigIntField(db_default=0)
    kept_qty = fields.BigIntField(db_default=0)  # of those units, what had not left the shop and stays there

    line_id: int

    class Meta:
        table = "given_back"
        constraints = (
            CheckConstraint("open_fen >= 0 AND done_fen >= 0", name="ck_back_fen"),
            CheckConstraint("open_qty >= 0 AND done_qty >= 0", name="ck_back_qty"),
            CheckConstraint("open_fen + done_fen <= net_fen", name="ck_back_most_fen"),
            CheckConstraint("open_qty + done_qty <= qty", name="ck_back_most_qty"),
            CheckConstraint("kept_qty >= 0 AND kept_qty <= open_qty + done_qty", name="ck_back_kept"),
        )
