"""拼团: teams and their seats; their life is told by rules/teams.py. The counts stand beside the seats, so that the
last seat is taken by one statement and the database refuses one more."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.campaigns import Campaign
from shop.records.orders import Order
from shop.records.people import Person, Room
from shop.records.shops import Shop


class Team(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "shop.Campaign", on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "shop.Room", null=True, on_delete=fields.RESTRICT
    )
    leader: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, on_delete=fields.RESTRICT
    )
    number = fields.IntField()  # what people call it by: 参团 3
    size = fields.IntField()
    status = fields.CharField(16)
    taken = fields.IntField(db_default=0)  # seats with somebody on them
    paid = fields.IntField(db_default=0)
    filled = fields.IntField(db_default=0)  # 店家补足: seats that the shop took, nobody sits there
    opened_at = fields.DatetimeField()
    deadline = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_why = fields.CharField(200, db_default="")
    ended_by = fields.BigIntField(null=True)  # who forced it

    shop_id: int
    campaign_id: int
    room_id: int | None
    leader_id: int | None

    class Meta:
        table = "team"
        constraints = (
            UniqueConstraint(("shop_id", "number"), name="uq_team_number"),
            CheckConstraint("taken <= size", name="ck_team_seats"),
            CheckConstraint("paid >= 0 AND paid <= taken", name="ck_team_paid"),
            CheckConstraint("status <> 'complete' OR paid + filled = size", name="ck_team_complete"),
        )
        indexes = (Index(fields=("status", "deadline")), Index(fields=("campaign_id", "status")))


class TeamSeat(Model):
    """One person's place in a team, by his order."""

    id = fields.BigIntField(primary_key=True)
    team: fields.ForeignKeyRelation[Team] = fields.ForeignKeyField(
        "shop.Team", related_name="seats", on_delete=fields.RESTRICT
    )
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField("shop.Order", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    state = fields.CharField(8)
    since = fields.DatetimeField()
    held_until = fields.DatetimeField(null=True)  # None: paid, or a transfer is being looked for
    paid_at = fields.DatetimeField(null=True)

    team_id: int
    order_id: int
    person_id: int

    class Meta:
        table = "team_seat"
        constraints = (
            UniqueConstraint(("order_id",), name="uq_team_seat_order"),
            UniqueConstraint(
                ("team_id", "person_id"), name="uq_team_seat_person", condition="state <> 'gone'"
            ),
        )
        indexes = (Index(fields=("state", "held_until")), Index(fields=("team_id", "state")))
