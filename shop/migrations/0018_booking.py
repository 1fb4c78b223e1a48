from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0017_referral')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Resource',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=32)),
                ('capacity', fields.IntField(db_default=1)),
                ('hours', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'resource', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'name'), name='uq_resource_name'), CheckConstraint(check='capacity > 0', name='ck_resource_capacity')], 'pk_attr': 'id', 'table_description': 'Somebody who serves one customer at a time, or several (`capacity`). Without hours he takes no appointments.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Absence',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('resource', fields.ForeignKeyField('shop.Resource', source_field='resource_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'absence', 'app': 'shop', 'constraints': [CheckConstraint(check='starts_at < ends_at', name='ck_absence')], 'indexes': [Index(fields=['resource_id', 'ends_at'])], 'pk_attr': 'id', 'table_description': '休息: a time in which somebody takes no new appointments; those that he has stay until they are moved.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Service',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('campaign', fields.ForeignKeyField('shop.Campaign', source_field='campaign_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=32)),
                ('minutes', fields.IntField()),
                ('price_fen', fields.BigIntField()),
                ('deposit_fen', fields.BigIntField(db_default=0)),
                ('offered', fields.BooleanField(db_default=True)),
            ],
            options={'table': 'service', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'name'), name='uq_service_name'), CheckConstraint(check='deposit_fen >= 0 AND deposit_fen <= price_fen', name='ck_service_deposit'), CheckConstraint(check='minutes > 0', name='ck_service_minutes')], 'pk_attr': 'id', 'table_description': 'What can be booked. Its deposit is a product of its own, sold by a campaign of its own.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Appointment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('service', fields.ForeignKeyField('shop.Service', source_field='service_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('resource', fields.ForeignKeyField('shop.Resource', source_field='resource_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('order', fields.ForeignKeyField('shop.Order', source_field='order_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(max_length=16)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('remind_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hit', fields.BooleanField(db_default=False)),
            ],
            options={'table': 'appointment', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('order_id',), name='uq_appointment_order'), CheckConstraint(check='starts_at < ends_at', name='ck_appointment')], 'indexes': [Index(fields=['resource_id', 'starts_at']), Index(fields=['person_id', 'state']), Index(fields=['state', 'remind_at']), Index(fields=['state', 'ends_at'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Slot',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('resource', fields.ForeignKeyField('shop.Resource', source_field='resource_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('capacity', fields.IntField()),
                ('booked', fields.IntField(db_default=0)),
            ],
            options={'table': 'slot', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('resource_id', 'starts_at'), name='uq_slot'), CheckConstraint(check='booked >= 0', name='ck_slot_booked'), CheckConstraint(check='booked <= capacity', name='ck_slot_capacity')], 'pk_attr': 'id', 'table_description': 'Half an hour of somebody; a row from the first appointment in it on.'},
            bases=['Model'],
        ),
    ]
