"""砍价: one person's bargain in a campaign, and who cut what of it. The shares are drawn when it begins; taking the next
one is a count that the database keeps below their number."""

from __future__ import annotations

from datetime import date
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.campaigns import Campaign
from shop.records.orders import Order
from shop.records.people import Person, Room
from shop.records.shops import Shop


class Bargain(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "shop.Campaign", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)
    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "shop.Order", null=True, on_delete=fields.RESTRICT
    )
    number = fields.IntField()  # what people call it by: 砍 3
    status = fields.CharField(16)
    start_fen = fields.BigIntField()
    floor_fen = fields.BigIntField()
    cuts = fields.IntField()
    seed = fields.BigIntField()
    shares: Any = fields.JSONField()  # fen of each cut, drawn once
    helped = fields.IntField(db_default=0)
    opened_at = fields.DatetimeField()

    shop_id: int
    campaign_id: int
    person_id: int
    room_id: int
    order_id: int | None

    class Meta:
        table = "bargain"
        constraints = (
            UniqueConstraint(("shop_id", "number"), name="uq_bargain_number"),
            UniqueConstraint(("campaign_id", "person_id"), name="uq_bargain_person"),
            UniqueConstraint(("order_id",), name="uq_bargain_order"),
            CheckConstraint("helped >= 0 AND helped <= cuts", name="ck_bargain_helped"),
            CheckConstraint("floor_fen >= 0 AND floor_fen < start_fen", name="ck_bargain_floor"),
        )
        indexes = (Index(fields=("status", "campaign_id")), Index(fields=("room_id", "status")))


class BargainCut(Model):
    """One share, and who took it."""

    id = fields.BigIntField(primary_key=True)
    bargain: fields.ForeignKeyRelation[Bargain] = fields.ForeignKeyField(
        "shop.Bargain", on_delete=fields.RESTRICT
    )
    helper: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    no = fields.IntField()
    fen = fields.BigIntField()
    at = fields.DatetimeField()

    bargain_id: int
    helper_id: int

    class Meta:
        table = "bargain_cut"
        constraints = (
            UniqueConstraint(("bargain_id", "no"), name="uq_bargain_cut_no"),
            UniqueConstraint(("bargain_id", "helper_id"), name="uq_bargain_cut_helper"),
            CheckConstraint("fen >= 1", name="ck_bargain_cut_fen"),
        )


class BargainDay(Model):
    """How often one person has helped on one day; the database refuses one more."""

    id = fields.BigIntField(primary_key=True)
    helper: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    day: date = fields.DateField()
    cuts = fields.IntField()

    helper_id: int

    class Meta:
        table = "bargain_day"
        constraints = (
            UniqueConstraint(("helper_id", "day"), name="uq_bargain_day"),
            CheckConstraint("cuts >= 0 AND cuts <= 3", name="ck_bargain_day"),
        )
