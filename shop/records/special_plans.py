"""特价计划: daily specials that were written once; and which of today's the groups heard to be gone, or back."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.campaigns import CampaignItem
from shop.records.people import Person
from shop.records.shops import Shop


class SpecialPlan(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    minute = fields.IntField()  # of the day in the shop's time: 480 is 8:00
    lines: Any = (
        fields.JSONField()
    )  # [[weekday (Monday is 1) or 0 for every day, sku, fen], …] as they were said
    rooms: Any = fields.JSONField(null=True)  # ids; None: every group
    made_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, on_delete=fields.RESTRICT
    )
    running = fields.BooleanField(db_default=True)
    done_on = fields.DateField(null=True)  # the last day that needs nothing more

    shop_id: int
    made_by_id: int | None

    class Meta:
        table = "special_plan"
        constraints = (CheckConstraint("minute >= 0 AND minute < 1440", name="ck_special_plan_minute"),)
        indexes = (Index(fields=("running", "done_on")),)


class SpecialGone(Model):
    """Goods of a posted special were sold out at `gone_at` and there again at `back_at`: each is told once."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[CampaignItem] = fields.ForeignKeyField(
        "shop.CampaignItem", on_delete=fields.RESTRICT
    )
    gone_at = fields.DatetimeField()
    back_at = fields.DatetimeField(null=True)

    item_id: int

    class Meta:
        table = "special_gone"
        constraints = (UniqueConstraint(("item_id",), name="uq_special_gone_item"),)
