"""装: which size or pack of the goods is meant — 大的两杯, 再来一箱10斤的, 十字一字各一把, 盒装的不要."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.settle import fits, named_by
from dialogs.hear.specs import Spec, measure
from dialogs.hear.things import names_a_thing, pack_of
from dialogs.hear.walk import AMOUNTS, GOODS, SIZES, Walk


class Packs(Walk):
    """What is said of a size: the goods it belongs to, and whether it begins another line of the same goods."""

    def _leads(self, at: int) -> bool:
        """美式和大杯拿铁各一杯, 十字起子一字起子各一把: a size right before goods, as one stood before those that are open."""
        behind = self.pieces[at + 1 : at + 2]
        opened = next((n for n in range(at - 1, 0, -1) if self.pieces[n].kind == "product"), 0)
        led = self.pieces[opened - 1].kind in SIZES if opened else False
        right_before = bool(behind) and behind[0].kind == "product" and behind[0].start == self.pieces[at].end
        return right_before and (led or self._said_before(at).tag == "and")

    def _pack_ahead(self, quantity: Quantity, at: int) -> Spec | None:
        """六袋227g咖啡豆: the second amount is the pack."""
        following = self._next(at)
        if self.held is None or following is None or following.kind != "product":
            return None
        return pack_of(Want(following.value), quantity, self.held, self.offer)

    def _other_pack_ahead(self, quantity: Quantity, at: int) -> Spec | None:
        """小面二两八碗，三两两碗: the amount is another size of the same goods, and how many of it follows."""
        following = self._next(at)
        last = self.done[-1] if self.done and self.held is None and not self.open else None
        if last is None or following is None or following.kind != "qty":
            return None
        pack = pack_of(last, quantity, following.value, self.offer)
        return pack if pack and self._sizes_differ(last, pack) else None

    def _pack_of_each(self, quantity: Quantity, at: int) -> Spec | None:
        """腊肠250g和500g各一袋: what each of them weighs, of one kind of goods."""
        rest = [p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "buy"]
        sizes = (p.kind in ("qty", *SIZES) or p.tag == "and" or p.text == "、" for p in rest)
        behind = rest[next((n for n, is_size in enumerate(sizes) if not is_size), len(rest)) :]
        each = len(behind) > 1 and behind[0].tag == "each" and behind[1].kind == "qty"
        if not each or len({want.products for want in self.open}) != 1:
            return None
        return pack_of(self.open[-1], quantity, behind[1].value, self.offer)

    def _ends_a_line(self, spec: Spec, at: int) -> bool:
        """来8个6寸的再加可颂要六个: a size of the goods before, and a word that begins other goods behind it."""
        behind = next((p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "filler"), None)
        skus = [sku for id in self.done[-1].products for sku in self.offer.skus(id)]
        is_size = 0 < len(named_by(spec, tuple(skus), self.offer)) < len(skus)
        begins = behind is not None and (behind.tag in ("inc", "and") or behind.text == "还有")
        return is_size and begins and not self.done[-1].specs

    def _completes_a_pack(self, quantity: Quantity, at: int) -> bool:
        """猫粮 10kg 四袋 狗粮 2kg 三袋: so many of the pack that was told, for the goods behind have their own amount."""
        ahead = next((n for n in range(at, len(self.pieces)) if self.pieces[n].kind == "product"), at)
        last = self.done[-1]
        if self.broken or last.quantity is None or not self._next_amount(ahead):
            return False
        return pack_of(last, last.quantity, quantity, self.offer) is not None

    def _sized_unit(self, want: Want) -> str:
        """The unit that these goods come in by more than one size."""
        units = [sku.unit for id in want.products for sku in self.offer.skus(id)]
        return next((unit for unit in units if units.count(unit) > 1), "")

    def _is_size(self, quantity: Quantity, at: int) -> bool:
        """一条一斤左右的鲈鱼: how big the one should be."""
        said = "".join(p.text for p in self.pieces[at + 1 : at + 3])
        weighs = measure(quantity.value or Decimal(0), quantity.unit or "")[1] == "g"
        return weighs and self.held is not None and said in ("左右的", "上下的", "大小的")

    def _names_a_size(self, piece: Piece, at: int) -> bool:
        """连体衣66两件: a number that some of the sizes have, and an amount right behind it."""
        return bool(self.open) and self._is_told_with_an_amount(piece, at, self.open[-1].products)

    def _names_a_size_ahead(self, piece: Piece, at: int) -> bool:
        """2025纽扣电池一板: the number of a size right before its goods, which have an amount behind them."""
        goods = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        if goods is None or goods.kind != "product" or goods.start != piece.end or len(piece.text) < 2:
            return False
        return self._is_told_with_an_amount(piece, at + 1, goods.value)

    def _is_told_with_an_amount(self, piece: Piece, at: int, products: tuple[str, ...]) -> bool:
        """Whether some of the goods' sizes have this number, and the first amount behind has a unit."""
        behind = self.pieces[at + 1 :]
        amount = next(
            (p for p in behind if p.kind not in ("cue", "number") and p.text not in (" ", "、")), None
        )
        told = amount is not None and amount.kind == "qty" and bool(amount.value.unit)
        skus = [sku for id in products for sku in self.offer.skus(id)]
        named = [sku for sku in skus if fits(Spec(word=piece.text), sku)]
        return told and piece.text.isdigit() and 0 < len(named) < len(skus)

    def _names_another_size(self, spec: Spec, at: int) -> bool:
        """30 of 运动鞋26一双30一双."""
        following = self._next(at)
        amount = following is not None and following.kind == "qty" and bool(following.value.unit)
        last = self.done[-1] if self.done and not self.open and self.held is None else None
        return amount and last is not None and bool(last.specs) and self._sizes_differ(last, spec)

    def _in_other_packs(self, at: int) -> bool:
        """啤酒1箱，330毫升的再拿6罐: in a new clause, with an amount counted otherwise."""
        amount = next((p.value for p in self.pieces[at + 1 :] if p.kind == "qty"), None)
        last = self.done[-1].quantity if self.done else None
        if not (self.broken and amount and last) or amount.unit == last.unit:
            return False
        return bool(last.unit) or self.pieces[at].text[0] in "大小"  # 酸奶大桶的×2，小杯的一提

    def _another_pack(self, quantity: Quantity, piece: Piece, at: int) -> Want | None:
        """青提箱装的1箱，串的3串; 酸奶大桶的×2，小杯的一提: the same goods again, by another unit."""
        last = self.done[-1] if self.done and self.held is None else None
        if last is None or last.quantity is None or at < 2 or quantity.unit == last.quantity.unit:
            return None
        unit, of = self.pieces[at - 2], self.pieces[at - 1]
        sold = any(sku.unit == quantity.unit for id in last.products for sku in self.offer.skus(id))
        more = of.tag in ("inc", "and") or self._adds(last, last.quantity, quantity, at)
        if more and sold and not self._goods_behind_a_size(at):
            return replace(last, quantity=quantity, specs=(), note=None, start=piece.start, end=piece.end)
        if of.text != "的" or not (unit.text == quantity.unit or (sold and unit.text[0] in "大小")):
            return None
        return Want(
            last.products,
            heard=last.heard,
            source=last.source,
            quantity=quantity,
            op=self.op,
            start=unit.start,
            end=piece.end,
        )

    def _adds(self, want: Want, first: Quantity, more: Quantity, at: int) -> bool:
        """湿巾一箱另外再单买两包; 鳕鱼肠两袋三根, but 一袋三根 and 3根一袋 may tell what is in a bag, 3斤两袋 what it weighs."""
        told = max((n for n in range(at) if self.pieces[n].kind in AMOUNTS), default=at)
        between = [p for p in self.pieces[told + 1 : at] if p.kind not in ("blank", "break")]
        if not between:
            weighs = any(measure(Decimal(1), one.unit or "")[1] == "g" for one in (first, more))
            packs = pack_of(want, first, more, self.offer) or pack_of(want, more, first, self.offer)
            plain = not (weighs or packs or more.times or more.plus) and self._is_larger(want, first, more)
            return plain and first.value is not None and first.value > 1
        others = any(map(names_a_thing, self.pieces[at + 1 : at + 2]))  # 鸡蛋2板，多给个袋子
        joined = any(p.tag in ("inc", "and", "also") for p in between)
        joined = joined and all(p.kind == "cue" or p.text in ("单", "散") for p in between)  # 单的也要5盒
        return joined and not others

    def _is_larger(self, want: Want, first: Quantity, second: Quantity) -> bool:
        """Whether the goods cost more by the first unit than by the second."""
        skus = [sku for id in want.products for sku in self.offer.skus(id)]
        by_first, by_second = ([s.price for s in skus if s.unit == one.unit] for one in (first, second))
        return bool(by_first and by_second) and min(by_first) > max(by_second)

    def _of_another_size(self, quantity: Quantity, piece: Piece, at: int) -> Want | None:
        """苹果来一箱5斤的，再来一箱10斤的."""
        following = self._next(at)
        last = self.done[-1] if self.done and self.held is None and self.broken else None
        if last is None or not last.products or following is None or following.kind != "spec":
            return None
        if self._goods_behind_a_size(at):
            return None  # 200g曲奇6罐，再来八瓶1kg的蜂蜜
        if not self._in_another_size(following.value, at):
            return None
        return replace(last, quantity=quantity, specs=(), note=None, start=piece.start, end=piece.end)

    def _goods_behind_a_size(self, at: int) -> bool:
        following = next((p for p in self.pieces[at + 1 :] if p.kind not in ("blank", *SIZES)), None)
        return following is not None and following.kind in GOODS

    def _in_another_size(self, spec: Spec, at: int) -> bool:
        """大米5斤装的来一袋，10斤的也来一袋."""
        if self.done and self._sizes_differ(self.done[-1], spec):
            return True  # 绿萝大盆一盆小盆两盆
        apart = self.broken or self.pieces[at - 1].kind == "blank"  # 6寸戚风两个 8寸一个
        told = self.done[-1].specs if self.done and apart else ()
        return bool(told and spec.measures) and all(
            one.measures and one.measures != spec.measures for one in told
        )

    def _sizes_differ(self, told: Want, spec: Spec) -> bool:
        """Whether the goods come in what was told and, as something else, in what is said now."""
        skus = tuple(sku for id in told.products for sku in self.offer.skus(id))
        first = set(skus if told.specs else ())
        for one in told.specs:
            first.intersection_update(named_by(one, skus, self.offer))
        now = set(named_by(spec, skus, self.offer))
        return bool(first and now) and not first & now

    def _both_sizes(self, spec: Spec, at: int) -> bool:
        """大米10斤装和5斤装各一袋, 起子十字一字各一把."""
        before = self._said_before(at)
        joined = before.tag == "and" or before.text == "、"
        joined = joined or (bool(self.open) and self._sizes_differ(self.open[-1], spec))
        sized = bool(self.open and self.open[-1].specs)
        alone = not self._next_is_goods(at)
        return joined and sized and alone and any(p.tag == "each" for p in self.pieces[at:])

    def _is_denied(self, at: int) -> bool:
        """盒装的不要."""
        goods = bool(self.open or self.done)
        following = next(
            (p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.text not in ("的", "就")), None
        )
        return goods and following is not None and following.tag == "not" and not self._next_amount(at)

    def _pack_behind(self, at: int) -> Piece | None:
        """板的, of goods that come by the 板."""
        after = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        goods = self.open[-1:] or self.done[-1:]
        units = {sku.unit for want in goods for id in want.products for sku in self.offer.skus(id)}
        if after is None or after.text not in units:
            return None
        return replace(after, value=Spec(word=f"整{after.text}", text=after.text))

    def _denies_a_size(self, at: int) -> bool:
        """5斤装的2箱，不是10斤装的: nothing but the size is said of it."""
        said = [p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "filler"]
        sizes = bool(said) and said[0].kind in ("spec", "specword")
        return sizes and bool(self.done) and (len(said) == 1 or said[1].kind == "break")
