from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0004_handover')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Waiting',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('shop.CampaignItem', source_field='item_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('qty', fields.BigIntField()),
                ('state', fields.CharField(max_length=16)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'waiting', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('item_id', 'person_id'), name='uq_waiting_open', condition="state IN ('waiting', 'offered')"), CheckConstraint(check='qty > 0', name='ck_waiting_qty'), CheckConstraint(check="(until IS NOT NULL) = (state = 'offered')", name='ck_waiting_until')], 'indexes': [Index(fields=['item_id', 'state', 'id'])], 'pk_attr': 'id', 'table_description': 'One person in the line of one item: waiting, offered (until), then taken, passed or over.'},
            bases=['Model'],
        ),
    ]
