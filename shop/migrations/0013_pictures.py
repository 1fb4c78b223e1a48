from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('shop', '0012_places')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Picture',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sha256', fields.CharField(unique=True, max_length=64)),
                ('kind', fields.CharField(max_length=4)),
                ('body', fields.BinaryField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'picture', 'app': 'shop', 'indexes': [Index(fields=['at'])], 'pk_attr': 'id', 'table_description': 'One picture, once, however often it is sent; who may see it is decided by the line that it belongs to.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ChatLine',
            name='picture',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Message',
            name='picture',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Message',
            name='recalled',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Ticket',
            name='by_hand',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='TicketLine',
            name='picture',
            field=fields.BigIntField(null=True),
        ),
    ]
