"""预约: services, who does them, and the half hours of each; the count stands in the slot, so that the last one is taken
by one statement and the database refuses one more. The life of an appointment is told by rules/bookings.py."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.campaigns import Campaign
from shop.records.orders import Order
from shop.records.people import Person
from shop.records.shops import Shop


class Service(Model):
    """What can be booked. Its deposit is a product of its own, sold by a campaign of its own."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    campaign: fields.ForeignKeyNullableRelation[Campaign] = fields.ForeignKeyField(
        "shop.Campaign", null=True, on_delete=fields.RESTRICT
    )
    name = fields.CharField(32)
    minutes = fields.IntField()
    price_fen = fields.BigIntField()
    deposit_fen = fields.BigIntField(db_default=0)
    offered = fields.BooleanField(db_default=True)

    shop_id: int
    campaign_id: int | None

    class Meta:
        table = "service"
        constraints = (
            UniqueConstraint(("shop_id", "name"), name="uq_service_name"),
            CheckConstraint("deposit_fen >= 0 AND deposit_fen <= price_fen", name="ck_service_deposit"),
            CheckConstraint("minutes > 0", name="ck_service_minutes"),
        )


class Resource(Model):
    """Somebody who serves one customer at a time, or several (`capacity`). Without hours he takes no appointments."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    name = fields.CharField(32)
    capacity = fields.IntField(db_default=1)
    hours: Any = fields.JSONField()  # as rules/hours.parse reads them: ["1-7 10:00-19:00"]

    shop_id: int

    class Meta:
        table = "resource"
        constraints = (
            UniqueConstraint(("shop_id", "name"), name="uq_resource_name"),
            CheckConstraint("capacity > 0", name="ck_resource_capacity"),
        )


class Slot(Model):
    """Half an hour of somebody; a row from the first appointment in it on."""

    id = fields.BigIntField(primary_key=True)
    resource: fields.ForeignKeyRelation[Resource] = fields.ForeignKeyField(
        "shop.Resource", on_delete=fields.RESTRICT
    )
    starts_at = fields.DatetimeField()
    capacity = fields.IntField()
    booked = fields.IntField(db_default=0)

    resource_id: int

    class Meta:
        table = "slot"
        constraints = (
            UniqueConstraint(("resource_id", "starts_at"), name="uq_slot"),
            CheckConstraint("booked >= 0", name="ck_slot_booked"),
            CheckConstraint("booked <= capacity", name="ck_slot_capacity"),
        )


class Absence(Model):
    """休息: a time in which somebody takes no new appointments; those that he has stay until they are moved."""

    id = fields.BigIntField(primary_key=True)
    resource: fields.ForeignKeyRelation[Resource] = fields.ForeignKeyField(
        "shop.Resource", on_delete=fields.RESTRICT
    )
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()

    resource_id: int

    class Meta:
        table = "absence"
        constraints = (CheckConstraint("starts_at < ends_at", name="ck_absence"),)
        indexes = (Index(fields=("resource_id", "ends_at")),)


class Appointment(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    service: fields.ForeignKeyRelation[Service] = fields.ForeignKeyField(
        "shop.Service", on_delete=fields.RESTRICT
    )
    resource: fields.ForeignKeyRelation[Resource] = fields.ForeignKeyField(
        "shop.Resource", on_delete=fields.RESTRICT
    )
    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "shop.Order", null=True, on_delete=fields.RESTRICT
    )  # of its deposit
    state = fields.CharField(16)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    made_at = fields.DatetimeField()
    remind_at = fields.DatetimeField(null=True)  # None: reminded, or there is no need
    hit = fields.BooleanField(
        db_default=False
    )  # the shop cannot keep it: it is moved or goes back for nothing

    shop_id: int
    person_id: int
    service_id: int
    resource_id: int
    order_id: int | None

    class Meta:
        table = "appointment"
        constraints = (
            UniqueConstraint(("order_id",), name="uq_appointment_order"),
            CheckConstraint("starts_at < ends_at", name="ck_appointment"),
        )
        indexes = (
            Index(fields=("resource_id", "starts_at")),
            Index(fields=("person_id", "state")),
            Index(fields=("state", "remind_at")),
            Index(fields=("state", "ends_at")),
        )
