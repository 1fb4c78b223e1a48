from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0009_votes_and_bargains')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DayWish',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('shop', fields.ForeignKeyField('shop.Shop', source_field='shop_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('day', fields.DateField()),
                ('what', fields.CharField(max_length=32)),
                ('told', fields.BooleanField(db_default=False)),
            ],
            options={'table': 'day_wish', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'day', 'person_id', 'what'), name='uq_day_wish')], 'pk_attr': 'id', 'table_description': '明天想要: what somebody would buy on that day, in stock or not.'},
            bases=['Model'],
        ),
    ]
