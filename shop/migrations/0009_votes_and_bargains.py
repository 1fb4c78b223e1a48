from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0008_promotions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Bargain',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('campaign', fields.ForeignKeyField('shop.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('room', fields.ForeignKeyField('shop.Room', source_field='room_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('order', fields.ForeignKeyField('shop.Order', source_field='order_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('status', fields.CharField(max_length=16)),
                ('start_fen', fields.BigIntField()),
                ('floor_fen', fields.BigIntField()),
                ('cuts', fields.IntField()),
                ('seed', fields.BigIntField()),
                ('shares', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('helped', fields.IntField(db_default=0)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'bargain', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'number'), name='uq_bargain_number'), UniqueConstraint(fields=('campaign_id', 'person_id'), name='uq_bargain_person'), UniqueConstraint(fields=('order_id',), name='uq_bargain_order'), CheckConstraint(check='helped >= 0 AND helped <= cuts', name='ck_bargain_helped'), CheckConstraint(check='floor_fen >= 0 AND floor_fen < start_fen', name='ck_bargain_floor')], 'indexes': [Index(fields=['status', 'campaign_id']), Index(fields=['room_id', 'status'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BargainCut',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('bargain', fields.ForeignKeyField('shop.Bargain', source_field='bargain_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('helper', fields.ForeignKeyField('shop.Person', source_field='helper_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('no', fields.IntField()),
                ('fen', fields.BigIntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'bargain_cut', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('bargain_id', 'no'), name='uq_bargain_cut_no'), UniqueConstraint(fields=('bargain_id', 'helper_id'), name='uq_bargain_cut_helper'), CheckConstraint(check='fen >= 1', name='ck_bargain_cut_fen')], 'pk_attr': 'id', 'table_description': 'One share, and who took it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BargainDay',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('helper', fields.ForeignKeyField('shop.Person', source_field='helper_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('day', fields.DateField()),
                ('cuts', fields.IntField()),
            ],
            options={'table': 'bargain_day', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('helper_id', 'day'), name='uq_bargain_day'), CheckConstraint(check='cuts >= 0 AND cuts <= 3', name='ck_bargain_day')], 'pk_attr': 'id', 'table_description': 'How often one person has helped on one day; the database refuses one more.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Vote',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('made_by', fields.ForeignKeyField('shop.Person', source_field='made_by_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=64)),
                ('choices', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'vote', 'app': 'shop', 'indexes': [Index(fields=['closed_at', 'until'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Ballot',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('vote', fields.ForeignKeyField('shop.Vote', source_field='vote_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('choice', fields.IntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'ballot', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('vote_id', 'person_id'), name='uq_ballot')], 'pk_attr': 'id', 'table_description': 'What one person wants; he may change it, and has one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VoteRoom',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('vote', fields.ForeignKeyField('shop.Vote', source_field='vote_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('room', fields.ForeignKeyField('shop.Room', source_field='room_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'vote_room', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('vote_id', 'room_id'), name='uq_vote_room')], 'pk_attr': 'id', 'table_description': 'A group that is asked.'},
            bases=['Model'],
        ),
    ]
