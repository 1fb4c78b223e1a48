"""A column changes; a new one has a default in the database, so that it can be added beside rows."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_two_tables")]

    operations = [
        ops.AlterField(model_name="Shelf", name="name", field=fields.CharField(max_length=64, null=True)),
        ops.AddField(model_name="Shelf", name="floor", field=fields.IntField(db_default=1)),
    ]
