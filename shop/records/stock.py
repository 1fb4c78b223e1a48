"""库存: what is there, what is promised, and why it changed. The database itself refuses to oversell."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.goods import Sku
from shop.records.orders import Line
from shop.records.people import Person
from shop.records.shops import Shop


class Place(Model):
    """取货点: where goods lie, beside the shop itself."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    name = fields.CharField(16)

    class Meta:
        table = "place"
        constraints = (UniqueConstraint(("shop_id", "name"), name="uq_place_name"),)


class StockItem(Model):
    """One kind of goods in one place; without a place it is the shop itself, and orders take from there."""

    id = fields.BigIntField(primary_key=True)
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    place: fields.ForeignKeyNullableRelation[Place] = fields.ForeignKeyField(
        "shop.Place", null=True, on_delete=fields.RESTRICT
    )
    on_hand = fields.BigIntField()
    held = fields.BigIntField(db_default=0)

    sku_id: int
    place_id: int | None

    class Meta:
        table = "stock_item"
        constraints = (
            UniqueConstraint(("sku_id",), name="uq_stock_here", condition="place_id IS NULL"),
            UniqueConstraint(("sku_id", "place_id"), name="uq_stock_place"),
            CheckConstraint("on_hand >= 0", name="ck_stock_on_hand"),
            CheckConstraint("held >= 0", name="ck_stock_held"),
            CheckConstraint("held <= on_hand", name="ck_stock_promised"),
        )


class Hold(Model):
    """A promise of stock to one order line: active, then consumed (handed over) or released, once. Goods may leave in
    parts: `parcelled` is in parcels that are not void, `gone` has left the shop."""

    id = fields.BigIntField(primary_key=True)
    line: fields.ForeignKeyRelation[Line] = fields.ForeignKeyField("shop.Line", on_delete=fields.RESTRICT)
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    qty = fields.BigIntField()
    state = fields.CharField(16)
    parcelled = fields.BigIntField(db_default=0)
    gone = fields.BigIntField(db_default=0)

    line_id: int
    sku_id: int

    class Meta:
        table = "hold"
        constraints = (
            UniqueConstraint(("line_id",), name="uq_hold_line"),
            CheckConstraint("qty > 0", name="ck_hold_qty"),
            CheckConstraint("parcelled >= 0 AND parcelled <= qty", name="ck_hold_parcelled"),
            CheckConstraint("gone >= 0 AND gone <= qty", name="ck_hold_gone"),
        )


class StockMove(Model):
    """Every change of on_hand, with its reason: received, sold, counted, opening, moved."""

    id = fields.BigIntField(primary_key=True)
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    place: fields.ForeignKeyNullableRelation[Place] = fields.ForeignKeyField(
        "shop.Place", null=True, on_delete=fields.RESTRICT
    )
    change = fields.BigIntField()
    reason = fields.CharField(16)
    ref = fields.CharField(64, db_default="")
    at = fields.DatetimeField()

    class Meta:
        table = "stock_move"
        indexes = (Index(fields=("sku_id",)),)


class Wish(Model):
    """到货叫我: somebody wants to be told when there is some again, once."""

    id = fields.BigIntField(primary_key=True)
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    wished_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)

    sku_id: int
    person_id: int

    class Meta:
        table = "wish"
        constraints = (
            UniqueConstraint(("sku_id", "person_id"), name="uq_wish_open", condition="told_at IS NULL"),
        )


class DayWish(Model):
    """明天想要: what somebody would buy on that day, in stock or not."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    day = fields.DateField()
    what = fields.CharField(32)  # the goods' name, or the word that was said
    told = fields.BooleanField(db_default=False)

    class Meta:
        table = "day_wish"
        constraints = (UniqueConstraint(("shop_id", "day", "person_id", "what"), name="uq_day_wish"),)
