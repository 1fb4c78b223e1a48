from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0014_group_shares')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='DeskHours',
            options={'table': 'desk_hours', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id',), name='uq_desk_hours')], 'pk_attr': 'id', 'table_description': 'When people of the shop are there, and what its desk keeps to, as the config says it.'},
        ),
        ops.AddField(
            model_name='DeskHours',
            name='limits',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Ticket',
            name='asked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
