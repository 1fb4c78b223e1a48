"""话: what the small words around goods and amounts do — 各, 也, 不要, 再, 大概 — and the sizes and remarks they carry."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.pairing import Pairing
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Op
from dialogs.hear.shorthand import ALL
from dialogs.hear.specs import Spec
from dialogs.hear.things import as_amount
from dialogs.hear.walk import GOODS, SILENT, SIZED, SIZES

OPS: dict[str, Op] = {"set": "set", "inc": "inc", "dec": "dec", "not": "remove", "wrong": "remove"}
PARTLY = ("去掉", "拿掉", "退掉", "撤掉", "减掉", "退了", "撤了", "删掉")
CUTS = ("切", "剁", "斩", "宰", "杀", "挑", "磨", "绞", "剥")


class Sayings(Pairing):
    """One method for each tag of cues.toml."""

    # --- sizes

    def _spec(self, piece: Piece, at: int) -> None:
        spec = piece.value
        if goods := self._goods_behind_sorts(at):
            self.named = goods
            self._goods(Want(goods.value, heard=goods.text, start=piece.start, end=goods.end))
        if piece is self.denied or self._cannot_be_used(at):
            return  # 10斤的吃不完
        if self._is_denied(at):
            self.denied = piece
            return
        following = self._next(at, silent=(*SILENT, *SIZES))  # 九米4分的水管
        ids = (
            self.open[-1].products
            if self.open
            else following.value
            if following and following.kind == "product"
            else self.done[-1].products
            if self.done and (self.wrong or self.op == "inc")  # 电线20米，不对，25米; 再加5米
            else ()
        )
        if amount := as_amount(piece, ids, self.offer):
            self._amount(amount, piece, at)
            return
        if self.wrong and self.done and not self.open and self._sizes_differ(self.done[-1], spec):
            self.done[-1], self.wrong = replace(self.done[-1], specs=(spec,)), False
            return  # 两袋苹果味的，不对，是香蕉味的
        if self._another_size(spec, at):
            self._same_goods(piece)
        if self._both_sizes(spec, at):
            self.open.append(replace(self.open[-1], specs=(spec,)))
            return
        if self.open and not (self._ahead(at) and (self.broken or self._leads(at))):
            meant = range(len(self.open)) if self.every else (-1,)  # 橙子苹果都要5斤装的
            for n in meant:
                self.open[n] = replace(self.open[n], specs=(*self.open[n].specs, spec))
        elif self.done and self.held is None and (not self._next_is_goods(at) or self._ends_a_line(spec, at)):
            self.done[-1] = replace(self.done[-1], specs=(*self.done[-1].specs, spec))
        else:
            self.specs.append(spec)

    _specword = _spec

    def _qty(self, piece: Piece, at: int) -> None:
        pack = self._pack_of_each(piece.value, at) or self._other_pack_ahead(piece.value, at)
        if pack:
            self._spec(replace(piece, value=pack), at)
        else:
            super()._qty(piece, at)

    def _sorts(self, piece: Piece, at: int) -> None:
        if not self._counts_sorts(piece, at) and piece.value != ALL:
            self._amount(Quantity(Decimal(piece.value), "种"), piece, at)

    def _another_size(self, spec: Spec, at: int) -> bool:
        """2斤装一袋再加散的一斤: the same goods again, in another size."""
        before = next((p for p in reversed(self.pieces[:at]) if p.kind != "blank"), None)
        joined = before is not None and (before.tag in ("inc", "and", "also") or self._in_other_packs(at))
        joined = joined or self._in_another_size(spec, at)
        following = self._next(at, silent=(*SILENT, *SIZES))  # 黑色L码两件
        amount = self._next_amount(at) or (following is not None and following.kind == "qty")
        size = joined and bool(self.done) and not self.open and self.held is None and amount
        return bool(
            size and self.done[-1].products and self.done[-1].quantity and not self._next_is_goods(at)
        )

    # --- remarks

    def _note(self, piece: Piece, at: int) -> None:
        self._remark(piece.value)

    def _remark(self, text: str) -> None:
        goods = self.open or self.done
        if goods and text:
            note = f"{goods[-1].note}，{text}" if goods[-1].note else text
            goods[-1] = replace(goods[-1], note=note)

    def _end_note(self, at: int) -> None:
        first, self.noting = self.noting, -1
        self._remark("".join(p.text for p in self.pieces[first:at]).strip())

    def _instead(self, piece: Piece) -> None:
        """没有青苹果就换红富士: the fallback is a remark, the goods before it the order."""
        self._remark(piece.value)

    def _for(self, piece: Piece, at: int) -> None:
        if piece.source != "behind":
            self.for_whom = piece.value
            return
        first = (
            len(self.done) - 1 if piece.text.startswith("(") else 0
        )  # （给我姐） is said of the last, 给我姐 of all
        for n in range(max(first, 0), len(self.done)):
            self.done[n] = replace(self.done[n], for_whom=self.done[n].for_whom or piece.value)

    # --- small words

    def _cue(self, piece: Piece, at: int) -> None:
        step = getattr(self, f"_said_{piece.tag}", None)
        if step is not None:
            step(piece, at)

    def _said_buy(self, piece: Piece, at: int) -> None:
        """要吐过沙的, 挑熟一点的: what is asked of goods that were named is a remark about them."""
        if piece.text[0] == "我" and self.broken and self.done:
            self.for_whom = None  # 替小孙拿2杯豆浆，我要3根油条
        if self._again(at):
            self._more()
        if piece.text.endswith(("要", "挑", "选")) and (self.open or self.done) and self._describes(at):
            self.noting = at

    def _said_filler(self, piece: Piece, at: int) -> None:
        """珍奶大的两杯, 豆浆小杯一杯，大的两杯, where a cup comes in two sizes."""
        if piece.text in ("我自己", "自己") and self.broken and self._next_amount_or_goods(at):
            self.for_whom = None  # 帮刘姐带一箱苹果，我自己要两斤香蕉
        goods = self.open or self.done
        if piece.text in SIZED and goods and (unit := self._sized_unit(goods[-1])):
            size = Spec(word=f"{piece.text[0]}{unit}", firm=True, text=piece.text)
            self._spec(replace(piece, value=size), at)

    def _said_each(self, piece: Piece, at: int) -> None:
        if piece.text in ("每样", "每种") and len(self.open) == 1:
            self._counts_sorts(replace(piece, value=ALL), at)
        self.each = self.ever_each = self.every = True

    def _said_all(self, piece: Piece, at: int) -> None:
        """A和B都要一份."""
        self.every = True
        self.each = self.each or (len(self.open) > 1 and self._next_amount(at))

    def _said_about(self, piece: Piece, at: int) -> None:
        following = self._next(at)
        if self.packed or (following and following.kind == "spec"):
            return  # 一个8斤左右的, 约8斤的西瓜
        if self.broken and self.done and not self._next_amount(at):
            return  # 要一个，大概就这样
        if self.done and not self.open and not self._next_amount(at):
            self.done[-1] = replace(self.done[-1], about=True)
        else:
            self.about = True

    def _said_also(self, piece: Piece, at: int) -> None:
        """香蕉也要: the amount of the one before."""
        if piece.text in ("一样", "同样") and len(self.open) > 1 and self._next_amount(at):
            self.each = True
        elif self.open and self.done and not self._next_amount(at) and piece.text != "一样":
            self._close_open(self.done[-1].quantity or Quantity(None))

    def _said_vague(self, piece: Piece, at: int) -> None:
        if self._compares(at):
            return
        self._amount(Quantity(None, None, "vague"), piece, at)

    def _said_and(self, piece: Piece, at: int) -> None:
        """香蕉三斤，还是来四斤吧; 一个240的，还是160的吧: a change of mind."""
        following = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        asks = following is not None and following.tag == "buy"
        told = following is not None and following.kind in ("qty", *SIZES)
        asks = asks or (told and self._settled(at + 1))
        amount = told or self._next_amount(at)
        self.wrong = self.wrong or (piece.text == "还是" and asks and amount)

    def _said_wrong(self, piece: Piece, at: int) -> None:
        if piece.text == "算了" and self.open and not self._next_amount(at):
            self._said_op(piece, at)  # 鸡蛋算了
            return
        following = self._next(at)
        if piece.text == "不是" and following is not None and following.kind == "product" and not self.held:
            self.denied = following  # 橙子，不是橙汁
            return
        if piece.text == "不是" and self._denies_a_size(at):
            self.denied = following  # 5斤装的2箱，不是10斤装的
            return
        if piece.text == "不是" and self._denies_another_amount(at):
            self.skipping = True  # 是1提不是2提
            return
        self.wrong = bool(self.done or self.open or self.held)  # 说错了，香蕉改4斤

    def _said_this(self, piece: Piece, at: int) -> None:
        following = self._next(at)
        if self.it is not None and not (following and following.kind in GOODS) and not self.open:
            self._goods(replace(self.it, start=piece.start, end=piece.end, heard=piece.text))

    def _said_note(self, piece: Piece, at: int) -> None:
        if self.open and self._next_amount(at) and piece.text in CUTS:
            return  # 排骨剁三斤
        if piece.text == "别" and self.pieces[at + 1 : at + 2] and self.pieces[at + 1].tag == "buy":
            self._said_op(replace(piece, tag="not"), at)  # 别送鲈鱼了
            return
        if piece.value and not (self.open or self.done) and not self._next_amount_or_goods(at):
            self.ops.append("remove")
            start, name = piece.start + 2, piece.text[2:]
            self.done.append(Want(piece.value, heard=name, op="remove", start=start, end=piece.end))
            return  # 不要香菜了, where 香菜 is sold
        if self.open or self.done:
            asked = at and self.pieces[at - 1].text in ("帮我", "帮", "要", "给我", "请")
            self.noting, self.deaf = at - bool(asked), piece.text.startswith("别")

    def _said_op(self, piece: Piece, at: int) -> None:
        if self._too_many(at):
            self.wrong = True
            return
        if piece.text == "少" and not self._is_less(at):
            return
        if piece.text == "多" and at and self.pieces[at - 1].text in ("那么", "这么", "太"):
            return
        if piece.text in ("多", "少") and not self._goes_on(at):
            return  # 今天人多，香蕉要5斤
        op: Op = OPS[piece.tag]
        if op == "remove" and self.done and at and self._said_before(at).tag == "except":
            return  # 两板鸡蛋，其他不要
        if op == "remove" and piece.text in PARTLY and self._amount_right_behind(at):
            op = "dec"  # 去掉一箱
        if op == "remove" and self._too_much(at):
            op = "set"  # 不用那么多，一板够了
        if op == "remove" and (pack := self._pack_behind(at)):
            self._deny(pack)
            return  # 鸡蛋不要板的
        if op == "remove" and (self.open or self.done) and self._lacks(at):
            self.noting = at  # 不要冰
            return
        if op == "remove" and self.open and self._denies_an_amount(at):
            op, self.skipping = "set", True  # 香蕉不要三斤了，两斤就行
        if piece.text == "不用" and not (self.open or self.done) and self._behind(at) == "了":
            return  # 我问一下，哦不用了，直接给我订吧
        following = self._next(at)
        if op == "remove" and self.denied is not None and self.denied.end <= piece.start:
            self._deny(self.denied)
            return  # 香菇一斤，盒装的不要
        if op == "remove" and self.done and not self.open and self._says_again(at):
            self.wrong = True  # 豆腐3块，不要了，2块就够
            return
        if op in ("remove", "dec") and self._takes_out_the_last(at):
            self.ops.append(op)
            self.done[-1] = replace(self.done[-1], op="dec" if piece.text.startswith("退") else op)
            return
        size = following is not None and following.kind in ("spec", "specword")
        if op == "remove" and following and size and (self.open or not self._amount_behind(following)):
            self._deny(following)
            return  # 鸡蛋不要散的
        self.ops.append(op)
        if self.open and op == "remove":
            gone = [want for want in self.open if not (want.op == "set" and want.start < self.broken_at)]
            self.done += [replace(want, op=op) for want in gone]
            self.open = []  # 只要排骨，五花不要: what stays was only named
            return
        self.op = op
        self.open = [replace(want, op=op) for want in self.open]
        if op == "set" and piece.text in ("一共", "总共") and len(self.done) > 1 and not self.open:
            self.skipping = True  # 总共9斤对吧
            return
        if op == "set" and piece.text[0] != "换" and self._said_of_the_last(at):
            self.done[-1] = replace(self.done[-1], op=op)  # 泡芙我要4盒才够，改下

    _said_set = _said_inc = _said_dec = _said_not = _said_op

    def _deny(self, spec: Piece) -> None:
        """A size that is not wanted: what the order has of it goes."""
        self.denied = spec
        if goods := self.open or self.done:
            goods[-1] = replace(goods[-1], without=spec.value)
