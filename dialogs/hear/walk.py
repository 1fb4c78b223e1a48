"""步: the state of a walk over one message, and what stands ahead of and behind each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dialogs.hear.lattice import Piece
from dialogs.hear.offer import Offer, Want
from dialogs.hear.quantities import Quantity
from dialogs.hear.reading import Op
from dialogs.hear.specs import Spec
from dialogs.hear.things import names_a_thing

SILENT = ("blank", "cue")
GOODS = ("product", "code")
AMOUNTS = ("qty", "number", "money")
SIZES = ("spec", "specword")
SIZED = ("大的", "小的", "大个的", "大号", "小号")  # of goods that come in two sizes


@dataclass
class Walk:
    """Where the walk is: what is done, what is open, what is held."""

    pieces: tuple[Piece, ...]
    offer: Offer
    it: Want | None
    bare_numbers: bool
    done: list[Want] = field(default_factory=list)
    open: list[Want] = field(default_factory=list)
    held: Quantity | None = None
    held_at: int = -1
    specs: list[Spec] = field(default_factory=list)
    unknown: list[Piece] = field(default_factory=list)
    left_over: list[Piece] = field(default_factory=list)
    loose: list[Quantity] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    op: Op = "add"
    each: bool = False
    each_first: bool = False
    ever_each: bool = False
    every: bool = False  # 都, 各: what is said next is said of all that is open
    about: bool = False
    also: bool = False
    wrong: bool = False
    broken: bool = False  # a break since the open product
    broken_at: int = -1
    for_whom: str | None = None
    noting: int = -1  # where a remark began
    shared: frozenset[int] = frozenset()  # the pieces that share out the amount before them
    packed: bool = False  # the last amount told the size of a pack
    denied: Piece | None = None  # a size nobody wants, goods that were not meant
    carried: Quantity | None = None  # the amount of goods that were taken back
    skipping: bool = False  # the next amount is the one that was wrong
    sorts: int = 0  # of the goods that follow, each in the amount behind them
    named: Piece | None = None  # goods that were told before their place came
    deaf: bool = False  # 别拿成苹果了: the remark may name goods

    def _next(self, at: int, silent: Sequence[str] = SILENT) -> Piece | None:
        return next((p for p in self.pieces[at + 1 :] if p.kind not in silent), None)

    def _said_before(self, at: int) -> Piece:
        return next((p for p in reversed(self.pieces[:at]) if p.kind != "blank"), self.pieces[at])

    def _next_is_goods(self, at: int) -> bool:
        following = self._next(at)
        return following is not None and following.kind in GOODS

    def _again(self, at: int) -> bool:
        """再给我称两斤, but not 什么时候再上."""
        more = at > 0 and self.pieces[at - 1].text in ("再", "再给我", "再帮我")
        return more and (self.pieces[at].kind == "qty" or self._next_amount(at) or self._next_is_goods(at))

    def _next_amount(self, at: int) -> bool:
        following = self._next(at)
        return following is not None and following.kind in ("qty", "number", "spec")

    def _goes_on(self, at: int) -> bool:
        return at + 1 < len(self.pieces) and self.pieces[at + 1].kind != "break"

    def _next_amount_or_goods(self, at: int) -> bool:
        return self._next_amount(at) or self._next_is_goods(at)

    def _denies_an_amount(self, at: int) -> bool:
        """不要三斤了，两斤就行: one amount here, another in the next clause, and no goods of its own there."""
        said = [
            p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag not in ("filler", "buy", "set")
        ]
        return [p.kind for p in said[:3]] == ["qty", "break", "qty"] and not any(
            p.kind in GOODS for p in said[3:]
        )

    def _behind(self, at: int) -> str:
        return self.pieces[at + 1].text if at + 1 < len(self.pieces) else ""

    def _amount_right_behind(self, at: int) -> bool:
        """去掉一箱, but not 油条去掉吧 再加两个茶叶蛋."""
        behind = (p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag != "filler")
        following = next(behind, None)
        return following is not None and following.kind in ("qty", "number", "spec")

    def _ahead(self, at: int) -> bool:
        """Whether this amount is for what follows: a product (or an unknown thing) stands right behind it."""
        for piece in self.pieces[at + 1 :]:
            if piece.kind in GOODS or piece.kind == "specword":
                return True
            if names_a_thing(piece) and not self.open:
                return True
            if piece.kind not in ("blank", "spec", "for") and not (
                piece.kind == "cue" and piece.tag in ("filler", "this")
            ):
                return False
        return False

    def _ahead_has_its_own(self, at: int) -> bool:
        """白菜两颗土豆三斤: the goods ahead have an amount of their own behind them."""
        ahead = next(
            (n for n in range(at + 1, len(self.pieces)) if self.pieces[n].kind in GOODS), len(self.pieces)
        )
        said = [p for p in self._clause(at) if p.kind in (*GOODS, "qty")]
        own = self._next_amount(ahead) and said[-1].kind == "qty"  # and not 早饭要一笼小笼一碗豆腐脑
        return own and self.held is None and (not self.done or self._goods_first())

    def _goods_first(self) -> bool:
        """馒头六个 粽子四个: whether goods stand before their amounts here."""
        first = next((p for p in self.pieces if p.kind in (*GOODS, "qty")), None)
        return first is not None and first.kind in GOODS

    def _both_each(self, at: int) -> bool:
        """鸡蛋鸭蛋各一板: two things, not one."""
        return len(self.pieces) > at + 2 and self.pieces[at + 2].tag == "each"

    def _how_it_is(self, at: int) -> bool:
        """玻璃胶干得快吗, 梭子蟹公的母的: 干 is said of the goods, it makes no other goods of them."""
        if len(self.pieces) <= at + 2:
            return False
        said = self.pieces[at + 2].text
        return said in ("得", "不", "了") or (said == "的" and len(self.pieces[at + 1].text) == 1)

    def _compares(self, at: int) -> bool:
        """熟一点的香蕉, 挑大些: how the goods should be, not how much of them."""
        piece = self.pieces[at]
        if piece.text not in ("一点", "点", "点儿", "一些", "些", "一点儿"):
            return False
        before, after = self.pieces[at - 1] if at else None, self._next(at, silent=())
        said = before is not None and before.end == piece.start and before.kind in ("cue", "char", "word")
        quality = said and before is not None and before.tag in ("", "filler", "note")
        return quality or (after is not None and after.text == "的")

    def _describes(self, at: int) -> bool:
        """Whether the rest of the clause only says what the goods should be like."""
        rest: list[Piece] = []
        for piece in self.pieces[at + 1 :]:
            if piece.kind == "break":
                break
            rest.append(piece)
        while rest and (rest[-1].kind == "blank" or (rest[-1].tag == "filler" and rest[-1].text != "的")):
            rest.pop()
        words = [piece for piece in rest if piece.kind in ("word", "char", "cue", "blank")]
        return len(rest) > 1 and rest[-1].text.endswith("的") and words == rest

    def _only_describes(self, last: Piece) -> bool:
        """一杯热的: words that end in 的 name no goods."""
        behind = self.pieces[self.pieces.index(last) + 1 :]
        return (
            bool(behind)
            and behind[0].text == "的"
            and all(p.kind in ("cue", "blank", "break") for p in behind)
        )

    def _settled(self, at: int) -> bool:
        """还是四斤吧: a change of mind, no question."""
        return at + 1 < len(self.pieces) and self.pieces[at + 1].text in ("吧", "好了", "算了", "得了")

    def _says_again(self, at: int) -> bool:
        """An amount and nothing else in the next clause."""
        rest = [p for p in self.pieces[at + 1 :] if p.kind != "blank" and p.tag not in ("filler", "buy")]
        return (
            len(rest) > 1
            and rest[0].kind == "break"
            and rest[1].kind == "qty"
            and not self._next_is_goods(at)
        )

    def _is_sold_by(self, quantity: Quantity, at: int) -> bool:
        """装灯一次, of a service that is sold by the 次."""
        return any(sku.unit == quantity.unit for id in self._about_goods(at) for sku in self.offer.skus(id))

    def _about_goods(self, at: int) -> list[str]:
        """The products an amount here may belong to: the open ones, else those that follow."""
        following = self._next(at)
        ahead = following.value if following is not None and following.kind == "product" else ()
        return [id for want in self.open[-1:] for id in want.products] or list(ahead)

    def _is_money(self, at: int) -> bool:
        """都五块了: what goods cost that nobody sells by the piece."""
        ids = self._about_goods(at)
        return bool(ids) and not any(sku.unit == "块" for id in ids for sku in self.offer.skus(id))

    def _amount_behind(self, piece: Piece) -> bool:
        return self._next_amount(self.pieces.index(piece)) or self._next_is_goods(self.pieces.index(piece))

    def _apart(self, piece: Piece) -> bool:
        """放门卫 in 跟一份，放门卫: no goods of the amount before."""
        between = self.pieces[self.held_at : self.pieces.index(piece)]
        return any(p.kind == "break" for p in between)

    def _clause(self, at: int) -> tuple[Piece, ...]:
        breaks = [n for n, piece in enumerate(self.pieces) if piece.kind == "break"]
        start = max((n for n in breaks if n < at), default=-1)
        end = min((n for n in breaks if n > at), default=len(self.pieces))
        return self.pieces[start + 1 : end]

    def _is_less(self, at: int) -> bool:
        """少一板, but not 牛奶少了一盒 and 能不能少点."""
        after = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        return after is not None and after.text != "了" and self._next_amount(at)

    def _takes_out_the_last(self, at: int) -> bool:
        """香蕉3斤不要了, 香蕉3斤退了: said at the end of the clause, of what stands before it."""
        rest = self._clause(at)
        behind = [p for p in rest if p.start > self.pieces[at].start and p.kind not in ("blank", "cue")]
        last = self.done[-1] if self.done else None
        return bool(last and last.quantity and not self.open and not self.broken and not behind)

    def _too_much(self, at: int) -> bool:
        return "".join(p.text for p in self.pieces[at + 1 : at + 3]).startswith(("那么多", "这么多", "太多"))

    def _lacks(self, at: int) -> bool:
        """珍奶不要冰, 鲈鱼不用杀: a part of the goods or a thing to be done to them, named right behind."""
        after = self.pieces[at + 1] if at + 1 < len(self.pieces) else None
        return (
            after is not None
            and (after.kind in ("word", "char") or after.tag == "note")
            and self.pieces[at].text in ("不要", "不用", "不需要", "去掉")
        )

    def _too_many(self, at: int) -> bool:
        """三斤，多了，两斤吧."""
        said = "".join(p.text for p in self.pieces[at : at + 2])
        after = self.pieces[at + 2].kind if len(self.pieces) > at + 2 else ""
        return said in ("多了", "少了") and after in ("break", "blank") and bool(self.done)

    def _takes_back(self, piece: Piece, at: int) -> bool:
        """三斤，不，四斤: a lone 不 between two amounts."""
        if set(piece.text) != {"不"} or not (self.done or self.held):
            return False
        before = self.pieces[at - 1]
        after = next((p for p in self.pieces[at + 1 :] if p.kind not in ("blank", "break", "cue")), None)
        apart = before.kind in ("break", "blank") or before.tag == "filler"
        return apart and after is not None and after.kind in ("qty", "number", *GOODS, *SIZES)
