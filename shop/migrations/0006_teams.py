from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0005_waitlist')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Team',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('campaign', fields.ForeignKeyField('shop.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('room', fields.ForeignKeyField('shop.Room', source_field='room_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('leader', fields.ForeignKeyField('shop.Person', source_field='leader_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('size', fields.IntField()),
                ('status', fields.CharField(max_length=16)),
                ('taken', fields.IntField(db_default=0)),
                ('paid', fields.IntField(db_default=0)),
                ('filled', fields.IntField(db_default=0)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('deadline', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_why', fields.CharField(db_default='', max_length=200)),
                ('ended_by', fields.BigIntField(null=True)),
            ],
            options={'table': 'team', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'number'), name='uq_team_number'), CheckConstraint(check='taken <= size', name='ck_team_seats'), CheckConstraint(check='paid >= 0 AND paid <= taken', name='ck_team_paid'), CheckConstraint(check="status <> 'complete' OR paid + filled = size", name='ck_team_complete')], 'indexes': [Index(fields=['status', 'deadline']), Index(fields=['campaign_id', 'status'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TeamSeat',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('team', fields.ForeignKeyField('shop.Team', source_field='team_id', db_constraint=True, to_field='id', related_name='seats', on_delete=OnDelete.RESTRICT)),
                ('order', fields.ForeignKeyField('shop.Order', source_field='order_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(max_length=8)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('held_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('paid_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'team_seat', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('order_id',), name='uq_team_seat_order'), UniqueConstraint(fields=('team_id', 'person_id'), name='uq_team_seat_person', condition="state <> 'gone'")], 'indexes': [Index(fields=['state', 'held_until']), Index(fields=['team_id', 'state'])], 'pk_attr': 'id', 'table_description': "One person's place in a team, by his order."},
            bases=['Model'],
        ),
    ]
