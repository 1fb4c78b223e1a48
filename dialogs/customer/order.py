"""下单: 来2箱橙子 香蕉3斤. A precise order is taken at once; only an unsure or unusual one is asked about."""

from __future__ import annotations

from dialogs.ordering import Ordering


class Order(Ordering):
    id = "order"
    intents = ("order.add", "groupbuy.join", "flash.take")
    examples = ("来2箱苹果", "香蕉3斤 苹果2斤", "我要两份草莓", "再加一箱苹果")
