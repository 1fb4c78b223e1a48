"""关键词: the plain matcher that a shop would otherwise have, to stand beside the reader: a name, the number behind it,
and a list of words for each question. Written honestly, without anything that needs a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.hear import Context
from shop.goods import Catalogue, Sku

DIGITS = {
    "一": 1,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "半": 0.5,
}
NUMBER = r"(\d+(?:\.\d+)?|[一二两三四五六七八九十半])"
QUESTIONS = {
    "human.request": "人工|老板|投诉",
    "order.cancel": "取消|不要了",
    "price.query": "多少钱|几块|价格",
    "stock.query": "还有吗|有没有|有货",
    "catalog.query": "菜单|有什么|有啥",
    "order.query": "我的订单|到哪",
    "pay.ask": "付款|怎么付",
    "coupon.query": "优惠券|有券",
    "points.query": "积分",
    "hours.query": "几点|营业",
    "delivery.query": "配送|送货",
    "aftersale.report": "坏了|烂了|退款",
    "invoice.ask": "发票",
    "help": "帮助",
}


@dataclass(frozen=True)
class Keywords:
    catalogue: Catalogue

    def read(self, text: str, context: Context) -> tuple[str, str, list[tuple[str, str, str, str]]]:
        """Action, intent and lines as (sku, quantity, op, for)."""
        if match := re.fullmatch(r"\+ ?(\d+)", text.strip()):
            return self._join(int(match[1]), context)
        lines = [line for line in self._lines(text) if line]
        if lines:
            return "act", "order.add", lines
        for intent, words in QUESTIONS.items():
            if re.search(words, text):
                return "act", intent, []
        return "ignore", "chat.none", []

    def _join(self, qty: int, context: Context) -> tuple[str, str, list[tuple[str, str, str, str]]]:
        opened = [one for one in self.catalogue.campaigns if one.id in context.campaigns]
        if not opened:
            return "ignore", "chat.none", []
        newest = opened[-1]
        intent = "flash.take" if newest.kind == "flash" else "groupbuy.join"
        return "act", intent, [(newest.items[0].sku, str(qty), "add", "")]

    def _lines(self, text: str) -> list[tuple[str, str, str, str]]:
        found = []
        for product in self.catalogue.products:
            name = next(
                (n for n in sorted((product.name, *product.aliases), key=len, reverse=True) if n in text), ""
            )
            if not name:
                continue
            at = text.index(name)
            behind = re.match(rf".{{0,2}}?{NUMBER} ?([^\d\s]?)", text[at + len(name) :])
            before = re.search(rf"{NUMBER} ?([^\d\s]?)$", text[:at])
            if number := behind or before:
                qty = DIGITS.get(number[1], number[1])
                found.append((self._sku(product.skus, number[2]).id, str(qty), "add", ""))
        return found

    def _sku(self, skus: tuple[Sku, ...], unit: str) -> Sku:
        by_unit = [sku for sku in skus if sku.unit == unit]
        return next(iter(by_unit), next((sku for sku in skus if sku.default), skus[0]))
