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
