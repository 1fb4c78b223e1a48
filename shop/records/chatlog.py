"""聊天记录: the web room's own lines and members; the room is a small chat server and this is its durable log."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.models import Model


class ChatLine(Model):
    """一句: said in a room, or in somebody's private chat with the shop."""

    id = fields.BigIntField(primary_key=True)
    channel = fields.CharField(32)
    room = fields.CharField(128, null=True)
    account = fields.CharField(128, null=True)  # whose private chat it is; null in a room
    who = fields.CharField(128)  # the speaker's account, "" for the shop
    name = fields.CharField(64)
    text = fields.TextField()
    card: Any = fields.JSONField(null=True)
    buttons: Any = fields.JSONField()
    picture = fields.BigIntField(null=True)
    reply_to = fields.BigIntField(null=True)  # the line that this one quotes
    letter = fields.BigIntField(null=True)  # letters come at least once and appear once
    nonce = fields.CharField(64, null=True)  # a double tap or a retry posts once
    handed = fields.BooleanField(db_default=False)  # given to the inbox; the shop's own lines are born handed
    at = fields.DatetimeField()

    class Meta:
        table = "chat_line"
        constraints = (
            UniqueConstraint(("channel", "letter"), name="uq_chat_line_letter"),
            UniqueConstraint(("channel", "who", "nonce"), name="uq_chat_line_nonce"),
        )
        indexes = (
            Index(fields=("channel", "room", "id")),
            Index(fields=("channel", "account", "id")),
            Index(fields=("channel", "handed", "id")),
        )


class ChatMember(Model):
    """成员: who joined the room, and the nickname that is theirs alone."""

    id = fields.BigIntField(primary_key=True)
    channel = fields.CharField(32)
    account = fields.CharField(128)
    name = fields.CharField(64)
    likeness = fields.CharField(128)  # the name as the eye sees it: no second 小李 in full-width letters
    joined_at = fields.DatetimeField()

    class Meta:
        table = "chat_member"
        constraints = (
            UniqueConstraint(("channel", "account"), name="uq_chat_member_account"),
            UniqueConstraint(("channel", "likeness"), name="uq_chat_member_likeness"),
        )
