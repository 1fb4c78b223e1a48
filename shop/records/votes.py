"""投票: a question with its choices, and one ballot a person."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model

from shop.records.people import Person, Room
from shop.records.shops import Shop


class Vote(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    made_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    title = fields.CharField(64)
    choices: Any = fields.JSONField()  # the words of each, number 1 first
    opened_at = fields.DatetimeField()
    until = fields.DatetimeField(null=True)  # None: until somebody ends it
    closed_at = fields.DatetimeField(null=True)

    shop_id: int
    made_by_id: int

    class Meta:
        table = "vote"
        indexes = (Index(fields=("closed_at", "until")),)


class VoteRoom(Model):
    """A group that is asked."""

    id = fields.BigIntField(primary_key=True)
    vote: fields.ForeignKeyRelation[Vote] = fields.ForeignKeyField("shop.Vote", on_delete=fields.RESTRICT)
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)

    vote_id: int
    room_id: int

    class Meta:
        table = "vote_room"
        constraints = (UniqueConstraint(("vote_id", "room_id"), name="uq_vote_room"),)


class Ballot(Model):
    """What one person wants; he may change it, and has one."""

    id = fields.BigIntField(primary_key=True)
    vote: fields.ForeignKeyRelation[Vote] = fields.ForeignKeyField("shop.Vote", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    choice = fields.IntField()  # from 1
    at = fields.DatetimeField()

    vote_id: int
    person_id: int

    class Meta:
        table = "ballot"
        constraints = (UniqueConstraint(("vote_id", "person_id"), name="uq_ballot"),)
