from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0019_delivery')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PayLink',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('shop.Order', source_field='order_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('holder_hash', fields.CharField(null=True, max_length=64)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pay_link', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('order_id',), name='uq_pay_link_order')], 'pk_attr': 'id', 'table_description': '付款链接: the one way to pay an order that its group was shown. Neither its token nor the browser that has opened'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='PayIntent',
            name='from_group',
            field=fields.BooleanField(db_default=False),
        ),
    ]
