from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0020_pay_links')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Ticket',
            name='alarm',
            field=fields.ForeignKeyField('shop.Alarm', source_field='alarm_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterField(
            model_name='Ticket',
            name='person',
            field=fields.ForeignKeyField('shop.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='Ticket',
            constraint=UniqueConstraint(fields=('alarm_id',), name='uq_ticket_alarm', condition="state <> 'closed'"),
        ),
        ops.AddConstraint(
            model_name='Ticket',
            constraint=CheckConstraint(check='(person_id IS NULL) <> (alarm_id IS NULL)', name='ck_ticket_about'),
        ),
        ops.AlterModelOptions(
            name='Ticket',
            options={'table': 'ticket', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('person_id',), name='uq_ticket_living', condition="state <> 'closed'"), UniqueConstraint(fields=('alarm_id',), name='uq_ticket_alarm', condition="state <> 'closed'"), CheckConstraint(check='(person_id IS NULL) <> (alarm_id IS NULL)', name='ck_ticket_about')], 'indexes': [Index(fields=['state', 'due_at']), Index(fields=['owner_id', 'state'])], 'pk_attr': 'id', 'table_description': '找人单: a life as rules/tickets.py tells it; of a customer, or of an alarm: each has one that is not over, at most.'},
        ),
    ]
