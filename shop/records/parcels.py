"""包裹: goods of an order that go together, where not everything goes at once; its life is told by rules/parcels.py."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.orders import Line, Order


class Parcel(Model):
    """An order that goes out in one piece has none: its pick-up says all."""

    id = fields.BigIntField(primary_key=True)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("shop.Order", on_delete=fields.RESTRICT)
    number = fields.IntField()  # of this order, from 1
    state = fields.CharField(8)
    by = fields.BigIntField()  # who of the shop packed it
    packed_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)  # on its way: then it counts as arrived
    ended_at = fields.DatetimeField(null=True)

    order_id: int

    class Meta:
        table = "parcel"
        constraints = (UniqueConstraint(("order_id", "number"), name="uq_parcel_number"),)
        indexes = (Index(fields=("state", "due_at")),)


class ParcelPart(Model):
    """What of a line is in it."""

    id = fields.BigIntField(primary_key=True)
    parcel: fields.ForeignKeyRelation[Parcel] = fields.ForeignKeyField(
        "shop.Parcel", related_name="parts", on_delete=fields.RESTRICT
    )
    line: fields.ForeignKeyRelation[Line] = fields.ForeignKeyField("shop.Line", on_delete=fields.RESTRICT)
    qty = fields.BigIntField()

    parcel_id: int
    line_id: int

    class Meta:
        table = "parcel_part"
        constraints = (
            UniqueConstraint(("parcel_id", "line_id"), name="uq_parcel_part"),
            CheckConstraint("qty > 0", name="ck_parcel_part_qty"),
        )
        indexes = (Index(fields=("line_id",)),)
