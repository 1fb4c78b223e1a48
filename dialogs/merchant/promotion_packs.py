"""打包: 打包 酸奶 3提20; 2包420: so many together at one price."""

from __future__ import annotations

import re

from dialogs.promoting import Plan, Promoting, named_goods, only_sku
from dialogs.turn import Turn

_PACK = re.compile(r"(\d{1,3}) ?([\u4e00-\u9fff]) ?¥?(\d{1,6}(?:\.\d{1,2})?)(?:元|块钱?)?")


class PackPrice(Promoting):
    id = "promotion_packs"
    intents = ()
    first_words = ("打包", "打包价")
    starts = first_words
    examples = ("打包 酸奶 3提20", "打包 饺子 2包420")
    example = "比如“打包 酸奶 3提20”"

    def plan(self, text: str, turn: Turn) -> Plan | str:
        packs = _PACK.findall(text)
        found = named_goods(_PACK.sub(" ", text), turn)
        if isinstance(found, str):
            return found
        if len(found.what) != 1:
            return f"哪样货打包？一次说一样，{self.example}"
        if not packs or any(int(count) < 2 for count, _, _ in packs):
            return f"几件多少钱？{self.example}"
        product, unit = turn.shelf.catalogue.product[found.what[0]], packs[0][1]
        sku = only_sku(product.id, turn, unit)
        if sku is None or any(other != unit for _, other, _ in packs):
            units = "、".join(dict.fromkeys(one.unit for one in product.skus))
            return f"{product.name}论{units}卖，按这个说，{self.example}"
        terms = {"packs": [[int(count), price] for count, _, price in packs], "goods": [sku], "unit": unit}
        return Plan("packs", terms, pieces=tuple(int(count) for count, _, _ in packs))
