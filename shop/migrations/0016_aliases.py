from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('shop', '0015_desk_limits')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Handle',
            name='alias',
            field=fields.CharField(db_default='', max_length=64),
        ),
    ]
