"""店: one installation serves one shop or many; every record belongs to one."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model


class Shop(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(64, unique=True)
    name = fields.CharField(64)
    tz = fields.CharField(64)
    units: Any = fields.JSONField()  # the unit table of the catalogue file
    goods_version = fields.BigIntField(db_default=1)  # grows with every change of goods: readers rebuild
    opened_at = fields.DatetimeField()
    rules: Any = fields.JSONField(null=True)  # what the shop has settled differently from rules/trade.py

    class Meta:
        table = "shop"


class Counter(Model):
    """Numbers in a row come from here, never from counting."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    name = fields.CharField(64)
    value = fields.BigIntField(db_default=0)

    class Meta:
        table = "counter"
        constraints = (UniqueConstraint(("shop_id", "name"), name="uq_counter_name"),)


class Pairing(Model):
    """绑定码: the one-time code that makes its sender the owner."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    code = fields.CharField(16)
    role = fields.CharField(16)
    made_at = fields.DatetimeField()
    until = fields.DatetimeField()
    tries = fields.IntField(db_default=0)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "pairing"
