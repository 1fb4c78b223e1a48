from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0007_manners')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SpecialGone',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('shop.CampaignItem', source_field='item_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('gone_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('back_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'special_gone', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('item_id',), name='uq_special_gone_item')], 'pk_attr': 'id', 'table_description': 'Goods of a posted special were sold out at `gone_at` and there again at `back_at`: each is told once.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SpecialPlan',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('minute', fields.IntField()),
                ('lines', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('rooms', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('made_by', fields.ForeignKeyField('shop.Person', source_field='made_by_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('running', fields.BooleanField(db_default=True)),
                ('done_on', fields.DateField(null=True)),
            ],
            options={'table': 'special_plan', 'app': 'shop', 'constraints': [CheckConstraint(check='minute >= 0 AND minute < 1440', name='ck_special_plan_minute')], 'indexes': [Index(fields=['running', 'done_on'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Promotion',
            name='call_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Promotion',
            name='ends_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Promotion',
            name='post_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Promotion',
            name='rooms',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
