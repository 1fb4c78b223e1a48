"""语法: from pieces to wants. A product and its amount find each other; everything else is left over, and counted.

The first item of a clause tells the direction (3斤苹果 or 苹果3斤); an amount closes the product that is open; 各
closes all that are open; a spec belongs to its product and is never an amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Op
from dialogs.hear.repairs import products_of, repaired, total
from dialogs.hear.specs import Spec
from dialogs.hear.things import as_amount, makes_another_thing, names_a_thing, pack_of, run
from dialogs.hear.walk import GOODS, Walk

OPS: dict[str, Op] = {"set": "set", "inc": "inc", "dec": "dec", "not": "remove", "wrong": "remove"}
PARTLY = ("去掉", "拿掉", "退掉", "撤掉", "减掉", "退了", "撤了", "删掉")
CUTS = ("切", "剁", "斩", "宰", "杀", "挑", "磨", "绞", "剥")
SIZED = ("大的", "小的", "大个的", "大号", "小号")
ENDS_A_REMARK = ("break", "product", "place", "time", "note")


@dataclass(frozen=True, slots=True)
class Gathered:
    wants: tuple[Want, ...]
    loose: tuple[Quantity, ...]  # amounts that found no product
    left_over: tuple[Piece, ...]  # words nobody explained
    ops: tuple[Op, ...]  # operations said, in order
    each: bool


def gather(
    pieces: Sequence[Piece], offer: Offer, *, it: Want | None = None, bare_numbers: bool = True
) -> Gathered:
    """All wants of a message. `it` is what 这个 means here."""
    basket = _Basket(tuple(pieces), offer, it, bare_numbers)
    for at in range(len(pieces)):
        basket.take(at)
    return basket.close()


class _Basket(Walk):
    """The state while walking over one message."""

    def take(self, at: int) -> None:
        piece = self.pieces[at]
        if piece.kind == "instead":
            self._instead(piece)
            return
        if self.noting >= 0 and not self._ends_the_remark(piece, at):
            return
        if self.noting >= 0:
            self._end_note(at)
        step = getattr(self, f"_{piece.kind}", None)
        if step is not None:
            step(piece, at)
        else:
            self._word(piece, at)

    def _ends_the_remark(self, piece: Piece, at: int) -> bool:
        if self.deaf:
            return piece.kind == "break"
        more = piece.tag == "inc" and (self._next_amount(at) or self._next_is_goods(at))  # 切成块再来一块豆腐
        return more or piece.kind in ENDS_A_REMARK

    # --- goods

    def _product(self, piece: Piece, at: int) -> None:
        if piece is self.denied:
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
            (self.done if self.op == "remove" else self.open).append(want)
            return
        self.done.append(replace(want, quantity=self.held, about=self.about))
        if not self.each_first:
            self.held, self.about = None, False

    def _drop_adjectives(self, start: int) -> None:
        """两斤没打蜡的苹果: what stands before 的 and goods names no goods of its own."""
        told = run(self.pieces, start)
        if self.held is None or not told or told[-1].text != "的":
            return
        since = self.pieces[self.held_at].end
        self.left_over = [p for p in self.left_over if p not in self.unknown or p.start < since]
        self.unknown = [p for p in self.unknown if p.start < since]

    def _instead_of_the_last(self, want: Want) -> None:
        """来三斤香蕉，不对，是土豆: the new goods take the place, and without an amount of their own the amount, of the old."""
        goods = products_of(want, self.offer)
        same = [n for n, one in enumerate(self.done) if goods and products_of(one, self.offer) == goods]
        gone = self.done.pop(same[-1] if same else -1)
        self.wrong, self.carried = False, gone.quantity

    # --- amounts

    def _qty(self, piece: Piece, at: int) -> None:
        if piece.value.unit == "块" and piece.value.value is not None and self._is_money(at):
            self._money(replace(piece, kind="money", value=piece.value.value), at)
        else:
            self._amount(piece.value, piece, at)

    def _number(self, piece: Piece, at: int) -> None:
        if self._counts_others(at):
            self.left_over.append(piece)
        elif self.bare_numbers and (self.open or self.held is None):
            self._amount(Quantity(piece.value, self._strange_unit(at) if self.open else None), piece, at)
        else:
            self.left_over.append(piece)

    def _money(self, piece: Piece, at: int) -> None:
        """50块钱的老姜, 老姜50元: a purchase by money, beside a product."""
        following = self._next(at)
        if self.open:
            self._priced(self.open.pop(), piece)
        elif following and following.kind == "product":
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
        elif unknown and quantity.unit and (not self._ahead(at) or self._ahead_has_its_own(at)):
            start = max(self.text_start(unknown), 0)
            self.done.append(
                Want(
                    heard=unknown, source="unknown", quantity=quantity, op=self.op, start=start, end=piece.end
                )
            )
            self.unknown.clear()
        elif self.done and not self._ahead(at) and self._second(quantity):
            pass
        else:
            self._hold(quantity, at)

    def _hold(self, quantity: Quantity, at: int) -> None:
        if self.held is not None and self.held.trouble != "vague":  # 来点儿两斤葡萄
            self._flush_unknown()
            if self.held is not None:
                self._set_loose()
        self.held, self.held_at = quantity, at
        self.each_first, self.each = self.each, False

    def _pack_ahead(self, quantity: Quantity, at: int) -> Spec | None:
        """六袋227g咖啡豆: the second amount is the pack."""
        following = self._next(at)
        if self.held is None or following is None or following.kind != "product":
            return None
        return pack_of(Want(following.value), quantity, self.held, self.offer)

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

    def _second(self, quantity: Quantity) -> bool:
        """A second amount for the last item: the first was its pack (5斤两袋), or the last word wins (不对，三斤)."""
        last = self.done[-1]
        first = last.quantity
        if first is None:
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
        if glued:
            self.done[-1] = replace(last, quantity=Quantity(None, first.unit, "unclear"))
        return True

    # --- what stands around them

    def _spec(self, piece: Piece, at: int) -> None:
        spec = piece.value
        if piece is self.denied:
            return
        if self._is_denied(at):
            self.denied = piece
            return
        following = self._next(at)
        ids = (
            self.open[-1].products
            if self.open
            else following.value
            if following and following.kind == "product"
            else ()
        )
        if amount := as_amount(piece, ids, self.offer):
            self._amount(amount, piece, at)
            return
        if self._another_size(at):
            last = self.done[-1]
            self._goods(
                Want(last.products, heard=last.heard, source=last.source, start=piece.start, end=piece.end)
            )
        if self.open and not (self._ahead(at) and self.broken):
            self.open[-1] = replace(self.open[-1], specs=(*self.open[-1].specs, spec))
        elif self.done and self.held is None and not self._next_is_goods(at):
            self.done[-1] = replace(self.done[-1], specs=(*self.done[-1].specs, spec))
        else:
            self.specs.append(spec)

    _specword = _spec

    def _another_size(self, at: int) -> bool:
        """2斤装一袋再加散的一斤: the same goods again, in another size."""
        before = next((p for p in reversed(self.pieces[:at]) if p.kind != "blank"), None)
        joined = before is not None and (before.tag in ("inc", "and", "also") or self._in_other_packs(at))
        size = joined and bool(self.done) and not self.open and self.held is None and self._next_amount(at)
        return bool(
            size and self.done[-1].products and self.done[-1].quantity and not self._next_is_goods(at)
        )

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
        self.for_whom = piece.value

    def _cue(self, piece: Piece, at: int) -> None:
        step = getattr(self, f"_said_{piece.tag}", None)
        if step is not None:
            step(piece, at)

    def _said_buy(self, piece: Piece, at: int) -> None:
        """要吐过沙的, 挑熟一点的: what is asked of goods that were named is a remark about them."""
        if self._again(at):
            self._more()
        if piece.text.endswith(("要", "挑", "选")) and (self.open or self.done) and self._describes(at):
            self.noting = at

    def _said_filler(self, piece: Piece, at: int) -> None:
        """珍奶大的两杯, where a cup comes in two sizes."""
        if piece.text in SIZED and self.open and (unit := self._sized_unit()):
            size = Spec(word=f"{piece.text[0]}{unit}", firm=True, text=piece.text)
            self.open[-1] = replace(self.open[-1], specs=(*self.open[-1].specs, size))

    def _said_each(self, piece: Piece, at: int) -> None:
        self.each = self.ever_each = True

    def _said_all(self, piece: Piece, at: int) -> None:
        """A和B都要一份."""
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
        """香蕉三斤，还是来四斤吧: a change of mind."""
        asks = at + 1 < len(self.pieces) and self.pieces[at + 1].tag == "buy"
        self.wrong = self.wrong or (piece.text == "还是" and asks and self._next_amount(at))

    def _said_wrong(self, piece: Piece, at: int) -> None:
        if piece.text == "算了" and self.open and not self._next_amount(at):
            self._said_op(piece, at)  # 鸡蛋算了
            return
        before = next((p for p in reversed(self.pieces[:at]) if p.kind not in ("break", "blank")), None)
        following = self._next(at)
        if piece.text == "不是" and following is not None and following.kind == "product" and not self.held:
            self.denied = following  # 橙子，不是橙汁
            return
        if (
            piece.text == "不是"
            and self._next_amount(at)
            and before is not None
            and before.kind in ("qty", "number")
        ):
            self.skipping = True  # 是1提不是2提
            return
        self.wrong = True

    def _said_this(self, piece: Piece, at: int) -> None:
        following = self._next(at)
        if self.it is not None and not (following and following.kind in GOODS) and not self.open:
            self._goods(replace(self.it, start=piece.start, end=piece.end, heard=piece.text))

    def _said_note(self, piece: Piece, at: int) -> None:
        if self.open and self._next_amount(at) and piece.text in CUTS:
            return  # 排骨剁三斤
        if self.open or self.done:
            asked = at and self.pieces[at - 1].text in ("帮我", "帮", "要", "给我", "请")
            self.noting, self.deaf = at - bool(asked), piece.text.startswith("别")

    def _said_op(self, piece: Piece, at: int) -> None:
        if self._too_many(at):
            self.wrong = True
            return
        if piece.text == "少" and not self._is_less(at):
            return
        op: Op = OPS[piece.tag]
        if op == "remove" and piece.text in PARTLY and self._next_amount(at):
            op = "dec"  # 去掉一箱
        if op == "remove" and (self.open or self.done) and self._lacks(at):
            self.noting = at  # 不要冰
            return
        following = self._next(at)
        if op == "remove" and self.denied is not None and self.denied.end <= piece.start:
            self._deny(self.denied)
            return  # 香菇一斤，盒装的不要
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

    def _deny(self, spec: Piece) -> None:
        """A size that is not wanted: what the order has of it goes."""
        self.denied = spec
        if goods := self.open or self.done:
            goods[-1] = replace(goods[-1], without=spec.value)

    def _more(self) -> None:
        """再给我称两斤, 再+1."""
        self.ops.append("inc")
        self.op = "inc"
        self.open = [replace(want, op="inc") for want in self.open]

    _said_set = _said_inc = _said_dec = _said_not = _said_op

    def _break(self, piece: Piece, at: int) -> None:
        self._flush_unknown()
        self.broken, self.broken_at = True, piece.start
        if piece.text in "，,。;\n!！" and (self.done or self.open):
            self.op = "add" if not (self.open and self.op != "remove") else self.op

    def _blank(self, piece: Piece, at: int) -> None:
        return

    def _place(self, piece: Piece, at: int) -> None:
        self._flush_unknown()

    _time = _phone = _order = _mention = _place

    # --- words without a meaning of their own

    def _word(self, piece: Piece, at: int) -> None:
        if self._takes_back(piece, at):
            self.wrong = True
            return
        self.unknown.append(piece)
        self.left_over.append(piece)

    def _thing_before(self, piece: Piece) -> str:
        """Unknown goods right before an amount: 火龙果3斤."""
        verbs = [p for p in self.pieces if p.kind == "cue" and p.tag in ("buy", "filler")]
        words = [p for p in run([*self.unknown, *verbs], piece.start) if p.kind != "cue"]
        return (
            "".join(p.text for p in words)
            if words and (names_a_thing(words[-1]) or len(words[-1].text) == 1)
            else ""
        )

    def text_start(self, heard: str) -> int:
        return next((p.start for p in self.unknown if heard.startswith(p.text)), self.unknown[-1].start)

    def _flush_unknown(self) -> None:
        """Unknown goods right behind an amount: 来两斤山竹."""
        if self.held is not None and self.unknown:
            after = [p for p in self.unknown if self.held_at < self.pieces.index(p) and not self._apart(p)]
            thing = after and (names_a_thing(after[-1]) or len(after) == 1 == len(after[0].text))
            if thing and not self._only_describes(after[-1]):
                heard = "".join(p.text for p in after)
                start, end = self.pieces[self.held_at].start, after[-1].end
                self.done.append(
                    Want(heard=heard, source="unknown", quantity=self.held, op=self.op, start=start, end=end)
                )
                self.held = None
        self.unknown.clear()

    def close(self) -> Gathered:
        if self.noting >= 0:
            self._end_note(len(self.pieces))
        self._flush_unknown()
        if self.held is not None and not any(want.quantity is self.held for want in self.done):
            self._set_loose()
        if self.carried is not None and len(self.open) == 1:
            self.open = [replace(self.open[0], quantity=self.carried)]
        if self.for_whom and self.loose and self.done and self.done[-1].for_whom is None:
            self.done.append(
                replace(
                    self.done[-1], quantity=self.loose.pop(), for_whom=self.for_whom, start=self.done[-1].end
                )
            )  # 再帮李姐带一箱
        wants = repaired(sorted([*self.done, *self.open], key=lambda want: want.start), self.offer)
        return Gathered(
            tuple(wants), tuple(self.loose), tuple(self.left_over), tuple(self.ops), self.ever_each
        )
