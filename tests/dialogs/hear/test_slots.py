"""What else is understood: prices and stocks of a merchant, addresses, times and codes of a customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dialogs.hear import Context, Quoted
from dialogs.hear.reading import Line, Pending
from tests.dialogs.hear.shops import fruit_shop

MERCHANT = Context("admin", campaigns=("C1",))


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        (
            "车厘子改价89，库存20箱",
            "product_set",
            {"product": "P07", "price": "89", "stock": "20", "unit": "箱"},
        ),
        ("补货 橙子 +20", "restock", {"product": "P27", "qty": "20"}),
        ("补货 苹果 30", "restock", {"product": "P01", "qty": "30"}),
        ("改价 西瓜", "product_set", {"product": "P24"}),
        ("香蕉改成25块5", "product_set", {"product": "P05", "price": "25.5"}),
        ("香蕉改价二十五块半", "product_set", {"product": "P05", "price": "25.5"}),
        (
            "鸡蛋一板调到34块8",
            "product_set",
            {"product": "P16", "sku": "P16-1", "unit": "板", "price": "34.8"},
        ),
        ("老姜库存改15斤", "product_set", {"product": "P43", "stock": "15", "unit": "斤"}),
        ("西瓜到货30个", "restock", {"product": "P24", "sku": "P24-1", "qty": "30", "unit": "个"}),
        ("草莓下架", "product_off", {"product": "P15"}),
        (
            "加个新品，云南蓝莓，125克一盒，卖15块9，有40盒",
            "product_add",
            {"name": "云南蓝莓", "spec": "125克", "price": "15.9", "unit": "盒", "stock": "40"},
        ),
        (
            "今日特价 草莓25 香蕉2.9",
            "special_post",
            {
                "product": "P15",
                "price": "25",
                "items": [{"sku": "P15-1", "price": "25"}, {"sku": "P05-1", "price": "2.9"}],
            },
        ),
        (
            "开秒杀 草莓19.9一盒 限30盒 到12点",
            "flash_create",
            {
                "product": "P15",
                "sku": "P15-1",
                "price": "19.9",
                "stock": "30",
                "unit": "盒",
                "until": "2026-11-21T12:00",
            },
        ),
        (
            "晚上8点到9点搞个豆腐1块钱秒杀，每人限2块",
            "flash_create",
            {
                "product": "P38",
                "sku": "P38-1",
                "price": "1",
                "limit": "2",
                "from": "2026-11-21T20:00",
                "until": "2026-11-21T21:00",
            },
        ),
        (
            "开团 周日水果团：苹果10斤装45 沃柑10斤装58，明晚8点截",
            "groupbuy_create",
            {
                "title": "周日水果团",
                "items": [{"sku": "P01-3", "price": "45"}, {"sku": "P28-2", "price": "58"}],
                "until": "2026-11-22T20:00",
            },
        ),
        (
            "新开一个拼团，基围虾2斤装85，满5份成团",
            "groupbuy_create",
            {"items": [{"sku": "P34-2", "price": "85"}], "min": "5"},
        ),
        ("今晚8点截团", "campaign_deadline", {"campaign": "C1", "at": "2026-11-21T20:00"}),
        ("给群里发20张满30减5的券", "coupon_issue", {"qty": "20", "min": "30", "amount": "5"}),
        ("发券 王姐 10元无门槛", "coupon_issue", {"to": "王姐", "amount": "10"}),
        ("发货 0501-017", "order_ship", {"order": "0501-017"}),
        ("核销 883012", "order_redeem", {"code": "883012"}),
        ("0501-017退款", "refund", {"order": "0501-017"}),
        ("收款 0501-017", "payment_received", {"order": "0501-017"}),
        ("收款 17", "payment_received", {"order": "17"}),
        ("0501-017到账了", "payment_received", {"order": "0501-017"}),
        ("收到小李的69.2", "payment_received", {"name": "小李", "amount": "69.2"}),
        ("今日订单", "orders_today", {}),
        ("周六团的单导成表格给我", "export", {"campaign": "C1"}),
    ],
)
def test_a_merchant_is_understood_with_the_figures(said: str, intent: str, slots: dict[str, Any]) -> None:
    reading = fruit_shop().read(said, MERCHANT)
    assert (reading.action, reading.intent) == ("act", f"admin.{intent}")
    assert {name: reading.slots.get(name) for name in slots} == slots


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("到店付", "pay.ask", {"way": "cash"}), ("现金", "pay.ask", {"way": "cash"}), ("来了再付", "pay.ask", {"way": "cash"}), ("货到付款", "pay.ask", {"way": "cash"}), ("转账", "pay.ask", {"way": "transfer"}),
        ("刚扫码给了26块9", "pay.notify", {"amount": "26.9"}), ("绑定 493027", "bind", {"code": "493027"}),
        ("订单 0501-017 到哪了", "order.query", {"order": "0501-017"}), ("取消订单0501-017", "order.cancel", {"order": "0501-017"}),
        ("明天下午3点来拿", "pickup.schedule", {"pickup_at": "2026-11-22T15:00"}), ("地址改成5栋1单元302", "delivery.address", {"address": {"building": 5, "unit": 1, "room": 302}}),
        ("周六中午前能送到吗", "delivery.query", {"before": "2026-11-21T12:00"}), ("满50减10那个券还能用不", "coupon.query", {"coupon": "XR10"}), ("给五星好评", "review.give", {"stars": 5}),
        ("少发了一盒草莓", "aftersale.report", {"product": "P15", "qty": "1", "unit": "盒"}), ("整箱的沃柑什么价位", "price.query", {"product": "P28", "sku": "P28-2", "unit": "箱"}),
    ],
)  # fmt: skip
def test_a_customer_is_understood_with_the_details(said: str, intent: str, slots: dict[str, Any]) -> None:
    reading = fruit_shop().read(said, Context("private"))
    assert reading.intent == intent
    assert {name: reading.slots.get(name) for name in slots} == slots


def test_an_order_carries_address_time_and_telephone() -> None:
    reading = fruit_shop().read("西瓜1个 3栋2单元501 晚上7点半送 电话13800001234", Context("private"))
    assert [line.sku for line in reading.lines] == ["P24-1"]
    assert reading.slots == {
        "address": {"building": 3, "unit": 2, "room": 501},
        "deliver_at": "2026-11-21T19:30",
        "phone": "13800001234",
    }


def test_a_note_is_kept_with_its_line() -> None:
    reading = fruit_shop().read("香蕉3斤（要青一点的），鲈鱼一条帮我杀好", Context("private"))
    assert [line.note for line in reading.lines] == ["要青一点的", "帮我杀好"]


def test_unknown_goods_beside_known_ones_are_named() -> None:
    reading = fruit_shop().read("晴王2箱 龙虾1箱", Context("private"))
    assert reading.slots["unresolved"] == ["龙虾1箱"]


def test_a_quoted_card_is_what_this_means() -> None:
    card = Quoted("bot", "【今日特价】车厘子5斤装 188元/箱", "P07-2")
    assert fruit_shop().read("这个多少钱", Context("group", quote=card)).slots["sku"] == "P07-2"


@pytest.mark.parametrize("said", ["转账行吗", "可以转账吗", "微信转你"])
def test_a_transfer_is_asked_about_by_name(said: str) -> None:
    assert fruit_shop().read(said).slots["way"] == "transfer"


@pytest.mark.parametrize(
    ("said", "product", "heard"),
    [("西瓜不要了", "P24", "西瓜"), ("橙子改2箱", "P27", "橙子"), ("电钻不要了", None, "电钻")],
)
def test_what_is_not_in_the_order_is_named(said: str, product: str | None, heard: str) -> None:
    cart = (Line("P05-1", Decimal(3), "斤"),)
    clarify = fruit_shop().read(said, Context(cart=cart)).clarify
    assert clarify is not None
    assert (clarify.slot, clarify.product, clarify.heard) == ("line", product, heard)


def test_an_option_of_a_menu_is_completed_by_its_amount() -> None:
    shown = Pending("menu", ("P05", "P27", "P26"))
    done = fruit_shop().read("3号2箱", Context(pending=shown))
    assert [(line.sku, str(line.qty)) for line in done.completes] == [("P26-2", "2")]
    open_ = fruit_shop().read("要3号", Context(pending=shown))
    assert open_.slots == {"option": 3}
    assert open_.clarify is not None
    assert open_.clarify.slot == "qty"
