from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0018_booking')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Address',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('order', fields.OneToOneField('shop.Order', source_field='order_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('text', fields.CharField(max_length=120)),
            ],
            options={'table': 'address', 'app': 'shop', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RemoveConstraint(
            model_name='Coupon',
            name='uq_coupon_order',
            fields=None,
        ),
        ops.AddField(
            model_name='Coupon',
            name='for_delivery',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddConstraint(
            model_name='Coupon',
            constraint=UniqueConstraint(fields=('order_id', 'for_delivery'), name='uq_coupon_order', condition="state IN ('locked', 'used')"),
        ),
        ops.RemoveConstraint(
            model_name='Order',
            name='ck_order_cut',
            fields=None,
        ),
        ops.AddField(
            model_name='Order',
            name='delivery',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Order',
            name='delivery_back_fen',
            field=fields.BigIntField(db_default=0),
        ),
        ops.AddField(
            model_name='Order',
            name='delivery_coupon_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Order',
            name='delivery_fen',
            field=fields.BigIntField(null=True),
        ),
        ops.AddConstraint(
            model_name='Order',
            constraint=CheckConstraint(check='payable_fen <= gross_fen + coalesce(delivery_fen, 0)', name='ck_order_cut'),
        ),
        ops.AddConstraint(
            model_name='Order',
            constraint=CheckConstraint(check='delivery_back_fen >= 0 AND delivery_back_fen <= coalesce(delivery_fen, 0)', name='ck_order_delivery'),
        ),
        ops.AddField(
            model_name='Refund',
            name='delivery_fen',
            field=fields.BigIntField(db_default=0),
        ),
        ops.AddConstraint(
            model_name='Refund',
            constraint=CheckConstraint(check='delivery_fen >= 0 AND delivery_fen <= amount_fen', name='ck_refund_delivery'),
        ),
    ]
