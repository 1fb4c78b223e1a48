"""候补: who came too late and waits for a piece that comes back."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.campaigns import CampaignItem
from shop.records.people import Person


class Waiting(Model):
    """One person in the line of one item: waiting, offered (until), then taken, passed or over."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[CampaignItem] = fields.ForeignKeyField(
        "shop.CampaignItem", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    qty = fields.BigIntField()
    state = fields.CharField(16)
    asked_at = fields.DatetimeField()
    until = fields.DatetimeField(null=True)  # the end of his offer

    item_id: int
    person_id: int

    class Meta:
        table = "waiting"
        constraints = (
            UniqueConstraint(
                ("item_id", "person_id"), name="uq_waiting_open", condition="state IN ('waiting', 'offered')"
            ),
            CheckConstraint("qty > 0", name="ck_waiting_qty"),
            CheckConstraint("(until IS NOT NULL) = (state = 'offered')", name="ck_waiting_until"),
        )
        indexes = (Index(fields=("item_id", "state", "id")),)
