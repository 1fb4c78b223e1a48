"""配: goods and amounts find each other. The first item of a clause tells the direction (3斤苹果 or 苹果3斤)."""

from __future__ import annotations

from dataclasses import replace

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.repairs import products_of, total
from dialogs.hear.specs import Spec
from dialogs.hear.things import makes_another_thing, pack_of
from dialogs.hear.unknowns import Unknowns


class Pairing(Unknowns):
    """A product waits for its amount, or an amount for its product; what finds nobody is told apart."""

    # --- goods

    def _product(self, piece: Piece, at: int) -> None:
        if piece in (self.denied, self.named):
            return
        want = Want(
            products=piece.value, heard=piece.text, source=piece.source, start=piece.start, end=piece.end
        )
        follower = self._next(at, silent=())
        if (
            follower
            and follower.start == piece.end
            and piece.source != "emoji"
            and makes_another_thing(follower)
            and not self._both_each(at)
            and not self._how_it_is(at)
        ):
            want = replace(want, products=(), source="unknown")  # 苹果手机: not ours
        elif any(sku.spec.lower() == piece.text for id in want.products for sku in self.offer.skus(id)):
            self.specs.append(Spec(word=piece.text, firm=True))  # 高枕, as one 荞麦枕 is called
        if self._is_another_model(piece, at):
            want = replace(want, products=(), source="unknown", heard=self._model(at) + piece.text)
        self._goods(want)

    def _code(self, piece: Piece, at: int) -> None:
        code = piece.value
        item = self.offer.item(code)
        want = Want(heard=piece.text, source="code", start=piece.start, end=piece.end)
        if item is not None:
            want = replace(want, sku=item[1].sku, campaign=item[0].id)
        self._goods(want)
        if code.amount is not None:
            self._amount(code.amount, piece, at)

    def _goods(self, want: Want) -> None:
        self._drop_adjectives(want.start)
        self._flush_unknown()
        want = replace(want, op=self.op, for_whom=self.for_whom, specs=tuple(self.specs))
        if self.wrong and self.done and self.op == "add":
            self._instead_of_the_last(want)
        self.specs.clear()
        self.broken = False
        if self.held is None:
            (self.done if self.op == "remove" else self.open).extend(self._each_sort(want))
            return
        self.done.append(replace(want, quantity=self.held, about=self.about))
        if not self.each_first:
            self.held, self.about = None, False

    def _same_goods(self, piece: Piece) -> None:
        """The goods of the line before once more, in another size."""
        last = self.done[-1]
        self._goods(
            Want(last.products, heard=last.heard, source=last.source, start=piece.start, end=piece.end)
        )

    def _instead_of_the_last(self, want: Want) -> None:
        """来三斤香蕉，不对，是土豆: the new goods take the place, and without an amount of their own the amount, of the old."""
        goods = products_of(want, self.offer)
        same = [n for n, one in enumerate(self.done) if goods and products_of(one, self.offer) == goods]
        gone = self.done.pop(same[-1] if same else -1)
        self.wrong, self.carried = False, gone.quantity

    # --- amounts

    def _qty(self, piece: Piece, at: int) -> None:
        if self._was_paid(at):
            self.left_over.append(piece)
        elif (
            piece.value.unit == "块"
            and not piece.value.only_unit
            and piece.value.value is not None
            and self._is_money(at)
            and not self._thing_before(piece)  # 牛排3块 千张2斤
        ):
            self._money(replace(piece, kind="money", value=piece.value.value), at)
        else:
            self._amount(piece.value, piece, at)

    def _number(self, piece: Piece, at: int) -> None:
        if self._counts_others(at) or self._was_paid(at):
            self.left_over.append(piece)
        elif (size := Spec(word=piece.text)) and self._names_another_size(size, at):
            self._same_goods(piece)
            self.open[-1] = replace(self.open[-1], specs=(size,))
        elif self._names_a_size_ahead(piece, at):
            self.specs.append(size)
        elif self._names_a_size(piece, at):
            if self._both_sizes(size, at):
                self.open.append(replace(self.open[-1], specs=(size,)))  # 口红301和304各一支
            else:
                self.open[-1] = replace(self.open[-1], specs=(*self.open[-1].specs, size))
        elif self.bare_numbers and (self.open or self.held is None):
            self._amount(Quantity(piece.value, self._strange_unit(at) if self.open else None), piece, at)
        else:
            self.left_over.append(piece)

    def _money(self, piece: Piece, at: int) -> None:
        """50块钱的老姜, 老姜50元: a purchase by money, beside a product."""
        following = self._next(at)
        if self._was_paid(at):
            self.left_over.append(piece)
        elif self.open:
            self._priced(self.open.pop(), piece)
        elif following and following.kind == "product" and not self._thing_before(piece):
            ids, end = following.value, following.end
            self.done.append(Want(ids, heard=following.text, money=piece.value, start=piece.start, end=end))
        else:
            self.left_over.append(piece)

    def _priced(self, want: Want, piece: Piece) -> None:
        """老姜50元 buys by money; 豆腐5块 is five pieces where 块 is what they are sold by."""
        by_piece = piece.text.endswith("块") and any(
            sku.unit == "块" for id in want.products for sku in self.offer.skus(id)
        )
        bought = (
            replace(want, quantity=Quantity(piece.value, "块"))
            if by_piece
            else replace(want, money=piece.value)
        )
        self.done.append(bought)

    def _amount(self, quantity: Quantity, piece: Piece, at: int) -> None:
        if self._is_filler(quantity, at) or (
            quantity.unit in ("单", "次") and not self._is_sold_by(quantity, at)
        ):
            return
        if self._is_size(quantity, at):
            self.packed = True
            return
        if self._points_at_them(quantity, at):
            self.every = True
            return
        if at in self.shared or self._shares_it_out(quantity, at):
            return
        if self._tells_of_some(quantity, at) or self._says_how_to_pack(at):
            self.noting = at
            return
        if self._cannot_be_used(at) or self._if_it_is_good(at):
            return
        if self._is_enough(quantity, at):
            self.done[-1] = replace(self.done[-1], quantity=quantity)
            return
        if self.skipping:
            self.skipping = False
            return
        if quantity.plus and self._again(at):
            self._more()
        if self._either(at):
            last = self.done[-1]
            self.done[-1] = replace(last, quantity=Quantity(None, None, "either"))
            return
        if pack := self._pack_ahead(quantity, at):
            self.specs.append(pack)
            return
        unknown = self._thing_before(piece)
        if self.open and self._ahead(at) and self.broken:
            self._hold(quantity, at)
        elif self.open:
            self._close_open(quantity)
        elif again := self._another_pack(quantity, piece, at) or self._of_another_size(quantity, piece, at):
            self._drop_unknown()
            self.done.append(again)
        elif unknown and quantity.unit and (not self._ahead(at) or self._ahead_has_its_own(at)):
            start = max(self.text_start(unknown), 0)
            self.done.append(
                Want(
                    heard=unknown, source="unknown", quantity=quantity, op=self.op, start=start, end=piece.end
                )
            )
            self.unknown.clear()
        elif (
            self.done
            and (not self._ahead(at) or self._completes_a_pack(quantity, at))
            and self._second(quantity)
        ):
            pass
        else:
            self._hold(quantity, at)

    def _hold(self, quantity: Quantity, at: int) -> None:
        if self.held is not None and self.wrong:
            self.held, self.wrong = None, False  # 三斤，不，四斤红富士
        if self.held is not None and self.held.trouble != "vague":  # 来点儿两斤葡萄
            self._flush_unknown()
            if self.held is not None:
                self._set_loose()
        self.held, self.held_at = quantity, at
        self.each_first, self.each = self.each, False

    def _set_loose(self) -> None:
        """An amount that found no goods: asked about, or only a remark (一杯少糖, 吃不了一袋)."""
        ordered = bool(self.loose) or any(want.quantity for want in self.done)
        if self.held is not None and not (ordered and self._only_remarks(self.held_at)):
            self.loose.append(self.held)

    def _close_open(self, quantity: Quantity) -> None:
        group = self.open if self.each else self.open[-1:]
        keep = [] if self.each else self.open[:-1]
        for want in group:
            op = self.op if self.op != "add" else want.op
            self.done.append(replace(want, quantity=quantity, op=op, about=self.about or want.about))
        self.open = []
        self.done[-len(group) : -len(group)] = keep
        self.each, self.about = False, False

    def _more(self) -> None:
        """再给我称两斤, 再+1."""
        self.ops.append("inc")
        self.op = "inc"
        self.open = [replace(want, op="inc") for want in self.open]

    def _second(self, quantity: Quantity) -> bool:
        """A second amount for the last item: the first was its pack (5斤两袋), or the last word wins (不对，三斤)."""
        last = self.done[-1]
        first = last.quantity
        if first is None or first.trouble == "vague":  # 拿点香蕉，3斤左右
            self.done[-1] = replace(last, quantity=quantity)
            return True
        if (
            not (quantity.unit or quantity.times or quantity.plus)
            and (first.unit or self.op == "set")
            and not self.wrong
        ):
            return self._second_number(last, first, quantity)
        if self.wrong or "set" in (self.op, last.op):
            retold = last.retold or (self.broken and not self.wrong and last.op == "add")
            op = self.op if self.op != "add" else last.op
            self.done[-1] = replace(last, quantity=quantity, op=op, retold=retold)
            self.wrong = False
            return True
        if self.op in ("inc", "dec") and last.op == "add" and (sum_ := total(first, quantity, self.op)):
            self.done[-1] = replace(last, quantity=sum_)
            return True
        if first.value == 1 and first.unit == quantity.unit and (last.specs or first.size):
            sized = (Spec(word=f"{first.size}{first.unit}", firm=True),) if first.size else ()
            self.done[-1] = replace(last, specs=(*last.specs, *sized), quantity=quantity)
            return True  # 一袋一公斤的，拿两袋
        pack = pack_of(last, first, quantity, self.offer)
        if pack is None:
            pack, quantity = pack_of(last, quantity, first, self.offer), first  # 一个8斤左右的
        if pack is None:
            return False
        self.done[-1] = replace(last, specs=(*last.specs, pack), quantity=quantity)
        self.packed = quantity is first
        return True

    def _second_number(self, last: Want, first: Quantity, quantity: Quantity) -> bool:
        """A bare number behind a full amount: 虾2斤2 is not clear, 鸡蛋2板总共72 is a price."""
        before = self.pieces[
            : next(
                (n for n, p in enumerate(self.pieces) if p.kind == "number" and p.value == quantity.value), 0
            )
        ]
        glued = bool(before) and before[-1].kind == "qty"
        if glued or not (first.unit or self.broken):  # 改成一大一小
            self.done[-1] = replace(last, quantity=Quantity(None, first.unit, "unclear"))
        return True

    # --- words without a meaning of their own
