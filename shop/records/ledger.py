"""账本: double entry, rows are only added; each fact of business is one transfer, and its entries sum to nothing."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.shops import Shop


class Transfer(Model):
    """`key` is the fact's own number (a provider's event, a refund's number): a fact is booked once."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    kind = fields.CharField(24)
    key = fields.CharField(96)
    order_id = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "transfer"
        constraints = (UniqueConstraint(("shop_id", "kind", "key"), name="uq_transfer_fact"),)
        indexes = (Index(fields=("order_id",)),)


class Entry(Model):
    id = fields.BigIntField(primary_key=True)
    transfer: fields.ForeignKeyRelation[Transfer] = fields.ForeignKeyField(
        "shop.Transfer", related_name="entries", on_delete=fields.RESTRICT
    )
    account = fields.CharField(64)
    unit = fields.CharField(3)  # fen or pts
    amount = fields.BigIntField()

    transfer_id: int

    class Meta:
        table = "entry"
        constraints = (
            UniqueConstraint(("transfer_id", "account", "unit"), name="uq_entry_account"),
            CheckConstraint("amount <> 0", name="ck_entry_amount"),
        )
        indexes = (Index(fields=("account", "unit")),)


class PointsAccount(Model):
    """积分: what a member has now; how it came about stands in the ledger. May fall below nothing after a refund."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person_id = fields.BigIntField()
    balance = fields.BigIntField(db_default=0)  # can be spent
    pending = fields.BigIntField(db_default=0)  # earned by orders that can still come back
    earned = fields.BigIntField(db_default=0)  # ever: what levels are given for

    class Meta:
        table = "points_account"
        constraints = (UniqueConstraint(("shop_id", "person_id"), name="uq_points_person"),)
