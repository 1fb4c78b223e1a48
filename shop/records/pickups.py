"""自提: a code that hands over one order, once."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from shop.records.orders import Order
from shop.records.shops import Shop


class Pickup(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    order: fields.OneToOneRelation[Order] = fields.OneToOneField(
        "shop.Order", related_name="pickup", on_delete=fields.RESTRICT
    )
    code = fields.CharField(8)
    state = fields.CharField(8)  # ready, done, void
    ready_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)
    done_by = fields.BigIntField(null=True)

    order_id: int

    class Meta:
        table = "pickup"
        constraints = (
            UniqueConstraint(("shop_id", "code"), name="uq_pickup_live_code", condition="state = 'ready'"),
        )
