"""人: a person has many handles, one per channel account; a nickname identifies nobody."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from shop.records.shops import Shop


class Person(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    name = fields.CharField(64)
    met_at = fields.DatetimeField()

    class Meta:
        table = "person"


class Handle(Model):
    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    channel = fields.CharField(32)
    account = fields.CharField(128)
    name = fields.CharField(64)  # as shown there today
    alias = fields.CharField(64, db_default="")  # what the shop's own account calls him; for staff alone
    seen_at = fields.DatetimeField()

    person_id: int

    class Meta:
        table = "handle"
        constraints = (UniqueConstraint(("channel", "account"), name="uq_handle_account"),)


class Staff(Model):
    """Who works here: owner, manager or agent (客服)."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    role = fields.CharField(16)
    since = fields.DatetimeField()

    person_id: int

    class Meta:
        table = "staff"
        constraints = (UniqueConstraint(("shop_id", "person_id", "role"), name="uq_staff_role"),)


class Room(Model):
    """群: belongs to one shop, its owner is the 团长."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    channel = fields.CharField(32)
    key = fields.CharField(128)  # the channel's own id
    name = fields.CharField(64)
    owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, on_delete=fields.RESTRICT
    )
    muted = fields.BooleanField(db_default=False)  # 别发了: nothing unasked
    # The account that owns it on its channel, and so leads it; null: the merchant has said who does.
    follows = fields.CharField(128, null=True, db_default="")

    owner_id: int | None
    shop_id: int

    class Meta:
        table = "room"
        constraints = (UniqueConstraint(("channel", "key"), name="uq_room_key"),)


class Complaint(Model):
    """别发了: somebody in a group wants to hear less."""

    id = fields.BigIntField(primary_key=True)
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(8)  # said, left, recalled
    at = fields.DatetimeField()
    taken_back = fields.BooleanField(db_default=False)  # 可以发了, by who runs the group

    class Meta:
        table = "complaint"
        indexes = (Index(fields=("room_id", "at")),)
