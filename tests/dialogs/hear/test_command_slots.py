"""What a merchant's command carries: whom, how much, which pack, until when."""

from __future__ import annotations

import pytest

from dialogs.hear import Context
from tests.dialogs.hear.shops import another_shop, fruit_shop

SAID = (
    ("fruit", "收款 17", {"order": "17"}),
    ("fruit", "17到账了", {"order": "17"}),
    ("fruit", "17号单到账了", {"order": "17"}),
    ("fruit", "收到1笔钱", {"order": None}),
    ("fruit", "收款 等3分钟", {"order": None}),
    ("fruit", "收款 就3个人", {"order": None}),
    ("fruit", "收款 3楼的", {"order": None}),
    ("fruit", "3栋的单都送出去了", {"building": "3"}),
    ("fruit", "退王姐26块9，草莓坏了", {"name": "王姐", "amount": "26.9"}),
    ("fruit", "给小周退15块，香蕉烂了几根", {"name": "小周", "amount": "15"}),
    ("fruit", "老闫的鱼死了，给他退29块8", {"name": "老闫", "amount": "29.8"}),
    ("market", "退老段79，大米袋子破了", {"name": "老段", "amount": "79"}),
    ("fruit", "给老陈补一张8块的券", {"to": "老陈", "amount": "8", "qty": "1"}),
    ("fruit", "查查王姐上周买了什么", {"name": "王姐"}),
    ("tea", "找一下尾号5566的订单", {"phone": "5566"}),
    ("fruit", "王姐的货提走了，帮我核一下", {"name": "王姐"}),
    ("fruit", "把阿强设成配送员", {"to": "阿强", "role": "配送员"}),
    ("tea", "那个叫momo的天天吵架，禁言两小时", {"to": "momo"}),
    ("fruit", "小番茄盒装改25", {"sku": "P09-2", "price": "25"}),
    ("fruit", "把小米蕉一箱的价格改成21.5", {"sku": "P06-2", "price": "21.5"}),
    ("tea", "珍奶大杯涨到16", {"sku": "T01-2", "price": "16"}),
    ("market", "鸡蛋库存只剩12板了改一下", {"sku": "V39-1", "stock": "12"}),
    ("fruit", "刚到了20箱车厘子，加进库存", {"sku": "P07-2", "qty": "20"}),
    ("fruit", "豆腐又送来40块", {"product": "P38", "qty": "40", "unit": "块"}),
    (
        "fruit",
        "新上一款红心火龙果，8块8一斤，进了60斤",
        {"name": "红心火龙果", "price": "8.8", "stock": "60"},
    ),
    ("market", "明早七点秒杀鸡蛋 28一板 30板", {"from": "2026-12-04T07:00", "stock": "30"}),
    ("market", "海鲜团截团时间改成今晚八点半", {"campaign": "M1", "at": "2026-12-03T20:30"}),
    (
        "tea",
        "新开团 周一早餐团 吐司12 菠萝包5块5 周日晚9点截止",
        {"title": "周一早餐团", "until": "2026-12-13T21:00"},
    ),
)


@pytest.mark.parametrize(("shop", "text", "slots"), SAID, ids=lambda one: str(one)[:24])
def test_a_command_carries_what_was_said(shop: str, text: str, slots: dict[str, str | None]) -> None:
    reader = fruit_shop() if shop == "fruit" else another_shop(shop)
    reading = reader.read(text, Context("admin"))
    assert {name: reading.slots.get(name) for name in slots} == slots
