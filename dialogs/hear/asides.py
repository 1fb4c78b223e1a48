"""旁: amounts that order nothing by themselves — 这俩, 一份换成热饮, 付好了26 — and what points back at the goods before."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.settle import named_by
from dialogs.hear.specs import Spec
from dialogs.hear.walk import GOODS, Walk

PAID = re.compile("(?:付|转|扫|汇|打款|转账)(?:给?你|好|完|清|过去|过来|过|了)+$")
TOO_MUCH = re.compile(
    "(?:实在|真的?|确实|有点|怕|也|都|可)*(?:太[多少]|放不下|不够|没够|[吃喝用装拿搬拎]不[完了下动够]|里[头面边])"
)
ANOTHER_TIME = re.compile(
    "(?:(?<![太真很])好[吃喝用](?!了)|好的话|不够|满意|喜欢|[吃喝用]完|下次|下回|回头|以后|改天)[^,，。]{0,4}再"
)
ENOUGH = re.compile("就(?:够|行|好|可以|成)|够了")
AMOUNTS = ("qty", "number", "money")


class Asides(Walk):
    """What stands around an amount tells that it is no order."""

    def _points_at_them(self, quantity: Quantity, at: int) -> bool:
        """土豆粉、番茄酱这俩: as many as were just named."""
        before = self.pieces[at - 1] if at else None
        pointed = before is not None and before.tag == "this" and before.end == self.pieces[at].start
        return pointed and len(self.open) > 1 and quantity.value == len(self.open)

    def _tells_of_some(self, quantity: Quantity, at: int) -> bool:
        """套餐来两份，一份换成热饮: fewer than were ordered, and how those should be."""
        last = self.done[-1].quantity if self.done and self.broken and not self.open else None
        if last is None or not last.value or not quantity.value or quantity.value >= last.value:
            return False
        clause = [p for p in self._clause(at) if p.start > self.pieces[at].start and p.kind != "blank"]
        named = any(p.kind in (*GOODS, *AMOUNTS) for p in clause)
        return len(clause) > 1 and clause[0].tag == "set" and not named

    def _denies_another_amount(self, at: int) -> bool:
        """4斤沃柑，不是4箱; but 三斤 不是 四斤红富士 and 三斤，不是，四斤 correct themselves."""
        said = [p for p in self.pieces[at + 1 :] if p.kind != "blank"]
        told = any(p.kind in ("qty", "number") for p in self.pieces[:at])
        corrects = at > 0 and self.pieces[at - 1].text in ("哎", "哦", "啊", "额", "呃", "诶")
        direct = bool(said) and said[0].kind in ("qty", "number")
        return told and direct and not corrects and not (len(said) > 1 and said[1].kind in GOODS)

    def _denies_a_size(self, at: int) -> bool:
        """5斤装的2箱，不是10斤装的: nothing but the size is said of it."""
        said = [p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "filler"]
        sizes = bool(said) and said[0].kind in ("spec", "specword")
        return sizes and bool(self.done) and (len(said) == 1 or said[1].kind == "break")

    def _shares_it_out(self, quantity: Quantity, at: int) -> bool:
        """牛奶2箱，一箱送3栋501，一箱送5栋302; 鸡蛋3板，其中一板给我妈: parts of what was ordered."""
        last = self.done[-1].quantity if self.done and not self.open else None
        if last is None or not last.value or not quantity.value or last.unit != quantity.unit:
            return False
        following = range(
            at, next((n for n, p in enumerate(self.pieces) if n > at and p.kind in GOODS), len(self.pieces))
        )
        parts = [
            n for n in following if self.pieces[n].kind == "qty" and self.pieces[n].value.unit == last.unit
        ]
        whole = sum((self.pieces[n].value.value or Decimal(0) for n in parts), Decimal(0))
        among = "其中" in "".join(p.text for p in self._clause(at)) and quantity.value < last.value
        if among or (len(parts) > 1 and whole == last.value):
            self.shared = frozenset(parts if whole == last.value else [at])
        return at in self.shared

    def _says_how_to_pack(self, at: int) -> bool:
        """玉米十二根，分两个袋装."""
        return bool(at and self.pieces[at - 1].text == "分" and self.done) and not self.open

    def _cannot_be_used(self, at: int) -> bool:
        """虾两斤太多，一斤够了; 两板放不下; 6个里头俩双黄的: so much is not ordered."""
        return bool(TOO_MUCH.match("".join(p.text for p in self.pieces[at + 1 : at + 6])))

    def _was_paid(self, at: int) -> bool:
        """付好了26，橙子那单: money, whatever goods stand near."""
        return bool(PAID.search("".join(p.text for p in self.pieces[max(0, at - 3) : at])))

    def _another_pack(self, quantity: Quantity, piece: Piece, at: int) -> Want | None:
        """青提箱装的1箱，串的3串; 酸奶大桶的×2，小杯的一提: the same goods again, by another unit."""
        last = self.done[-1] if self.done and self.held is None else None
        if last is None or last.quantity is None or at < 2 or quantity.unit == last.quantity.unit:
            return None
        unit, of = self.pieces[at - 2], self.pieces[at - 1]
        sold = any(sku.unit == quantity.unit for id in last.products for sku in self.offer.skus(id))
        if of.tag in ("inc", "and") and sold and not self._next_is_goods(at):
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

    def _of_another_size(self, quantity: Quantity, piece: Piece, at: int) -> Want | None:
        """苹果来一箱5斤的，再来一箱10斤的."""
        following = self._next(at)
        last = self.done[-1] if self.done and self.held is None and self.broken else None
        if last is None or not last.products or following is None or following.kind != "spec":
            return None
        if not self._in_another_size(following.value, at):
            return None
        return replace(last, quantity=quantity, specs=(), note=None, start=piece.start, end=piece.end)

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

    def _if_it_is_good(self, at: int) -> bool:
        """好吃再买10斤: what may be ordered another time."""
        said = "".join(p.text for p in self._clause(at) if p.start < self.pieces[at].start)
        return bool(ANOTHER_TIME.search(said))

    def _is_enough(self, quantity: Quantity, at: int) -> bool:
        """本来想要3斤，现在2斤就够: the last word on the goods before it."""
        last = self.done[-1].quantity if self.done and self.broken and not self.open else None
        enough = ENOUGH.match("".join(p.text for p in self.pieces[at + 1 : at + 4]))
        return last is not None and bool(quantity.unit) and last.unit == quantity.unit and bool(enough)

    def _said_of_the_last(self, at: int) -> bool:
        """4盒才够，改下: a word of change at the end, which says nothing else."""
        behind = [p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "filler"]
        named = [p for p in self._clause(at) if p.kind in ("word", "char", "time", "place", "phone")]
        return bool(self.done and self.done[-1].quantity and not self.open) and not behind and not named
