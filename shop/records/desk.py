"""柜台: who asked for a person, and what the staff did by chat."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.people import Person, Room
from shop.records.shops import Shop


class Ticket(Model):
    """找人单: a life as rules/tickets.py tells it; of a customer, or of an alarm: each has one that is not over, at most."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, on_delete=fields.RESTRICT
    )
    alarm: fields.ForeignKeyNullableRelation[Alarm] = fields.ForeignKeyField(
        "shop.Alarm", null=True, on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyNullableRelation[Room] = fields.ForeignKeyField(
        "shop.Room", null=True, on_delete=fields.RESTRICT
    )
    why = fields.CharField(200)
    state = fields.CharField(8)
    opened_at = fields.DatetimeField()
    skill = fields.CharField(16, db_default="")
    owner: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, related_name="tickets_owned", on_delete=fields.RESTRICT
    )
    offered: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, related_name="tickets_offered", on_delete=fields.RESTRICT
    )
    offered_at = fields.DatetimeField(null=True)
    asked_at = fields.DatetimeField(null=True)  # since when anybody was there to answer: the first time
    queued_at = fields.DatetimeField(null=True)  # since when it waits for an agent
    claimed_at = fields.DatetimeField(null=True)  # the first time
    answered_at = fields.DatetimeField(null=True)  # the first time
    owed_since = fields.DatetimeField(null=True)
    heard_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)  # the next thing that happens by itself
    stage = fields.IntField(db_default=0)
    passed = fields.IntField(db_default=0)  # how often nobody took it, or who had it fell silent
    reminded = fields.BooleanField(db_default=False)
    answers = fields.IntField(db_default=0)
    late_answers = fields.IntField(db_default=0)
    closed_at = fields.DatetimeField(null=True)
    ended = fields.CharField(12, db_default="")  # ended, solved, idle
    by_hand = fields.BooleanField(db_default=False)  # taken by whoever typed on the account's own phone
    talk: Any = fields.JSONField(null=True)  # the questions that were open when a person took over
    rating = fields.IntField(null=True)
    rate_until = fields.DatetimeField(null=True)

    shop_id: int
    person_id: int | None
    alarm_id: int | None
    room_id: int | None
    owner_id: int | None
    offered_id: int | None

    class Meta:
        table = "ticket"
        constraints = (
            UniqueConstraint(("person_id",), name="uq_ticket_living", condition="state <> 'closed'"),
            UniqueConstraint(("alarm_id",), name="uq_ticket_alarm", condition="state <> 'closed'"),
            CheckConstraint("(person_id IS NULL) <> (alarm_id IS NULL)", name="ck_ticket_about"),
        )
        indexes = (Index(fields=("state", "due_at")), Index(fields=("owner_id", "state")))


class TicketLine(Model):
    """What was said under a ticket by agent and customer, what agents note for themselves, and what became of it."""

    id = fields.BigIntField(primary_key=True)
    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "shop.Ticket", related_name="lines", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(8)  # customer, agent, note, event
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, on_delete=fields.RESTRICT
    )
    text = fields.TextField()
    message = fields.BigIntField(null=True)
    picture = fields.BigIntField(null=True)  # what was shown with it, while it is kept
    at = fields.DatetimeField()

    ticket_id: int
    person_id: int | None

    class Meta:
        table = "ticket_line"
        indexes = (Index(fields=("ticket_id", "id")),)


class DeskAgent(Model):
    """上班、下班: somebody without a row is at work and takes whatever comes."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    on_duty = fields.BooleanField(db_default=True)
    most = fields.IntField(db_default=8)  # 0: as the shop has it for everybody
    skills: Any = fields.JSONField(null=True)  # names; None: everything
    given_at = fields.DatetimeField(null=True)

    person_id: int

    class Meta:
        table = "desk_agent"
        constraints = (UniqueConstraint(("shop_id", "person_id"), name="uq_desk_agent"),)


class DeskHours(Model):
    """When people of the shop are there, and what its desk keeps to, as the config says it."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    weekly: Any = fields.JSONField()
    holidays: Any = fields.JSONField()
    shut_until = fields.DatetimeField(null=True)  # 今天早打烊
    limits: Any = fields.JSONField(null=True)  # rules/tickets.Limits; None: as they are there

    class Meta:
        table = "desk_hours"
        constraints = (UniqueConstraint(("shop_id",), name="uq_desk_hours"),)


class DeskRoom(Model):
    """客服群: a group of agents; cards go there, and nobody is sold anything in it."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)

    room_id: int

    class Meta:
        table = "desk_room"
        constraints = (UniqueConstraint(("room_id",), name="uq_desk_room"),)


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
