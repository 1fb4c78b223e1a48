from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('shop', '0013_pictures')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CampaignRoomShare',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('shop.CampaignItem', source_field='item_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('room', fields.ForeignKeyField('shop.Room', source_field='room_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('taken', fields.BigIntField(db_default=0)),
                ('most', fields.BigIntField()),
            ],
            options={'table': 'campaign_room_share', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('item_id', 'room_id'), name='uq_campaign_room_share'), CheckConstraint(check='taken >= 0', name='ck_campaign_room_share_taken'), CheckConstraint(check='taken <= most', name='ck_campaign_room_share_most')], 'pk_attr': 'id', 'table_description': 'How much one group has taken of an item of which each group has its own; the database refuses one piece more.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='CampaignItem',
            name='in_room',
            field=fields.BigIntField(null=True),
        ),
    ]
