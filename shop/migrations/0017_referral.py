from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0016_aliases')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CommissionAccount',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person_id', fields.BigIntField()),
                ('frozen', fields.BigIntField(db_default=0)),
                ('available', fields.BigIntField(db_default=0)),
                ('asked', fields.BigIntField(db_default=0)),
                ('paid', fields.BigIntField(db_default=0)),
                ('told_on', fields.CharField(db_default='', max_length=10)),
            ],
            options={'table': 'commission_account', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'person_id'), name='uq_commission_person'), CheckConstraint(check='frozen >= 0', name='ck_commission_frozen'), CheckConstraint(check='asked >= 0', name='ck_commission_asked')], 'pk_attr': 'id', 'table_description': 'What somebody has now; how it came about stands in the ledger. `available` may be below 0 after a late refund.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='invited', on_delete=OnDelete.RESTRICT)),
                ('inviter', fields.ForeignKeyField('shop.Person', source_field='inviter_id', db_constraint=True, to_field='id', related_name='invites', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('thanked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitation', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('person_id',), name='uq_invitation_person'), CheckConstraint(check='person_id <> inviter_id', name='ck_invitation_self')], 'indexes': [Index(fields=['inviter_id'])], 'pk_attr': 'id', 'table_description': 'One inviter for good. `thanked_at`: the first order was over for good, and the inviter has his coupon.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Inviter',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person_id', fields.BigIntField()),
                ('code', fields.CharField(max_length=12)),
                ('promotes_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inviter', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('person_id',), name='uq_inviter_person'), UniqueConstraint(fields=('shop_id', 'code'), name='uq_inviter_code')], 'pk_attr': 'id', 'table_description': 'Somebody with a code of his own. `promotes_at` is empty for who asks for no commission.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Payout',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person_id', fields.BigIntField()),
                ('number', fields.IntField()),
                ('fen', fields.BigIntField()),
                ('state', fields.CharField(max_length=12)),
                ('turns', fields.IntField(db_default=0)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('paid_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'payout', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'number'), name='uq_payout_number')], 'pk_attr': 'id', 'table_description': '提现: asked for, then paid by hand or given up. `turns` counts the times it was marked.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Commission',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('line', fields.ForeignKeyField('shop.Line', source_field='line_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('order_id', fields.BigIntField()),
                ('person_id', fields.BigIntField()),
                ('level', fields.IntField()),
                ('net_fen', fields.BigIntField()),
                ('cap_bp', fields.IntField()),
                ('fen', fields.BigIntField()),
                ('back_fen', fields.BigIntField(db_default=0)),
                ('state', fields.CharField(max_length=12)),
                ('freeze_days', fields.IntField()),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('payout', fields.ForeignKeyField('shop.Payout', source_field='payout_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'commission', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('line_id', 'level'), name='uq_commission_line'), CheckConstraint(check='back_fen >= 0', name='ck_commission_back'), CheckConstraint(check='back_fen <= fen', name='ck_commission_all_back')], 'indexes': [Index(fields=['state', 'due_at']), Index(fields=['order_id'])], 'pk_attr': 'id', 'table_description': 'What one line brings to one person; `back_fen` of it went back with refunds.'},
            bases=['Model'],
        ),
    ]
