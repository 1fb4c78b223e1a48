"""Tables for the tests of the floor itself: a till that must add up, and keys that must be there once."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Till(Model):
    """Money in one place; the sum over all tills is constant or grows by known steps."""

    id = fields.IntField(primary_key=True)
    fen = fields.IntField(default=0)

    class Meta:
        table = "test_till"


class Done(Model):
    """What has been done, by its key: the second wall against doing it twice."""

    key = fields.CharField(64, primary_key=True)

    class Meta:
        table = "test_done"


class Written(Model):
    """An event as a row."""

    id = fields.IntField(primary_key=True)
    what = fields.CharField(64)

    class Meta:
        table = "test_written"
