"""分销: who invites, who was invited by whom, what that brings, and what of it was paid out."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.orders import Line
from shop.records.people import Person
from shop.records.shops import Shop


class Inviter(Model):
    """Somebody with a code of his own. `promotes_at` is empty for who asks for no commission."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person_id = fields.BigIntField()
    code = fields.CharField(12)
    promotes_at = fields.DatetimeField(null=True)

    class Meta:
        table = "inviter"
        constraints = (
            UniqueConstraint(("person_id",), name="uq_inviter_person"),
            UniqueConstraint(("shop_id", "code"), name="uq_inviter_code"),
        )


class Invitation(Model):
    """One inviter for good. `thanked_at`: the first order was over for good, and the inviter has his coupon."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", related_name="invited", on_delete=fields.RESTRICT
    )
    inviter: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", related_name="invites", on_delete=fields.RESTRICT
    )
    at = fields.DatetimeField()
    thanked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation"
        constraints = (
            UniqueConstraint(("person_id",), name="uq_invitation_person"),
            CheckConstraint("person_id <> inviter_id", name="ck_invitation_self"),
        )
        indexes = (Index(fields=("inviter_id",)),)


class Payout(Model):
    """提现: asked for, then paid by hand or given up. `turns` counts the times it was marked."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person_id = fields.BigIntField()
    number = fields.IntField()
    fen = fields.BigIntField()
    state = fields.CharField(12)  # asked, paid, dropped
    turns = fields.IntField(db_default=0)
    asked_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)

    shop_id: int

    class Meta:
        table = "payout"
        constraints = (UniqueConstraint(("shop_id", "number"), name="uq_payout_number"),)


class Commission(Model):
    """What one line brings to one person; `back_fen` of it went back with refunds."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    line: fields.ForeignKeyRelation[Line] = fields.ForeignKeyField("shop.Line", on_delete=fields.RESTRICT)
    order_id = fields.BigIntField()
    person_id = fields.BigIntField()
    level = fields.IntField()
    net_fen = fields.BigIntField()
    cap_bp = fields.IntField()
    fen = fields.BigIntField()
    back_fen = fields.BigIntField(db_default=0)
    state = fields.CharField(12)
    freeze_days = fields.IntField()
    due_at = fields.DatetimeField(null=True)  # None while the order is not over for good
    payout: fields.ForeignKeyNullableRelation[Payout] = fields.ForeignKeyField(
        "shop.Payout", null=True, on_delete=fields.RESTRICT
    )

    shop_id: int
    line_id: int

    class Meta:
        table = "commission"
        constraints = (
            UniqueConstraint(("line_id", "level"), name="uq_commission_line"),
            CheckConstraint("back_fen >= 0", name="ck_commission_back"),
            CheckConstraint("back_fen <= fen", name="ck_commission_all_back"),
        )
        indexes = (Index(fields=("state", "due_at")), Index(fields=("order_id",)))


class CommissionAccount(Model):
    """What somebody has now; how it came about stands in the ledger. `available` may be below 0 after a late refund."""

    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    person_id = fields.BigIntField()
    frozen = fields.BigIntField(db_default=0)
    available = fields.BigIntField(db_default=0)
    asked = fields.BigIntField(db_default=0)
    paid = fields.BigIntField(db_default=0)
    told_on = fields.CharField(10, db_default="")  # the day on which he last heard of new money

    class Meta:
        table = "commission_account"
        constraints = (
            UniqueConstraint(("shop_id", "person_id"), name="uq_commission_person"),
            CheckConstraint("frozen >= 0", name="ck_commission_frozen"),
            CheckConstraint("asked >= 0", name="ck_commission_asked"),
        )
