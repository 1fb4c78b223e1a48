from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0003_campaigns')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DeskAgent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('on_duty', fields.BooleanField(db_default=True)),
                ('most', fields.IntField(db_default=8)),
                ('skills', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('given_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'desk_agent', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'person_id'), name='uq_desk_agent')], 'pk_attr': 'id', 'table_description': '上班、下班: somebody without a row is at work and takes whatever comes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeskHours',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('weekly', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('holidays', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('shut_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'desk_hours', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id',), name='uq_desk_hours')], 'pk_attr': 'id', 'table_description': 'When people of the shop are there, as the config says it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeskRoom',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('room', fields.ForeignKeyField('shop.Room', source_field='room_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'desk_room', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('room_id',), name='uq_desk_room')], 'pk_attr': 'id', 'table_description': '客服群: a group of agents; cards go there, and nobody is sold anything in it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TicketLine',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('ticket', fields.ForeignKeyField('shop.Ticket', source_field='ticket_id', db_constraint=True, to_field='id', related_name='lines', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=8)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(unique=False)),
                ('message', fields.BigIntField(null=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'ticket_line', 'app': 'shop', 'indexes': [Index(fields=['ticket_id', 'id'])], 'pk_attr': 'id', 'table_description': 'What was said under a ticket by agent and customer, what agents note for themselves, and what became of it.'},
            bases=['Model'],
        ),
        ops.RunSQL('DROP INDEX uq_ticket_open'),
        ops.AlterModelOptions(
            name='Ticket',
            options={'table': 'ticket', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('person_id',), name='uq_ticket_living', condition="state <> 'closed'")], 'indexes': [Index(fields=['state', 'due_at']), Index(fields=['owner_id', 'state'])], 'pk_attr': 'id', 'table_description': '找人单: a life as rules/tickets.py tells it; a customer has one that is not over, at most.'},
        ),
        ops.AddField(
            model_name='Ticket',
            name='answered_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='answers',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Ticket',
            name='claimed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='closed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='ended',
            field=fields.CharField(db_default='', max_length=12),
        ),
        ops.AddField(
            model_name='Ticket',
            name='heard_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='late_answers',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Ticket',
            name='offered',
            field=fields.ForeignKeyField('shop.Person', source_field='offered_id', null=True, db_constraint=True, to_field='id', related_name='tickets_offered', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Ticket',
            name='offered_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='owed_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='owner',
            field=fields.ForeignKeyField('shop.Person', source_field='owner_id', null=True, db_constraint=True, to_field='id', related_name='tickets_owned', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Ticket',
            name='passed',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Ticket',
            name='queued_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='rate_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='rating',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Ticket',
            name='reminded',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='skill',
            field=fields.CharField(db_default='', max_length=16),
        ),
        ops.AddField(
            model_name='Ticket',
            name='stage',
            field=fields.IntField(db_default=0),
        ),
        ops.AddField(
            model_name='Ticket',
            name='talk',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddIndex(
            model_name='Ticket',
            index=Index(fields=['state', 'due_at']),
        ),
        ops.AddIndex(
            model_name='Ticket',
            index=Index(fields=['owner_id', 'state']),
        ),
        ops.RunSQL("CREATE UNIQUE INDEX uq_ticket_living ON ticket (person_id) WHERE state <> 'closed'"),
        ops.RunSQL("UPDATE ticket SET queued_at = opened_at, heard_at = opened_at, due_at = opened_at WHERE state = 'open'"),
        ops.AlterModelOptions(
            name='Letter',
            options={'table': 'letter', 'app': 'shop', 'indexes': [Index(fields=['state', 'not_before']), Index(fields=['cause']), Index(fields=['channel', 'account', 'id'])], 'pk_attr': 'id', 'table_description': '发: one thing to say to one place: new, sending, then sent, folded, stale, withheld or dead.'},
        ),
        ops.AddIndex(
            model_name='Letter',
            index=Index(fields=['channel', 'account', 'id']),
        ),
        ops.AddIndex(
            model_name='Message',
            index=Index(fields=['channel', 'account', 'id']),
        ),
    ]
