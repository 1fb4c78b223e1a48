"""柜台: who asked for a person, and what the staff did by chat."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from shop.records.people import Person, Room
from shop.records.shops import Shop


class Ticket(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "shop.Room", null=True, on_delete=fields.RESTRICT
    )
    why = fields.CharField(200)
    state = fields.CharField(8)  # open, closed
    opened_at = fields.DatetimeField()

    person_id: int
    room_id: int | None

    class Meta:
        table = "ticket"
        constraints = (UniqueConstraint(("person_id",), name="uq_ticket_open", condition="state = 'open'"),)


class Act(Model):
    """审计: every command by chat, done or not, rows are only added, `undone_by` points at the act that took it back."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    command = fields.CharField(32)
    said = fields.TextField()
    outcome = fields.CharField(8)  # done, denied, refused, dropped, undone
    before: Any = fields.JSONField(null=True)
    after: Any = fields.JSONField(null=True)
    undo: Any = fields.JSONField(null=True)  # what the command needs to take it back
    undo_until = fields.DatetimeField(null=True)
    undone_by = fields.BigIntField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "act"
        indexes = (Index(fields=("person_id", "id")),)


class Alarm(Model):
    """Something that only a person can mend and that the shop found itself: books that do not add up, a refund that
    sticks. One row while it lasts, however often it is found."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    kind = fields.CharField(24)
    subject = fields.CharField(96)
    words = fields.CharField(400)
    times = fields.IntField(db_default=1)
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "alarm"
        constraints = (
            UniqueConstraint(
                ("shop_id", "kind", "subject"), name="uq_alarm_open", condition="closed_at IS NULL"
            ),
        )


class Tries(Model):
    """Wrong codes and forbidden commands of one person: after too many the door stays shut for a while."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    what = fields.CharField(16)  # coupon, pickup, command
    count = fields.IntField()
    since = fields.DatetimeField()
    shut_until = fields.DatetimeField(null=True)

    person_id: int

    class Meta:
        table = "tries"
        constraints = (UniqueConstraint(("person_id", "what"), name="uq_tries"),)
