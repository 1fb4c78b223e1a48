"""学词: what was not understood, and the words that a merchant has confirmed since."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from shop.records.goods import Product
from shop.records.people import Person
from shop.records.shops import Shop


class Unread(Model):
    """没听懂的: one row for the same words however often they come, masked before they are kept."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    likeness = fields.CharField(200)
    text = fields.CharField(200)
    in_group = fields.BooleanField()
    times = fields.IntField(db_default=1)
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField()
    state = fields.CharField(8)  # open, taught, dropped

    class Meta:
        table = "unread"
        constraints = (UniqueConstraint(("shop_id", "likeness"), name="uq_unread_likeness"),)
        indexes = (Index(fields=("shop_id", "state", "last_at")),)


class LearntWord(Model):
    """平果 = 苹果: another name of a product in this shop, with who taught it and when."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "shop.Product", on_delete=fields.RESTRICT
    )
    word = fields.CharField(64)
    by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("shop.Person", on_delete=fields.RESTRICT)
    taught_at = fields.DatetimeField()
    forgotten_at = fields.DatetimeField(null=True)

    product_id: int
    by_id: int

    class Meta:
        table = "learnt_word"
        constraints = (
            UniqueConstraint(("shop_id", "word"), name="uq_learnt_word", condition="forgotten_at IS NULL"),
        )
