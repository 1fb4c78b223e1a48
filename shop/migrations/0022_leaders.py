from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('shop', '0021_matters')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Room',
            name='follows',
            field=fields.CharField(null=True, db_default='', max_length=128),
        ),
    ]
