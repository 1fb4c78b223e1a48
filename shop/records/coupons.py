"""券: each coupon is one row, given out once, used once; the templates stand with the goods."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.goods import CouponTemplate
from shop.records.people import Person, Room
from shop.records.shops import Shop


class CouponDrop(Model):
    """抢券: so many pieces thrown into a group, one a person."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)
    template: fields.ForeignKeyRelation[CouponTemplate] = fields.ForeignKeyField(
        "shop.CouponTemplate", on_delete=fields.RESTRICT
    )
    pieces = fields.IntField()
    taken = fields.IntField(db_default=0)
    dropped_at = fields.DatetimeField()
    until = fields.DatetimeField()
    told = fields.BooleanField(db_default=False)  # the one result line

    room_id: int
    template_id: int

    class Meta:
        table = "coupon_drop"
        constraints = (
            CheckConstraint("taken >= 0", name="ck_drop_taken"),
            CheckConstraint("taken <= pieces", name="ck_drop_pieces"),
        )
        indexes = (Index(fields=("room_id", "until")),)


class Coupon(Model):
    """A life as rules/coupons.py tells it. `serial` counts the template's coupons, `nth` those of one person: the
    database refuses one more of either than there may be."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    template: fields.ForeignKeyRelation[CouponTemplate] = fields.ForeignKeyField(
        "shop.CouponTemplate", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    drop: fields.ForeignKeyNullableRelation[CouponDrop] = fields.ForeignKeyField(
        "shop.CouponDrop", null=True, on_delete=fields.RESTRICT
    )
    serial = fields.IntField()
    most = fields.IntField()  # of the template, when it was given
    nth = fields.IntField()
    most_each = fields.IntField()
    state = fields.CharField(12)
    order_id = fields.BigIntField(null=True)  # while it is locked or used
    for_delivery = fields.BooleanField(db_default=False)  # there: for bringing the goods, beside one for them
    valid_from = fields.DatetimeField()
    valid_to = fields.DatetimeField()
    got_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    returns = fields.IntField(db_default=0)
    reminded = fields.BooleanField(db_default=False)

    template_id: int
    person_id: int
    drop_id: int | None

    class Meta:
        table = "coupon"
        constraints = (
            UniqueConstraint(("template_id", "serial"), name="uq_coupon_serial"),
            UniqueConstraint(("template_id", "person_id", "nth"), name="uq_coupon_nth"),
            UniqueConstraint(
                ("drop_id", "person_id"), name="uq_coupon_drop", condition="drop_id IS NOT NULL"
            ),
            UniqueConstraint(
                ("order_id", "for_delivery"), name="uq_coupon_order", condition="state IN ('locked', 'used')"
            ),
            CheckConstraint("serial <= most", name="ck_coupon_most"),
            CheckConstraint("nth <= most_each", name="ck_coupon_most_each"),
        )
        indexes = (Index(fields=("person_id", "state")), Index(fields=("state", "valid_to")))
