"""活动: what a group buys together. Its life is told by rules/campaigns.py; who takes part is an order of it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from shop.records.goods import Sku
from shop.records.people import Person, Room
from shop.records.shops import Shop


class Campaign(Model):
    id = fields.BigIntField(primary_key=True)
    shop: fields.ForeignKeyRelation[Shop] = fields.ForeignKeyField("shop.Shop", on_delete=fields.RESTRICT)
    key = fields.CharField(64)  # what people call it by: a short number, or the catalogue file's own word
    kind = fields.CharField(16)
    title = fields.CharField(128)
    token = fields.CharField(32, db_default="")  # 128 bits: the link to its list, for everybody in it
    sheet_token = fields.CharField(32, db_default="")  # the link to the sheet, for who runs it
    status = fields.CharField(16)
    starts_at = fields.DatetimeField(null=True)
    deadline = fields.DatetimeField(null=True)
    terms: Any = fields.JSONField(null=True)  # what its kind needs, as rules/campaigns.py reads it
    made_by: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "shop.Person", null=True, on_delete=fields.RESTRICT
    )
    called_at = fields.DatetimeField(null=True)  # the last call before the end was made
    warmed_at = fields.DatetimeField(null=True)  # 秒杀: the group heard that it is about to begin
    sold_out_at = fields.DatetimeField(null=True)  # 秒杀: the group heard who was in time
    freed_at = fields.DatetimeField(null=True)  # 秒杀: the group heard that there are some again

    goods: fields.ReverseRelation[CampaignItem]
    shop_id: int
    made_by_id: int | None

    class Meta:
        table = "campaign"
        constraints = (UniqueConstraint(("shop_id", "key"), name="uq_campaign_key"),)
        indexes = (Index(fields=("status", "deadline")), Index(fields=("status", "starts_at")))


class CampaignRoom(Model):
    """A group in which it runs."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "shop.Campaign", on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)

    campaign_id: int
    room_id: int

    class Meta:
        table = "campaign_room"
        constraints = (UniqueConstraint(("campaign_id", "room_id"), name="uq_campaign_room"),)


class CampaignItem(Model):
    """One kind of goods in it. With a quota, what is not taken yet is `reserved` of the stock, so that nobody else
    sells it; of that `kept` is for those who wait in line (`waiting` counts them). `is_open` stands here too, so that
    taking a piece is decided by this row alone."""

    id = fields.BigIntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "shop.Campaign", related_name="goods", on_delete=fields.RESTRICT
    )
    sku: fields.ForeignKeyRelation[Sku] = fields.ForeignKeyField("shop.Sku", on_delete=fields.RESTRICT)
    no = fields.IntField()
    letter = fields.CharField(4, db_default="")
    price_fen = fields.BigIntField(null=True)  # None: as on the shelf
    quota = fields.BigIntField(null=True)  # None: as much as there is
    each = fields.BigIntField(null=True)  # for one buyer
    in_room = fields.BigIntField(null=True)  # 每群30箱: for each of its groups (campaign_room_share)
    steps: Any = fields.JSONField(null=True)  # 阶梯价: [[from so many thousandths, fen], …], fewest first
    is_open = fields.BooleanField(db_default=False)
    taken = fields.BigIntField(db_default=0)
    reserved = fields.BigIntField(db_default=0)
    kept = fields.BigIntField(db_default=0)
    waiting = fields.IntField(db_default=0)
    settled_fen = fields.BigIntField(null=True)  # 阶梯价: what one came to in the end

    campaign_id: int
    sku_id: int

    class Meta:
        table = "campaign_item"
        constraints = (
            UniqueConstraint(("campaign_id", "no"), name="uq_campaign_item_no"),
            UniqueConstraint(("campaign_id", "sku_id"), name="uq_campaign_item_sku"),
            CheckConstraint("taken >= 0", name="ck_campaign_item_taken"),
            CheckConstraint("reserved >= 0", name="ck_campaign_item_reserved"),
            CheckConstraint("kept >= 0 AND kept <= reserved", name="ck_campaign_item_kept"),
            CheckConstraint("waiting >= 0", name="ck_campaign_item_waiting"),
            CheckConstraint("quota IS NULL OR taken + reserved <= quota", name="ck_campaign_item_quota"),
            CheckConstraint("price_fen IS NULL OR price_fen >= 0", name="ck_campaign_item_price"),
        )


class CampaignShare(Model):
    """How much one person has of an item that is limited for each; the database refuses one piece more."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[CampaignItem] = fields.ForeignKeyField(
        "shop.CampaignItem", on_delete=fields.RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "shop.Person", on_delete=fields.RESTRICT
    )
    qty = fields.BigIntField()
    most = fields.BigIntField()

    item_id: int
    person_id: int

    class Meta:
        table = "campaign_share"
        constraints = (
            UniqueConstraint(("item_id", "person_id"), name="uq_campaign_share"),
            CheckConstraint("qty >= 0", name="ck_campaign_share_qty"),
            CheckConstraint("qty <= most", name="ck_campaign_share_most"),
        )


class CampaignRoomShare(Model):
    """How much one group has taken of an item of which each group has its own; the database refuses one piece more."""

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[CampaignItem] = fields.ForeignKeyField(
        "shop.CampaignItem", on_delete=fields.RESTRICT
    )
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField("shop.Room", on_delete=fields.RESTRICT)
    taken = fields.BigIntField(db_default=0)
    most = fields.BigIntField()

    item_id: int
    room_id: int

    class Meta:
        table = "campaign_room_share"
        constraints = (
            UniqueConstraint(("item_id", "room_id"), name="uq_campaign_room_share"),
            CheckConstraint("taken >= 0", name="ck_campaign_room_share_taken"),
            CheckConstraint("taken <= most", name="ck_campaign_room_share_most"),
        )
