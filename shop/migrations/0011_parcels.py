from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0010_day_wishes')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Parcel',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('shop.Order', source_field='order_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('state', fields.CharField(max_length=8)),
                ('by', fields.BigIntField()),
                ('packed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'parcel', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('order_id', 'number'), name='uq_parcel_number')], 'indexes': [Index(fields=['state', 'due_at'])], 'pk_attr': 'id', 'table_description': 'An order that goes out in one piece has none: its pick-up says all.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ParcelPart',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('parcel', fields.ForeignKeyField('shop.Parcel', source_field='parcel_id', db_constraint=True, to_field='id', related_name='parts', on_delete=OnDelete.RESTRICT)),
                ('line', fields.ForeignKeyField('shop.Line', source_field='line_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('qty', fields.BigIntField()),
            ],
            options={'table': 'parcel_part', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('parcel_id', 'line_id'), name='uq_parcel_part'), CheckConstraint(check='qty > 0', name='ck_parcel_part_qty')], 'indexes': [Index(fields=['line_id'])], 'pk_attr': 'id', 'table_description': 'What of a line is in it.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Hold',
            options={'table': 'hold', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('line_id',), name='uq_hold_line'), CheckConstraint(check='qty > 0', name='ck_hold_qty')], 'pk_attr': 'id', 'table_description': 'A promise of stock to one order line: active, then consumed (handed over) or released, once. Goods may leave in'},
        ),
        ops.AddField(
            model_name='Hold',
            name='gone',
            field=fields.BigIntField(db_default=0),
        ),
        ops.AddField(
            model_name='Hold',
            name='parcelled',
            field=fields.BigIntField(db_default=0),
        ),
        ops.AddConstraint(
            model_name='Hold',
            constraint=CheckConstraint(check='parcelled >= 0 AND parcelled <= qty', name='ck_hold_parcelled'),
        ),
        ops.AddConstraint(
            model_name='Hold',
            constraint=CheckConstraint(check='gone >= 0 AND gone <= qty', name='ck_hold_gone'),
        ),
        ops.RunSQL("UPDATE hold SET gone = qty WHERE state = 'consumed'"),
    ]
