"""图: pictures that customers and agents send each other, for as long as somebody may still ask for them."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Picture(Model):
    """One picture, once, however often it is sent; who may see it is decided by the line that it belongs to."""

    id = fields.BigIntField(primary_key=True)
    sha256 = fields.CharField(64, unique=True)
    kind = fields.CharField(4)  # jpeg, png, gif, webp
    body = fields.BinaryField()
    at = fields.DatetimeField()  # when it was sent last

    class Meta:
        table = "picture"
        indexes = (Index(fields=("at",)),)
