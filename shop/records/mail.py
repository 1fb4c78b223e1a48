"""收发: messages in (each once), events, and letters out (at least once)."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model


class Message(Model):
    """收: kept before it is read, new, then done or dead."""

    id = fields.BigIntField(primary_key=True)
    channel = fields.CharField(32)
    channel_id = fields.CharField(128)
    room = fields.CharField(128, null=True)
    account = fields.CharField(128)
    name = fields.CharField(64)
    text = fields.TextField()
    extra: Any = fields.JSONField(null=True)  # mentions, quote, what else a channel says of it
    picture = fields.BigIntField(null=True)  # what came with it, while it is kept
    recalled = fields.BooleanField(db_default=False)  # whoever said it took it back
    sent_at = fields.DatetimeField()
    kept_at = fields.DatetimeField()
    state = fields.CharField(8)
    attempts = fields.IntField(db_default=0)
    trace: Any = fields.JSONField(null=True)

    class Meta:
        table = "message"
        constraints = (UniqueConstraint(("channel", "channel_id"), name="uq_message_seen"),)
        indexes = (
            Index(fields=("state", "id")),
            Index(fields=("channel", "room", "id")),
            Index(fields=("channel", "account", "id")),
        )


class Event(Model):
    """What happened, written with the rows that made it happen, told once, later."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(48)
    data: Any = fields.JSONField()
    cause = fields.BigIntField(null=True)  # the message that led to it
    at = fields.DatetimeField()
    told = fields.BooleanField(db_default=False)

    class Meta:
        table = "event"
        indexes = (Index(fields=("told", "id")),)


class Letter(Model):
    """发: one thing to say to one place: new, sending, then sent, folded, stale, withheld or dead."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(96, unique=True)  # message × n, or event × recipient
    channel = fields.CharField(32)
    room = fields.CharField(128, null=True)
    account = fields.CharField(128, null=True)
    lane = fields.CharField(8)
    fold = fields.CharField(96, null=True)
    body: Any = fields.JSONField()  # text, card, buttons
    cause = fields.BigIntField(null=True)  # message id
    event = fields.BigIntField(null=True)
    written_at = fields.DatetimeField()
    not_before = fields.DatetimeField()
    until = fields.DatetimeField(null=True)
    state = fields.CharField(8)
    attempts = fields.IntField(db_default=0)
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "letter"
        indexes = (
            Index(fields=("state", "not_before")),
            Index(fields=("cause",)),
            Index(fields=("channel", "account", "id")),
        )


class Talk(Model):
    """What a dialogue has gathered so far, per (room or private, person)."""

    id = fields.BigIntField(primary_key=True)
    place = fields.BigIntField(db_default=0)  # room id, 0 for private
    person_id = fields.BigIntField()
    state: Any = fields.JSONField()
    until = fields.DatetimeField()

    class Meta:
        table = "talk"
        constraints = (UniqueConstraint(("place", "person_id"), name="uq_talk_place"),)
