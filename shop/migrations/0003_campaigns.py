from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

async def items_become_rows(apps, editor):
    """What a campaign sells stood in one column; a 团 of the catalogue file is a list now."""
    campaigns = (await editor.client.execute_query("SELECT id, shop_id, status, items FROM campaign"))[1]
    skus = (await editor.client.execute_query('SELECT id, shop_id, "key" FROM sku'))[1]
    row_of = {(sku["shop_id"], sku["key"]): sku["id"] for sku in skus}
    for campaign in campaigns:
        items = campaign["items"]
        for item in loads(items) if isinstance(items, str) else items:
            sku = row_of.get((campaign["shop_id"], item["sku"]))
            if sku is None:
                continue
            is_open = "TRUE" if campaign["status"] == "open" else "FALSE"
            letter = item.get("letter", "").replace("'", "")[:4]
            await editor.client.execute_script(
                "INSERT INTO campaign_item (campaign_id, sku_id, no, letter, is_open, taken, reserved) "
                f"VALUES ({campaign['id']:d}, {sku:d}, {item['no']:d}, '{letter}', {is_open}, 0, 0)"
            )
    await editor.client.execute_script("UPDATE campaign SET kind = 'list' WHERE kind = 'groupbuy'")


class Migration(migrations.Migration):
    dependencies = [('shop', '0002_exact_trade')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CampaignItem',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('shop.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', related_name='goods', on_delete=OnDelete.RESTRICT)),
                ('sku', fields.ForeignKeyField('shop.Sku', source_field='sku_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('no', fields.IntField()),
                ('letter', fields.CharField(db_default='', max_length=4)),
                ('price_fen', fields.BigIntField(null=True)),
                ('quota', fields.BigIntField(null=True)),
                ('each', fields.BigIntField(null=True)),
                ('steps', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('is_open', fields.BooleanField(db_default=False)),
                ('taken', fields.BigIntField(db_default=0)),
                ('reserved', fields.BigIntField(db_default=0)),
                ('kept', fields.BigIntField(db_default=0)),
                ('waiting', fields.IntField(db_default=0)),
                ('settled_fen', fields.BigIntField(null=True)),
            ],
            options={'table': 'campaign_item', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('campaign_id', 'no'), name='uq_campaign_item_no'), UniqueConstraint(fields=('campaign_id', 'sku_id'), name='uq_campaign_item_sku'), CheckConstraint(check='taken >= 0', name='ck_campaign_item_taken'), CheckConstraint(check='reserved >= 0', name='ck_campaign_item_reserved'), CheckConstraint(check='kept >= 0 AND kept <= reserved', name='ck_campaign_item_kept'), CheckConstraint(check='waiting >= 0', name='ck_campaign_item_waiting'), CheckConstraint(check='quota IS NULL OR taken + reserved <= quota', name='ck_campaign_item_quota'), CheckConstraint(check='price_fen IS NULL OR price_fen >= 0', name='ck_campaign_item_price')], 'pk_attr': 'id', 'table_description': 'One kind of goods in it. With a quota, what is not taken yet is `reserved` of the stock, so that nobody else'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignRoom',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('campaign', fields.ForeignKeyField('shop.Campaign', source_field='campaign_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('room', fields.ForeignKeyField('shop.Room', source_field='room_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'campaign_room', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('campaign_id', 'room_id'), name='uq_campaign_room')], 'pk_attr': 'id', 'table_description': 'A group in which it runs.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignShare',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('shop.CampaignItem', source_field='item_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('shop.Person', source_field='person_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('qty', fields.BigIntField()),
                ('most', fields.BigIntField()),
            ],
            options={'table': 'campaign_share', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('item_id', 'person_id'), name='uq_campaign_share'), CheckConstraint(check='qty >= 0', name='ck_campaign_share_qty'), CheckConstraint(check='qty <= most', name='ck_campaign_share_most')], 'pk_attr': 'id', 'table_description': 'How much one person has of an item that is limited for each; the database refuses one piece more.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Campaign',
            options={'table': 'campaign', 'app': 'shop', 'constraints': [UniqueConstraint(fields=('shop_id', 'key'), name='uq_campaign_key')], 'indexes': [Index(fields=['status', 'deadline']), Index(fields=['status', 'starts_at'])], 'pk_attr': 'id'},
        ),
        ops.AddField(
            model_name='Campaign',
            name='called_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='warmed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='sold_out_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='freed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='made_by',
            field=fields.ForeignKeyField('shop.Person', source_field='made_by_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Campaign',
            name='starts_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Campaign',
            name='token',
            field=fields.CharField(db_default='', max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='sheet_token',
            field=fields.CharField(db_default='', max_length=32),
        ),
        ops.AddField(
            model_name='Campaign',
            name='terms',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.RunPython(items_become_rows),
        ops.RemoveField(model_name='Campaign', name='items'),
        ops.AddIndex(
            model_name='Campaign',
            index=Index(fields=['status', 'deadline']),
        ),
        ops.AddIndex(
            model_name='Campaign',
            index=Index(fields=['status', 'starts_at']),
        ),
        ops.AddField(
            model_name='Order',
            name='campaign',
            field=fields.ForeignKeyField('shop.Campaign', source_field='campaign_id', null=True, db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Order',
            name='campaign_done',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddIndex(
            model_name='Order',
            index=Index(fields=['campaign_id', 'id']),
        ),
    ]
