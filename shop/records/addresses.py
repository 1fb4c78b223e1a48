"""地址: where an order is brought; read only for the buyer and for who brings it, forgotten when it is over."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from shop.records.orders import Order


class Address(Model):
    id = fields.BigIntField(primary_key=True)
    order: fields.OneToOneRelation[Order] = fields.OneToOneField("shop.Order", on_delete=fields.RESTRICT)
    text = fields.CharField(120)

    order_id: int

    class Meta:
        table = "address"
