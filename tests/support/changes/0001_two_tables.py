"""A shelf, and boxes that stand on it and go with it."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Shelf",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True)),
                ("name", fields.CharField(max_length=8)),
            ],
            options={"table": "test_shelf", "app": "shop", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Box",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True)),
                ("shelf", fields.ForeignKeyField("shop.Shelf", on_delete=OnDelete.CASCADE)),
            ],
            options={"table": "test_box", "app": "shop", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
