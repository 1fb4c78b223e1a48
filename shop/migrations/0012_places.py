from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0011_parcels')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Place',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=16)),
            ],
            options={'table': 'place', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'name'), name='uq_place_name')], 'pk_attr': 'id', 'table_description': '取货点: where goods lie, beside the shop itself.'},
            bases=['Model'],
        ),
        ops.RemoveConstraint(
            model_name='StockItem',
            name='uq_stock_sku',
        ),
        ops.AddField(
            model_name='StockItem',
            name='place',
            field=fields.ForeignKeyField('shop.Place', source_field='place_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='StockItem',
            constraint=UniqueConstraint(fields=('sku_id', 'place_id'), name='uq_stock_place'),
        ),
        ops.RunSQL('CREATE UNIQUE INDEX uq_stock_here ON stock_item (sku_id) WHERE place_id IS NULL'),
        ops.AlterModelOptions(
            name='StockItem',
            options={'table': 'stock_item', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('sku_id',), name='uq_stock_here', condition='place_id IS NULL'), UniqueConstraint(fields=('sku_id', 'place_id'), name='uq_stock_place'), CheckConstraint(check='on_hand >= 0', name='ck_stock_on_hand'), CheckConstraint(check='held >= 0', name='ck_stock_held'), CheckConstraint(check='held <= on_hand', name='ck_stock_promised')], 'pk_attr': 'id', 'table_description': 'One kind of goods in one place; without a place it is the shop itself, and orders take from there.'},
        ),
        ops.AlterModelOptions(
            name='StockMove',
            options={'table': 'stock_move', 'app': 'shop', 'indexes': [Index(fields=['sku_id'])], 'pk_attr': 'id', 'table_description': 'Every change of on_hand, with its reason: received, sold, counted, opening, moved.'},
        ),
        ops.AddField(
            model_name='StockMove',
            name='place',
            field=fields.ForeignKeyField('shop.Place', source_field='place_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
    ]
